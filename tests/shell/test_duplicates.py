"""Candidates in SQL are those found by looking at every case, in every scope; sketches stand sealed and go with the person."""

import random
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from flows.memory_candidates import MemoryCandidates
from shell.stored import Stored, store
from template import DUTY, EVERYBODY, INTAKE, NOW, point

from northbank.core.access import Scope, scope
from northbank.core.likeness import likeness, sketch
from northbank.core.moves import Act
from northbank.flows.act import ActBody, act
from northbank.flows.erase_subject import EraseBody, erase
from northbank.flows.report import Contact, NewReport, Where, report
from northbank.flows.see_duplicates import drawn
from northbank.flows.tell_apart import Verdict, tell_apart
from northbank.ports import Neighborhood

LON, LAT = point("TW-H1-G1")
KINDS = ("street.pothole", "street.light", "street.waste")


@pytest.fixture
async def crowded(fresh_database: str) -> AsyncIterator[Stored]:
    """Some hundred cases around a quay, some without a point, some ended, over two months."""
    chance = random.Random(4)
    kept: list[str] = []
    async with store(fresh_database) as one:
        for n in range(90):
            place = Where(LON + chance.uniform(-0.004, 0.004), LAT + chance.uniform(-0.003, 0.003))
            if not one.world.city.places.find(place.lon, place.lat) or n % 9 == 0:  # type: ignore[arg-type]
                place = Where(address=f"Quay {n}")
            new = NewReport(
                type=chance.choice(KINDS), place=place, text=f"hole {n}", contact=Contact(phone=f"1380000{n:04d}")
            )
            made = await report(one.world, INTAKE, new)
            if n % 4 == 0 and kept:
                await act(one.world, DUTY, made.id, Act.MERGE, ActBody(into=chance.choice(kept)))
            else:
                kept.append(made.id)
            one.clock.advance(timedelta(hours=chance.randrange(30)))
        yield one


def around(lon: float | None, lat: float | None, days: int, limit: int, but: str | None = None) -> Neighborhood:
    end = NOW + timedelta(days=60)
    return Neighborhood(
        lon=lon, lat=lat, radius=150.0, since=end - timedelta(days=days), until=end, ended_since=end - timedelta(days=20),
        limit=limit, but=but,
    )  # fmt: skip


async def oracle(one: Stored) -> MemoryCandidates:
    ids = [row["id"] for row in await one.pool.fetch("select id::text from cases")]
    return MemoryCandidates({case.id: (case, 0) for case in await one.cases.many(ids)}, [])


async def test_the_index_finds_what_looking_at_every_case_finds(crowded: Stored) -> None:
    slow, chance = await oracle(crowded), random.Random(8)
    assert len(slow.cases) == 90
    found = 0
    for actor in EVERYBODY:
        for _ in range(12):
            lon, lat = (LON + chance.uniform(-0.003, 0.003), LAT + chance.uniform(-0.002, 0.002))
            but = chance.choice([None, *slow.cases])
            for where in (
                around(lon, lat, chance.choice([10, 60, 90]), chance.choice([5, 60]), but),
                around(None, None, 90, chance.choice([3, 60])),
            ):
                wanted = await slow.near(where, scope(actor))
                assert await crowded.world.duplicates.near(where, scope(actor)) == wanted
                found += len(wanted)
    assert found > 200


async def test_what_is_learned_from_is_what_looking_at_every_case_finds(crowded: Stored) -> None:
    slow, reads = await oracle(crowded), crowded.world.duplicates
    since, until = NOW + timedelta(days=5), NOW + timedelta(days=40)
    every = await slow.reported(since, until, None, 500)
    assert len(every) > 20
    taken = await reads.reported(since, until, None, 7)
    while more := await reads.reported(since, until, taken[-1], 7):
        taken += more
    assert taken == every
    ids = [one.id for one in every]
    wanted = await slow.before(ids, 150.0, 30, 7)
    assert await reads.before(ids, 150.0, 30, 7) == wanted
    assert sum(map(len, wanted.values())) > 20


async def test_the_index_is_used(crowded: Stored) -> None:
    async with crowded.pool.acquire() as connection, connection.transaction():
        await connection.execute("set local enable_seqscan = off")
        plan = "\n".join(
            row[0]
            for row in await connection.fetch(
                # without the span of time, for which a planner may well take another index of so small a table
                "explain select id from cases where (floor(lon * 500)::bigint * 1000000 + floor(lat * 500)::bigint) = any($1::bigint[])",
                [1, 2],
            )
        )  # fmt: skip
    assert "cases_cell" in plan


async def test_pairs_told_apart_are_known_by_either_side(crowded: Stored) -> None:
    first, second, third = [
        row["id"] for row in await crowded.pool.fetch("select id::text from cases order by id limit 3")
    ]
    await tell_apart(crowded.world, DUTY, first, second, Verdict(True))
    await tell_apart(crowded.world, DUTY, third, first, Verdict(True))
    await tell_apart(crowded.world, DUTY, first, third, Verdict(False))
    told = crowded.world.duplicates.told_apart
    assert await told(first, [second, third]) == {second}
    assert await told(second, [first, third]) == {first}
    assert await told(third, []) == set()


async def test_sketches_are_drawn_of_sealed_words_unread_and_go_with_the_person(crowded: Stored) -> None:
    made = await crowded.report(text="路灯不亮", contact=Contact(phone="13988887777"))
    subject = (await crowded.case(made.id)).subject
    readings = await crowded.pool.fetchval("select count(*) from reading")
    found = (await crowded.vault.sketches([subject], drawn))[subject]
    assert likeness(found, sketch("路灯不亮")) == 1.0
    assert found.reporter == sketch(None, None, "+86 13988887777").reporter
    rows = "select count(*) from secret where position($1 in sealed) > 0"
    for mark in (found.reporter, "路灯不亮".encode()):
        assert await crowded.pool.fetchval(rows, mark) == 0, "at rest nothing of it can be read or tried out"
    assert await crowded.pool.fetchval("select count(*) from reading") == readings, "nobody read the words"
    await erase(crowded.world, DUTY, subject, EraseBody("request"))
    assert await crowded.vault.sketches([subject], drawn) == {}
    assert await crowded.pool.fetchval("select count(*) from secret where subject = $1", subject) == 0


async def test_no_words_no_sketch(crowded: Stored) -> None:
    made = await crowded.report(text=None, contact=None)
    subject = (await crowded.case(made.id)).subject
    assert await crowded.vault.sketches([subject], drawn) == {}


async def test_nothing_outside_the_scope_is_counted(crowded: Stored) -> None:
    where = around(LON, LAT, 90, 60)
    assert await crowded.world.duplicates.near(where, Scope()) == []
    assert await crowded.world.duplicates.near(where, Scope(everything=True)) != []

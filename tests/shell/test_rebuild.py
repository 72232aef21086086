"""Views from the journal alone: after any walk of people the rebuilt views are the live ones, byte for byte."""

import asyncio
from datetime import timedelta

import msgspec
import pytest
from flows.memory import Memory
from flows.walk import Walk
from shell.stored import Stored, WalkIds, store
from template import NOW

from northbank.flows.mark_due import mark_due
from northbank.shell.clock import SteppedClock
from northbank.shell.store.rebuild import rebuild


async def rebuilt(one: Stored) -> None:
    """Rebuild, and nothing may have changed."""
    before = await one.views()
    progress: list[int] = []
    assert await rebuild(one.pool, progress.append) == len(before)
    assert progress[-1] == len(before)
    assert await one.views() == before
    await one.check()


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_a_random_day_is_the_same_on_postgresql_and_in_memory(fresh_database: str, seed: int) -> None:
    """One walk, two stores: the same answers, positions, refusals and views; and rebuilding changes nothing."""
    memory, clock = Memory(), SteppedClock(NOW)
    memory.cases.overtaken = False  # who decides twice takes ids twice
    async with store(fresh_database, ids=WalkIds(), clock=clock) as one:
        here, there = Walk(one.world, seed, clock.advance), Walk(memory.world, seed, memory.clock.advance)
        for _ in range(4):
            await here.go(60)
            await there.go(60)
            assert here.outcomes == there.outcomes
        await rebuilt(one)
        docs = {
            id: msgspec.json.decode(doc)
            for _, id, doc in await one.pool.fetch("select number, id::text, doc from cases")
        }
        other = {case.id: msgspec.to_builtins(case) for case, _ in memory.store.cases.values()}
        assert _without_salt(docs) == _without_salt(msgspec.json.decode(msgspec.json.encode(other)))
        assert await one.journal.position() == await memory.journal.position()


def _without_salt(value: object) -> object:
    """Digests are salted: leave them out."""
    if isinstance(value, dict):
        return {key: _without_salt(item) for key, item in value.items() if key != "digest"}
    return [_without_salt(item) for item in value] if isinstance(value, list) else value


async def test_many_people_at_once_and_two_timers(fresh_database: str) -> None:
    clock = SteppedClock(NOW)
    async with store(fresh_database, clock=clock) as one, store(fresh_database, clock=clock) as two:
        walks = [Walk(each.world, seed, clock.advance) for seed, each in enumerate((one, two) * 4)]
        for walk in walks[1:]:
            walk.ids = walks[0].ids
        for _ in range(4):
            await asyncio.gather(*(walk.go(15) for walk in walks), mark_due(one.world), mark_due(two.world))
        assert len(walks[0].ids) > 20
        await marked_once(one)
        assert await one.pool.fetchval("select count(*) from journal where type = 'case.overdue'") > 0
        await rebuilt(one)


async def marked_once(one: Stored) -> None:
    """Each deadline is announced as soon due and as overdue once at most, however many timers look."""
    said: dict[tuple[str, str, int | None], set[str]] = {}
    for row in await one.pool.fetch("select stream, type, data from journal order by position"):
        fact = msgspec.json.decode(row["data"])
        for begun in fact.get("begun", ()):
            if not begun.get("marked"):
                said[row["stream"], begun["stage"], None] = set()
        if row["type"] in ("case.soon_due", "case.overdue"):
            before = said.setdefault((row["stream"], fact["stage"], fact.get("task")), set())
            assert row["type"] not in before, row
            before.add(row["type"])


async def test_a_damaged_view_is_made_whole(fresh_database: str) -> None:
    async with store(fresh_database) as one:
        await Walk(one.world, 8, one.clock.advance).go(80)
        before = await one.views()
        some = "where id in (select id from (select id, row_number() over (order by number) n from cases) t where n % {} = 0)"
        await one.pool.execute("update cases set state = 'nonsense', owner = null " + some.format(2))
        await one.pool.execute("delete from cases " + some.format(3))
        with pytest.raises(AssertionError):
            await one.check()
        await rebuild(one.pool)
        assert await one.views() == before


async def test_rebuilding_while_commands_come_in(fresh_database: str) -> None:
    """Commands wait, readers see the old rows until the new ones are whole."""
    async with store(fresh_database) as one:
        await asyncio.gather(*(one.report() for _ in range(50)))

        async def look() -> None:
            while not done.is_set():
                assert await one.pool.fetchval("select count(*) from cases") >= 50
                await asyncio.sleep(0)

        done = asyncio.Event()
        looking = asyncio.create_task(look())
        await asyncio.gather(*(rebuild(one.pool) for _ in range(3)), *(one.report() for _ in range(100)))
        done.set()
        await looking
        assert await one.pool.fetchval("select count(*) from cases") == 150
        await rebuilt(one)


async def test_an_empty_journal_makes_no_rows(fresh_database: str) -> None:
    async with store(fresh_database) as one:
        assert await rebuild(one.pool) == 0
        one.clock.advance(timedelta(days=1))
        assert await mark_due(one.world) == 0

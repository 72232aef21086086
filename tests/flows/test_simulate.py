"""Deciding again: under the pack that was live everything is as it was; under another one only rule-made things change."""

from collections import defaultdict
from typing import Any

import pytest
from flows.memory import Memory
from flows.walk import Walk
from msgspec.structs import replace
from template import ADMIN, NOW, city, point

from northbank.core.again import grouped
from northbank.core.city import City
from northbank.core.facts import read
from northbank.core.journal import Entry
from northbank.core.moves import Act
from northbank.core.policy import Sums, lived
from northbank.flows.act import ActBody, act
from northbank.flows.mark_due import mark_due
from northbank.flows.report import NewReport, Where, report


def streams(memory: Memory) -> dict[str, list[Entry[Any]]]:
    """The entries of each case."""
    found: dict[str, list[Entry[Any]]] = defaultdict(list)
    for place, one in enumerate(memory.store.entries, 1):
        if one.stream.startswith("case:"):
            fact = read(one.type, one.schema, one.data)
            found[one.stream].append(
                Entry(place, one.id, one.stream, one.version, one.type, one.at, one.actor, one.cause, one.pack, one.rule, fact)
            )  # fmt: skip
    return found


def summed(memory: Memory, after: City) -> Sums:
    """All cases of a center lived again."""
    sums = Sums(memory.clock.now())
    for entries in streams(memory).values():
        sums.take(*lived(entries, city(), after, sums.until), len(entries))
    return sums


@pytest.mark.parametrize("seed", range(8))
async def test_under_the_pack_that_was_live_history_is_what_it_was(memory: Memory, seed: int) -> None:
    walk = Walk(memory.world, seed, memory.clock.advance)
    await walk.go(300)
    for entries in streams(memory).values():
        recorded, base, new = lived(entries, city(), city(), memory.clock.now())
        assert base.case == recorded, [type(one.data).__name__ for one in entries]
        assert new.case == recorded
        assert (base.spared, base.needed) == (0, 0)
    sums = summed(memory, city())
    assert sums.counts["reproduced"] == sums.counts["cases"] == len(walk.ids)
    assert not sums.changed
    assert sums.counts["kept"] <= sums.counts["decided"] * 0.02, "what rules decide is decided again, not copied"
    assert sums.counts["decided"] > sums.counts["entries"] * 0.5


async def pothole(memory: Memory) -> str:
    return (await report(memory.world, ADMIN, NewReport(type="street.pothole", place=Where(*point("TW-H1-G1"))))).id


def routed(owner: str, *, auto: bool = True) -> City:
    """The city with potholes at another owner."""
    rows = (replace(row, owner=owner, auto=auto) if row.id == "R20" else row for row in city().routes)
    return replace(city(), version="other", routes=tuple(rows))


async def test_another_owner_gets_the_work_of_the_rows_that_name_it(memory: Memory) -> None:
    ids = [await pothole(memory) for _ in range(3)]
    chosen = ids[2]
    reason = next(code for code in city().reasons if code.startswith("return."))
    await act(memory.world, ADMIN, chosen, Act.RETURN, ActBody(reason=reason))
    await act(memory.world, ADMIN, chosen, Act.DISPATCH, ActBody(unit="watch"))
    sums = summed(memory, routed("clean"))
    assert sums.counts["moved"] == 2, "where an officer chose the unit it stays"
    assert dict(sums.flows) == {("roads", "clean"): 2}
    assert {one.id for one in sums.changed} == set(ids[:2])
    found = sums.result("x", NOW, routed("clean"), NOW, NOW)
    assert [(one.unit, one.before, one.after) for one in found.units] == [
        ("clean", 0, 2),
        ("roads", 2, 0),
        ("watch", 1, 1),
    ]


async def test_a_shorter_limit_makes_late_what_was_in_time(memory: Memory) -> None:
    """Under the recorded moments of work: solved after two days of three is late where one is given."""
    id = await pothole(memory)
    for what in (Act.SIGN, Act.START):
        await act(memory.world, ADMIN, id, what, ActBody())
    memory.advance(days=2)
    await mark_due(memory.world)
    await act(memory.world, ADMIN, id, Act.FEED_BACK, ActBody(note="mended"))
    limits = tuple(replace(row, amount=1) if row.id == "L15" else row for row in city().limits)
    sums = summed(memory, replace(city(), version="strict", limits=limits))
    assert [sums.counts[name] for name in ("late_before", "late_after", "newly_late", "redated", "moved")] == [
        0,
        1,
        1,
        1,
        0,
    ]
    (one,) = sums.changed
    assert (one.late_before, one.late_after) == (False, True)
    assert one.due_before is not None
    assert one.due_after is not None
    assert one.due_after < one.due_before


async def test_officers_are_needed_and_spared(memory: Memory) -> None:
    """A row that is no longer sure wants an officer where none was; one that becomes sure spares one."""
    await pothole(memory)
    noise = (await report(memory.world, ADMIN, NewReport(type="street.noise", place=Where(*point("TW-H1-G1"))))).id
    for what in (Act.ACCEPT, Act.DISPATCH, Act.SIGN):
        await act(memory.world, ADMIN, noise, what, ActBody())
    wanted = summed(memory, routed("roads", auto=False))
    assert (wanted.counts["needed"], wanted.counts["spared"], wanted.counts["moved"]) == (1, 0, 0)
    sure = tuple(replace(row, auto=True) for row in city().routes)
    spared = summed(memory, replace(city(), version="sure", routes=sure))
    assert (spared.counts["needed"], spared.counts["spared"], spared.counts["moved"]) == (0, 2, 0)


async def test_a_type_no_row_takes_waits_at_the_desk(memory: Memory) -> None:
    await pothole(memory)
    rows = tuple(row for row in city().routes if row.id != "R20")
    sums = summed(memory, replace(city(), version="gap", routes=rows))
    assert sums.counts["needed"] == 1


async def test_the_ladder_is_climbed_at_its_own_moments(memory: Memory) -> None:
    """Where history had nothing to say the timer of the new rules comes by itself; once each."""
    bare = replace(city(), version="bare", ladder=())
    memory.world = replace(memory.world, city=bare)
    id = await pothole(memory)
    for _ in range(3):
        memory.advance(days=3)
        await mark_due(memory.world)
    [entries] = streams(memory).values()
    _, base, new = lived(entries, bare, city(), memory.clock.now())
    assert base.case is not None
    assert new.case is not None
    assert not base.case.orders
    assert new.case.orders
    assert [one.n for one in new.case.orders] == list(range(1, len(new.case.orders) + 1))
    assert new.case.id == id


async def test_commands_are_told_apart(memory: Memory) -> None:
    await pothole(memory)
    [entries] = streams(memory).values()
    assert [[one.type for one in group] for group in grouped(entries)] == [
        ["case.reported", "case.routed", "case.accepted", "case.dispatched"]
    ]

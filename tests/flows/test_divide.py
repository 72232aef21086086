"""A message that names a broken lamp and rubbish: split into cases, seen from both, erased together, told from a game."""

import asyncio
from collections.abc import Awaitable
from datetime import timedelta

import pytest
from flows.memory import Memory
from flows.test_simulate import streams, summed
from msgspec.structs import replace
from template import ADMIN, CLEAN, DUTY, HARBOR, INTAKE, ROADS, WORKER, city, point

from northbank.core.access import Actor
from northbank.core.again import grouped
from northbank.core.case import Case
from northbank.core.gaming import shopping, splitting
from northbank.core.moves import Act
from northbank.core.policy import lived
from northbank.core.refusal import Refused
from northbank.core.traces import Trace, corrections, trace
from northbank.flows.act import ActBody, MatterBody, act
from northbank.flows.erase_subject import EraseBody, erase
from northbank.flows.report import Contact, NewReport, Where, report
from northbank.flows.see_cases import detail, photo
from northbank.flows.see_duplicates import of_case

TEXT = "路灯不亮，旁边还有垃圾 / the lamp is out and there is rubbish beside it"
TWO = ActBody(
    note="two matters",
    matters=(
        MatterBody(type="street.waste", note="rubbish beside the lamp"),
        MatterBody(type="water.quality", place=Where(*point("TW-O1-G1")), attributes={"indoors": True}),
    ),
)


async def make(memory: Memory, type: str = "street.light") -> str:
    new = NewReport(
        type=type, place=Where(*point("TW-H1-G1")), text=TEXT, contact=Contact(phone="139"), source="phone",
        external=f"x{len(memory.store.entries)}",
    )  # fmt: skip
    return (await report(memory.world, INTAKE, new, None, (b"photo",))).id


async def case_of(memory: Memory, id: str) -> Case:
    found = await memory.cases.get(id)
    assert found is not None
    return found


async def split(memory: Memory, body: ActBody = TWO, actor: Actor = DUTY) -> tuple[str, list[str]]:
    id = await make(memory)
    memory.advance(hours=1)
    await act(memory.world, actor, id, Act.DIVIDE, body)
    return id, list((await case_of(memory, id)).offspring)


async def code(work: Awaitable[object]) -> str:
    with pytest.raises(Refused) as found:
        await work
    return found.value.code


async def test_both_sides_tell_of_each_other_and_read_the_same_words(memory: Memory) -> None:
    id, (waste, water) = await split(memory)
    first = await detail(memory.world, DUTY, id)
    assert first.divided == 2
    assert [one.id for one in first.offspring] == [waste, water]
    last = first.timeline[-1]
    assert (last.what, [one.id for one in last.others], last.note) == ("divided", [waste, water], "two matters")
    assert (first.case.state, first.case.owner) == ("dispatched", "roads")
    second = await detail(memory.world, DUTY, waste)
    assert second.origin is not None
    assert second.origin.id == id
    assert [(one.what, one.actor) for one in second.timeline] == [
        (what, "duty") for what in ("reported", "routed", "accepted", "dispatched", "noted")
    ]
    assert second.timeline[0].other is not None
    assert second.timeline[0].other.id == id
    assert second.timeline[-1].note == "rubbish beside the lamp"
    assert (second.case.owner, second.case.type, second.case.reporter) == ("clean", "street.waste", "intake")
    assert second.person is not None
    assert second.person.text == TEXT
    assert await photo(memory.world, CLEAN, waste, second.photos[0].id) == b"photo"
    assert second.case.external is None
    third = await detail(memory.world, DUTY, water)
    assert (third.case.town, third.attributes, third.case.state) == ("TW-O", {"indoors": True}, "reported")


async def test_who_sees_one_does_not_see_the_other(memory: Memory) -> None:
    """The lamp is of the roads office, the rubbish of the cleaning office: each is told of the other no more than that it is."""
    id, (waste, _) = await split(memory)
    mine = await detail(memory.world, ROADS, id)
    assert (mine.divided, mine.offspring, mine.timeline[-1].others) == (2, [], [])
    theirs = await detail(memory.world, CLEAN, waste)
    assert (theirs.origin, theirs.timeline[0].other) == (None, None)
    assert await code(detail(memory.world, CLEAN, id)) == "not_found"
    assert (await detail(memory.world, INTAKE, waste)).case.id == waste, "its reporter is that of the report"


async def test_erasing_the_person_erases_them_in_every_part_and_the_reference_stays(memory: Memory) -> None:
    id, (waste, water) = await split(memory)
    before = [(await case_of(memory, one)).words for one in (id, waste, water)]
    assert before[0] is not None
    assert before == [before[0]] * 3
    await erase(memory.world, DUTY, (await case_of(memory, waste)).subject, EraseBody("request"))
    for one in (id, waste, water):
        seen = await detail(memory.world, DUTY, one)
        assert (seen.person, seen.erased) == (None, True)
        assert (await case_of(memory, one)).words == before[0]
    notes = [one.note_erased for one in (await detail(memory.world, DUTY, waste)).timeline]
    assert notes[-1]
    await act(memory.world, DUTY, id, Act.DIVIDE, ActBody(matters=(MatterBody(type="other", note="after that"),)))
    assert len((await case_of(memory, id)).offspring) == 3


async def test_it_is_undone_by_merging_back_and_that_too_can_be_undone(memory: Memory) -> None:
    id, (waste, _) = await split(memory)
    assert (await act(memory.world, DUTY, waste, Act.MERGE, ActBody(into=id))).state == "merged"
    back = await case_of(memory, id)
    assert (waste in back.children, waste in back.offspring) == (True, True)
    for what in (Act.SIGN, Act.START):
        await act(memory.world, ADMIN, id, what, ActBody())
    await act(memory.world, ADMIN, id, Act.FEED_BACK, ActBody(note="both done"))
    for what in (Act.CHECK, Act.CLOSE):
        await act(memory.world, ADMIN, id, what, ActBody())
    assert (await case_of(memory, waste)).closed_at is not None
    assert (await act(memory.world, DUTY, waste, Act.SPLIT, ActBody(note="not done"))).state == "dispatched"


async def test_the_same_key_splits_once(memory: Memory) -> None:
    id = await make(memory)
    done = await asyncio.gather(*(act(memory.world, DUTY, id, Act.DIVIDE, TWO, "k1") for _ in range(3)))
    assert done[0] == done[1] == done[2]
    assert await act(memory.world, DUTY, id, Act.DIVIDE, TWO, "k1") == done[0]
    assert len((await case_of(memory, id)).offspring) == 2
    assert len(memory.store.cases) == 3
    other = ActBody(matters=TWO.matters[:1])
    assert await code(act(memory.world, DUTY, id, Act.DIVIDE, other, "k1")) == "key_reused"


async def test_two_officers_at_once_split_one_after_the_other(memory: Memory) -> None:
    id = await make(memory)
    one = ActBody(matters=TWO.matters[:1])
    await asyncio.gather(*(act(memory.world, DUTY, id, Act.DIVIDE, one) for _ in range(2)))
    assert len((await case_of(memory, id)).offspring) == 2
    assert len({case.number for case, _ in memory.store.cases.values()}) == 3


@pytest.mark.parametrize(
    ("matters", "said"),
    [
        ((), "no_matters"),
        ((MatterBody(type="no.such"),), "unknown_type"),
        ((MatterBody(type="other", place=Where(address="by the bridge")),), "no_place"),
        ((MatterBody(type="other", place=Where(0.0, 0.0)),), "outside"),
        ((MatterBody(type="other"),) * 10, "too_many_matters"),
    ],
)
async def test_a_refusal_leaves_no_trace(memory: Memory, matters: tuple[MatterBody, ...], said: str) -> None:
    id = await make(memory)
    before = memory.image()
    assert await code(act(memory.world, DUTY, id, Act.DIVIDE, ActBody(matters=matters))) == said
    assert await code(act(memory.world, ROADS, id, Act.DIVIDE, TWO)) == "forbidden"
    assert memory.image() == before


async def test_words_of_matters_are_sealed_only_by_the_act_that_splits(memory: Memory) -> None:
    id = await make(memory)
    secrets = len(memory.store.secrets)
    await act(memory.world, DUTY, id, Act.NOTE, replace(TWO, note="n"))
    assert len(memory.store.secrets) == secrets + 1


async def test_the_parts_of_one_report_are_not_proposed_as_duplicates(memory: Memory) -> None:
    """They have every word in common. Another report of the same is proposed."""
    id, (waste, _) = await split(memory, replace(TWO, matters=(MatterBody(type="street.light"), TWO.matters[1])))
    twin = await make(memory)
    for one in (id, waste):
        found = {row.id for row in (await of_case(memory.world, DUTY, one)).rows}
        assert twin in found
        assert not found & {id, waste}


async def test_it_is_decided_again_as_it_was(memory: Memory) -> None:
    id, (waste, water) = await split(memory)
    await act(memory.world, DUTY, water, Act.DESCRIBE, ActBody(attributes={"indoors": False}, note="in the street"))
    await act(memory.world, DUTY, water, Act.RETYPE, ActBody(type="street.light"))
    memory.advance(days=3)
    for entries in streams(memory).values():
        recorded, base, new = lived(entries, city(), city(), memory.clock.now())
        assert base.case == recorded == new.case
        assert base.kept == 0
    sums = summed(memory, city())
    assert sums.counts["reproduced"] == sums.counts["cases"] == 3
    groups = [[one.type.partition(".")[2] for one in group] for group in grouped(streams(memory)[f"case:{water}"])]
    assert groups == [["reported", "routed"], ["described", "routed", "noted"], ["retyped", "routed"]]
    [group, *_] = grouped(streams(memory)[f"case:{waste}"])
    assert len(group) == 5, "what came with the birth is one command"
    rows = tuple(replace(row, owner="roads") if row.id == "R22" else row for row in city().routes)
    moved = summed(memory, replace(city(), version="other", routes=rows))
    assert {one.id for one in moved.changed} == {waste}
    assert id not in {one.id for one in moved.changed}


async def test_the_history_tells_what_was_corrected(memory: Memory) -> None:
    id = await make(memory, "water.quality")
    await act(memory.world, DUTY, id, Act.DESCRIBE, ActBody(attributes={"indoors": False}))
    await act(memory.world, DUTY, id, Act.DESCRIBE, ActBody(attributes={"indoors": True}))
    await act(memory.world, DUTY, id, Act.RETYPE, ActBody(type="street.light"))
    told = [
        (one.what, [(said.before, said.after) for said in one.said])
        for one in (await detail(memory.world, DUTY, id)).timeline
    ]
    assert [one for one in told if one[1]] == [
        ("described", [(None, False)]),
        ("described", [(False, True)]),
        ("retyped", [(True, None)]),
    ]
    assert (
        await code(act(memory.world, DUTY, id, Act.DESCRIBE, ActBody(attributes={"indoors": True}))) == "no_attributes"
    )


async def test_merging_and_undoing_it_keep_the_attributes(memory: Memory) -> None:
    one, other = await make(memory, "water.quality"), await make(memory, "water.quality")
    await act(memory.world, DUTY, one, Act.DESCRIBE, ActBody(attributes={"indoors": False}))
    await act(memory.world, DUTY, one, Act.MERGE, ActBody(into=other))
    assert (await case_of(memory, one)).attributes == {"indoors": False}
    assert (await case_of(memory, other)).attributes == {}
    await act(memory.world, DUTY, one, Act.SPLIT, ActBody(note="another place"))
    assert (await case_of(memory, one)).attributes == {"indoors": False}


async def test_more_time_is_not_offered_when_the_limit_has_passed(memory: Memory) -> None:
    id = await make(memory)
    for what in (Act.SIGN, Act.START):
        await act(memory.world, ROADS, id, what, ActBody())
    assert Act.ASK_EXTENSION in {one.act for one in (await detail(memory.world, ROADS, id)).acts}
    memory.advance(days=9)
    seen = await detail(memory.world, ROADS, id)
    assert Act.ASK_EXTENSION not in {one.act for one in seen.acts}
    assert Act.ASK_EXTENSION in {one.act for one in seen.impossible}
    asked = ActBody(amount=1, note="the part is late")
    assert await code(act(memory.world, ROADS, id, Act.ASK_EXTENSION, asked)) == "asked_too_late"


# --- gaming the figures


async def solved_parts(memory: Memory, divider: Actor, solver: Actor) -> list[Trace]:
    """A report split into nine cases of one type, all settled on the spot within minutes."""
    lon, lat = point("TW-H1-G1")
    id = (await report(memory.world, WORKER, NewReport(type="street.noise", place=Where(lon, lat), source="worker"))).id
    memory.advance(days=1)
    body = ActBody(matters=(MatterBody(type="street.noise"),) * 9)
    await act(memory.world, divider, id, Act.DIVIDE, body)
    for one in (await case_of(memory, id)).offspring:
        memory.advance(minutes=1)
        await act(memory.world, solver, one, Act.SELF_HANDLE, ActBody(note="done"))
        for what in (Act.CHECK, Act.CLOSE):
            await act(memory.world, ADMIN, one, what, ActBody())
    return [trace(case) for case, _ in memory.store.cases.values()]


async def test_a_desk_that_splits_for_others_is_no_hit_and_whoever_solves_what_they_split_is(memory: Memory) -> None:
    honest = await solved_parts(memory, DUTY, WORKER)
    assert splitting({"q-harbor": honest}, city().gaming) == []
    other = Memory()
    played = await solved_parts(other, replace(HARBOR, login="h"), replace(HARBOR, login="h"))
    [found] = splitting({"q-harbor": played}, city().gaming)
    assert (found.login, found.hits) == ("h", 9)
    assert played[1].reported_at - played[0].reported_at == timedelta(days=1), "a split counts from when it was made"


async def test_attributes_corrected_so_that_another_unit_has_the_case_are_counted(memory: Memory) -> None:
    """Whoever had it is rid of it; a correction that changes nothing for the unit, and one that completes, are no gain."""
    id = await make(memory, "water.quality")
    for said in (False, None, True):
        memory.advance(hours=1)
        await act(memory.world, DUTY, id, Act.DESCRIBE, ActBody(attributes={"indoors": said}))
    untyped = (await report(memory.world, INTAKE, NewReport(place=Where(*point("TW-H1-G1")), source="phone"))).id
    await act(memory.world, DUTY, untyped, Act.DESCRIBE, ActBody(attributes={"indoors": False}))
    found = [one async for one in memory.journal.read(f"case:{id}")]
    assert [(one.unit, one.later_unit, one.gains) for one in corrections(found)] == [
        ("waterworks", "harbor", True),
        ("harbor", "waterworks", True),
        ("waterworks", "waterworks", False),
    ]
    assert corrections([one async for one in memory.journal.read(f"case:{untyped}")]) == []
    [shopped] = shopping({}, [one for one in corrections(found) if one.unit == "harbor"], city().gaming)
    assert (shopped.unit, shopped.hits, shopped.cases) == ("harbor", 1, (id,))

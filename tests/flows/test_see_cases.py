"""Looking: nobody reads beyond their scope, persons only where the role reads them, and the timeline tells why and by whom."""

from typing import Any

import pytest
from flows.memory import Memory
from flows.walk import Walk
from msgspec.structs import replace
from template import ADMIN, CLEAN, DUTY, EVERYBODY, HARBOR, INTAKE, LEADER, NOW, OLD_TOWN, ROADS, WALL, WORKER, point

from northbank.core.access import READS_PERSONS, Actor, scope
from northbank.core.city import Name
from northbank.core.moves import Act
from northbank.core.refusal import Refused
from northbank.flows.act import ActBody, act
from northbank.flows.report import Contact, NewReport, Where, report
from northbank.flows.see_cases import detail, page, photo
from northbank.ports import CaseQuery


async def make(memory: Memory, **change: Any) -> str:
    new = NewReport(type="street.pothole", place=Where(*point("TW-H1-G1")), text="a hole", contact=Contact(phone="139"))
    new = replace(new, **change)
    return (await report(memory.world, INTAKE, new, None, (b"photo",))).id


async def code(wanted: object) -> str:
    with pytest.raises(Refused) as found:
        await wanted  # type: ignore[misc]
    return found.value.code


async def test_nobody_sees_beyond_their_scope() -> None:
    """After a random day: lists, counts, details and photos of every actor against the rule."""
    memory = Memory()
    walk = Walk(memory.world, 5, memory.clock.advance)
    await walk.go(200)
    for actor in EVERYBODY:
        rows = scope(actor)
        mine = {card.id for card in memory.cases.cards() if rows.sees(card)}
        seen = await page(memory.world, actor, CaseQuery(limit=500))
        assert ({card.id for card in seen.rows}, seen.total) == (mine, len(mine))
        for id in walk.ids:
            case = await memory.cases.get(id)
            assert case is not None
            if id in mine:
                assert (await detail(memory.world, actor, id)).case.id == id
            else:
                assert await code(detail(memory.world, actor, id)) == "not_found"
                for one in case.photos:
                    assert await code(photo(memory.world, actor, id, one.id)) == "not_found"


@pytest.mark.parametrize("actor", [ADMIN, DUTY, HARBOR, ROADS, WORKER])
async def test_who_must_call_back_reads_the_person(memory: Memory, actor: Actor) -> None:
    seen = await detail(memory.world, actor, await make(memory))
    assert seen.person is not None
    assert seen.person.contact == Contact(phone="139")
    assert await photo(memory.world, actor, seen.case.id, seen.photos[0].id) == b"photo"


@pytest.mark.parametrize("actor", [LEADER, WALL, INTAKE])
async def test_others_see_the_case_without_the_person(memory: Memory, actor: Actor) -> None:
    id = await make(memory)
    await act(memory.world, DUTY, id, Act.NOTE, ActBody(note="called 139"))
    photos = (await detail(memory.world, DUTY, id)).photos
    seen = await detail(memory.world, actor, id)
    assert actor.role not in READS_PERSONS
    assert (seen.person, seen.photos, seen.erased) == (None, [], False)
    assert all(step.note is None for step in seen.timeline)
    assert await code(photo(memory.world, actor, id, photos[0].id)) == "not_found"


async def test_the_timeline_says_who_when_and_by_which_row(memory: Memory) -> None:
    id = await make(memory)
    memory.advance(minutes=5)
    await act(memory.world, ROADS, id, Act.SIGN, ActBody(note="ours"))
    steps = (await detail(memory.world, DUTY, id)).timeline
    assert [(s.what, s.actor, s.rule, s.owner) for s in steps] == [
        ("reported", "intake", None, None), ("routed", "intake", "R20", "roads"), ("accepted", "intake", None, None),
        ("dispatched", "intake", "R20", "roads"), ("signed", "roads", None, None),
    ]  # fmt: skip
    assert (steps[-1].note, steps[-1].seconds, steps[-1].version, steps[0].at) == ("ours", 300, 5, NOW)
    assert [s.position for s in steps] == [1, 2, 3, 4, 5]


async def test_those_who_acted_are_named_as_far_as_they_have_accounts(memory: Memory) -> None:
    memory.people.known["roads"] = Name("道路署承办员", "Roads officer")
    id = await make(memory)
    await act(memory.world, ROADS, id, Act.SIGN, ActBody())
    assert (await detail(memory.world, DUTY, id)).people == {"roads": Name("道路署承办员", "Roads officer")}


async def test_why_it_came_here(memory: Memory) -> None:
    why = (await detail(memory.world, ROADS, await make(memory))).why
    assert (why.row, why.owner, why.type, why.level, why.town, why.may_return) == (
        "R20", "roads", "street.pothole", "district", "TW-H", True,
    )  # fmt: skip


async def test_the_acts_offered_are_the_acts_that_work(memory: Memory) -> None:
    """Buttons and rules agree: what is offered is not refused for the right, what is not offered is refused."""
    id = await make(memory)
    for actor in (DUTY, HARBOR, ROADS, WORKER, LEADER):
        seen = await detail(memory.world, actor, id)
        assert not {one.act for one in seen.acts} & {one.act for one in seen.impossible}
        assert sum(one.primary for one in seen.acts) <= 1
        for one in seen.impossible:
            assert await code(act(memory.world, actor, id, Act(one.act), ActBody(note="n"))) in (
                "forbidden",
                "not_yours",
                "no_order",
                "no_task",
            )
            assert one.why.zh
            assert one.why.en
    offered = [(one.act, one.primary, one.needs_reason) for one in (await detail(memory.world, ROADS, id)).acts]
    assert offered == [
        ("sign", True, False), ("return", False, True), ("escalate", False, True), ("ask_help", False, False),
        ("note", False, True),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("missing", "likely"), [({"type": None}, "retype"), ({"place": Where(address="by the old bridge")}, "place")]
)
async def test_what_a_case_lacks_is_the_likely_act_and_says_why_it_cannot_go_on(
    memory: Memory, missing: dict[str, Any], likely: str
) -> None:
    id = await make(memory, **missing)
    await act(memory.world, DUTY, id, Act.ACCEPT, ActBody())
    seen = await detail(memory.world, DUTY, id)
    assert [one.act for one in seen.acts if one.primary] == [likely]
    why = next(one.why.en for one in seen.impossible if one.act == "dispatch")
    assert why.startswith("The case has no")
    assert await code(act(memory.world, DUTY, id, Act.DISPATCH, ActBody(unit="roads"))) in ("untyped", "unplaced")


async def test_what_is_elsewhere_does_not_exist(memory: Memory) -> None:
    id = await make(memory)
    for actor in (CLEAN, OLD_TOWN, Actor("stranger", INTAKE.role)):
        assert await code(detail(memory.world, actor, id)) == "not_found"
        assert await code(detail(memory.world, actor, "00000000-0000-7000-8000-00000000dead")) == "not_found"
    other = await make(memory)
    foreign = (await detail(memory.world, DUTY, other)).photos[0].id
    assert await code(photo(memory.world, DUTY, id, foreign)) == "not_found"


PHOTO = b"a photo of the work"


async def handling(memory: Memory, id: str) -> None:
    for what in (Act.SIGN, Act.START):
        await act(memory.world, ROADS, id, what, ActBody())


async def test_parts_orders_and_wishes_are_shown_with_their_steps(memory: Memory) -> None:
    id = await make(memory)
    await handling(memory, id)
    await act(memory.world, ROADS, id, Act.ASK_HELP, ActBody(unit="clean"))
    await act(memory.world, DUTY, id, Act.SUPERVISE, ActBody(note="the mayor asks"))
    await act(memory.world, CLEAN, id, Act.FINISH_TASK, ActBody(note="swept"), None, (PHOTO,))
    await act(memory.world, ROADS, id, Act.ASK_EXTENSION, ActBody(amount=2, note="the part comes on Friday"))
    seen = await detail(memory.world, DUTY, id)
    assert [(one.unit, one.state) for one in seen.tasks] == [("clean", "finished")]
    assert [(one.kind, one.unit, one.by, one.waits()) for one in seen.orders] == [("order", "roads", "duty", True)]
    assert seen.wish is not None
    assert (seen.wish.amount, seen.wish.by) == (2, "roads")
    steps = {one.what: one for one in seen.timeline}
    assert (steps["help_asked"].unit, steps["task_finished"].unit) == ("clean", "clean")
    assert (steps["ordered"].order, steps["ordered"].unit, steps["ordered"].due_at) == (
        "order", "roads", seen.orders[0].due_at,
    )  # fmt: skip
    asked = steps["extension_asked"]
    assert (asked.amount, asked.measure) == (2, "working_day")
    [shown] = steps["task_finished"].photos
    assert await photo(memory.world, DUTY, id, shown.id) == PHOTO
    assert await code(photo(memory.world, LEADER, id, shown.id)) == "not_found"
    assert not [one.photos for one in (await detail(memory.world, LEADER, id)).timeline if one.photos]


async def test_merged_cases_are_tied_as_far_as_they_may_be_seen(memory: Memory) -> None:
    mine, other = await make(memory), await make(memory, place=Where(*point("TW-O1-G1")))
    await act(memory.world, DUTY, mine, Act.MERGE, ActBody(into=other))
    child, parent = await detail(memory.world, DUTY, mine), await detail(memory.world, DUTY, other)
    assert child.parent is not None
    assert (child.parent.id, child.parent.number) == (other, parent.case.number)
    assert (parent.merged, [one.id for one in parent.children]) == (1, [mine])
    assert {one.what: one.other and one.other.number for one in parent.timeline}["joined"] == child.case.number
    hidden = await detail(memory.world, HARBOR, mine)
    assert (hidden.case.state, hidden.parent) == ("merged", None), "the other case lies in another town"
    await act(memory.world, DUTY, mine, Act.SPLIT, ActBody(note="another hole"))
    assert (await detail(memory.world, DUTY, other)).merged == 0


async def test_lists_of_what_is_asked_of_a_unit(memory: Memory) -> None:
    id = await make(memory)
    await handling(memory, id)
    await act(memory.world, ROADS, id, Act.ASK_HELP, ActBody(unit="clean"))
    await act(memory.world, DUTY, id, Act.SUPERVISE, ActBody(note="hurry", unit="roads"))

    async def total(actor: Actor, **query: str) -> int:
        return (await page(memory.world, actor, CaseQuery(**query))).total  # type: ignore[arg-type]

    assert await total(CLEAN, part="clean") == await total(ROADS, answer="roads") == 1
    assert await total(CLEAN, answer="clean") == await total(ROADS, part="roads") == 0
    await act(memory.world, CLEAN, id, Act.FINISH_TASK, ActBody())
    await act(memory.world, ROADS, id, Act.ANSWER, ActBody(note="tomorrow"))
    assert await total(CLEAN, part="clean") == await total(ROADS, answer="roads") == 0
    await act(memory.world, ROADS, id, Act.ASK_SUSPENSION, ActBody(note="rain", until=NOW.replace(month=6)))
    assert (
        await total(DUTY, desk="wish") == await total(DUTY, desk="returned,wish") == await total(DUTY, desk="true") == 1
    )
    assert await total(DUTY, desk="look_back") == 0

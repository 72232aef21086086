"""Likely duplicates: proposed with their reasons while a report is entered and after, inside the scope, and never merged silently."""

from datetime import timedelta
from typing import Any

import pytest
from flows.memory import Memory
from flows.walk import Walk
from msgspec.structs import replace
from template import ADMIN, CLEAN, DUTY, EVERYBODY, HARBOR, INTAKE, LEADER, NOW, OLD_TOWN, ROADS, WALL, WORKER, point

from northbank.core.access import READS_PERSONS, REPORTERS, Actor, scope
from northbank.core.moves import Act
from northbank.core.refusal import Refused
from northbank.flows.act import ActBody, act
from northbank.flows.erase_subject import EraseBody, erase
from northbank.flows.report import Contact, NewReport, Where, report
from northbank.flows.see_duplicates import MOST, Draft, Duplicates, of_case, while_entering
from northbank.flows.tell_apart import JUDGES, Verdict, tell_apart

LON, LAT = point("TW-H1-G1")
HOLE = NewReport(
    type="street.pothole", place=Where(LON, LAT, "码头路 12 号"), text="路面有个大坑，电动车容易摔倒", contact=Contact(phone="13800001111")
)  # fmt: skip
AGAIN = Draft(
    type="street.pothole", place=Where(LON, LAT, "码头路12号"), text="路上有大坑，电动车摔倒了", contact=Contact(phone="13900002222")
)  # fmt: skip


async def tell(memory: Memory, **change: Any) -> str:
    return (await report(memory.world, INTAKE, replace(HOLE, **change))).id


async def code(wanted: object) -> str:
    with pytest.raises(Refused) as found:
        await wanted  # type: ignore[misc]
    return found.value.code


def ids(found: Duplicates) -> list[str]:
    return [one.id for one in found.rows]


async def test_while_entering_the_same_hole_is_found_and_says_why(memory: Memory) -> None:
    first = await tell(memory)
    await tell(memory, type="street.noise", text="半夜施工，声音太大", place=Where(LON, LAT))
    memory.advance(hours=2)
    before = memory.image()
    found = await while_entering(memory.world, DUTY, AGAIN)
    assert memory.image() == before, "looking stores nothing"
    likely = found.rows[0]
    assert (likely.id, likely.into, likely.earlier, likely.open) == (first, first, True, True)
    assert likely.probability > 0.9
    assert {part.name: part.level for part in likely.parts} == {
        "place": "1", "address": "same", "time": "6", "state": "open", "type": "same", "text": "more", "reporter": "other",
    }  # fmt: skip
    assert likely.odds == pytest.approx(likely.prior + sum(part.weight for part in likely.parts), abs=0.001)
    assert (found.compared, found.more, found.words, found.learned) == (2, False, True, False)
    assert [one.probability for one in found.rows] == sorted((one.probability for one in found.rows), reverse=True)


async def test_a_draft_may_lack_everything(memory: Memory) -> None:
    placed, unplaced = await tell(memory), await tell(memory, place=Where(address="码头路 12 号"))
    memory.advance(hours=1)
    assert ids(await while_entering(memory.world, DUTY, Draft(place=Where(LON, LAT)))) == [placed]
    assert ids(await while_entering(memory.world, DUTY, Draft(type="street.pothole", text=HOLE.text))) == [unplaced]
    assert await code(while_entering(memory.world, DUTY, Draft(place=Where(lon=LON)))) == "invalid"


async def test_only_near_recent_and_living_cases_are_compared(memory: Memory) -> None:
    await tell(memory)
    memory.advance(days=31)
    assert (await while_entering(memory.world, DUTY, AGAIN)).compared == 0
    await tell(memory, place=Where(*point("TW-O1-G1")))
    assert (await while_entering(memory.world, DUTY, AGAIN)).compared == 0
    assert (await while_entering(memory.world, DUTY, replace(AGAIN, happened_at=NOW + timedelta(days=1)))).compared == 1


async def test_opening_a_case_shows_those_before_and_after_it(memory: Memory) -> None:
    first = await tell(memory)
    memory.advance(hours=1)
    second = await tell(memory)
    memory.advance(hours=1)
    third = await tell(memory)
    found = await of_case(memory.world, DUTY, second)
    assert {(one.id, one.earlier) for one in found.rows} == {(first, True), (third, False)}


async def test_what_was_merged_leads_to_the_case_it_was_merged_into(memory: Memory) -> None:
    """The town says the same thing day by day: each time the open case is proposed, for the likeness of its last report."""
    first = await tell(memory, text="路面破损")
    memory.advance(days=3)
    second = await tell(memory)
    await act(memory.world, DUTY, second, Act.MERGE, ActBody(into=first))
    memory.advance(hours=1)
    found = await while_entering(memory.world, DUTY, AGAIN)
    assert [(one.id, one.into, one.state) for one in found.rows] == [(second, first, "merged")]
    assert {part.name: part.level for part in found.rows[0].parts}["state"] == "open"
    assert ids(await of_case(memory.world, DUTY, first)) == ids(await of_case(memory.world, DUTY, second)) == []


async def test_told_apart_is_not_proposed_again_until_taken_back(memory: Memory) -> None:
    first, second = await tell(memory), await tell(memory)
    assert ids(await of_case(memory.world, DUTY, second)) == [first]
    said = await tell_apart(memory.world, HARBOR, second, first, Verdict(apart=True))
    assert await tell_apart(memory.world, HARBOR, first, second, Verdict(apart=True)) == said, (
        "said twice it is said once"
    )
    assert ids(await of_case(memory.world, DUTY, second)) == ids(await of_case(memory.world, DUTY, first)) == []
    await tell_apart(memory.world, DUTY, first, second, Verdict(apart=False))
    assert ids(await of_case(memory.world, DUTY, first)) == [second]
    assert (await tell_apart(memory.world, DUTY, first, second, Verdict(apart=False))).apart is False


async def test_who_may_say_so(memory: Memory) -> None:
    first, second = await tell(memory), await tell(memory)
    elsewhere = await tell(memory, place=Where(*point("TW-O1-G1")))
    for actor in EVERYBODY:
        if actor.role not in JUDGES:
            assert await code(tell_apart(memory.world, actor, first, second, Verdict(True))) == "forbidden"
    assert await code(tell_apart(memory.world, HARBOR, first, elsewhere, Verdict(True))) == "not_found"
    assert await code(tell_apart(memory.world, OLD_TOWN, first, second, Verdict(True))) == "not_found"
    assert await code(tell_apart(memory.world, DUTY, first, first, Verdict(True))) == "invalid"


async def test_erased_words_are_compared_no_more(memory: Memory) -> None:
    first = await tell(memory)
    case = await memory.cases.get(first)
    assert case is not None
    await erase(memory.world, DUTY, case.subject, EraseBody("request"))
    found = await while_entering(memory.world, DUTY, AGAIN)
    levels = {part.name: part.level for part in found.rows[0].parts}
    assert [levels[name] for name in ("address", "text", "reporter")] == ["unknown"] * 3


async def test_words_are_compared_only_for_those_who_may_read_them(memory: Memory) -> None:
    await tell(memory)
    for actor in EVERYBODY:
        if actor.role not in REPORTERS:
            assert await code(while_entering(memory.world, actor, AGAIN)) == "forbidden"
            continue
        found = await while_entering(memory.world, actor, AGAIN)
        assert found.words is (actor.role in READS_PERSONS)
        for one in found.rows:
            text = next(part for part in one.parts if part.name == "text")
            assert (text.level == "unknown") is (actor.role not in READS_PERSONS)


async def test_nobody_learns_of_cases_beyond_their_scope() -> None:
    """After a random day: no row, no count and no `more` from outside, for anybody, from any case and any point."""
    memory = Memory()
    walk = Walk(memory.world, 11, memory.clock.advance)
    await walk.go(150)
    cards = {card.id: card for card in memory.cases.cards()}
    for actor in EVERYBODY:
        rows = scope(actor)
        for id in walk.ids:
            if not rows.sees(cards[id]):
                assert await code(of_case(memory.world, actor, id)) == "not_found"
                continue
            found = await of_case(memory.world, actor, id)
            assert all(rows.sees(cards[one.id]) and rows.sees(cards[one.into]) for one in found.rows)
            assert found.compared <= sum(rows.sees(card) for card in cards.values()) - 1
        if actor.role in REPORTERS:
            for grid in ("TW-H1-G1", "TW-O1-G1"):
                draft = await while_entering(memory.world, actor, Draft(place=Where(*point(grid))))
                assert all(rows.sees(cards[one.id]) for one in draft.rows)


async def test_at_most_so_many_are_compared(memory: Memory) -> None:
    for _ in range(MOST + 2):
        await tell(memory)
    found = await while_entering(memory.world, DUTY, AGAIN)
    assert (found.compared, found.more) == (MOST, True)
    assert len(found.rows) <= 8


@pytest.mark.parametrize("actor", [LEADER, WALL])
async def test_who_cannot_report_is_not_asked(memory: Memory, actor: Actor) -> None:
    assert await code(while_entering(memory.world, actor, AGAIN)) == "forbidden"


async def test_a_unit_sees_only_its_own(memory: Memory) -> None:
    first, second = await tell(memory), await tell(memory, type="street.waste")
    case = await memory.cases.get(first)
    assert case is not None
    for actor in (ROADS, CLEAN, WORKER, ADMIN):
        wanted = {
            id for id in (first, second) if scope(actor).sees(next(c for c in memory.cases.cards() if c.id == id))
        }
        assert set(ids(await while_entering(memory.world, actor, AGAIN))) <= wanted

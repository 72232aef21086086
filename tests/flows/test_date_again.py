"""A year without calendar: cases are taken all the same, the desk is told, and the due time comes with the calendar."""

from datetime import UTC, datetime, timedelta

from flows.memory import Memory
from msgspec.structs import replace
from template import ADMIN, INTAKE, city, point

from northbank.core.city import City
from northbank.core.deadline import begin
from northbank.core.moves import Act
from northbank.flows.act import ActBody, act
from northbank.flows.date_again import date_again
from northbank.flows.mark_due import mark_due
from northbank.flows.report import NewReport, Where, report
from northbank.flows.see_cases import detail

EVE = datetime(2026, 12, 30, 4, 0, tzinfo=UTC)


def until_2026() -> City:
    """The city before anybody knew the calendar of 2027."""
    calendar = replace(city().calendar, version="old", years=frozenset({2025, 2026}))
    return replace(city(), version="old", calendar=calendar)


async def test_a_case_without_due_time_is_told_worked_on_and_dated_when_the_calendar_comes(memory: Memory) -> None:
    whole = memory.world
    memory.world = replace(whole, city=until_2026())
    memory.clock.advance(EVE - memory.clock.now())
    reply = await report(memory.world, INTAKE, NewReport(type="street.pothole", place=Where(*point("TW-H1-G1"))))
    [card] = memory.cases.cards()
    assert (card.desk, card.needs, card.due_at, card.owner, card.state) == (
        "no_calendar",
        True,
        None,
        "roads",
        "dispatched",
    )
    told = (await detail(memory.world, ADMIN, reply.id)).deadlines
    assert [one.deadline.missing for one in told if one.deadline.stage == "solve"] == [2027]
    assert any("The calendar for 2027 is missing" in step.en for one in told for step in one.steps)
    assert await date_again(memory.world) == 0
    await act(memory.world, ADMIN, reply.id, Act.SIGN, ActBody())
    await act(memory.world, ADMIN, reply.id, Act.START, ActBody())
    await mark_due(memory.world)

    memory.world = whole
    memory.advance(days=1)
    assert await date_again(memory.world) == 1
    assert await date_again(memory.world) == 0
    [card] = memory.cases.cards()
    plain = begin(city(), "street.pothole", False, "solve", EVE)
    assert plain
    assert (card.desk, card.due_at) == (None, plain.due_at)
    entry = memory.store.entries[-1]
    assert (entry.type, entry.actor, entry.pack) == ("case.dated", "system", city().version)
    steps = [step.en for one in (await detail(memory.world, ADMIN, reply.id)).deadlines for step in one.steps]
    assert any("when the calendar had come" in step for step in steps)


async def test_a_case_that_is_over_is_dated_too(memory: Memory) -> None:
    whole = memory.world
    memory.world = replace(whole, city=until_2026())
    memory.clock.advance(EVE - memory.clock.now())
    reply = await report(memory.world, INTAKE, NewReport(type="street.pothole", place=Where(*point("TW-H1-G1"))))
    for what in (Act.SIGN, Act.START, Act.FEED_BACK, Act.CHECK, Act.CLOSE):
        await act(memory.world, ADMIN, reply.id, what, ActBody())
    [card] = memory.cases.cards()
    assert (card.state, card.on_time, card.needs) == ("closed", None, False)
    memory.world = whole
    assert await date_again(memory.world) == 1
    [card] = memory.cases.cards()
    assert (card.on_time, card.desk) == (True, None)


async def test_the_part_of_a_helper_without_due_time_is_told_and_dated_too(memory: Memory) -> None:
    """The lead's own deadlines can be computed, that of the part lies in the year without calendar."""
    whole = memory.world
    memory.world = replace(whole, city=until_2026())
    memory.clock.advance(EVE - timedelta(days=20) - memory.clock.now())
    reply = await report(memory.world, INTAKE, NewReport(type="street.pothole", place=Where(*point("TW-H1-G1"))))
    memory.clock.advance(EVE - memory.clock.now() + timedelta(days=1, hours=1))
    assert memory.cases.cards()[0].desk is None
    asked_at = memory.clock.now()
    await act(memory.world, ADMIN, reply.id, Act.ASK_HELP, ActBody(unit="clean"))
    case = await memory.cases.get(reply.id)
    assert case
    assert [one.deadline and one.deadline.missing for one in case.tasks] == [2027]
    assert all(one.missing is None for one in case.deadlines)
    [card] = memory.cases.cards()
    assert (card.desk, card.needs) == ("no_calendar", True)

    memory.world = whole
    assert await date_again(memory.world) == 1
    assert await date_again(memory.world) == 0
    [card] = memory.cases.cards()
    assert card.desk is None
    case = await memory.cases.get(reply.id)
    plain = begin(city(), "street.pothole", False, "support", asked_at, "clean")
    assert case
    assert plain
    assert [one.deadline and one.deadline.due_at for one in case.tasks] == [plain.due_at]
    memory.advance(days=10)
    await mark_due(memory.world)
    case = await memory.cases.get(reply.id)
    assert case
    assert [bool(one.deadline and "overdue" in one.deadline.marked) for one in case.tasks] == [True]
    memory.check()

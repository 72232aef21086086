"""One report split into several cases: what the new ones are, from when their time counts, and what is refused."""

from datetime import datetime, timedelta

import pytest
from core.test_handling import MINUTE, WORDS, born, fold, refused, step
from msgspec.structs import replace
from template import ADMIN, CLEAN, DUTY, HARBOR, NOW, city, point

from northbank.core import dividing
from northbank.core.access import Actor
from northbank.core.case import Case
from northbank.core.case_facts import CaseFact, Dispatched, Divided, Noted, Reported, Routed, Unrouted
from northbank.core.deadline import Deadline
from northbank.core.doing import Do, Matter, Want
from northbank.core.handling import decide, hindrance
from northbank.core.moves import Act

HOUR = timedelta(hours=1)
LATER = NOW + 2 * HOUR
WASTE = Matter(id="b", number="TW-b", type="street.waste")


def births(case: Case, *matters: Matter, at: datetime = LATER, actor: Actor = DUTY) -> list[list[CaseFact]]:
    do = Do(act=Act.DIVIDE, matters=matters)
    [divided] = decide(do, case, city(), at, actor)
    assert isinstance(divided, Divided)
    assert divided.into == tuple(one.id for one in matters)
    return [facts for _, facts in dividing.births(Want(do, case, city(), actor, at, at))]


def solve(case: Case) -> Deadline:
    found = case.deadline("solve")
    assert found is not None
    return found


def test_each_matter_is_a_case_of_its_own_with_the_words_of_the_report() -> None:
    case = born("street.light")
    lon, lat = point("TW-O1-G1")
    there = Matter(
        id="c", number="TW-c", type="water.quality", lon=lon, lat=lat, attributes={"indoors": True}, note=WORDS
    )
    waste, water = births(case, WASTE, there)
    assert [type(one) for one in waste] == [Reported, Routed, *[type(one) for one in waste[2:4]]]
    assert isinstance(waste[-1], Dispatched), "a sure row dispatches it at once"
    assert [type(one) for one in water] == [Reported, Routed, Noted]
    first, second = waste[0], water[0]
    assert isinstance(first, Reported)
    assert isinstance(second, Reported)
    assert (first.subject, first.words, first.photos) == (case.subject, case.words, case.photos)
    assert (first.source, first.reporter, first.happened_at) == (case.source, case.reporter, case.reported_at)
    assert first.external is None
    assert first.spot == case.spot
    assert second.spot is not None
    assert second.spot.grid == "TW-O1-G1"
    assert second.origin is not None
    assert (second.origin.case, second.origin.by, second.origin.at) == (case.id, "duty", LATER)
    split = fold(case, decide(Do(act=Act.DIVIDE, matters=(WASTE, there)), case, city(), LATER, DUTY), LATER)
    assert (split.offspring, split.state, split.owner) == (("b", "c"), case.state, case.owner)
    assert split.deadlines == case.deadlines


def test_solving_counts_from_the_report_and_each_step_from_the_split() -> None:
    """The reporter has waited since the report; whoever signs for it could not before."""
    case = born("street.light")
    [waste] = births(case, WASTE)
    made = fold(None, waste, LATER)
    assert made.reported_at == NOW
    assert (made.state, solve(made).started_at) == ("dispatched", NOW)
    assert solve(made).due_at == solve(fold(None, births(case, WASTE, at=NOW + MINUTE)[0], NOW + MINUTE)).due_at
    started = {one.stage: one.started_at for one in made.deadlines}
    assert (started["accept"], started["sign"]) == (LATER, LATER)


def test_of_a_case_that_lives_again_time_counts_from_then() -> None:
    case = born("street.noise")
    for act in ("accept", "dispatch", "sign", "start", "feed_back", "check", "close"):
        case = step(case, act, unit="roads")
    case = step(case, "reopen", NOW + 30 * HOUR, note=WORDS)
    [facts] = births(case, WASTE, at=NOW + 31 * HOUR)
    made = fold(None, facts, NOW + 31 * HOUR)
    assert (made.reported_at, solve(made).started_at) == (NOW, NOW + 30 * HOUR)
    routed = facts[1]
    assert isinstance(routed, Routed)
    assert routed.judged_at == NOW + 30 * HOUR


def test_urgency_said_by_the_reporter_goes_along_that_of_the_type_does_not() -> None:
    burst = born("water.burst")
    assert burst.urgent
    [waste] = births(burst, WASTE)
    assert isinstance(waste[0], Reported)
    assert not waste[0].urgent
    [cave] = births(born("street.light"), Matter(id="b", number="b", type="safety.cave_in"))
    assert isinstance(cave[0], Reported)
    assert cave[0].urgent


def test_without_any_place_it_waits_at_the_desk_like_its_report() -> None:
    case = replace(born("street.light"), spot=None, state="reported")
    [facts] = births(case, WASTE)
    assert isinstance(facts[1], Unrouted)
    assert facts[1].why == "no_place"


def test_what_is_wrong_is_refused_and_nothing_is_born() -> None:
    case = born("street.light")
    odd = {"id": "c", "number": "c"}
    assert refused(case, "divide") == "no_matters"
    assert refused(case, "divide", matters=(WASTE, Matter(type="no.such", **odd))) == "unknown_type"
    assert refused(case, "divide", matters=(Matter(type="street.waste", lon=0.0, lat=0.0, **odd),)) == "outside"
    assert (
        refused(case, "divide", matters=(Matter(type="street.waste", attributes={"indoors": True}, **odd),))
        == "unknown_attribute"
    )
    assert refused(case, "divide", CLEAN, matters=(WASTE,)) == "forbidden"
    assert refused(case, "divide", HARBOR, matters=(WASTE,)) == "forbidden", "of the district's level"
    assert refused(case, "divide", matters=(WASTE,) * 10) == "too_many_matters"
    done = step(step(step(case, "sign"), "start"), "feed_back")
    assert refused(done, "divide", matters=(WASTE,)) == "wrong_state"


def test_a_report_is_split_into_so_many_and_what_was_split_off_is_not_split_again() -> None:
    case = born("street.light")
    four = tuple(Matter(id=f"m{n}", number=f"m{n}", type="street.waste") for n in range(4))
    for n in range(2):
        case = fold(case, decide(Do(act=Act.DIVIDE, matters=four), case, city(), LATER, DUTY), LATER)
        assert dividing.left(case) == dividing.MOST - 4 * (n + 1)
    assert refused(case, "divide", matters=four) == "too_many_matters"
    case = fold(case, decide(Do(act=Act.DIVIDE, matters=four[:1]), case, city(), LATER, DUTY), LATER)
    hindered = hindrance(Act.DIVIDE, case, city(), ADMIN)
    assert hindered is not None
    assert hindered.code == "too_many_matters"
    made = fold(None, births(born("street.light"), WASTE)[0], LATER)
    assert refused(made, "divide", matters=(WASTE,)) == "split_off_itself"


@pytest.mark.parametrize(("late", "offered"), [(False, True), (True, False)])
def test_more_time_is_offered_only_while_it_can_be_asked_for(late: bool, offered: bool) -> None:
    case = step(step(born("street.light"), "sign"), "start")
    due = solve(case).due_at
    assert due is not None
    at = due + MINUTE if late else due
    hindered = hindrance(Act.ASK_EXTENSION, case, city(), ADMIN, at)
    assert (hindered is None) is offered
    assert hindered is None or hindered.code == "asked_too_late"
    asked = {"amount": 1, "note": WORDS}
    if late:
        assert refused(case, "ask_extension", at=at, **asked) == "asked_too_late"
        assert step(case, "ask_extension", at, happened_at=due, **asked), "said in time by a phone without signal"
    else:
        assert step(case, "ask_extension", at, **asked).state == "extension_requested"

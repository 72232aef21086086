"""Attributes corrected after the report: who gets the case then, what keeps running, what is refused, what a new type keeps."""

from datetime import timedelta

import pytest
from core.test_handling import MINUTE, WORDS, born, refused, step
from msgspec.structs import replace
from template import ADMIN, CLEAN, HARBOR, NOW, city

from northbank.core.case_facts import Described, Noted, Retyped, Routed
from northbank.core.doing import Do
from northbank.core.handling import decide, hindrance
from northbank.core.moves import Act

LATER = NOW + 40 * MINUTE


def test_the_case_goes_where_its_attributes_send_it_and_its_clocks_run_on() -> None:
    """Brown water is of the waterworks; outside in the harbor quarter it is of the harbor office (R31, R32)."""
    case = born("water.quality")
    assert (case.row, case.owner) == ("R31", "waterworks")
    facts = decide(Do(act=Act.DESCRIBE, attributes={"indoors": False}, note=WORDS), case, city(), LATER, ADMIN)
    assert [type(one) for one in facts] == [Described, Routed, Noted]
    outside = step(case, "describe", LATER, attributes={"indoors": False})
    assert (outside.row, outside.owner, outside.attributes) == ("R32", "harbor", {"indoors": False})
    assert outside.deadlines == case.deadlines
    assert outside.state == case.state
    taken_back = step(outside, "describe", LATER + MINUTE, attributes={"indoors": None})
    assert (taken_back.row, taken_back.attributes) == ("R31", {})


def test_times_of_rows_are_read_at_the_report() -> None:
    """A correction at night does not make a report of the day one of the night."""
    night = NOW + timedelta(hours=14)
    case = step(born("water.quality"), "describe", night, attributes={"indoors": False})
    [routed] = [one for one in decide(
        Do(act=Act.DESCRIBE, attributes={"indoors": True}), case, city(), night, ADMIN
    ) if isinstance(one, Routed)]  # fmt: skip
    assert routed.judged_at is None
    assert routed.begun == ()


def test_what_is_wrong_is_refused_by_name() -> None:
    case = born("water.quality")
    assert refused(case, "describe", attributes={"no_such": 1}) == "unknown_attribute"
    assert refused(case, "describe", attributes={"no_such": None}) == "unknown_attribute"
    assert refused(case, "describe", attributes={"pipe_mm": 100}) == "unknown_attribute", "of another type"
    assert refused(case, "describe", attributes={"indoors": 3}) == "attribute_value"
    assert refused(case, "describe", attributes={}) == "nothing_changed"
    assert refused(case, "describe", attributes={"indoors": None}) == "nothing_changed"
    assert refused(born("street.noise"), "describe", attributes={"indoors": True}) == "no_attributes"
    assert refused(case, "describe", CLEAN, attributes={"indoors": True}) == "forbidden"
    assert refused(case, "describe", HARBOR, attributes={"indoors": True}) == "forbidden", "of the district's level"
    sent = step(step(case, "accept"), "dispatch", unit="harbor")
    assert refused(sent, "describe", attributes={"indoors": True}) == "wrong_state"


def test_a_case_without_type_takes_any_attribute_and_the_type_keeps_its_own() -> None:
    case = born(None)
    said = step(case, "describe", attributes={"indoors": False, "pipe_mm": 300})
    assert said.desk == "no_type"
    typed = step(said, "retype", LATER, type="water.quality")
    assert (typed.attributes, typed.row) == ({"indoors": False}, "R32")


def test_a_new_type_drops_what_its_reports_do_not_say_and_names_it() -> None:
    case = step(born("water.quality"), "describe", attributes={"indoors": False})
    [fact, _] = decide(Do(act=Act.RETYPE, type="street.noise"), case, city(), LATER, ADMIN)
    assert isinstance(fact, Retyped)
    assert fact.dropped == ("indoors",)
    noise = step(case, "retype", LATER, type="street.noise")
    assert noise.attributes == {}
    again = step(noise, "retype", LATER + MINUTE, type="water.quality")
    assert (again.attributes, again.row) == ({}, "R31"), "what was dropped is said again by a person, not guessed"


def test_a_returned_case_stays_at_the_desk_whatever_is_corrected() -> None:
    case = step(step(step(born("water.quality"), "accept"), "dispatch"), "return", LATER, note=WORDS)
    said = step(case, "describe", LATER + MINUTE, attributes={"indoors": False})
    assert (said.state, said.desk, said.owner) == ("returned", "returned", "harbor")


@pytest.mark.parametrize("type", ["water.quality", None])
def test_it_is_offered_where_there_is_something_to_say(type: str | None) -> None:
    assert hindrance(Act.DESCRIBE, born(type), city(), ADMIN) is None
    bare = replace(
        city(), attributes={}, types={code: replace(one, attributes=()) for code, one in city().types.items()}
    )
    hindered = hindrance(Act.DESCRIBE, born(type), bare, ADMIN)
    assert hindered is not None
    assert hindered.code == "no_attributes"

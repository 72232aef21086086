"""What befalls a running deadline: extensions, returns, new owners, other offices, calendars that come late."""

from datetime import UTC, date, datetime, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from northbank.core.amend import assign, charge, date_again, extend, recount, relimit
from northbank.core.city import City, Name, Unit
from northbank.core.deadline import Deadline, begin, mark, meet, next_mark, pause, resume
from northbank.core.explain import explain
from northbank.core.office import OWNER
from northbank.core.refusal import Refused
from northbank.core.worktime import Calendar, Spans
from tests.core.test_deadline import OFFICE, UNITS, begun, calendar, city, limit, moments, shanghai

NIGHT: Spans = ((22 * 60, 30 * 60),)


def with_offices(here: City) -> City:
    """Two units with office hours, one with a night shift, one open around the clock."""
    night = msgspec.structs.replace(calendar("n"), weekly=(NIGHT,) * 7)
    always = msgspec.structs.replace(calendar("a"), weekly=(((0, 1440),),) * 7)
    offices = {"night": night, "always": always}
    keeps = {"roads": "", "parks": "", "patrol": "night", "dc": "always"}
    units = {
        code: Unit(code=code, name=Name(en=code.title()), kind="department", office=office)
        for code, office in keeps.items()
    }
    return msgspec.structs.replace(here, units=units, offices=offices, office_names={"night": Name(en="night shift")})


def words(deadline: Deadline, here: City) -> list[str]:
    return [step.en for step in explain(deadline, here)]


# --- extensions


def test_an_extension_counts_from_the_due_time_and_keeps_what_was() -> None:
    here = city(limit("a", amount=2, unit="working_day"))
    deadline = mark(begun(here, shanghai(2024, 5, 20, 10)), "soon")  # Monday, due Wednesday 18:00
    granted = shanghai(2024, 5, 22, 15)
    longer = extend(deadline, here, 3, "working_day", granted, by="duty", reason="grant.parts")
    assert longer.due_at == shanghai(2024, 5, 27, 18)  # Thursday, Friday, Monday
    assert longer.soon_at == shanghai(2024, 5, 27, 11, 12)  # 3 + 21 hours lie ahead, four fifths are 19.2
    assert longer.marked == ()
    assert next_mark([longer]) == longer.soon_at
    (kept,) = longer.amended
    assert (kept.before, kept.after, kept.marked) == (deadline.due_at, longer.due_at, ("soon",))
    assert (kept.by, kept.reason, kept.amount, kept.unit) == ("duty", "grant.parts", 3, "working_day")
    told = (
        "Extended by 3 working days, approved by duty at 2024-05-22 15:00: due 2024-05-22 18:00 became 2024-05-27 18:00"
    )
    assert told in words(longer, here)


def test_who_asks_in_time_does_not_suffer_from_a_slow_answer() -> None:
    here = city(limit("a", amount=1, unit="hour"))
    start = shanghai(2024, 5, 20, 10)
    deadline = mark(begun(here, start), "overdue")
    late = start + timedelta(hours=2)
    with pytest.raises(Refused) as refused:
        extend(deadline, here, 4, "hour", late)
    assert refused.value.code == "asked_too_late"
    longer = extend(deadline, here, 4, "hour", late, asked_at=start + timedelta(minutes=59))
    assert longer.due_at == start + timedelta(hours=5)
    assert (longer.marked, longer.amended[0].marked) == ((), ("overdue",))


def test_what_is_done_is_not_extended_and_nothing_is_no_extension() -> None:
    here = city(limit("a"))
    start = shanghai(2024, 5, 20, 10)
    with pytest.raises(Refused) as refused:
        extend(meet(begun(here, start), start), here, 1, "day", start)
    assert refused.value.code == "not_running"
    with pytest.raises(ValueError, match="0"):
        extend(begun(here, start), here, 0, "day", start)


def test_an_extension_in_suspension_adds_to_what_is_left() -> None:
    here = city(limit("a", amount=4, unit="working_hour"))
    paused = pause(begun(here, shanghai(2024, 5, 20, 9)), here, shanghai(2024, 5, 20, 11))
    longer = extend(paused, here, 2, "working_hour", shanghai(2024, 5, 22, 9))
    assert (paused.left, longer.left) == (120, 240)
    assert resume(longer, here, shanghai(2024, 5, 23, 9)).due_at == shanghai(2024, 5, 23, 15)


def test_a_pause_brings_no_end_forward_that_lies_outside_of_working_time() -> None:
    here = city(limit("a", amount=1, unit="working_day"))
    deadline = begun(here, shanghai(2024, 5, 20, 9))  # due Tuesday 18:00
    night = extend(deadline, here, 3, "hour", shanghai(2024, 5, 21, 9))
    assert night.due_at == shanghai(2024, 5, 21, 21)
    for minutes in (0, 5):
        on = resume(pause(night, here, shanghai(2024, 5, 21, 19)), here, shanghai(2024, 5, 21, 19, minutes))
        assert on.due_at == night.due_at


def test_with_nothing_left_no_calendar_is_asked() -> None:
    here = city(limit("a", amount=1, unit="working_day"))
    deadline = begun(here, shanghai(2025, 12, 30, 9))  # due on the last day that is known
    assert deadline.due_at
    after = shanghai(2026, 1, 5, 10)
    on = resume(pause(deadline, here, deadline.due_at), here, after)
    assert (on.due_at, on.missing) == (after, None)


def test_a_pause_that_cost_nothing_in_one_office_counts_in_another() -> None:
    here = with_offices(city(limit("a", amount=4, unit="working_hour", office=OWNER)))
    start = shanghai(2024, 5, 20, 16)
    day = begin(here, "0101", False, "solve", start, "roads")
    assert day
    on = resume(pause(day, here, shanghai(2024, 5, 20, 22)), here, shanghai(2024, 5, 21, 1))
    assert on.due_at == day.due_at
    assert assign(on, here, "patrol", shanghai(2024, 5, 21, 2)).due_at == shanghai(
        2024, 5, 21, 5
    )  # 22:00 to 2:00, and 3 hours


# --- transfers


def test_what_the_returner_used_is_charged_to_it_and_the_next_begins_anew() -> None:
    here = with_offices(city(limit("a", amount=2, unit="working_day")))
    first = assign(begun(here, shanghai(2024, 5, 20, 9)), here, "roads", shanghai(2024, 5, 20, 9, 30))
    back = charge(first, here, "roads", shanghai(2024, 5, 20, 9, 30), shanghai(2024, 5, 21, 15))
    assert back.due_at == first.due_at == shanghai(2024, 5, 22, 18)  # the clock ran on
    assert (back.amended[-1].owner, back.amended[-1].minutes) == ("roads", 150 + 240 + 180 + 60)
    other = assign(back, here, "parks", shanghai(2024, 5, 21, 16))
    assert other == msgspec.structs.replace(
        begun(here, shanghai(2024, 5, 21, 16)), owner="parks", amended=other.amended
    )
    assert other.due_at == shanghai(2024, 5, 23, 18)
    # it comes back to the first: what it used up is gone from its span (21 hours, less 10:30)
    again = charge(other, here, "parks", shanghai(2024, 5, 21, 16), shanghai(2024, 5, 21, 17))
    third = assign(again, here, "roads", shanghai(2024, 5, 22, 9))
    assert third.due_at == shanghai(2024, 5, 23, 14, 30)
    told = words(third, here)
    assert "Roads held it from 2024-05-20 09:30 and returned it at 2024-05-21 15:00, charged with 630 minutes" in told
    assert any("whose clock began anew, less 630 minutes it had used before" in one for one in told)


def test_sent_back_to_the_one_that_returned_it_the_clock_runs_on() -> None:
    here = with_offices(city(limit("a", amount=2, unit="working_day")))
    start = shanghai(2024, 5, 20, 9)
    first = assign(begun(here, start), here, "roads", start)
    back = charge(first, here, "roads", start, start + timedelta(hours=1))
    again = assign(back, here, "roads", start + timedelta(hours=2))
    assert again.due_at == first.due_at
    # and an officer who then gives it to another without a return does not begin a new clock
    assert assign(again, here, "parks", start + timedelta(hours=3)).due_at == first.due_at


def test_suspended_time_is_not_charged() -> None:
    here = with_offices(city(limit("a", amount=4, unit="working_hour")))
    start = shanghai(2024, 5, 20, 9)
    paused = pause(assign(begun(here, start), here, "roads", start), here, start + timedelta(hours=1))
    on = resume(paused, here, start + timedelta(hours=2))
    back = charge(on, here, "roads", start, start + timedelta(hours=3))
    assert back.amended[-1].minutes == 120


def test_a_limit_may_follow_the_office_hours_of_the_owner() -> None:
    rows = (limit("a", amount=4, unit="working_hour", office=OWNER), limit("b", stage="check", office="night"))
    here = with_offices(city(*rows))
    at = shanghai(2024, 5, 20, 16)
    plain, night = (begin(here, "0101", False, "solve", at, owner) for owner in ("roads", "patrol"))
    assert plain
    assert night
    assert (plain.due_at, plain.office, plain.calendar) == (shanghai(2024, 5, 21, 11), "", "1")
    assert (night.due_at, night.office, night.calendar) == (shanghai(2024, 5, 21, 2), "night", "n")
    nobody = begin(here, "0101", False, "solve", at)  # the center's as long as nobody owns it
    assert nobody
    assert (nobody.due_at, nobody.office) == (shanghai(2024, 5, 20, 20), "always")
    moved = assign(nobody, here, "patrol", shanghai(2024, 5, 20, 17))
    assert (moved.due_at, moved.started_at, moved.office) == (night.due_at, at, "night")
    assert "Office hours of the owner (Patrol): night shift" in words(moved, here)
    check = begin(here, "0101", False, "check", at, "roads")
    assert check
    assert check.office == "night"


# --- calendars that come late


def test_a_due_time_is_counted_when_the_calendar_comes_with_all_that_befell_it() -> None:
    here = city(limit("a", amount=3, unit="working_day"))
    start = shanghai(2025, 12, 29, 10)
    later = calendar("2")
    later = msgspec.structs.replace(later, years=later.years | {2026})
    there = msgspec.structs.replace(here, calendar=later)

    def life(now: City) -> Deadline:
        paused = pause(begun(now, start), now, shanghai(2025, 12, 30, 10))
        on = resume(paused, now, shanghai(2025, 12, 31, 10))
        return extend(on, now, 2, "working_hour", shanghai(2025, 12, 31, 11), by="duty")

    missing, known = life(here), life(there)
    assert (missing.due_at, missing.missing) == (None, 2026)
    assert date_again(missing, here, shanghai(2026, 1, 4, 9)) is None
    found = date_again(missing, there, shanghai(2026, 1, 4, 9))
    assert found
    assert (found.due_at, found.soon_at, found.calendar) == (known.due_at, known.soon_at, "2")
    assert found.amended[-1].why == "dated"
    assert date_again(found, there, shanghai(2026, 1, 4, 9)) is None


def test_a_deadline_may_run_out_of_the_calendar_on_the_way() -> None:
    here = city(limit("a", amount=3, unit="working_day"))
    deadline = begun(here, shanghai(2025, 12, 25, 10))  # due 30 December
    longer = extend(deadline, here, 9, "working_day", shanghai(2025, 12, 26, 10))
    assert (longer.due_at, longer.missing, longer.amended[0].before) == (None, 2026, deadline.due_at)
    resumed = resume(pause(deadline, here, shanghai(2025, 12, 26, 10)), here, shanghai(2025, 12, 31, 17))
    assert (resumed.due_at, resumed.missing) == (None, 2026)
    assert pause(resumed, here, shanghai(2025, 12, 31, 18)).left is None
    assert all(step.zh and step.en for step in explain(resumed, here))


def test_another_limit_takes_over_what_befell_the_first() -> None:
    here = city(limit("a", "0101", amount=2, unit="working_day"), limit("b", "0102", amount=5, unit="working_day"))
    deadline = begun(here, shanghai(2024, 5, 20, 10))
    on = resume(pause(deadline, here, shanghai(2024, 5, 20, 14)), here, shanghai(2024, 5, 21, 14))
    other = relimit(on, begun(here, on.started_at, "0102"), here, shanghai(2024, 5, 21, 15))
    assert (other.limit, other.due_at) == ("b", shanghai(2024, 5, 28, 18))
    assert [one.why for one in other.amended] == ["suspended", "relimited"]
    same = mark(deadline, "soon")
    assert relimit(same, begun(here, on.started_at), here, shanghai(2024, 5, 21)).marked == ("soon",)


# --- one law for all of it

things = st.sampled_from(["pause", "resume", "extend", "return", "roads", "parks", "patrol"])


@given(
    st.sampled_from(UNITS), st.integers(1, 9), st.sampled_from(["", OWNER, "night"]), moments,
    st.lists(st.tuples(things, st.integers(0, 2000), st.sampled_from(UNITS)), max_size=9),
)  # fmt: skip
def test_every_due_time_can_be_counted_again_from_its_beginning(
    unit: str, amount: int, office: str, start: datetime, life: list[tuple[str, int, str]]
) -> None:
    here = with_offices(city(limit("a", amount=amount, unit=unit, office=office)))  # type: ignore[arg-type]
    one, at, owner, since = begun(here, start), start, "dc", start
    for what, minutes, more in life:
        at += timedelta(minutes=minutes)
        match what:
            case "pause":
                one = pause(one, here, at)
            case "resume":
                one = resume(one, here, at)
            case "extend":
                one = extend(one, here, 2, more, at, asked_at=start)  # type: ignore[arg-type]
            case "return" if one.paused_at is None:
                one = charge(one, here, owner, since, at)
            case "roads" | "parks" | "patrol" if one.paused_at is None:
                one, owner, since = assign(one, here, what, at), what, at
            case _:
                continue
        again = recount(one, here)
        assert (again.due_at, again.soon_at, again.calendar) == (one.due_at, one.soon_at, one.calendar)
        assert msgspec.json.decode(msgspec.json.encode(one), type=Deadline) == one
        assert all(step.zh and step.en for step in explain(one, here))


def test_a_shape_from_before_amendments_is_still_read() -> None:
    old = (
        b'{"stage":"solve","limit":"a","calendar":"1","unit":"hour","started_at":"2024-05-20T01:00:00Z","due_at":'
        b'"2024-05-20T02:00:00Z","soon_at":"2024-05-20T01:48:00Z","paused_at":null,"left":null,"met_at":null,"marked":[]}'
    )
    found = msgspec.json.decode(old, type=Deadline)
    here = with_offices(city(limit("a", amount=1, unit="hour")))
    assert msgspec.structs.replace(found, amount=1) == begun(here, datetime(2024, 5, 20, 1, tzinfo=UTC))
    back = charge(found, here, "roads", found.started_at, found.started_at + timedelta(minutes=9))
    assert assign(back, here, "parks", found.started_at + timedelta(minutes=10)).due_at == found.due_at + timedelta(  # type: ignore[operator]
        minutes=10
    )


def test_an_office_the_pack_no_longer_has_falls_back_and_says_so() -> None:
    here = with_offices(city(limit("a", amount=1, unit="working_hour", office="night")))
    deadline = begun(here, shanghai(2024, 5, 20, 16))
    gone = msgspec.structs.replace(here, offices={}, calendar=Calendar(
        version="3", timezone="Asia/Shanghai", weekly=(*(OFFICE,) * 5, (), ()), days={}, years=frozenset({2024})
    ))  # fmt: skip
    assert any("calendar version n; the one in force now is 3" in one for one in words(deadline, gone))


def test_another_calendar_that_gives_the_same_days_still_lists_them() -> None:
    here = city(limit("a", amount=2, unit="working_day"))
    deadline = begun(here, shanghai(2024, 5, 17, 10))
    more = msgspec.structs.replace(calendar("2"), years=frozenset({2024, 2025, 2026}))
    told = words(deadline, msgspec.structs.replace(here, calendar=more))
    assert "Counted by calendar version 1; the one in force now is 2, which gives the same" in told
    assert "Counted: 2024-05-20 – 2024-05-21 (2 working)" in told
    other = calendar("3", days={date(2024, 5, 20): ()})
    told = words(deadline, msgspec.structs.replace(here, calendar=other))
    assert "Counted by calendar version 1; the one in force now is 3" in told
    assert not any(one.startswith("Counted: ") for one in told)


def test_days_that_differ_are_called_by_their_names() -> None:
    here = city(limit("a", amount=2, unit="working_day"), calendar=calendar(days={date(2024, 5, 20): ()}))
    here = msgspec.structs.replace(here, days={date(2024, 5, 20): Name(zh="海潮节", en="Tide Day")})
    deadline = begun(here, shanghai(2024, 5, 17, 10))
    assert "Not counted: 2024-05-18 – 2024-05-20 (no work): Tide Day" in words(deadline, here)
    assert "不计：2024-05-18 – 2024-05-20，非工作日（海潮节）" in [step.zh for step in explain(deadline, here)]

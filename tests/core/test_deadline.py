"""Deadlines: which limit holds, what pausing keeps, and when the timer has something to say."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from northbank.core.city import CaseType, City, Limit, Name, Stage, Unit5
from northbank.core.deadline import (
    Deadline,
    begin,
    find_limit,
    mark,
    marks_due,
    meet,
    next_mark,
    pause,
    resume,
    unmeet,
)
from northbank.core.explain import explain
from northbank.core.localtime import micros
from northbank.core.place import Places
from northbank.core.worktime import Calendar, Spans, add, measure

OFFICE: Spans = ((9 * 60, 12 * 60), (14 * 60, 18 * 60))
TICK = timedelta(microseconds=1)
UNITS: tuple[Unit5, ...] = ("minute", "hour", "day", "working_hour", "working_day")


def calendar(version: str = "1", zone: str = "Asia/Shanghai", days: dict[date, Spans] | None = None) -> Calendar:
    years = frozenset({2024, 2025})
    return Calendar(version=version, timezone=zone, weekly=(*(OFFICE,) * 5, (), ()), days=days or {}, years=years)


def city(*limits: Limit, calendar: Calendar = calendar()) -> City:
    types = {
        code: CaseType(code=code, name=Name(en=code), klass="01", board="facility") for code in ("0101", "0102", "0201")
    }
    return City(
        id="c", name=Name(en="C"), version="1", prefix="C", languages=("en",), timezone=calendar.timezone, center="dc",
        district="d", areas={}, units={}, boards={}, posts={}, classes={}, types=types, routes=(), limits=limits,
        sources={}, calendar=calendar, places=Places.none(),
    )  # fmt: skip


def limit(
    id: str, types: str = "*", stage: Stage = "solve", amount: int = 1, unit: Unit5 = "hour", **more: object
) -> Limit:
    return Limit(id=id, types=types, stage=stage, amount=amount, unit=unit, **more)  # type: ignore[arg-type]


def shanghai(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=ZoneInfo("Asia/Shanghai")).astimezone(UTC)  # type: ignore[misc,arg-type]


def begun(
    city: City, at: datetime, type: str | None = "0101", urgent: bool = False, stage: Stage = "solve"
) -> Deadline:
    found = begin(city, type, urgent, stage, at)
    assert found is not None
    return found


# --- which limit


def test_the_first_row_that_fits_type_urgency_and_stage_holds() -> None:
    here = city(
        limit("urgent", "01*", urgent=True),
        limit("lamp", "0102 0201"),
        limit("facility", "01*", urgent=False),
        limit("rest"),
        limit("sign", stage="sign"),
    )
    expected = {
        ("0101", True): "urgent",
        ("0102", True): "urgent",
        ("0102", False): "lamp",
        ("0201", True): "lamp",
        ("0101", False): "facility",
        ("9999", False): "rest",
        (None, False): "rest",
    }
    for _ in range(2):  # the second time out of the cache
        for (type, urgent), id in expected.items():
            found = find_limit(here, type, urgent, "solve")
            assert found is not None
            assert found.id == id
    assert find_limit(here, "0101", True, "check") is None
    assert begin(here, "0101", True, "check", shanghai(2024, 5, 20, 9)) is None


def test_two_cities_never_share_what_was_looked_up() -> None:
    one = city(limit("a"))
    other = msgspec.structs.replace(one, limits=(limit("b"),))
    found = [find_limit(here, "0101", False, "solve") for here in (one, other, one)]
    assert [row.id for row in found if row] == ["a", "b", "a"]


def test_types_out_of_the_catalog_do_not_fill_the_cache() -> None:
    here = city(limit("a"))
    for n in range(1000):
        find_limit(here, f"made up {n}", False, "solve")
    find_limit(here, "0101", False, "solve")
    assert len(here.memo("limits", dict)) == 1


# --- due and soon


@pytest.mark.parametrize(
    ("amount", "unit", "soon", "due"),
    [
        (30, "minute", shanghai(2024, 5, 17, 16, 24), shanghai(2024, 5, 17, 16, 30)),
        (5, "hour", shanghai(2024, 5, 17, 20), shanghai(2024, 5, 17, 21)),
        (5, "day", shanghai(2024, 5, 21, 16), shanghai(2024, 5, 22, 16)),
        # Friday 16:00 to 18:00, Monday 9:00 to 12:00; four fifths are four hours, Monday 11:00
        (5, "working_hour", shanghai(2024, 5, 20, 11), shanghai(2024, 5, 20, 12)),
        # 2 + 7 working hours to Monday 18:00; four fifths are 7 h 12 min
        (1, "working_day", shanghai(2024, 5, 20, 16, 12), shanghai(2024, 5, 20, 18)),
    ],
)
def test_soon_is_four_fifths_on_the_same_clock(amount: int, unit: Unit5, soon: datetime, due: datetime) -> None:
    found = begun(city(limit("a", amount=amount, unit=unit)), shanghai(2024, 5, 17, 16))
    assert (found.soon_at, found.due_at) == (soon, due)
    assert (found.limit, found.calendar, found.unit, found.stage) == ("a", "1", unit, "solve")


def test_where_a_year_has_no_calendar_the_deadline_names_it_and_guesses_nothing() -> None:
    here = city(limit("work", "01*", amount=3, unit="working_day"), limit("clock", amount=3, unit="day"))
    late = shanghai(2025, 12, 30, 10)
    found = begun(here, late)
    assert (found.missing, found.due_at, found.soon_at) == (2026, None, None)
    assert next_mark([found]) is None
    assert marks_due([found], shanghai(2029, 1, 1)) == []
    assert not found.late(shanghai(2029, 1, 1))
    assert explain(found, here)[-1].en.startswith("The calendar for 2026 is missing")
    assert explain(found, here)[-1].zh.startswith("缺少 2026 年工作日历")
    assert begun(here, late, "0201").due_at == shanghai(2026, 1, 2, 10)


# --- pause and resume


calendars = st.sampled_from(
    [calendar(zone=zone) for zone in ("Asia/Shanghai", "America/Los_Angeles", "Australia/Lord_Howe")]
)
moments = st.datetimes(datetime(2024, 2, 1), datetime(2025, 6, 1), timezones=st.just(UTC))
lengths = st.timedeltas(timedelta(0), timedelta(days=12))


@st.composite
def running(draw: st.DrawFn) -> tuple[City, Deadline]:
    unit, amount = draw(st.sampled_from(UNITS)), draw(st.integers(1, 20))
    here = city(limit("a", amount=amount, unit=unit), calendar=draw(calendars))
    return here, begun(here, draw(moments))


@given(running(), st.floats(0, 1, exclude_max=True), lengths)
def test_what_was_left_is_still_left_afterwards(case: tuple[City, Deadline], share: float, gap: timedelta) -> None:
    here, deadline = case
    at = deadline.started_at + (deadline.due_at - deadline.started_at) * share
    paused = pause(deadline, here, at)
    again = resume(paused, here, at + gap)

    def left(one: Deadline, since: datetime) -> int:
        return measure(here.calendar, one.unit, micros(since), micros(one.due_at))

    assert paused.left == left(deadline, at) // 60_000_000
    assert again.running
    assert again.due_at >= deadline.due_at
    if deadline.unit == "day":  # local times of day that the clock skips or repeats move by that hour at most
        assert abs(left(again, at + gap) - left(deadline, at)) <= 3_600_000_000
    else:
        assert left(again, at + gap) == left(deadline, at)
    assert again.soon_at <= again.due_at
    kept = msgspec.structs.replace(again, due_at=deadline.due_at, soon_at=deadline.soon_at, amended=())
    assert kept == deadline
    assert [(one.before, one.after) for one in again.amended] == [(deadline.due_at, again.due_at)] * (
        gap > timedelta(0)
    )


@given(running(), st.floats(0, 2))
def test_a_pause_of_no_length_changes_nothing(case: tuple[City, Deadline], share: float) -> None:
    here, deadline = case
    at = deadline.started_at + (deadline.due_at - deadline.started_at) * share
    if deadline.unit != "day" or at.astimezone(here.calendar.zone).fold == 0:
        assert resume(pause(deadline, here, at), here, at) == deadline


@given(st.lists(st.tuples(st.integers(0, 20), st.integers(0, 500)), max_size=6), moments)
def test_on_the_plain_clock_all_pauses_are_added(pauses: list[tuple[int, int]], start: datetime) -> None:
    here = city(limit("a", amount=120, unit="minute"))
    deadline, now = begun(here, start), start
    for run, rest in pauses:
        now += timedelta(minutes=run)
        deadline = pause(deadline, here, now)
        now += timedelta(minutes=rest)
        deadline = resume(deadline, here, now)
    expected, ran = start + timedelta(minutes=120), 0
    for run, rest in pauses:
        ran += run
        if ran < 120:  # once missed, a pause saves nothing
            expected += timedelta(minutes=rest)
    assert deadline.due_at == expected


def test_a_suspended_night_costs_no_working_time() -> None:
    here = city(limit("a", amount=4, unit="working_hour"))
    deadline = begun(here, shanghai(2024, 5, 20, 16))  # due Tuesday 11:00
    for paused, resumed, due in (
        (shanghai(2024, 5, 20, 20), shanghai(2024, 5, 21, 8), shanghai(2024, 5, 21, 11)),
        (shanghai(2024, 5, 20, 17), shanghai(2024, 5, 21, 10), shanghai(2024, 5, 21, 15)),
        (shanghai(2024, 5, 20, 17), shanghai(2024, 5, 25, 10), shanghai(2024, 5, 27, 12)),
    ):
        assert resume(pause(deadline, here, paused), here, resumed).due_at == due


def test_what_was_missed_stays_missed_through_a_pause() -> None:
    here = city(limit("a", amount=30, unit="minute"))
    start = shanghai(2024, 5, 20, 9)
    paused = pause(begun(here, start), here, start + timedelta(hours=1))
    assert paused.left == 0
    assert paused.late(start + timedelta(hours=1))
    again = resume(paused, here, start + timedelta(hours=9))
    assert again.due_at == start + timedelta(minutes=30)
    assert marks_due([again], start + timedelta(hours=9)) == [("solve", "overdue")]


def test_a_paused_deadline_does_not_become_late_and_is_not_marked() -> None:
    here = city(limit("a", amount=30, unit="minute"))
    start = shanghai(2024, 5, 20, 9)
    paused = pause(begun(here, start), here, start + timedelta(minutes=29))
    later = start + timedelta(days=9)
    assert not paused.late(later)
    assert marks_due([paused], later) == []
    assert next_mark([paused]) is None
    assert not meet(paused, later).late(later)  # closed while suspended


def test_acts_that_do_not_apply_change_nothing() -> None:
    here = city(limit("a"))
    start = shanghai(2024, 5, 20, 9)
    deadline = begun(here, start)
    met, paused = meet(deadline, start), pause(deadline, here, start)
    assert resume(deadline, here, start) is deadline
    assert pause(paused, here, start + timedelta(minutes=5)) is paused
    assert pause(met, here, start) is met
    assert meet(met, start + timedelta(minutes=5)) is met
    # a clock that ran backwards takes nothing and gives nothing
    assert pause(deadline, here, start - timedelta(hours=1)).left == 60
    assert resume(paused, here, start - timedelta(hours=1)) == deadline


def test_under_another_calendar_the_minutes_noted_at_the_pause_count() -> None:
    old = city(limit("a", amount=2, unit="working_day"))
    new = msgspec.structs.replace(old, calendar=calendar("2", days={date(2024, 5, 21): ()}))
    deadline = begun(old, shanghai(2024, 5, 17, 17))  # Friday, due Tuesday 18:00
    paused = pause(deadline, old, shanghai(2024, 5, 20, 17))
    assert paused.left == 60 + 7 * 60
    again = resume(paused, new, shanghai(2024, 5, 20, 17))
    assert again.due_at == shanghai(2024, 5, 22, 18)  # Tuesday became a holiday
    assert again.calendar == "2"
    assert again.soon_at <= again.due_at


def test_resuming_in_the_hour_that_comes_twice_never_makes_it_due_before() -> None:
    here = city(limit("a", amount=1, unit="day"), calendar=calendar(zone="America/Los_Angeles"))
    zone = ZoneInfo("America/Los_Angeles")
    deadline = begun(here, datetime(2024, 11, 1, 12, tzinfo=zone).astimezone(UTC))
    paused = pause(deadline, here, deadline.due_at - timedelta(minutes=5))
    second = datetime(2024, 11, 3, 1, 50, fold=1, tzinfo=zone).astimezone(UTC)
    assert resume(paused, here, second).due_at >= second


# --- late, marks, the timer


def test_on_time_is_at_the_due_moment_and_not_a_tick_later() -> None:
    deadline = begun(city(limit("a")), shanghai(2024, 5, 20, 9))
    due = deadline.due_at
    assert not deadline.late(due)
    assert deadline.late(due + TICK)
    assert not meet(deadline, due).late(due + timedelta(days=1))
    assert meet(deadline, due + TICK).late(due + TICK)
    assert marks_due([deadline], due) == [("solve", "soon")]
    assert marks_due([deadline], due + TICK) == [("solve", "overdue")]


def test_work_that_was_not_done_after_all_runs_on() -> None:
    deadline = begun(city(limit("a")), shanghai(2024, 5, 20, 9))
    assert unmeet(meet(deadline, shanghai(2024, 5, 20, 9, 30))) == deadline


@given(st.lists(running(), min_size=1, max_size=5))
def test_a_timer_that_looks_when_told_marks_each_deadline_once(cases: list[tuple[City, Deadline]]) -> None:
    deadlines = [
        msgspec.structs.replace(one, stage=stage)
        for (_, one), stage in zip(cases, ("accept", "dispatch", "sign", "solve", "check"), strict=False)
    ]
    seen: list[tuple[str, str]] = []
    while (now := next_mark(deadlines)) is not None:
        assert marks_due(deadlines, now - TICK) == []
        found = marks_due(deadlines, now)
        assert found
        seen += found
        for stage, kind in found:
            deadlines = [mark(one, kind) if one.stage == stage else one for one in deadlines]
        assert marks_due(deadlines, now) == []
    assert sorted(seen) == sorted((one.stage, kind) for one in deadlines for kind in one.marked)
    assert all(one.marked == ("soon", "overdue") for one in deadlines)
    assert all(mark(one, "soon") is one for one in deadlines)


def test_met_deadlines_are_left_alone_by_the_timer() -> None:
    deadline = begun(city(limit("a")), shanghai(2024, 5, 20, 9))
    met = meet(deadline, shanghai(2024, 5, 20, 11))
    assert marks_due([met], shanghai(2024, 6, 1)) == []
    assert next_mark([met]) is None
    assert next_mark([]) is None


@given(running(), moments)
def test_a_deadline_survives_being_written_down(case: tuple[City, Deadline], at: datetime) -> None:
    _, deadline = case
    for one in (deadline, mark(deadline, "soon"), meet(deadline, at)):
        assert msgspec.json.decode(msgspec.json.encode(one), type=Deadline) == one


# --- in words


def test_the_explanation_lists_the_days_that_were_and_were_not_counted() -> None:
    holiday: dict[date, Spans] = {date(2024, 5, d): () for d in (1, 2, 3)}
    here = city(limit("solve.lamp", amount=3, unit="working_day", source="rule 7"), calendar=calendar(days=holiday))
    words = explain(begun(here, shanghai(2024, 4, 29, 15)), here)
    assert [step.say("en") for step in words] == [
        "Limit solve.lamp: solve within 3 working days (source: rule 7)",
        "Started: 2024-04-29 15:00; that day itself is not counted",
        "Counted: 2024-04-30 (1 working)",
        "Not counted: 2024-05-01 – 2024-05-05 (no work)",
        "Counted: 2024-05-06 – 2024-05-07 (2 working)",
        "Announced when four fifths are gone: 2024-05-07 11:12",
        "Due: 2024-05-07 18:00, that moment included",
    ]
    assert words[3].say("zh") == "不计：2024-05-01 – 2024-05-05，非工作日"


def test_the_explanation_tells_of_a_start_outside_working_time_and_of_suspensions() -> None:
    here = city(limit("a", amount=2, unit="working_hour"))
    deadline = begun(here, shanghai(2024, 5, 18, 20))
    paused = pause(deadline, here, shanghai(2024, 5, 20, 10))
    told = [step.en for step in explain(paused, here)]
    assert "Started: 2024-05-18 20:00, outside working time; the clock runs from 2024-05-20 09:00" in told
    assert "Suspended since 2024-05-20 10:00 with 60 minutes left" in told
    again = meet(resume(paused, here, shanghai(2024, 5, 20, 15)), shanghai(2024, 5, 20, 15, 30))
    told = [step.en for step in explain(again, here)]
    assert "Suspended from 2024-05-20 10:00 to 2024-05-20 15:00: due 2024-05-20 11:00 became 2024-05-20 16:00" in told
    assert told[-1] == "Done 2024-05-20 15:30, on time"


@given(running(), st.booleans(), st.booleans(), st.booleans())
def test_every_deadline_can_be_explained_under_any_pack(
    case: tuple[City, Deadline], gone: bool, other: bool, met: bool
) -> None:
    here, deadline = case
    if met:
        deadline = meet(deadline, deadline.due_at)
    if gone:
        here = msgspec.structs.replace(here, limits=())
    if other:
        here = msgspec.structs.replace(
            here, calendar=Calendar(version="2", timezone="UTC", weekly=((),) * 7, days={}, years=frozenset())
        )
    assert all(step.zh and step.en for step in explain(deadline, here))


def test_limits_agree_with_the_working_calendar() -> None:
    here = city(limit("a", amount=7, unit="working_day"))
    start = shanghai(2024, 5, 20, 10)
    assert begun(here, start).due_at == add(here.calendar, start, 7, "working_day")

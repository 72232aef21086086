"""Working time against a minute-by-minute count over random calendars and zones, and the cases people argue about."""

from bisect import bisect_left
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import accumulate
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from northbank.core.localtime import first_instant, instant
from northbank.core.refusal import Refused
from northbank.core.worktime import Calendar, Spans, Unit5, add, is_workday, working_minutes

OFFICE: Spans = ((9 * 60, 12 * 60), (14 * 60, 18 * 60))
NIGHT: Spans = ((22 * 60, 30 * 60),)
MINUTE = timedelta(minutes=1)
UNITS: tuple[Unit5, ...] = ("minute", "hour", "day", "working_hour", "working_day")

# zones with unlike changes of the clock, and the days on which they happen
ZONES = {
    "Asia/Shanghai": (date(2024, 5, 1),),
    "America/Los_Angeles": (date(2024, 3, 10), date(2024, 11, 3)),
    "Australia/Lord_Howe": (date(2024, 4, 7), date(2024, 10, 6)),  # half an hour
    "America/Havana": (date(2024, 3, 10), date(2024, 11, 3)),  # at midnight
    "Europe/London": (date(2024, 3, 31), date(2024, 10, 27)),
    "Asia/Kathmandu": (date(2024, 2, 28),),
}


def calendar(zone: str = "Asia/Shanghai", days: dict[date, Spans] | None = None, **more: object) -> Calendar:
    week = {"weekly": (*(OFFICE,) * 5, (), ()), "years": frozenset({2024})} | more
    return Calendar(version="1", timezone=zone, days=days or {}, **week)  # type: ignore[arg-type]


def local(zone: str, *parts: int, fold: int = 0) -> datetime:
    return datetime(*parts, tzinfo=ZoneInfo(zone), fold=fold).astimezone(UTC)  # type: ignore[arg-type]


def shanghai(*parts: int) -> datetime:
    return local("Asia/Shanghai", *parts)


# --- the oracle


@cache
def shown(zone: ZoneInfo, start: datetime) -> list[datetime]:
    clock = ((start + n * MINUTE).astimezone(zone).replace(tzinfo=None, fold=0) for n in range(12 * 1440))
    return list(accumulate(clock, max))


class Count:
    """Each minute of twelve days, asked one by one whether it is worked.

    The clock's highest reading so far is what counts, so that an hour that comes twice belongs to its first coming.
    """

    def __init__(self, calendar: Calendar, middle: date) -> None:
        self.calendar, self.zone = calendar, ZoneInfo(calendar.timezone)
        self.start = datetime(middle.year, middle.month, middle.day, tzinfo=UTC) - timedelta(days=5)
        self.shown = shown(self.zone, self.start)
        days = {day: self.minutes(day) for day in {at.date() for at in self.shown[::60]}}
        self.total = [0, *accumulate(days[at.date()][at.hour * 60 + at.minute] for at in self.shown)]

    def rule(self, day: date) -> Spans:
        return self.calendar.days.get(day, self.calendar.weekly[day.weekday()])

    def minutes(self, day: date) -> list[bool]:
        """Each minute of a local day: in a span of its own, or of the night before."""
        found = [False] * 2880
        for a, b in (*self.rule(day), *((a - 1440, b - 1440) for a, b in self.rule(day - timedelta(days=1)))):
            for n in range(max(a, 0), b):
                found[n] = True
        return found[:1440]

    def at(self, n: int) -> datetime:
        return self.start + n * MINUTE

    def after(self, n: int, minutes: int) -> datetime | None:
        """The first minute by which `minutes` more were worked."""
        found = bisect_left(self.total, self.total[n] + minutes)
        return self.at(found) if found < len(self.total) else None

    def end_of_day(self, n: int, days: int) -> datetime | None:
        day = self.at(n).astimezone(self.zone).date()
        while days:
            day += timedelta(days=1)
            days -= bool(self.rule(day))
        end = datetime.combine(day, datetime.min.time()) + max(b for _, b in self.rule(day)) * MINUTE
        found = bisect_left(self.shown, end)
        return self.at(found) if found < len(self.shown) else None


spans = st.lists(
    st.tuples(st.integers(0, 95), st.integers(1, 64)).map(lambda s: (s[0] * 15, min((s[0] + s[1]) * 15, 2880))),
    max_size=3,
).map(tuple)


@st.composite
def counted(draw: st.DrawFn) -> Count:
    zone = draw(st.sampled_from(sorted(ZONES)))
    middle = draw(st.sampled_from(ZONES[zone]))
    weekly = tuple(draw(spans) for _ in range(7))
    near = st.integers(-6, 8).map(lambda n: middle + timedelta(days=n))
    days = draw(st.dictionaries(near, spans, max_size=4))
    return Count(calendar(zone, days, weekly=weekly), middle)


@settings(max_examples=30, deadline=None)
@given(counted(), st.data())
def test_every_count_agrees_with_counting_minute_by_minute(count: Count, data: st.DataObject) -> None:
    for _ in range(25):
        a, b = (data.draw(st.integers(24 * 60, 11 * 1440)) for _ in "ab")
        low, high = min(a, b), max(a, b)
        assert working_minutes(count.calendar, count.at(a), count.at(b)) == count.total[b] - count.total[a]
        hours = (count.total[high] - count.total[low]) // 60
        if hours:
            assert add(count.calendar, count.at(low), hours, "working_hour") == count.after(low, hours * 60)


@settings(max_examples=30, deadline=None)
@given(counted(), st.data())
def test_working_days_end_with_the_last_span_of_the_nth_day(count: Count, data: st.DataObject) -> None:
    if not any(count.calendar.weekly):
        return
    for n in data.draw(st.lists(st.integers(24 * 60, 9 * 1440), min_size=5, max_size=5)):
        days = data.draw(st.integers(1, 4))
        expected = count.end_of_day(n, days)
        if expected is not None:
            assert add(count.calendar, count.at(n), days, "working_day") == expected


# --- laws


everyday = st.sampled_from([*(calendar(zone) for zone in ZONES), calendar(weekly=(NIGHT,) * 7)])
moments = st.datetimes(datetime(2024, 2, 1), datetime(2024, 11, 15), timezones=st.just(UTC))


@given(everyday, moments, st.integers(1, 60), st.integers(1, 60))
def test_working_hours_add_up(cal: Calendar, start: datetime, a: int, b: int) -> None:
    middle = add(cal, start, a, "working_hour")
    end = add(cal, middle, b, "working_hour")
    assert end == add(cal, start, a + b, "working_hour")
    assert working_minutes(cal, start, end) == (a + b) * 60
    assert working_minutes(cal, end, start) == -(a + b) * 60


@given(
    everyday, moments, moments, st.integers(0, 15), st.sampled_from(["minute", "hour", "working_hour", "working_day"])
)
def test_who_comes_later_is_never_due_earlier(cal: Calendar, a: datetime, b: datetime, n: int, unit: Unit5) -> None:
    first, second = min(a, b), max(a, b)
    assert first <= add(cal, first, n, unit) <= add(cal, second, n, unit)
    assert add(cal, first, n, unit) <= add(cal, first, n + 1, unit)


@given(everyday, moments, st.integers(1, 20))
def test_a_day_keeps_the_local_time_of_day(cal: Calendar, start: datetime, n: int) -> None:
    due = add(cal, start, n, "day").astimezone(cal.zone)
    shown = start.astimezone(cal.zone)
    assert due.date() == shown.date() + timedelta(days=n)
    skipped = due.time() != shown.time()  # only where the clock skipped that time, and then by no more than it skipped
    assert not skipped or timedelta(0) < due.replace(tzinfo=None) - shown.replace(tzinfo=None) - timedelta(
        n
    ) <= timedelta(hours=1)


@given(moments, st.sampled_from(UNITS))
def test_nothing_later_is_now(start: datetime, unit: Unit5) -> None:
    assert add(calendar(), start, 0, unit) == start


# --- the cases people argue about


@pytest.mark.parametrize(
    ("start", "amount", "unit", "due"),
    [
        # Friday afternoon: the weekend does not count
        (shanghai(2024, 5, 17, 16, 30), 1, "working_day", shanghai(2024, 5, 20, 18)),
        (shanghai(2024, 5, 17, 16, 30), 3, "working_hour", shanghai(2024, 5, 20, 10, 30)),
        # a report at the weekend: Monday is day 1
        (shanghai(2024, 5, 18, 10), 1, "working_day", shanghai(2024, 5, 20, 18)),
        (shanghai(2024, 5, 18, 10), 1, "working_hour", shanghai(2024, 5, 20, 10)),
        # exactly full at the end of a span: due then, not at the next beginning
        (shanghai(2024, 5, 20, 11), 1, "working_hour", shanghai(2024, 5, 20, 12)),
        (shanghai(2024, 5, 20, 11), 5, "working_hour", shanghai(2024, 5, 20, 18)),
        # over lunch
        (shanghai(2024, 5, 20, 11, 30), 1, "working_hour", shanghai(2024, 5, 20, 14, 30)),
        # the last minute of a local day and the first of the next, which are one UTC day
        (shanghai(2024, 5, 20, 23, 59), 1, "working_day", shanghai(2024, 5, 21, 18)),
        (shanghai(2024, 5, 21, 0, 0), 1, "working_day", shanghai(2024, 5, 22, 18)),
        (shanghai(2024, 5, 20, 23, 50), 30, "minute", shanghai(2024, 5, 21, 0, 20)),
        (shanghai(2024, 5, 20, 23, 50), 2, "hour", shanghai(2024, 5, 21, 1, 50)),
    ],
)
def test_an_ordinary_week(start: datetime, amount: int, unit: Unit5, due: datetime) -> None:
    assert add(calendar(), start, amount, unit) == due


def test_holidays_make_up_workdays_and_half_days() -> None:
    golden_week: dict[date, Spans] = {date(2024, 10, d): () for d in range(1, 8)}
    cal = calendar(days={**golden_week, date(2024, 9, 29): OFFICE, date(2024, 9, 30): ((540, 720),)})
    saturday = shanghai(2024, 9, 28, 20)
    assert is_workday(cal, date(2024, 9, 29))  # a Sunday, made up for
    assert not is_workday(cal, date(2024, 10, 1))
    assert add(cal, saturday, 1, "working_day") == shanghai(2024, 9, 29, 18)
    assert add(cal, saturday, 2, "working_day") == shanghai(2024, 9, 30, 12)  # the half day ends at noon
    assert add(cal, saturday, 3, "working_day") == shanghai(2024, 10, 8, 18)
    assert add(cal, saturday, 11, "working_hour") == shanghai(2024, 10, 8, 10)


def test_a_night_shift_works_over_midnight_and_belongs_to_the_day_it_began() -> None:
    cal = calendar(weekly=(*(NIGHT,) * 5, (), ()))
    assert working_minutes(cal, shanghai(2024, 5, 17, 12), shanghai(2024, 5, 20, 12)) == 8 * 60
    assert add(cal, shanghai(2024, 5, 18, 5), 2, "working_hour") == shanghai(2024, 5, 20, 23)
    assert add(cal, shanghai(2024, 5, 16, 12), 1, "working_day") == shanghai(2024, 5, 18, 6)


def test_spans_that_run_into_one_another_are_counted_once() -> None:
    cal = calendar(weekly=(((0, 1440),), ((0, 1440),), ((600, 2000),), ((300, 700), (600, 900)), (), (), ()))
    assert working_minutes(cal, shanghai(2024, 5, 20), shanghai(2024, 5, 24)) == 2 * 1440 + 840 + 900


def test_the_hour_that_is_skipped_is_not_worked() -> None:
    zone = "America/Los_Angeles"
    cal = calendar(zone, weekly=(NIGHT,) * 7)
    evening = local(zone, 2024, 3, 9, 21)
    assert working_minutes(cal, evening, evening + timedelta(hours=12)) == 7 * 60
    assert add(cal, evening, 7, "working_hour") == local(zone, 2024, 3, 10, 6)
    assert add(cal, local(zone, 2024, 3, 9, 10), 1, "day") == local(zone, 2024, 3, 10, 10)  # 23 hours later
    assert add(cal, local(zone, 2024, 3, 9, 10), 24, "hour") == local(zone, 2024, 3, 10, 11)
    assert add(cal, local(zone, 2024, 3, 9, 2, 30), 1, "day") == local(zone, 2024, 3, 10, 3)  # 2:30 does not come


def test_the_hour_that_comes_twice_is_worked_twice() -> None:
    zone = "America/Los_Angeles"
    cal = calendar(zone, weekly=(NIGHT,) * 7)
    evening = local(zone, 2024, 11, 2, 21)
    assert working_minutes(cal, evening, evening + timedelta(hours=12)) == 9 * 60
    assert add(cal, local(zone, 2024, 11, 2, 10), 1, "day") == local(zone, 2024, 11, 3, 10)  # 25 hours later
    assert add(cal, local(zone, 2024, 11, 2, 1, 30), 1, "day") == local(zone, 2024, 11, 3, 1, 30)  # the first 1:30


def test_a_span_that_lies_whole_in_the_skipped_hour_is_a_working_day_without_time() -> None:
    zone = "America/Los_Angeles"
    cal = calendar(zone, {date(2024, 3, 10): ((125, 170),)})
    saturday = local(zone, 2024, 3, 9, 12)
    assert is_workday(cal, date(2024, 3, 10))
    assert working_minutes(cal, saturday, local(zone, 2024, 3, 11, 9)) == 0
    assert add(cal, saturday, 1, "working_day") == local(zone, 2024, 3, 10, 3)


def test_a_whole_day_that_was_skipped() -> None:
    apia = ZoneInfo("Pacific/Apia")  # there was no 30 December 2011
    found = instant(first_instant(apia, datetime(2011, 12, 30, 12)))
    assert found.astimezone(apia).replace(tzinfo=None) == datetime(2011, 12, 31)


def test_fractions_of_a_minute_are_kept() -> None:
    start = shanghai(2024, 5, 20, 17, 59, 30, 250_001)
    assert add(calendar(), start, 1, "working_hour") == shanghai(2024, 5, 21, 9, 59, 30, 250_001)
    assert working_minutes(calendar(), start, shanghai(2024, 5, 21, 9, 1)) == 1  # a minute and a half, less a bit


# --- years that are not known


def test_working_time_in_an_unknown_year_is_refused() -> None:
    cal = calendar(years=frozenset({2023, 2024, 2026}))
    for start, amount, unit, year in (
        (shanghai(2025, 1, 1), 1, "working_hour", 2025),
        (shanghai(2025, 6, 1), 1, "working_day", 2025),
        (shanghai(2022, 12, 31, 23, 59), 1, "working_day", 2022),
        (shanghai(2024, 12, 31, 10), 1, "working_day", 2025),
        (shanghai(2024, 12, 31, 17), 2, "working_hour", 2025),
        (shanghai(2026, 12, 31, 17), 2, "working_hour", 2027),
    ):
        with pytest.raises(Refused) as refused:
            add(cal, start, amount, unit)  # type: ignore[arg-type]
        assert (refused.value.code, refused.value.values) == ("no_calendar", {"year": year})
    for start, end, year in ((2024, 2026, 2025), (2026, 2024, 2025), (2025, 2024, 2025), (2022, 2023, 2022)):
        with pytest.raises(Refused) as refused:
            working_minutes(cal, shanghai(start, 6, 1), shanghai(end, 6, 1))
        assert refused.value.values == {"year": year}
    with pytest.raises(Refused):
        is_workday(cal, date(2025, 5, 1))


def test_the_calendar_clock_needs_no_calendar() -> None:
    cal = calendar(years=frozenset())
    start = shanghai(2031, 12, 31, 23)
    assert add(cal, start, 90, "minute") == start + timedelta(minutes=90)
    assert add(cal, start, 2, "hour") == start + timedelta(hours=2)
    assert add(cal, start, 2, "day") == start + timedelta(days=2)


def test_years_side_by_side_are_one_and_the_last_night_is_known_to_its_end() -> None:
    cal = calendar(weekly=(NIGHT,) * 7, years=frozenset({2023, 2024}))
    assert working_minutes(cal, shanghai(2023, 12, 31, 12), shanghai(2024, 1, 1, 12)) == 480
    assert add(cal, shanghai(2024, 12, 30, 12), 1, "working_day") == shanghai(2025, 1, 1, 6)
    assert working_minutes(cal, shanghai(2024, 12, 31, 12), shanghai(2025, 1, 1, 6)) == 480


def test_a_year_without_any_work_is_looked_through_and_refused() -> None:
    with pytest.raises(Refused) as refused:
        add(calendar(weekly=((),) * 7), shanghai(2024, 5, 1), 1, "working_hour")
    assert refused.value.values == {"year": 2025}


# --- wrong input


def test_wrong_values_are_errors_of_the_caller() -> None:
    with pytest.raises(ValueError, match="negative"):
        add(calendar(), shanghai(2024, 5, 1), -1, "hour")
    with pytest.raises(TypeError):
        add(calendar(), datetime(2024, 5, 1), 1, "hour")
    with pytest.raises(ValueError, match="7"):
        calendar(weekly=(OFFICE,))
    for wrong in ((600, 600), (700, 600), (1440, 1500), (-1, 60), (600, 2881)):
        with pytest.raises(ValueError, match="span"):
            calendar(days={date(2024, 5, 1): (wrong,)})

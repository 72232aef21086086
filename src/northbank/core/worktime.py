"""Working time: the calendar of a city, and how minutes, hours and days are counted on it.

Instants go in and come out aware, in UTC; rules are read on the local clock. What a limit is belongs to deadline.py.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from typing import Literal
from zoneinfo import ZoneInfo

import msgspec

from northbank.core.refusal import Refused

Unit5 = Literal["minute", "hour", "day", "working_hour", "working_day"]
Spans = tuple[tuple[int, int], ...]

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SECOND = 1_000_000  # everything is counted in whole microseconds, so that nothing is lost by rounding
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
TWO_DAYS = 2 * 1440


class Calendar(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """When a city works.

    weekly: Monday to Sunday, spans of minutes after local midnight; an end beyond 1440 runs into the next day.
    days: what a single day has instead: () for a holiday, other spans for a make-up workday or a half day.
    years: the years that are known; working time in any other year is refused, never guessed.
    """

    version: str
    timezone: str
    weekly: tuple[Spans, ...]
    days: Mapping[date, Spans]
    years: frozenset[int]

    def __post_init__(self) -> None:
        if len(self.weekly) != 7:
            raise ValueError(f"weekly has {len(self.weekly)} days, not 7")
        for spans in (*self.weekly, *self.days.values()):
            for start, end in spans:
                if not 0 <= start < end <= TWO_DAYS or start >= 1440:
                    raise ValueError(f"span {start}-{end} must start within its day and end after it, by 2880 at most")

    def spans(self, day: date) -> Spans:
        """The working spans of the local day `day`; refused in a year the calendar does not cover."""
        if day.year not in self.years:
            raise Refused("no_calendar", year=day.year)
        found = self.days.get(day)
        return self.weekly[day.weekday()] if found is None else found

    @cached_property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    @cached_property
    def eras(self) -> tuple["Era", ...]:
        """One index for each run of years without a gap, in order."""
        runs: list[list[int]] = []
        for year in sorted(self.years):
            if runs and runs[-1][-1] == year - 1:
                runs[-1].append(year)
            else:
                runs.append([year])
        return tuple(Era(self, run[0], run[-1]) for run in runs)

    def era(self, at: int) -> "Era":
        """The index that holds the instant `at`; refused where there is none."""
        for era in self.eras:
            if era.begins <= at < era.ends:
                return era
        raise Refused("no_calendar", year=(EPOCH + timedelta(microseconds=at)).astimezone(self.zone).year)


class Era:
    """Prefix sums over all working time of consecutive years: every question is one or two bisections.

    starts, stops: disjoint intervals of working time, in order. before: working time before each, and the total.
    workdays, dues: ordinals of the working days and the end of the last span of each.
    """

    __slots__ = ("before", "begins", "dues", "ends", "last", "starts", "stops", "workdays")

    def __init__(self, calendar: Calendar, first: int, last: int) -> None:
        zone = calendar.zone
        self.last = last
        self.begins = first_instant(zone, datetime(first, 1, 1))  # noqa: DTZ001 - local wall time on purpose
        self.ends = first_instant(zone, datetime(last + 1, 1, 1))  # noqa: DTZ001
        self.workdays: list[int] = []
        self.dues: list[int] = []
        intervals: list[tuple[int, int]] = []
        for ordinal in range(date(first, 1, 1).toordinal(), date(last, 12, 31).toordinal() + 1):
            found = _intervals(calendar, date.fromordinal(ordinal))
            if found:
                intervals += found
                self.workdays.append(ordinal)
                self.dues.append(max(stop for _, stop in found))
        self._sum_up(intervals)

    def _sum_up(self, intervals: list[tuple[int, int]]) -> None:
        self.starts: list[int] = []
        self.stops: list[int] = []
        for start, stop in sorted(intervals):
            if self.stops and start <= self.stops[-1]:  # a night span may run into the next day's first
                self.stops[-1] = max(stop, self.stops[-1])
            else:
                self.starts.append(start)
                self.stops.append(stop)
        self.before = [0]
        for start, stop in zip(self.starts, self.stops, strict=True):
            self.before.append(self.before[-1] + stop - start)

    def worked(self, at: int) -> int:
        """Working time from the beginning of the era to `at`."""
        i = bisect_right(self.starts, at)
        if i == 0:
            return 0
        return self.before[i - 1] + min(at, self.stops[i - 1]) - self.starts[i - 1]

    def when(self, amount: int) -> int:
        """The first instant by which `amount` (> 0) of working time has gone by since the beginning of the era."""
        i = bisect_left(self.before, amount)
        if i == len(self.before):
            raise Refused("no_calendar", year=self.last + 1)
        return self.starts[i - 1] + amount - self.before[i - 1]


def _intervals(calendar: Calendar, day: date) -> list[tuple[int, int]]:
    midnight = datetime(day.year, day.month, day.day)  # noqa: DTZ001 - local wall time on purpose
    found = []
    for start, stop in calendar.spans(day):
        first = first_instant(calendar.zone, midnight + timedelta(minutes=start))
        last = first_instant(calendar.zone, midnight + timedelta(minutes=stop))
        if first < last:  # a span that lies whole in the hour a clock skips is no time at all
            found.append((first, last))
    return found


def first_instant(zone: ZoneInfo, wall: datetime) -> int:
    """The first instant at which the local clock shows `wall` or later.

    In the hour that is skipped in spring that is its end; in the hour that comes twice in autumn, its first coming.
    One rule for every boundary, so that spans side by side stay side by side through a change of the clock.
    """
    local = wall.replace(tzinfo=zone, fold=0)
    before, after = _length(zone.utcoffset(local)), _length(zone.utcoffset(local.replace(fold=1)))
    naive = micros(wall.replace(tzinfo=UTC))
    if before >= after:
        return naive - before
    # the clock skips `wall`: look for the second at which it jumps
    low, high = (naive - after) // SECOND, -((before - naive) // SECOND)
    while high - low > 1:
        middle = (low + high) // 2
        if _length(instant(middle * SECOND).astimezone(zone).utcoffset()) == before:
            low = middle
        else:
            high = middle
    return high * SECOND


def _length(span: timedelta | None) -> int:
    assert span is not None
    return (span.days * 86_400 + span.seconds) * SECOND + span.microseconds


def micros(at: datetime) -> int:
    """Microseconds since 1970 of an aware instant; a naive one raises TypeError."""
    span = at - EPOCH
    return (span.days * 86_400 + span.seconds) * SECOND + span.microseconds


def instant(at: int) -> datetime:
    """The UTC datetime of microseconds since 1970."""
    return EPOCH + timedelta(microseconds=at)


def add(calendar: Calendar, start: datetime, amount: int, unit: Unit5) -> datetime:
    """The instant `amount` units after `start`.

    minute, hour: elapsed time. day: the same local time so many days later.
    working_hour: the first instant by which that much working time has gone by.
    working_day: the local day of `start` is never counted; day 1 is the first working day after it, and the result
    is the end of the last working span of the n-th. Nothing (0) after `start` is `start`.
    """
    at = micros(start)
    if amount < 0:
        raise ValueError(f"an amount of time cannot be negative: {amount}")
    if amount == 0:
        return instant(at)
    match unit:
        case "minute":
            return instant(at + amount * MINUTE)
        case "hour":
            return instant(at + amount * HOUR)
        case "day":
            wall = start.astimezone(calendar.zone).replace(tzinfo=None) + timedelta(days=amount)
            return instant(first_instant(calendar.zone, wall))
        case "working_hour":
            return instant(advance(calendar, at, amount * HOUR))
        case "working_day":
            era = calendar.era(at)
            n = bisect_right(era.workdays, start.astimezone(calendar.zone).toordinal()) + amount - 1
            if n >= len(era.dues):
                raise Refused("no_calendar", year=era.last + 1)
            return instant(era.dues[n])


def advance(calendar: Calendar, at: int, amount: int) -> int:
    """The first instant by which `amount` of working time has gone by since `at`, all in microseconds."""
    era = calendar.era(at)
    return era.when(era.worked(at) + amount) if amount > 0 else at


def worked(calendar: Calendar, start: int, end: int) -> int:
    """Working time from `start` to `end` in microseconds; negative where `end` comes first."""
    era = calendar.era(start)
    if not era.begins <= end <= max(era.ends, era.stops[-1] if era.stops else 0):
        raise Refused(
            "no_calendar", year=era.last + 1 if end > start else instant(era.begins - 1).astimezone(calendar.zone).year
        )
    return era.worked(end) - era.worked(start)


def working_minutes(calendar: Calendar, start: datetime, end: datetime) -> int:
    """Whole working minutes from `start` to `end`; negative where `end` comes first."""
    found = worked(calendar, micros(start), micros(end))
    return found // MINUTE if found >= 0 else -(-found // MINUTE)


def is_workday(calendar: Calendar, day: date) -> bool:
    """Whether any work is done on the local day `day`."""
    return bool(calendar.spans(day))

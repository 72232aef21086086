"""Working time: the calendar of a city, and how minutes, hours and days are counted on it.

Instants go in and come out aware, in UTC; rules are read on the local clock. What a limit is belongs to deadline.py.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Literal
from zoneinfo import ZoneInfo

import msgspec

from northbank.core.localtime import HOUR, MINUTE, first_instant, instant, micros, wall
from northbank.core.refusal import Refused

Unit5 = Literal["minute", "hour", "day", "working_hour", "working_day"]
Spans = tuple[tuple[int, int], ...]
ELAPSED: frozenset[Unit5] = frozenset({"minute", "hour"})  # counted on the plain clock, whatever the calendar says

DAY = 1440  # minutes


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
                if not 0 <= start < DAY or not start < end <= 2 * DAY:
                    raise ValueError(f"span {start}-{end}: it must start within its day and end by the end of the next")

    def spans(self, day: date) -> Spans:
        """The working spans of the local day `day`; refused in a year the calendar does not cover."""
        if day.year not in self.years:
            raise Refused("no_calendar", year=day.year)
        found = self.days.get(day)
        return self.weekly[day.weekday()] if found is None else found

    @cached_property
    def zone(self) -> ZoneInfo:
        """The city's time zone."""
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
        raise Refused("no_calendar", year=instant(at).astimezone(self.zone).year)


class Era:
    """Prefix sums over all working time of consecutive years: every question is one or two bisections.

    starts, stops: disjoint intervals of working time, in order. before: working time before each, and the total.
    midnights, dues: the first instant of each working day, and the end of its last span.
    """

    __slots__ = ("before", "begins", "dues", "ends", "first", "last", "midnights", "reach", "starts", "stops")

    def __init__(self, calendar: Calendar, first: int, last: int) -> None:
        self.first, self.last = first, last
        self.begins = first_instant(calendar.zone, _midnight(date(first, 1, 1)))
        self.ends = first_instant(calendar.zone, _midnight(date(last + 1, 1, 1)))
        self.midnights: list[int] = []
        self.dues: list[int] = []
        intervals: list[tuple[int, int]] = []
        for day in _days(date(first, 1, 1), date(last, 12, 31)):
            found = _intervals(calendar, day)
            if found:
                intervals += found
                self.midnights.append(first_instant(calendar.zone, _midnight(day)))
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
        # the last night of the last year is known to its end, though its morning lies in the next
        self.reach = max(self.ends, self.stops[-1] if self.stops else self.ends)

    def worked(self, at: int) -> int:
        """Working time from the beginning of the era to `at`."""
        i = bisect_right(self.starts, at) - 1
        if i < 0:
            return 0
        stop = self.stops[i]
        return self.before[i + 1] if at >= stop else self.before[i] + at - self.starts[i]

    def when(self, amount: int) -> int:
        """The first instant by which `amount` (> 0) of working time has gone by since the beginning of the era."""
        i = bisect_left(self.before, amount) - 1
        if i == len(self.starts):
            raise Refused("no_calendar", year=self.last + 1)
        return self.starts[i] + amount - self.before[i]

    def day_after(self, at: int, amount: int) -> int:
        """The end of the `amount`-th working day after the local day of `at`."""
        i = bisect_right(self.midnights, at) + amount - 1
        if i >= len(self.dues):
            raise Refused("no_calendar", year=self.last + 1)
        return self.dues[i]


def add(calendar: Calendar, start: datetime, amount: int, unit: Unit5) -> datetime:
    """The instant `amount` units after `start`.

    minute, hour: elapsed time. day: the same local time so many days later.
    working_hour: the first instant by which that much working time has gone by.
    working_day: the local day of `start` is never counted, whether it is a working day or not; day 1 is the first
    working day after it, and the result is the end of the last working span of the n-th.
    Nothing (0) after `start` is `start`.
    """
    return instant(due(calendar, micros(start), amount, unit))


def due(calendar: Calendar, start: int, amount: int, unit: Unit5) -> int:
    """`add` in microseconds."""
    if amount < 0:
        raise ValueError(f"an amount of time cannot be negative: {amount}")
    if amount == 0:
        return start
    match unit:
        case "minute":
            return start + amount * MINUTE
        case "hour":
            return start + amount * HOUR
        case "day":
            return forward(calendar, unit, start, amount * DAY * MINUTE)
        case "working_hour":
            return forward(calendar, unit, start, amount * HOUR)
        case "working_day":
            return calendar.era(start).day_after(start, amount)


def due_and_soon(calendar: Calendar, start: int, amount: int, unit: Unit5) -> tuple[int, int]:
    """`due`, and when four fifths of the span to it are gone on the same clock. Every report asks this several times."""
    match unit:
        case "minute" | "hour" if amount > 0:
            span = amount * (MINUTE if unit == "minute" else HOUR)
            return start + span, start + span * 4 // 5
        case "working_hour" if amount > 0:
            era = calendar.era(start)
            gone, span = era.worked(start), amount * HOUR
            return era.when(gone + span), era.when(gone + span * 4 // 5)
        case "working_day" if amount > 0:
            era = calendar.era(start)
            end, gone = era.day_after(start, amount), era.worked(start)
            ahead = (era.worked(end) - gone) * 4 // 5
            return end, era.when(gone + ahead) if ahead > 0 else start
        case _:
            end = due(calendar, start, amount, unit)
            return end, forward(calendar, unit, start, measure(calendar, unit, start, end) * 4 // 5)


def forward(calendar: Calendar, unit: Unit5, start: int, span: int) -> int:
    """The first instant by which `span` has gone by since `start` on the clock of `unit`, in microseconds."""
    match unit:
        case "minute" | "hour":
            return start + span
        case "day":
            shown = instant(wall(calendar.zone, start) + span).replace(tzinfo=None)
            return max(start, first_instant(calendar.zone, shown))
        case "working_hour" | "working_day":
            if span <= 0:
                return start  # nothing is left to count, so no calendar is asked
            era = calendar.era(start)
            return era.when(era.worked(start) + span)


def backward(calendar: Calendar, unit: Unit5, end: int, span: int) -> int:
    """The first instant after which only `span` is left until `end` on the clock of `unit`, in microseconds."""
    match unit:
        case "minute" | "hour":
            return end - span
        case "day":
            shown = instant(wall(calendar.zone, end) - span).replace(tzinfo=None)
            return min(end, first_instant(calendar.zone, shown))
        case "working_hour" | "working_day":
            era = calendar.era(end - 1)
            return era.when(era.worked(end) - span) if span > 0 else end


def measure(calendar: Calendar, unit: Unit5, start: int, end: int) -> int:
    """What goes by from `start` to `end` on the clock of `unit`, in microseconds; negative where `end` comes first."""
    match unit:
        case "minute" | "hour":
            return end - start
        case "day":
            return wall(calendar.zone, end) - wall(calendar.zone, start)
        case "working_hour" | "working_day":
            era = calendar.era(min(start, end))
            if max(start, end) > era.reach:
                raise Refused("no_calendar", year=era.last + 1)
            return era.worked(end) - era.worked(start)


def working_minutes(calendar: Calendar, start: datetime, end: datetime) -> int:
    """Whole working minutes from `start` to `end`; negative where `end` comes first."""
    found = measure(calendar, "working_hour", micros(start), micros(end))
    return found // MINUTE if found >= 0 else -(-found // MINUTE)


def is_workday(calendar: Calendar, day: date) -> bool:
    """Whether any work is done on the local day `day`."""
    return bool(calendar.spans(day))


def _intervals(calendar: Calendar, day: date) -> list[tuple[int, int]]:
    midnight, zone = _midnight(day), calendar.zone
    return [
        (
            first_instant(zone, midnight + timedelta(minutes=start)),
            first_instant(zone, midnight + timedelta(minutes=stop)),
        )
        for start, stop in calendar.spans(day)
    ]


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day)  # noqa: DTZ001 - a local time of day, on purpose


def _days(first: date, last: date) -> Iterator[date]:
    return (date.fromordinal(n) for n in range(first.toordinal(), last.toordinal() + 1))

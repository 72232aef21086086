"""Time counted minute by minute: a second, naive reckoning of deadlines that shares no code with core's.

A table says of every minute of some years what the local clock shows and whether it is worked in; everything else is
looking such minutes up one after the other. It is the oracle of proof.py.
"""

from bisect import bisect_left
from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

MIN = 60_000_000
EPOCH = datetime(1970, 1, 1)
Rules = dict[date, tuple[tuple[int, int], ...]]


class Unknown(Exception):
    """The answer lies beyond the years that are known."""


def minute_of(shown: datetime) -> int:
    """Minutes since 1970 of a time without zone."""
    return (shown - EPOCH) // timedelta(minutes=1)


@cache
def clock(zone: str, first: int, last: int) -> tuple[int, npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Where the table begins, what the local clock shows in each minute, and the highest it has shown so far."""
    place, begin = ZoneInfo(zone), datetime(first, 1, 1, tzinfo=UTC) - timedelta(days=3)
    quarters = (datetime(last + 1, 1, 1, tzinfo=UTC) + timedelta(days=150) - begin) // timedelta(minutes=15)
    each = [
        minute_of((begin + timedelta(minutes=15 * n)).astimezone(place).replace(tzinfo=None)) for n in range(quarters)
    ]
    shown = (np.array(each, dtype=np.int64)[:, None] + np.arange(15)).ravel()
    return minute_of(begin.replace(tzinfo=None)), shown, np.maximum.accumulate(shown)


class Minutes:
    """The minutes of one calendar: weekly spans by weekday, and what single days have instead."""

    def __init__(self, zone: str, weekly: tuple[tuple[tuple[int, int], ...], ...], days: Rules, years: range) -> None:
        self.base, self.shown, self.highest = clock(zone, years[0], years[-1])
        every = [
            date.fromordinal(n) for n in range(date(years[0], 1, 1).toordinal(), date(years[-1] + 1, 1, 1).toordinal())
        ]
        self.rules: Rules = {day: days.get(day, weekly[day.weekday()]) for day in every}
        low = int(self.highest[0]) - 3 * 1440
        local = np.zeros(int(self.highest[-1]) - low + 4 * 1440, dtype=bool)
        for day, spans in self.rules.items():
            for start, end in spans:
                at = minute_of(datetime(day.year, day.month, day.day)) - low
                local[at + start : at + end] = True
        self.works = local[self.highest - low]
        self.worked: list[int] = np.flatnonzero(self.works).tolist()
        self.days = sorted(day for day, spans in self.rules.items() if spans)
        self.begins = self.when(minute_of(datetime(years[0], 1, 1)) * MIN)
        self.ends = self.when(minute_of(datetime(years[-1] + 1, 1, 1)) * MIN)
        self.reach = max(self.ends, (self.base + self.worked[-1] + 1) * MIN if self.worked else 0)

    def when(self, shown: int) -> int:
        """The first microsecond at which the local clock shows `shown` (microseconds) or a later time."""
        minute, rest = divmod(shown, MIN)
        at = int(np.searchsorted(self.highest, minute))
        return (self.base + at) * MIN + (rest if self.highest[at] == minute else 0)

    def local(self, at: int) -> int:
        """What the local clock shows, in microseconds."""
        minute, rest = divmod(at, MIN)
        return int(self.shown[minute - self.base]) * MIN + rest

    def inside(self, at: int) -> None:
        """Raises Unknown outside of the years."""
        if not self.begins <= at < self.ends:
            raise Unknown

    def after(self, at: int, span: int) -> int:
        """The first microsecond by which `span` of worked minutes has gone by since `at`."""
        self.inside(at)
        if span == 0:
            return at
        minute, rest = divmod(at - self.base * MIN, MIN)
        first = bisect_left(self.worked, minute)
        if first < len(self.worked) and self.worked[first] == minute:
            span += rest  # as if it had begun with the minute
        full, more = divmod(span, MIN)
        last = first + full - (more == 0)
        if last >= len(self.worked):
            raise Unknown
        return (self.base + self.worked[last] + (more == 0)) * MIN + more

    def gone(self, start: int, end: int) -> int:
        """Worked microseconds from one moment to a later one."""
        self.inside(start)
        if end > self.reach:
            raise Unknown
        return self._until(end) - self._until(start)

    def _until(self, at: int) -> int:
        minute, rest = divmod(at - self.base * MIN, MIN)
        return bisect_left(self.worked, minute) * MIN + (rest if self.works[minute] else 0)

    def end_of_day(self, at: int, count: int) -> int:
        """The end of the last span of the `count`-th worked day after the local day of `at`."""
        self.inside(at)
        shown = int(self.highest[at // MIN - self.base])
        today = (EPOCH + timedelta(minutes=shown)).date()
        place = bisect_left(self.days, today + timedelta(days=1)) + count - 1
        if place >= len(self.days):
            raise Unknown
        day = self.days[place]
        end = max(stop for _, stop in self.rules[day])
        return self.when((minute_of(datetime(day.year, day.month, day.day)) + end) * MIN)

    def walked(self, at: int, span: int) -> int:
        """`after`, really walking from minute to minute: slow, for a sample."""
        minute, rest = divmod(at - self.base * MIN, MIN)
        while True:
            if minute >= len(self.works):
                raise Unknown
            if self.works[minute]:
                if span <= MIN - rest:
                    return (self.base + minute) * MIN + rest + span
                span -= MIN - rest
            minute, rest = minute + 1, 0


# --- the rules of deadlines, told a second time


def due_of(table: Minutes, at: int, amount: int, unit: str) -> int:
    """When `amount` units are over."""
    match unit:
        case "minute":
            return at + amount * MIN
        case "hour":
            return at + amount * 60 * MIN
        case "day":
            return max(at, table.when(table.local(at) + amount * 1440 * MIN))
        case "working_hour":
            return table.after(at, amount * 60 * MIN)
        case _:
            return table.end_of_day(at, amount)


def on(table: Minutes, unit: str, at: int, span: int) -> int:
    """The moment when `span` has gone by on the clock of `unit`."""
    match unit:
        case "minute" | "hour":
            return at + span
        case "day":
            return max(at, table.when(table.local(at) + span))
        case _:
            return table.after(at, span) if span > 0 else at


def between(table: Minutes, unit: str, start: int, end: int) -> int:
    """What goes by between two moments on the clock of `unit`."""
    match unit:
        case "minute" | "hour":
            return end - start
        case "day":
            return table.local(end) - table.local(start)
        case _:
            return table.gone(start, end)

"""When a data set is collected, linked or built: the moments of a schedule by the clocks of the city, and what is due after what was done.

Nothing is run here; no clock is read.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

import msgspec

from northbank.core.journal import Fact

Every = Literal["hour", "day", "week", "month"]
WorksOn = Callable[[date], bool]
FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=1)
SEARCHED = 62  # days that a moment is looked for in: two months, or the longest run of days off


class Schedule(msgspec.Struct, frozen=True, kw_only=True):
    """hours: between runs of every hour. at: hours:minutes; of every hour the minutes count. on: day of week (1 Monday) or month.

    working_days: runs on days off are left out.
    """

    every: Every
    hours: int = 1
    at: str = "02:00"
    on: int = 1
    working_days: bool = False


class Ran(Fact, frozen=True, kw_only=True, tag="collection_ran"):
    """A run of a schedule was done. slot: the moment it was due. batch: that it brought, None: nothing new. left_out: earlier
    moments that nobody ran, because the center stood still."""

    slot: datetime
    batch: int | None = None
    left_out: int = 0


class Failed(Fact, frozen=True, kw_only=True, tag="collection_failed"):
    """A run of a schedule failed and is tried again. attempt: from 1. code: of the refusal, or `error`; why: in both languages."""

    slot: datetime
    attempt: int
    code: str
    zh: str
    en: str


AnyRun = Ran | Failed


def stream_of(what: str) -> str:
    """The stream that runs of a data set, a link model (`link.<code>`) or a base (`base.<code>`) by the clock are told in."""
    return f"schedule:{what}"


def last_slot(schedule: Schedule, now: datetime, zone: ZoneInfo, works_on: WorksOn) -> datetime | None:
    """The newest moment that is not after `now`, in UTC."""
    today = now.astimezone(zone).date()
    for back in range(-1, SEARCHED):
        found = [one for one in _slots(schedule, today - timedelta(days=back), zone, works_on) if one <= now]
        if found:
            return max(found)
    return None


def next_slot(schedule: Schedule, now: datetime, zone: ZoneInfo, works_on: WorksOn) -> datetime | None:
    """The first moment after `now`, in UTC."""
    today = now.astimezone(zone).date()
    for ahead in range(-1, SEARCHED):
        found = [one for one in _slots(schedule, today + timedelta(days=ahead), zone, works_on) if one > now]
        if found:
            return min(found)
    return None


def _slots(schedule: Schedule, day: date, zone: ZoneInfo, works_on: WorksOn) -> Iterator[datetime]:
    """The moments of one day of the city."""
    hour, minute = (int(part) for part in schedule.at.split(":"))
    match schedule.every:
        case "hour":
            hours = list(range(0, 24, schedule.hours))
        case "day":
            hours = [hour]
        case "week":
            hours = [hour] if day.isoweekday() == schedule.on else []
        case "month":
            hours = [hour] if day.day == schedule.on else []
    if hours and (not schedule.working_days or works_on(day)):
        yield from (datetime.combine(day, time(one, minute), zone).astimezone(UTC) for one in hours)


def try_at(failed: Failed, at: datetime) -> datetime:
    """When a run that failed at `at` is tried again: after one minute, twice as long each time, an hour at most."""
    return at + min(LONGEST_WAIT, FIRST_WAIT * (1 << min(10, failed.attempt - 1)))


class Due(msgspec.Struct, frozen=True):
    """A run that is due. left_out: moments between the last run and this one that nobody ran."""

    slot: datetime
    attempt: int
    left_out: int


def due(
    schedule: Schedule, last: tuple[AnyRun, datetime] | None, now: datetime, zone: ZoneInfo, works_on: WorksOn
) -> Due | None:  # fmt: skip
    """What is to be run now. last: the newest entry and when it was recorded. A newer moment takes the place of one that failed."""
    slot = last_slot(schedule, now, zone, works_on)
    if slot is None:
        return None
    if last is None:
        return Due(slot, 1, 0)
    run, at = last
    if isinstance(run, Failed) and run.slot == slot:
        return Due(slot, run.attempt + 1, 0) if now >= try_at(run, at) else None
    if run.slot >= slot:
        return None
    return Due(slot, 1, _between(schedule, run.slot, slot, zone, works_on))


def due_after(pause: int, last: tuple[AnyRun, datetime] | None, now: datetime) -> Due | None:
    """What is to be run now that there is something to do: so many minutes after the last run, sooner where that failed."""
    if last is None:
        return Due(now, 1, 0)
    run, at = last
    if isinstance(run, Failed):
        return Due(now, run.attempt + 1, 0) if now >= try_at(run, at) else None
    return Due(now, 1, 0) if now >= at + timedelta(minutes=pause) else None


def _between(schedule: Schedule, done: datetime, slot: datetime, zone: ZoneInfo, works_on: WorksOn) -> int:
    """How many moments lie between two; a year of standing still is counted no further."""
    count = 0
    after = next_slot(schedule, done, zone, works_on)
    while after is not None and after < slot and count < 9_000:
        count += 1
        after = next_slot(schedule, after, zone, works_on)
    return count

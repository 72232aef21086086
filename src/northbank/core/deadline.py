"""Deadlines: which limit holds for a stage of a case, when it is due, and how it is paused, met and marked.

Values in, values out. When a stage begins and ends is decided in case.py; how time is counted in worktime.py.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Literal

import msgspec

from northbank.core.city import City, Limit, Stage, Unit5
from northbank.core.localtime import MINUTE, instant, micros
from northbank.core.routing import fits
from northbank.core.worktime import due_and_soon, forward, measure

Mark = Literal["soon", "overdue"]
TICK = timedelta(microseconds=1)


class Deadline(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """One limit running for one stage of a case. On time means at `due_at` or before.

    limit, calendar: the row and the version of the calendar it was computed by.
    soon_at: when four fifths of the span are gone, on the same clock.
    left: whole minutes on its own clock that were left when it was paused.
    """

    stage: Stage
    limit: str
    calendar: str
    unit: Unit5
    started_at: datetime
    due_at: datetime
    soon_at: datetime
    paused_at: datetime | None = None
    left: int | None = None
    met_at: datetime | None = None
    marked: tuple[Mark, ...] = ()

    @property
    def running(self) -> bool:
        """Neither met nor paused."""
        return self.met_at is None and self.paused_at is None

    def late(self, now: datetime) -> bool:
        """Whether it was missed: by the moment it was met or paused, or else by `now`."""
        return (self.paused_at or self.met_at or now) > self.due_at


def find_limit(city: City, type: str | None, urgent: bool, stage: Stage) -> Limit | None:
    """The first row of the limits that fits, or None where the pack sets no limit."""
    known: dict[tuple[str | None, bool, Stage], Limit | None] = city.memo("limits", dict)
    key = (type, urgent, stage)
    if key in known:
        return known[key]
    found = next(
        (r for r in city.limits if r.stage == stage and r.urgent in (None, urgent) and fits(r.types, type)), None
    )
    if type is None or type in city.types:  # what is not in the catalog could be endless
        known[key] = found
    return found


def begin(city: City, type: str | None, urgent: bool, stage: Stage, at: datetime) -> Deadline | None:
    """The deadline of `stage` for a case of this type, started at `at`; None where the pack sets no limit."""
    limit = find_limit(city, type, urgent, stage)
    if limit is None:
        return None
    calendar, start = city.calendar, micros(at)
    due, soon = due_and_soon(calendar, start, limit.amount, limit.unit)
    return Deadline(
        stage=stage,
        limit=limit.id,
        calendar=calendar.version,
        unit=limit.unit,
        started_at=at if at.tzinfo is UTC else instant(start),
        due_at=instant(due),
        soon_at=instant(soon),
    )


def pause(deadline: Deadline, city: City, at: datetime) -> Deadline:
    """Stop the clock; one that is not running stays as it is."""
    if not deadline.running:
        return deadline
    at = max(at, deadline.started_at)
    left = measure(city.calendar, deadline.unit, micros(at), micros(deadline.due_at)) if at < deadline.due_at else 0
    return msgspec.structs.replace(deadline, paused_at=at, left=left // MINUTE)


def resume(deadline: Deadline, city: City, at: datetime) -> Deadline:
    """Let the clock go on with what was left; one that was already missed keeps its due time.

    Under another calendar than the deadline was computed by, the minutes noted at the pause count.
    """
    paused = deadline.paused_at
    if paused is None or deadline.met_at is not None:
        return deadline
    calendar, from_, to = city.calendar, micros(paused), micros(max(at, paused))
    same = calendar.version == deadline.calendar
    due, soon = micros(deadline.due_at), micros(deadline.soon_at)
    if due >= from_:
        rest = measure(calendar, deadline.unit, from_, due) if same else (deadline.left or 0) * MINUTE
        ahead = min(measure(calendar, deadline.unit, from_, soon), rest) if soon > from_ else 0
        soon = forward(calendar, deadline.unit, to, ahead) if soon > from_ else soon
        due = forward(calendar, deadline.unit, to, rest)
    return msgspec.structs.replace(
        deadline,
        calendar=calendar.version,
        due_at=instant(due),
        soon_at=instant(soon),
        paused_at=None,
        left=None,
    )


def meet(deadline: Deadline, at: datetime) -> Deadline:
    """The stage is done; the first time counts."""
    return deadline if deadline.met_at is not None else msgspec.structs.replace(deadline, met_at=at)


def unmeet(deadline: Deadline) -> Deadline:
    """What counted as done was not: the clock runs on as if it had never stopped."""
    return msgspec.structs.replace(deadline, met_at=None)


def mark(deadline: Deadline, kind: Mark) -> Deadline:
    """Note that "soon" or "overdue" was journaled, so that it is not journaled again."""
    if kind in deadline.marked:
        return deadline
    return msgspec.structs.replace(deadline, marked=(*deadline.marked, kind))


def next_mark(deadlines: Iterable[Deadline]) -> datetime | None:
    """The earliest moment at which `marks_due` will have something to say; None: never as things stand."""
    soonest: datetime | None = None
    for deadline in deadlines:
        at = _next(deadline)
        if at is not None and (soonest is None or at < soonest):
            soonest = at
    return soonest


def marks_due(deadlines: Iterable[Deadline], now: datetime) -> list[tuple[Stage, Mark]]:
    """What has to be journaled by `now`; a deadline that is overdue is no longer announced as soon due."""
    found: list[tuple[Stage, Mark]] = []
    for deadline in deadlines:
        if not deadline.running or "overdue" in deadline.marked:
            continue
        if now > deadline.due_at:
            found.append((deadline.stage, "overdue"))
        elif now >= deadline.soon_at and "soon" not in deadline.marked:
            found.append((deadline.stage, "soon"))
    return found


def _next(deadline: Deadline) -> datetime | None:
    if not deadline.running or "overdue" in deadline.marked:
        return None
    if "soon" in deadline.marked:
        return deadline.due_at + TICK  # at due_at itself the case is still on time
    return min(deadline.soon_at, deadline.due_at + TICK)

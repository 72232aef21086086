"""Deadlines: which limit holds for a stage of a case, when it is due, and how it is paused, met and marked.

Values in, values out. When a stage begins and ends is decided in case.py; how time is counted in worktime.py;
extensions, transfers and due times found later are in amend.py.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Literal

import msgspec

from northbank.core.city import City, Limit, Stage, Unit5
from northbank.core.localtime import MINUTE, instant, micros
from northbank.core.office import OWNER, calendar_of, office_for
from northbank.core.refusal import Refused
from northbank.core.routing import fits
from northbank.core.worktime import ELAPSED, Calendar, due_and_soon, forward, measure

Mark = Literal["soon", "overdue"]
Amended = Literal["suspended", "extended", "returned", "transferred", "reassigned", "relimited", "dated"]
TICK = timedelta(microseconds=1)


class Amendment(msgspec.Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True):
    """One thing that befell a running deadline. Nothing is overwritten: what it was before stays here.

    before, after: due until then, and since; None where a year without calendar lay in the way.
    since: when the suspension began, or when the unit that returns the case got it.
    minutes: whole minutes on the deadline's own clock: left at the suspension, charged to the returner (`owner`),
    or taken off the span of the new owner (`owner`) for what it had used up before.
    amount, unit, by, reason: of an extension: how much, who approved it, and why. marked: what was announced of `before`.
    """

    why: Amended
    at: datetime
    before: datetime | None = None
    after: datetime | None = None
    since: datetime | None = None
    minutes: int | None = None
    owner: str | None = None
    amount: int | None = None
    unit: Unit5 | None = None
    by: str | None = None
    reason: str | None = None
    marked: tuple[Mark, ...] = ()


class Reminder(msgspec.Struct, frozen=True, gc=False):
    """The moment at which so many percent of a solving time are gone."""

    percent: int
    at: datetime


class Deadline(msgspec.Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True):
    """One limit running for one stage of a case. On time means at `due_at` or before.

    limit, amount, unit: the row of the limits and what it gave. calendar: version of the calendar it was computed by.
    office: whose hours were counted ("": the city's); by_owner: those of whoever owns the case. owner: for whom it runs.
    due_at, soon_at: None where `missing`, a year without calendar, lies in the way: it is not guessed.
    soon_at: when four fifths of the span are gone, on the same clock.
    left: whole minutes on its own clock that were left when it was paused.
    amended: suspensions, extensions, transfers, in order.
    """

    stage: Stage
    limit: str
    calendar: str
    unit: Unit5
    started_at: datetime
    due_at: datetime | None
    soon_at: datetime | None
    amount: int = 0  # 0: from before it was kept
    paused_at: datetime | None = None
    left: int | None = None
    met_at: datetime | None = None
    marked: tuple[Mark, ...] = ()
    office: str = ""
    by_owner: bool = False
    owner: str | None = None
    missing: int | None = None
    amended: tuple[Amendment, ...] = ()
    reminders: tuple[Reminder, ...] = ()  # the shares that the pack's ladder names (reminders.py)

    @property
    def running(self) -> bool:
        """Neither met nor paused."""
        return self.met_at is None and self.paused_at is None

    def late(self, now: datetime) -> bool:
        """Whether it was missed: by the moment it was met or paused, or else by `now`. What has no due time is not."""
        return self.due_at is not None and (self.paused_at or self.met_at or now) > self.due_at


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


def begin(
    city: City, type: str | None, urgent: bool, stage: Stage, at: datetime, owner: str | None = None
) -> Deadline | None:
    """The deadline of `stage` for a case of this type, started at `at`; None where the pack sets no limit.

    owner: the unit that owns the case, for limits counted in its office hours. It never refuses: where the year
    has no calendar, the deadline says which one is `missing` and has no due time.
    """
    limit = find_limit(city, type, urgent, stage)
    if limit is None:
        return None
    if limit.unit in ELAPSED and not limit.office and at.tzinfo is UTC:
        return _elapsed(city, limit, stage, at)
    office = office_for(city, limit, owner) if limit.office else ""
    calendar, start = calendar_of(city, office), micros(at)
    due, soon, missing = reckon(calendar, start, limit.amount, limit.unit)
    begun = Deadline(
        stage=stage,
        limit=limit.id,
        calendar=calendar.version,
        unit=limit.unit,
        started_at=at if at.tzinfo is UTC else instant(start),
        due_at=due,
        soon_at=soon,
        amount=limit.amount,
    )
    if limit.office or missing is not None:  # few are; every report pays for what the others carry
        by_owner = limit.office == OWNER
        begun = msgspec.structs.replace(begun, office=office, by_owner=by_owner, owner=owner, missing=missing)
    return begun


def _elapsed(city: City, limit: Limit, stage: Stage, at: datetime) -> Deadline:
    """The same on the plain clock, which is that of most limits: no calendar is asked."""
    span = timedelta(0, 0, 0, 0, limit.amount if limit.unit == "minute" else limit.amount * 60)
    return Deadline(
        stage=stage, limit=limit.id, calendar=city.calendar.version, unit=limit.unit, started_at=at, due_at=at + span,
        soon_at=at + span * 4 // 5, amount=limit.amount,
    )  # fmt: skip


Reckoned = tuple[datetime | None, datetime | None, int | None]


def reckon(calendar: Calendar, start: int, amount: int, unit: Unit5) -> Reckoned:
    """Due, soon and no missing year; or neither of them and the year that has no calendar."""
    try:
        due, soon = due_and_soon(calendar, start, amount, unit)
    except Refused as refused:
        return undated(refused)
    return instant(due), instant(soon), None


def undated(refused: Refused) -> tuple[None, None, int]:
    """No due time, and the year that is missing; any other refusal is raised again."""
    if refused.code != "no_calendar":
        raise refused
    return None, None, int(str(refused.values["year"]))


def pause(deadline: Deadline, city: City, at: datetime) -> Deadline:
    """Stop the clock; one that is not running stays as it is. `left` is None where no calendar tells it."""
    if not deadline.running:
        return deadline
    at = max(at, deadline.started_at)
    return msgspec.structs.replace(deadline, paused_at=at, left=minutes_left(deadline, city, at))


def minutes_left(deadline: Deadline, city: City, at: datetime) -> int | None:
    """Whole minutes on the deadline's own clock from `at` until it is due; 0 when that is past."""
    if deadline.due_at is None:
        return None
    if at >= deadline.due_at:
        return 0
    try:
        left = measure(calendar_of(city, deadline.office), deadline.unit, micros(at), micros(deadline.due_at))
    except Refused:
        return None
    return left // MINUTE


def resume(deadline: Deadline, city: City, at: datetime) -> Deadline:
    """Let the clock go on with what was left; one that was already missed keeps its due time.

    Under another calendar than the deadline was computed by, the minutes noted at the pause count.
    """
    paused = deadline.paused_at
    if paused is None or deadline.met_at is not None:
        return deadline
    at, calendar = max(at, paused), calendar_of(city, deadline.office)
    before, missing = deadline.due_at, deadline.missing
    due, soon = before, deadline.soon_at
    if before is not None and soon is not None and before >= paused:
        noted = None if calendar.version == deadline.calendar or deadline.left is None else deadline.left * MINUTE
        try:
            moved = resumed(
                calendar, deadline.unit, (micros(before), micros(soon)), (micros(paused), micros(at)), noted
            )
            due, soon = instant(moved[0]), instant(moved[1])
        except Refused as refused:
            due, soon, missing = undated(refused)
    change = Amendment(why="suspended", at=at, since=paused, minutes=deadline.left, before=before, after=due)
    return msgspec.structs.replace(
        deadline,
        calendar=calendar.version,
        due_at=due,
        soon_at=soon,
        paused_at=None,
        left=None,
        missing=missing,
        # kept even where it moved nothing: in the hours of another office it would
        amended=(*deadline.amended, change) if at > paused else deadline.amended,
    )


def resumed(
    calendar: Calendar, unit: Unit5, ends: tuple[int, int], pause: tuple[int, int], noted: int | None = None
) -> tuple[int, int]:
    """Due and soon (`ends`) after a `pause` from one instant to another; noted: the rest, where it is known already.

    An extension may end outside working time; no pause brings such an end forward to the close of work before it.
    """
    (due, soon), (from_, to) = ends, pause
    rest = measure(calendar, unit, from_, due) if noted is None else noted
    later = forward(calendar, unit, to, rest)
    if soon > from_:
        soon = max(soon, forward(calendar, unit, to, min(measure(calendar, unit, from_, soon), rest)))
    return (max(due, later), soon) if noted is None else (later, min(soon, later))


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
        if not deadline.running or "overdue" in deadline.marked or deadline.due_at is None:
            continue
        if now > deadline.due_at:
            found.append((deadline.stage, "overdue"))
        elif deadline.soon_at is not None and now >= deadline.soon_at and "soon" not in deadline.marked:
            found.append((deadline.stage, "soon"))
    return found


def _next(deadline: Deadline) -> datetime | None:
    if not deadline.running or "overdue" in deadline.marked or deadline.due_at is None:
        return None
    if "soon" in deadline.marked or deadline.soon_at is None:
        return deadline.due_at + TICK  # at due_at itself the case is still on time
    return min(deadline.soon_at, deadline.due_at + TICK)

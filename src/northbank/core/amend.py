"""What befalls a running deadline besides pauses: extensions, returns charged to the returner, new owners, late calendars.

Nothing here overwrites: each change is an `Amendment` that keeps what was before. Who may ask for it is handling.py's.
"""

from datetime import datetime

from msgspec.structs import replace

from northbank.core.city import City, Unit5
from northbank.core.deadline import Amendment, Deadline, minutes_left, resumed, undated
from northbank.core.localtime import MINUTE, instant, micros
from northbank.core.office import calendar_of, office_of
from northbank.core.refusal import Refused
from northbank.core.worktime import Calendar, due, due_and_soon, forward, measure

Ends = tuple[int, int]  # due and soon, microseconds


def extend(
    deadline: Deadline, city: City, amount: int, unit: Unit5, at: datetime, *,
    asked_at: datetime | None = None, by: str | None = None, reason: str | None = None,
) -> Deadline:  # fmt: skip
    """The deadline prolonged by `amount` units from its present due time, granted at `at`.

    asked_at: when it was asked for, if that was earlier: who asks in time does not suffer from a slow answer.
    Refused where the stage is done (`not_running`) or it was asked for after the due time (`asked_too_late`).
    What was announced of the former due time moves into the amendment; the new one is announced again.
    """
    if amount < 1:
        raise ValueError(f"an extension cannot be {amount}")
    if deadline.met_at is not None:
        raise Refused("not_running", stage=deadline.stage)
    before = deadline.due_at
    if before is not None and min(asked_at or at, deadline.paused_at or at) > before:
        raise Refused("asked_too_late", due=before.isoformat())
    change = Amendment(
        why="extended", at=at, amount=amount, unit=unit, by=by, reason=reason, before=before, marked=deadline.marked
    )
    longer = replace(deadline, marked=())
    if before is not None:
        calendar, stands = calendar_of(city, deadline.office), deadline.paused_at or at
        try:
            ends = _longer(calendar, deadline.unit, micros(before), change, micros(stands))
            longer = replace(longer, due_at=instant(ends[0]), soon_at=instant(ends[1]), calendar=calendar.version)
        except Refused as refused:
            none, _, year = undated(refused)
            longer = replace(longer, due_at=none, soon_at=none, missing=year)
    if deadline.paused_at is not None:
        longer = replace(longer, left=minutes_left(longer, city, deadline.paused_at))
    return replace(longer, amended=(*deadline.amended, replace(change, after=longer.due_at)))


def charge(deadline: Deadline, city: City, unit: str, since: datetime, at: datetime) -> Deadline:
    """Note at `at`, when `unit` returns the case it got at `since`, what it has used of this deadline's clock.

    The clock runs on: only a suspension stops it. Whoever gets the case next starts afresh (`assign`).
    """
    used = None
    try:
        used = _used(deadline, city, since, at) // MINUTE
    except Refused as refused:
        undated(refused)
    note = Amendment(
        why="returned", at=at, since=since, owner=unit, minutes=used, before=deadline.due_at, after=deadline.due_at
    )
    return replace(deadline, amended=(*deadline.amended, note))


def assign(deadline: Deadline, city: City, owner: str, at: datetime) -> Deadline:
    """The deadline when the case is dispatched to `owner` at `at`.

    After a return by another unit the new owner's clock begins at `at`, with the whole limit less what it had used up
    itself before. Without one the clock is the case's and runs on; where it follows the owner's office hours,
    it is counted again from its beginning in those of the new owner.
    """
    if deadline.met_at is not None:
        return deadline
    office = office_of(city, owner) if deadline.by_owner else deadline.office
    last = next((one for one in reversed(deadline.amended) if one.owner is not None), None)
    returned = last is not None and last.why == "returned"
    if returned and last is not None and last.owner != owner:
        return _afresh(replace(deadline, office=office, owner=owner), city, at)
    change = Amendment(why="reassigned", at=at, owner=owner, before=deadline.due_at, after=deadline.due_at)
    kept = replace(deadline, owner=owner, office=office)
    if office != deadline.office:
        again = recount(kept, city)
        return replace(again, amended=(*deadline.amended, replace(change, after=again.due_at)))
    return replace(kept, amended=(*deadline.amended, change)) if returned else kept


def _afresh(deadline: Deadline, city: City, at: datetime) -> Deadline:
    """The whole limit again from `at`, less what this owner was charged with before; announced anew."""
    mine = [one for one in deadline.amended if one.why == "returned" and one.owner == deadline.owner]
    used = sum(one.minutes or 0 for one in mine) or None
    if not deadline.amount:  # from before the amount was kept: the row says it, if it still stands
        row = next((row for row in city.limits if row.id == deadline.limit), None)
        if row is None or row.unit != deadline.unit:
            return deadline
        deadline = replace(deadline, amount=row.amount)
    change = Amendment(
        why="transferred", at=at, owner=deadline.owner, minutes=used, before=deadline.due_at, marked=deadline.marked
    )
    begun = replace(deadline, started_at=at, paused_at=None, left=None, marked=(), amended=(*deadline.amended, change))
    again = recount(begun, city)
    return replace(again, amended=(*deadline.amended, replace(change, after=again.due_at)))


def relimit(former: Deadline, found: Deadline, city: City, at: datetime) -> Deadline:
    """The deadline of another limit that takes over at `at`: what befell the former one goes with it, counted again.

    What was announced is not announced twice for the same due time.
    """
    if not former.amended:
        return replace(found, marked=former.marked) if former.due_at == found.due_at else found
    change = Amendment(why="relimited", at=at, before=former.due_at, marked=former.marked)
    again = recount(replace(found, amended=(*former.amended, change)), city)
    marked = former.marked if former.due_at == again.due_at else ()
    return replace(again, marked=marked, amended=(*former.amended, replace(change, after=again.due_at)))


def date_again(deadline: Deadline, city: City, at: datetime) -> Deadline | None:
    """A deadline without due time, counted now that the pack may have the year; None where there is nothing new."""
    if deadline.missing is None:
        return None
    again = recount(deadline, city)
    if again.missing == deadline.missing:
        return None
    if again.paused_at is not None:
        again = replace(again, left=minutes_left(again, city, again.paused_at))
    change = Amendment(why="dated", at=at, after=again.due_at)
    return replace(again, amended=(*deadline.amended, change)) if again.missing is None else again


def recount(deadline: Deadline, city: City) -> Deadline:
    """Due and soon counted from the beginning through every amendment, on the calendar that the city has now.

    Under an unchanged calendar this gives what the deadline says already; tests hold it to that.
    """
    calendar = calendar_of(city, deadline.office)
    try:
        due_at, soon_at = _replay(deadline, calendar)
    except Refused as refused:
        none, _, year = undated(refused)
        return replace(deadline, due_at=none, soon_at=none, missing=year, calendar=calendar.version)
    return replace(deadline, due_at=instant(due_at), soon_at=instant(soon_at), missing=None, calendar=calendar.version)


def _replay(deadline: Deadline, calendar: Calendar) -> Ends:
    unit, start = deadline.unit, micros(deadline.started_at)
    since = max((n for n, one in enumerate(deadline.amended) if one.why == "transferred"), default=-1)
    used = (deadline.amended[since].minutes or 0) * MINUTE if since >= 0 else 0
    ends = due_and_soon(calendar, start, deadline.amount, unit)
    if used:
        rest = max(measure(calendar, unit, start, ends[0]) - used, 0)
        ends = forward(calendar, unit, start, rest), forward(calendar, unit, start, rest * 4 // 5)
    changes = deadline.amended[since + 1 :]
    for n, one in enumerate(changes):
        at = micros(one.at)
        if one.why == "suspended" and one.since is not None and ends[0] >= micros(one.since):
            ends = resumed(calendar, unit, ends, (micros(one.since), at))
        elif one.why == "extended":
            pauses = (later for later in (*changes[n:], None) if later is None or later.why == "suspended")
            pause = next(pauses)
            began = deadline.paused_at if pause is None else pause.since
            ends = _longer(calendar, unit, ends[0], one, at if began is None else min(at, micros(began)))
    return ends


def _longer(calendar: Calendar, unit: Unit5, ends_at: int, change: Amendment, at: int) -> Ends:
    """Due and soon after an extension: four fifths of what lies between the grant and the new due time."""
    end = due(calendar, ends_at, change.amount or 0, change.unit or unit)
    if at >= end:
        return end, end
    return end, forward(calendar, unit, at, measure(calendar, unit, at, end) * 4 // 5)


def _used(deadline: Deadline, city: City, since: datetime, until: datetime) -> int:
    """What went by on the deadline's clock between two moments, suspensions left out."""
    calendar, unit = calendar_of(city, deadline.office), deadline.unit
    begin, end = micros(max(since, deadline.started_at)), micros(until)
    if end <= begin:
        return 0
    used = measure(calendar, unit, begin, end)
    for one in deadline.amended:
        if one.why == "suspended" and one.since is not None:
            a, b = max(begin, micros(one.since)), min(end, micros(one.at))
            used -= measure(calendar, unit, a, b) if a < b else 0
    return max(used, 0)

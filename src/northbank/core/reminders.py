"""When a share of a solving time is gone: the moments that the supervision ladder hangs on, kept with the deadline."""

from msgspec.structs import replace

from northbank.core.city import City
from northbank.core.deadline import Deadline, Reminder
from northbank.core.localtime import instant, micros
from northbank.core.office import calendar_of
from northbank.core.refusal import Refused
from northbank.core.worktime import ELAPSED, Calendar, backward, measure


def remind(deadline: Deadline, city: City) -> Deadline:
    """The deadline with the moments at which the shares of its time are gone that the pack's ladder names.

    Of a time that was suspended or prolonged it is the whole time that counts, without the suspensions.
    """
    shares = _shares(city)
    if not shares or deadline.due_at is None or deadline.stage != "solve":
        return deadline
    unit, due = deadline.unit, deadline.due_at
    if unit in ELAPSED and not deadline.amended:  # most are; the clock of such a limit is the plain one
        whole = due - deadline.started_at
        return replace(deadline, reminders=tuple([Reminder(one, due - whole * (100 - one) // 100) for one in shares]))
    calendar, end = calendar_of(city, deadline.office), micros(due)
    try:
        span = _span(deadline, calendar, end)
        found = tuple(
            [Reminder(one, instant(backward(calendar, unit, end, span * (100 - one) // 100))) for one in shares]
        )
    except Refused:  # a year without calendar lies between: nothing is guessed
        return deadline
    return replace(deadline, reminders=found)


def _span(deadline: Deadline, calendar: Calendar, end: int) -> int:
    """The clock's time from the beginning to `end`, suspensions left out, in microseconds."""
    span = measure(calendar, deadline.unit, micros(deadline.started_at), end)
    for one in deadline.amended:
        if one.why == "suspended" and one.since is not None:
            span -= measure(calendar, deadline.unit, micros(one.since), micros(one.at))
    return max(span, 0)


def _shares(city: City) -> tuple[int, ...]:
    def build() -> tuple[int, ...]:
        return tuple(sorted({one.percent for one in city.ladder if one.percent is not None}))

    found: tuple[int, ...] = city.memo("ladder_shares", build)
    return found

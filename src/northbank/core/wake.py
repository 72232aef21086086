"""When the timer must look at a case again: the next moment at which `handling.watch` has something to write down.

Exactly that moment: a case that is due and yields nothing would be looked at for ever. Tests hold the two together.
"""

from collections.abc import Iterator
from datetime import datetime

from northbank.core.case import Case, Order
from northbank.core.deadline import TICK, Deadline, next_mark
from northbank.core.moves import ENDED
from northbank.core.standing import ended_well


def wake_at(case: Case) -> datetime | None:
    """The next moment, or None: never as things stand."""
    return _look_back(case) if case.state in ENDED else min(_moments(case), default=None)


def _look_back(case: Case) -> datetime | None:
    """When the next look-back at a case that ended with work done is to be called up."""
    return (
        min((one.due_at for one in case.reviews if one.waits and not one.called), default=None)
        if ended_well(case)
        else None
    )


def _moments(case: Case) -> Iterator[datetime]:
    mark = next_mark(case.deadlines)
    if mark is not None:
        yield mark
    part = next_mark(one.deadline for one in case.tasks if one.deadline is not None)
    if part is not None:
        yield part
    if case.review_at is not None:
        yield case.review_at
    yield from (one.due_at + TICK for one in case.orders if one.due_at is not None and one.waits() and not one.lapsed)
    solve = case.deadline("solve")
    if solve is not None and solve.running and "overdue" not in solve.marked:
        said = said_percent(case, solve)
        yield from (one.at for one in solve.reminders if one.percent > said)


def issued(case: Case, solve: Deadline) -> list[Order]:
    """The orders that the ladder gave for the solving time as it stands: since it began, or was last prolonged."""
    last = next((one.at for one in reversed(solve.amended) if one.why in ("extended", "transferred")), solve.started_at)
    return [one for one in case.orders if one.rung is not None and one.issued_at >= last]


def said_percent(case: Case, solve: Deadline) -> int:
    """The greatest share that was announced already."""
    return max((one.percent for one in issued(case, solve)), default=0)

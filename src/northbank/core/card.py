"""The row a case has in lists and on the wall. Fields are the columns of the table `cases`, in order."""

from datetime import datetime

import msgspec
from msgspec.structs import replace

from northbank.core.case import Case
from northbank.core.moves import ENDED, State
from northbank.core.standing import ended_well
from northbank.core.wake import wake_at

_WAITING = frozenset({State.REPORTED, State.ACCEPTED})


class Card(msgspec.Struct, frozen=True, gc=False):
    """One case at a glance; holds no personal data.

    desk: why it waits for an officer; `no_calendar` where a due time cannot be computed, whatever else it waits for.
    late: a stage that is not done is overdue (pausing does not undo it), or it was solved late. soon: a running stage is near its end.
    on_time: set once it has ended with work done: solved within its limit.
    needs: it waits for a person of the center now.
    support: the units that have or had a part in it. due_at: end of the solving limit. stage_due_at: end of the limit that runs out next.
    wake_at: when the timer must look at it again.
    """

    id: str
    number: str
    position: int
    version: int
    state: str
    type: str | None
    board: str | None
    town_board: str | None
    town: str | None
    community: str | None
    grid: str | None
    urgent: bool
    owner: str | None
    source: str
    level: str
    reporter: str
    external: str | None
    reported_at: datetime
    changed_at: datetime
    due_at: datetime | None
    stage_due_at: datetime | None
    closed_at: datetime | None
    wake_at: datetime | None
    open: bool
    late: bool
    soon: bool
    needs: bool
    on_time: bool | None
    desk: str | None
    lon: float | None
    lat: float | None
    outcome: str | None
    subject: str
    support: tuple[str, ...]


def shown(card: Card) -> Card:
    """The card as a wall in a hall may show it: without who sent it, their own number and the reference to a person."""
    return replace(card, reporter="", external=None, subject="")


def card(case: Case, position: int = 0) -> Card:
    """The card of a case. `position` is that of its last entry (the journal fills it in on writing)."""
    ended = case.state in ENDED
    undone = [] if ended else [one for one in case.deadlines if one.met_at is None]
    running = [one for one in undone if one.paused_at is None]
    solve = case.deadline("solve")
    solved_late = solve is not None and solve.met_at is not None and solve.late(solve.met_at)
    marks = [mark for one in undone for mark in one.marked]
    late = solved_late or "overdue" in marks
    soon = not late and any("soon" in one.marked for one in running)
    desk = _desk(case)
    waits = case.state in _WAITING and case.urgent
    spot = case.spot
    return Card(
        id=case.id, number=case.number, position=position, version=case.version, state=case.state.value, type=case.type,
        board=case.board, town_board=case.town_board, town=spot.town if spot else None,
        community=spot.community if spot else None, grid=spot.grid if spot else None, urgent=case.urgent, owner=case.owner,
        source=case.source, level=case.level, reporter=case.reporter, external=case.external,
        reported_at=case.reported_at, changed_at=case.changed_at, due_at=solve.due_at if solve else None,
        stage_due_at=min([one.due_at for one in running if one.due_at], default=None), closed_at=case.closed_at,
        wake_at=wake_at(case), open=not ended, late=late, soon=soon,
        needs=not ended and (late or waits or desk is not None), on_time=_on_time(case, solved_late), desk=desk,
        lon=spot.lon if spot else None, lat=spot.lat if spot else None, outcome=case.outcome, subject=case.subject,
        support=case.support,
    )  # fmt: skip


def _desk(case: Case) -> str | None:
    """A due time that no calendar tells is said before everything else, and found again by it when the calendar comes."""
    for one in case.every_deadline:
        if one.missing is not None:
            return "no_calendar"
    return case.desk


def _on_time(case: Case, solved_late: bool) -> bool | None:
    solve = case.deadline("solve")
    if not ended_well(case) or (solve is not None and solve.missing is not None):
        return None
    return not solved_late

"""How a case changes with each fact: the fold of its history. What may happen is moves.py; what facts say is case.py."""

from collections.abc import Mapping
from datetime import datetime
from typing import assert_never

from msgspec.structs import replace

from northbank.core import deadline as clock
from northbank.core.case import (
    Accepted,
    Case,
    CaseFact,
    Checked,
    Closed,
    Dispatched,
    FedBack,
    Overdue,
    Placed,
    Rejected,
    Reopened,
    Reported,
    Resumed,
    Returned,
    Retyped,
    Reworked,
    Routed,
    Signed,
    SoonDue,
    Started,
    Step,
    Suspended,
    Unrouted,
)
from northbank.core.city import Stage
from northbank.core.deadline import Deadline
from northbank.core.moves import State


def _begin(have: tuple[Deadline, ...], begun: tuple[Deadline, ...]) -> tuple[Deadline, ...]:
    """New deadlines take the place of those of the same stage."""
    if not begun:
        return have
    stages = {one.stage for one in begun}
    return (*(one for one in have if one.stage not in stages), *begun)


def _meet(have: tuple[Deadline, ...], at: datetime, *stages: Stage) -> tuple[Deadline, ...]:
    return tuple(clock.meet(one, at) if one.stage in stages and one.met_at is None else one for one in have)


# A case that came back to the desk waits there until it is dispatched, however it is routed meanwhile.
_BACK: Mapping[State, str] = {State.RETURNED: "returned", State.REOPENED: "reopened"}
_ALL: tuple[Stage, ...] = ("accept", "dispatch", "sign", "solve", "check")


def evolve(case: Case | None, stream: str, at: datetime, fact: CaseFact) -> Case:
    """The case after one more fact. `at` is when the entry was recorded."""
    at = fact.happened_at or at
    if isinstance(fact, Reported):
        return _born(stream, at, fact)
    if case is None:
        raise ValueError(f"{stream} does not begin with a report")
    case = replace(case, version=case.version + 1, changed_at=max(at, case.changed_at))
    if isinstance(fact, Step):
        case = replace(case, deadlines=_begin(case.deadlines, fact.begun))
        return _step(case, at, fact)
    match fact:
        case Routed():
            return replace(
                case, row=fact.row, owner=fact.owner, desk=_BACK.get(case.state),
                deadlines=_begin(case.deadlines, fact.begun),
            )  # fmt: skip
        case Unrouted():
            return replace(
                case, row=None, owner=fact.owner, desk=fact.why, deadlines=_begin(case.deadlines, fact.begun)
            )
        case Placed():
            return replace(case, spot=fact.spot)
        case Retyped():
            return replace(case, type=fact.type, board=fact.board, town_board=fact.town_board, urgent=fact.urgent)
        case SoonDue():
            return replace(case, deadlines=_mark(case.deadlines, fact.stage, "soon"))
        case Overdue():
            return replace(case, deadlines=_mark(case.deadlines, fact.stage, "overdue"))
        case _:
            assert_never(fact)


def _born(stream: str, at: datetime, fact: Reported) -> Case:
    return Case(
        id=stream.partition(":")[2], number=fact.number, version=1, state=State.REPORTED, source=fact.source,
        level=fact.level, subject=fact.subject, reporter=fact.reporter, reported_at=at, changed_at=at, type=fact.type,
        board=fact.board, town_board=fact.town_board, urgent=fact.urgent, spot=fact.spot, external=fact.external,
        words=fact.words, photos=fact.photos,
    )  # fmt: skip


def _mark(have: tuple[Deadline, ...], stage: Stage, kind: clock.Mark) -> tuple[Deadline, ...]:
    return tuple(clock.mark(one, kind) if one.stage == stage else one for one in have)


def _step(case: Case, at: datetime, fact: Step) -> Case:
    have = case.deadlines
    match fact:
        case Accepted():
            return replace(case, state=State.ACCEPTED, deadlines=_meet(have, at, "accept"))
        case Rejected():
            return replace(case, state=State.REJECTED, closed_at=at, desk=None, deadlines=_meet(have, at, *_ALL))
        case Dispatched():
            met = _meet(have, at, "accept", "dispatch")
            return replace(case, state=State.DISPATCHED, owner=fact.owner, row=fact.row, desk=None, deadlines=met)
        case Signed():
            return replace(case, state=State.SIGNED, deadlines=_meet(have, at, "sign"))
        case Started() | Resumed():
            return replace(case, state=State.HANDLING)
        case Suspended():
            return replace(case, state=State.SUSPENDED)
        case FedBack():
            return replace(case, state=State.FEEDBACK, outcome=fact.outcome, deadlines=_meet(have, at, "solve"))
        case Checked():
            return replace(case, state=State.CHECKED, deadlines=_meet(have, at, "check"))
        case Reworked():
            back = tuple(clock.unmeet(one) if one.stage == "solve" else one for one in have)
            return replace(case, state=State.HANDLING, reworks=case.reworks + 1, deadlines=_meet(back, at, "check"))
        case Closed():
            outcome = fact.outcome or case.outcome
            met = _meet(have, at, *_ALL)
            return replace(case, state=State.CLOSED, closed_at=at, desk=None, outcome=outcome, deadlines=met)
        case Returned():
            met = _meet(have, at, "sign")
            return replace(
                case, state=State.RETURNED, desk=_BACK[State.RETURNED], returns=case.returns + 1, deadlines=met
            )
        case Reopened():
            more = case.reopenings + 1
            return replace(
                case, state=State.REOPENED, desk=_BACK[State.REOPENED], closed_at=None, outcome=None, reopenings=more
            )
        case _:
            return case

"""How a case changes with each fact: the fold of its history. What may happen is moves.py; what facts say is case_facts.py."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from msgspec.structs import replace

from northbank.core import deadline as clock
from northbank.core.case import Case, Review, Task, TaskState, Told, Wish
from northbank.core.case_facts import (
    Accepted,
    Answered,
    Arbitrated,
    Archived,
    Cancelled,
    CaseFact,
    CheckAsked,
    Checked,
    Closed,
    Denied,
    Described,
    Dispatched,
    Disputed,
    Divided,
    Escalated,
    Extended,
    ExtensionAsked,
    FedBack,
    Followed,
    HandedBack,
    HelpAsked,
    HelpRated,
    Joined,
    Lapsed,
    LookBackDue,
    LookBackPlanned,
    LookedBack,
    Merged,
    Noted,
    Ordered,
    Overdue,
    Parted,
    Placed,
    Rated,
    Recurred,
    Refuted,
    Registered,
    Rejected,
    Reopened,
    Reported,
    Resumed,
    Returned,
    Retyped,
    ReviewDue,
    Reworked,
    Routed,
    SelfHandled,
    Signed,
    SoonDue,
    Split,
    Started,
    Step,
    Suspended,
    SuspensionAsked,
    TaskFinished,
    TaskTaken,
    TaskWithdrawn,
    Unrouted,
    Verified,
    VerifyAsked,
)  # fmt: skip
from northbank.core.city import Stage
from northbank.core.dating import Dated
from northbank.core.deadline import Deadline
from northbank.core.moves import State

Changes = dict[str, Any]
_Part = Callable[[Case, Told, datetime, Step, tuple[Deadline, ...]], Changes | None]

# A case that came back to the desk waits there until it is dispatched, however it is routed meanwhile.
_BACK: Mapping[State, str] = {State.RETURNED: "returned", State.REOPENED: "reopened", State.ESCALATED: "escalated"}
_ALL: tuple[Stage, ...] = ("accept", "dispatch", "sign", "solve", "check", "support")


def evolve(case: Case | None, told: Told, fact: CaseFact) -> Case:
    """The case after one more fact of its history. `told` is the entry that says so."""
    at = fact.happened_at or told.at
    if isinstance(fact, Reported):
        return _born(told, at, fact)
    if case is None:
        raise ValueError(f"{told.stream} does not begin with a report")
    changes = _step(case, told, at, fact) if isinstance(fact, Step) else _other(case, fact)
    return replace(case, version=case.version + 1, changed_at=max(at, case.changed_at), **changes)


def _born(told: Told, at: datetime, fact: Reported) -> Case:
    return Case(
        id=told.stream.partition(":")[2], number=fact.number, version=1, state=State.REPORTED, source=fact.source,
        level=fact.level, subject=fact.subject, reporter=fact.reporter, reported_at=at, changed_at=at, type=fact.type,
        board=fact.board, town_board=fact.town_board, urgent=fact.urgent, spot=fact.spot, external=fact.external,
        words=fact.words, photos=fact.photos, pack=told.pack, attributes=fact.attributes,
        origin=fact.origin,
    )  # fmt: skip


def _other(case: Case, fact: CaseFact) -> Changes:
    """Facts that no person's act on this case made: rules, the timer, other cases."""
    match fact:
        case Routed():
            begun = _begin(case.deadlines, fact.begun)
            return {"row": fact.row, "owner": fact.owner, "desk": _BACK.get(case.state), "deadlines": begun}
        case Unrouted():
            begun = _begin(case.deadlines, fact.begun)
            return {"row": None, "owner": fact.owner, "desk": fact.why, "deadlines": begun}
        case Dated():
            return _dated(case, fact)
        case Placed():
            return {"spot": fact.spot}
        case Retyped():
            kept = {code: value for code, value in case.attributes.items() if code not in fact.dropped}
            board = {"board": fact.board, "town_board": fact.town_board}
            return {"type": fact.type, **board, "urgent": fact.urgent, "attributes": kept}
        case Described():
            said = case.attributes | fact.attributes
            return {"attributes": {code: value for code, value in said.items() if value is not None}}
        case SoonDue():
            return _marked(case, fact, "soon")
        case Overdue():
            return _marked(case, fact, "overdue")
        case LookBackPlanned():
            return {"reviews": fact.reviews}
        case LookBackDue():
            called = tuple(replace(one, called=True) if one.n == fact.n else one for one in case.reviews)
            return {"reviews": called, "desk": "look_back"}
        case Recurred():
            return {"recurs": fact.of}
        case Lapsed():
            return {"orders": tuple(replace(one, lapsed=True) if one.n == fact.n else one for one in case.orders)}
        case ReviewDue():
            return {"desk": "review_due", "review_at": None}
        case Joined():
            return {"children": (*case.children, fact.child)}
        case Parted():
            return {"children": tuple(one for one in case.children if one != fact.child)}
        case Followed():
            at = case.changed_at if fact.happened_at is None else fact.happened_at
            return {"closed_at": at if fact.ended else None, "outcome": fact.outcome}
        case _:
            raise ValueError(f"{type(fact).__name__} is told by no rule")


def _step(case: Case, told: Told, at: datetime, fact: Step) -> Changes:
    have = _begin(case.deadlines, fact.begun)
    changes = _moved(case, told, at, fact, have)
    if fact.begun and "deadlines" not in changes:
        changes["deadlines"] = have
    return changes


def _moved(case: Case, told: Told, at: datetime, fact: Step, have: tuple[Deadline, ...]) -> Changes:
    """The state the step leads to and what it leaves behind."""
    kind = type(fact)
    for part in (_PART_OF[kind],) if kind in _PART_OF else _PARTS:
        changes = part(case, told, at, fact, have)
        if changes is not None:
            _PART_OF[kind] = part
            return changes
    raise ValueError(f"{type(fact).__name__} is no step")


def _center(case: Case, told: Told, at: datetime, fact: Step, have: tuple[Deadline, ...]) -> Changes | None:
    """Steps of a center until somebody has the case, and what comes back to it."""
    match fact:
        case Accepted():
            return {"state": State.ACCEPTED, "deadlines": _meet(have, at, "accept")}
        case Rejected():
            return _ended(case, State.REJECTED, have, at)
        case SelfHandled():
            return {
                "state": State.SELF_HANDLED, "desk": None, "outcome": fact.outcome, "solver": told.actor,
                "evidence": _proven(fact), "deadlines": _meet(have, at, "accept", "dispatch", "sign", "solve"),
            }  # fmt: skip
        case VerifyAsked():
            return {"state": State.VERIFY_PENDING, "desk": None}
        case Refuted():
            return {"desk": "refuted"}
        case Verified() | Registered():
            return {"state": State.REGISTERED, "desk": None}
        case Cancelled():
            return _ended(case, State.CANCELLED, have, at)
        case Dispatched():
            return _given(case, fact.owner, at, have) | {"row": fact.row, "tasks": (*case.tasks, *fact.tasks)}
        case Arbitrated():
            return _given(case, fact.owner, at, have) | {"row": None, "bound": True}
        case Returned():
            back_at = _BACK[State.RETURNED]
            return {
                "state": State.RETURNED, "desk": back_at, "returns": case.returns + 1,
                "deadlines": _meet(have, at, "sign"),
            }  # fmt: skip
        case Disputed():
            return {"state": State.ARBITRATION, "desk": "disputed"}
        case Escalated():
            met = _meet(have, at, "sign")
            return {"state": State.ESCALATED, "desk": _BACK[State.ESCALATED], "level": fact.level, "deadlines": met}
        case _:
            return None


def _work(case: Case, told: Told, at: datetime, fact: Step, have: tuple[Deadline, ...]) -> Changes | None:
    """Steps of the owner's work and of its check."""
    match fact:
        case Signed():
            return {"state": State.SIGNED, "deadlines": _meet(have, at, "sign")}
        case Started():
            return {"state": State.HANDLING}
        case Resumed():
            desk = None if case.desk in ("review_due", "escalated") else case.desk
            return {"state": State.HANDLING, "review_at": None, "desk": desk, "level": fact.level or case.level}
        case ExtensionAsked():
            return {"state": State.EXTENSION_REQUESTED, "wish": Wish(told.actor, at, fact.amount), "desk": "wish"}
        case SuspensionAsked():
            wish = Wish(told.actor, at, None, fact.until)
            return {"state": State.SUSPENSION_REQUESTED, "wish": wish, "desk": "wish"}
        case Extended():
            return {"state": State.HANDLING, "wish": None, "desk": None, "extensions": case.extensions + 1}
        case Denied():
            return {"state": State.HANDLING, "wish": None, "desk": None}
        case Suspended():
            return {"state": State.SUSPENDED, "wish": None, "desk": None, "review_at": fact.until}
        case FedBack():
            return {
                "state": State.FEEDBACK, "outcome": fact.outcome, "wish": None, "solver": told.actor,
                "desk": None if case.desk == "wish" else case.desk, "evidence": _proven(fact),
                "deadlines": _meet(have, at, "solve"),
            }  # fmt: skip
        case CheckAsked():
            return {"state": State.CHECK_PENDING}
        case Checked():
            return {"state": State.CHECKED, "checker": told.actor, "deadlines": _meet(have, at, "check")}
        case Reworked():
            back = tuple(clock.unmeet(one) if one.stage == "solve" else one for one in have)
            state = State.REWORK if fact.waits else State.HANDLING
            return {"state": state, "reworks": case.reworks + 1, "deadlines": _meet(back, at, "check")}
        case _:
            return None


def _end(case: Case, told: Told, at: datetime, fact: Step, have: tuple[Deadline, ...]) -> Changes | None:
    """Ends, and what lives again."""
    match fact:
        case Closed():
            return _ended(case, State.CLOSED, have, at) | {"outcome": fact.outcome or case.outcome}
        case Rated():
            return {"state": State.RATED, "rating": fact.score}
        case Archived():
            return {"state": State.ARCHIVED, "before": case.state}
        case Reopened():
            return {
                "state": State.REOPENED, "desk": _BACK[State.REOPENED], "closed_at": None, "outcome": None,
                "reopenings": case.reopenings + 1, "reviews": (), "bound": False,
            }  # fmt: skip
        case Merged():
            return {"state": State.MERGED, "before": case.state, "parent": fact.parent}
        case Split():
            return {"state": case.before, "before": None, "parent": None, "closed_at": None}
        case _:
            return None


def _laid_over(case: Case, told: Told, at: datetime, fact: Step, have: tuple[Deadline, ...]) -> Changes | None:
    """Records laid over the case: parts of others, orders, words."""
    match fact:
        case HelpAsked():
            return {"tasks": (*case.tasks, fact.task)}
        case TaskTaken():
            return {"tasks": _task(case.tasks, fact.n, "taken", at)}
        case TaskFinished():
            return {"tasks": _task(case.tasks, fact.n, "finished", at)}
        case HandedBack():
            return {"tasks": _task(case.tasks, fact.n, "handed_back", at)}
        case TaskWithdrawn():
            return {"tasks": _task(case.tasks, fact.n, "withdrawn", at)}
        case Ordered():
            return {"orders": (*case.orders, fact.order)}
        case Answered():
            answered = tuple(replace(one, answered_at=at) if one.n == fact.n else one for one in case.orders)
            return {"orders": answered}
        case LookedBack():
            return {"reviews": _looked(case, fact, told.actor), "desk": None}
        case Divided():
            return {"offspring": (*case.offspring, *fact.into)}
        case Noted() | HelpRated():
            return {}
        case _:
            return None


_PARTS = (_center, _work, _end, _laid_over)
_PART_OF: dict[type, _Part] = {}  # found once for each kind of step: asking all of them is half of a fold


def _ended(case: Case, state: State, have: tuple[Deadline, ...], at: datetime) -> Changes:
    """The case has ended; parts of others that were still open are no longer needed."""
    tasks = tuple(replace(one, state="withdrawn", ended_at=at) if one.open else one for one in case.tasks)
    met = _meet(have, at, *_ALL)
    return {"state": state, "closed_at": at, "desk": None, "wish": None, "deadlines": met, "tasks": tasks}


def _given(case: Case, owner: str, at: datetime, have: tuple[Deadline, ...]) -> Changes:
    met = _meet(have, at, "accept", "dispatch")
    return {"state": State.DISPATCHED, "owner": owner, "desk": None, "deadlines": met}


def _looked(case: Case, fact: LookedBack, by: str) -> tuple[Review, ...]:
    """The look-back is done; earlier ones that were called up and never done are done with it."""
    done = (
        replace(one, result=fact.result, by=by) if one.waits and one.called and one.n <= fact.n else one
        for one in case.reviews
    )
    return tuple(done)


def _proven(fact: Step) -> bool:
    return bool(fact.photos) or fact.note is not None


def _begin(have: tuple[Deadline, ...], begun: tuple[Deadline, ...]) -> tuple[Deadline, ...]:
    """New deadlines take the place of those of the same stage."""
    if not begun:
        return have
    stages = {one.stage for one in begun}
    return (*(one for one in have if one.stage not in stages), *begun)


def _meet(have: tuple[Deadline, ...], at: datetime, *stages: Stage) -> tuple[Deadline, ...]:
    return tuple(clock.meet(one, at) if one.stage in stages and one.met_at is None else one for one in have)


def _dated(case: Case, fact: Dated) -> Changes:
    parts = {one.n: one.deadline for one in fact.parts}
    tasks = tuple(replace(one, deadline=parts[one.n]) if one.n in parts else one for one in case.tasks)
    return {"deadlines": _begin(case.deadlines, fact.begun), "tasks": tasks}


def _marked(case: Case, fact: SoonDue | Overdue, kind: clock.Mark) -> Changes:
    if fact.task is None:
        marked = tuple(clock.mark(one, kind) if one.stage == fact.stage else one for one in case.deadlines)
        return {"deadlines": marked}
    tasks = (
        replace(one, deadline=clock.mark(one.deadline, kind)) if one.n == fact.task and one.deadline else one
        for one in case.tasks
    )
    return {"tasks": tuple(tasks)}


def _task(tasks: tuple[Task, ...], n: int, state: TaskState, at: datetime) -> tuple[Task, ...]:
    """The tasks with number `n` in another state; its deadline is met when the lead need not wait any more."""

    def moved(one: Task) -> Task:
        if state == "taken":
            return replace(one, state=state)
        deadline = clock.meet(one.deadline, at) if one.deadline else None
        return replace(one, state=state, ended_at=at, deadline=deadline)

    return tuple(moved(one) if one.n == n else one for one in tasks)

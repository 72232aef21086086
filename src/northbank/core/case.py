"""The life of a case: its states, the table of moves, the facts that can befall it, and how each changes it.

Who may do what is access.py; what a report becomes is intake.py; what an act becomes is handling.py.
"""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import assert_never

import msgspec
from msgspec.structs import replace

from northbank.core import deadline as clock
from northbank.core.city import Level, Stage
from northbank.core.deadline import Deadline
from northbank.core.journal import Fact


class State(StrEnum):
    """Where a case stands (domain words: 已上报 已受理 已分拨 已签收 处置中 挂账 已反馈 已核查 已办结 已回退 不予受理 重新办理)."""

    REPORTED = "reported"
    ACCEPTED = "accepted"
    DISPATCHED = "dispatched"
    SIGNED = "signed"
    HANDLING = "handling"
    SUSPENDED = "suspended"
    FEEDBACK = "feedback"
    CHECKED = "checked"
    CLOSED = "closed"
    RETURNED = "returned"
    REJECTED = "rejected"
    REOPENED = "reopened"


class Act(StrEnum):
    """What a person can do to a case."""

    ACCEPT = "accept"
    REJECT = "reject"
    DISPATCH = "dispatch"
    SIGN = "sign"
    START = "start"
    SUSPEND = "suspend"
    RESUME = "resume"
    FEED_BACK = "feed_back"
    CHECK = "check"
    REWORK = "rework"
    CLOSE = "close"
    RETURN = "return"
    REOPEN = "reopen"
    PLACE = "place"
    RETYPE = "retype"
    NOTE = "note"


S, A = State, Act

# The whole life cycle. An act that is not in a state's row is refused there.
# The first act of a row is the likely one: the desk shows it large.
MOVES: Mapping[State, Mapping[Act, State]] = {
    S.REPORTED: {A.ACCEPT: S.ACCEPTED, A.REJECT: S.REJECTED, A.PLACE: S.REPORTED, A.RETYPE: S.REPORTED, A.NOTE: S.REPORTED},
    S.ACCEPTED: {A.DISPATCH: S.DISPATCHED, A.REJECT: S.REJECTED, A.PLACE: S.ACCEPTED, A.RETYPE: S.ACCEPTED, A.NOTE: S.ACCEPTED},
    S.DISPATCHED: {A.SIGN: S.SIGNED, A.RETURN: S.RETURNED, A.DISPATCH: S.DISPATCHED, A.NOTE: S.DISPATCHED},
    S.SIGNED: {A.START: S.HANDLING, A.RETURN: S.RETURNED, A.NOTE: S.SIGNED},
    S.HANDLING: {A.FEED_BACK: S.FEEDBACK, A.SUSPEND: S.SUSPENDED, A.RETURN: S.RETURNED, A.NOTE: S.HANDLING},
    S.SUSPENDED: {A.RESUME: S.HANDLING, A.NOTE: S.SUSPENDED},
    S.FEEDBACK: {A.CHECK: S.CHECKED, A.REWORK: S.HANDLING, A.NOTE: S.FEEDBACK},
    S.CHECKED: {A.CLOSE: S.CLOSED, A.REWORK: S.HANDLING, A.NOTE: S.CHECKED},
    S.RETURNED: {A.DISPATCH: S.DISPATCHED, A.REJECT: S.REJECTED, A.PLACE: S.RETURNED, A.RETYPE: S.RETURNED, A.NOTE: S.RETURNED},
    S.REOPENED: {A.DISPATCH: S.DISPATCHED, A.PLACE: S.REOPENED, A.RETYPE: S.REOPENED, A.NOTE: S.REOPENED},
    S.CLOSED: {A.REOPEN: S.REOPENED, A.NOTE: S.CLOSED},
    S.REJECTED: {A.REOPEN: S.REOPENED, A.NOTE: S.REJECTED},
}  # fmt: skip

ENDED = frozenset({State.CLOSED, State.REJECTED})


class Spot(msgspec.Struct, frozen=True, gc=False, omit_defaults=True, forbid_unknown_fields=True):
    """A point and the areas it fell into: WGS84 degrees and area codes."""

    lon: float
    lat: float
    grid: str
    community: str | None = None
    town: str | None = None


class Sealed(msgspec.Struct, frozen=True, gc=False, forbid_unknown_fields=True):
    """What the journal may know of words in the vault: where they lie and a salted SHA-256 (hex) of them."""

    id: str
    digest: str


class Reported(Fact, frozen=True, tag="reported"):
    """A report came in. `words` points to contact and text in the vault; `external` is the sender's own number."""

    number: str
    source: str
    level: Level
    subject: str
    reporter: str
    type: str | None = None
    board: str | None = None
    town_board: str | None = None
    urgent: bool = False
    spot: Spot | None = None
    external: str | None = None
    words: Sealed | None = None
    photos: tuple[Sealed, ...] = ()


class Routed(Fact, frozen=True, tag="routed"):
    """A row of the routing library gave the case an owner and its deadlines."""

    row: str
    owner: str
    begun: tuple[Deadline, ...] = ()


class Unrouted(Fact, frozen=True, tag="unrouted"):
    """Nobody could be found: the case waits at the duty desk. why: no_place, no_type or no_row."""

    why: str
    owner: str
    begun: tuple[Deadline, ...] = ()


class Placed(Fact, frozen=True, tag="placed"):
    """An officer put the case on the map."""

    spot: Spot


class Retyped(Fact, frozen=True, tag="retyped"):
    """An officer gave the case a type, or another one."""

    type: str
    board: str
    town_board: str | None = None
    urgent: bool = False


class Step(Fact, frozen=True):
    """What most acts have in common: a reason of the pack's list, words in the vault, deadlines begun."""

    reason: str | None = None
    note: Sealed | None = None
    begun: tuple[Deadline, ...] = ()


class Accepted(Step, frozen=True, tag="accepted"):
    """The center took the case on."""


class Rejected(Step, frozen=True, tag="rejected"):
    """The center turned the case down, with a reason."""


class Dispatched(Step, frozen=True, tag="dispatched"):
    """The case was given to a unit. row: the routing row followed, None when an officer chose otherwise."""

    owner: str = ""
    row: str | None = None


class Signed(Step, frozen=True, tag="signed"):
    """The unit took it over."""


class Started(Step, frozen=True, tag="started"):
    """Work began."""


class Suspended(Step, frozen=True, tag="suspended"):
    """Work had to stop for a stated reason; the solving clock pauses."""


class Resumed(Step, frozen=True, tag="resumed"):
    """Work goes on; `begun` holds the solving deadline with its remaining time."""


class FedBack(Step, frozen=True, tag="fed_back"):
    """The unit says it is done, with an outcome kept apart from the state."""

    outcome: str | None = None


class Checked(Step, frozen=True, tag="checked"):
    """The center looked and agrees that it is done."""


class Reworked(Step, frozen=True, tag="reworked"):
    """The check found it not done; it goes back to the unit."""


class Closed(Step, frozen=True, tag="closed"):
    """The case has ended."""

    outcome: str | None = None


class Returned(Step, frozen=True, tag="returned"):
    """The unit says it is not theirs."""


class Reopened(Step, frozen=True, tag="reopened"):
    """An ended case lives again."""


class Noted(Step, frozen=True, tag="noted"):
    """Somebody added words."""


class SoonDue(Fact, frozen=True, tag="soon_due"):
    """80 % of a stage's time is gone."""

    stage: Stage
    due_at: datetime


class Overdue(Fact, frozen=True, tag="overdue"):
    """A stage's time is over and it is not done."""

    stage: Stage
    due_at: datetime


CaseFact = (
    Reported | Routed | Unrouted | Placed | Retyped | Accepted | Rejected | Dispatched | Signed | Started | Suspended | Resumed
    | FedBack | Checked | Reworked | Closed | Returned | Reopened | Noted | SoonDue | Overdue
)  # fmt: skip


class Case(msgspec.Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True):
    """A case as the fold of its facts. `desk` says why it waits for an officer; `words` are in the vault."""

    id: str
    number: str
    version: int
    state: State
    source: str
    level: Level
    subject: str
    reporter: str
    reported_at: datetime
    changed_at: datetime
    type: str | None = None
    board: str | None = None
    town_board: str | None = None
    urgent: bool = False
    spot: Spot | None = None
    external: str | None = None
    words: Sealed | None = None
    photos: tuple[Sealed, ...] = ()
    owner: str | None = None
    row: str | None = None
    desk: str | None = None
    deadlines: tuple[Deadline, ...] = ()
    returns: int = 0
    reworks: int = 0
    reopenings: int = 0
    closed_at: datetime | None = None
    outcome: str | None = None

    def deadline(self, stage: Stage) -> Deadline | None:
        """The newest deadline of a stage."""
        for one in reversed(self.deadlines):
            if one.stage == stage:
                return one
        return None


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

"""The life cycle of a case: its states, what people can do to it, and the one table of moves. Nothing else lives here.

States and moves: GB/T 30428 and CJ/T practice for city management with the words of the grassroots centers (docs/glossary.md).
"""

from collections.abc import Mapping
from enum import StrEnum


class State(StrEnum):
    """Where a case stands. What came of it is its outcome, kept apart from the state."""

    REPORTED = "reported"
    ACCEPTED = "accepted"
    VERIFY_PENDING = "verify_pending"
    REGISTERED = "registered"
    DISPATCHED = "dispatched"
    SIGNED = "signed"
    HANDLING = "handling"
    EXTENSION_REQUESTED = "extension_requested"
    SUSPENSION_REQUESTED = "suspension_requested"
    SUSPENDED = "suspended"
    ESCALATED = "escalated"
    FEEDBACK = "feedback"
    SELF_HANDLED = "self_handled"
    CHECK_PENDING = "check_pending"
    CHECKED = "checked"
    REWORK = "rework"
    CLOSED = "closed"
    RATED = "rated"
    RETURNED = "returned"
    ARBITRATION = "arbitration"
    REJECTED = "rejected"
    CANCELLED = "cancelled"
    MERGED = "merged"
    REOPENED = "reopened"
    ARCHIVED = "archived"


class Act(StrEnum):
    """What a person can do to a case."""

    ACCEPT = "accept"
    REJECT = "reject"
    SELF_HANDLE = "self_handle"
    ASK_VERIFY = "ask_verify"
    VERIFY = "verify"
    REFUTE = "refute"
    REGISTER = "register"
    CANCEL = "cancel"
    DISPATCH = "dispatch"
    SIGN = "sign"
    START = "start"
    ASK_EXTENSION = "ask_extension"
    ASK_SUSPENSION = "ask_suspension"
    GRANT = "grant"
    DENY = "deny"
    SUSPEND = "suspend"
    RESUME = "resume"
    ESCALATE = "escalate"
    FEED_BACK = "feed_back"
    ASK_CHECK = "ask_check"
    CHECK = "check"
    REWORK = "rework"
    CLOSE = "close"
    RATE = "rate"
    RETURN = "return"
    DISPUTE = "dispute"
    ARBITRATE = "arbitrate"
    REOPEN = "reopen"
    MERGE = "merge"
    SPLIT = "split"
    ARCHIVE = "archive"
    PLACE = "place"
    RETYPE = "retype"
    DESCRIBE = "describe"
    DIVIDE = "divide"
    ASK_HELP = "ask_help"
    TAKE_TASK = "take_task"
    FINISH_TASK = "finish_task"
    HAND_BACK = "hand_back"
    WITHDRAW_TASK = "withdraw_task"
    RATE_HELP = "rate_help"
    URGE = "urge"
    SUPERVISE = "supervise"
    ANSWER = "answer"
    LOOK_BACK = "look_back"
    NOTE = "note"


S, A = State, Act

# The life cycle. The first act of a row is the likely one: the desk shows it large.
_STEPS: Mapping[State, Mapping[Act, State]] = {
    S.REPORTED: {A.ACCEPT: S.ACCEPTED, A.REJECT: S.REJECTED, A.SELF_HANDLE: S.SELF_HANDLED, A.MERGE: S.MERGED},
    S.ACCEPTED: {A.DISPATCH: S.DISPATCHED, A.REGISTER: S.REGISTERED, A.ASK_VERIFY: S.VERIFY_PENDING, A.REJECT: S.REJECTED,
                 A.SELF_HANDLE: S.SELF_HANDLED, A.CANCEL: S.CANCELLED, A.MERGE: S.MERGED},
    S.VERIFY_PENDING: {A.VERIFY: S.REGISTERED, A.REFUTE: S.VERIFY_PENDING, A.CANCEL: S.CANCELLED, A.MERGE: S.MERGED},
    S.REGISTERED: {A.DISPATCH: S.DISPATCHED, A.CANCEL: S.CANCELLED, A.MERGE: S.MERGED},
    S.DISPATCHED: {A.SIGN: S.SIGNED, A.RETURN: S.RETURNED, A.ESCALATE: S.ESCALATED, A.DISPATCH: S.DISPATCHED,
                   A.MERGE: S.MERGED},
    S.SIGNED: {A.START: S.HANDLING, A.RETURN: S.RETURNED, A.ESCALATE: S.ESCALATED, A.MERGE: S.MERGED},
    S.HANDLING: {A.FEED_BACK: S.FEEDBACK, A.ASK_EXTENSION: S.EXTENSION_REQUESTED, A.ASK_SUSPENSION: S.SUSPENSION_REQUESTED,
                 A.SUSPEND: S.SUSPENDED, A.RETURN: S.RETURNED, A.ESCALATE: S.ESCALATED, A.MERGE: S.MERGED},
    S.EXTENSION_REQUESTED: {A.GRANT: S.HANDLING, A.DENY: S.HANDLING, A.FEED_BACK: S.FEEDBACK},
    S.SUSPENSION_REQUESTED: {A.GRANT: S.SUSPENDED, A.DENY: S.HANDLING, A.FEED_BACK: S.FEEDBACK},
    S.SUSPENDED: {A.RESUME: S.HANDLING},
    S.ESCALATED: {A.DISPATCH: S.DISPATCHED, A.RESUME: S.HANDLING},
    S.FEEDBACK: {A.CHECK: S.CHECKED, A.ASK_CHECK: S.CHECK_PENDING, A.REWORK: S.REWORK},
    S.SELF_HANDLED: {A.CHECK: S.CHECKED, A.ASK_CHECK: S.CHECK_PENDING, A.DISPATCH: S.DISPATCHED},
    S.CHECK_PENDING: {A.CHECK: S.CHECKED, A.REWORK: S.REWORK},
    S.CHECKED: {A.CLOSE: S.CLOSED, A.REWORK: S.REWORK},
    S.REWORK: {A.START: S.HANDLING, A.FEED_BACK: S.FEEDBACK, A.DISPATCH: S.DISPATCHED},
    S.CLOSED: {A.RATE: S.RATED, A.REOPEN: S.REOPENED, A.ARCHIVE: S.ARCHIVED},
    S.RATED: {A.ARCHIVE: S.ARCHIVED, A.REOPEN: S.REOPENED},
    S.RETURNED: {A.DISPATCH: S.DISPATCHED, A.DISPUTE: S.ARBITRATION, A.REJECT: S.REJECTED, A.CANCEL: S.CANCELLED,
                 A.MERGE: S.MERGED},
    S.ARBITRATION: {A.ARBITRATE: S.DISPATCHED},
    S.REJECTED: {A.REOPEN: S.REOPENED, A.ARCHIVE: S.ARCHIVED},
    S.CANCELLED: {A.REOPEN: S.REOPENED, A.ARCHIVE: S.ARCHIVED},
    S.MERGED: {A.SPLIT: S.MERGED},  # back to where it was: Case.before says where
    S.REOPENED: {A.DISPATCH: S.DISPATCHED, A.CLOSE: S.CLOSED, A.MERGE: S.MERGED},
    S.ARCHIVED: {},
}  # fmt: skip

ENDED = frozenset({S.CLOSED, S.RATED, S.REJECTED, S.CANCELLED, S.MERGED, S.ARCHIVED})
DONE = frozenset({S.CLOSED, S.RATED})  # ended with work done; archived cases keep what they were in Case.before

_DESK = frozenset({S.REPORTED, S.ACCEPTED, S.RETURNED, S.REOPENED, S.ESCALATED})
_OWNED = frozenset({
    S.DISPATCHED, S.SIGNED, S.HANDLING, S.EXTENSION_REQUESTED, S.SUSPENSION_REQUESTED, S.SUSPENDED, S.ESCALATED, S.REWORK,
})  # fmt: skip
_WORKING = _OWNED - {S.ESCALATED}
_UNSOLVED = _DESK | {S.VERIFY_PENDING, S.REGISTERED, S.DISPATCHED, S.SIGNED, S.HANDLING, S.ARBITRATION}
_HELPED = _OWNED | {S.FEEDBACK, S.CHECK_PENDING, S.CHECKED, S.CLOSED, S.RATED}

# Acts that leave the state alone: corrections, records laid over a case (urging, supervision), and the tasks of others.
STAYS: Mapping[Act, frozenset[State]] = {
    A.PLACE: _DESK, A.RETYPE: _DESK, A.DESCRIBE: _DESK, A.DIVIDE: _UNSOLVED,
    A.ASK_HELP: _WORKING, A.TAKE_TASK: _WORKING, A.FINISH_TASK: _WORKING, A.HAND_BACK: _WORKING,
    A.WITHDRAW_TASK: _WORKING, A.RATE_HELP: _HELPED,
    A.LOOK_BACK: DONE | {S.ARCHIVED},
    A.URGE: frozenset(S) - ENDED, A.SUPERVISE: frozenset(S) - ENDED, A.ANSWER: frozenset(S) - {S.ARCHIVED},
    A.NOTE: frozenset(S) - {S.ARCHIVED},
}  # fmt: skip

# The whole table: state -> act -> state. An act that is not in a state's row is refused there.
MOVES: Mapping[State, Mapping[Act, State]] = {
    state: {**row, **{act: state for act, where in STAYS.items() if state in where}} for state, row in _STEPS.items()
}

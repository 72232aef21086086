"""The life cycle of a case: its states, what people can do to it, and the one table of moves. Nothing else lives here."""

from collections.abc import Mapping
from enum import StrEnum


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

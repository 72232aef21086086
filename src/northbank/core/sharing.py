"""The life of a request for data: its states, the one table of moves, and how facts make the grant. Who may do what: share_steps.py.

Limits: domain rules of the pack, [sharing] in pack.toml. Silence past a limit escalates; it never grants.
"""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

import msgspec
from msgspec.structs import replace

from northbank.core.dataset import Sensitivity, Share
from northbank.core.deadline import TICK, Deadline, meet
from northbank.core.journal import Entry, Telling
from northbank.core.sharing_facts import (
    GrantKind,
    ShareApproved,
    ShareChecked,
    ShareConfirmed,
    ShareDisputed,
    ShareEscalated,
    ShareExpired,
    ShareFact,
    ShareRefused,
    ShareRenewed,
    ShareRequested,
    ShareRevoked,
    ShareUpheld,
    ShareWithdrawn,
)
from northbank.core.terms import Terms


class GrantState(StrEnum):
    """Where a request stands."""

    CHECKING = "checking"
    REVIEWING = "reviewing"
    CONFIRMING = "confirming"
    GRANTED = "granted"
    REFUSED = "refused"
    DISPUTED = "disputed"
    UPHELD = "upheld"
    WITHDRAWN = "withdrawn"
    REVOKED = "revoked"
    EXPIRED = "expired"


class ShareAct(StrEnum):
    """What is done to it; the last two the center does by itself."""

    CLEAR = "clear"
    APPROVE = "approve"
    CONFIRM = "confirm"
    REFUSE = "refuse"
    DISPUTE = "dispute"
    OVERRULE = "overrule"
    UPHOLD = "uphold"
    WITHDRAW = "withdraw"
    RENEW = "renew"
    REVOKE = "revoke"
    ESCALATE = "escalate"
    EXPIRE = "expire"


S, A = GrantState, ShareAct
# The whole table: state -> act -> the states it may lead to. An act that is not in a state's row is refused there.
SHARE_MOVES: Mapping[GrantState, Mapping[ShareAct, tuple[GrantState, ...]]] = {
    S.CHECKING: {A.CLEAR: (S.REVIEWING, S.CONFIRMING, S.GRANTED), A.REFUSE: (S.REFUSED,), A.WITHDRAW: (S.WITHDRAWN,),
                 A.ESCALATE: (S.CHECKING,)},
    S.REVIEWING: {A.APPROVE: (S.CONFIRMING, S.GRANTED), A.REFUSE: (S.REFUSED,), A.WITHDRAW: (S.WITHDRAWN,),
                  A.ESCALATE: (S.REVIEWING,)},
    S.CONFIRMING: {A.CONFIRM: (S.GRANTED,), A.REFUSE: (S.REFUSED,), A.WITHDRAW: (S.WITHDRAWN,), A.ESCALATE: (S.CONFIRMING,)},
    S.GRANTED: {A.RENEW: (S.GRANTED,), A.REVOKE: (S.REVOKED,), A.EXPIRE: (S.EXPIRED,)},
    S.REFUSED: {A.DISPUTE: (S.DISPUTED,)},
    S.DISPUTED: {A.OVERRULE: (S.CONFIRMING,), A.UPHOLD: (S.UPHELD,), A.WITHDRAW: (S.WITHDRAWN,), A.ESCALATE: (S.DISPUTED,)},
    S.UPHELD: {},
    S.WITHDRAWN: {},
    S.REVOKED: {},
    S.EXPIRED: {},
}  # fmt: skip
WAITING = frozenset(state for state, row in SHARE_MOVES.items() if A.ESCALATE in row)


class Escalation(msgspec.Struct, frozen=True):
    """One time that nobody had answered: when, which limit, and who was told."""

    at: datetime
    limit: str
    to: str


class Grant(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A request and what became of it. given: the terms that hold, once there are any. ends_at: end of its last day.

    wake_at: when the center itself has to look at it again. logins: asked_by, checked_by, approved_by, confirmed_by, ended_by.
    """

    id: str
    version: int
    dataset: str
    kind: GrantKind
    state: GrantState
    applicant: str
    owner: str
    asked_by: str
    town: str | None = None
    purpose: str
    application: str
    case: str = ""
    share: Share
    level: Sensitivity
    contract: str
    asked: Terms
    given: Terms | None = None
    two_persons: bool = False
    needs_case: bool = False
    requested_at: datetime
    changed_at: datetime
    granted_at: datetime | None = None
    ends_at: datetime | None = None
    checked_by: str | None = None
    approved_by: str | None = None
    confirmed_by: str | None = None
    ended_by: str | None = None
    reason: str = ""
    rule: str = ""
    overruled: bool = False
    renewed: int = 0
    deadlines: tuple[Deadline, ...] = ()
    escalations: tuple[Escalation, ...] = ()
    wake_at: datetime | None = None


def grant_stream(id: str) -> str:
    """The stream that a grant is told in."""
    return f"grant:{id}"


def evolve_grant(grant: Grant | None, told: Telling | Entry[ShareFact], fact: ShareFact) -> Grant:
    """The grant after one more fact."""
    if isinstance(fact, ShareRequested):
        return _begun(told, fact)
    if grant is None:
        raise ValueError("a grant begins with a request")
    after = replace(grant, version=grant.version + 1, changed_at=told.at)
    match fact:
        case ShareChecked():
            after = replace(after, checked_by=told.actor)
            if not fact.opens:
                return _wait(after, S.REVIEWING, told.at, fact.deadline)
            after = replace(after, given=grant.asked, ends_at=fact.ends_at)
            if grant.two_persons:
                return _wait(replace(after, approved_by=told.actor), S.CONFIRMING, told.at, fact.deadline)
            return _granted(after, told.at)
        case ShareApproved():
            after = replace(
                after,
                given=fact.given,
                ends_at=fact.ends_at,
                approved_by=told.actor,
                overruled=fact.overruled,
                reason="",
            )
            if fact.overruled or grant.two_persons:
                return _wait(after, S.CONFIRMING, told.at, fact.deadline)
            return _granted(after, told.at)
        case ShareConfirmed():
            return _granted(replace(after, confirmed_by=told.actor), told.at)
        case ShareRefused():
            return _ended(replace(after, given=None, ends_at=None), S.REFUSED, told, fact.reason)
        case ShareDisputed():
            return _wait(after, S.DISPUTED, told.at, fact.deadline)
        case ShareUpheld():
            return _ended(after, S.UPHELD, told, fact.reason)
        case ShareWithdrawn():
            return _ended(replace(after, given=None, ends_at=None), S.WITHDRAWN, told, fact.reason)
        case ShareRenewed():
            renewed = replace(after, given=fact.given, ends_at=fact.ends_at, wake_at=fact.ends_at)
            return replace(renewed, renewed=grant.renewed + 1)
        case ShareRevoked():
            return _ended(after, S.REVOKED, told, fact.reason)
        case ShareExpired():
            return _ended(after, S.EXPIRED, told, "")
        case ShareEscalated():
            step = Escalation(told.at, fact.limit, fact.to)
            return replace(after, escalations=(*grant.escalations, step), wake_at=fact.again)


def _begun(told: Telling | Entry[ShareFact], fact: ShareRequested) -> Grant:
    begun = Grant(
        id=told.stream.partition(":")[2], version=1, dataset=fact.dataset, kind=fact.kind, state=S.CHECKING,
        applicant=fact.applicant, owner=fact.owner, asked_by=told.actor, town=fact.town, purpose=fact.purpose,
        application=fact.application, case=fact.case, share=fact.share, level=fact.level, contract=fact.contract,
        asked=fact.asked, two_persons=fact.two_persons, needs_case=fact.needs_case, requested_at=told.at,
        changed_at=told.at, rule=fact.rule,
    )  # fmt: skip
    if fact.rule:
        return replace(begun, state=S.REFUSED)
    return _wait(begun, S.CHECKING, told.at, fact.deadline)


def _wait(grant: Grant, state: GrantState, at: datetime, deadline: Deadline | None) -> Grant:
    """Wait for somebody within a limit; what was waited for before is done."""
    done = tuple(meet(one, at) for one in grant.deadlines)
    due = deadline.due_at if deadline is not None else None
    running = (*done, deadline) if deadline is not None else done
    return replace(grant, state=state, deadlines=running, wake_at=due + TICK if due is not None else None)


def _granted(grant: Grant, at: datetime) -> Grant:
    done = tuple(meet(one, at) for one in grant.deadlines)
    return replace(grant, state=S.GRANTED, deadlines=done, granted_at=at, wake_at=grant.ends_at)


def _ended(grant: Grant, state: GrantState, told: Telling | Entry[ShareFact], reason: str) -> Grant:
    done = tuple(meet(one, told.at) for one in grant.deadlines)
    return replace(grant, state=state, deadlines=done, ended_by=told.actor, reason=reason, wake_at=None)

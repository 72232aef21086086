"""What somebody may do to a request for data, and the fact it becomes: decide(command, grant, city, actor, now) -> fact or Refused.

What a fact does to the grant is in sharing.py.
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from typing import assert_never
from zoneinfo import ZoneInfo

import msgspec

from northbank.core.access import Actor, Role
from northbank.core.city import City, Stage
from northbank.core.dataset import Dataset
from northbank.core.deadline import Deadline, reckon
from northbank.core.localtime import micros
from northbank.core.refusal import Refused
from northbank.core.rowfilter import Compare, narrowed
from northbank.core.sharing import SHARE_MOVES, WAITING, Grant, GrantState, ShareAct
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
from northbank.core.terms import Terms, granted, term_faults, wider

AUTHORITY = frozenset({Role.ADMIN, Role.STEWARD})  # who answers for the data of the whole district
SECOND = AUTHORITY | {Role.LEADER}
ASKERS = frozenset({Role.ADMIN, Role.STEWARD, Role.DUTY_OFFICER, Role.TOWN_OFFICER, Role.UNIT_OFFICER})
REASONED = frozenset({ShareAct.REFUSE, ShareAct.DISPUTE, ShareAct.UPHOLD, ShareAct.OVERRULE, ShareAct.REVOKE})
BY_ITSELF = frozenset({ShareAct.ESCALATE, ShareAct.EXPIRE})
# Which limit of SharingRules runs where, and which stage it is told as.
LIMIT_OF: dict[GrantState, tuple[str, Stage]] = {
    GrantState.CHECKING: ("check_days", "check"),
    GrantState.REVIEWING: ("review_days", "solve"),
    GrantState.CONFIRMING: ("check_days", "check"),
    GrantState.DISPUTED: ("review_days", "solve"),
}


class Asking(msgspec.Struct, frozen=True, kw_only=True):
    """A request before it is decided on. area_column: of a return flow, the column that says where a row belongs."""

    kind: GrantKind = "use"
    purpose: str
    application: str
    case: str = ""
    terms: Terms
    area_column: str = ""


class Doing(msgspec.Struct, frozen=True, kw_only=True):
    """An act on a grant. terms: of an approval, the narrower ones; until: of a renewal, the new last day."""

    act: ShareAct
    reason: str = ""
    terms: Terms | None = None
    until: date | None = None


def ask(city: City, dataset: Dataset, actor: Actor, asking: Asking, now: datetime, collected: bool) -> ShareRequested:
    """Ask for data. collected: there is a batch of them. Refused: `forbidden`, `no_unit`, `bad_terms`, `too_long_grant`."""
    if actor.role not in ASKERS:
        raise Refused("forbidden", role=actor.role.value)
    if actor.unit is None or actor.unit not in city.units:
        raise Refused("no_unit", login=actor.login)
    terms = asking.terms
    if asking.kind == "return":
        terms = _returning(city, dataset, actor, terms, asking.area_column)
    _check_terms(city, dataset, terms, now)
    rules, never = city.sharing, dataset.share == "not_shared"
    return ShareRequested(
        dataset=dataset.code, kind=asking.kind, applicant=actor.unit, town=actor.town if asking.kind == "return" else None,
        owner=dataset.owner, purpose=asking.purpose, application=asking.application, case=asking.case, asked=terms,
        share=dataset.share, level=dataset.level, contract=dataset.version, two_persons=dataset.level in rules.two_persons,
        needs_case=dataset.level in rules.case, rule=f"datasets/{dataset.code}.toml: share = not_shared" if never else "",
        deadline=None if never else limit_for(city, GrantState.CHECKING, now),
    )  # fmt: skip


def _returning(city: City, dataset: Dataset, actor: Actor, terms: Terms, column: str) -> Terms:
    """The terms over the rows of the actor's own town alone: whatever names it, or an area inside it."""
    if actor.town is None:
        raise Refused("no_town", login=actor.login)
    found = dataset.column(column)
    if found is None or found.kind != "text":
        raise Refused("bad_terms", why=f"the area column {column or '(none)'} is no text column of {dataset.code}")
    inside = [code for code in city.areas if city.above(code, "town") == actor.town]
    words = {word for code in inside for word in (code, city.areas[code].name.zh, city.areas[code].name.en) if word}
    own = Compare(column=column, op="in", values=tuple(sorted(words)))
    return msgspec.structs.replace(terms, rows=narrowed(terms.rows, own))


def _check_terms(city: City, dataset: Dataset, terms: Terms, now: datetime) -> None:
    for why in term_faults(dataset, terms):
        raise Refused("bad_terms", why=why)
    today = now.astimezone(ZoneInfo(city.timezone)).date()
    last = today + timedelta(days=city.sharing.longest_days)
    if not today <= terms.until <= last:
        raise Refused("too_long_grant", until=terms.until, first=today, last=last)


def limit_for(city: City, state: GrantState, now: datetime, collected: bool = True) -> Deadline:
    """The limit that begins to run when a grant comes into a state that waits for somebody."""
    name, stage = LIMIT_OF[state]
    if state is GrantState.REVIEWING and not collected:
        name = "unpublished_days"
    amount = int(getattr(city.sharing, name))
    due, soon, missing = reckon(city.calendar, micros(now), amount, "working_day")
    return Deadline(
        stage=stage, limit=f"sharing.{name}", calendar=city.calendar.version, unit="working_day", started_at=now,
        due_at=due, soon_at=soon, amount=amount, missing=missing,
    )  # fmt: skip


def ends_at(city: City, until: date) -> datetime:
    """The end of the last day, in the city's own time."""
    zone = ZoneInfo(city.timezone)
    return datetime.combine(until + timedelta(days=1), time(), zone).astimezone(UTC)


def acts_for(grant: Grant, actor: Actor) -> list[ShareAct]:
    """What the actor may do now; for buttons."""
    return [act for act in SHARE_MOVES[grant.state] if act not in BY_ITSELF and why_not(grant, actor, act) is None]


def why_not(grant: Grant, actor: Actor, act: ShareAct) -> Refused | None:
    """Why the actor may not do it in the state at hand, or None."""
    own = actor.unit is not None and actor.unit == grant.applicant and actor.role in ASKERS
    provider = actor.unit is not None and actor.unit == grant.owner and actor.role in ASKERS
    no = Refused("forbidden", role=actor.role.value)
    match act:
        case ShareAct.WITHDRAW | ShareAct.DISPUTE:
            return None if own or actor.login == grant.asked_by else no
        case ShareAct.CLEAR:
            return _not_own(grant, actor) if actor.role in AUTHORITY else no
        case ShareAct.APPROVE:
            return _not_own(grant, actor) if provider or actor.role in AUTHORITY else no
        case ShareAct.REFUSE:
            may = actor.role in AUTHORITY or (provider and grant.state is not GrantState.CHECKING)
            return None if may else no
        case ShareAct.CONFIRM:
            if actor.role not in SECOND and not provider:
                return no
            return Refused("second_person") if actor.login == grant.approved_by else _not_own(grant, actor)
        case ShareAct.OVERRULE | ShareAct.UPHOLD:
            if actor.role not in SECOND:
                return no
            return Refused("second_person") if actor.login == grant.ended_by else _not_own(grant, actor)
        case ShareAct.RENEW | ShareAct.REVOKE:
            if not provider and actor.role not in AUTHORITY:
                return no
            return _not_own(grant, actor) if act is ShareAct.RENEW else None
        case ShareAct.ESCALATE | ShareAct.EXPIRE:
            return no
        case _:
            assert_never(act)


def _not_own(grant: Grant, actor: Actor) -> Refused | None:
    """Nobody decides on what they asked for themselves."""
    return Refused("own_request") if actor.login == grant.asked_by else None


def decide(
    city: City, dataset: Dataset, grant: Grant, actor: Actor, doing: Doing, now: datetime, collected: bool
) -> ShareFact:
    """The fact that an act becomes. Refused: `share_state`, `forbidden`, `own_request`, `second_person`, `reason_needed`,
    `bad_terms`, `wider_terms`, `too_long_grant`, `renew_anew`."""
    if doing.act not in SHARE_MOVES[grant.state] or doing.act in BY_ITSELF:
        allowed = ", ".join(one for one in SHARE_MOVES[grant.state] if one not in BY_ITSELF) or "-"
        raise Refused("share_state", act=doing.act.value, state=grant.state.value, allowed=allowed)
    if (refused := why_not(grant, actor, doing.act)) is not None:
        raise refused
    reason = doing.reason.strip()
    if doing.act in REASONED and not reason:
        raise Refused("reason_needed")
    match doing.act:
        case ShareAct.CLEAR:
            return _clear(city, dataset, grant, now, reason, collected)
        case ShareAct.APPROVE | ShareAct.OVERRULE:
            return _approve(city, dataset, grant, doing, now, reason)
        case ShareAct.CONFIRM:
            return ShareConfirmed(note=reason)
        case ShareAct.REFUSE:
            return ShareRefused(reason=reason)
        case ShareAct.DISPUTE:
            return ShareDisputed(reason=reason, deadline=limit_for(city, GrantState.DISPUTED, now))
        case ShareAct.UPHOLD:
            return ShareUpheld(reason=reason)
        case ShareAct.WITHDRAW:
            return ShareWithdrawn(reason=reason)
        case ShareAct.REVOKE:
            return ShareRevoked(reason=reason)
        case ShareAct.RENEW:
            return _renew(city, dataset, grant, doing, now, reason)
    raise AssertionError(doing.act)


def _clear(city: City, dataset: Dataset, grant: Grant, now: datetime, note: str, collected: bool) -> ShareChecked:
    if grant.share != "open":
        return ShareChecked(note=note, deadline=limit_for(city, GrantState.REVIEWING, now, collected))
    _check_terms(city, dataset, grant.asked, now)
    second = limit_for(city, GrantState.CONFIRMING, now) if grant.two_persons else None
    return ShareChecked(opens=True, ends_at=ends_at(city, grant.asked.until), note=note, deadline=second)


def _approve(city: City, dataset: Dataset, grant: Grant, doing: Doing, now: datetime, note: str) -> ShareApproved:
    given = granted(grant.asked, doing.terms or grant.asked)
    _check_terms(city, dataset, given, now)
    for why in wider(dataset, grant.asked, given):
        raise Refused("wider_terms", why=why)
    overruled = doing.act is ShareAct.OVERRULE
    second = limit_for(city, GrantState.CONFIRMING, now) if overruled or grant.two_persons else None
    return ShareApproved(
        given=given, ends_at=ends_at(city, given.until), overruled=overruled, note=note, deadline=second
    )  # fmt: skip


def _renew(city: City, dataset: Dataset, grant: Grant, doing: Doing, now: datetime, note: str) -> ShareRenewed:
    if grant.two_persons or grant.overruled or grant.contract != dataset.version:
        raise Refused("renew_anew")
    if doing.until is None or grant.given is None:
        raise Refused("bad_terms", why="say until when")
    given = msgspec.structs.replace(grant.given, until=doing.until)
    _check_terms(city, dataset, given, now)
    return ShareRenewed(given=given, ends_at=ends_at(city, given.until), note=note)


def watch_grant(city: City, grant: Grant, now: datetime) -> ShareFact | None:
    """What the center itself has to say by `now`: that the grant is over, or that nobody answered in time."""
    if grant.wake_at is None or now < grant.wake_at:
        return None
    if grant.state is GrantState.GRANTED:
        return ShareExpired()
    if grant.state not in WAITING or not grant.deadlines:
        return None
    running = grant.deadlines[-1]
    told = [one.to for one in grant.escalations if one.at >= running.started_at and one.limit == running.limit]
    first = grant.state is GrantState.REVIEWING and not told
    if not first:
        return ShareEscalated(to="leader", limit=running.limit)
    again, _, _ = reckon(city.calendar, micros(now), city.sharing.again_days, "working_day")
    return ShareEscalated(to="steward", limit=running.limit, again=again)


def usable(grant: Grant, actor: Actor, now: datetime) -> bool:
    """Whether the actor may read data under the grant now."""
    runs = grant.state is GrantState.GRANTED and grant.ends_at is not None and now < grant.ends_at
    return runs and actor.role in ASKERS and actor.unit == grant.applicant


def waiting_for(grants: Iterable[Grant], actor: Actor) -> int:
    """How many of them the actor can decide on."""
    return sum(bool(set(acts_for(one, actor)) - {ShareAct.WITHDRAW, ShareAct.REVOKE, ShareAct.RENEW}) for one in grants)

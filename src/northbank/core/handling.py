"""What an act does to a case: the decide function of the life cycle. Moves are in case.py, rights in access.py."""

from datetime import UTC, datetime
from typing import assert_never

import msgspec

from northbank.core import deadline as clock
from northbank.core.access import Actor, Role, refuse_act
from northbank.core.case import (
    Accepted,
    Case,
    CaseFact,
    Checked,
    Closed,
    Dispatched,
    FedBack,
    Noted,
    Overdue,
    Rejected,
    Reopened,
    Resumed,
    Returned,
    Reworked,
    Sealed,
    Signed,
    SoonDue,
    Started,
    Suspended,
)
from northbank.core.city import City, Stage
from northbank.core.deadline import Deadline
from northbank.core.intake import AHEAD, begin, check_time, place, retype
from northbank.core.moves import MOVES, Act
from northbank.core.refusal import Refused
from northbank.core.routing import row_by_id, stands

REASONED = frozenset({Act.REJECT, Act.SUSPEND, Act.REWORK, Act.RETURN, Act.REOPEN})


class Do(msgspec.Struct, frozen=True, kw_only=True):
    """An act as the rules need it. reason: code of the pack's list; note: words already sealed in the vault."""

    act: Act
    reason: str | None = None
    note: Sealed | None = None
    unit: str | None = None
    lon: float | None = None
    lat: float | None = None
    type: str | None = None
    outcome: str | None = None
    version: int | None = None
    happened_at: datetime | None = None


def decide(do: Do, case: Case, city: City, now: datetime, actor: Actor) -> list[CaseFact]:
    """The facts that follow from an act, or Refused. Checks in order: version, state, right, content."""
    if do.version is not None and do.version != case.version:
        raise Refused("conflict")
    if do.act not in MOVES[case.state]:
        allowed = ", ".join(act.value for act in MOVES[case.state])
        raise Refused("wrong_state", state=case.state.value, act=do.act.value, allowed=allowed)
    if (refusal := refuse_act(actor, do.act, case)) is not None:
        raise refusal
    check_time(do.happened_at, now)
    if do.happened_at is not None and do.happened_at < case.reported_at - AHEAD:
        raise Refused("before_report", at=do.happened_at.isoformat())
    if (hindered := hindrance(do.act, case, city, actor)) is not None:
        raise hindered
    if do.act in REASONED and not (do.reason or do.note):
        raise Refused("reason_needed")
    if do.reason is not None and (do.reason not in city.reasons or do.reason.partition(".")[0] != do.act):
        raise Refused("invalid", why=f"reason: {do.reason} is not in the pack's list for {do.act.value}")
    happened = do.happened_at.astimezone(UTC) if do.happened_at not in (None, now) else None
    return _facts(msgspec.structs.replace(do, happened_at=happened), case, city, happened or now, actor)


def hindrance(act: Act, case: Case, city: City, actor: Actor) -> Refused | None:
    """Why an act that the state and the post allow cannot be done as the case stands; None when it can."""
    if act is Act.DISPATCH and case.spot is None:
        return Refused("unplaced")
    if act is Act.DISPATCH and case.type is None:
        return Refused("untyped")
    row = row_by_id(city, case.row) if act is Act.RETURN and case.row else None
    if row is not None and not row.may_refuse and actor.role not in (Role.ADMIN, Role.DUTY_OFFICER):
        return Refused("may_not_return", row=row.id)
    return None


def _facts(do: Do, case: Case, city: City, at: datetime, actor: Actor) -> list[CaseFact]:
    happened, reason, note = do.happened_at, do.reason, do.note
    match do.act:
        case Act.ACCEPT:
            begun = _start(case, city, at, "dispatch")
            return [Accepted(happened_at=happened, reason=reason, note=note, begun=begun)]
        case Act.REJECT:
            return [Rejected(happened_at=happened, reason=reason, note=note)]
        case Act.DISPATCH:
            return [_dispatch(do, case, city, at)]
        case Act.SIGN:
            return [Signed(happened_at=happened, reason=reason, note=note)]
        case Act.START:
            return [Started(happened_at=happened, reason=reason, note=note)]
        case Act.SUSPEND:
            return [Suspended(happened_at=happened, reason=reason, note=note, begun=_paused(case, city, at))]
        case Act.RESUME:
            return [Resumed(happened_at=happened, reason=reason, note=note, begun=_resumed(case, city, at))]
        case Act.FEED_BACK:
            begun = _start(case, city, at, "check")
            return [FedBack(happened_at=happened, reason=reason, note=note, outcome=do.outcome, begun=begun)]
        case Act.CHECK:
            return [Checked(happened_at=happened, reason=reason, note=note)]
        case Act.REWORK:
            return [Reworked(happened_at=happened, reason=reason, note=note)]
        case Act.CLOSE:
            return [Closed(happened_at=happened, reason=reason, note=note, outcome=do.outcome)]
        case Act.RETURN:
            begun = _start(case, city, at, "dispatch")
            return [Returned(happened_at=happened, reason=reason, note=note, begun=begun)]
        case Act.REOPEN:
            begun = _start(case, city, at, "dispatch", "solve")
            return [Reopened(happened_at=happened, reason=reason, note=note, begun=begun)]
        case Act.PLACE:
            if do.lon is None or do.lat is None:
                raise Refused("no_place")
            return [*place(case, city, do.lon, do.lat, happened), *_noted(do)]
        case Act.RETYPE:
            if do.type is None:
                raise Refused("untyped")
            return [*retype(case, city, do.type, happened), *_noted(do)]
        case Act.NOTE:
            if note is None:
                raise Refused("reason_needed")
            return [Noted(happened_at=happened, reason=reason, note=note)]
        case _:
            assert_never(do.act)


def _noted(do: Do) -> list[CaseFact]:
    """Words that came with an act whose own fact has no room for them."""
    return [Noted(happened_at=do.happened_at, reason=do.reason, note=do.note)] if do.note is not None else []


def _dispatch(do: Do, case: Case, city: City, at: datetime) -> Dispatched:
    owner = do.unit or case.owner or city.center
    unit = city.units.get(owner)
    if unit is None or not stands(unit, at.astimezone(city.calendar.zone).date()):
        raise Refused("unknown_unit", unit=owner)
    if case.state == "dispatched" and owner == case.owner:
        raise Refused("same_owner", owner=owner)
    row = case.row if owner == case.owner else None
    begun = _start(case, city, at, "sign")
    return Dispatched(happened_at=do.happened_at, reason=do.reason, note=do.note, owner=owner, row=row, begun=begun)


def _start(case: Case, city: City, at: datetime, *stages: Stage) -> tuple[Deadline, ...]:
    return begin(city, case.type, case.urgent, stages, at)


def _paused(case: Case, city: City, at: datetime) -> tuple[Deadline, ...]:
    solve = case.deadline("solve")
    return (clock.pause(solve, city, at),) if solve is not None and solve.running else ()


def _resumed(case: Case, city: City, at: datetime) -> tuple[Deadline, ...]:
    solve = case.deadline("solve")
    return (clock.resume(solve, city, at),) if solve is not None and solve.paused_at is not None else ()


def watch(case: Case, now: datetime) -> list[CaseFact]:
    """What the timer has to write down about a case at `now`: soon due and overdue stages not yet marked."""
    facts: list[CaseFact] = []
    for stage, kind in clock.marks_due(case.deadlines, now):
        deadline = case.deadline(stage)
        if deadline is not None and deadline.due_at is not None:
            facts.append((SoonDue if kind == "soon" else Overdue)(stage=stage, due_at=deadline.due_at))
    return facts

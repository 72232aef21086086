"""What an act does to a case: the decide function of the life cycle. Moves are in moves.py, rights in access.py.

Supporting units are tasks.py, merging is merging.py, urging and supervision are supervise.py.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta

from msgspec.structs import replace

from northbank.core import amend, dividing, lookback, merging, supervise, tasks
from northbank.core import deadline as clock
from northbank.core.access import Actor, Role, refuse_act
from northbank.core.case import Case
from northbank.core.case_facts import (
    Accepted,
    Arbitrated,
    Archived,
    Cancelled,
    CaseFact,
    CheckAsked,
    Checked,
    Closed,
    Denied,
    Dispatched,
    Disputed,
    Escalated,
    Extended,
    ExtensionAsked,
    FedBack,
    Noted,
    Overdue,
    Rated,
    Refuted,
    Registered,
    Rejected,
    Reopened,
    Resumed,
    Returned,
    ReviewDue,
    Reworked,
    SelfHandled,
    Signed,
    SoonDue,
    Started,
    Suspended,
    SuspensionAsked,
    Verified,
    VerifyAsked,
)  # fmt: skip
from northbank.core.city import City, Level, Stage
from northbank.core.deadline import Deadline
from northbank.core.doing import Do, Want, told
from northbank.core.intake import AHEAD, begin, check_time, describe, place, retype
from northbank.core.moves import ENDED, MOVES, Act, State
from northbank.core.refusal import Refused
from northbank.core.reminders import remind
from northbank.core.routing import escalation_of, row_by_id, stands, support_of

A = Act
REASONED = frozenset({
    A.REJECT, A.REFUTE, A.CANCEL, A.SUSPEND, A.ASK_SUSPENSION, A.ASK_EXTENSION, A.DENY, A.REWORK, A.RETURN, A.ESCALATE,
    A.DISPUTE, A.ARBITRATE, A.REOPEN, A.SPLIT, A.HAND_BACK, A.WITHDRAW_TASK,
})  # fmt: skip
_OF_PARTS = frozenset({A.TAKE_TASK, A.FINISH_TASK, A.HAND_BACK, A.WITHDRAW_TASK})
IN_WORDS = frozenset({A.ASK_SUSPENSION, A.NOTE, A.URGE, A.SUPERVISE, A.ANSWER})  # a code of a list is not enough


def decide(do: Do, case: Case, city: City, now: datetime, actor: Actor, other: Case | None = None) -> list[CaseFact]:
    """The facts that follow from an act, or Refused. Checks in order: version, state, right, content.

    other: the case that this one is merged into.
    """
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
    _check_words(do, case, city)
    happened = do.happened_at.astimezone(UTC) if do.happened_at not in (None, now) else None
    want = Want(replace(do, happened_at=happened), case, city, actor, happened or now, now, other)
    return _RULES[do.act](want)


def follows(want: Want) -> list[CaseFact]:
    """What an act leads to by the rules of `want.city`, where it was done anyway: rights and the state are not asked again."""
    return _RULES[want.do.act](want)


def hindrance(act: Act, case: Case, city: City, actor: Actor, at: datetime | None = None) -> Refused | None:
    """Why an act that the state and the post allow cannot be done as the case stands; None when it can.

    at: when it would happen, where that is known: nothing is offered that would be refused then.
    """
    if act is A.ASK_EXTENSION and at is not None:
        return _no_more_time(case, city, at)
    if act in (A.DISPATCH, A.ARBITRATE) and case.spot is None:
        return Refused("unplaced")
    if act in (A.DISPATCH, A.ARBITRATE) and case.type is None:
        return Refused("untyped")
    if act is A.RETURN and actor.role not in (Role.ADMIN, Role.DUTY_OFFICER):
        if case.bound:
            return Refused("bound", owner=case.owner)
        row = row_by_id(city, case.row) if case.row else None
        if row is not None and not row.may_refuse:
            return Refused("may_not_return", row=row.id)
    if act is A.ANSWER and not any(one.waits() for one in case.orders):
        return Refused("no_order", order="-")
    if act is A.LOOK_BACK and not any(one.called and one.waits for one in case.reviews):
        return Refused("no_look_back")
    if act in _OF_PARTS and (closed := tasks.hindrance(act, case, actor)) is not None:
        return closed
    if act is A.DESCRIBE and not _describable(case, city):
        return Refused("no_attributes")
    if act is A.DIVIDE and (closed := dividing.hindrance(case)) is not None:
        return closed
    if act in (A.GRANT, A.DENY) and case.wish is not None and case.wish.by == actor.login:
        return Refused("own_wish")
    if act.value in city.handling.two_person and actor.login == _before(act, case):
        return Refused("two_person", login=actor.login)
    return None


def _describable(case: Case, city: City) -> bool:
    """Whether reports of its type say anything by attributes."""
    kind = city.types.get(case.type) if case.type is not None else None
    return bool(kind.attributes if kind is not None else city.attributes)


def _before(act: Act, case: Case) -> str | None:
    """Who did what this act is the second look at."""
    return case.solver if act in (A.CHECK, A.REWORK) else case.checker if act is A.CLOSE else None


def needs_reason(act: Act, case: Case) -> bool:
    """Whether the act needs a reason in this state."""
    return act in REASONED or act in IN_WORDS or (act is A.CLOSE and case.state is State.REOPENED)


def _check_words(do: Do, case: Case, city: City) -> None:
    if needs_reason(do.act, case) and not (do.note or (do.reason and do.act not in IN_WORDS)):
        raise Refused("words_needed" if do.act in IN_WORDS else "reason_needed")
    if do.reason is not None and (do.reason not in city.reasons or do.reason.partition(".")[0] != do.act):
        raise Refused("invalid", why=f"reason: {do.reason} is not in the pack's list for {do.act.value}")
    if do.basis is not None and row_by_id(city, do.basis) is None:
        raise Refused("invalid", why=f"basis: the routing library has no row {do.basis}")
    if do.score is not None and not 1 <= do.score <= 5:
        raise Refused("invalid", why="score: from 1 to 5")
    if do.act in (A.FEED_BACK, A.SELF_HANDLE):
        _check_evidence(do, case, city)


def _check_evidence(do: Do, case: Case, city: City) -> None:
    kind = city.types.get(case.type) if case.type else None
    wanted = kind.evidence if kind is not None else ""
    if (wanted == "photo" and not do.photos) or (wanted == "note" and not do.photos and do.note is None):
        raise Refused("evidence_needed", type=kind.name if kind else "", what=city.word("evidence", wanted))


def _plain(fact: Callable[..., CaseFact]) -> Callable[[Want], list[CaseFact]]:
    """An act whose fact says no more than that it was done."""
    return lambda want: [fact(**told(want.do))]


def _accept(want: Want) -> list[CaseFact]:
    return [Accepted(**told(want.do), begun=_start(want, "dispatch"))]


def _dispatch(want: Want) -> list[CaseFact]:
    do, case, city = want.do, want.case, want.city
    owner = do.unit or case.owner or city.center
    _check_unit(city, owner, want.at)
    if case.state is State.DISPATCHED and owner == case.owner:
        raise Refused("same_owner", owner=owner)
    row = case.row if owner == case.owner else None
    library = row_by_id(city, case.row) if case.row else None
    tasks.check_town(city, case, owner)
    town = case.spot.town if case.spot else None
    support = do.support
    if support is None:
        support = support_of(city, library, town, want.at) if library is not None and row is not None else ()
    have = {one.unit for one in case.tasks if one.open} | {owner}
    for unit in support:
        _check_unit(city, unit, want.at)
        tasks.check_town(city, case, unit)
    asked = tasks.begin(
        city, case.type, case.urgent, (unit for unit in support if unit not in have), want.at, len(case.tasks) + 1
    )
    begun = (*_start(want, "sign", owner=owner), *_handed_over(want, owner))
    return [Dispatched(**told(do), owner=owner, row=row, tasks=asked, begun=begun)]


def _arbitrate(want: Want) -> list[CaseFact]:
    owner = want.do.unit
    if owner is None:
        raise Refused("unknown_unit", unit="-")
    _check_unit(want.city, owner, want.at)
    tasks.check_town(want.city, want.case, owner)
    begun = (*_start(want, "sign", owner=owner), *_handed_over(want, owner))
    return [Arbitrated(**told(want.do), owner=owner, begun=begun)]


def _check_unit(city: City, code: str, at: datetime) -> None:
    unit = city.units.get(code)
    if unit is None or not stands(unit, at.astimezone(city.calendar.zone).date()):
        raise Refused("unknown_unit", unit=code)


def _handed_over(want: Want, owner: str) -> tuple[Deadline, ...]:
    """The solving deadline as the new owner has it, where that changes anything."""
    solve = want.case.deadline("solve")
    if solve is None:
        return ()
    given = amend.assign(solve, want.city, owner, want.at)
    return (remind(given, want.city),) if given is not solve and given != solve else ()


def _return(want: Want) -> list[CaseFact]:
    case, city, solve = want.case, want.city, want.case.deadline("solve")
    begun = _start(want, "dispatch")
    if solve is not None and case.owner is not None and solve.met_at is None:
        sign = case.deadline("sign")
        since = sign.started_at if sign is not None else solve.started_at
        begun = (*begun, amend.charge(solve, city, case.owner, since, want.at))
    return [Returned(**told(want.do), begun=begun)]


def _suspend(want: Want) -> list[CaseFact]:
    until = want.do.until or (want.case.wish.until if want.case.wish is not None else None)
    if until is not None:
        _check_until(want, until)
    return [Suspended(**told(want.do), until=until, begun=_paused(want))]


def _check_until(want: Want, until: datetime) -> None:
    if until <= want.at:
        raise Refused("until_past", at=until.isoformat())
    if until > want.at + timedelta(days=want.city.handling.suspension_days):
        raise Refused("until_too_far", days=want.city.handling.suspension_days)


def _ask_suspension(want: Want) -> list[CaseFact]:
    if want.do.until is None:
        raise Refused("until_needed")
    _check_until(want, want.do.until)
    return [SuspensionAsked(**told(want.do), until=want.do.until)]


def _ask_extension(want: Want) -> list[CaseFact]:
    case, city, amount = want.case, want.city, want.do.amount
    if (refusal := _no_more_time(case, city, want.at)) is not None:
        raise refusal
    solve = case.deadline("solve")
    assert solve is not None
    if amount is None or amount < 1:
        raise Refused("amount_needed", unit=city.word("time", solve.unit))
    _check_amount(solve, amount, city)
    return [ExtensionAsked(**told(want.do), amount=amount)]


def _no_more_time(case: Case, city: City, at: datetime) -> Refused | None:
    """Why more time cannot be asked for at `at`, however much."""
    solve = case.deadline("solve")
    if solve is None or solve.due_at is None:
        return Refused("no_deadline")
    if case.extensions >= city.handling.extensions:
        return Refused("extended_enough", most=city.handling.extensions)
    return Refused("asked_too_late", due=solve.due_at.isoformat()) if at > solve.due_at else None


def _check_amount(solve: Deadline, amount: int, city: City) -> None:
    most = max(solve.amount * city.handling.extension_share // 100, 1)
    if amount > most:
        raise Refused("extended_too_far", most=most, unit=city.word("time_one" if most == 1 else "time", solve.unit))


def _grant(want: Want) -> list[CaseFact]:
    case, city, do, wish = want.case, want.city, want.do, want.case.wish
    if case.state is State.SUSPENSION_REQUESTED:
        return _suspend(want)
    solve = case.deadline("solve")
    amount = do.amount or (wish.amount if wish is not None else None)
    if solve is None or amount is None:
        raise Refused("no_deadline")
    _check_amount(solve, amount, city)
    longer = amend.extend(
        solve,
        city,
        amount,
        solve.unit,
        want.at,
        asked_at=wish.at if wish else None,
        by=want.actor.login,
        reason=do.reason,
    )
    return [Extended(**told(do), begun=(remind(longer, city),))]


def _resume(want: Want) -> list[CaseFact]:
    solve, city = want.case.deadline("solve"), want.city
    begun = (remind(clock.resume(solve, city, want.at), city),) if solve is not None and solve.paused_at else ()
    return [Resumed(**told(want.do), begun=begun)]


def _escalate(want: Want) -> list[CaseFact]:
    case, city, do = want.case, want.city, want.do
    row = row_by_id(city, case.row) if case.row else None
    town = case.spot.town if case.spot else None
    above = do.unit or (escalation_of(city, row, town, want.at) if row is not None else None) or city.center
    _check_unit(city, above, want.at)
    level: Level = "district" if case.level in ("town", "community", "grid") else case.level
    said = told(do) | {"basis": do.basis or (row.id if row is not None else None)}
    return [Escalated(**said, to=above, level=level)]


def _feed_back(want: Want) -> list[CaseFact]:
    tasks.refuse_open(want.case, want.city)
    return [FedBack(**told(want.do), outcome=want.do.outcome, begun=_start(want, "check"))]


def _self_handle(want: Want) -> list[CaseFact]:
    return [SelfHandled(**told(want.do), outcome=want.do.outcome, begun=_start(want, "check"))]


def _rework(want: Want) -> list[CaseFact]:
    return [Reworked(**told(want.do), waits=True)]


def _close(want: Want) -> list[CaseFact]:
    return [Closed(**told(want.do), outcome=want.do.outcome)]


def _rate(want: Want) -> list[CaseFact]:
    """A low score reopens the case: the reporter says that it is not solved."""
    score = want.do.score
    if score is None:
        raise Refused("score_needed")
    facts: list[CaseFact] = [Rated(**told(want.do), score=score)]
    if score <= want.city.handling.dissatisfied:
        facts += [Reopened(happened_at=want.do.happened_at, begun=_start(want, "dispatch", "solve"))]
    return facts


def _reopen(want: Want) -> list[CaseFact]:
    return [Reopened(**told(want.do), begun=_start(want, "dispatch", "solve"))]


def _place(want: Want) -> list[CaseFact]:
    do = want.do
    if do.lon is None or do.lat is None:
        raise Refused("no_place")
    return [*place(want.case, want.city, do.lon, do.lat, do.happened_at), *_noted(do)]


def _retype(want: Want) -> list[CaseFact]:
    if want.do.type is None:
        raise Refused("untyped")
    return [*retype(want.case, want.city, want.do.type, want.do.happened_at), *_noted(want.do)]


def _describe(want: Want) -> list[CaseFact]:
    return [*describe(want.case, want.city, want.do.attributes, want.do.happened_at), *_noted(want.do)]


def _noted(do: Do) -> list[CaseFact]:
    """Words that came with an act whose own fact has no room for them."""
    return [Noted(happened_at=do.happened_at, reason=do.reason, note=do.note)] if do.note is not None else []


_RULES: Mapping[Act, Callable[[Want], list[CaseFact]]] = {
    A.ACCEPT: _accept, A.REJECT: _plain(Rejected), A.SELF_HANDLE: _self_handle, A.ASK_VERIFY: _plain(VerifyAsked),
    A.VERIFY: _plain(Verified), A.REFUTE: _plain(Refuted), A.REGISTER: _plain(Registered), A.CANCEL: _plain(Cancelled),
    A.DISPATCH: _dispatch, A.SIGN: _plain(Signed), A.START: _plain(Started), A.ASK_EXTENSION: _ask_extension,
    A.ASK_SUSPENSION: _ask_suspension, A.GRANT: _grant, A.DENY: _plain(Denied), A.SUSPEND: _suspend, A.RESUME: _resume,
    A.ESCALATE: _escalate, A.FEED_BACK: _feed_back, A.ASK_CHECK: _plain(CheckAsked), A.CHECK: _plain(Checked),
    A.REWORK: _rework, A.CLOSE: _close, A.RATE: _rate, A.RETURN: _return, A.DISPUTE: _plain(Disputed),
    A.ARBITRATE: _arbitrate, A.REOPEN: _reopen, A.MERGE: merging.merge, A.SPLIT: merging.split, A.ARCHIVE: _plain(Archived),
    A.PLACE: _place, A.RETYPE: _retype, A.DESCRIBE: _describe, A.DIVIDE: dividing.divide,
    A.ASK_HELP: tasks.ask, A.TAKE_TASK: tasks.take, A.FINISH_TASK: tasks.finish,
    A.HAND_BACK: tasks.hand_back, A.WITHDRAW_TASK: tasks.withdraw, A.RATE_HELP: tasks.rate, A.URGE: supervise.urge,
    A.SUPERVISE: supervise.supervise, A.ANSWER: supervise.answer, A.LOOK_BACK: lookback.look_back, A.NOTE: _plain(Noted),
}  # fmt: skip


def _start(want: Want, *stages: Stage, owner: str | None = None) -> tuple[Deadline, ...]:
    case = want.case
    return begin(want.city, case.type, case.urgent, stages, want.at, owner or case.owner)


def _paused(want: Want) -> tuple[Deadline, ...]:
    solve = want.case.deadline("solve")
    return (clock.pause(solve, want.city, want.at),) if solve is not None and solve.running else ()


def watch(case: Case, city: City, now: datetime) -> list[CaseFact]:
    """What the timer has to write down about a case at `now`, each once: stages and parts soon due and overdue, rungs of the
    ladder, a suspension to be looked at again."""
    if case.state in ENDED:
        return lookback.due(case, now)
    facts: list[CaseFact] = []
    for stage, kind in clock.marks_due(case.deadlines, now):
        deadline = case.deadline(stage)
        if deadline is not None and deadline.due_at is not None:
            facts.append(_mark(kind, stage, deadline.due_at))
    for task in case.tasks:
        if task.deadline is not None and task.deadline.due_at is not None:
            facts += [
                _mark(kind, "support", task.deadline.due_at, task.n)
                for _, kind in clock.marks_due((task.deadline,), now)
            ]
    if case.review_at is not None and case.review_at <= now:
        facts.append(ReviewDue())
    return facts + supervise.rungs_due(case, city, now)


def _mark(kind: clock.Mark, stage: Stage, due_at: datetime, task: int | None = None) -> CaseFact:
    return (SoonDue if kind == "soon" else Overdue)(stage=stage, due_at=due_at, task=task)

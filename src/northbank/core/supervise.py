"""Tracking and urging: the pack's ladder of reminders and orders, orders by hand, and their answers.

Records laid over a case; its state is left alone. Working mechanism of tracking, supervising and urging (glossary: 督办 催办).
"""

from datetime import datetime

from northbank.core.case import Case, Order
from northbank.core.case_facts import Answered, CaseFact, Lapsed, Ordered
from northbank.core.city import City, Rung
from northbank.core.deadline import reckon
from northbank.core.doing import Want, told
from northbank.core.localtime import micros
from northbank.core.office import calendar_of, office_of
from northbank.core.refusal import Refused
from northbank.core.routing import resolve
from northbank.core.wake import issued, said_percent


def urge(want: Want) -> list[CaseFact]:
    """Somebody asks the owner to hurry; no answer is owed."""
    case, do = want.case, want.do
    order = Order(_next(case), "urge", do.unit or _owner(want), want.at, want.actor.login)
    return [Ordered(**told(do), order=order)]


def supervise(want: Want) -> list[CaseFact]:
    """A leader's order with an answer time: that of the ladder's first order, or until the date given."""
    case, do, city = want.case, want.do, want.city
    unit = do.unit or _owner(want)
    if unit not in city.units:
        raise Refused("unknown_unit", unit=unit)
    rung = next((one for one in city.ladder if one.kind == "order"), None)
    due = do.until or (_due(city, rung, unit, want.at) if rung is not None else None)
    if due is None:
        raise Refused("until_needed")
    if due <= want.at:
        raise Refused("until_past", at=due.isoformat())
    return [Ordered(**told(do), order=Order(_next(case), "order", unit, want.at, want.actor.login, due_at=due))]


def answer(want: Want) -> list[CaseFact]:
    """The unit answers an order in words: the one named, or the oldest that waits for it."""
    case, do = want.case, want.do
    waiting = [one for one in case.orders if one.waits() and do.order in (None, one.n)]
    if not waiting:
        raise Refused("no_order", order=do.order if do.order is not None else "-")
    order = waiting[0]
    if do.note is None:
        raise Refused("reason_needed")
    return [Answered(**told(do), n=order.n)]


def rungs_due(case: Case, city: City, now: datetime) -> list[CaseFact]:
    """Answers that were not given in time, and the rungs of the ladder that have come, each once."""
    late = [
        one for one in case.orders if one.due_at is not None and one.waits() and not one.lapsed and one.due_at < now
    ]
    facts: list[CaseFact] = [Lapsed(n=one.n) for one in late]
    solve = case.deadline("solve")
    if solve is None or solve.met_at is not None:
        return facts
    have = issued(case, solve)
    if any(one.rung is not None for one in late):
        rungs = [
            one for one in city.ladder if one.when == "unanswered" and one.id not in {given.rung for given in have}
        ][:1]
    elif solve.due_at is not None and solve.paused_at is None and now > solve.due_at:
        rungs = [one for one in city.ladder if one.when == "overdue" and one.id not in {given.rung for given in have}]
    else:
        gone = max((one.percent for one in solve.reminders if one.at <= now and solve.running), default=0)
        rungs = [one for one in city.ladder if one.percent == gone > said_percent(case, solve)]
    return facts + [_ordered(case, city, rung, now, place) for place, rung in enumerate(rungs)]


def _ordered(case: Case, city: City, rung: Rung, now: datetime, before: int) -> CaseFact:
    town = case.spot.town if case.spot is not None else None
    unit = (case.owner or city.center) if rung.to == "@owner" else resolve(city, rung.to, town, now) or city.center
    due = _due(city, rung, unit, now)
    return Ordered(
        order=Order(
            _next(case) + before, rung.kind, unit, now, "system", rung=rung.id, percent=rung.percent or 0, due_at=due
        )
    )


def _due(city: City, rung: Rung, unit: str, at: datetime) -> datetime | None:
    if rung.unit is None or rung.amount < 1:
        return None
    return reckon(calendar_of(city, office_of(city, unit)), micros(at), rung.amount, rung.unit)[0]


def _next(case: Case) -> int:
    return len(case.orders) + 1


def _owner(want: Want) -> str:
    return want.case.owner or want.city.center

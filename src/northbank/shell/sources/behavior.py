"""How invented people behave: what happens to a simulated case next, when, and by whom. Draws only; decides nothing."""

import random
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import msgspec

from northbank.core.access import Actor, Role
from northbank.core.case import Case
from northbank.core.city import Area, City
from northbank.core.handling import Do
from northbank.core.moves import Act, State
from northbank.core.routing import row_by_id

Point = Callable[[str], tuple[float, float]]


class Move(msgspec.Struct, frozen=True):
    """One act of an invented person at a moment."""

    at: datetime
    actor: Actor
    do: Do


# state -> (act, mean minutes until it, share of cases that go this way); the shares of a state add up to 1.
HABITS: dict[State, tuple[tuple[Act, float, float], ...]] = {
    State.REPORTED: ((Act.ACCEPT, 6, 0.97), (Act.REJECT, 9, 0.03)),
    State.ACCEPTED: ((Act.DISPATCH, 5, 1.0),),
    State.DISPATCHED: ((Act.SIGN, 18, 0.95), (Act.RETURN, 25, 0.05)),
    State.SIGNED: ((Act.START, 22, 1.0),),
    State.HANDLING: ((Act.FEED_BACK, 0, 0.97), (Act.SUSPEND, 60, 0.03)),
    State.SUSPENDED: ((Act.RESUME, 150, 1.0),),
    State.FEEDBACK: ((Act.CHECK, 30, 0.94), (Act.REWORK, 35, 0.06)),
    State.CHECKED: ((Act.CLOSE, 12, 1.0),),
    State.RETURNED: ((Act.DISPATCH, 10, 1.0),),
    State.REOPENED: ((Act.DISPATCH, 8, 1.0),),
}
OWNERS = frozenset({Act.SIGN, Act.START, Act.SUSPEND, Act.RESUME, Act.FEED_BACK, Act.RETURN})
REASONED = frozenset({Act.REJECT, Act.SUSPEND, Act.REWORK, Act.RETURN, Act.REOPEN})
WORK_HOURS = 5.0  # mean hours of work where the limit is far away


def next_move(
    chance: random.Random, case: Case, city: City, since: datetime, point: Point, grids: Sequence[Area],
    weights: Sequence[int],
) -> Move | None:  # fmt: skip
    """What happens next to `case` after `since`; None when nothing more does."""
    missing = _complete(chance, case, city, point, grids, weights)
    if missing is not None:
        wait = timedelta(minutes=chance.expovariate(1 / 7))
        return Move(since + wait, Actor("duty", Role.ADMIN, city.center), _at(missing, since + wait))
    habits = HABITS.get(case.state)
    if habits is None:
        return None
    act, minutes, _ = chance.choices(habits, [share for _, _, share in habits])[0]
    if act is Act.RETURN and not _may_return(case, city):
        act, minutes = Act.SIGN, 18
    wait = _work(chance, case, since) if act is Act.FEED_BACK else _delay(chance, minutes, case.urgent)
    login = (case.owner or city.center) if act in OWNERS else "duty"
    reasons = (code for code in city.reasons if code.partition(".")[0] == act)
    reason = next(reasons, None) if act in REASONED else None
    unit = _another(chance, case, city) if case.state is State.RETURNED else None
    outcome = "solved" if act is Act.FEED_BACK else None
    do = Do(act=act, reason=reason, unit=unit, outcome=outcome, happened_at=since + wait)
    return Move(since + wait, Actor(login, Role.ADMIN, case.owner), do)


def _complete(
    chance: random.Random, case: Case, city: City, point: Point, grids: Sequence[Area], weights: Sequence[int]
) -> Do | None:
    """Placing or typing first, where the report lacked it."""
    if case.state is not State.REPORTED:
        return None
    if case.spot is None:
        lon, lat = point(chance.choices(grids, weights)[0].code)
        return Do(act=Act.PLACE, lon=lon, lat=lat)
    if case.type is None:
        return Do(act=Act.RETYPE, type=chance.choice(list(city.types)))
    return None


def _at(do: Do, at: datetime) -> Do:
    return msgspec.structs.replace(do, happened_at=at)


def _delay(chance: random.Random, minutes: float, urgent: bool) -> timedelta:
    return timedelta(minutes=chance.expovariate(1 / minutes) / (4 if urgent else 1) + 0.2)


def _work(chance: random.Random, case: Case, since: datetime) -> timedelta:
    """How long the work takes: a share of what the limit leaves (about one in eight runs over), a few hours at most."""
    solve = case.deadline("solve")
    hours = chance.expovariate(1 / WORK_HOURS)
    if solve is not None and solve.due_at is not None:
        left = max((solve.due_at - since) / timedelta(hours=1), 0.2)
        hours = min(hours, left * chance.lognormvariate(-0.9, 0.8))
        if chance.random() < 0.08:
            hours = left * 1.05 + 0.1
    return timedelta(hours=max(hours, 0.05))


def _may_return(case: Case, city: City) -> bool:
    row = row_by_id(city, case.row) if case.row else None
    return row is None or row.may_refuse


def _another(chance: random.Random, case: Case, city: City) -> str:
    """A department other than the one that gave it back."""
    others = [
        u.code for u in city.units.values() if u.kind == "department" and u.code != case.owner and u.valid_to is None
    ]
    return chance.choice(others or [city.center])

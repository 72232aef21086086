"""How invented people behave: what happens to a simulated case next, when, and by whom. Draws only; decides nothing."""

import random
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import msgspec

from northbank.core.access import Actor
from northbank.core.case import Case
from northbank.core.city import Area, City
from northbank.core.doing import Do
from northbank.core.moves import Act, State
from northbank.core.routing import row_by_id
from northbank.core.worktime import add, working_minutes
from northbank.shell.sources.crew import Crew, slowness


class Move(msgspec.Struct, frozen=True):
    """One act of an invented person at a moment."""

    at: datetime
    actor: Actor
    do: Do


class Ground(msgspec.Struct, frozen=True):
    """Where things happen: grids as often as people live there, and a point inside a grid."""

    grids: Sequence[Area]
    weights: Sequence[int]
    point: Callable[[str], tuple[float, float]]


# state -> (act, mean minutes until it, share of cases that go this way); where shares add up to less, the rest stays.
HABITS: dict[State, tuple[tuple[Act, float, float], ...]] = {
    State.REPORTED: ((Act.ACCEPT, 6, 0.96), (Act.REJECT, 9, 0.04)),
    State.ACCEPTED: ((Act.DISPATCH, 5, 1.0),),
    State.DISPATCHED: ((Act.SIGN, 18, 0.93), (Act.RETURN, 25, 0.07)),
    State.SIGNED: ((Act.START, 22, 1.0),),
    State.HANDLING: ((Act.FEED_BACK, 0, 0.95), (Act.SUSPEND, 60, 0.05)),
    State.SUSPENDED: ((Act.RESUME, 150, 1.0),),
    State.FEEDBACK: ((Act.CHECK, 30, 0.91), (Act.REWORK, 35, 0.09)),
    State.CHECKED: ((Act.CLOSE, 12, 1.0),),
    State.CLOSED: ((Act.REOPEN, 200, 0.025),),
    State.RETURNED: ((Act.DISPATCH, 10, 1.0),),
    State.REOPENED: ((Act.DISPATCH, 8, 1.0),),
}
OWNERS = frozenset({Act.SIGN, Act.START, Act.SUSPEND, Act.RESUME, Act.FEED_BACK, Act.RETURN})
REASONED = frozenset({Act.REJECT, Act.SUSPEND, Act.REWORK, Act.RETURN, Act.REOPEN})
OUTCOMES = {"solved": 0.93, "partly": 0.04, "unfounded": 0.03}
WORK_HOURS = 4.0  # mean hours of work where the limit is far away
SHORT = timedelta(hours=30)  # a limit up to a day; many a case with one is late, few with a long one
LATE_SHORT, LATE_LONG, LATE_URGENT = 0.12, 0.05, 0.03
URGENT_OVERRUN, LATEST = timedelta(hours=1), timedelta(hours=48)
OVERRUN = 0.7  # by how much of its limit a late case is late, on average
RESTS = 0.5
NIGHT = timedelta(hours=18)  # what is late does not wait over a weekend


def next_move(
    chance: random.Random, case: Case, city: City, since: datetime, crew: Crew, ground: Ground, slow: bool = False
) -> Move | None:
    """What happens next to `case` after `since`; None when nothing more does. slow: the work is going to be late."""
    missing = _complete(chance, case, city, ground)
    if missing is not None:
        wait = timedelta(minutes=chance.expovariate(1 / 7))
        return Move(since + wait, crew.desk(chance), _at(missing, since + wait))
    habit = _habit(chance, case, city)
    if habit is None:
        return None
    act, minutes = habit
    at = (
        _done(chance, case, city, since, slow) if act is Act.FEED_BACK else since + _delay(chance, minutes, case.urgent)
    )
    actor = crew.worker(chance, case.owner) if act in OWNERS else crew.desk(chance)
    reasons = [code for code in city.reasons if code.partition(".")[0] == act]
    reason = chance.choice(reasons) if reasons and act in REASONED else None
    unit = _another(chance, case, city) if case.state is State.RETURNED else None
    outcome = chance.choices(list(OUTCOMES), list(OUTCOMES.values()))[0] if act is Act.FEED_BACK else None
    return Move(at, actor, Do(act=act, reason=reason, unit=unit, outcome=outcome, happened_at=at))


def _habit(chance: random.Random, case: Case, city: City) -> tuple[Act, float] | None:
    drawn = chance.random()
    for act, minutes, share in HABITS.get(case.state, ()):
        drawn -= share
        if drawn < 0:
            return (Act.SIGN, 18) if act is Act.RETURN and not _may_return(case, city) else (act, minutes)
    return None


def _complete(chance: random.Random, case: Case, city: City, ground: Ground) -> Do | None:
    """Placing or typing first, where the report lacked it."""
    if case.state is not State.REPORTED:
        return None
    if case.spot is None:
        lon, lat = ground.point(chance.choices(ground.grids, ground.weights)[0].code)
        return Do(act=Act.PLACE, lon=lon, lat=lat)
    if case.type is None:
        return Do(act=Act.RETYPE, type=chance.choice(list(city.types)))
    return None


def _at(do: Do, at: datetime) -> Do:
    return msgspec.structs.replace(do, happened_at=at)


def _delay(chance: random.Random, minutes: float, urgent: bool) -> timedelta:
    return timedelta(minutes=chance.expovariate(1 / minutes) / (4 if urgent else 1) + 0.2)


def _done(chance: random.Random, case: Case, city: City, since: datetime, slow: bool) -> datetime:
    """When the work is done: within hours and within the limit, unless it is late. Some units are late more than others."""
    solve = case.deadline("solve")
    hours = max(chance.expovariate(1 / WORK_HOURS), 0.05)
    if solve is None or solve.due_at is None:
        return since + timedelta(hours=hours)
    left, whole = solve.due_at - since, solve.due_at - solve.started_at
    share = LATE_URGENT if case.urgent else LATE_SHORT if whole <= SHORT else LATE_LONG
    if (slow and not case.urgent) or chance.random() < slowness(case.owner) * share:
        over = (URGENT_OVERRUN if case.urgent else whole * OVERRUN) * chance.expovariate(1)
        at = max(since, solve.due_at) + min(over, LATEST) + timedelta(minutes=6)
        return _rested(chance, city, at, at + NIGHT)
    at = since + min(timedelta(hours=hours), max(left, timedelta()) * chance.uniform(0.3, 0.95))
    return at if case.urgent else _rested(chance, city, at, solve.due_at)


def _rested(chance: random.Random, city: City, at: datetime, latest: datetime) -> datetime:
    """Half of what would be done outside office hours waits until the office is open, where that is before `latest`."""
    if chance.random() >= RESTS or working_minutes(city.calendar, at, at + timedelta(minutes=1)) > 0:
        return at
    later = add(city.calendar, at, chance.randint(1, 5), "working_hour")
    return later if later < latest else at


def _may_return(case: Case, city: City) -> bool:
    row = row_by_id(city, case.row) if case.row else None
    return row is None or row.may_refuse


def _another(chance: random.Random, case: Case, city: City) -> str:
    """A department other than the one that gave it back."""
    others = [
        u.code for u in city.units.values() if u.kind == "department" and u.code != case.owner and u.valid_to is None
    ]
    return chance.choice(others or [city.center])

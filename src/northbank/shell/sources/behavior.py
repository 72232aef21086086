"""How invented people behave: what happens to a simulated case next, when, and by whom. Draws only; decides nothing."""

import random
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec

from northbank.core.access import Actor
from northbank.core.case import Case
from northbank.core.city import Area, Attribute, City, Given, Name
from northbank.core.doing import Do, Matter
from northbank.core.handling import REASONED
from northbank.core.moves import Act, State
from northbank.core.routing import row_by_id, stands
from northbank.core.worktime import add, working_minutes
from northbank.shell.sources.crew import Crew, slowness
from northbank.shell.sources.habits import (
    ANSWERED,
    HABITS,
    HANDED_BACK,
    LEADERS,
    ON_THE_SPOT,
    OUTCOMES,
    OWNERS,
    PART_HOURS,
    SAID_LATER,
    SCORES,
    SEVERAL,
    TAKE_MINUTES,
    WORDS,
    WORKERS,
)


class Move(msgspec.Struct, frozen=True):
    """One act of an invented person at a moment. words: what they write with it."""

    at: datetime
    actor: Actor
    do: Do
    words: Name | None = None


class Ground(msgspec.Struct, frozen=True):
    """Where things happen: grids as often as people live there, and a point inside a grid."""

    grids: Sequence[Area]
    weights: Sequence[int]
    point: Callable[[str], tuple[float, float]]


WORK_HOURS = 4.0  # mean hours of work where the limit is far away
SHORT = timedelta(hours=30)  # a limit up to a day; many a case with one is late, few with a long one
LATE_SHORT, LATE_LONG, LATE_URGENT = 0.12, 0.05, 0.03
URGENT_OVERRUN, LATEST = timedelta(hours=1), timedelta(hours=60)
OVERRUN = 1.4  # by how much of its limit a late case is late, on average
RESTS = 0.5
NIGHT = timedelta(hours=18)  # what is late does not wait over a weekend


def next_move(
    chance: random.Random, case: Case, city: City, since: datetime, crew: Crew, ground: Ground, late: bool | None = None
) -> Move | None:
    """What happens next to `case` after `since`; None when nothing more does. late: whether the work is going to be; None: as it comes."""
    missing = _complete(chance, case, city, ground)
    if missing is not None:
        wait = timedelta(minutes=chance.expovariate(1 / 7))
        return Move(since + wait, crew.desk(chance), _at(missing, since + wait))
    wrong = _put_right(chance, case, city)
    if wrong is not None:
        at = since + timedelta(minutes=chance.expovariate(1 / 5))
        words = chance.choice(WORDS[wrong.act]) if wrong.act in WORDS else None
        return Move(at, crew.desk(chance), _at(wrong, at), words)
    part = _part(chance, case, since, crew)
    if part is not None:
        return part
    habit = _habit(chance, case, city, since)
    if habit is None:
        return None
    act, minutes = habit
    at = _when(chance, act, minutes, case, city, since, late)
    reasons = [code for code in city.reasons if code.partition(".")[0] == act]
    reason = chance.choice(reasons) if reasons and act in REASONED else None
    words = chance.choice(WORDS[act]) if act in WORDS else None
    do = Do(act=act, reason=reason, happened_at=at, **_content(chance, act, case, city, at))
    return Move(at, _who(chance, act, case, city, crew), do, words)


def _content(chance: random.Random, act: Act, case: Case, city: City, at: datetime) -> dict[str, Any]:
    """What the act says besides when and why."""
    solve = case.deadline("solve")
    match act:
        case Act.FEED_BACK | Act.SELF_HANDLE:
            return {"outcome": chance.choices(list(OUTCOMES), list(OUTCOMES.values()))[0]}
        case Act.DISPATCH if case.state in (State.RETURNED, State.ESCALATED):
            return {"unit": _another(chance, case, city, at)}
        case Act.ARBITRATE:
            return {"unit": _another(chance, case, city, at)}
        case Act.ASK_EXTENSION if solve is not None:
            return {"amount": max(1, solve.amount // chance.randint(2, 5))}
        case Act.ASK_SUSPENSION:
            return {"until": at + timedelta(days=chance.randint(2, 20))}
        case Act.RATE:
            return {"score": chance.choices(list(SCORES), list(SCORES.values()))[0]}
        case _:
            return {}


def _who(chance: random.Random, act: Act, case: Case, city: City, crew: Crew) -> Actor:
    """Whose post it is."""
    if act in OWNERS:
        return crew.worker(chance, case.owner)
    if act in WORKERS or (case.state is State.CHECK_PENDING and act in (Act.CHECK, Act.REWORK)):
        spot = case.spot
        town = city.town_center(spot.town) if spot is not None and spot.town is not None else None
        return crew.on_the_spot(chance, spot.grid if spot is not None else None, town)
    return crew.leader(chance) if act in LEADERS else crew.desk(chance)


def _when(
    chance: random.Random, act: Act, minutes: float, case: Case, city: City, since: datetime, late: bool | None
) -> datetime:  # fmt: skip
    if act is Act.FEED_BACK:
        return _done(chance, case, city, since, late)
    at = since + _delay(chance, minutes, case.urgent)
    solve = case.deadline("solve")
    if act is Act.ASK_EXTENSION and solve is not None and solve.due_at is not None:
        return min(at, since + (solve.due_at - since) / 2)
    return at


def _part(chance: random.Random, case: Case, since: datetime, crew: Crew) -> Move | None:
    """The parts of supporting units come before the owner's report: the next thing one of them does."""
    task = next((one for one in case.tasks if one.open), None)
    if task is None or case.state is not State.HANDLING:
        return None
    solve = case.deadline("solve")
    dues = [one.due_at for one in (task.deadline, solve) if one is not None and one.due_at is not None]
    left = max(min(dues, default=since) - since, timedelta())
    reason = None
    if task.state == "asked":
        act, wait = Act.TAKE_TASK, timedelta(minutes=chance.expovariate(1 / TAKE_MINUTES))
        if chance.random() < HANDED_BACK:
            act, reason = Act.HAND_BACK, "hand_back.not_mine"
    else:
        act, wait = Act.FINISH_TASK, timedelta(hours=chance.expovariate(1 / PART_HOURS))
    at = since + min(wait, left * chance.uniform(0.1, 0.5)) + timedelta(seconds=20)
    return Move(at, crew.worker(chance, task.unit), Do(act=act, task=task.n, reason=reason, happened_at=at))


def answer(chance: random.Random, case: Case, n: int, now: datetime, crew: Crew) -> Move | None:
    """How a unit answers an order of supervision; some never do."""
    order = next((one for one in case.orders if one.n == n), None)
    if order is None or order.due_at is None or chance.random() >= ANSWERED:
        return None
    at = max(now, order.issued_at + (order.due_at - order.issued_at) * chance.uniform(0.02, 0.6))
    do = Do(act=Act.ANSWER, order=n, happened_at=at)
    return Move(at, crew.worker(chance, order.unit), do, chance.choice(WORDS[Act.ANSWER]))


def _habit(chance: random.Random, case: Case, city: City, since: datetime) -> tuple[Act, float] | None:
    """The act drawn for the state, or the usual one where it cannot be in this case."""
    if case.state is State.VERIFY_PENDING and case.desk == "refuted":
        return (Act.CANCEL, 20)
    source = city.sources.get(case.source)
    if (
        case.state is State.REPORTED
        and source is not None
        and source.level != "district"
        and chance.random() < ON_THE_SPOT
    ):
        return (Act.SELF_HANDLE, 12)
    drawn = chance.random()
    habits = HABITS.get(case.state, ())
    for act, minutes, share in habits:
        drawn -= share
        if drawn < 0:
            return (act, minutes) if _may(act, case, city, since) else habits[0][:2]
    return None


def _may(act: Act, case: Case, city: City, since: datetime) -> bool:
    """Whether somebody with sense would do it here."""
    solve = case.deadline("solve")
    own = case.owner == city.center  # the center asks nothing of itself
    match act:
        case Act.RETURN:
            row = row_by_id(city, case.row) if case.row else None
            return not case.bound and (row is None or row.may_refuse)
        case Act.ASK_EXTENSION:
            dated = solve is not None and solve.due_at is not None and solve.due_at > since
            return dated and not own and case.extensions == 0 and not case.urgent
        case Act.ASK_SUSPENSION | Act.ESCALATE:
            return not own and not case.urgent
        case _:
            return True


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


def _put_right(chance: random.Random, case: Case, city: City) -> Do | None:
    """Attributes the report left open, and now and then another matter it tells of."""
    kind = city.types.get(case.type or "")
    if kind is None or case.state not in (State.REPORTED, State.ACCEPTED, State.DISPATCHED):
        return None
    unsaid = [city.attributes[code] for code in kind.attributes if code not in case.attributes]
    if unsaid and case.state is not State.DISPATCHED and chance.random() < SAID_LATER:
        return Do(act=Act.DESCRIBE, attributes={one.code: _value(chance, one) for one in unsaid})
    if case.origin is None and not case.offspring and chance.random() < SEVERAL:
        return Do(act=Act.DIVIDE, matters=(Matter(id="", number="", type=chance.choice(list(city.types))),))
    return None


def _value(chance: random.Random, attribute: Attribute) -> Given:
    match attribute.kind:
        case "yes_no":
            return chance.random() < 0.5
        case "choice":
            return chance.choice(attribute.values)
        case "number":
            return chance.randint(attribute.least, attribute.most)


def _at(do: Do, at: datetime) -> Do:
    return msgspec.structs.replace(do, happened_at=at)


def _delay(chance: random.Random, minutes: float, urgent: bool) -> timedelta:
    return timedelta(minutes=chance.expovariate(1 / minutes) / (4 if urgent else 1) + 0.2)


def _done(chance: random.Random, case: Case, city: City, since: datetime, late: bool | None) -> datetime:
    """When the work is done: within hours and within the limit, unless it is late. Some units are late more than others."""
    solve = case.deadline("solve")
    beside = any(one.state == "finished" for one in case.tasks)  # the owner worked while others did their parts
    hours = max(chance.expovariate(1 / WORK_HOURS) / (3 if beside else 1), 0.05)
    if solve is None or solve.due_at is None:
        return since + timedelta(hours=hours)
    left, whole = solve.due_at - since, solve.due_at - solve.started_at
    share = LATE_URGENT if case.urgent else LATE_SHORT if whole <= SHORT else LATE_LONG
    if late is None or case.urgent:
        late = chance.random() < slowness(case.owner) * share
    if late:
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


def _another(chance: random.Random, case: Case, city: City, at: datetime) -> str:
    """A department of that day other than the one that has it."""
    day = at.astimezone(city.calendar.zone).date()
    others = [u.code for u in city.units.values() if u.kind == "department" and u.code != case.owner and stands(u, day)]
    return chance.choice(others or [city.center])

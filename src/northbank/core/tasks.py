"""Lead and support: the parts of other units in a case, in parallel with the owner's own work; joins and hand-backs.

A part has a deadline of its own (stage `support` of the pack's limits). The owner reports back when no part is open.
"""

from collections.abc import Iterable
from datetime import datetime

from northbank.core import deadline as clock
from northbank.core.access import Actor, Role
from northbank.core.case import Case, Task
from northbank.core.case_facts import CaseFact, HandedBack, HelpAsked, HelpRated, TaskFinished, TaskTaken, TaskWithdrawn
from northbank.core.city import City
from northbank.core.doing import Want, told
from northbank.core.moves import Act
from northbank.core.refusal import Refused
from northbank.core.route_reasons import row_today
from northbank.core.routing import refuse_town, row_by_id, stands


def begin(
    city: City, type: str | None, urgent: bool, units: Iterable[str], at: datetime, first: int = 1
) -> tuple[Task, ...]:
    """One part for each unit, numbered from `first`, with the deadline that the pack sets for support."""
    return tuple(
        Task(n, unit, "asked", at, clock.begin(city, type, urgent, "support", at, unit))
        for n, unit in enumerate(dict.fromkeys(units), first)
    )


def ask(want: Want) -> list[CaseFact]:
    """The owner or the center asks one more unit for its part."""
    case, city, unit = want.case, want.city, want.do.unit
    found = city.units.get(unit or "")
    if unit is None or found is None or not stands(found, want.at.astimezone(city.calendar.zone).date()):
        raise Refused("unknown_unit", unit=unit)
    check_town(city, case, unit)
    if unit == case.owner or any(one.unit == unit and one.open for one in case.tasks):
        raise Refused("helps_already", unit=found.name)
    [task] = begin(city, case.type, case.urgent, (unit,), want.at, len(case.tasks) + 1)
    return [HelpAsked(**told(want.do), task=task)]


def check_town(city: City, case: Case, unit: str) -> None:
    """Refuse to give a case, or a part of it, to a town where the level above took the matter back. `unit` exists."""
    row = row_by_id(city, case.row) if case.row else None
    if (taken_back := refuse_town(city, row or row_today(city, case), city.units[unit])) is not None:
        raise taken_back


def take(want: Want) -> list[CaseFact]:
    """The supporting unit takes its part on."""
    task = _mine(want)
    if task.state != "asked":
        raise Refused("task_state", task=task.n, state=task.state)
    return [TaskTaken(**told(want.do), n=task.n)]


def finish(want: Want) -> list[CaseFact]:
    """The supporting unit has done its part."""
    return [TaskFinished(**told(want.do), n=_mine(want).n)]


def hand_back(want: Want) -> list[CaseFact]:
    """The supporting unit says that it is not its to do."""
    return [HandedBack(**told(want.do), n=_mine(want).n)]


def withdraw(want: Want) -> list[CaseFact]:
    """The owner or the center needs the part no more."""
    return [TaskWithdrawn(**told(want.do), n=_open(want.case, want.do.task, None).n)]


def rate(want: Want) -> list[CaseFact]:
    """The town says how a unit helped (two-way appraisal of towns and departments)."""
    case, do = want.case, want.do
    units = {*case.support, case.owner} - {None, want.actor.unit}
    unit = do.unit or next(iter(case.support), case.owner)
    if unit not in units:
        raise Refused("did_not_help", unit=unit)
    if do.score is None:
        raise Refused("score_needed")
    return [HelpRated(**told(do), unit=str(unit), score=do.score)]


def open_to(act: Act, case: Case, actor: Actor) -> tuple[Task, ...]:
    """The open parts that `actor` may take on, finish, hand back or withdraw."""
    any_unit = act is Act.WITHDRAW_TASK or actor.role in (Role.ADMIN, Role.DUTY_OFFICER)
    states = ("asked",) if act is Act.TAKE_TASK else ("asked", "taken")
    return tuple(one for one in case.tasks if one.state in states and (any_unit or one.unit == actor.unit))


def hindrance(act: Act, case: Case, actor: Actor) -> Refused | None:
    """Why the actor can do nothing of the kind to any part; None when there is one."""
    if open_to(act, case, actor):
        return None
    taken = open_to(Act.FINISH_TASK, case, actor) if act is Act.TAKE_TASK else ()
    return Refused("task_state", task=taken[0].n, state="taken") if taken else Refused("no_task", task="-")


def refuse_open(case: Case, city: City) -> None:
    """Refuse to report a case as solved while a supporting unit still works on its part."""
    waiting = [city.units[one.unit].name if one.unit in city.units else one.unit for one in case.tasks if one.open]
    if waiting:
        raise Refused("support_open", unit=waiting[0], more=len(waiting) - 1)


def _mine(want: Want) -> Task:
    above = want.actor.role in (Role.ADMIN, Role.DUTY_OFFICER)
    return _open(want.case, want.do.task, None if above else want.actor.unit)


def _open(case: Case, n: int | None, unit: str | None) -> Task:
    """The open part of that number, or the first; of `unit` alone where one is given."""
    for one in case.tasks:
        if one.open and n in (None, one.n) and unit in (None, one.unit):
            return one
    raise Refused("no_task", task=n if n is not None else "-")

"""Who held a case for how long: each stretch of its life belongs to one unit, and what is returned is the returner's.

Pure sums over the history of a case, for metrics and for people who ask. What a return does to a clock is in amend.py.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

import msgspec

from northbank.core.case import Case
from northbank.core.city import City
from northbank.core.localtime import micros
from northbank.core.office import calendar_of, office_of
from northbank.core.refusal import Refused
from northbank.core.worktime import measure

# With whom a case is, by its state. Any other state: with the center.
WITH_OWNER = frozenset({
    "dispatched", "signed", "handling", "rework", "extension_requested", "suspension_requested",
})  # fmt: skip
WITH_NOBODY = frozenset({"suspended"})  # the only state in which no clock runs
OVER = frozenset({"closed", "rated", "archived", "rejected", "cancelled", "merged"})


class Held(msgspec.Struct, frozen=True, gc=False):
    """One stretch in which `unit` had the case. until: None while it still has it.

    ended: the state that ended it ("returned": it is charged to the returner), "" while it still has it.
    elapsed: microseconds. worked: those of them in the unit's own office hours, None where a calendar is missing.
    """

    unit: str
    since: datetime
    until: datetime | None
    ended: str
    elapsed: int
    worked: int | None


class Charged(msgspec.Struct, frozen=True, gc=False):
    """All that is charged to one unit: how often it had the case and returned it, and the time, in microseconds.

    worked, returned_worked: in its own office hours; None where a calendar is missing for any part of it.
    """

    unit: str
    times: int = 0
    returns: int = 0
    elapsed: int = 0
    worked: int | None = 0
    returned_elapsed: int = 0
    returned_worked: int | None = 0


def holder(case: Case, city: City) -> str | None:
    """The unit that has the case now; None while it is suspended or over."""
    state = case.state.value
    if state in WITH_NOBODY or state in OVER:
        return None
    return case.owner if state in WITH_OWNER else city.center


def held(steps: Iterable[tuple[datetime, Case]], city: City, now: datetime) -> tuple[Held, ...]:
    """The stretches of a case's life in order. steps: when each of its facts happened, and the case after it.

    The stretches do not overlap; the only gaps are suspensions and the time between an end and a reopening.
    """
    return tuple(_stretches(steps, city, now))


def _stretches(steps: Iterable[tuple[datetime, Case]], city: City, now: datetime) -> Iterator[Held]:
    unit: str | None = None
    since = last = None
    before = ""
    for at, case in steps:
        last = at if last is None else max(at, last)  # facts may be told late; time does not run backward
        found, state, was = holder(case, city), case.state.value, before
        before = state
        # what the center itself had dispatched to it and returns stays with it, and counts as a return all the same
        if found == unit and not (state == "returned" and was in WITH_OWNER):
            continue
        if unit is not None and since is not None:
            yield _held(city, unit, since, last, state)
        unit, since = found, last
    if unit is not None and since is not None:
        yield _held(city, unit, since, max(now, since), "")


def _held(city: City, unit: str, since: datetime, until: datetime, ended: str) -> Held:
    start, end = micros(since), micros(until)
    try:
        worked = measure(calendar_of(city, office_of(city, unit)), "working_hour", start, end)
    except Refused:
        worked = None
    return Held(unit, since, until if ended else None, ended, end - start, worked)


def charges(stretches: Iterable[Held]) -> dict[str, Charged]:
    """What is charged to each unit, by its code."""
    found: dict[str, Charged] = {}
    for one in stretches:
        so_far = found.get(one.unit, Charged(one.unit))
        back = one.ended == "returned"
        found[one.unit] = Charged(
            one.unit,
            times=so_far.times + 1,
            returns=so_far.returns + back,
            elapsed=so_far.elapsed + one.elapsed,
            worked=_plus(so_far.worked, one.worked),
            returned_elapsed=so_far.returned_elapsed + one.elapsed * back,
            returned_worked=_plus(so_far.returned_worked, one.worked) if back else so_far.returned_worked,
        )
    return found


def _plus(a: int | None, b: int | None) -> int | None:
    return None if a is None or b is None else a + b


def total(stretches: Iterable[Held]) -> timedelta:
    """How long units have had the case, all together."""
    return timedelta(microseconds=sum(one.elapsed for one in stretches))

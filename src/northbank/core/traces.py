"""What a case leaves behind for those who look for patterns: its trace, and each time what it is was corrected.

Made from folded cases and from histories of any position; shell/store/sql/metrics.sql reads the same traces off the case view.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import msgspec

from northbank.core.case import Case
from northbank.core.case_facts import Described, Retyped, Routed, Unrouted
from northbank.core.city import City, Unit5
from northbank.core.evolve import evolve
from northbank.core.journal import Entry
from northbank.core.localtime import micros
from northbank.core.metrics import Span
from northbank.core.office import calendar_of
from northbank.core.refusal import Refused
from northbank.core.standing import ended_well
from northbank.core.worktime import measure


class Trace(msgspec.Struct, frozen=True, gc=False):
    """One case. unit: its owner. done: it ended with work done. started_at, due_at, met_at: of the solving deadline, counted
    in `clock` by the hours of `office`. turns: returns, reworks and suspensions. reporter, reported_at: who made it and when;
    of a case that was split off, who split it off, and when."""

    id: str
    unit: str
    solver: str | None
    reporter: str
    type: str | None
    lon: float | None
    lat: float | None
    reported_at: datetime
    closed_at: datetime | None
    done: bool
    started_at: datetime | None
    due_at: datetime | None
    met_at: datetime | None
    clock: Unit5 | None
    office: str
    turns: int
    proven: bool
    changed_at: datetime

    def touches(self, span: Span) -> bool:
        """Whether it was solved, ended, or last touched inside a period."""
        return any(span.holds(at) for at in (self.met_at, self.closed_at, self.changed_at))


class Correction(msgspec.Struct, frozen=True):
    """A case got another type than it had, or other attributes. unit, later_unit: the owner before and after; longer: it is
    due later now."""

    case: str
    at: datetime
    by: str
    unit: str
    later_unit: str
    longer: bool

    @property
    def gains(self) -> bool:
        """Whether the unit that had the case was better off: more time, or rid of it."""
        return self.longer or self.later_unit != self.unit


def trace(case: Case) -> Trace:
    """The trace of a folded case."""
    one = case.deadline("solve")
    pauses = sum(change.why == "suspended" for change in one.amended) if one is not None else 0
    spot = case.spot
    made_by, made_at = (
        (case.origin.by, case.origin.at) if case.origin is not None else (case.reporter, case.reported_at)
    )
    return Trace(
        id=case.id, unit=case.owner or "", solver=case.solver, reporter=made_by, type=case.type,
        lon=spot.lon if spot else None, lat=spot.lat if spot else None, reported_at=made_at,
        closed_at=case.closed_at, done=ended_well(case), started_at=one.started_at if one else None,
        due_at=one.due_at if one else None, met_at=one.met_at if one else None, clock=one.unit if one else None,
        office=one.office if one else "", turns=case.returns + case.reworks + pauses, proven=case.evidence, changed_at=case.changed_at,
    )  # fmt: skip


def share_left(one: Trace, city: City) -> float | None:
    """What was left of the time to solve it when it was solved, on the deadline's own clock: 1 at once, 0 at the last moment.

    None where it was late or is not solved, or no calendar tells it.
    """
    if (
        one.started_at is None
        or one.due_at is None
        or one.met_at is None
        or one.clock is None
        or one.met_at > one.due_at
    ):
        return None
    try:
        calendar = calendar_of(city, one.office)
        end = micros(one.due_at)
        whole = measure(calendar, one.clock, micros(one.started_at), end)
        left = measure(calendar, one.clock, micros(one.met_at), end)
    except (Refused, KeyError):
        return None
    return min(left / whole, 1.0) if whole > 0 else None


def corrections(history: Sequence[Entry[Any]]) -> list[Correction]:
    """Each correction of type or attributes in the whole history of one case.

    What was missing is none: the first type, and attributes without which no row of the routing library would take the case.
    """
    found: list[Correction] = []
    case: Case | None = None
    for n, entry in enumerate(history):
        before, case = case, evolve(case, entry, entry.data)
        if before is None or not _corrects(before, entry.data):
            continue
        after = _routed(case, history[n + 1 :])
        had, has = before.deadline("solve"), after.deadline("solve")
        longer = had is not None and has is not None and _later(had.due_at, has.due_at)
        at = entry.data.happened_at or entry.at
        found.append(Correction(before.id, at, entry.actor, before.owner or "", after.owner or "", longer))
    return found


def _corrects(before: Case, fact: object) -> bool:
    match fact:
        case Retyped():
            return before.type not in (None, fact.type)
        case Described():
            return before.row is not None
        case _:
            return False


def _routed(case: Case, rest: Iterable[Entry[Any]]) -> Case:
    """The case after the routing that belongs to what it is now."""
    for entry in rest:
        if not isinstance(entry.data, Routed | Unrouted):
            return case
        case = evolve(case, entry, entry.data)
    return case


def _later(before: datetime | None, after: datetime | None) -> bool:
    return before is not None and after is not None and after > before

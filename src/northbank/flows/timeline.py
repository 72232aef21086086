"""The history of a case as people read it: one step for each entry, with what belongs to it. No reading, no deciding."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import msgspec

from northbank.core.case import Case, Sealed
from northbank.core.case_facts import (
    Described,
    Dispatched,
    Divided,
    Extended,
    HelpAsked,
    Joined,
    Merged,
    Ordered,
    Parted,
    Recurred,
    Reported,
    Retyped,
    Step,
)  # fmt: skip
from northbank.core.city import Given
from northbank.core.journal import Entry, Fact, kind_of


class Linked(msgspec.Struct, frozen=True):
    """Another case, one the actor may see."""

    id: str
    number: str
    state: str
    type: str | None


class PhotoRef(msgspec.Struct, frozen=True):
    """A photo in the vault."""

    id: str
    url: str


class Said(msgspec.Struct, frozen=True, omit_defaults=True):
    """An attribute that a step changed. None: the case does not say it."""

    code: str
    before: Given | None = None
    after: Given | None = None


class TimelineStep(msgspec.Struct, frozen=True, omit_defaults=True):
    """One entry of a case's history. seconds: how long after the step before it. note: words, if they may be read.

    unit: whom the step concerns beside the owner: of a part, an order, a rating, or where it was sent up to. support: units
    asked for their part. order: kind of an order. amount: in `measure`, a unit of time. basis: the routing row cited.
    other: the case merged or come back, or split off from, if the actor may see it; others: those split off.
    days, meters: how long ago and how far away the other one was. said: attributes that changed.
    """

    position: int
    version: int
    what: str
    at: datetime
    recorded_at: datetime
    actor: str
    pack: str
    rule: str | None = None
    reason: str | None = None
    note: str | None = None
    note_erased: bool = False
    photos: list[PhotoRef] = []
    basis: str | None = None
    owner: str | None = None
    unit: str | None = None
    support: tuple[str, ...] = ()
    order: str | None = None
    outcome: str | None = None
    result: str | None = None
    score: int | None = None
    amount: int | None = None
    measure: str | None = None
    until: datetime | None = None
    other: Linked | None = None
    others: list[Linked] = []
    said: list[Said] = []
    days: int | None = None
    meters: int | None = None
    ended: bool | None = None
    stage: str | None = None
    why: str | None = None
    type: str | None = None
    grid: str | None = None
    due_at: datetime | None = None
    seconds: int = 0


def photo_refs(case: Case, photos: Iterable[Sealed]) -> list[PhotoRef]:
    """Where the photos can be fetched."""
    return [PhotoRef(one.id, f"/api/v1/cases/{case.id}/photos/{one.id}") for one in photos]


def other_of(fact: Fact) -> str | None:
    """Id of the other case a fact speaks of."""
    match fact:
        case Merged():
            return fact.parent
        case Joined() | Parted():
            return fact.child
        case Recurred():
            return fact.of
        case Reported() if fact.origin is not None:
            return fact.origin.case
        case _:
            return None


def timeline(
    entries: list[Entry[Any]], case: Case, opened: Mapping[str, bytes] | None, linked: Mapping[str, Linked]
) -> list[TimelineStep]:
    """The steps in order. opened: words by id, None where the actor may not read any. linked: cases that may be seen."""
    steps: list[TimelineStep] = []
    before: datetime | None = None
    known: dict[str, Given] = {}
    for entry in entries:
        at = entry.data.happened_at or entry.at
        seconds = int((at - before).total_seconds()) if before else 0
        said = changed(entry.data, known)
        known = {
            code: value for code, value in (known | {one.code: one.after for one in said}).items() if value is not None
        }
        steps.append(_step(entry, at, seconds, case, opened, linked, said))
        before = at
    return steps


def changed(fact: Fact, known: Mapping[str, Given]) -> list[Said]:
    """The attributes that a fact changes from what was known before it."""
    match fact:
        case Reported():
            return [Said(code, None, value) for code, value in fact.attributes.items()]
        case Described():
            return [Said(code, known.get(code), value) for code, value in fact.attributes.items()]
        case Retyped():
            return [Said(code, known.get(code), None) for code in fact.dropped]
        case _:
            return []


def _step(
    entry: Entry[Any], at: datetime, seconds: int, case: Case, opened: Mapping[str, bytes] | None,
    linked: Mapping[str, Linked], said: list[Said],
) -> TimelineStep:  # fmt: skip
    fact: Fact = entry.data
    note = fact.note if isinstance(fact, Step) else None
    text = opened.get(note.id) if note and opened is not None else None
    photos = photo_refs(case, fact.photos) if isinstance(fact, Step) and opened is not None else []
    spot = getattr(fact, "spot", None)
    plain: dict[str, Any] = {name: getattr(fact, name, None) for name in _PLAIN}
    return TimelineStep(
        position=entry.position, version=entry.version, what=kind_of(fact), at=at, recorded_at=entry.at,
        actor=entry.actor, pack=entry.pack, rule=entry.rule, note=text.decode() if text else None,
        note_erased=opened is not None and note is not None and text is None, photos=photos,
        other=linked.get(other_of(fact) or ""), said=said,
        others=[linked[one] for one in fact.into if one in linked] if isinstance(fact, Divided) else [], grid=spot.grid if spot else None, seconds=seconds,
        **plain, **_more(fact, case),
    )  # fmt: skip


_PLAIN = (
    "reason", "basis", "owner", "outcome", "result", "score", "until", "days", "meters", "ended", "stage", "why", "type",
)  # fmt: skip


def _more(fact: Fact, case: Case) -> dict[str, Any]:
    """What does not stand in the fact under the name the step has for it."""
    found: dict[str, Any] = {
        "unit": getattr(fact, "unit", None) or getattr(fact, "to", None), "due_at": getattr(fact, "due_at", None),
        "amount": getattr(fact, "amount", None), "measure": None, "order": None,
    }  # fmt: skip
    number = getattr(fact, "n", None) or getattr(fact, "task", None)
    match fact:
        case Dispatched():
            found["support"] = tuple(one.unit for one in fact.tasks)
        case HelpAsked(task=task) if task is not None:
            found |= {"unit": task.unit, "due_at": task.deadline.due_at if task.deadline is not None else None}
        case Ordered(order=order) if order is not None:
            found |= {"unit": order.unit, "order": order.kind, "due_at": order.due_at}
        case Extended() if fact.begun:
            last = fact.begun[-1].amended[-1:]
            found |= {"amount": last[0].amount if last else None, "due_at": fact.begun[-1].due_at}
        case _ if isinstance(number, int):
            found["unit"] = _unit_of(fact, number, case)
    if found["amount"] is not None and (solve := case.deadline("solve")) is not None:
        found["measure"] = solve.unit
    return found


def _unit_of(fact: Fact, number: int, case: Case) -> str | None:
    """The unit of the part or the order with this number."""
    if kind_of(fact) in ("answered", "lapsed"):
        return next((one.unit for one in case.orders if one.n == number), None)
    if kind_of(fact) in ("look_back_due", "looked_back"):
        return None
    part = case.task(number)
    return part.unit if part is not None else None

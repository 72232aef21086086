"""An act as the rules need it, and the circumstances it is decided in. What follows from it is handling.py."""

from datetime import datetime
from typing import Any

import msgspec

from northbank.core.access import Actor
from northbank.core.case import Case, Sealed
from northbank.core.city import City, Given
from northbank.core.moves import Act


class Matter(msgspec.Struct, frozen=True, kw_only=True):
    """A matter that a report tells of besides its first. id, number: of the case it becomes. Without a point: where the report is.

    note: what of the words is meant, sealed in the vault under the same subject.
    """

    id: str
    number: str
    type: str
    lon: float | None = None
    lat: float | None = None
    attributes: dict[str, Given] = {}
    note: Sealed | None = None


class Do(msgspec.Struct, frozen=True, kw_only=True):
    """An act as the rules need it. reason: code of the pack's list; note, photos: already sealed in the vault.

    support: units asked for their part with a dispatch. task: number of a supporting unit's part. order: number of an order.
    amount: of the solving deadline's own unit. until: when to look again. score: 1 to 5. into: id of the case merged into.
    basis: id of the routing row cited. version: refuse if the case has moved on.
    attributes: corrected or completed; None takes one away. matters: each becomes a case of its own.
    """

    act: Act
    reason: str | None = None
    note: Sealed | None = None
    photos: tuple[Sealed, ...] = ()
    unit: str | None = None
    support: tuple[str, ...] | None = None
    lon: float | None = None
    lat: float | None = None
    type: str | None = None
    outcome: str | None = None
    task: int | None = None
    order: int | None = None
    amount: int | None = None
    until: datetime | None = None
    score: int | None = None
    into: str | None = None
    basis: str | None = None
    attributes: dict[str, Given | None] = {}
    matters: tuple[Matter, ...] = ()
    version: int | None = None
    happened_at: datetime | None = None


class Want(msgspec.Struct, frozen=True, gc=False):
    """An act in its circumstances. at: when it happened; now: when it is decided; other: the case it is merged into."""

    do: Do
    case: Case
    city: City
    actor: Actor
    at: datetime
    now: datetime
    other: Case | None = None


def told(do: Do) -> dict[str, Any]:
    """What every step keeps of the act, whatever it is: when, why, words and photos, the rule cited."""
    return {
        "happened_at": do.happened_at, "reason": do.reason, "note": do.note, "photos": do.photos, "basis": do.basis,
    }  # fmt: skip

"""What was when: a position or a time in the past, and the fold of a case stopped there. Nothing here reads or writes."""

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Any

import msgspec

from northbank.core.case import Case
from northbank.core.city import City, Name
from northbank.core.evolve import evolve
from northbank.core.journal import Entry
from northbank.core.refusal import Refused

_POSITION = re.compile(r"[0-9]{1,18}")


class Then(msgspec.Struct, frozen=True):
    """A point of the past: the last position that counts, and the moment that is looked at."""

    position: int
    at: datetime


def read_as_of(text: str) -> int | datetime:
    """A journal position, or a time with its zone (RFC 3339). Raises Refused("invalid")."""
    if _POSITION.fullmatch(text):
        return int(text)
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None or not 1900 <= found.year < 2200:
        raise Refused("invalid", why="as_of: a journal position, or a time with its zone such as 2026-05-01T00:00:00Z")
    return found.astimezone(UTC)


def fold_until(entries: Iterable[Entry[Any]], position: int) -> Case | None:
    """The case of one stream as it was at a position; None where it had not begun."""
    case: Case | None = None
    for entry in entries:
        if entry.position > position:
            break
        case = evolve(case, entry, entry.data)
    return case


class Place(msgspec.Struct, frozen=True):
    """An area as it was called on a day, and the official code that it bore."""

    code: str
    name: Name
    division: str | None


def places_then(city: City, case: Case, day: date) -> list[Place]:
    """The areas of a case from the grid up, on a day."""
    found, code = [], case.spot.grid if case.spot is not None else None
    while code is not None and (area := city.areas.get(code)) is not None:
        found.append(Place(area.code, area.name, city.division(area.code, day)))
        code = area.parent
    return found

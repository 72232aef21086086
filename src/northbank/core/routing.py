"""Who gets a case: the first row of the routing library that fits its type and level, and the unit the row means.

Only reads the city; whether a case may be accepted or dispatched is decided in case.py.
"""

from datetime import date, datetime

import msgspec

from northbank.core.city import City, Name, Route, Unit


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """A row that fits, the owner it means here, and why it was or was not taken."""

    row: Route
    owner: str | None
    taken: bool
    why: Name


def fits(pattern: str, type: str | None) -> bool:
    """Whether a library row's `types` (codes, `prefix*` or `*`, by spaces) take in `type`; no type fits only `*`."""
    for part in pattern.split():
        if part == "*" or part == type:
            return True
        if part.endswith("*") and type is not None and type.startswith(part[:-1]):
            return True
    return False


def route(city: City, type: str | None, level: str, at: datetime) -> Route | None:
    """The first row in order that fits, whose owner exists on the local day of `at`; None: the duty desk decides."""
    day: date | None = None
    for row in _rows(city, type, level):
        unit = city.units.get(row.owner)
        if unit is None:
            if row.owner.startswith("@"):
                return row
            continue
        if unit.valid_from is None and unit.valid_to is None:
            return row
        day = day or at.astimezone(city.calendar.zone).date()
        if stands(unit, day):
            return row
    return None


def stands(unit: Unit, day: date) -> bool:
    """Whether the unit exists on `day`."""
    return (unit.valid_from is None or unit.valid_from <= day) and (unit.valid_to is None or day < unit.valid_to)


def owner_of(city: City, row: Route, town: str | None, at: datetime | None = None) -> str | None:
    """The unit the row gives a case in `town` to; with `at`, only one that exists on that local day."""
    return resolve(city, row.owner, town, at)


def escalation_of(city: City, row: Route, town: str | None, at: datetime | None = None) -> str | None:
    """The unit that takes over what the owner may not or cannot solve."""
    return resolve(city, row.escalate_to, town, at)


def support_of(city: City, row: Route, town: str | None, at: datetime | None = None) -> tuple[str, ...]:
    """The units that help the owner of a case in `town`: each once, never the owner, only those that exist on the day."""
    owner = owner_of(city, row, town, at)
    found = (resolve(city, one, town, at) for one in row.support)
    return tuple(dict.fromkeys(code for code in found if code is not None and code != owner))


def resolve(city: City, owner: str, town: str | None, at: datetime | None = None) -> str | None:
    """The unit that `owner` (a code, `@town` or `@center`) means in `town`; None where there is no such unit."""
    day = None if at is None else at.astimezone(city.calendar.zone).date()
    match owner:
        case "@center":
            code: str | None = city.center
        case "@town":
            code = _town_center(city, town, day)
        case _:
            code = owner
    unit = city.units.get(code) if code is not None else None
    if unit is None or (day is not None and not stands(unit, day)):
        return None
    return unit.code


def candidates(
    city: City, type: str | None, level: str, at: datetime, town: str | None = None
) -> tuple[Candidate, ...]:
    """All rows that fit, best first, to answer "why did this come to me"."""
    taken = route(city, type, level, at)
    found = []
    for row in _rows(city, type, level):
        owner = owner_of(city, row, town, at)
        if row is taken:
            why = Name(
                zh="第一条适用且承办单位存在的规则", en="The first row that fits and whose owner exists on that day"
            )
        elif owner is None:
            why = Name(zh="当日没有该承办单位", en="Its owner does not exist on that day")
        else:
            why = Name(zh="排在后面", en="It comes later in the library")
        found.append(Candidate(row=row, owner=owner, taken=row is taken, why=why))
    return tuple(found)


def row_by_id(city: City, id: str) -> Route | None:
    """The row of that id, or None where the library no longer has it."""
    rows: dict[str, Route] = city.memo("routes_by_id", lambda: {row.id: row for row in city.routes})
    return rows.get(id)


def _rows(city: City, type: str | None, level: str) -> tuple[Route, ...]:
    known: dict[tuple[str | None, str], tuple[Route, ...]] = city.memo("routing", dict)
    rows = known.get((type, level))
    if rows is None:
        rows = tuple(r for r in city.routes if r.level in ("*", level) and fits(r.types, type))
        if type is None or type in city.types:  # what is not in the catalog could be endless
            known[type, level] = rows
    return rows


def _town_center(city: City, town: str | None, day: date | None) -> str | None:
    centers: dict[str, tuple[Unit, ...]] = city.memo("town_centers", lambda: _centers(city))
    for _ in city.areas:  # a merged town is looked after by the center of what it was merged into
        if town is None:
            return None
        for unit in centers.get(town, ()):
            if day is None or stands(unit, day):
                return unit.code
        area = city.areas.get(town)
        town = area.successor if area else None
    return None


def _centers(city: City) -> dict[str, tuple[Unit, ...]]:
    found: dict[str, tuple[Unit, ...]] = {}
    for unit in city.units.values():
        if unit.kind == "town_center" and unit.area is not None:
            found[unit.area] = (*found.get(unit.area, ()), unit)
    return found

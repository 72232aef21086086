"""Who gets a case: the first row of the routing library whose conditions hold, and the unit the row means.

Only reads the city; whether a case may be accepted or dispatched is decided in case.py. What a cell asks is read in
conditions.py; why a row was taken is told in route_reasons.py, and faults of the library are found in route_faults.py.
"""

from collections.abc import Mapping
from datetime import date, datetime
from types import MappingProxyType

import msgspec

from northbank.core.city import City, Given, Name, Route, Unit
from northbank.core.conditions import Ask, Times, place_holds, read_asks, read_times
from northbank.core.refusal import Refused

NOTHING: Mapping[str, Given] = MappingProxyType({})


class Tested(msgspec.Struct, frozen=True, gc=False):
    """A row with its cells read. plain: nothing beyond type and level is asked, and its owner stands on every day.

    grids: where it holds (None: everywhere). unit: its owner, None for `@town` and where there is none.
    """

    row: Route
    plain: bool
    grids: frozenset[str] | None
    asks: tuple[Ask, ...]
    times: Times | None
    unit: Unit | None


def fits(pattern: str, type: str | None) -> bool:
    """Whether a library row's `types` (codes, `prefix*` or `*`, by spaces) take in `type`; no type fits only `*`."""
    for part in pattern.split():
        if part == "*" or part == type:
            return True
        if part.endswith("*") and type is not None and type.startswith(part[:-1]):
            return True
    return False


def route(
    city: City, type: str | None, level: str, at: datetime, grid: str | None = None, *, urgent: bool = False,
    source: str | None = None, attributes: Mapping[str, Given] = NOTHING,
) -> Route | None:  # fmt: skip
    """The first row in order whose conditions hold and whose owner exists on the local day of `at`.

    None: the duty desk decides. grid: the smallest area of the place. Raises Refused (no_calendar) where the answer hangs
    on the calendar of a year that the pack does not know.
    """
    local: datetime | None = None
    for one in _rows(city, type, level):
        if one.plain:
            return one.row
        if one.grids is not None and grid not in one.grids:
            continue
        if one.asks and not all(ask.holds(given(ask.code, urgent, source, attributes)) for ask in one.asks):
            continue
        local = local or at.astimezone(city.calendar.zone)
        day = local.date()
        if one.times is not None and not one.times.holds(city.calendar, day, local.hour * 60 + local.minute):
            continue
        if owner_stands(city, one, grid, day):
            return one.row
    return None


def given(code: str, urgent: bool, source: str | None, attributes: Mapping[str, Given]) -> Given | None:
    """The value of an attribute of a report; None where it was not said."""
    if code == "urgent":
        return urgent
    return source if code == "source" else attributes.get(code)


def owner_stands(city: City, one: Tested, grid: str | None, day: date) -> bool:
    """Whether the row's owner exists on `day`; without a place `@town` is taken to."""
    if one.unit is not None:
        return stands(one.unit, day)
    if one.row.owner != "@town":
        return False
    return grid is None or town_center(city, city.above(grid, "town"), day) is not None


def tested(city: City) -> tuple[Tested, ...]:
    """The library with its cells read, in order."""
    found: tuple[Tested, ...] = city.memo("routing_tests", lambda: tuple(_test(city, row) for row in city.routes))
    return found


def _test(city: City, row: Route) -> Tested:
    unit = city.units.get(city.center if row.owner == "@center" else row.owner)
    always = _always(unit) if unit is not None else row.owner == "@town" and _towns_always(city)
    times = read_times(row.time, {period.code: period.when for period in city.periods.values()})
    asks = read_asks(row.attributes, city.attributes, city.sources)
    grids = grids_of(city, row.place)
    plain = always and times is None and not asks and grids is None
    return Tested(row, plain, grids, asks, times, unit)


def grids_of(city: City, cell: str) -> frozenset[str] | None:
    """The smallest areas that a `place` cell takes in; None: everywhere."""
    if cell.strip() in ("", "*"):
        return None
    return frozenset(code for code in city.areas if place_holds(city, cell, code))


def _always(unit: Unit) -> bool:
    return unit.valid_from is None and unit.valid_to is None


def _towns_always(city: City) -> bool:
    """Whether every town with ground has a center of its own without dates: then `@town` need not be looked up."""

    def build() -> bool:
        centers = _centers_of(city)
        towns = {city.above(code, "town") for code, area in city.areas.items() if area.level == "grid"}
        return all(town is not None and any(_always(unit) for unit in centers.get(town, ())) for town in towns)

    found: bool = city.memo("towns_always", build)
    return found


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
    always: dict[tuple[str, str | None], str] = city.memo("owners_always", dict)
    code = always.get((owner, town))
    if code is not None:
        return code
    day = None if at is None else at.astimezone(city.calendar.zone).date()
    match owner:
        case "@center":
            code = city.center
        case "@town":
            code = town_center(city, town, day)
        case _:
            code = owner
    unit = city.units.get(code) if code is not None else None
    if unit is None or (day is not None and not stands(unit, day)):
        return None
    if _always(unit) and (owner != "@town" or _centers_of(city).get(town or "", (None,))[0] is unit):
        always[owner, town] = unit.code
    return unit.code


def refuse_town(city: City, row: Route | None, unit: Unit) -> Refused | None:
    """Why a matter may not be dispatched to `unit`: the level above took it back from the towns. The row is cited."""
    if row is None or row.duty_list != "taken_back" or unit.kind != "town_center":
        return None
    says = next((one for one in (row.basis, row.note) if one.zh or one.en), Name(row.id, row.id))
    return Refused("taken_back", row=row.id, unit=unit.code, basis=says)


def row_by_id(city: City, id: str) -> Route | None:
    """The row of that id, or None where the library no longer has it."""
    rows: dict[str, Route] = city.memo("routes_by_id", lambda: {row.id: row for row in city.routes})
    return rows.get(id)


def _rows(city: City, type: str | None, level: str) -> tuple[Tested, ...]:
    known: dict[tuple[str | None, str], tuple[Tested, ...]] = city.memo("routing", dict)
    rows = known.get((type, level))
    if rows is None:
        rows = tuple(r for r in tested(city) if r.row.level in ("*", level) and fits(r.row.types, type))
        if type is None or type in city.types:  # what is not in the catalog could be endless
            known[type, level] = rows
    return rows


def town_center(city: City, town: str | None, day: date | None) -> str | None:
    """Code of the unit that looks after `town` on `day` (None: whenever); a merged town has that of its successor."""
    centers = _centers_of(city)
    for _ in city.areas:  # a merged town is looked after by the center of what it was merged into
        if town is None:
            return None
        for unit in centers.get(town, ()):
            if day is None or stands(unit, day):
                return unit.code
        area = city.areas.get(town)
        town = area.successor if area else None
    return None


def _centers_of(city: City) -> dict[str, tuple[Unit, ...]]:
    found: dict[str, tuple[Unit, ...]] = city.memo("town_centers", lambda: _centers(city))
    return found


def _centers(city: City) -> dict[str, tuple[Unit, ...]]:
    found: dict[str, tuple[Unit, ...]] = {}
    for unit in city.units.values():
        if unit.kind == "town_center" and unit.area is not None:
            found[unit.area] = (*found.get(unit.area, ()), unit)
    return found

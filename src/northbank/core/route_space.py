"""The routing library as an ordered decision table: which cases there can be, cut into as few classes as its rows tell apart.

Sources, urgency, places, moments and attributes become finite dimensions; a row becomes a union of boxes over them, once by
its conditions and once with the days on which its owner exists. Faults are looked for in route_faults.py.
"""

from bisect import bisect_right
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import msgspec

from northbank.core.city import CaseType, City, Given
from northbank.core.conditions import OWN_ATTRIBUTES, Times
from northbank.core.decision_table import Box, Boxes, Outcome, bits, decide
from northbank.core.routing import Tested, fits, stands, tested, town_center
from northbank.core.worktime import DAY, Spans

Atom = Any  # one class of a dimension, by its smallest member: a source, yes or no, a grid, a moment, a value


class Moment(msgspec.Struct, frozen=True, order=True):
    """A local minute. The order is the order of telling: plain days before special ones, Monday first."""

    special: bool
    weekday: int
    minute: int
    day: date


class Problem(msgspec.Struct, frozen=True):
    """The table of the types that the same rows fit. atoms: the classes of each dimension of `names`, smallest member each.

    fit: boxes of each row by its conditions; stand: on the days of its owner. shown: the dimensions that rows tell apart.
    dated: whether an owner does not exist on every day.
    """

    types: list[str]
    rows: tuple[Tested, ...]
    names: tuple[str, ...]
    atoms: tuple[tuple[Atom, ...], ...]
    fit: tuple[Boxes, ...]
    stand: tuple[Boxes, ...]
    outcome: Outcome
    shown: frozenset[str]
    dated: bool


class Space:
    """What the rows of a city tell apart."""

    def __init__(self, city: City) -> None:
        self.city, self.rows = city, tested(city)
        self.sources = tuple(city.sources)
        self.towns = _dated_towns(city)
        self.grids, self._where = self._places()
        self.moments, self._when, self._units, self._centers = self._times()
        self.owners = {one.row.id: tuple(self._owner(one)) for one in self.rows}

    def problems(self) -> list[Problem]:
        """One table for each set of types that the same rows fit in the same way, in the catalog's order."""
        found: dict[object, Problem] = {}
        for kind in self.city.types.values():
            rows = tuple(one for one in self.rows if fits(one.row.types, kind.code))
            asked = tuple(sorted({ask.code for one in rows for ask in one.asks} - set(OWN_ATTRIBUTES)))
            key = (tuple(one.row.id for one in rows), kind.urgent, tuple(code in kind.attributes for code in asked))
            if key in found:
                found[key].types.append(kind.code)
            else:
                found[key] = self._problem(kind, rows, asked)
        return list(found.values())

    def at(self, moment: Moment) -> datetime:
        """A moment as the rest of the program knows it."""
        local = datetime.combine(moment.day, time(moment.minute // 60, moment.minute % 60), self.city.calendar.zone)
        return local.astimezone(UTC)

    def when(self, cell: str) -> bool:
        """Whether the moments of a `time` cell ever come."""
        return bool(self._when[cell])

    def _problem(self, kind: CaseType, rows: tuple[Tested, ...], asked: tuple[str, ...]) -> Problem:
        values = [self._values(code, rows) if code in kind.attributes else (None,) for code in asked]
        urgent = (True,) if kind.urgent else (False, True)
        names = ("source", "urgent", "place", "time", *asked)
        atoms: tuple[tuple[Atom, ...], ...] = (self.sources, urgent, self.grids, self.moments, *values)
        everything = tuple((1 << len(some)) - 1 for some in atoms)
        fit = [self._box(one, names, atoms) for one in rows]
        stand = tuple(
            tuple(box for grids, moments in self.owners[one.row.id] if all(box := _narrowed(whole, grids, moments)))
            for one, whole in zip(rows, fit, strict=True)
        )
        shown = frozenset(name for n, name in enumerate(names) if any(box[n] != everything[n] for box in fit))
        dated = any(moments != everything[TIME] for one in rows for _, moments in self.owners[one.row.id])
        boxes = tuple((box,) if all(box) else () for box in fit)
        return Problem([kind.code], rows, names, atoms, boxes, stand, decide(everything, stand), shown, dated)

    def _box(self, one: Tested, names: tuple[str, ...], atoms: tuple[tuple[Atom, ...], ...]) -> Box:
        """A row by its conditions; a set may be empty, which says which of them can never hold."""
        sets = []
        for name, some in zip(names, atoms, strict=True):
            match name:
                case "place":
                    found = self._where[one.row.place]
                case "time":
                    found = self._when[one.row.time]
                case "source":
                    found = bits(one.row.level in ("*", self.city.sources[code].level) for code in some)
                case _:
                    found = (1 << len(some)) - 1
            for ask in one.asks:
                if ask.code == name:
                    found &= bits(ask.holds(value) for value in some)
            sets.append(found)
        return tuple(sets)

    def _values(self, code: str, rows: tuple[Tested, ...]) -> tuple[Given | None, ...]:
        """The classes of an attribute: nothing said, then its values; of a number those at which a test changes."""
        attribute = self.city.attributes[code]
        match attribute.kind:
            case "yes_no":
                return (None, False, True)
            case "choice":
                return (None, *attribute.values)
            case "number":
                tests = [ask for one in rows for ask in one.asks if ask.code == code]
                edges = {attribute.least}
                for value in (value for ask in tests for value in ask.values if isinstance(value, int)):
                    edges |= {value, value + 1}
                return (None, *sorted(edge for edge in edges if attribute.least <= edge <= attribute.most))

    def _places(self) -> tuple[tuple[str | None, ...], dict[str, int]]:
        """One grid for each class, the first of it; and the classes that each `place` cell takes in."""
        cells = {one.row.place: one.grids for one in self.rows}
        classes: dict[object, str | None] = {}
        for grid in _ground(self.city):
            town = self.city.above(grid, "town")
            key = (tuple(some is None or grid in some for some in cells.values()), town if town in self.towns else "")
            classes.setdefault(key, grid)
        grids = tuple(classes.values())
        return grids, {cell: bits(some is None or grid in some for grid in grids) for cell, some in cells.items()}

    def _times(self) -> tuple[tuple[Moment, ...], dict[str, int], dict[str, int], dict[str | None, int]]:
        """One moment for each class; and the classes of each `time` cell, dated unit, and town with a dated center."""
        cells = {one.row.time: one.times for one in self.rows}
        units = [one.unit for one in self.rows if one.unit is not None]
        helpers = [
            self.city.units[code]
            for one in self.rows
            for code in (one.row.escalate_to, *one.row.support)
            if code in self.city.units
        ]
        classes: dict[tuple[bool, ...], Moment] = {}
        for moment in _moments(self.city, tuple(times for times in cells.values() if times is not None)):
            key = (
                *(times is None or times.holds(self.city.calendar, moment.day, moment.minute) for times in cells.values()),
                *(stands(unit, moment.day) for unit in units),
                *(town_center(self.city, town, moment.day) is not None for town in self.towns),
                *(stands(unit, moment.day) for unit in helpers),
            )  # fmt: skip
            if key not in classes or moment < classes[key]:
                classes[key] = moment
        found = sorted((moment, key) for key, moment in classes.items())
        columns = [bits(column) for column in zip(*(key for _, key in found), strict=True)]
        first, second = len(cells), len(cells) + len(units)
        return (
            tuple(moment for moment, _ in found),
            dict(zip(cells, columns[:first], strict=True)),
            {unit.code: mask for unit, mask in zip(units, columns[first:second], strict=True)},
            dict(zip(self.towns, columns[second : second + len(self.towns)], strict=True)),
        )

    def _owner(self, one: Tested) -> Iterator[tuple[int, int]]:
        """Where and when the owner of a row exists: sets of places and of moments, side by side."""
        whole = (1 << len(self.grids)) - 1, (1 << len(self.moments)) - 1
        if one.unit is not None:
            yield whole[0], self._units[one.unit.code]
        elif one.row.owner == "@town":
            for town in self.towns:
                yield bits(self.city.above(grid, "town") == town for grid in self.grids), self._centers[town]
            yield bits(self.city.above(grid, "town") not in self.towns for grid in self.grids), whole[1]


PLACE, TIME = 2, 3  # where these dimensions stand in a box


def _narrowed(box: Box, grids: int, moments: int) -> Box:
    return (*box[:PLACE], box[PLACE] & grids, box[TIME] & moments, *box[TIME + 1 :])


def _ground(city: City) -> tuple[str | None, ...]:
    """The smallest areas that cases can lie in; where the pack has no ground at all, one place without a name."""
    if city.places.shapes:
        return tuple(sorted(city.places.shapes))
    parents = {area.parent for area in city.areas.values()}
    leaves = (code for code, area in city.areas.items() if code not in parents and area.valid_to is None)
    return tuple(sorted(leaves)) or (None,)


def _dated_towns(city: City) -> tuple[str | None, ...]:
    """Towns whose center does not stand on every day, or that have none."""
    always = {u.area for u in city.units.values() if u.kind == "town_center" and not (u.valid_from or u.valid_to)}
    return tuple(dict.fromkeys(town for grid in _ground(city) if (town := city.above(grid, "town")) not in always))


def _moments(city: City, asked: tuple[Times, ...]) -> Iterator[Moment]:
    """Moments enough to tell apart whatever `asked` and the dates of units tell apart, over the years of the calendar."""
    edges = sorted({0, *(edge for times in asked for edge in times.edges())})
    office = any(times.office for times in asked)
    for day in _days(city):
        minutes = set(edges)
        if office:
            spans = (*city.calendar.spans(day), *_spans_before(city, day))
            minutes |= {edge % DAY for span in spans for edge in span}
        special = day in city.calendar.days or _jumps(city, day)
        for minute in minutes:
            yield Moment(special, day.weekday(), minute, day)


def _days(city: City) -> Iterator[date]:
    """One day of each kind that matters: its weekday, its hours, those of the day before, and which units exist."""
    units = city.units.values()
    turns = sorted({day for unit in units for day in (unit.valid_from, unit.valid_to) if day is not None})
    kinds: dict[object, date] = {}
    for year in sorted(city.calendar.years):
        for day in (
            date.fromordinal(n) for n in range(date(year, 1, 1).toordinal(), date(year, 12, 31).toordinal() + 1)
        ):
            kind = (
                day.weekday(), city.calendar.spans(day), day in city.calendar.days, _spans_before(city, day),
                day - timedelta(1) in city.calendar.days, bisect_right(turns, day), _jumps(city, day),
            )  # fmt: skip
            kinds.setdefault(kind, day)
    yield from kinds.values()


def _spans_before(city: City, day: date) -> Spans:
    before = day - timedelta(1)
    return city.calendar.spans(before) if before.year in city.calendar.years else ()


def _jumps(city: City, day: date) -> bool:
    """Whether the clock is set on that day: such a day is told only if nothing else shows the same."""
    zone = city.calendar.zone
    first, last = (datetime.combine(one, time(), zone).utcoffset() for one in (day, day + timedelta(1)))
    return first != last

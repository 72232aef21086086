"""Faults of routing libraries, against counting out every case there can be, and against the solver z3."""

from datetime import date, datetime
from itertools import product

import msgspec
import numpy as np
import pytest
import z3
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from libraries import (
    ASKS,
    CALENDAR,
    DATED,
    GRIDS,
    HOLIDAY,
    HOURS,
    MADE_UP,
    NUMBERS,
    PATTERNS,
    PLACES,
    SOURCES,
    TERMS,
    TYPES,
    Line,
    city,
    libraries,
)  # fmt: skip

from northbank.core.city import City
from northbank.core.route_faults import Example, Finding, find
from northbank.core.routing import route

Facts = set[tuple[str, str, str]]


# --- every case, counted out


def during(term: str, day: date, hour: int) -> bool:
    """What a term means, said once more."""
    weekday, works = day.weekday(), day == MADE_UP or (day.weekday() < 5 and day != HOLIDAY)
    match term:
        case "night":
            return hour >= 22 or hour < 6
        case "Mon-Fri":
            return weekday < 5
        case "Sat-Sun":
            return weekday >= 5
        case "Fri 22:00-06:00":
            return (weekday == 4 and hour >= 22) or (weekday == 5 and hour < 6)
        case "office":
            return works and 9 <= hour < 18
        case "holiday":
            return day == HOLIDAY
        case "restday":
            return not works
        case "workday 00:00-12:00":
            return works and hour < 12
        case _:
            return 6 <= hour < 22


MASKS = {term: np.array([during(term, day, hour) for day, hour in HOURS]) for term in TERMS}
DAYS = [day for day, _ in HOURS]
ALWAYS = np.ones(len(HOURS), dtype=bool)


def hours_of(line: Line) -> np.ndarray:
    some = np.logical_or.reduce([MASKS[term] for term in line.some]) if line.some else ALWAYS
    return some & ~np.logical_or.reduce([MASKS[term] for term in line.never], initial=False)


def owner_hours(line: Line, grid: str) -> np.ndarray:
    start, end = DATED.get(line.owner, (None, None))
    if line.owner == "@town":
        start, end = {"north": (None, None), "south": DATED["old"], "east": DATED["past"]}[GRIDS[grid]]
    return np.array([(start is None or start <= day) and (end is None or day < end) for day in DAYS])


def passes(line: Line, code: str, value: object) -> bool:
    return all(value in wanted for name in line.asks for asked, wanted in [ASKS[name]] if asked == code)


class Counted:
    """For each type and row, which cases fit it, and on which its owner exists: arrays over every case there is.

    Hours at which all rows say the same are one; nothing else is put together.
    """

    def __init__(self, lines: list[Line]) -> None:
        self.lines = lines
        times = np.array([hours_of(line) for line in lines] + [owner_hours(a, g) for a in lines for g in GRIDS])
        kinds = np.unique(times, axis=1)
        self.hours = kinds[: len(lines)]
        self.owners = {key: kinds[len(lines) + n] for n, key in enumerate(product(range(len(lines)), GRIDS))}
        self.fit = {t: [self.cases(t, n, False) for n in range(len(lines))] for t in TYPES}
        self.stand = {t: [self.cases(t, n, True) for n in range(len(lines))] for t in TYPES}
        self.decides = {t: self.first(self.stand[t]) for t in TYPES}

    def cases(self, type: str, n: int, exists: bool) -> np.ndarray:
        line, kind = self.lines[n], TYPES[type]
        parts = [
            [line.level in ("*", level) and passes(line, "source", code) for code, level in SOURCES.items()],
            [passes(line, "urgent", value) for value in ((True,) if kind.urgent else (False, True))],
            [passes(line, "mm", value) for value in (NUMBERS if "mm" in kind.attributes else (None,))],
            [
                passes(line, "inside", value)
                for value in ((None, False, True) if "inside" in kind.attributes else (None,))
            ],
        ]
        owner = [self.owners[n, grid] if exists else self.hours[n] for grid in GRIDS]
        ground = np.array([self.hours[n] & owner[g] & (grid in PLACES[line.place]) for g, grid in enumerate(GRIDS)])
        found = np.multiply.outer(np.multiply.outer(parts[0], parts[1]), np.multiply.outer(parts[2], parts[3]))
        return np.multiply.outer(found, ground) & (type in PATTERNS[line.types])

    @staticmethod
    def first(rows: list[np.ndarray]) -> list[np.ndarray]:
        left, found = np.ones_like(rows[0]), []
        for row in rows:
            found.append(row & left)
            left = left & ~row
        return [*found, left]

    def facts(self) -> Facts:
        found: Facts = set()
        for n, line in enumerate(self.lines):
            mine = [t for t in TYPES if t in PATTERNS[line.types]]
            if not any(self.fit[t][n].any() for t in mine):
                found.add(("empty", f"R{n}", ""))
            elif not any(self.stand[t][n].any() for t in mine):
                found.add(("gone", f"R{n}", ""))
            elif not any(self.decides[t][n].any() for t in mine):
                found.add(("never", f"R{n}", ""))
            else:
                found |= {
                    ("shadowed", f"R{n}", t) for t in line.types.split() if t in TYPES and not self.decides[t][n].any()
                }
        for i, j in product(range(len(self.lines)), repeat=2):
            if i < j and self.lines[i].owner != self.lines[j].owner and any(self.cross(t, i, j) for t in TYPES):
                found.add(("overlap", f"R{j}", f"R{i}"))
        for t in TYPES:
            routed = any(t in PATTERNS[line.types] for line in self.lines)
            if routed and self.decides[t][-1].any():
                found.add(("missing", "", t))
        return found

    def cross(self, t: str, i: int, j: int) -> bool:
        a, b = self.fit[t][i], self.fit[t][j]
        crossing = (a & b).any() and (a & ~b).any() and (b & ~a).any()
        return bool(crossing and (self.decides[t][i] & self.stand[t][j]).any())


def told(found: list[Finding]) -> Facts:
    """What the program says, as the oracle says it."""
    facts: Facts = set()
    for one in found:
        match one.kind:
            case "unreachable" | "conflict":
                facts.add(("never", one.row or "", ""))
            case "overlap":
                facts.add(("overlap", one.row or "", one.others[0]))
            case "shadowed" | "missing":
                facts.add((one.kind, one.row or "", one.type or ""))
            case _:
                facts.add((one.kind, one.row or "", ""))
    return facts


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(libraries)
def test_it_finds_what_counting_out_every_case_finds(lines: list[Line]) -> None:
    found = find(city(lines))
    shadowed = {  # a finding names the first of several types that are hidden in the same way
        ("shadowed", one.row or "", code) for one in found if one.kind == "shadowed"
        for code in TYPES if f" {code}" in one.found.en.replace(",", " ").split(": ")[0]
    }  # fmt: skip
    assert told(found) | shadowed == Counted(lines).facts()


# --- the examples are true


def ask(here: City, example: Example) -> str | None:
    row = route(
        here, example.type, example.level, example.at, example.grid, urgent=example.urgent, source=example.source,
        attributes=example.attributes,
    )  # fmt: skip
    return row.id if row else None


def alone(here: City, id: str) -> City:
    return msgspec.structs.replace(here, routes=tuple(row for row in here.routes if row.id == id))


@settings(max_examples=120, deadline=None)
@given(libraries)
def test_every_example_shows_what_it_is_said_to_show(lines: list[Line]) -> None:
    here = city(lines)
    for one in find(here):
        if one.example is None:
            assert one.kind in ("empty", "gone", "shadowed", "no_duty")
            continue
        taken = ask(here, one.example)
        assert one.found.zh
        assert one.found.en
        assert one.example.words.en in one.found.en
        match one.kind:
            case "missing":
                assert taken is None
                assert "nobody" in one.found.en
            case "unreachable" | "conflict" | "shadowed":
                assert taken not in (None, one.row)
                assert ask(alone(here, one.row or ""), one.example) == one.row
                assert one.found.en.endswith(f"{taken} takes it")
            case "overlap":
                assert taken == one.others[0]
                assert ask(alone(here, one.row or ""), one.example) == one.row
            case _:
                pytest.fail(f"an example of {one.kind}")


# --- the same, told to a solver


class Told:
    """The library in the words of z3: one unknown for each column, with no hint of classes."""

    def __init__(self, lines: list[Line]) -> None:
        self.lines = lines
        self.type, self.source, self.grid, self.day, self.hour = z3.Ints("type source grid day hour")
        self.mm, self.inside, self.urgent = z3.Ints("mm inside urgent")  # -1: not said
        self.types, self.sources, self.grids = list(TYPES), list(SOURCES), list(GRIDS)
        self.solver = z3.Solver()
        self.solver.add(*self._bounds())

    def _bounds(self) -> list[z3.BoolRef]:
        has_mm = self._one_of(self.type, [n for n, t in enumerate(self.types) if "mm" in TYPES[t].attributes])
        has_inside = self._one_of(self.type, [n for n, t in enumerate(self.types) if "inside" in TYPES[t].attributes])
        urgent = self._one_of(self.type, [n for n, t in enumerate(self.types) if TYPES[t].urgent])
        ranges = [
            (self.type, 0, len(TYPES) - 1), (self.source, 0, len(SOURCES) - 1), (self.grid, 0, len(GRIDS) - 1),
            (self.day, 0, 365), (self.hour, 0, 23), (self.mm, -1, 4), (self.inside, -1, 1), (self.urgent, 0, 1),
        ]  # fmt: skip
        bounds = [z3.And(low <= value, value <= high) for value, low, high in ranges]
        return [*bounds, z3.Implies(z3.Not(has_mm), self.mm == -1), z3.Implies(z3.Not(has_inside), self.inside == -1),
                z3.Implies(urgent, self.urgent == 1)]  # fmt: skip

    @staticmethod
    def _one_of(value: z3.ArithRef, numbers: list[int]) -> z3.BoolRef:
        return z3.Or(*[value == n for n in numbers])

    @staticmethod
    def _day(day: date) -> int:
        return (day - date(2024, 1, 1)).days

    def term(self, name: str) -> z3.BoolRef:
        day, hour, weekday = self.day, self.hour, self.day % 7  # the first of January 2024 is a Monday
        holiday, made_up = day == self._day(HOLIDAY), day == self._day(MADE_UP)
        works = z3.Or(made_up, z3.And(weekday < 5, z3.Not(holiday)))
        return {
            "night": z3.Or(hour >= 22, hour < 6), "Mon-Fri": weekday < 5, "Sat-Sun": weekday >= 5,
            "Fri 22:00-06:00": z3.Or(z3.And(weekday == 4, hour >= 22), z3.And(weekday == 5, hour < 6)),
            "office": z3.And(works, hour >= 9, hour < 18), "holiday": holiday, "restday": z3.Not(works),
            "workday 00:00-12:00": z3.And(works, hour < 12), "06:00-22:00": z3.And(hour >= 6, hour < 22),
        }[name]  # fmt: skip

    def ask(self, name: str) -> z3.BoolRef:
        code, wanted = ASKS[name]
        if code == "source":
            return self._one_of(self.source, [self.sources.index(str(one)) for one in wanted])
        value = {"mm": self.mm, "inside": self.inside, "urgent": self.urgent}[code]
        return self._one_of(value, [-1 if one is None else int(one) for one in wanted])

    def fits(self, line: Line) -> z3.BoolRef:
        levels = [n for n, code in enumerate(self.sources) if line.level in ("*", SOURCES[code])]
        return z3.And(
            self._one_of(self.type, [self.types.index(t) for t in PATTERNS[line.types]]),
            self._one_of(self.source, levels),
            self._one_of(self.grid, [self.grids.index(g) for g in PLACES[line.place]]),
            z3.Or(*[self.term(t) for t in line.some]) if line.some else True,
            z3.Not(z3.Or(*[self.term(t) for t in line.never])),
            *[self.ask(name) for name in line.asks],
        )

    def stands(self, line: Line) -> z3.BoolRef:
        turn = self._day(DATED["new"][0] or date.min)
        match line.owner:
            case "old":
                return self.day < turn
            case "new":
                return self.day >= turn
            case "past":
                return z3.BoolVal(False)
            case "@town":
                south = z3.And(self.grid == self.grids.index("s1"), self.day < turn)
                return z3.Or(self._one_of(self.grid, [self.grids.index("n1"), self.grids.index("n2")]), south)
            case _:
                return z3.BoolVal(True)

    def possible(self, *formulas: z3.BoolRef) -> bool:
        return bool(self.solver.check(*formulas) == z3.sat)

    def facts(self) -> Facts:
        found: Facts = set()
        rows = [z3.And(self.fits(line), self.stands(line)) for line in self.lines]
        for n, line in enumerate(self.lines):
            if not self.possible(self.fits(line)):
                found.add(("empty", f"R{n}", ""))
            elif not self.possible(rows[n]):
                found.add(("gone", f"R{n}", ""))
            elif not self.possible(rows[n], z3.Not(z3.Or(*rows[:n]))):
                found.add(("never", f"R{n}", ""))
        for n, code in enumerate(self.types):
            routed = any(code in PATTERNS[line.types] for line in self.lines)
            if routed and self.possible(self.type == n, z3.Not(z3.Or(*rows))):
                found.add(("missing", "", code))
        return found


@settings(max_examples=60, deadline=None)
@given(libraries)
def test_the_solver_agrees(lines: list[Line]) -> None:
    mine = {fact for fact in told(find(city(lines))) if fact[0] in ("empty", "gone", "never", "missing")}
    assert mine == Told(lines).facts()


# --- in words


def line(types: str, owner: str = "roads", **more: object) -> Line:
    return Line(types, **({"level": "*", "place": "*", "some": (), "never": (), "asks": (), "owner": owner} | more))  # type: ignore[arg-type]


def sayings(*lines: Line, to_desk: tuple[str, ...] = ()) -> list[tuple[str, str, bool]]:
    return [(one.kind, one.found.en, one.warning) for one in find(city(list(lines)), to_desk)]


def test_a_gap_at_night_is_told_by_grid_hour_and_type() -> None:
    assert sayings(line("noise", some=("06:00-22:00",))) == [("missing", "grid e1, Monday 00:00, Noise: nobody", False)]
    (found,) = find(city([line("noise", some=("06:00-22:00",))]))
    assert found.found.zh == "grid e1，周一 00:00，Noise：无人承办"
    assert sayings(line("noise", some=("06:00-22:00",)), to_desk=("noi*",))[0][2], "the duty desk has it on purpose"
    assert sayings(line("noise", some=("Mon-Fri",)), line("noise", some=("Sat-Sun",), never=("night",))) == [
        ("missing", "grid e1, Saturday 00:00, Noise: nobody", False)
    ]


def test_a_gap_of_an_attribute_is_told_by_its_value() -> None:
    rows = line("pipe.leak", asks=("mm<2",)), line("pipe.leak", asks=("mm>=2",))
    assert sayings(*rows) == [("missing", "grid e1, Leak, diameter not said: nobody", False)]
    assert sayings(*rows, line("pipe.leak", asks=("mm=?",))) == []


def test_an_owner_that_ends_leaves_a_gap_with_its_first_day() -> None:
    (found,) = sayings(line("waste", "old"))
    assert found[1].startswith("grid e1, Monday 2024-07-01 00:00, Waste: nobody (the owner of R0 does not exist then)")
    assert sayings(line("waste", "old"), line("waste", "new")) == []


def test_a_row_with_the_conditions_of_another_is_a_conflict_if_it_names_another_owner() -> None:
    (found,) = sayings(line("waste"), line("waste", "@center"))
    assert found[0] == "conflict"
    assert (
        "the conditions of R0 with another owner ('roads' there, '@center' here): grid e1, Waste: R0 takes it"
        in found[1]
    )
    (found,) = sayings(line("waste"), line("waste"))
    assert found[0] == "unreachable"


def test_rows_that_cross_are_told_with_a_case_that_both_fit() -> None:
    rows = line("noise", some=("night",)), line("noise", "@center", place="north"), line("noise", "@center")
    assert sayings(*rows) == [
        ("overlap", "a row that crosses R0, which has another owner: grid n1, Monday 00:00, Noise: both fit, R0 takes it "
         "only because it comes first", True)
    ]  # fmt: skip


def test_types_left_with_nothing_are_told_only_where_the_row_names_them() -> None:
    assert sayings(line("waste"), line("noise waste")) == [
        ("shadowed", "type waste, which the row never decides: grid e1, Waste: R0 takes it", True)
    ]
    assert sayings(line("pipe.burst"), line("pipe*")) == []


def test_a_calendar_without_years_is_another_checks_business() -> None:
    here = msgspec.structs.replace(
        city([line("noise", some=("night",))]), calendar=msgspec.structs.replace(CALENDAR, years=frozenset())
    )
    assert find(here) == []


# --- the moment, read line by line


@settings(max_examples=300, deadline=None)
@given(
    libraries, st.sampled_from(list(TYPES)), st.sampled_from(list(SOURCES)), st.sampled_from(list(GRIDS)),
    st.integers(0, len(HOURS) - 1), st.booleans(), st.sampled_from(NUMBERS), st.sampled_from([None, False, True]),
)  # fmt: skip
def test_routing_agrees_with_reading_the_library_line_by_line(
    lines: list[Line], type: str, source: str, grid: str, n: int, urgent: bool, mm: int | None, inside: bool | None
) -> None:
    day, hour = HOURS[n]
    expected = None
    for k, one in enumerate(lines):
        values = {"mm": mm, "inside": inside, "urgent": urgent, "source": source}
        if (
            type in PATTERNS[one.types] and one.level in ("*", SOURCES[source]) and grid in PLACES[one.place]
            and hours_of(one)[n] and all(values[code] in wanted for code, wanted in (ASKS[name] for name in one.asks))
            and owner_hours(one, grid)[n]
        ):  # fmt: skip
            expected = f"R{k}"
            break
    said = {key: value for key, value in (("mm", mm), ("inside", inside)) if value is not None}
    at = datetime(day.year, day.month, day.day, hour, 59, tzinfo=CALENDAR.zone)
    row = route(city(lines), type, SOURCES[source], at, grid, urgent=urgent, source=source, attributes=said)
    assert (row.id if row else None) == expected

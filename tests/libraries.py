"""A small city and random routing libraries for it: rows as structure, from which their cells are written.

The oracles of test_route_faults.py read the structure, the program reads the cells.
"""

from datetime import date, timedelta

import msgspec
from hypothesis import strategies as st

from northbank.core.city import Area, Attribute, CaseType, City, Name, Period, Route, Source, Unit
from northbank.core.place import Places
from northbank.core.worktime import Calendar

OFFICE = ((540, 1080),)
HOLIDAY, MADE_UP = date(2024, 6, 10), date(2024, 6, 15)  # a Monday off, a Saturday worked
TURN = date(2024, 7, 1)  # the old department hands over to the new one, and the south loses its center
CALENDAR = Calendar(
    version="1", timezone="Asia/Shanghai", weekly=(OFFICE,) * 5 + ((), ()), days={HOLIDAY: (), MADE_UP: OFFICE},
    years=frozenset({2024}),
)  # fmt: skip
HOURS = [(date(2024, 6, 1) + timedelta(n // 24), n % 24) for n in range(44 * 24)]  # every kind of day, before and after

TYPES = {
    "pipe.burst": CaseType(code="pipe.burst", name=Name(en="Burst"), klass="1", board="b", attributes=("mm", "inside")),
    "pipe.leak": CaseType(
        code="pipe.leak", name=Name(en="Leak"), klass="1", board="b", urgent=True, attributes=("mm",)
    ),
    "noise": CaseType(code="noise", name=Name(en="Noise"), klass="1", board="b", attributes=("inside",)),
    "waste": CaseType(code="waste", name=Name(en="Waste"), klass="1", board="b"),
}
PATTERNS = {
    "*": set(TYPES), "pipe*": {"pipe.burst", "pipe.leak"}, "noise": {"noise"}, "noise waste": {"noise", "waste"},
    "pipe.burst": {"pipe.burst"}, "pipe.leak noise": {"pipe.leak", "noise"},
}  # fmt: skip
SOURCES = {"phone": "district", "web": "district", "worker": "grid"}
GRIDS = {"n1": "north", "n2": "north", "s1": "south", "e1": "east"}  # the east never had a center
PLACES = {
    "*": set(GRIDS), "north": {"n1", "n2"}, "n1": {"n1"}, "n*": {"n1", "n2"}, "!n1": {"n2", "s1", "e1"},
    "north !n2": {"n1"}, "south e1": {"s1", "e1"},
}  # fmt: skip
NUMBERS = (None, 0, 1, 2, 3, 4)  # millimeters from 0 to 4
ASKS = {
    "mm<2": ("mm", {0, 1}), "mm>=2": ("mm", {2, 3, 4}), "mm=1|3": ("mm", {1, 3}), "mm=?": ("mm", {None}),
    "mm!=4": ("mm", {0, 1, 2, 3}), "mm<=0": ("mm", {0}), "inside=yes": ("inside", {True}),
    "inside!=yes": ("inside", {False}), "urgent=yes": ("urgent", {True}), "urgent=no": ("urgent", {False}),
    "source=phone": ("source", {"phone"}), "source!=phone": ("source", {"web", "worker"}),
}  # fmt: skip
OWNERS = ("roads", "old", "new", "past", "@town", "@center")
TERMS = (
    "night",
    "Mon-Fri",
    "Sat-Sun",
    "Fri 22:00-06:00",
    "office",
    "holiday",
    "restday",
    "workday 00:00-12:00",
    "06:00-22:00",
)
DATED = {"old": (None, TURN), "new": (TURN, None), "past": (None, date(2020, 1, 1))}


class Line(msgspec.Struct, frozen=True):
    """A row as structure: keys of the tables above, and terms of time taken in and out."""

    types: str
    level: str
    place: str
    some: tuple[str, ...]
    never: tuple[str, ...]
    asks: tuple[str, ...]
    owner: str


def few(values: object, most: int) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(list(values)), max_size=most, unique=True).map(tuple)  # type: ignore[call-overload]


line = st.builds(
    Line, st.sampled_from(list(PATTERNS)), st.sampled_from(["*", "*", "district", "grid"]), st.sampled_from(list(PLACES)),
    few(TERMS, 2), few(TERMS, 1), few(ASKS, 2), st.sampled_from(OWNERS),
)  # fmt: skip
plain = st.builds(
    Line, st.sampled_from(list(PATTERNS)), st.sampled_from(["*", "grid"]), st.just("*"), few(TERMS, 1), st.just(()),
    few(ASKS, 1), st.sampled_from(OWNERS),
)  # fmt: skip


def _grown(lines: list[Line], twin: int | None, rest: bool) -> list[Line]:
    """A library with one of its rows once more for another owner, or a last row that takes everything."""
    found = list(lines)
    if twin is not None:
        again = lines[twin % len(lines)]
        found.append(msgspec.structs.replace(again, owner="roads" if again.owner == "@center" else "@center"))
    return [*found, Line("*", "*", "*", (), (), (), "@center")] if rest else found


libraries = st.builds(
    _grown,
    st.lists(st.one_of(line, plain), min_size=1, max_size=5),
    st.one_of(st.none(), st.none(), st.integers(0, 4)),
    st.booleans(),
)


def city(lines: list[Line]) -> City:
    """The city with a library."""
    return City(
        id="c", name=Name(en="C"), version="1", prefix="C", languages=("en",), timezone="Asia/Shanghai", center="center",
        district="d", areas=_areas(), units=_units(), boards={}, posts={}, classes={}, types=TYPES,
        routes=tuple(_row(f"R{n}", one) for n, one in enumerate(lines)), limits=(),
        sources={code: Source(code=code, name=Name(en=code), level=level) for code, level in SOURCES.items()},  # type: ignore[arg-type]
        calendar=CALENDAR, places=Places.none(),
        attributes={
            "mm": Attribute(code="mm", name=Name(en="diameter"), kind="number", least=0, most=4, unit="mm"),
            "inside": Attribute(code="inside", name=Name(en="inside"), kind="yes_no"),
        },
        periods={"night": Period(code="night", name=Name(zh="夜间", en="night"), when="22:00-06:00")},
    )  # fmt: skip


def _row(id: str, one: Line) -> Route:
    times = "; ".join([*one.some, *(f"!{term}" for term in one.never)])
    return Route(
        id=id, types=one.types, level=one.level, place=one.place, time=times, attributes=" ".join(one.asks),
        owner=one.owner,
    )  # fmt: skip


def _areas() -> dict[str, Area]:
    tree = {"d": (None, "district"), **dict.fromkeys(GRIDS.values(), ("d", "town"))}
    tree |= {grid: (town, "grid") for grid, town in GRIDS.items()}
    return {
        code: Area(code=code, name=Name(en=code), level=level, parent=parent)  # type: ignore[arg-type]
        for code, (parent, level) in tree.items()
    }


def _units() -> dict[str, Unit]:
    def unit(code: str, kind: str = "department", **more: object) -> Unit:
        return Unit(code=code, name=Name(en=code), kind=kind, **more)  # type: ignore[arg-type]

    units = [unit("center", "center"), unit("roads"), unit("tc.n", "town_center", area="north")]
    units += [unit("tc.s", "town_center", area="south", valid_to=TURN)]
    units += [unit(code, valid_from=start, valid_to=end) for code, (start, end) in DATED.items()]
    return {one.code: one for one in units}

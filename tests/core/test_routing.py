"""Routing: the first row that fits and whose owner exists, against reading the library line by line."""

from datetime import UTC, date, datetime

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from northbank.core.city import Area, CaseType, City, Name, Route, Unit
from northbank.core.place import Places
from northbank.core.routing import escalation_of, fits, owner_of, route, row_by_id, support_of
from northbank.core.worktime import Calendar

NOON = datetime(2024, 5, 20, 4, tzinfo=UTC)
TYPES = ("0101", "0102", "0201", "2101")
SHANGHAI = Calendar(version="1", timezone="Asia/Shanghai", weekly=((),) * 7, days={}, years=frozenset())


def unit(code: str, **more: object) -> Unit:
    return Unit(code=code, name=Name(en=code), **({"kind": "department"} | more))  # type: ignore[arg-type]


def area(code: str, **more: object) -> Area:
    return Area(code=code, name=Name(en=code), level="town", parent="d", **more)  # type: ignore[arg-type]


UNITS = (
    unit("center", kind="center"),
    unit("roads"),
    unit("old", valid_to=date(2024, 5, 20)),
    unit("new", valid_from=date(2024, 5, 20)),
    unit("north.desk", kind="town_center", area="north"),
    unit("south.desk", kind="town_center", area="south", valid_to=date(2024, 1, 1)),
)
AREAS = (
    area("north"),
    area("south", successor="north"),
    area("east"),
    area("ring1", successor="ring2"),
    area("ring2", successor="ring1"),
)


def city(*routes: Route) -> City:
    return City(
        id="c", name=Name(en="C"), version="1", prefix="C", languages=("en",), timezone="Asia/Shanghai",
        center="center", district="d", areas={a.code: a for a in AREAS}, units={u.code: u for u in UNITS}, boards={},
        posts={}, classes={}, routes=routes, limits=(), sources={}, calendar=SHANGHAI, places=Places.none(),
        types={t: CaseType(code=t, name=Name(en=t), klass="01", board="facility") for t in TYPES},
    )  # fmt: skip


def row(id: str, types: str, owner: str = "roads", level: str = "*", **more: object) -> Route:
    return Route(id=id, types=types, level=level, owner=owner, **more)  # type: ignore[arg-type]


def taken(city: City, type: str | None, level: str = "district", at: datetime = NOON) -> str | None:
    found = route(city, type, level, at)
    return found.id if found else None


# --- which types a row takes in


@pytest.mark.parametrize(
    ("pattern", "type", "expected"),
    [
        ("*", "0101", True),
        ("*", None, True),
        ("0101", "0101", True),
        ("0101", "01011", False),
        ("0101 0201", "0201", True),
        ("  0101   0201 ", "0201", True),
        ("01*", "0102", True),
        ("01*", "0201", False),
        ("01* 2101", "2101", True),
        ("01*", None, False),
        ("0101", None, False),
        ("", "0101", False),
        ("", None, False),
    ],
)
def test_patterns(pattern: str, type: str | None, expected: bool) -> None:
    assert fits(pattern, type) is expected


# --- which row is taken


def test_the_first_row_that_fits_type_and_level_is_taken() -> None:
    here = city(
        row("town-lamps", "0101", level="town"), row("lamps", "0101 0102"), row("facility", "01*"), row("order", "02*")
    )
    for _ in range(2):  # the second time out of the cache
        assert taken(here, "0101", "town") == "town-lamps"
        assert taken(here, "0101", "district") == "lamps"
        assert taken(here, "0201") == "order"
        assert taken(here, "2101") is None
        assert taken(here, None) is None
    assert taken(city(row("rest", "*")), None) == "rest"


def test_an_owner_is_taken_only_on_days_on_which_it_exists() -> None:
    here = city(row("1", "*", "nobody"), row("2", "*", "old"), row("3", "*", "new"), row("4", "*"))
    before, after = datetime(2024, 5, 19, 15, 59, tzinfo=UTC), datetime(2024, 5, 19, 16, tzinfo=UTC)
    assert taken(here, "0101", at=before) == "2"  # 23:59 on the last local day of the old department
    assert taken(here, "0101", at=after) == "3"  # 00:00 on the first of the new one
    assert taken(city(row("1", "*", "old"), row("2", "*", "nobody")), "0101", at=after) is None


def test_two_cities_never_share_what_was_looked_up() -> None:
    one = city(row("a", "*"))
    other = msgspec.structs.replace(one, routes=(row("b", "*"),))
    assert [taken(here, "0101") for here in (one, other, one)] == ["a", "b", "a"]


def test_types_out_of_the_catalog_do_not_fill_the_cache() -> None:
    here = city(row("a", "01*"))
    for n in range(1000):
        assert taken(here, f"01 made up {n}") == "a"
    assert taken(here, "0101") == "a"
    assert len(here.memo("routing", dict)) == 1


rows = st.builds(
    row,
    st.uuids().map(str),
    st.sampled_from(["*", "0101", "0101 0201", "01*", "02* 2101", "9*"]),
    st.sampled_from(["roads", "old", "new", "nobody", "@town", "@center"]),
    st.sampled_from(["*", "district", "town"]),
)
levels, days = st.sampled_from(["district", "town"]), st.dates(date(2024, 5, 17), date(2024, 5, 23))


@given(st.lists(rows, max_size=6), st.sampled_from([*TYPES, None]), levels, days)
def test_it_agrees_with_reading_the_library_line_by_line(
    library: list[Route], type: str | None, level: str, day: date
) -> None:
    here, at = city(*library), datetime(day.year, day.month, day.day, 4, tzinfo=UTC)
    expected = None
    for line in library:
        codes = line.types.split()
        right_type = (
            "*" in codes or type in codes or any(c[-1] == "*" and (type or "").startswith(c[:-1]) for c in codes)
        )
        if line.owner == "old":
            exists = day < date(2024, 5, 20)
        elif line.owner == "new":
            exists = day >= date(2024, 5, 20)
        else:
            exists = line.owner != "nobody"
        if right_type and (type is not None or "*" in codes) and line.level in ("*", level) and exists:
            expected = line.id
            break
    assert taken(here, type, level, at) == expected


# --- who that is


def test_words_for_owners_mean_the_units_of_the_place() -> None:
    here = city()
    town, center, roads = row("1", "*", "@town"), row("2", "*", "@center"), row("3", "*", "roads")
    assert owner_of(here, town, "north") == "north.desk"
    assert owner_of(here, town, "east") is None
    assert owner_of(here, town, None) is None
    assert owner_of(here, town, "unheard of") is None
    assert owner_of(here, center, None) == "center"
    assert owner_of(here, roads, "north") == "roads"
    assert owner_of(here, row("4", "*", "nobody"), "north") is None
    assert owner_of(here, row("5", "*", "@mayor"), "north") is None
    assert escalation_of(here, roads, "north") == "center"
    assert escalation_of(here, row("6", "*", escalate_to="@town"), "north") == "north.desk"


def test_a_merged_town_is_looked_after_by_the_one_it_was_merged_into() -> None:
    here, town = city(), row("1", "*", "@town")
    assert owner_of(here, town, "south", datetime(2023, 12, 31, 12, tzinfo=UTC)) == "south.desk"
    assert owner_of(here, town, "south", NOON) == "north.desk"
    assert owner_of(here, town, "ring1", NOON) is None  # a pack that errs does not hang the system
    assert owner_of(here, row("2", "*", "old"), None, NOON) is None


def test_helpers_are_units_of_the_place_that_exist_each_once_and_never_the_owner() -> None:
    here = city()
    many = row("1", "*", "roads", support=("@town", "old", "new", "north.desk", "roads", "nobody", "@center"))
    assert support_of(here, many, "north", NOON) == ("north.desk", "new", "center")
    assert support_of(here, many, None, NOON) == ("new", "north.desk", "center")
    assert support_of(here, many, "north") == ("north.desk", "old", "new", "center")
    assert support_of(here, row("2", "*"), "north", NOON) == ()


def test_a_row_is_found_by_its_id() -> None:
    here = city(row("a", "*"), row("b", "01*"))
    found = row_by_id(here, "b")
    assert found is not None
    assert found.types == "01*"
    assert row_by_id(here, "gone") is None

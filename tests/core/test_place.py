"""Points in grids against the plain geometry test, on borders and corners, whatever the order of the file."""

import math
import random
from functools import cache

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from northbank.core.place import Places

WEST, SOUTH, EAST, NORTH = 106.45, 29.50, 106.85, 29.75
Grid = tuple[str, BaseGeometry]


@cache
def patchwork(cells: int = 120) -> tuple[Grid, ...]:
    """Irregular cells that fill the box without a gap, with shared borders and corners, many vertices each."""
    chance = random.Random(7)
    seeds = shapely.MultiPoint([(chance.uniform(WEST, EAST), chance.uniform(SOUTH, NORTH)) for _ in range(cells)])
    box = shapely.box(WEST, SOUTH, EAST, NORTH)
    shapes = [shapely.segmentize(cell.intersection(box), 0.002) for cell in shapely.voronoi_polygons(seeds).geoms]
    return tuple((f"g{n:03}", shape) for n, shape in enumerate(shapes))


@cache
def filled() -> Places:
    return Places(patchwork(), shapely.box(WEST, SOUTH, EAST, NORTH))


def plain(grids: tuple[Grid, ...], lon: float, lat: float) -> str | None:
    """The lowest code whose shape holds the point, asked of every shape."""
    return min((code for code, shape in grids if shapely.intersects_xy(shape, lon, lat)), default=None)


def chessboard() -> tuple[Grid, ...]:
    """Squares of a hundredth of a degree, so that round coordinates lie on borders and corners."""
    return tuple(
        (f"s{row}{column}", shapely.box(column / 100, row / 100, (column + 1) / 100, (row + 1) / 100))
        for row in range(5)
        for column in range(5)
    )


@cache
def board() -> Places:
    return Places(chessboard())


# --- against the plain test


@settings(max_examples=300)
@given(st.floats(WEST - 0.02, EAST + 0.02), st.floats(SOUTH - 0.02, NORTH + 0.02))
def test_any_point_is_found_where_the_plain_test_finds_it(lon: float, lat: float) -> None:
    assert filled().find(lon, lat) == plain(patchwork(), lon, lat)


def test_points_on_and_beside_every_border_are_found_where_the_plain_test_finds_them() -> None:
    places, grids = filled(), patchwork()
    for _, shape in grids[::6]:
        corners = shapely.get_coordinates(shape)[::5]
        for x, y in corners:
            for dx, dy in ((0, 0), (1e-12, 0), (0, -1e-12), (1e-7, 1e-7)):
                assert places.find(x + dx, y + dy) == plain(grids, x + dx, y + dy)


@given(st.integers(-1, 11), st.integers(-1, 11))
def test_on_a_shared_border_the_lowest_code_wins(a: int, b: int) -> None:
    lon, lat = a / 200, b / 200
    assert board().find(lon, lat) == plain(chessboard(), lon, lat)


def test_the_edge_and_the_corners_belong_to_the_city() -> None:
    assert board().find(0, 0) == "s00"
    assert board().find(0.05, 0.05) == "s44"
    assert board().find(0.01, 0.01) == "s00"  # four squares meet
    assert board().find(0.05 + 1e-9, 0.05) is None
    assert board().inside(0.05, 0.05)
    assert board().inside(0, 0.025)
    assert not board().inside(-1e-9, 0.025)


@given(st.randoms(use_true_random=False))
@settings(max_examples=5, deadline=None)
def test_the_order_of_the_file_does_not_matter(chance: random.Random) -> None:
    grids = list(chessboard())
    chance.shuffle(grids)
    places = Places(grids)
    for row in range(11):
        for column in range(11):
            assert places.find(column / 200, row / 200) == board().find(column / 200, row / 200)


def test_many_at_once_are_the_same_as_one_by_one() -> None:
    chance = random.Random(3)
    lons = [chance.uniform(WEST - 0.05, EAST + 0.05) for _ in range(5000)] + [math.nan, math.inf, WEST]
    lats = [chance.uniform(SOUTH - 0.05, NORTH + 0.05) for _ in range(5000)] + [SOUTH, SOUTH, SOUTH]
    one_by_one = [filled().find(lon, lat) for lon, lat in zip(lons, lats, strict=True)]
    assert filled().find_many(lons, lats) == one_by_one
    assert filled().find_many([], []) == []
    assert filled().find_many([0.0], [0.0]) == [None]
    assert None in one_by_one
    assert len(set(one_by_one)) > 100


# --- odd shapes


def test_holes_gaps_islands_and_overlaps() -> None:
    ring = Polygon([(0, 0), (9, 0), (9, 9), (0, 9)], [[(3, 3), (6, 3), (6, 6), (3, 6)]])
    islands = MultiPolygon([shapely.box(20, 0, 21, 1), shapely.box(22, 0, 23, 1)])
    places = Places([("b", ring), ("c", islands), ("a", shapely.box(8, 8, 10, 10))], shapely.box(-1, -1, 30, 12))
    assert places.find(4.5, 4.5) is None
    assert places.inside(4.5, 4.5)  # in the district, yet in no grid
    assert places.find(3, 4) == "b"
    assert (places.find(20.5, 0.5), places.find(21.5, 0.5), places.find(22.5, 0.5)) == ("c", None, "c")
    assert (places.find(8.5, 8.5), places.find(7.5, 8.5)) == ("a", "b")  # where two lie over one another
    assert not places.inside(31, 0)


def test_a_shape_that_crosses_itself_is_found_where_its_ground_is() -> None:
    bow_tie = Polygon([(0, 0), (2, 2), (2, 0), (0, 2)])
    places = Places([("x", bow_tie)])
    assert (places.find(0.2, 1), places.find(1.8, 1), places.find(1, 0.2)) == ("x", "x", None)


def test_a_sliver_thinner_than_any_box_is_not_overlooked() -> None:
    places = Places(
        [("a", shapely.box(0, 0, 1, 1)), ("thin", shapely.box(1, 0, 1 + 1e-8, 1)), ("z", shapely.box(1, 0, 2, 1))]
    )
    assert places.find(1 + 5e-9, 0.5) == "thin"
    assert places.find(1 + 2e-8, 0.5) == "z"


# --- wrong input


@pytest.mark.parametrize(
    ("lon", "lat"), [(math.nan, 29.6), (106.6, math.nan), (math.inf, 29.6), (106.6, -math.inf), (1e308, -1e308), (0, 0)]
)
def test_no_number_is_too_odd_to_answer(lon: float, lat: float) -> None:
    assert filled().find(lon, lat) is None
    assert not filled().inside(lon, lat)


def test_exchanged_coordinates_are_outside_and_told_apart() -> None:
    assert filled().find(29.6, 106.6) is None
    assert not filled().inside(29.6, 106.6)
    assert filled().swapped(29.6, 106.6)
    assert not filled().swapped(106.6, 29.6)
    assert not filled().swapped(2.35, 48.85)


def test_what_is_no_grid_is_turned_down() -> None:
    square = shapely.box(0, 0, 1, 1)
    with pytest.raises(ValueError, match="twice"):
        Places([("a", square), ("a", square)])
    for wrong in (shapely.Point(0, 0), shapely.LineString([(0, 0), (1, 1)]), Polygon()):
        with pytest.raises(ValueError, match="grid a"):
            Places([("a", wrong)])


# --- the rest of the face


def test_a_city_without_geometry_knows_no_point() -> None:
    nowhere = Places.none()
    assert nowhere.empty
    assert nowhere.find(0, 0) is None
    assert nowhere.find_many([0.0, 1.0], [0.0, 1.0]) == [None, None]
    assert not nowhere.inside(0, 0)
    only_outline = Places((), shapely.box(0, 0, 1, 1))
    assert not only_outline.empty
    assert only_outline.inside(0.5, 0.5)
    assert only_outline.find(0.5, 0.5) is None


def test_every_center_lies_in_its_own_grid() -> None:
    places = filled()
    for code in places.shapes:
        assert places.find(*places.center(code)) == code
    town = [code for code in places.shapes if code < "g020"]
    assert places.find(*places.center_of(town)) in town
    with pytest.raises(KeyError):
        places.center("nowhere")


def test_the_outline_is_all_grids_together_where_none_was_given() -> None:
    assert board().outline.equals(shapely.box(0, 0, 0.05, 0.05))
    assert board().merged(["s00", "s01"]).area == pytest.approx(0.0002)

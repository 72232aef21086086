"""Boxes against points: every answer about a decision table, counted out one point at a time."""

from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from northbank.core.decision_table import Box, Boxes, apart, bits, decide, inside, meet, meet_all, smallest, without_all

SIZES = (2, 3, 4)
EVERYTHING: Box = tuple((1 << n) - 1 for n in SIZES)
POINTS = list(product(*(range(n) for n in SIZES)))

box = st.tuples(*(st.integers(0, (1 << n) - 1) for n in SIZES))
boxes = st.lists(box, max_size=3).map(tuple)


def points(some: Boxes) -> set[tuple[int, ...]]:
    return {p for p in POINTS if any(all(part >> at & 1 for part, at in zip(one, p, strict=True)) for one in some)}


@given(boxes, boxes)
def test_sets_of_boxes_are_sets_of_points(a: Boxes, b: Boxes) -> None:
    assert points(without_all(a, b)) == points(a) - points(b)
    assert points(meet_all(a, b)) == points(a) & points(b)
    assert inside(a, b) is (points(a) <= points(b))
    assert points(apart(a)) == points(a)
    assert smallest(a) == min(points(a), default=None)


@given(boxes)
def test_boxes_set_apart_share_no_point(some: Boxes) -> None:
    found = apart(some)
    assert all(meet(one, other) is None for n, one in enumerate(found) for other in found[:n])
    assert sum(len(points((one,))) for one in found) == len(points(some))


@given(st.lists(boxes, max_size=5))
def test_a_table_decides_point_by_point(rows: list[Boxes]) -> None:
    found = decide(EVERYTHING, rows)
    first = {p: next((n for n, row in enumerate(rows) if p in points(row)), None) for p in POINTS}
    for n in range(len(rows)):
        assert points(found.decides[n]) == {p for p, row in first.items() if row == n}
    assert points(found.rest) == {p for p, row in first.items() if row is None}


def test_bits_are_positions() -> None:
    assert bits([True, False, True]) == 0b101
    assert bits([]) == 0

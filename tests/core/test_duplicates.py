"""Opinions on pairs: parts explain the sum, order makes no difference, only what was known at the time counts."""

from datetime import datetime, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from template import NOW

from northbank.core.duplicate_weights import DEFAULT, pair_stream
from northbank.core.duplicates import ALIKE, HOURS, METERS, PARTS, UNKNOWN, Sight, compare, judge, level, probability
from northbank.core.likeness import sketch

LAMP = sketch("小区门口路灯不亮", "建新东路 12 号", "13800001111")


def seen(hours: float = 0.0, east: float = 0.0, **more: object) -> Sight:
    """A report so many hours after the first and so many meters to the east of it."""
    given = {"lon": 106.5 + east / 111_320 / 0.8704, "lat": 29.5, "type": "0201", "klass": "02", "words": LAMP}
    return Sight(at=NOW + timedelta(hours=hours), **(given | more))  # type: ignore[arg-type]


def levels(a: Sight, b: Sight) -> dict[str, str]:
    return {part.name: part.level for part in compare(a, b)}


def test_the_levels_of_a_pair() -> None:
    assert levels(seen(), seen(2, east=20)) == {
        "place": "30", "address": "same", "time": "6", "state": "open", "type": "same", "text": "more", "reporter": "same",
    }  # fmt: skip
    other = sketch("垃圾无人清运", "建新西路 3 号", "13900002222")
    assert levels(seen(), seen(100, east=500, type="0202", words=other)) == {
        "place": "more", "address": "other", "time": "120", "state": "open", "type": "related", "text": "0.05", "reporter": "other",
    }  # fmt: skip


def test_what_one_does_not_say_is_unknown_and_weighs_nothing() -> None:
    bare = Sight(at=NOW)
    told = judge(seen(), bare, DEFAULT)
    assert {part.level for part in told.parts if part.name not in ("time", "state")} == {UNKNOWN}
    assert sum(part.weight for part in told.parts if part.level == UNKNOWN) == 0


@pytest.mark.parametrize(("ended", "state"), [(None, "open"), (3, "open"), (1, "just_closed"), (-30, "closed")])
def test_only_whether_it_was_open_then_counts(ended: float | None, state: str) -> None:
    """When it ended after the report came is not known at the desk, so it must not count."""
    first = seen(-40, closed_at=NOW + timedelta(hours=ended) if ended is not None else None)
    assert levels(first, seen(2))["state"] == state
    if state == "open":
        assert judge(first, seen(2), DEFAULT) == judge(seen(-40), seen(2), DEFAULT)


def test_a_near_copy_is_likely_and_a_far_one_is_not() -> None:
    assert judge(seen(), seen(1, east=5), DEFAULT).probability > 0.9
    assert judge(seen(), seen(1, east=120, type="0901", klass="09", words=None), DEFAULT).probability < 0.02
    assert (
        judge(seen(closed_at=NOW), seen(24 * 20), DEFAULT).probability
        < judge(seen(), seen(24 * 20), DEFAULT).probability
    )


sights = st.builds(
    Sight,
    at=st.datetimes(datetime(2026, 1, 1), datetime(2026, 3, 1)),
    lon=st.none() | st.floats(106.5, 106.51), lat=st.none() | st.floats(29.5, 29.51),
    type=st.sampled_from([None, "0101", "0102", "0201"]), klass=st.sampled_from([None, "01", "02"]),
    words=st.none() | st.builds(sketch, st.text(max_size=30), st.none() | st.just("a"), st.none() | st.just("13800001111")),
    closed_at=st.none() | st.datetimes(datetime(2026, 1, 1), datetime(2026, 3, 1)),
)  # fmt: skip


@given(sights, sights)
def test_the_parts_make_the_odds_and_the_order_makes_no_difference(a: Sight, b: Sight) -> None:
    told = judge(a, b, DEFAULT)
    assert [part.name for part in told.parts] == list(PARTS)
    assert told.odds == pytest.approx(told.prior + sum(part.weight for part in told.parts))
    assert 0 <= told.probability <= 1
    if a.at != b.at:  # of two at once neither is the earlier one
        assert judge(b, a, DEFAULT) == told


@given(st.floats(0, 2000), st.floats(0, 2000))
def test_levels_are_in_order(a: float, b: float) -> None:
    for bounds in (METERS, HOURS, ALIKE):
        names = [*(f"{bound:g}" for bound in bounds), "more"]
        assert names.index(level(min(a, b), bounds)) <= names.index(level(max(a, b), bounds))


def test_every_level_has_a_default() -> None:
    for name, bounds in (("place", METERS), ("time", HOURS), ("text", ALIKE)):
        assert set(DEFAULT.parts[name]) == {*(f"{bound:g}" for bound in bounds), "more"}  # type: ignore[index]
    assert DEFAULT.origin == "default"


def test_a_nearer_place_and_a_more_alike_text_never_weigh_less() -> None:
    for name, down in (("place", True), ("text", False)):
        found = list(DEFAULT.parts[name].values())  # type: ignore[index]
        assert found == sorted(found, reverse=down)


def test_calibration_bends_between_its_points() -> None:
    bends = ((-2.0, 0.1), (0.0, 0.5), (3.0, 0.9))
    assert [probability(odds, bends) for odds in (-9, -2, -1, 0, 1.5, 3, 9)] == pytest.approx(
        [0.1, 0.1, 0.3, 0.5, 0.7, 0.9, 0.9]
    )
    assert probability(0.0, ()) == 0.5
    assert probability(-1e6, ()) == pytest.approx(0.0)


def test_a_type_may_have_its_own_window() -> None:
    table = msgspec.structs.replace(DEFAULT, days_of={"0901": 3})
    assert [table.window(one) for one in (None, "0101", "0901")] == [30, 30, 3]


def test_a_pair_has_one_stream() -> None:
    assert pair_stream("b", "a") == pair_stream("a", "b") == "pair:a:b"

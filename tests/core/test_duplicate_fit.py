"""Learning: planted weights are found again, what never occurred keeps its default, and the calibration is honest."""

import random

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from northbank.core.duplicate_fit import FEWEST, TooFew, fit, isotonic
from northbank.core.duplicate_weights import DEFAULT
from northbank.core.duplicates import Part, probability

PLANTED = {"place": {"10": 2.0, "75": -1.0}, "time": {"6": 1.5, "720": -1.5}, "type": {"same": 1.0, "other": -2.0}}


def planted(count: int, seed: int) -> list[tuple[tuple[Part, ...], bool]]:
    """Pairs whose marks follow the planted weights."""
    chance = random.Random(seed)
    pairs = []
    for _ in range(count):
        parts = tuple(Part(name, chance.choice(sorted(table))) for name, table in PLANTED.items())  # type: ignore[arg-type]
        odds = -0.5 + sum(PLANTED[part.name][part.level] for part in parts)
        pairs.append((parts, chance.random() < probability(odds, ())))
    return pairs


def test_planted_weights_are_found_again() -> None:
    found = fit(planted(8000, 3), DEFAULT)
    for name, table in PLANTED.items():
        (one, high), (two, low) = table.items()
        learned = found.parts[name]  # type: ignore[index]
        assert learned[one] - learned[two] == pytest.approx(high - low, abs=0.35)
    assert found.origin == "fitted"
    assert (found.pairs, found.marked) == (8000, sum(same for _, same in planted(8000, 3)))


def test_what_never_occurred_keeps_its_default() -> None:
    found = fit(planted(2000, 5), DEFAULT)
    assert found.parts["text"] == DEFAULT.parts["text"]
    assert found.parts["place"]["1"] == DEFAULT.parts["place"]["1"]


def test_the_calibration_holds_on_pairs_it_has_not_seen() -> None:
    table, fresh = fit(planted(8000, 7), DEFAULT), planted(8000, 8)
    odds = [table.prior + sum(table.parts[p.name].get(p.level, 0.0) for p in parts) for parts, _ in fresh]
    said = np.array([probability(one, table.bends) for one in odds])
    same = np.array([same for _, same in fresh])
    for low in (0.0, 0.2, 0.4, 0.6, 0.8):
        inside = (said >= low) & (said < low + 0.2)
        if inside.sum() > 200:
            assert said[inside].mean() == pytest.approx(same[inside].mean(), abs=0.06)


def test_too_few_marks_are_refused() -> None:
    pairs = [((Part("type", "same"),), True)] * (FEWEST - 1) + [((Part("type", "other"),), False)] * 500
    with pytest.raises(TooFew, match="49 pairs"):
        fit(pairs, DEFAULT)


def test_weights_travel_as_json() -> None:
    found = fit(planted(1000, 9), DEFAULT)
    assert msgspec.json.decode(msgspec.json.encode(found), type=type(found)) == found


@given(st.lists(st.tuples(st.sampled_from([-3.0, -1.0, 0.0, 0.5, 2.0, 4.0]), st.booleans()), min_size=1, max_size=60))
def test_the_curve_rises_and_stays_inside(pairs: list[tuple[float, bool]]) -> None:
    bends = isotonic(np.array([odds for odds, _ in pairs]), np.array([float(same) for _, same in pairs]))
    assert [x for x, _ in bends] == sorted({x for x, _ in bends})
    assert [y for _, y in bends] == sorted(y for _, y in bends)
    assert all(0 < y < 1 for _, y in bends)

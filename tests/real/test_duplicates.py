"""Duplicates that a city marked itself: weights learned on its earlier requests beat the plain rule on its later ones, and say how sure they are.

Everything is read from ../shared/data at run time; nothing of it is kept.
"""

import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from northbank.core.duplicate_fit import fit
from northbank.core.duplicate_weights import DEFAULT

BENCH = Path(__file__).resolve().parents[2] / "bench"
SPLIT = date(2012, 7, 1)


@pytest.fixture(scope="module")
def measured(real_data: Path) -> Any:
    """The newer half of the requests, judged by what was learned on the older half."""
    sys.path.insert(0, str(BENCH))
    try:
        import marked
        import verdicts
    finally:
        sys.path.remove(str(BENCH))
    before, after = marked.split(marked.questions(real_data / marked.FILE, marked.SINCE, date(2013, 7, 1)), SPLIT)
    return verdicts.Verdicts.of(after, fit(marked.learnable(before), DEFAULT))


def test_at_the_recall_of_the_plain_rule_it_is_clearly_more_precise(measured: Any) -> None:
    assert measured.marked > 900
    assert measured.rule_recall > 0.98
    assert measured.precision(measured.rule_recall) > measured.rule_precision + 0.12
    assert measured.precision(0.986) > 0.58
    assert measured.precision(0.95) > 0.88
    assert measured.precision(0.9) > 0.91


def test_what_it_says_is_what_comes_true(measured: Any) -> None:
    assert measured.calibration_error < 0.02
    assert measured.brier < measured.base / 5


def test_what_became_of_a_case_later_is_not_used(real_data: Path) -> None:
    """The earlier request of a pair is as open as it was when the later one came: its end is no part of any measure."""
    sys.path.insert(0, str(BENCH))
    try:
        import marked
    finally:
        sys.path.remove(str(BENCH))
    asked = marked.questions(real_data / marked.FILE, date(2012, 5, 1), date(2012, 6, 1))
    states = [part for one in asked for parts, _ in one.pairs for part in parts if part.name == "state"]
    assert {part.level for part in states} == {"open", "just_closed", "closed"}
    assert all((part.value is None) is (part.level == "open") for part in states)
    assert all(part.value is None or part.value >= 0 for part in states)

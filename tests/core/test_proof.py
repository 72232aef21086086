"""Fifty thousand random lives of deadlines, against counting minute by minute. `make proof` lives a million."""

import pytest

from tests.core.proof import Counter, prove


@pytest.mark.parametrize("share", range(5))
def test_core_and_the_minutes_agree(share: int) -> None:
    seen: Counter[str] = prove(10_000, seed=300 + share, per_world=2_500)
    assert all(seen[kind] > 1000 for kind in ("pause", "extend", "return", "give", "working_day", "working_hour", "day"))
    assert seen["missing"] > 10

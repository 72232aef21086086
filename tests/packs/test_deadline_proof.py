"""Fifty thousand random lives of deadlines, against counting minute by minute. `make proof` lives a million."""

from tests.core.proof import prove


def test_core_and_the_minutes_agree_on_fifty_thousand_lives() -> None:
    seen = prove(50_000, seed=300, per_world=5_000)
    assert all(
        seen[kind] > 5_000 for kind in ("pause", "extend", "return", "give", "working_day", "working_hour", "day")
    )
    assert seen["missing"] > 100

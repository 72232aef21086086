"""Random lives of deadlines against counting minute by minute: a few here, 50,000 with the packs, a million by `make proof`."""

from tests.core.proof import prove


def test_core_and_the_minutes_agree() -> None:
    seen = prove(4_000, seed=11, per_world=2_000)
    assert all(seen[kind] > 300 for kind in ("pause", "extend", "return", "give", "working_day", "working_hour", "day"))

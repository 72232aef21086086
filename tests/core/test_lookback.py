"""How many cases are looked at again: against a count of the share's true spread, and that the sample is fair."""

from math import sqrt
from statistics import NormalDist

from hypothesis import given
from hypothesis import strategies as st

from northbank.core.city import LookBackRow
from northbank.core.lookback import sample, sample_size, wanted


@given(st.integers(1, 50_000), st.sampled_from([0.8, 0.9, 0.95, 0.99]), st.floats(0.01, 0.3))
def test_the_sample_is_the_smallest_that_tells_the_share(population: int, confidence: float, margin: float) -> None:
    """Half-width of the interval of a share of one half, drawn without putting back."""
    z = NormalDist().inv_cdf((1 + confidence) / 2)

    def half_width(n: int) -> float:
        return z * sqrt(0.25 / n * (population - n) / max(population - 1, 1))

    n = sample_size(population, confidence, margin)
    assert 1 <= n <= population
    assert n == population or half_width(n) <= margin + 1e-9
    assert n <= 1 or half_width(n - 1) > margin - 1e-9


def test_known_sizes() -> None:
    """The figures of every textbook table: 385 of very many and 278 of a thousand at 95 % and 5 percent points."""
    assert sample_size(10_000_000, 0.95, 0.05) == 385
    assert sample_size(1000, 0.95, 0.05) == 278
    assert sample_size(0, 0.95, 0.05) == 0


def test_the_share_is_the_least() -> None:
    row = LookBackRow(id="B", types="*", share=10, days=(30,), confidence=90, margin=10)
    assert wanted(10_000, row) == 1000
    assert wanted(100, row) == sample_size(100, 0.9, 0.1) == 41
    assert wanted(3, row) == 3
    assert wanted(95, LookBackRow(id="B", types="*", share=10, days=(30,))) == 10


def test_a_sample_is_fair_and_can_be_drawn_again() -> None:
    ids = [f"case-{n}" for n in range(50)]
    assert sample(ids, 10, "seed") == sample(list(reversed(ids)), 10, "seed")
    times = dict.fromkeys(ids, 0)
    for seed in range(2000):
        for id in sample(ids, 10, str(seed)):
            times[id] += 1
    expected = 2000 * 10 / 50
    statistic = sum((seen - expected) ** 2 / expected for seen in times.values()) / (1 - 10 / 50)
    assert statistic < 100, "chi square with 49 degrees of freedom: beyond 100 once in twenty thousand"

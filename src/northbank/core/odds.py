"""Upper tails of counting distributions: how likely so many or more are by chance. Nothing else lives here.

Exact sums of log weights; good for the counts of a district (to a million), not for more.
"""

from collections.abc import Iterable
from math import exp, lgamma, log

_FAINT = 40.0  # terms fainter than e^-40 of the largest add nothing


def at_least_binomial(hits: int, of: int, chance: float) -> float:
    """P(X >= hits) where each of `of` counts with `chance`, which lies between 0 and 1."""
    if hits <= 0:
        return 1.0
    yes, no = log(chance), log(1 - chance)
    return _sum(_choose(of, k) + k * yes + (of - k) * no for k in range(hits, of + 1))


def at_least_poisson(hits: int, mean: float) -> float:
    """P(X >= hits) of a Poisson count with a mean above 0."""
    if hits <= 0:
        return 1.0
    span = range(hits, hits + 60 + int(4 * mean))
    return _sum(k * log(mean) - mean - lgamma(k + 1) for k in span)


def more_often(hits: int, of: int, others: int, of_others: int) -> float:
    """Fisher's exact test (1934), one side: P of so many hits or more among `of` if these are like the others."""
    total, both = of + of_others, hits + others
    whole = _choose(total, both)
    first = max(hits, both - of_others)
    return _sum(_choose(of, k) + _choose(of_others, both - k) - whole for k in range(first, min(of, both) + 1))


def _choose(n: int, k: int) -> float:
    return lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)


def _sum(weights: Iterable[float]) -> float:
    """The sum of e^weight, stopped where the terms have become faint."""
    total = 0.0
    largest = -1e300
    for one in weights:
        largest = max(largest, one)
        total += exp(one)
        if one < largest - _FAINT:
            break
    return min(total, 1.0)

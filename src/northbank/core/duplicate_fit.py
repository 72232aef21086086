"""Learning the weights of duplicates from marked pairs: logistic regression towards the defaults, then calibration.

What is compared is duplicates.py; where the pairs come from is the business of the flow or the benchmark.
"""

from collections.abc import Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from northbank.core.duplicates import UNKNOWN, Part, PartName, Weights, probability

STRENGTH = 1.0  # how firmly a weight holds to its default: a level seen in few pairs moves little, one never seen stays
ROUNDS = 50
CLOSE = 1e-8
HELD_BACK = 0.25  # the newest share of the pairs, kept for the calibration
FEWEST = 50  # marked pairs below which nothing is learned

Marked = tuple[Sequence[Part], bool]  # the parts of a pair, and whether it was marked as the same
Numbers = NDArray[np.float64]
_Level = tuple[PartName, str]


class TooFew(ValueError):
    """Not enough marked pairs of both kinds; the message says how many there are."""


def fit(pairs: Sequence[Marked], start: Weights) -> Weights:
    """Weights learned from `pairs`, oldest first. Raises TooFew.

    Ridge-penalized logistic regression by iteratively reweighted least squares on one indicator for each level; the
    penalty pulls to `start`, not to zero. The newest quarter is not learned from but calibrates (isotonic regression).
    """
    marked = sum(same for _, same in pairs)
    if min(marked, len(pairs) - marked) < FEWEST:
        raise TooFew(
            f"{marked} pairs are marked as the same and {len(pairs) - marked} are not; {FEWEST} of each are needed."
        )
    levels = _levels(pairs, start)
    rows = indicators(pairs, levels)
    same = np.array([one for _, one in pairs], dtype=np.float64)
    held = len(pairs) - round(len(pairs) * HELD_BACK)
    center = np.array([start.prior, *(start.parts.get(name, {}).get(level, 0.0) for name, level in levels)])
    found = irls(rows[:held], same[:held], center)
    bends = isotonic(rows[held:] @ found, same[held:])
    parts: dict[PartName, dict[str, float]] = {}
    for (name, level), weight in zip(levels, found[1:], strict=True):
        parts.setdefault(name, {})[level] = round(float(weight), 4)
    return msgspec.structs.replace(
        start,
        origin="fitted",
        prior=round(float(found[0]), 4),
        parts=parts,
        bends=bends,
        pairs=len(pairs),
        marked=marked,
    )


def _levels(pairs: Sequence[Marked], start: Weights) -> list[_Level]:
    """Every level with a weight: those of `start` first, then others that occur."""
    known = {(name, level): None for name, table in start.parts.items() for level in table}
    seen = {(part.name, part.level): None for parts, _ in pairs for part in parts if part.level != UNKNOWN}
    return list(known | seen)


def indicators(pairs: Sequence[Marked], levels: Sequence[_Level]) -> Numbers:
    """One row a pair: 1 for the prior, then 1 where the pair has the level."""
    place = {one: n for n, one in enumerate(levels, 1)}
    rows = np.zeros((len(pairs), len(levels) + 1))
    rows[:, 0] = 1.0
    for n, (parts, _) in enumerate(pairs):
        for part in parts:
            if part.level != UNKNOWN:
                rows[n, place[part.name, part.level]] = 1.0
    return rows


def irls(rows: Numbers, same: Numbers, center: Numbers, strength: float = STRENGTH) -> Numbers:
    """The weights that maximize likelihood minus strength/2 times the squared distance from `center`; the prior is free."""
    penalty = np.full(len(center), strength)
    penalty[0] = 1e-6
    found, worth = center.copy(), _worth(rows, same, center, center, penalty)
    for _ in range(ROUNDS):
        chance = _chance(rows @ found)
        slope = rows.T @ (same - chance) - penalty * (found - center)
        curve = (rows * (chance * (1 - chance))[:, None]).T @ rows + np.diag(penalty)
        step = np.linalg.solve(curve, slope)
        while (better := _worth(rows, same, found + step, center, penalty)) < worth:  # overshot: go half as far
            step = step / 2
            if float(np.max(np.abs(step))) < CLOSE:
                return found
        found, worth = found + step, better
        if float(np.max(np.abs(step))) < CLOSE:
            break
    return found


def _chance(odds: Numbers) -> Numbers:
    return np.asarray(1 / (1 + np.exp(-np.clip(odds, -500, 500))))


def _worth(rows: Numbers, same: Numbers, found: Numbers, center: Numbers, penalty: Numbers) -> float:
    odds = rows @ found
    return float(same @ odds - np.logaddexp(0, odds).sum() - penalty @ (found - center) ** 2 / 2)


def isotonic(odds: Numbers, same: Numbers) -> tuple[tuple[float, float], ...]:
    """A rising curve from log-odds to the share marked the same: pool adjacent violators (Ayer et al. 1955).

    One bend for each pool, at its middle; a pool's share is (marked + 1/2) / (pairs + 1), so that none is 0 or 1.
    """
    values, place, counts = np.unique(odds, return_inverse=True, return_counts=True)
    hits = np.bincount(place, weights=same)
    pools: list[list[float]] = []  # pairs, marked, sum of odds
    for value, count, hit in zip(values, counts, hits, strict=True):
        pools.append([float(count), float(hit), float(value * count)])
        while len(pools) > 1 and _share(pools[-2]) >= _share(pools[-1]):
            last = pools.pop()
            pools[-1] = [a + b for a, b in zip(pools[-1], last, strict=True)]
    return tuple((round(total / count, 4), round(_share([count, hit]), 4)) for count, hit, total in pools)


def squared_error(pairs: Sequence[Marked], weights: Weights) -> float:
    """Mean squared error of the probabilities of `pairs` (Brier 1950); 0 of nothing."""
    odds = (weights.prior + sum(weights.parts[p.name].get(p.level, 0.0) for p in parts) for parts, _ in pairs)
    errors = [(probability(one, weights.bends) - same) ** 2 for one, (_, same) in zip(odds, pairs, strict=True)]
    return sum(errors) / max(1, len(errors))


def _share(pool: Sequence[float]) -> float:
    return (pool[1] + 0.5) / (pool[0] + 1)

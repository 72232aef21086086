"""How good verdicts on duplicates are: precision at a recall, calibration, and the plain rule on the same requests."""

from collections.abc import Sequence

import msgspec
import numpy as np
from marked import Question
from numpy.typing import NDArray

from northbank.core.duplicates import Weights, probability

BANDS = 10


class Verdicts(msgspec.Struct, frozen=True):
    """Requests with the log-odds of their likeliest candidate (none: -inf), what they make, the marks and the plain rule."""

    odds: NDArray[np.float64]
    said: NDArray[np.float64]
    same: NDArray[np.bool_]
    rule: NDArray[np.bool_]

    @classmethod
    def of(cls, asked: Sequence[Question], weights: Weights) -> "Verdicts":
        """Every request judged by its likeliest candidate, as the desk shows it."""
        odds = [max((_odds(parts, weights) for parts, _ in one.pairs), default=-np.inf) for one in asked]
        said = [probability(one, weights.bends) if one > -np.inf else 0.0 for one in odds]
        return cls(
            np.array(odds),
            np.array(said),
            np.array([one.marked for one in asked]),
            np.array([one.plain_rule for one in asked]),
        )

    @property
    def marked(self) -> int:
        """Requests that the city marked."""
        return int(self.same.sum())

    def precision(self, recall: float) -> float:
        """Share of marked ones among all at or above the threshold that reaches `recall`; equal odds stand or fall together."""
        needed = int(np.ceil(recall * self.marked - 1e-9))
        threshold = np.sort(self.odds[self.same])[::-1][needed - 1]
        return float(self.same[self.odds >= threshold].mean())

    @property
    def rule_precision(self) -> float:
        """Of the plain rule."""
        return float(self.same[self.rule].mean())

    @property
    def rule_recall(self) -> float:
        """Of the plain rule."""
        return float(self.rule[self.same].mean())

    @property
    def _any(self) -> NDArray[np.bool_]:
        """Requests with a candidate: of the others everybody knows that they repeat nothing."""
        return np.isfinite(self.odds)

    @property
    def brier(self) -> float:
        """Mean squared error of the probabilities, over requests with a candidate (Brier 1950)."""
        return float(np.mean((self.said[self._any] - self.same[self._any]) ** 2))

    @property
    def base(self) -> float:
        """The Brier score of always saying the share of marked ones."""
        share = self.same[self._any].mean()
        return float(share * (1 - share))

    @property
    def calibration_error(self) -> float:
        """Mean distance of said and found shares over ten bands, weighed by their requests (expected calibration error)."""
        return sum(count * abs(said - found) for said, found, count in self.bands()) / int(self._any.sum())

    def bands(self) -> list[tuple[float, float, int]]:
        """(mean probability said, share marked, requests) of each band of a tenth that is not empty."""
        said, same = self.said[self._any], self.same[self._any]
        place = np.minimum((said * BANDS).astype(int), BANDS - 1)
        return [
            (float(said[place == n].mean()), float(same[place == n].mean()), int((place == n).sum()))
            for n in range(BANDS)
            if (place == n).any()
        ]

    def curve(self, recalls: Sequence[float]) -> list[tuple[float, float]]:
        """(recall, precision) points."""
        return [(recall, self.precision(recall)) for recall in recalls]


def _odds(parts: Sequence[object], weights: Weights) -> float:
    return weights.prior + sum(weights.parts[part.name].get(part.level, 0.0) for part in parts)  # type: ignore[attr-defined]

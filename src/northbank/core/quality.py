"""How good data are: scores of batches put together by data set, by department and over all, with their trend. Pure.

The score of one batch is made in dataset.py; what becomes of bad rows is told by tickets elsewhere.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Literal

import msgspec

from northbank.core.dataset import HOURS, AnyStatement, Collected, Dataset, standing
from northbank.core.name import Name

Freshness = Literal["none", "fresh", "late"]


class ScorePoint(msgspec.Struct, frozen=True):
    """One batch of a trend. at: when its newest file was made. taken: else it was turned away."""

    n: int
    at: datetime | None
    score: float
    rows: int
    bad: int
    taken: bool


class RuleFault(msgspec.Struct, frozen=True):
    """Rows that fail a rule, over the batches of a trend. share: percent of their rows. rising: more often in the last than before."""

    rule: str
    rows: int
    share: float
    rising: bool


class DatasetQuality(msgspec.Struct, frozen=True, kw_only=True):
    """A data set. score: of its last batch, percent, None where there is none. change: against the mean of those before.

    rows: that it stands on, in its batches (a key may count more than once). hours_late: past its cycle.
    """

    code: str
    name: Name
    owner: str
    level: str
    score: float | None
    change: float | None
    rows: int
    bad: int
    age: float | None
    freshness: Freshness
    hours_late: float
    turned_away: int
    tickets: int
    trend: list[ScorePoint]
    faults: list[RuleFault]


class OwnerQuality(msgspec.Struct, frozen=True, kw_only=True):
    """A department. score: mean over its data sets that have one, weighed by rows (each at least as one thousandth of the largest)."""

    owner: str
    score: float | None
    change: float | None
    datasets: int
    collected: int
    late: int
    turned_away: int
    tickets: int
    rows: int
    bad: int


class Quality(msgspec.Struct, frozen=True, kw_only=True):
    """Everything."""

    score: float | None
    datasets: list[DatasetQuality]
    owners: list[OwnerQuality]


def of_dataset(
    dataset: Dataset, past: Sequence[AnyStatement], now: datetime, last: int = 12, tickets: int = 0
) -> DatasetQuality:
    """What is known of one data set. past: all its batches, the oldest first; last: how many make the trend."""
    taken = [one for one in past if isinstance(one, Collected)]
    stands = standing(dataset, past)
    newest = max((one.happened_at for one in stands if one.happened_at), default=None)
    age = (now - newest).total_seconds() / 3600 if newest else None
    cycle = HOURS.get(dataset.cycle)
    late = max(0.0, age - cycle) if age is not None and cycle is not None else 0.0
    shown = past[-last:]
    before = [one.score for one in taken[-last:-1]]
    score = taken[-1].score if taken else None
    return DatasetQuality(
        code=dataset.code, name=dataset.name, owner=dataset.owner, level=dataset.level, score=score,
        change=round(score - sum(before) / len(before), 2) if score is not None and before else None,
        rows=sum(one.good for one in stands), bad=sum(one.bad for one in stands), age=age,
        freshness="none" if age is None else "late" if late else "fresh", hours_late=round(late, 1),
        turned_away=len(past) - len(taken), tickets=tickets,
        trend=[ScorePoint(one.n, one.happened_at, one.score, one.rows, one.bad, isinstance(one, Collected)) for one in shown],
        faults=_faults(shown),
    )  # fmt: skip


def _faults(shown: Sequence[AnyStatement]) -> list[RuleFault]:
    total = sum(one.rows for one in shown)
    counts: Counter[str] = Counter()
    for one in shown:
        counts.update(one.faults)
    found = []
    for rule, rows in sorted(counts.items(), key=lambda one: (-one[1], one[0])):
        shares = [one.faults.get(rule, 0) / one.rows for one in shown if one.rows]
        rising = len(shares) > 1 and shares[-1] > sum(shares[:-1]) / len(shares[:-1])
        found.append(RuleFault(rule, rows, round(100 * rows / total, 3) if total else 0.0, rising))
    return found


def together(found: Sequence[DatasetQuality]) -> Quality:
    """By department, the lowest score first, and over all."""
    owners: dict[str, list[DatasetQuality]] = {}
    for one in found:
        owners.setdefault(one.owner, []).append(one)
    rows = [_of_owner(owner, several) for owner, several in owners.items()]
    rows.sort(key=lambda one: (one.score is None, one.score or 0.0, one.owner))
    return Quality(score=_mean(found, _score), datasets=list(found), owners=rows)


def _of_owner(owner: str, found: Sequence[DatasetQuality]) -> OwnerQuality:
    return OwnerQuality(
        owner=owner, score=_mean(found, _score), change=_mean(found, _change), datasets=len(found),
        collected=sum(one.score is not None for one in found), late=sum(one.freshness == "late" for one in found),
        turned_away=sum(one.turned_away for one in found), tickets=sum(one.tickets for one in found),
        rows=sum(one.rows for one in found), bad=sum(one.bad for one in found),
    )  # fmt: skip


def _score(one: DatasetQuality) -> float | None:
    return one.score


def _change(one: DatasetQuality) -> float | None:
    return one.change


def _mean(found: Sequence[DatasetQuality], of: Callable[[DatasetQuality], float | None]) -> float | None:
    return weighed([(of(one), one.rows) for one in found])


def weighed(found: Sequence[tuple[float | None, int]]) -> float | None:
    """The mean of scores that are known, by rows; a small data set still counts as a thousandth of the largest."""
    floor = max((rows for _, rows in found), default=0) / 1000 or 1.0
    known = [(value, max(floor, rows)) for value, rows in found if value is not None]
    whole = sum(weight for _, weight in known)
    return round(sum(value * weight for value, weight in known) / whole, 2) if known else None

"""What is done to the lake after collecting: folders merged, a key forgotten, old batches retired. Rows are never here.

How files change is in shell/lake/tending.py.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from hashlib import sha256

from northbank.core.buckets import SEPARATOR
from northbank.core.dataset import AnyStatement, Dataset, standing
from northbank.core.journal import Fact

MOST_PARTS = 16  # batches beyond which reading is slower than merging them once
MANY, SHARE = 4, 0.2  # so many changes with more than this share of the rows are merged too


class Compacted(Fact, frozen=True, kw_only=True, tag="compacted"):
    """One folder stands for several batches: the same rows, of each key the newest. of: their folders, the oldest first."""

    folder: str
    of: tuple[str, ...]
    rows: int


class Forgotten(Fact, frozen=True, kw_only=True, tag="forgotten"):
    """The rows of a key were taken out of every file. digest: of salt and key, so that who knows the key can find the entry.

    rows, bad: how many were taken out, of good ones and of quarantine; links: of pairs and groups; golden: of base databases.
    """

    salt: str
    digest: str
    why: str
    rows: int
    bad: int
    links: int = 0
    golden: int = 0


class Retired(Fact, frozen=True, kw_only=True, tag="retired"):
    """Folders older than the retention of the contract were taken away. quarantine: those whose bad rows alone were."""

    folders: tuple[str, ...]
    quarantine: tuple[str, ...]


def tending_stream(dataset: str) -> str:
    """The stream in which it is told what was done to the lake of a data set."""
    return f"lake:{dataset}"


def digest_of(salt: str, key: Sequence[str]) -> str:
    """What stands in the journal for a key that was forgotten."""
    return sha256(SEPARATOR.join((salt, *key)).encode()).hexdigest()


def referring(datasets: Mapping[str, Dataset], code: str) -> dict[str, tuple[str, ...]]:
    """Data sets whose rows name records of another one by its key, with the columns that do. Their rows are records of their own."""
    key = datasets[code].key
    found: dict[str, tuple[str, ...]] = {}
    for one in datasets.values():
        for rule in one.rules:
            if rule.check == "known" and rule.dataset == code and rule.to == key:
                found[one.code] = (*found.get(one.code, ()), *rule.columns)
    return found


def compaction_due(good: Sequence[int]) -> bool:
    """Whether batches with so many good rows, the oldest first, should be merged."""
    return len(good) > MOST_PARTS or (len(good) > MANY and sum(good[1:]) > SHARE * good[0])


def past_retention(dataset: Dataset, past: Sequence[AnyStatement], now: datetime) -> list[AnyStatement]:
    """Batches whose newest file is older than the contract keeps."""
    oldest = now - timedelta(days=dataset.retention)
    return [one for one in past if one.happened_at is not None and one.happened_at < oldest]


def retirable(
    dataset: Dataset, past: Sequence[AnyStatement], covered: Sequence[str], now: datetime
) -> tuple[list[str], list[str]]:  # fmt: skip
    """Folders that may go, and those whose bad rows alone may: past retention, and no rows of the data set as it is now.

    covered: folders that another one stands for.
    """
    needed = {one.folder for one in standing(dataset, past)} - set(covered)
    old = past_retention(dataset, past, now)
    return [one.folder for one in old if one.folder not in needed], [one.folder for one in old if one.folder in needed]

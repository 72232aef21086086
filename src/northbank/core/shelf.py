"""What lists of data sets are made of: one line a batch, and what the lines of a data set say of it. Rows are never here."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec

from northbank.core.dataset import HOURS, AnyStatement, Collected, Dataset, TurnedAway
from northbank.core.journal import Entry

TREND = 14  # scores that a small curve shows


class Line(msgspec.Struct, frozen=True, gc=False):
    """One batch of a data set, as short as lists need it. at: when it came in. made: its newest file. score: percent."""

    dataset: str
    n: int
    taken: bool
    at: datetime
    made: datetime
    rows: int
    good: int
    bad: int
    repeated: int
    score: float


class Shelved(msgspec.Struct, frozen=True, kw_only=True):
    """What its batches say of a data set. rows: good rows that make it up; of one that comes in changes, a row that came anew counts again.

    newest: when the newest file it stands on was made. age: hours since then. late: longer than its cycle. score: percent, of
    the newest batch that was taken. trend: scores of those taken, the oldest first.
    """

    rows: int
    batches: int
    turned_away: int
    bad: int
    newest: datetime | None
    age: float | None
    late: bool
    score: float | None
    trend: tuple[float, ...]


def line_of(dataset: str, entry: Entry[AnyStatement]) -> Line:
    """The line of an entry of the stream of a data set."""
    said = entry.data
    return Line(
        dataset, said.n, isinstance(said, Collected), entry.at, said.happened_at or entry.at,
        said.rows, said.good, said.bad, said.repeated, said.score,
    )  # fmt: skip


def lines_of(dataset: str, entries: Sequence[Entry[AnyStatement]]) -> list[Line]:
    """The lines of a data set's stream."""
    return [line_of(dataset, one) for one in entries if isinstance(one.data, Collected | TurnedAway)]


def age_of(dataset: Dataset, newest: datetime | None, now: datetime) -> tuple[float | None, bool]:
    """Hours since the newest file was made, and whether that is longer than the cycle of the data set."""
    if newest is None:
        return None, False
    age = (now - newest).total_seconds() / 3600
    cycle = HOURS.get(dataset.cycle)
    return age, cycle is not None and age > cycle


def due_at(dataset: Dataset, newest: datetime | None) -> datetime | None:
    """When the next file is due."""
    cycle = HOURS.get(dataset.cycle)
    return None if newest is None or cycle is None else newest + timedelta(hours=cycle)


def shelved(dataset: Dataset, lines: Sequence[Line], now: datetime) -> Shelved:
    """The whole of a data set's lines, the oldest first."""
    taken = [one for one in lines if one.taken]
    stands = taken[-1:] if dataset.each == "whole" else taken
    newest = max((one.made for one in stands), default=None)
    age, late = age_of(dataset, newest, now)
    return Shelved(
        rows=sum(one.good for one in stands), batches=len(lines), turned_away=len(lines) - len(taken),
        bad=sum(one.bad for one in lines), newest=newest, age=age, late=late,
        score=taken[-1].score if taken else None, trend=tuple(one.score for one in taken[-TREND:]),
    )  # fmt: skip

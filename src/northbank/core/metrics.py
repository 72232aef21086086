"""Figures of cases: the closed vocabulary of what a case can be, which moment puts it into a period, and the counting.

Pure, on folded cases of any position; the same words as SQL are shell/store/sql/metric_words.sql. The formulas are
metric_catalog.py. Nothing here knows who may see a case.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from math import sqrt
from typing import Literal

import msgspec

from northbank.core.case import Case
from northbank.core.city import Metric, Stage
from northbank.core.deadline import Deadline
from northbank.core.moves import ENDED, State
from northbank.core.standing import ended_well, standing

By = Literal["all", "town", "grid", "unit", "type", "board", "post"]
Which = Literal["denominator", "numerator"]
Z = 1.959963984540054  # of the normal distribution: 95 % lie within
PLEASED = 4  # a rating of so many points or more counts as satisfied [U]

_VOID = frozenset({State.REJECTED, State.CANCELLED, State.MERGED})
_BEFORE_BOOKS = frozenset({State.REPORTED, State.ACCEPTED, State.VERIFY_PENDING, State.REJECTED, State.MERGED})


class Span(msgspec.Struct, frozen=True):
    """A period: from `since` until before `until`. Nothing is late that was not due before its end."""

    since: datetime
    until: datetime

    def holds(self, at: datetime | None) -> bool:
        """Whether a moment lies inside."""
        return at is not None and self.since <= at < self.until


class Part(msgspec.Struct, frozen=True):
    """One side of a figure: the rows that make it. post: only where a person of this role did it ("": nobody's account)."""

    metric: Metric
    which: Which
    span: Span
    post: str | None = None


class Count(msgspec.Struct, frozen=True):
    """The two numbers of a figure; the numerator counts some of the denominator."""

    numerator: int = 0
    denominator: int = 0


class Tally(msgspec.Struct, frozen=True):
    """Counts at a position: for each group with cases that of each metric, in their order; and what it took.

    cases: looked at; opened: those of them that had to be read whole, because they were not prepared yet.
    """

    position: int
    groups: Mapping[str, Sequence[Count]]
    cases: int
    opened: int


Word = Callable[[Case, Span], bool]
Posts = Callable[[Case, str], str]


def due(case: Case, stage: Stage) -> datetime | None:
    """When the stage is due; None while its clock stands still in time, or where no limit tells it."""
    one = case.deadline(stage)
    return None if one is None or _asleep(one) else one.due_at


def met(case: Case, stage: Stage) -> datetime | None:
    """When the stage was done."""
    one = case.deadline(stage)
    return one.met_at if one is not None else None


def _asleep(one: Deadline) -> bool:
    return one.met_at is None and one.paused_at is not None and one.due_at is not None and one.paused_at <= one.due_at


def _in_time(stage: Stage) -> Word:
    def word(case: Case, span: Span) -> bool:
        one = case.deadline(stage)
        return one is not None and one.met_at is not None and one.due_at is not None and not one.late(one.met_at)

    return word


def _owed(stage: Stage, void: frozenset[State]) -> Word:
    return lambda case, span: due(case, stage) is not None and standing(case) not in void


def _overdue(case: Case, span: Span) -> bool:
    at = due(case, "solve")
    return at is not None and at < span.until and met(case, "solve") is None


def _closed(case: Case, span: Span) -> bool:
    return ended_well(case)


_solved_in_time = _in_time("solve")

# word -> whether a case is it. What a word means for people is metric_catalog.SAID.
WORDS: Mapping[str, Word] = {
    "reported": lambda case, span: True,
    "valid": lambda case, span: standing(case) not in _VOID | {State.REPORTED},
    "registered": lambda case, span: standing(case) not in _BEFORE_BOOKS,
    "stands": lambda case, span: standing(case) is not State.CANCELLED,
    "unfinished": lambda case, span: case.state not in ENDED,
    "to_accept": _owed("accept", frozenset({State.MERGED})),
    "accepted_in_time": _in_time("accept"),
    "to_dispatch": _owed("dispatch", _VOID),
    "dispatched_in_time": _in_time("dispatch"),
    "never_returned": lambda case, span: case.returns == 0,
    "to_solve": _owed("solve", _VOID),
    "solved": lambda case, span: met(case, "solve") is not None,
    "solved_in_time": _solved_in_time,
    "overdue_unsolved": _overdue,
    "extended": lambda case, span: case.extensions > 0,
    "closed": _closed,
    "closed_in_time": lambda case, span: _closed(case, span) and _solved_in_time(case, span),
    "closed_late": lambda case, span: _closed(case, span) and not _solved_in_time(case, span),
    "proven": lambda case, span: case.evidence,
    "to_check": _owed("check", _VOID),
    "checked_in_time": _in_time("check"),
    "reworked": lambda case, span: case.reworks > 0,
    "returned": lambda case, span: case.returns > 0,
    "reopened": lambda case, span: case.reopenings > 0,
    "rated": lambda case, span: case.rating is not None,
    "satisfied": lambda case, span: case.rating is not None and case.rating >= PLEASED,
}

Moments = Callable[[Case], tuple[datetime | None, ...]]

# period rule -> the moments of which one must fall inside. "Owed" in a period: due inside it, or done inside it [U].
PERIODS: Mapping[str, Moments] = {
    "report": lambda case: (case.reported_at,),
    "accept": lambda case: (due(case, "accept"), met(case, "accept")),
    "dispatch": lambda case: (due(case, "dispatch"), met(case, "dispatch")),
    "solve": lambda case: (due(case, "solve"), met(case, "solve")),
    "check": lambda case: (due(case, "check"), met(case, "check")),
    "close": lambda case: (due(case, "solve"), case.closed_at),
    "end": lambda case: (case.closed_at,),
}

# period rule -> the facts of which the newest says whose post it was (by the role of its actor's account).
DEEDS: Mapping[str, tuple[str, ...]] = {
    "report": ("reported",),
    "accept": ("accepted", "rejected", "self_handled"),
    "dispatch": ("dispatched", "arbitrated", "self_handled"),
    "solve": ("fed_back", "self_handled"),
    "check": ("checked", "reworked"),
    "close": ("closed", "rejected", "cancelled"),
    "end": ("closed", "rejected", "cancelled"),
}


def counts(case: Case, metric: Metric, span: Span) -> tuple[bool, bool]:
    """Whether a case counts below the line, and above it."""
    below = any(span.holds(at) for at in PERIODS[metric.period](case)) and all(WORDS[w](case, span) for w in metric.of)
    return below, below and all(WORDS[word](case, span) for word in metric.counts)


def belongs(case: Case, part: Part) -> bool:
    """Whether a case is one of the rows behind one side of a figure; whose post it was is not looked at."""
    below, above = counts(case, part.metric, part.span)
    return above if part.which == "numerator" else below


def key_of(case: Case, by: By, period: str, post: Posts | None = None) -> str:
    """The group a case falls into; "" where there is none. post: the role of whoever did what the period is about."""
    match by:
        case "all":
            return "all"
        case "town":
            return (case.spot.town if case.spot else None) or ""
        case "grid":
            return case.spot.grid if case.spot else ""
        case "unit":
            return case.owner or ""
        case "type":
            return case.type or ""
        case "board":
            return case.board or ""
        case "post":
            return post(case, period) if post is not None else ""


def figures(
    cases: Iterable[Case], metrics: Sequence[Metric], span: Span, by: By, post: Posts | None = None
) -> dict[str, list[Count]]:
    """For each group the count of each metric, in their order. Groups of which no metric counts a case are left out."""
    found: dict[str, list[list[int]]] = {}
    for case in cases:
        for n, metric in enumerate(metrics):
            below, above = counts(case, metric, span)
            if below:
                row = found.setdefault(key_of(case, by, metric.period, post), [[0, 0] for _ in metrics])
                row[n][0] += above
                row[n][1] += 1
    return {key: [Count(*pair) for pair in row] for key, row in found.items()}


def wilson(numerator: int, denominator: int) -> tuple[float, float]:
    """The 95 % interval of a share after so many of so many (Wilson 1927); the whole range where nothing was counted."""
    if denominator == 0:
        return 0.0, 1.0
    share, spread = numerator / denominator, Z * Z / denominator
    middle = (share + spread / 2) / (1 + spread)
    reach = Z * sqrt(share * (1 - share) / denominator + spread / (4 * denominator)) / (1 + spread)
    low = 0.0 if numerator == 0 else max(middle - reach, 0.0)
    return low, 1.0 if numerator == denominator else min(middle + reach, 1.0)

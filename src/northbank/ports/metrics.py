"""What looking at figures needs from the world: counts, and what cases left behind for those who look for patterns."""

from collections.abc import Sequence
from typing import Protocol

import msgspec

from northbank.core.access import Scope
from northbank.core.city import Metric
from northbank.core.facts import AnyFact
from northbank.core.journal import Entry
from northbank.core.metrics import By, Tally
from northbank.core.metrics import Span as Period
from northbank.core.traces import Trace


class Left(msgspec.Struct, frozen=True):
    """traces: of the cases that were touched since a period began and reported before it ended.

    corrected: the history of each case whose type or attributes were corrected since the period began.
    """

    traces: list[Trace]
    corrected: list[list[Entry[AnyFact]]]


class Metrics(Protocol):
    """Figures of cases as they are now, and what patterns are looked for in."""

    async def figures(self, metrics: Sequence[Metric], span: Period, by: By, scope: Scope) -> Tally:
        """For each group with cases the count of each metric, in their order."""

    async def left(self, span: Period, scope: Scope) -> Left:
        """What the cases of a period left behind for those who look for patterns."""

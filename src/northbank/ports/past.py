"""What the past and the rules of its day need from the world. No implementation lives here."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

import msgspec

from northbank.core.access import Scope
from northbank.core.card import Card
from northbank.core.city import City, Metric
from northbank.core.metrics import By, Part, Tally
from northbank.core.metrics import Span as Period
from northbank.core.past import Then
from northbank.core.picture import Picture
from northbank.ports.cases import CaseQuery, Page
from northbank.ports.metrics import Left


class Head(msgspec.Struct, frozen=True, gc=False):
    """An entry without its content."""

    position: int
    stream: str
    type: str
    at: datetime


class History(Protocol):
    """The case view as it was at a position of the past."""

    async def at(self, position: int) -> datetime | None:
        """When the entry of a position was recorded; None where there is none."""

    async def before(self, moment: datetime) -> int:
        """The last position recorded at or before a moment; 0 where there is none."""

    async def heads(self, position: int, limit: int) -> list[Head]:
        """The last entries of cases at a position, the newest first."""

    async def page(self, query: CaseQuery, scope: Scope, position: int, part: Part | None = None) -> Page:
        """One page inside `scope` as it was; part: only the rows behind one side of a figure."""

    async def figures(self, metrics: Sequence[Metric], span: Period, by: By, scope: Scope, position: int) -> Tally:
        """For each group with cases then the count of each metric, in their order."""

    async def left(self, span: Period, scope: Scope, position: int) -> Left:
        """What the cases of a period had left behind then for those who look for patterns."""

    async def live(self, scope: Scope, since: datetime, position: int) -> list[Card]:
        """All cards that were open, or reported or closed at or after `since`."""

    async def picture(self, scope: Scope, point: Then) -> Picture:
        """The wall's picture at a point; not to be changed. Playing on from an earlier one costs what happened between."""


class Rulebooks(Protocol):
    """The published versions of the pack."""

    async def rules(self, live: City, version: str) -> City:
        """The live city under the rules of a version; the live city itself where that version cannot be had."""

    async def simulated(self, id: str) -> str | None:
        """The pack version that a simulation was of; None where there is no such simulation."""

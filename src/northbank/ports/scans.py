"""What looking across cases needs from the world: a trained model, closed cases to learn from, placed ones to scan. No implementation lives here."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Protocol

import msgspec

from northbank.core.access import Scope
from northbank.core.card import Card
from northbank.core.facts import AnyFact
from northbank.core.journal import Entry
from northbank.core.suggest import About, Advice


class Adviser(Protocol):
    """The model of suggestions in use."""

    @property
    def about(self) -> About | None:
        """What is known of it; None without one."""

    def advise(self, text: str) -> Advice | None:
        """Types the words speak of; None without a model, or where it knows nothing in them."""


class ClosedCase(msgspec.Struct, frozen=True, gc=False):
    """A closed case as training needs it. words: id of its words in the vault."""

    id: str
    type: str
    reported_at: datetime
    subject: str
    words: str


class PlacedCase(msgspec.Struct, frozen=True, gc=False):
    """A case as the search for hot issues needs it. words: id of its words in the vault while they can be opened."""

    id: str
    grid: str
    type: str | None
    reported_at: datetime
    subject: str
    words: str | None


class Scans(Protocol):
    """Reads across many cases: for training, and for the search for hot issues.

    sketches: keyed hashes of the terms of each case, in memory only. key: what they are hashed with, new at each start.
    """

    sketches: dict[str, frozenset[int]]
    key: bytes

    def closed(self) -> AsyncIterator[ClosedCase]:
        """Every closed case that has a type and words, oldest first."""

    async def placed(self, since: datetime) -> list[PlacedCase]:
        """Every case with a grid reported at or after `since`, oldest first."""

    async def cards(self, ids: Sequence[str], scope: Scope) -> list[Card]:
        """Those of the cases that lie inside `scope`, newest first."""

    async def last(self, stream: str, until: int | None = None) -> Entry[AnyFact] | None:
        """The newest entry of a stream, of those up to a position where one is given."""

"""Reads across many cases, in memory; and an adviser that knows some words by heart."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Any

from flows.memory import Memory, MemoryJournal

from northbank.core.access import Scope
from northbank.core.card import Card, card
from northbank.core.journal import Entry
from northbank.core.suggest import About, Model, advise
from northbank.ports import ClosedCase, PlacedCase


class MemoryScans:
    """Over the store of a center in memory."""

    def __init__(self, memory: Memory) -> None:
        self.store = memory.store
        self.journal = MemoryJournal(memory.store)
        self.sketches: dict[str, frozenset[int]] = {}
        self.key = b"k" * 32

    async def closed(self) -> AsyncIterator[ClosedCase]:
        for case, _ in sorted(self.store.cases.values(), key=lambda one: (one[0].reported_at, one[0].id)):
            if case.state == "closed" and case.type and case.words and case.subject in self.store.keys:
                yield ClosedCase(case.id, case.type, case.reported_at, case.subject, case.words.id)

    async def placed(self, since: datetime) -> list[PlacedCase]:
        return [
            PlacedCase(
                case.id, case.spot.grid, case.type, case.reported_at, case.subject,
                case.words.id if case.words and case.subject in self.store.keys else None,
            )
            for case, _ in self.store.cases.values() if case.spot is not None and case.reported_at >= since
        ]  # fmt: skip

    async def cards(self, ids: Sequence[str], scope: Scope) -> list[Card]:
        found = [card(case, place) for id, (case, place) in self.store.cases.items() if id in ids]
        return sorted((one for one in found if scope.sees(one)), key=lambda one: one.reported_at, reverse=True)

    async def last(self, stream: str, until: int | None = None) -> Entry[Any] | None:
        entries = [entry async for entry in self.journal.read(stream) if until is None or entry.position <= until]
        return entries[-1] if entries else None


class Adviser:
    """A model at hand."""

    def __init__(self, model: Model) -> None:
        self.model = model

    @property
    def about(self) -> About | None:
        return self.model.about

    def advise(self, text: str) -> Any:
        return advise(self.model, text)

"""Reads across many cases: closed ones for training, placed ones for the search for hot issues, and some by their ids."""

import os
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime

import asyncpg
import msgspec

from northbank.core.access import Scope
from northbank.core.card import Card
from northbank.core.facts import AnyFact
from northbank.core.journal import Entry
from northbank.ports import ClosedCase, PlacedCase
from northbank.shell.store.cases import card_of
from northbank.shell.store.journal import entry_of
from northbank.shell.store.scoped import INSIDE, parameters
from northbank.shell.store.sql import statements

SQL = statements("scans")
BLOCK = 1_000
_NIL = "00000000-0000-0000-0000-000000000000"
_COLUMNS = ", ".join(field.name for field in msgspec.structs.fields(Card))


class PgScans:
    """Such reads on the pool. The sketches of words live and end with the process."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool
        self.sketches: dict[str, frozenset[int]] = {}
        self.key = os.urandom(32)

    async def closed(self) -> AsyncIterator[ClosedCase]:
        """Every closed case that has a type and words that can still be opened, oldest first."""
        after: tuple[datetime, str] = (datetime(1, 1, 1, tzinfo=UTC), _NIL)
        while True:
            rows = await self._pool.fetch(SQL.closed_words, *after, BLOCK)
            for row in rows:
                yield ClosedCase(str(row["id"]), row["type"], row["reported_at"], str(row["subject"]), row["words"])
            if len(rows) < BLOCK:
                return
            after = (rows[-1]["reported_at"], str(rows[-1]["id"]))

    async def placed(self, since: datetime) -> list[PlacedCase]:
        """Every case with a grid reported since then, oldest first."""
        return [
            PlacedCase(str(row["id"]), row["grid"], row["type"], row["reported_at"], str(row["subject"]), row["words"])
            for row in await self._pool.fetch(SQL.placed, since)
        ]

    async def cards(self, ids: Sequence[str], scope: Scope) -> list[Card]:
        """Those of the cases that lie inside `scope`, newest first."""
        sql = SQL.these.format(columns=_COLUMNS, scope=INSIDE)
        return [card_of(row) for row in await self._pool.fetch(sql, *parameters(scope), list(ids))]

    async def last(self, stream: str, until: int | None = None) -> Entry[AnyFact] | None:
        """The newest entry of a stream up to a position."""
        row = await self._pool.fetchrow(SQL.newest, stream, until)
        return None if row is None else entry_of(row)

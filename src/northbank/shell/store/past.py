"""Lists and the wall as they were at a position: what nothing befell since is read from the view, the rest folded again.

Cost: every entry of the cases touched since has to be folded once for a position that is asked about; a few positions are kept,
and what happens meanwhile is added to them. The last hour of a district is instant, the far past of a city takes as long as
folding what has changed since (docs/performance.md).
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from functools import partial
from typing import Any

import asyncpg
import msgspec

from northbank.core.access import Scope
from northbank.core.card import Card
from northbank.core.city import Metric
from northbank.core.metrics import By, Part, Span, Tally
from northbank.ports import CaseQuery, Head, Left, Page
from northbank.shell.store.cases import card_of, page_of
from northbank.shell.store.folding import fold
from northbank.shell.store.journal import case_row
from northbank.shell.store.listing import listing
from northbank.shell.store.marks import marked_to, put_before
from northbank.shell.store.metrics import Run, counted, left_behind
from northbank.shell.store.scoped import ways
from northbank.shell.store.sql import statements

SQL = statements("past")
BATCH = 2_000
LONG = 600.0  # seconds: the far past of a large journal
MOST = 8  # positions kept
ROWS = 200_000  # folded cases kept in all of them together
_COLUMNS = ", ".join(field.name for field in msgspec.structs.fields(Card))


class Held:
    """The cases that something befell since a position, as they were at it. tip: up to where that was looked for."""

    def __init__(self, position: int) -> None:
        self.position = position
        self.tip = position
        self.rows: list[tuple[Any, ...]] = []
        self.streams: set[str] = set()


class PgPast:
    """The past of one journal. One position is folded at a time, however many ask."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool
        self._lock = asyncio.Lock()
        self._held: dict[int, Held] = {}

    async def at(self, position: int) -> datetime | None:
        """When an entry was recorded."""
        found: datetime | None = await self._pool.fetchval(SQL.recorded, position)
        return found

    async def before(self, moment: datetime) -> int:
        """The last position recorded at or before a moment; entries stand in the order of their times but for a few
        milliseconds, so it is found by halving."""
        low, high = 0, int(await self._pool.fetchval(SQL.tip))
        while low < high:
            middle = (low + high + 1) // 2
            at = await self.at(middle)
            low, high = (middle, high) if at is not None and at <= moment else (low, middle - 1)
        return low

    async def heads(self, position: int, limit: int) -> list[Head]:
        """The last entries of cases at a position, the newest first."""
        return [Head(*row.values()) for row in await self._pool.fetch(SQL.heads, position, limit)]

    async def page(self, query: CaseQuery, scope: Scope, position: int, part: Part | None = None) -> Page:
        """One page of the list as it was, with its count, in one snapshot; part: only the rows behind one side of a figure."""
        asked = listing(query, scope, _COLUMNS, part, position)
        async with self._as_was(position) as run:
            return msgspec.structs.replace(await page_of(run, asked, query), position=position)

    async def figures(self, metrics: Sequence[Metric], span: Span, by: By, scope: Scope, position: int) -> Tally:
        """For each group the count of each metric, in their order, as they were."""
        async with self._as_was(position) as run:
            return await counted(run, metrics, span, by, scope, position, past=True)

    async def left(self, span: Span, scope: Scope, position: int) -> Left:
        """What the cases of a period had left behind for those who look for patterns."""
        async with self._as_was(position) as run:
            return await left_behind(run, span, scope, position)

    async def live(self, scope: Scope, since: datetime, position: int) -> list[Card]:
        """Cards that were open, or reported or closed at or after `since`."""
        values: list[Any] = [since]
        where = " or ".join(f"({one})" for one in ways(scope, values))
        sql = SQL.live_then.format(columns=_COLUMNS, where=where)
        async with self._as_was(position) as run:
            return [card_of(row) for row in await run(sql, values)]

    @asynccontextmanager
    async def _as_was(self, position: int) -> AsyncIterator[Run]:
        """What asks the views as they were, all of it one snapshot."""
        async with (
            self._pool.acquire() as connection,
            connection.transaction(isolation="repeatable_read", readonly=True),
        ):
            async with self._lock:  # the snapshot begins inside: what is held is never newer than it
                await connection.execute("set local statement_timeout to '600s'")
                held = await self._settle(connection, position)
                past = _Past(position, tuple(held.rows), tuple(held.streams), await marked_to(connection))
            yield partial(_ask, connection, past)

    async def _settle(self, connection: asyncpg.Connection, position: int) -> Held:
        tip = int(await connection.fetchval(SQL.tip))
        held = self._held.pop(position, None) or Held(position)
        if held.tip < tip:
            rows = await connection.fetch(SQL.touched, held.tip, tip, timeout=LONG)
            fresh = [row["stream"] for row in rows if row["stream"] not in held.streams]
            for start in range(0, len(fresh), BATCH):
                some = await connection.fetch(SQL.streams_until, fresh[start : start + BATCH], position, timeout=LONG)
                held.rows += [case_row(*one) for one in fold(some)]
            held.streams.update(fresh)
            held.tip = tip
        self._held[position] = held
        while len(self._held) > 1 and (len(self._held) > MOST or sum(len(h.rows) for h in self._held.values()) > ROWS):
            self._held.pop(next(iter(self._held)))
        return held


class _Past(msgspec.Struct, frozen=True):
    """What the views have to be overlaid with. streams: of all that something befell since, also those that had not begun."""

    position: int
    rows: tuple[tuple[Any, ...], ...]
    streams: tuple[str, ...]
    marked_to: int


async def _ask(connection: asyncpg.Connection, past: _Past, sql: str, values: list[Any]) -> list[asyncpg.Record]:
    """Ask a statement over `cases` and marks of the cases as they were."""
    asked = put_before(SQL.as_it_was, sql, values, **msgspec.structs.asdict(past))
    rows: list[asyncpg.Record] = await connection.fetch(*asked, timeout=LONG)
    return rows

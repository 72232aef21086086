"""The case view: single cases, pages under a scope, and the cards that live screens hold."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

import asyncpg
import msgspec

from northbank.core.access import Scope
from northbank.core.card import Card
from northbank.core.case import Case
from northbank.core.metrics import Part
from northbank.ports import Again, CaseQuery, Page
from northbank.shell.store.listing import COUNTED, Listing, cursor_of, listing
from northbank.shell.store.marks import marked_to, put_before
from northbank.shell.store.pool import snapshot
from northbank.shell.store.recent import Recent
from northbank.shell.store.scoped import INSIDE, parameters
from northbank.shell.store.sql import statements
from northbank.shell.store.together import Together

SQL = statements("cases")
JOURNAL = statements("journal")
FIGURES = statements("metrics")
METERS_A_DEGREE = 111_195.0  # of latitude

_columns = ", ".join(msgspec.structs.fields(Card)[n].name for n in range(len(msgspec.structs.fields(Card))))
_decode_case = msgspec.json.Decoder(Case).decode


class Head(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """An entry without its content."""

    position: int
    stream: str
    type: str
    at: datetime


class News(msgspec.Struct, frozen=True):
    """What came in (after, position]; cards are those touched, as of `position`; loaded: one list a scope asked for."""

    position: int
    after: int
    heads: list[Head]
    cards: list[Card]
    loaded: list[list[Card]]


_NEWS = SQL.news.format(columns=_columns)
_decode_heads = msgspec.json.Decoder(list[Head]).decode
_decode_cards = msgspec.json.Decoder(list[Card]).decode


class PgCases:
    """Reads of the view `cases`. counted: how far the rows of a list are counted. recent: what this process stored last."""

    def __init__(self, pool: asyncpg.Pool, recent: Recent | None = None, counted: int = COUNTED) -> None:
        self._pool = pool
        self._recent = recent or Recent()
        self.counted = counted
        self._docs = Together(self._some)

    async def get(self, id: str) -> Case | None:
        """The folded case."""
        doc = await self._docs.get(id.lower())
        return None if doc is None else _decode_case(doc)

    def hot(self, id: str) -> Case | None:
        """The case as this process stored it last, where it remembers."""
        return self._recent.get(id.lower())

    async def _some(self, ids: list[str]) -> Mapping[str, str]:
        rows = await self._pool.fetch(JOURNAL.case_docs, ids)
        return {str(row["id"]): row["doc"] for row in rows}

    async def many(self, ids: Sequence[str]) -> list[Case]:
        """The folded cases of these ids that exist."""
        return [_decode_case(row["doc"]) for row in await self._pool.fetch(JOURNAL.case_docs, list(ids))]

    async def ended(self, since: datetime, until: datetime) -> list[str]:
        """Ids of the cases that ended with work done in a span."""
        return [str(row["id"]) for row in await self._pool.fetch(SQL.ended, since, until)]

    async def again(self, since: datetime, meters: float, days: int) -> list[Again]:
        """Cases that are the trouble of an earlier one again, each with the one that ended last."""
        rows = await self._pool.fetch(SQL.again, since, meters / METERS_A_DEGREE, days)
        return [Again(str(r["id"]), str(r["earlier"]), r["days"], round(r["degrees"] * METERS_A_DEGREE)) for r in rows]

    async def exists(self, source: str, external: str) -> str | None:
        """Id of the case that a sender's own number already made."""
        found = await self._pool.fetchval(JOURNAL.external, source, external)
        return None if found is None else str(found)

    async def known(self, pairs: Sequence[tuple[str, str]]) -> set[tuple[str, str]]:
        """Which of these (source, sender's own number) have a case."""
        rows = await self._pool.fetch(JOURNAL.externals, [one for one, _ in pairs], [one for _, one in pairs])
        return {(row["source"], row["external"]) for row in rows}

    async def due(self, now: datetime, limit: int) -> list[Case]:
        """Cases the timer must look at, longest waiting first."""
        return [_decode_case(row["doc"]) for row in await self._pool.fetch(JOURNAL.due, now, limit)]

    async def undated(self, after: str | None, limit: int) -> list[Case]:
        """Cases that wait for a calendar, in order of their ids."""
        return [_decode_case(row["doc"]) for row in await self._pool.fetch(SQL.undated, after, limit)]

    async def resume_point(self) -> tuple[datetime | None, list[Case]]:
        """When the newest thing happened, and every open case: where a simulation or a replay goes on."""
        last = await self._pool.fetchval(SQL.last_change)
        return last, [_decode_case(row["doc"]) for row in await self._pool.fetch(SQL.open_docs)]

    async def live(self, scope: Scope, since: datetime) -> tuple[int, list[Card]]:
        """Position and cards of one snapshot."""
        async with snapshot(self._pool) as connection:
            position = int(await connection.fetchval(JOURNAL.tip))
            return position, await _live(connection, scope, since)

    async def news(self, after: int, most: int, scopes: Sequence[Scope], since: datetime) -> "News":
        """What was journaled after a position, and what the screens of `scopes` hold, in one snapshot.

        When more than `most` entries came since, only the last `most` are told.
        """
        if not scopes:  # one statement is a snapshot by itself
            return _news(await self._pool.fetchrow(_NEWS, after, most), after, most, [])
        async with snapshot(self._pool) as connection:
            row = await connection.fetchrow(_NEWS, after, most)
            return _news(row, after, most, [await _live(connection, scope, since) for scope in scopes])

    @asynccontextmanager
    async def _list_snapshot(self) -> AsyncIterator[asyncpg.Connection]:
        async with self._pool.acquire() as connection:
            await connection.execute(SQL.begin_list)
            try:
                yield connection
            finally:
                await connection.execute("rollback")  # nothing was written

    async def page(self, query: CaseQuery, scope: Scope, part: Part | None = None) -> Page:
        """One page and the count of all, in one snapshot; the count is exact up to a bound."""
        asked = listing(query, scope, _columns, part, counted=self.counted)
        async with self._list_snapshot() as connection:
            marked = await marked_to(connection) if part is not None else None

            async def run(sql: str, values: list[Any]) -> list[asyncpg.Record]:
                rows: list[asyncpg.Record] = await connection.fetch(*_over(sql, values, marked))
                return rows

            return await page_of(run, asked, query)


Run = Callable[[str, list[Any]], Awaitable[list[asyncpg.Record]]]


async def page_of(run: Run, asked: Listing, query: CaseQuery) -> Page:
    """A page and its count. run: asks one snapshot."""
    head = (await run(*asked.found))[0]
    rows: list[asyncpg.Record] = []
    for sql, values in asked.pages(head["few"], head["ids"]):
        rows += await run(sql, values)
        if len(rows) >= asked.wanted:
            break
    cursor = cursor_of(query.sort, rows[query.limit - 1]) if len(rows) > query.limit else None
    cards = [card_of(row) for row in rows[: query.limit]]
    return Page(
        head["position"], min(head["total"], asked.counted), cards, cursor, capped=head["total"] > asked.counted
    )


def _over(sql: str, values: Sequence[Any], marked: int | None) -> tuple[Any, ...]:
    """A list behind what it needs where it reads marks."""
    return (sql, *values) if marked is None else put_before(FIGURES.as_it_is, sql, values, marked_to=marked)


def _news(row: asyncpg.Record, after: int, most: int, loaded: list[list[Card]]) -> News:
    position, heads, cards = row
    after = max(after, position - most)
    return News(position, after, _decode_heads(heads or "[]"), _decode_cards(cards or "[]"), loaded)


async def _live(connection: asyncpg.Connection, scope: Scope, since: datetime) -> list[Card]:
    sql = SQL.live.format(columns=_columns, scope=INSIDE)
    return [card_of(row) for row in await connection.fetch(sql, *parameters(scope), since)]


def card_of(row: asyncpg.Record) -> Card:
    """A row of the view as a card."""
    values = list(row.values())[: len(Card.__struct_fields__)]
    values[0] = str(values[0])
    values[-2] = str(values[-2])
    values[-1] = tuple(values[-1])
    return Card(*values)

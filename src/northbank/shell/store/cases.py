"""The case view: single cases, pages under a scope, and the cards that live screens hold."""

import base64
import binascii
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import partial
from typing import Any
from uuid import UUID

import asyncpg
import msgspec

from northbank.core.access import Scope
from northbank.core.card import Card
from northbank.core.case import Case
from northbank.core.metrics import Part
from northbank.core.refusal import Refused
from northbank.ports import Again, CaseQuery, Page
from northbank.shell.store.metrics import behind
from northbank.shell.store.scoped import INSIDE, parameters
from northbank.shell.store.sql import statements

SQL = statements("cases")
JOURNAL = statements("journal")
MOST = 500
METERS_A_DEGREE = 111_195.0  # of latitude

_columns = ", ".join(msgspec.structs.fields(Card)[n].name for n in range(len(msgspec.structs.fields(Card))))
_decode_case = msgspec.json.Decoder(Case).decode

# sort word -> (column, what is compared, descending). Rows with no value come last.
SORTS: dict[str, tuple[str, str, bool]] = {
    "reported": ("reported_at", "reported_at", True),
    "changed": ("changed_at", "changed_at", True),
    "due": ("stage_due_at", "coalesce(stage_due_at, 'infinity')", False),
}

_EQUAL = ("board", "town_board", "town", "grid", "owner", "source")
_FLAGS = ("open", "late", "soon", "needs", "urgent", "on_time")


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
    """Reads of the view `cases`."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def get(self, id: str) -> Case | None:
        """The folded case."""
        doc = await self._pool.fetchval(JOURNAL.case_doc, id)
        return None if doc is None else _decode_case(doc)

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
        async with self._snapshot() as connection:
            position = int(await connection.fetchval(JOURNAL.tip))
            return position, await _live(connection, scope, since)

    async def news(self, after: int, most: int, scopes: Sequence[Scope], since: datetime) -> "News":
        """What was journaled after a position, and what the screens of `scopes` hold, in one snapshot.

        When more than `most` entries came since, only the last `most` are told.
        """
        if not scopes:  # one statement is a snapshot by itself
            return _news(await self._pool.fetchrow(_NEWS, after, most), after, most, [])
        async with self._snapshot() as connection:
            row = await connection.fetchrow(_NEWS, after, most)
            return _news(row, after, most, [await _live(connection, scope, since) for scope in scopes])

    @asynccontextmanager
    async def _snapshot(self) -> AsyncIterator[asyncpg.Connection]:
        async with (
            self._pool.acquire() as connection,
            connection.transaction(isolation="repeatable_read", readonly=True),
        ):
            yield connection

    async def page(self, query: CaseQuery, scope: Scope, part: Part | None = None) -> Page:
        """One page and the exact count of all, in one snapshot; part: only the rows behind one side of a figure."""
        values: list[Any] = list(parameters(scope))
        filters = _filters(query, values)
        if part is not None:
            filters += behind(part, partial(_parameter, values))
        counted = len(values)
        column, compared, descending, limit = _order(query)
        after = _after(query, compared, descending, values)
        way = "desc" if descending else "asc"
        order = f"{compared} {way}, id {way}"
        sql = SQL.page.format(
            columns=f"{_columns}, {column} as sort_key", scope=INSIDE, filters=filters, after=after, order=order,
            limit=limit + 1,
        )  # fmt: skip
        count = SQL.count.format(scope=INSIDE, filters=filters)
        async with self._snapshot() as connection:
            position = int(await connection.fetchval(JOURNAL.tip))
            rows = await connection.fetch(sql, *values)
            total = int(await connection.fetchval(count, *values[:counted]))
        more = len(rows) > limit
        cursor = _cursor(query.sort, rows[limit - 1]) if more else None
        return Page(position, total, [card_of(row) for row in rows[:limit]], cursor)


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


def _filters(query: CaseQuery, values: list[Any]) -> str:
    """The `and ...` part for what the query asks; appends the parameters to `values`."""
    parts: list[str] = []

    def add(template: str, value: object) -> None:
        values.append(value)
        parts.append(template.format(f"${len(values)}"))

    for column in _EQUAL:
        if (value := getattr(query, column)) is not None:
            add(f"{column} = {{}}", value) if value else parts.append(f"{column} is null")
    for column in _FLAGS:
        if (value := getattr(query, column)) is not None:
            add(f"{column} = {{}}", value)
    for column in ("state", "type"):
        if (value := getattr(query, column)) is not None:
            add(f"{column} = any({{}}::text[])", value.split(",")) if value else parts.append(f"{column} is null")
    if query.ids is not None:
        add("id = any({}::uuid[])", _ids(query.ids))
    if query.support is not None:
        add("support <> '{{}}' and support @> array[{}]", query.support)
    if query.desk in ("true", "false"):
        parts.append("desk is not null" if query.desk == "true" else "desk is null")
    elif query.desk is not None:
        add("desk = any({}::text[])", query.desk.split(","))
    for name in ("part", "answer"):
        if (unit := getattr(query, name)) is not None:
            add(getattr(SQL, name).replace("{unit}", "{0}"), unit)
    if query.q:
        add("number ilike '%' || {} || '%'", query.q.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_"))
    for column in ("reported", "closed"):
        if (value := getattr(query, f"{column}_from")) is not None:
            add(f"{column}_at >= {{}}", value)
        if (value := getattr(query, f"{column}_to")) is not None:
            add(f"{column}_at < {{}}", value)
    return "".join(f" and {part}" for part in parts)


def _parameter(values: list[Any], value: object) -> str:
    values.append(value)
    return f"${len(values)}"


def _ids(text: str) -> list[UUID]:
    try:
        return [UUID(one) for one in text.split(",")]
    except ValueError as error:
        raise Refused("invalid", why="ids: case ids separated by commas") from error


def _order(query: CaseQuery) -> tuple[str, str, bool, int]:
    if query.sort not in SORTS:
        raise Refused("invalid", why=f"sort: {query.sort} is not one of {', '.join(SORTS)}")
    if not 1 <= query.limit <= MOST:
        raise Refused("invalid", why=f"limit: {query.limit} is not between 1 and {MOST}")
    return (*SORTS[query.sort], query.limit)


def _cursor(sort: str, row: asyncpg.Record) -> str:
    key: datetime | None = row["sort_key"]
    text = "" if key is None else key.isoformat()
    return base64.urlsafe_b64encode(msgspec.json.encode([sort, text, str(row["id"])])).decode().rstrip("=")


def _after(query: CaseQuery, compared: str, descending: bool, values: list[Any]) -> str:
    """The keyset condition of a cursor, checked: a cursor is only good for the order it was made in."""
    if query.after is None:
        return ""
    try:
        raw = base64.b64decode(query.after + "=" * (-len(query.after) % 4), altchars=b"-_", validate=True)
        sort, key, id = msgspec.json.decode(raw, type=tuple[str, str, UUID])
        moment = datetime.fromisoformat(key) if key else None
        if sort != query.sort or (moment is not None and moment.tzinfo is None):
            raise ValueError(sort)
        values += [moment and moment.astimezone(UTC), id]
    except (ValueError, OverflowError, binascii.Error, msgspec.DecodeError) as error:
        raise Refused("invalid", why="after: not a cursor of this list") from error
    sign = "<" if descending else ">"
    return f" and ({compared}, id) {sign} (coalesce(${len(values) - 1}::timestamptz, 'infinity'), ${len(values)}::uuid)"

"""What simulations read and where their results are kept: whole cases of a span, one after another, in flat memory."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

import asyncpg
import msgspec

from northbank.core.journal import Entry
from northbank.core.policy import Result
from northbank.flows.simulate import Listed
from northbank.shell.store.journal import entry_of
from northbank.shell.store.rebuild import BATCH, LONG
from northbank.shell.store.sql import statements

SQL = statements("packs")
_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Result).decode


class PgSimulations:
    """Recorded cases and kept results of one database."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def size(self, since: datetime, until: datetime) -> tuple[int, int]:
        """How many cases were reported in a span, and how many entries they have."""
        row = await self._pool.fetchrow(SQL.span_size, since, until, timeout=LONG)
        return (row["cases"], row["entries"])

    async def cases(self, since: datetime, until: datetime) -> AsyncIterator[list[Entry[Any]]]:
        """The whole history of each case reported in a span, by id."""
        async with (
            self._pool.acquire() as connection,
            connection.transaction(isolation="repeatable_read", readonly=True),
        ):
            await connection.execute("set local statement_timeout to 0")
            entries: list[Entry[Any]] = []
            async for row in connection.cursor(SQL.span_entries, since, until, prefetch=BATCH, timeout=LONG):
                entry = entry_of(row)
                if entries and entry.stream != entries[0].stream:
                    yield entries
                    entries = []
                entries.append(entry)
            if entries:
                yield entries

    async def keep(self, result: Result) -> None:
        """Keep a result, so that publishing can name it."""
        body = _encode(result).decode()
        await self._pool.execute(SQL.keep_simulation, result.id, result.city, result.at, result.version, body)

    async def get(self, id: str) -> Result | None:
        """A kept result."""
        found = await self._pool.fetchval(SQL.simulation, id)
        return None if found is None else _decode(found)

    async def newest(self, limit: int) -> list[Listed]:
        """The newest results."""
        return [
            Listed(*(str(row["id"]), *list(row.values())[1:])) for row in await self._pool.fetch(SQL.simulations, limit)
        ]

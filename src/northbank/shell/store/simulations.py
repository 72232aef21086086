"""What simulations read and where their results are kept: whole cases of a span, one after another, in flat memory."""

from collections.abc import AsyncGenerator
from datetime import datetime
from typing import Any

import asyncpg
import msgspec
from msgspec.structs import replace

from northbank.core.journal import Entry
from northbank.core.policy import Changed, Result
from northbank.ports.lab import ChangedRow, Kind, Listed, SimulationRun
from northbank.shell.store.journal import entry_of
from northbank.shell.store.rebuild import BATCH, LONG
from northbank.shell.store.sql import statements

SQL = statements("packs")
_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Result).decode
_decode_run = msgspec.json.Decoder(SimulationRun).decode
_decode_rows = msgspec.json.Decoder(list[ChangedRow]).decode
_decode_all = msgspec.json.Decoder(list[Changed]).decode


class PgSimulations:
    """Recorded cases and kept results of one database."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def size(self, since: datetime, until: datetime) -> tuple[int, int]:
        """How many cases were reported in a span, and how many entries they have."""
        row = await self._pool.fetchrow(SQL.span_size, since, until, timeout=LONG)
        return (row["cases"], row["entries"])

    async def cases(self, since: datetime, until: datetime) -> AsyncGenerator[list[Entry[Any]], None]:
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

    async def note(self, run: SimulationRun) -> None:
        """Note that one began, or how it ended; a beginning never replaces an end."""
        await self._pool.execute(SQL.note_run, run.id, run.at, run.state, _encode(run).decode())

    async def noted(self, limit: int) -> list[SimulationRun]:
        """Those begun last that have no result, the oldest first, as they were noted."""
        rows = await self._pool.fetch(SQL.noted_runs, limit)
        return [_decode_run(row["run"]) for row in reversed(rows)]

    async def keep(self, result: Result) -> None:
        """Keep a result, so that publishing can name it."""
        body, changed = _encode(replace(result, changed=[])).decode(), _encode(result.changed).decode()
        async with self._pool.acquire() as connection, connection.transaction():
            await connection.execute(SQL.keep_simulation, result.id, result.city, result.at, result.version, body)
            await connection.execute(SQL.keep_changed, result.id, changed)

    async def sums(self, id: str) -> Result | None:
        """A kept result without the cases that change."""
        found = await self._pool.fetchval(SQL.simulation, id)
        return None if found is None else _decode(found)

    async def get(self, id: str) -> Result | None:
        """A kept result, whole."""
        found = await self.sums(id)
        if found is None:
            return None
        return replace(found, changed=_decode_all(await self._pool.fetchval(SQL.simulation_cases, id)))

    async def newest(self, limit: int, after: str | None = None) -> list[Listed]:
        """The newest results, or those older than the result `after`."""
        rows = await self._pool.fetch(SQL.simulations, limit, after)
        return [Listed(*(str(row["id"]), *list(row.values())[1:])) for row in rows]

    async def changed(
        self, id: str, unit: str | None, kind: Kind | None, after: int, limit: int
    ) -> tuple[int, list[ChangedRow]]:
        """Cases of a result that change: how many there are in all, and those behind place `after`. unit: before or after."""
        row = await self._pool.fetchrow(SQL.changed_page, id, unit, kind, after, limit)
        return row["total"], _decode_rows(row["rows"])

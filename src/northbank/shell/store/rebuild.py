"""Views from the journal alone: drop them and fold every entry again, stream by stream, in flat memory."""

from collections.abc import AsyncIterator, Callable

import asyncpg
import msgspec

from northbank.core.card import card
from northbank.core.case import Case
from northbank.shell.store.folding import Fold
from northbank.shell.store.grants import rebuild_grants
from northbank.shell.store.journal import SQL
from northbank.shell.store.marks import mark_all
from northbank.shell.store.sql import statements

PAST = statements("past")
BATCH = 2_000
LONG = 86_400.0  # seconds: sorting a large journal takes longer than a command may
_encode = msgspec.json.Encoder().encode


async def folded(connection: asyncpg.Connection, until: int | None = None) -> AsyncIterator[tuple[Case, int]]:
    """Every case as its facts make it, with the position of its last entry; `until`: facts up to that position alone."""
    fold = Fold()
    asked = (SQL.by_stream,) if until is None else (PAST.by_stream_until, until)
    cursor = await connection.cursor(*asked, timeout=LONG)
    while rows := await cursor.fetch(BATCH, timeout=LONG):
        for one in fold.feed(rows):
            yield one
    for one in fold.rest():
        yield one


async def rebuild(pool: asyncpg.Pool, progress: Callable[[int], None] = lambda _: None) -> int:
    """Make the views of cases, their marks and grants anew, in one transaction: readers see the old rows until the new ones are whole."""
    done = 0
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute("set local statement_timeout to 0")  # as long as it takes
        await connection.execute("select pg_advisory_xact_lock(7236001)", timeout=LONG)  # no appends meanwhile
        await connection.execute("delete from cases", timeout=LONG)
        rows: list[tuple[object, ...]] = []
        async for case, position in folded(connection):
            rows.append((*msgspec.structs.astuple(card(case, position)), _encode(case).decode()))
            if len(rows) == BATCH:
                await connection.copy_records_to_table("cases", records=rows, timeout=LONG)
                done += len(rows)
                rows.clear()
                progress(done)
        if rows:
            await connection.copy_records_to_table("cases", records=rows, timeout=LONG)
            done += len(rows)
        await mark_all(connection)
        await rebuild_grants(connection)
    progress(done)
    return done

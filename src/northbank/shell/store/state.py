"""The hash of all cases at a position: from the live view, and from the journal alone."""

from collections.abc import Callable

import asyncpg
import msgspec

from northbank.core.case import Case
from northbank.core.state_hash import StateHash
from northbank.shell.store.rebuild import LONG, folded
from northbank.shell.store.sql import statements

SQL = statements("past")
BATCH = 2_000
_decode = msgspec.json.Decoder(Case).decode


class State(msgspec.Struct, frozen=True):
    """The hash of the cases at a position."""

    position: int
    cases: int
    hash: str


async def live_state(pool: asyncpg.Pool) -> State:
    """What the case view holds now, in one snapshot."""
    async with pool.acquire() as connection, connection.transaction(isolation="repeatable_read", readonly=True):
        await connection.execute("set local statement_timeout to 0")
        position = int(await connection.fetchval(SQL.tip))
        made = StateHash()
        async for row in connection.cursor(SQL.every_case, prefetch=BATCH, timeout=LONG):
            made.take(_decode(row["doc"]), row["position"])
        return State(position, made.cases, made.hex())


async def folded_state(
    pool: asyncpg.Pool, position: int | None = None, progress: Callable[[int], None] = lambda _: None
) -> State:
    """What the journal makes of its entries up to a position (None: all), folded in flat memory."""
    async with pool.acquire() as connection, connection.transaction(isolation="repeatable_read", readonly=True):
        await connection.execute("set local statement_timeout to 0")
        tip = int(await connection.fetchval(SQL.tip))
        until = tip if position is None else min(position, tip)
        made = StateHash()
        async for case, at in folded(connection, until):
            made.take(case, at)
            if made.cases % BATCH == 0:
                progress(made.cases)
        return State(until, made.cases, made.hex())

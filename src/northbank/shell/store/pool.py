"""Connections and migrations. The pool is small on purpose: 2 cores gain nothing from more than ten."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg

from northbank.core.mendable import Mendable
from northbank.shell.store.sql import migrations

# What the driver raises while the server is away, starting, stopping or out of room: wait and try again.
UNAVAILABLE = (
    OSError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # a connection that broke in the middle of a command; the pool throws it away
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.ObjectNotInPrerequisiteStateError,  # the database takes no connections just now
)
# Given as start-up settings, because the pool resets what is set later each time a connection comes back.
SESSION = {"timezone": "UTC", "statement_timeout": "60s", "jit": "off", "application_name": "northbank"}
OLDEST = 150000
_LOCK = 7236000  # one migration at a time, whoever starts first


class DatabaseError(Mendable):
    """The database cannot be used; the message is one sentence for the person who started the program."""


async def open_pool(dsn: str, size: int = 8) -> asyncpg.Pool:
    """A pool on a server of PostgreSQL 15 or newer, with every migration applied."""
    try:
        pool = await asyncpg.create_pool(
            dsn, min_size=1, max_size=size, command_timeout=60, server_settings=SESSION, reset=_as_it_is
        )
    except (OSError, asyncpg.PostgresError) as error:
        raise DatabaseError(f"The database cannot be reached: {error}") from error
    async with pool.acquire() as connection:
        version = connection.get_server_version()
        if version.major * 10000 < OLDEST:
            await pool.close()
            raise DatabaseError(f"PostgreSQL {version.major} is too old; Northbank needs 15 or newer.")
        await migrate(connection)
    return pool


@asynccontextmanager
async def snapshot(pool: asyncpg.Pool) -> AsyncIterator[asyncpg.Connection]:
    """A connection on which several questions see one moment; nothing can be written."""
    async with pool.acquire() as connection, connection.transaction(isolation="repeatable_read", readonly=True):
        yield connection


async def _as_it_is(connection: asyncpg.Connection) -> None:
    """Nothing here changes a session for good, so that giving a connection back costs no round trip.

    The driver itself still ends an open transaction and forgets listeners.
    """


async def migrate(connection: asyncpg.Connection) -> list[str]:
    """Apply what is missing, each migration in its own transaction; returns the names applied."""
    applied: list[str] = []
    await connection.execute("select pg_advisory_lock($1)", _LOCK)
    try:
        await connection.execute(
            "create table if not exists migration (name text primary key, at timestamptz not null default now())"
        )
        done = {row["name"] for row in await connection.fetch("select name from migration")}
        for name, body in migrations():
            if name in done:
                continue
            async with connection.transaction():
                await connection.execute(body)
                await connection.execute("insert into migration (name) values ($1)", name)
            applied.append(name)
    finally:
        await connection.execute("select pg_advisory_unlock($1)", _LOCK)
    if applied:
        await connection.reload_schema_state()
    return applied

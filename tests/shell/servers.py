"""The server that store tests run on: the embedded one of this run, or one that somebody else runs (`--server URL`).

The store has to work on every PostgreSQL from 15 on: docs/how-to/run-a-center.md says how the suite is run on another.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Protocol
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import uuid_utils

from northbank.shell.store.cluster import DATABASE, ROLE, SUPERUSER
from northbank.shell.store.pool import open_pool


class Server(Protocol):
    """A running server whose superuser lets tests make databases."""

    @property
    def dsn(self) -> str:
        """The address of the service's own database."""

    def url(self, database: str = DATABASE, role: str = ROLE) -> str:
        """The address of any database as any role."""


class Foreign:
    """A server by the URL of its superuser. It has to let every role in without a password, as a private one does."""

    def __init__(self, url: str) -> None:
        self._parts = urlsplit(url)
        self._superuser = self._parts.username or SUPERUSER

    @property
    def dsn(self) -> str:
        """The address of the service's own database."""
        return self.url()

    def url(self, database: str = DATABASE, role: str = ROLE) -> str:
        """The same address for another database and role."""
        user = self._superuser if role == SUPERUSER else role
        place = self._parts.netloc.rpartition("@")[2]
        return urlunsplit(self._parts._replace(netloc=f"{user}@{place}", path=f"/{database}"))

    async def settle(self) -> None:
        """Make the role and the database of the service where they are missing."""
        connection = await asyncpg.connect(self.url("postgres", SUPERUSER))
        try:
            if not await connection.fetchval("select count(*) from pg_roles where rolname = $1", ROLE):
                await connection.execute(f"create role {ROLE} login")
            if not await connection.fetchval("select count(*) from pg_database where datname = $1", DATABASE):
                await connection.execute(f"create database {DATABASE} owner {ROLE} template template0 encoding 'UTF8'")
        finally:
            await connection.close()


async def execute(server: Server, *statements: str) -> None:
    """Run statements one by one as the superuser."""
    connection = await asyncpg.connect(server.url("postgres", SUPERUSER))
    try:
        for statement in statements:
            await connection.execute(statement, timeout=30)
    finally:
        await connection.close()


@asynccontextmanager
async def new_database(server: Server, like: str | None = None) -> AsyncIterator[str]:
    """The name of a new database that belongs to the role of the service; dropped afterwards. like: a copy of this one."""
    name = f"test_{uuid_utils.uuid7().hex}"
    # Copied as files: a third of the time that copying through the log takes.
    made = f"template {like} strategy file_copy" if like else "template template0 encoding 'UTF8'"
    await execute(server, f"create database {name} owner {ROLE} {made}")
    try:
        yield name
    finally:
        await execute(server, f"drop database {name} with (force)")


@asynccontextmanager
async def empty_database(server: Server) -> AsyncIterator[str]:
    """The address of a new database without any table."""
    async with new_database(server) as name:
        yield server.url(database=name)


@asynccontextmanager
async def migrated_database(server: Server) -> AsyncIterator[str]:
    """The name of a database with every table and no row, for others to be copies of: nobody is connected to it."""
    async with new_database(server) as name:
        await (await open_pool(server.url(database=name))).close()
        yield name


def database_of(url: str) -> str:
    """The name of the database that an address leads to."""
    return urlsplit(url).path.lstrip("/")

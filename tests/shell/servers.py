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
async def empty_database(server: Server) -> AsyncIterator[str]:
    """The address of a new database that belongs to the role of the service; dropped afterwards."""
    name = f"test_{uuid_utils.uuid7().hex}"
    await execute(server, f"create database {name} owner {ROLE} template template0 encoding 'UTF8'")
    try:
        yield server.url(database=name)
    finally:
        await execute(server, f"drop database {name} with (force)")


def database_of(url: str) -> str:
    """The name of the database that an address leads to."""
    return urlsplit(url).path.lstrip("/")

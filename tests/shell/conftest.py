"""One embedded PostgreSQL for the whole run, and a new empty database for each test that asks for one."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from itertools import count
from pathlib import Path

import asyncpg
import pytest
from running import center

from northbank.shell.store.embedded import Embedded

__all__ = ["center"]  # a fixture too: one whole center for the tests of the outside face
_numbers = count(1)


@pytest.fixture(scope="session")
def embedded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Embedded]:
    """The server of this run, over a data folder that goes with it. Tests may not stop it."""
    root: Path = tmp_path_factory.mktemp("northbank") / "data"
    # Nothing in it outlives the run; what has to survive a kill is shown on servers of its own, with syncs.
    with Embedded.start(root, settings={"fsync": "off", "full_page_writes": "off"}) as server:
        yield server


@pytest.fixture(scope="session")
def database_url(embedded: Embedded) -> str:
    """The address of the server's own database; tests that change anything take `fresh_database` instead."""
    return embedded.dsn


@pytest.fixture
async def fresh_database(embedded: Embedded) -> AsyncIterator[str]:
    """The address of a new empty database that belongs to the role of the service; dropped afterwards."""
    name = f"test_{next(_numbers)}"
    await _run(embedded, f"create database {name} owner northbank template template0")
    try:
        yield embedded.url(database=name)
    finally:
        await _run(embedded, f"drop database {name} with (force)")


async def _run(embedded: Embedded, statement: str) -> None:
    connection = await asyncpg.connect(embedded.url(database="postgres", role="postgres"))
    try:
        await asyncio.wait_for(connection.execute(statement), 30)
    finally:
        await connection.close()

"""One PostgreSQL for the whole run, and a new empty database for each test that asks for one."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from running import center
from shell.servers import Foreign, Server, migrated_database, new_database

from northbank.shell.lake.spark.session import session_of
from northbank.shell.store.embedded import Embedded

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

__all__ = ["center"]  # a fixture too: one whole center for the tests of the outside face


CLUSTER, MEMORY = "local-cluster[2,1,1024]", "512MB"  # two workers of one core each


@pytest.fixture(scope="session")
def embedded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Embedded]:
    """The embedded server of this run, over a data folder that goes with it. Tests may not stop it."""
    root: Path = tmp_path_factory.mktemp("northbank") / "data"
    # Nothing in it outlives the run; what has to survive a kill is shown on servers of its own, with syncs.
    with Embedded.start(root, settings={"fsync": "off", "full_page_writes": "off"}) as one:
        yield one


@pytest.fixture(scope="session")
def server(request: pytest.FixtureRequest) -> Server:
    """The server that store tests run on: the embedded one unless another is named."""
    url = request.config.getoption("--server", default=None)
    if url is None:
        embedded: Embedded = request.getfixturevalue("embedded")
        return embedded
    foreign = Foreign(url)
    asyncio.run(foreign.settle())
    return foreign


@pytest.fixture(scope="session")
def database_url(server: Server) -> str:
    """The address of the server's own database; tests that change anything take `fresh_database` instead."""
    return server.dsn


@pytest.fixture(scope="session")
def migrated(server: Server) -> Iterator[str]:
    """The name of a database that every `fresh_database` is a copy of, so that tables are made once a run."""
    with asyncio.Runner() as runner:
        made = migrated_database(server)
        yield runner.run(made.__aenter__())
        runner.run(made.__aexit__(None, None, None))


@pytest.fixture
async def fresh_database(server: Server, migrated: str) -> AsyncIterator[str]:
    """The address of a new database without a row that belongs to the role of the service; dropped afterwards."""
    async with new_database(server, migrated) as name:
        yield server.url(database=name)


@pytest.fixture(scope="session")
def spark() -> Iterator["SparkSession"]:
    """A Spark cluster on this machine: a master and two workers, each of which runs programs in a process of its own."""
    # Java that compiles in one quick step: these programs end before a second one would pay.
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("JAVA_TOOL_OPTIONS", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC")
        found = session_of(CLUSTER, MEMORY)
        yield found
        found.stop()

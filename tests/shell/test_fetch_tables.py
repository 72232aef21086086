"""Rows of tables of PostgreSQL and MySQL: whole and by a growing column, no row lost or doubled, whatever happens between."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import asyncpg
import pytest
from shell import mariadb
from shell.desk import Killed, SourceDesk

from northbank.core.dataset import Collected, TurnedAway
from northbank.core.origin import Server, Table
from northbank.core.refusal import Refused


class Database(Protocol):
    """A server with a table of shops. kind: as contracts call it."""

    kind: Server
    url: str

    async def run(self, *statements: str) -> None: ...


class Postgres:
    kind: Server = "postgresql"

    def __init__(self, url: str) -> None:
        self.url = url

    async def run(self, *statements: str) -> None:
        connection = await asyncpg.connect(self.url)
        try:
            for statement in statements:
                await connection.execute(statement)
        finally:
            await connection.close()


class MySql:
    kind: Server = "mysql"

    def __init__(self, server: mariadb.MariaDb) -> None:
        self._server = server
        self.url = server.url

    async def run(self, *statements: str) -> None:
        await asyncio.to_thread(self._server.run, "use district", *statements)


@pytest.fixture(scope="session")
def maria() -> Iterator[mariadb.MariaDb]:
    """One server for the run."""
    with mariadb.running() as server:
        yield server


@pytest.fixture(params=["postgresql", "mysql"])
async def database(request: pytest.FixtureRequest, fresh_database: str) -> Database:
    """A database with a table of three shops."""
    if request.param == "postgresql":
        one: Database = Postgres(fresh_database)
    else:
        one = MySql(request.getfixturevalue("maria"))
        await one.run("drop table if exists shops")
    await one.run(
        "create table shops (shop varchar(20) primary key, name varchar(40), seats integer, opened date, lon decimal(9, 5), "
        "serial bigint, changed timestamp(6) not null)",
        *(insert(n, "2026-05-04 10:00:00") for n in (1, 2, 3)),
    )
    return one


def insert(n: int, changed: str, name: str = "") -> str:
    return f"insert into shops values ('{n}', '{name or f'店 {n}'}', {n}, '2024-02-0{n % 9 + 1}', 85.33000, {n}, '{changed}')"


def desk_of(root: Path, database: Database, **origin: object) -> SourceDesk:
    desk = SourceDesk(root, SHOPS=database.url)
    said = {"table": "shops", **origin}
    desk.comes_from(Table(server=database.kind, address="env:SHOPS", **said), bad_share=40.0)  # type: ignore[arg-type]
    return desk


async def test_a_whole_table_and_a_query(tmp_path: Path, database: Database) -> None:
    desk = desk_of(tmp_path, database)
    batch = (await desk.fetch()).statement
    assert batch is not None
    assert (batch.rows, batch.good, batch.origin) == (3, 3, f"{database.kind} shops")
    assert len(await desk.rows("shop, name, seats, opened, lon")) == 3
    assert (await desk.fetch()).statement is None
    await database.run("update shops set name = '新店' where shop = '2'")
    assert (await desk.fetch()).statement is not None
    assert await desk.rows() == [("1", "店 1"), ("2", "新店"), ("3", "店 3")]
    other = desk_of(tmp_path / "other", database, table="", query="select shop, name from shops where seats > 1")
    batch = (await other.fetch()).statement
    assert batch is not None
    assert (batch.good, batch.drift["shops.parquet"].added) == (2, ())
    desk.memory.check()


@pytest.mark.parametrize("since", ["changed", "serial"])
async def test_a_run_asks_for_what_came_since_the_last(tmp_path: Path, database: Database, since: str) -> None:
    desk = desk_of(tmp_path, database, since=since)
    first = (await desk.fetch()).statement
    assert isinstance(first, Collected)
    assert first.mark is not None
    assert (await desk.fetch()).statement is None, "the row at the border is not told again"
    await database.run(insert(4, "2026-05-04 10:00:00"), insert(5, "2026-05-04 11:30:00.25"))
    second = (await desk.fetch()).statement
    assert isinstance(second, Collected)
    assert second.rows == (5 if since == "changed" else 3), "rows of the same moment as the last are asked for again"
    assert [shop for shop, _ in await desk.rows()] == ["1", "2", "3", "4", "5"]
    assert (await desk.fetch()).statement is None
    await database.run("update shops set name = '新名', changed = '2026-05-05 08:00:00', serial = 9 where shop = '1'")
    third = (await desk.fetch()).statement
    assert isinstance(third, Collected)
    assert third.rows == 2
    assert dict(await desk.rows())["1"] == "新名"  # type: ignore[call-overload]


async def test_rows_written_late_are_found_where_the_contract_looks_back(tmp_path: Path, database: Database) -> None:
    desk = desk_of(tmp_path, database, since="changed", overlap=30)
    await database.run(insert(4, "2026-05-04 12:00:00"))
    await desk.fetch()
    await database.run(insert(5, "2026-05-04 11:45:00"))
    batch = (await desk.fetch()).statement
    assert batch is not None
    assert batch.rows == 2
    assert len(await desk.rows()) == 5
    assert (await desk.fetch()).statement is None


async def test_what_was_turned_away_is_asked_for_again(tmp_path: Path, database: Database) -> None:
    desk = desk_of(tmp_path, database, since="serial")
    await desk.fetch()
    await database.run(
        *(insert(n, "2026-05-04 10:00:00") for n in (4, 5)), "update shops set name = null where serial > 3"
    )
    turned = (await desk.fetch()).statement
    assert isinstance(turned, TurnedAway)
    assert (await desk.fetch()).statement is None, "the same rows under the same contract"
    await database.run("update shops set name = '有名' where serial > 3")
    assert isinstance((await desk.fetch()).statement, Collected)
    assert len(await desk.rows()) == 5


@pytest.mark.parametrize(
    ("step", "share", "landed"), [("fetch", 1.0, False), ("land", 0.5, False), ("land", 1.0, True)]
)
async def test_an_end_between_source_lake_and_journal_loses_and_doubles_nothing(
    tmp_path: Path, database: Database, step: str, share: float, landed: bool
) -> None:
    desk = desk_of(tmp_path, database, since="serial")
    await desk.fetch()
    await database.run(insert(4, "2026-05-04 10:00:00"))
    with pytest.raises(Killed):
        await desk.fetch(die_at=(step, share))
    assert len(await desk.past()) == 1
    await database.run(insert(5, "2026-05-04 10:00:00"))
    again = await desk.fetch()
    assert again.healed == landed
    assert again.statement is not None
    assert again.statement.rows == (2 if landed else 3)
    assert [shop for shop, _ in await desk.rows()] == ["1", "2", "3", "4", "5"]
    assert sum(one.good for one in await desk.past()) == (7 if landed else 6), (
        "the row at the border comes with each run"
    )


async def test_what_is_wrong_is_said_without_the_password(tmp_path: Path, database: Database) -> None:
    desk = desk_of(tmp_path, database, table="stores")
    with pytest.raises(Refused, match="no longer as the contract says") as refused:
        await desk.fetch()
    desk = desk_of(tmp_path, database, since="name")
    with pytest.raises(Refused, match="no number or time that could grow"):
        await desk.fetch()
    password = "wr0ng-secret"
    wrong = {
        "postgresql": f"postgresql://nobody:{password}@127.0.0.1:1/x", "mysql": f"mysql://nobody:{password}@127.0.0.1:1/x",
    }[database.kind]  # fmt: skip
    desk = SourceDesk(tmp_path, SHOPS=wrong)
    desk.comes_from(Table(server=database.kind, address="env:SHOPS", table="shops"))
    with pytest.raises(Refused, match="does not answer") as refused:
        await desk.fetch()
    assert password not in str(refused.value)
    assert await desk.past() == []


async def test_an_empty_table_is_nothing_new(tmp_path: Path, database: Database) -> None:
    await database.run("delete from shops")
    assert (await desk_of(tmp_path, database, since="serial").fetch()).statement is None

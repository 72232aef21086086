"""Servers given by URL: good ones pass, others are refused in one sentence that shows no password."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest
from shell.servers import Server

from northbank.shell.store.embedded import Embedded
from northbank.shell.store.server import ServerRefused, check_server, reach


async def refused(url: str) -> str:
    with pytest.raises(ServerRefused) as caught:
        await reach(url)
    said = str(caught.value)
    assert "hidden" not in said
    assert said.count("\n") == 0
    return said


async def test_a_good_server_passes(fresh_database: str) -> None:
    await reach(fresh_database)
    connection = await asyncpg.connect(fresh_database)
    await check_server(connection)
    await connection.close()


@pytest.fixture
async def older(embedded: Embedded, tmp_path: Path) -> AsyncIterator[str]:
    """The server of this run behind a door where it says that it is an older one."""
    inside = embedded.dsn.partition("host=")[2].partition("&")[0] + "/.s.PGSQL.5432"

    async def pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        while data := await source.read(65536):
            sink.write(data.replace(b"server_version\x0018.6", b"server_version\x0014.9"))
        sink.close()

    async def serve(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_unix_connection(inside)
        await asyncio.gather(pump(source, back), pump(there, sink))

    server = await asyncio.start_unix_server(serve, tmp_path / ".s.PGSQL.5432")
    yield f"postgresql://northbank@/northbank?host={tmp_path}&port=5432"
    server.close()


async def test_an_older_server_is_refused(older: str) -> None:
    assert await refused(older) == "The server is PostgreSQL 14 and Northbank needs 15 or newer."


async def test_a_database_with_another_encoding_is_refused(server: Server) -> None:
    admin = await asyncpg.connect(server.url("postgres", "postgres"))
    await admin.execute(
        "create database ascii owner northbank template template0 encoding 'SQL_ASCII' locale_provider libc locale 'C'"
    )
    try:
        assert "keeps text in SQL_ASCII" in await refused(server.url("ascii"))
    finally:
        await admin.execute("drop database ascii with (force)")
        await admin.close()


async def test_a_role_without_rights_is_refused(server: Server) -> None:
    admin = await asyncpg.connect(server.url("postgres", "postgres"))
    await admin.execute("create role stranger login")
    try:
        assert "stranger may not make schemas in northbank" in await refused(server.url(role="stranger"))
    finally:
        await admin.execute("drop role stranger")
        await admin.close()


async def test_ways_not_to_get_in(server: Server, unused_tcp_port: int) -> None:
    assert "has no such database" in await refused(server.url("nowhere"))
    assert "does not let this role in" in await refused(server.url(role="nobody_known"))
    nobody = f"postgresql://me:hidden@127.0.0.1:{unused_tcp_port}/db"
    assert f"No PostgreSQL answers at 127.0.0.1:{unused_tcp_port}/db" in await refused(nobody)
    assert "No PostgreSQL answers" in await refused("postgresql://me:hidden@db.invalid/db")
    assert "check --database" in await refused("postgresql://me:hidden@host:port/db")


async def test_embedded_files_let_nobody_in_by_network(tmp_path: Path, unused_tcp_port: int) -> None:
    settings = {"listen_addresses": "127.0.0.1", "port": str(unused_tcp_port)}
    server = await asyncio.to_thread(Embedded.start, tmp_path / "data", settings=settings)
    try:
        url = f"postgresql://northbank:hidden@127.0.0.1:{unused_tcp_port}/northbank"
        assert "does not let this role in" in await refused(url)
    finally:
        await asyncio.to_thread(server.stop)

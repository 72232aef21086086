"""A database that goes away and comes back: 503 with advice, never 500, and nothing has to be started again."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import httpx
from running import Running, running
from shell.servers import Server, database_of, execute

REPORT = {"place": {"address": "by the harbor"}}


def statement(server: Server, sql: str) -> None:
    """Run one statement as the superuser."""
    asyncio.run(execute(server, sql))


def until(wanted: Callable[[], bool]) -> None:
    """Ask again and again; the suite's own time limit is the limit."""
    while not wanted():
        pass


def answers(center: Running, client: httpx.Client) -> set[int]:
    """What every kind of address answers now."""
    replies = [
        client.get("/api/v1/cases"),
        client.get("/api/v1/cases/01a202b3-264e-7695-aa54-026be293d29f"),
        client.post("/api/v1/reports", json=REPORT),
        client.post("/api/v1/session", json={"login": "desk", "password": "x"}),
        client.get("/open311/v2/requests.json"),
        client.get("/readyz"),
    ]
    assert all(one.json() for one in replies)
    return {one.status_code for one in replies}


def test_a_database_away_is_503_and_back_is_as_before(server: Server, fresh_database: str, tmp_path: Path) -> None:
    name = database_of(fresh_database)
    with running(fresh_database, tmp_path / "data") as center, center.client("desk") as client:
        assert client.post("/api/v1/reports", json=REPORT).status_code == 201
        statement(server, f"alter database {name} allow_connections false")
        statement(server, f"select pg_terminate_backend(pid) from pg_stat_activity where datname = '{name}'")
        assert answers(center, client) == {503}
        assert client.get("/healthz").status_code == 200
        assert "northbank_ready 0" in client.get("/metrics").text
        statement(server, f"alter database {name} allow_connections true")
        until(lambda: client.get("/readyz").status_code == 200)
        assert client.post("/api/v1/reports", json=REPORT).status_code == 201
        assert client.get("/api/v1/cases").json()["total"] == 2
        until(lambda: client.get("/api/v1/wall").json()["tiles"]["open"]["count"] == 2)

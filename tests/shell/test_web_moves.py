"""Staff who get another post: what they see is that of the new one at once, in requests, and on screens that are open."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from running import PASSWORD, Running
from shell.test_web_live import Events

from northbank.core.access import Actor, Role
from northbank.core.account import Account, Credential, OpenSession
from northbank.core.city import Name
from northbank.shell.web.knobs import WebSettings
from northbank.shell.web.passwords import Passwords
from northbank.shell.web.session import Sessions

HARBOR, OLD = ("q-harbor", "TW-H"), ("q-old", "TW-O")


def post(login: str, unit: str, town: str) -> Actor:
    return Actor(login, Role.TOWN_OFFICER, unit, town)


@pytest.fixture
def mover(center: Running, request: pytest.FixtureRequest) -> str:
    """A town officer of the harbor quarter, one for each test."""
    login = f"mover.{abs(hash(request.node.name)) % 10**9}"

    async def make() -> None:
        stored = await center.center.passwords.hash(PASSWORD)
        account = Account(Name("调动", "Mover"), post(login, *HARBOR))
        await center.center.accounts.add(account, stored, datetime.now(UTC))

    center.call(make())
    return login


def report(center: Running, grid: str) -> str:
    lon, lat = center.center.city.places.center(grid)
    with center.client("desk") as desk:
        made = desk.post("/api/v1/reports", json={"type": "street.noise", "place": {"lon": lon, "lat": lat}})
        return str(made.raise_for_status().json()["id"])


def move(center: Running, login: str, unit: str, town: str) -> None:
    assert center.call(center.center.accounts.set_post(post(login, unit, town)))


def seen(client: httpx.Client) -> set[str]:
    rows = client.get("/api/v1/cases", params={"limit": 500}).raise_for_status().json()["rows"]
    return {str(row["town"]) for row in rows}


@contextmanager
def screen(client: httpx.Client, **headers: str) -> Iterator[Events]:
    with client.stream("GET", "/live", headers=headers) as response:
        assert response.status_code == 200
        yield Events(response)


def last_of(events: Events) -> dict[str, Any]:
    """The last thing a stream says before it ends."""
    last: dict[str, Any] = {}
    try:
        while True:
            last = events.next()
    except (EOFError, httpx.TransportError):
        return last


@pytest.mark.parametrize("encoding", ["gzip", "identity"])
def test_a_move_shows_at_once_and_screens_begin_anew(center: Running, mover: str, encoding: str) -> None:
    here, there = report(center, "TW-H1-G1"), report(center, "TW-O1-G1")
    with center.client(mover) as client, center.client("town") as staying:
        assert seen(client) == {"TW-H"}
        with screen(client, **{"accept-encoding": encoding}) as events, screen(staying) as others:
            events.next()
            others.next()
            move(center, mover, *OLD)
            said = last_of(events)
            assert said["event"] == "reset"
            made = report(center, "TW-H1-G2")
            others.until(lambda event: any(card["id"] == made for card in event["data"].get("cards", ())))
        assert seen(client) == {"TW-O"}
        assert client.get(f"/api/v1/cases/{here}").json()["code"] == "not_found"
        assert client.get(f"/api/v1/cases/{there}").status_code == 200
        wall = client.get("/api/v1/wall").json()
        assert wall["scope"].startswith("town:TW-O,unit:q-old")
        assert {card["town"] for card in wall["cards"]} == {"TW-O"}


def test_nothing_of_the_old_scope_arrives_after_the_move(center: Running, mover: str) -> None:
    with center.client(mover) as client, screen(client) as events:
        events.next()
        move(center, mover, *OLD)
        center.call(asyncio.sleep(0))
        late = report(center, "TW-H1-G1")
        told: set[str] = set()
        try:
            while True:
                told |= {card["id"] for card in events.next()["data"].get("cards", ())}
        except (EOFError, httpx.TransportError):
            pass
        assert late not in told


def test_a_closed_account_and_a_new_password_end_screens_at_once(center: Running, mover: str) -> None:
    accounts = center.center.accounts
    for end in (
        lambda: accounts.set_password(mover, center.call(center.center.passwords.hash(PASSWORD)), datetime.now(UTC)),
        lambda: accounts.set_enabled(mover, False, datetime.now(UTC)),
    ):
        with center.client(mover) as client, screen(client) as events:
            events.next()
            assert center.call(end())
            assert last_of(events)["event"] == "reset"
            assert client.get("/api/v1/cases").status_code == 401


def test_an_account_that_is_not_there_cannot_be_moved(center: Running) -> None:
    assert not center.call(center.center.accounts.set_post(post("nobody", *OLD)))


class Slow:
    """A store of sessions whose answer is on its way while the account changes."""

    def __init__(self) -> None:
        self.actor = post("mover", *HARBOR)
        self.asked = asyncio.Event()
        self.go = asyncio.Event()

    async def session(self, token: bytes, now: datetime) -> OpenSession | None:
        found = OpenSession(Account(Name(), self.actor), now + timedelta(hours=12))
        self.asked.set()
        await self.go.wait()
        return found

    async def find(self, login: str) -> Credential | None: ...

    async def open_session(self, token: bytes, login: str, now: datetime, until: datetime) -> None: ...

    async def prolong(self, token: bytes, until: datetime) -> None: ...

    async def close_session(self, token: bytes) -> None: ...


async def test_an_answer_that_was_on_its_way_is_not_remembered() -> None:
    store = Slow()
    sessions = Sessions(store, Passwords(), WebSettings(), lambda: datetime.now(UTC), lambda: 0.0)
    asking = asyncio.create_task(sessions.account("token"))
    await store.asked.wait()
    store.actor = post("mover", *OLD)
    sessions.changed("mover")
    store.go.set()
    await asking
    found = await sessions.account("token")
    assert found is not None
    assert found.actor.town == "TW-O"

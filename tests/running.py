"""A whole center over real PostgreSQL and real HTTP, in a thread of its own. For tests of the outside face; no mocks."""

import asyncio
import threading
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from argon2 import PasswordHasher

from northbank import wiring
from northbank.core.access import Actor, Role
from northbank.core.account import Account
from northbank.core.city import Name
from northbank.shell.settings import Settings
from northbank.shell.web.passwords import Passwords

PACK = Path(__file__).resolve().parents[1] / "packs" / "_template"
PASSWORD = "correct horse battery staple"
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


class Running:
    """A center that serves. `base` is its address; `center` belongs to its own loop: reach it through `call`."""

    def __init__(self) -> None:
        self.base = ""
        self.center: wiring.Center
        self.loop: asyncio.AbstractEventLoop
        self.stop: asyncio.Event
        self.ready = threading.Event()
        self.failed: BaseException | None = None

    def call(self, work: Coroutine[Any, Any, Any]) -> Any:
        """Run something in the center's loop and wait for it."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(60)

    def client(self, login: str | None = None, **more: Any) -> httpx.Client:
        """A client, signed in by Bearer token where a login is given."""
        client = httpx.Client(base_url=self.base, timeout=30, trust_env=False, **more)
        if login is not None:
            client.headers["authorization"] = f"Bearer {self.token(login)}"
        return client

    def token(self, login: str) -> str:
        """A fresh token of an account."""
        with httpx.Client(base_url=self.base, timeout=30, trust_env=False) as client:
            reply = client.post("/api/v1/session", json={"login": login, "password": PASSWORD})
            return str(reply.raise_for_status().json()["token"])

    async def _run(self, settings: Settings, knobs: dict[str, Any]) -> None:
        self.loop, self.stop = asyncio.get_running_loop(), asyncio.Event()
        async with wiring.open_center(settings) as self.center:
            self.center.passwords = Passwords(CHEAP)
            await people(self.center)
            listening = wiring.listen_on("127.0.0.1", settings.port)
            self.base = f"http://127.0.0.1:{listening.getsockname()[1]}"
            more = {"login_rate": "1000/minute", "address_login_rate": "10000/minute"} | knobs
            face = self.center.face(wiring.web_settings(settings, **more))
            self.center.spawn(face.broadcaster.run())
            server = wiring.server_of(face)
            serving = asyncio.create_task(server.serve(sockets=[listening]))
            self.ready.set()
            await self.stop.wait()
            server.should_exit = True
            await serving

    def _thread(self, settings: Settings, knobs: dict[str, Any]) -> None:
        try:
            asyncio.run(self._run(settings, knobs))
        except BaseException as error:
            self.failed = error
        finally:
            self.ready.set()


async def people(center: wiring.Center) -> None:
    """One account of each role."""
    city = center.city
    town = next(area.code for area in city.areas.values() if area.level == "town")
    unit = next(unit.code for unit in city.units.values() if unit.kind == "department")
    grid = next(iter(city.places.shapes))
    actors = (
        Actor("admin", Role.ADMIN, city.center),
        Actor("desk", Role.DUTY_OFFICER, city.center),
        Actor("leader", Role.LEADER),
        Actor("wall", Role.WALL),
        Actor("town", Role.TOWN_OFFICER, city.town_center(town), town),
        Actor("unit", Role.UNIT_OFFICER, unit),
        Actor("grid", Role.GRID_WORKER, None, city.above(grid, "town"), grid),
        Actor("intake", Role.INTAKE),
        Actor("steward", Role.STEWARD, city.center),
    )
    stored = await center.passwords.hash(PASSWORD)
    for actor in actors:
        await center.accounts.add(
            Account(Name(f"{city.word('role', actor.role.value).zh}甲", f"The {actor.login}"), actor),
            stored,
            datetime.now(UTC),
        )


@contextmanager
def running(
    database: str | None, folder: Path, *, wall_open: bool = False, port: int = 0, **knobs: Any
) -> Iterator[Running]:
    """A center for the time of the block."""
    settings = Settings(pack=PACK, data=folder, database=database, port=port, wall_open=wall_open)
    one = Running()
    thread = threading.Thread(target=one._thread, args=(settings, knobs), daemon=True)
    thread.start()
    one.ready.wait(60)
    if one.failed is not None:
        raise one.failed
    try:
        yield one
    finally:
        one.loop.call_soon_threadsafe(one.stop.set)
        thread.join(30)
        if one.failed is not None:
            raise one.failed


@pytest.fixture(scope="session")
def center(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One center for a whole suite, over an embedded server of its own. Tests share it and count differences."""
    with running(None, tmp_path_factory.mktemp("center") / "data", reports_per_minute=0) as one:
        yield one

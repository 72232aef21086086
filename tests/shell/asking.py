"""The whole application in this process over a real database, random staff, and every question of its API: each by name.

An operation that is neither asked here nor named as a command fails tests/shell/test_scope.py.
"""

import asyncio
import random
import re
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, get_args

import httpx
import msgspec
from msgspec.structs import replace
from shell.stored import MASTER
from template import EVERYBODY, NOW, PACK, city

from northbank.core.access import Actor, Role
from northbank.core.account import Account
from northbank.core.case import Case
from northbank.core.city import City, Name
from northbank.core.metrics import By
from northbank.flows.simulate import simulate
from northbank.pack.bundle import bundle
from northbank.shell.clock import SteppedClock
from northbank.shell.settings import Settings
from northbank.shell.store.pool import open_pool
from northbank.shell.store.signer import Signer, new_pem
from northbank.shell.store.simulations import PgSimulations
from northbank.shell.web.app import all_operations, build_app
from northbank.shell.web.registry import Operation
from northbank.shell.web.session import digest
from northbank.wiring import Center, web_settings

UNKNOWN = "00000000-0000-7000-8000-00000000dead"
SIMULATION = "00000000-0000-7000-8000-00000000face"
OPERATIONS: Mapping[str, Operation] = {one.name: one for one in all_operations()}
# What changes something, and so is no question. What an act says of cases that may not be seen is asked besides.
COMMANDS = frozenset({
    "send_report", "sign_in", "sign_out", "erase_subject", "answer_duplicate", "publish_pack", "simulate", "stop_simulation",
    "request_data", "act_on_grant",
    "answer_pair", "upload_file", "collect_now", "run_follower",
})  # fmt: skip


class Question(msgspec.Struct, frozen=True):
    """One request. of: the case it is about, None for what is about all of them."""

    name: str
    path: str
    params: tuple[tuple[str, str], ...] = ()
    body: Any = None
    of: str | None = None

    def at(self, position: int) -> "Question":
        """The same question about a position of the past."""
        return msgspec.structs.replace(self, params=(*self.params, ("as_of", str(position))))

    @property
    def takes_as_of(self) -> bool:
        """Whether the operation can be asked about the past."""
        return "as_of" in getattr(OPERATIONS[self.name].params, "__struct_fields__", ())


class Answer(msgspec.Struct, frozen=True):
    """What came back."""

    status: int
    body: bytes

    def still(self) -> object:
        """The answer without the journal's tip, which everybody may know: checkpoints are public."""
        try:
            found = msgspec.json.decode(self.body)
        except msgspec.DecodeError:
            return self.status, self.body
        if isinstance(found, dict):
            found.pop("position", None)
            found.pop("cursor", None)
        return self.status, found

    def without(self, id: str) -> object:
        """The answer with an id taken out, to compare what is said of two."""
        return Answer(self.status, self.body.replace(id.encode(), b"-")).still()


Known = Sequence[tuple[Case, Sequence[str]]]  # cases with ids of their photos


def plain(path: str, *variants: Mapping[str, str]) -> Callable[[Known, random.Random], list[tuple[str, Any, Any]]]:
    """A question about all cases, in some variants."""
    return lambda cases, chance: [(path, tuple(one.items()), None) for one in variants or ({},)]


def lists(cases: Known, chance: random.Random) -> list[tuple[str, Any, Any]]:
    """Many ways to ask for lists; ids and numbers are those of any cases."""
    some = [case for case, _ in chance.sample(list(cases), min(8, len(cases)))]
    one = some[0]
    asked: list[dict[str, str]] = [
        {"limit": "500"}, {"limit": "2"}, {"limit": "3", "sort": "changed"}, {"limit": "3", "sort": "due"},
        {"ids": ",".join(case.id for case in some), "limit": "500"}, {"q": one.number}, {"q": one.number[3:8]},
        {"state": one.state.value}, {"owner": one.owner or ""}, {"town": one.spot.town or "" if one.spot else ""},
        {"grid": one.spot.grid if one.spot else ""}, {"open": "true"}, {"late": "true"}, {"needs": "true"}, {"desk": "true"},
        {"part": "clean"}, {"answer": one.owner or "roads"}, {"support": "clean"}, {"type": one.type or ""},
    ]  # fmt: skip
    return [("/api/v1/cases", tuple(one.items()), None) for one in asked]


def drafts(cases: Known, chance: random.Random) -> list[tuple[str, Any, Any]]:
    """Reports like those that are there."""
    found = []
    for case, _ in chance.sample(list(cases), min(3, len(cases))):
        draft: dict[str, Any] = {"text": "水管漏水"} | ({"type": case.type} if case.type else {})
        if case.spot:
            draft["place"] = {"lon": case.spot.lon, "lat": case.spot.lat}
        found.append(("/api/v1/duplicates", (), draft))
    return found


def asked_of_data(path: str, **body: Any) -> Callable[[Known, random.Random], list[tuple[str, Any, Any]]]:
    """A question over data, under a grant that nobody has."""
    return lambda cases, chance: [(path, (), {"purpose": "x", **body})]


GENERAL: Mapping[str, Callable[[Known, random.Random], list[tuple[str, Any, Any]]]] = {
    "list_cases": lists,
    "find_duplicates": drafts,
    "suggest_types": lambda cases, chance: [("/api/v1/suggestions", (), {"text": "水管漏水"})],
    "see_model": plain("/api/v1/suggestions/model"),
    "list_hot_issues": plain("/api/v1/hot-issues"),
    "see_hot_issue": lambda cases, chance: [(f"/api/v1/hot-issues/h{n}", (), None) for n in range(6)],
    "see_metrics": lambda cases, chance: [
        ("/api/v1/metrics", (("by", by),), None) for by in chance.sample(sorted(get_args(By)), 2)
    ],
    "see_gaming": plain("/api/v1/metrics/gaming", {}, {"as_of": "3"}),
    "see_wall": plain("/api/v1/wall"),
    "see_session": plain("/api/v1/session"),
    "see_keys": plain("/api/v1/audit/keys"),
    "see_checkpoint": plain("/api/v1/audit/checkpoint"),
    "list_checkpoints": plain("/api/v1/audit/checkpoints"),
    "prove_entry": plain("/api/v1/audit/inclusion", {"position": "1"}, {"position": "3"}),
    "prove_growth": plain("/api/v1/audit/consistency", {"old": "1"}),
    "list_readings": plain("/api/v1/readings", {"limit": "500"}),
    "list_simulations": plain("/api/v1/simulations"),
    "see_simulation": plain(f"/api/v1/simulations/{SIMULATION}"),
    "list_changed": plain(
        f"/api/v1/simulations/{SIMULATION}/cases", {"limit": "200"}, {"unit": "roads", "kind": "moved"}
    ),
    "list_packs": plain("/api/v1/packs"),
    "see_pack_file": plain(f"/api/v1/packs/{city().version}/file", {"name": "routing.csv"}),
    "take_pack": plain(f"/api/v1/packs/{city().version}/zip"),
    "list_datasets": plain("/api/v1/datasets"),
    "see_data_today": plain("/api/v1/data/today"),
    "see_warehouses": plain("/api/v1/data/warehouses"),
    "see_dataset": plain("/api/v1/datasets/shops", {}, {"as_of": "1"}),
    "see_quarantine": plain("/api/v1/datasets/shops/quarantine", {}, {"purpose": "handling"}),
    "list_businesses": plain("/api/v1/data/inventory/businesses", {"text": "shop"}, {"department": "watch"}),
    "see_business": plain("/api/v1/data/inventory/businesses/shop-permit"),
    "list_items": plain("/api/v1/data/inventory/items", {"carried": "false"}),
    "list_systems": plain("/api/v1/data/inventory/systems"),
    "see_ledger": plain("/api/v1/data/inventory/ledger", {"kind": "dataset"}),
    "see_coverage": plain("/api/v1/data/inventory/coverage", {"owner": "watch"}),
    "see_data_quality": plain("/api/v1/data/quality", {"batches": "3"}),
    "see_data_lineage": plain("/api/v1/data/lineage", {"dataset": "shops"}, {"figure": "screen:wall", "way": "up"}),
    "list_indicators": plain("/api/v1/data/indicators"),
    "see_indicator": plain("/api/v1/data/indicators/shops_open"),
    "list_subjects": plain("/api/v1/data/subjects"),
    "list_vital_signs": plain("/api/v1/vital-signs"),
    "find_datasets": plain("/api/v1/data/catalog", {}, {"q": "店铺"}, {"mine": "true"}),
    "see_catalog_entry": plain("/api/v1/data/catalog/shops"),
    "see_sample": plain("/api/v1/datasets/shops/sample"),
    "see_profile": plain("/api/v1/datasets/shops/profile"),
    "list_grants": plain("/api/v1/data/grants", {"limit": "200"}, {"dataset": "shops"}),
    "see_grant": plain(f"/api/v1/data/grants/{UNKNOWN}"),
    "list_granted": plain("/api/v1/data/granted"),
    "query_data": asked_of_data("/api/v1/data/query", grants=[UNKNOWN], sql="select 1"),
    "find_rows": asked_of_data("/api/v1/datasets/shops/rows", grant=UNKNOWN, key=["s1"]),
    "answer_minimally": asked_of_data(
        "/api/v1/datasets/shops/answer", grant=UNKNOWN, key=["s1"], ask={"what": "exists"}
    ),
    "list_uses": plain("/api/v1/data/uses", {"limit": "500"}),
    "list_link_models": plain("/api/v1/data/links"),
    "list_followers": plain("/api/v1/data/following"),
    "see_link_model": plain("/api/v1/data/links/keepers"),
    "list_pairs": plain("/api/v1/data/links/keepers/pairs", {"limit": "3"}),
    "see_link_pair": plain(f"/api/v1/data/links/keepers/pairs/{UNKNOWN}/{UNKNOWN}"),
    "see_city": plain("/api/v1/city"),
    "see_map": plain("/api/v1/map/grids"),
}
OF_A_CASE = {
    "see_case": "", "see_why": "/why", "see_receipt": "/receipt", "see_receipt_code": "/receipt/qr",
    "see_duplicates": "/duplicates", "see_concerns": "/concerns", "suggest_case_types": "/suggestions",
}  # fmt: skip
ASKED = {*GENERAL, *OF_A_CASE, "see_photo"}


def general(cases: Known, chance: random.Random, only: frozenset[str] | None = None) -> list[Question]:
    """Questions about all cases."""
    return [
        Question(name, *more)
        for name, build in GENERAL.items()
        if only is None or name in only
        for more in build(cases, chance)
    ]


def about(case: Case, photos: Sequence[str]) -> list[Question]:
    """Questions about one case."""
    base = f"/api/v1/cases/{case.id}"
    found = [Question(name, base + rest, of=case.id) for name, rest in OF_A_CASE.items()]
    return found + [Question("see_photo", f"{base}/photos/{id}", of=case.id) for id in [*photos, UNKNOWN]]


class Office:
    """A center in this process. `accounts`: who is signed in, by login."""

    def __init__(self, center: Center, clock: SteppedClock, signer: Signer) -> None:
        self.center = center
        self.world = center.world
        self.clock = clock
        self.signer = signer
        self.face = center.face(web_settings(center.settings, reports_per_minute=0, live_tick=0.0))
        self.app = build_app(self.face)
        self.client = httpx.AsyncClient(transport=httpx.ASGITransport(self.app), base_url="http://center")
        self.accounts: dict[str, Actor] = {}

    async def admit(self, actor: Actor) -> None:
        """Open an account, or give it another post, with a session whose token is the login."""
        new = await self.center.accounts.add(Account(Name(actor.login), actor), "no password", NOW)
        if new:
            now = self.face.sessions.now()
            await self.center.accounts.open_session(
                digest(actor.login), actor.login, now, now + self.face.sessions.life
            )
        else:
            await self.center.accounts.set_post(actor)
            self.face.sessions.changed(actor.login)
        self.accounts[actor.login] = actor

    async def ask(self, login: str, question: Question) -> Answer:
        """One question of one account."""
        operation = OPERATIONS[question.name]
        reply = await self.client.request(
            operation.method, question.path, params=question.params, json=question.body,
            headers={"authorization": f"Bearer {login}"},
        )  # fmt: skip
        return Answer(reply.status_code, reply.content)

    async def all(self, login: str, questions: Sequence[Question]) -> list[Answer]:
        """Many questions, one after the other."""
        return [await self.ask(login, one) for one in questions]

    async def cases(self) -> list[tuple[Case, list[str]]]:
        """Every case there is with the ids of its photos."""
        ids = [str(row["id"]) for row in await self.center.pool.fetch("select id from cases order by id")]
        found = await self.center.cases.many(ids)
        return [(case, [one.id for one in case.photos]) for case in sorted(found, key=lambda one: one.id)]

    async def simulated(self) -> None:
        """A kept pack, and a kept simulation in which every case changes hands."""
        world, center = self.world, self.center
        await center.rulebooks.keep(world.city.version, world.city.id, NOW, bundle(PACK))
        store = PgSimulations(center.pool)
        rows = tuple(replace(row, owner="watch") for row in world.city.routes)
        other, until = replace(world.city, version="other", routes=rows), self.clock.now()
        since = NOW - timedelta(days=1)
        found = await simulate(world, other, since, until, store.cases(since, until), id=SIMULATION)
        await store.keep(found)
        assert found.changed

    async def told(self) -> None:
        """Let the live pictures take in what happened."""
        await self.center.tail._advance()


@asynccontextmanager
async def office(dsn: str, folder: Path, of: City | None = None) -> AsyncIterator[Office]:
    """An office over an empty database, of the template's city or another; nothing runs by itself."""
    pool, clock, signer = await open_pool(dsn), SteppedClock(NOW), Signer("northbank/test", new_pem())
    center = Center(Settings(pack=Path(), data=folder), of or city(), pool, MASTER, signer, clock)
    await center.start(live=False)
    await center.ledger.admit(signer.verifier, NOW)
    await center.tail.start()
    center.journal.tell(center.tail.hear)
    made = Office(center, clock, signer)
    try:
        yield made
    finally:
        await made.client.aclose()
        await center.close()


def staff(chance: random.Random, most: int = 6, of: City | None = None) -> list[Actor]:
    """Random accounts: any role at any unit, town and grid, also such as nobody would give; some with logins that report."""
    units, areas = [None, *(of or city()).units], (of or city()).areas
    towns = [None, *(code for code, area in areas.items() if area.level == "town")]
    grids = [None, *(code for code, area in areas.items() if area.level == "grid")]
    logins = chance.sample([*(one.login for one in EVERYBODY), *(f"guest{n}" for n in range(4))], most)
    roles = [Role.TOWN_OFFICER, Role.UNIT_OFFICER, Role.GRID_WORKER, Role.INTAKE, *Role]
    return [
        Actor(login, chance.choice(roles), chance.choice(units), chance.choice(towns), chance.choice(grids))
        for login in logins
    ]


class Screen:
    """An open /live of one account, read frame by frame."""

    def __init__(self, office: Office, login: str, left: str | None = None) -> None:
        """left: the id of the event it saw last."""
        self.left = left
        self.frames: list[dict[str, Any]] = []
        resumed = [(b"last-event-id", left.encode())] if left is not None else []
        self.raw = b""
        self.ended = False
        self._gone = asyncio.Event()
        scope = {
            "type": "http", "method": "GET", "path": "/live", "raw_path": b"/live", "query_string": b"", "scheme": "http",
            "http_version": "1.1",
            "headers": [(b"authorization", f"Bearer {login}".encode()), (b"host", b"center"), *resumed],
            "client": ("127.0.0.1", 1), "server": ("center", 80), "root_path": "",
        }  # fmt: skip
        self.task = asyncio.create_task(office.app(scope, self._receive, self._send))  # type: ignore[arg-type]

    async def _receive(self) -> dict[str, Any]:
        await self._gone.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Any) -> None:
        self.raw += message.get("body", b"")
        self.ended = message["type"] == "http.response.body" and not message.get("more_body", False)

    def read(self) -> list[tuple[str, dict[str, Any]]]:
        """The frames since the last look: kind and data."""
        text, self.raw = self.raw.decode(), b""
        return [(kind, msgspec.json.decode(data)) for kind, data in re.findall(r"event: (\w+)\ndata: (.*)\n\n", text)]

    def last_id(self) -> str:
        """The id of the newest event."""
        return re.findall(r"^id: (.*)$", self.raw.decode(), re.MULTILINE)[-1]

    async def close(self) -> None:
        """Hang up."""
        self._gone.set()
        await asyncio.gather(self.task, return_exceptions=True)

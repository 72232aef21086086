"""A page of the case list at a million cases, over HTTP: people of every role, filters, orders and following pages at once.

Each asks for the next page when the last one came. The ceiling is the same hundred rows by their ids, straight from the database.
"""

import asyncio
import random
import tempfile
import time
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import msgspec
from child import Child, child
from full import fill, seed, settings
from load import Sender
from result import Result, machine, quantile, tidy

from northbank.core.access import Actor, Role
from northbank.core.account import Account
from northbank.core.card import Card
from northbank.core.city import Name
from northbank.shell.clock import SystemClock
from northbank.shell.web.session import digest
from northbank.wiring import Center, open_center

LIMIT = 100
SORTS = ("reported", "changed", "due")


class Size(msgspec.Struct, frozen=True):
    """How much is measured. real: the cases are a city's own where its file lies beside the checkout."""

    cases: int = 1_000_000
    seeds: int = 400
    users: tuple[int, ...] = (1, 16)
    seconds: float = 20.0
    rounds: int = 300
    pack: str = "jiangbei"
    real: bool = True


TINY = Size(cases=300, seeds=12, users=(1, 4), seconds=0.5, rounds=5, pack="_template", real=False)


class Person(msgspec.Struct, frozen=True):
    """Somebody who asks: a token and questions."""

    token: str
    questions: list[str]


async def measure(size: Size) -> Result:
    """Filled in this process, served by one of its own, asked from this one."""
    where = machine()
    figures: dict[str, Any] = {}
    with tempfile.TemporaryDirectory(prefix="northbank-bench-") as folder:
        given = settings(Path(folder) / "data", size.pack, size.real)
        begun = time.perf_counter()
        async with open_center(given, live=False) as center:
            await seed(center, size.seeds)
            await fill(center, size.cases)
            figures["filled_in_s"] = tidy(time.perf_counter() - begun)
            figures |= await _sizes(center)
            people = await _people(center)
            ceiling = await _by_ids(center, size.rounds)
        async with child("serve_center.py", str(given.pack), str(given.data), str(given.areas or "")) as served:
            for users in size.users:
                await _ask(served.hello["port"], people, users, min(3.0, size.seconds))
                figures |= await _weighed(served, people, users, size.seconds)
    ratio = {f"p50_ms_{users}": tidy(ceiling["p50_ms_1"] / figures[f"p50_ms_{users}"]) for users in size.users}
    return Result(name="page", machine=where, figures=figures, ceiling=ceiling, ratio=ratio)


async def _sizes(center: Center) -> dict[str, Any]:
    row = await center.pool.fetchrow(
        "select count(*) as cases, count(*) filter (where open) as open_cases from cases", timeout=600
    )
    size = "select (pg_table_size('cases') / 1e6)::bigint as table_mb, (pg_indexes_size('cases') / 1e6)::bigint as indexes_mb"
    return {**dict(row), **dict(await center.pool.fetchrow(size))}


async def _people(center: Center, seed: int = 11) -> list[Person]:
    """Signed in: the center, officers of towns and units, workers of grids, those who only report."""
    chance = random.Random(seed)
    now = SystemClock().now()
    made = []
    for n, actor in enumerate(await _actors(center, chance)):
        token = f"page-token-{n:033d}"
        await center.accounts.add(Account(Name(en=f"Page {n}"), actor), "no password: nobody signs in with it", now)
        await center.accounts.open_session(digest(token), actor.login, now, now + timedelta(hours=12))
        made.append(Person(token, [urlencode(one) for one in await _questions(center, chance)]))
    return made


async def _actors(center: Center, chance: random.Random) -> list[Actor]:
    """Sixteen, in the shares a center has; places and units in the shares that cases have."""

    async def some(column: str, count: int) -> list[str]:
        sql = f"select {column} from cases where {column} is not null order by md5(id::text) limit $1"
        return [str(row[0]) for row in await center.pool.fetch(sql, count, timeout=600)]

    towns, owners, grids, reporters = [await some(name, 8) for name in ("town", "owner", "grid", "reporter")]
    unit = center.city.center
    actors = [Actor(f"page-duty{n}", Role.DUTY_OFFICER, unit) for n in range(4)]
    actors += [Actor(f"page-town{n}", Role.TOWN_OFFICER, owners[n], towns[n]) for n in range(4)]
    actors += [Actor(f"page-unit{n}", Role.UNIT_OFFICER, owners[n + 4]) for n in range(4)]
    actors += [Actor(f"page-grid{n}", Role.GRID_WORKER, None, None, grids[n]) for n in range(3)]
    actors += [Actor(reporters[0].lower(), Role.INTAKE)]
    chance.shuffle(actors)
    return actors


async def _questions(center: Center, chance: random.Random) -> list[dict[str, Any]]:
    """What people ask, most often what is open; every question in every order."""
    row = await center.pool.fetchrow(
        "select type, board, town, owner, source, number, reported_at from cases where type is not null and town is not null"
        " and reported_at >= $1 order by reported_at limit 1",
        await center.pool.fetchval("select min(reported_at) + random() * (max(reported_at) - min(reported_at)) from cases"),
        timeout=600,
    )  # fmt: skip
    day = row["reported_at"]
    asked: list[dict[str, Any]] = [
        {}, {"open": "true"}, {"open": "true", "late": "true"}, {"open": "true", "urgent": "true"}, {"needs": "true"},
        {"soon": "true"}, {"desk": "true", "open": "true"}, {"state": "closed"}, {"state": "handling,signed"},
        {"state": "rejected"}, {"type": row["type"]}, {"type": row["type"], "open": "true"}, {"board": row["board"]},
        {"board": row["board"], "open": "true"}, {"town": row["town"]}, {"town": row["town"], "owner": row["owner"]},
        {"owner": row["owner"], "late": "true"}, {"source": row["source"]}, {"q": row["number"]}, {"q": row["number"][-6:-2]},
        {"reported_from": day.isoformat(), "reported_to": (day + timedelta(days=1)).isoformat()}, {"on_time": "false"},
        {"closed_from": day.isoformat(), "closed_to": (day + timedelta(days=1)).isoformat()},
    ]  # fmt: skip
    every = [{**one, "sort": sort, "limit": LIMIT} for one in asked for sort in SORTS]
    chance.shuffle(every)
    return every


async def _by_ids(center: Center, rounds: int) -> dict[str, float]:
    """A hundred rows whose ids are known."""
    ids = [row["id"] for row in await center.pool.fetch("select id from cases order by md5(id::text) limit 2000")]
    chance = random.Random(3)
    took = []
    for _ in range(rounds):
        some = chance.sample(ids, min(LIMIT, len(ids)))
        begun = time.perf_counter()
        await center.pool.fetch(
            f"select {', '.join(Card.__struct_fields__)} from cases where id = any($1::uuid[])", some
        )
        took.append((time.perf_counter() - begun) * 1000)
    return {"p50_ms_1": tidy(quantile(took, 0.5)), "p99_ms_1": tidy(quantile(took, 0.99))}


def _request(query: str, token: str) -> bytes:
    return f"GET /api/v1/cases?{query} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {token}\r\n\r\n".encode()


class _Walk:
    """One connection: a question of one person, then of the next; the following page after every second one."""

    def __init__(self, people: list[Person], start: int, took: list[tuple[float, str]], refused: list[bytes]) -> None:
        self.people, self.place, self.took, self.refused = people, start, took, refused
        self.person = people[0]
        self.asked, self.cursor, self.end = "", "", 0.0

    def following(self) -> bytes | None:
        """The next request."""
        if time.perf_counter() > self.end:
            return None
        if self.cursor:
            self.asked = f"{self.asked}&after={self.cursor}"
        else:
            self.place += 1
            self.person = self.people[self.place % len(self.people)]
            self.asked = self.person.questions[self.place % len(self.person.questions)]
        return _request(self.asked, self.person.token)

    def done(self, took: float, status: int, held: bytes) -> None:
        """Note the answer; a refusal is no page."""
        if status != 200:
            self.refused.append(held[-400:])
        self.took.append((took * 1000, self.asked))
        tail = held[-400:]
        at = tail.find(b'"next":"')
        first = "&after=" not in self.asked and self.place % 2 == 0
        self.cursor = tail[at + 8 : tail.find(b'"', at + 8)].decode() if first and at >= 0 else ""


async def _weighed(served: Child, people: list[Person], users: int, seconds: float) -> dict[str, float]:
    """As `_ask`, with the processor time a page: of the server, of its database and of those who ask, who share the cores."""
    cpu, own = served.cpu(), time.process_time()
    asked = await _ask(served.hello["port"], people, users, seconds)
    used, own = served.cpu().since(cpu), time.process_time() - own
    pages = asked[f"pages_{users}"]
    shares = {"server": used.own, "database": used.below, "client": own}
    return asked | {f"{who}_ms_{users}": tidy(took * 1000 / pages) for who, took in shares.items()}


async def _ask(port: int, people: list[Person], users: int, seconds: float) -> dict[str, float]:
    loop = asyncio.get_running_loop()
    took: list[tuple[float, str]] = []
    refused: list[bytes] = []
    senders = []
    for n in range(users):
        walk = _Walk(people, n * 7, took, refused)
        walk.end = time.perf_counter() + seconds
        _, one = await loop.create_connection(lambda walk=walk: Sender(walk.following, walk.done), "127.0.0.1", port)  # type: ignore[misc]
        senders.append(one)
    begun = time.perf_counter()
    for one in senders:
        one.go()
    await asyncio.gather(*(one.over for one in senders))
    if refused:
        raise RuntimeError(f"no page: {refused[0]!r}")
    alone = [one for one, _ in took]
    return {
        f"p50_ms_{users}": tidy(quantile(alone, 0.5)), f"p99_ms_{users}": tidy(quantile(alone, 0.99)),
        f"pages_{users}": len(took), f"pages_per_s_{users}": tidy(len(took) / (time.perf_counter() - begun)),
    }  # fmt: skip

"""Whole lives of cases a second, eight moves each: over HTTP, through the flows, and the same moves on a workflow engine.

The flows and the engine run in this process, on the same database in turn; over HTTP the center runs in a
process of its own. A life is a report that the rules route, then sign, start, feed back, check, close, rate and archive.
"""

import asyncio
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec
from bodies import ROOT
from child import Child, child
from lives import CHECKER, DESK, MOVES, body, doer, routed
from load import Sender, request
from process import Engine, lives
from result import Result, machine, median, tidy

from northbank.flows.act import act
from northbank.flows.report import NewReport, report
from northbank.shell.settings import Settings
from northbank.wiring import Center, open_center, settle

AIM_HTTP, AIM_FLOWS = 4, 10  # times the engine
ID = "0" * 36  # stands in a ready-made request for the id of the case


class Size(msgspec.Struct, frozen=True):
    """How much is measured. together: lives at once; connections: the same over HTTP."""

    seconds: float = 6.0
    rounds: int = 3
    together: int = 64
    engine_together: int = 16
    pack: str = "jiangbei"


TINY = Size(0.4, 1, 4, 2, "_template")


async def measure(size: Size) -> Result:
    """The three take turns."""
    where = machine()
    found: list[dict[str, float]] = []
    engine_rates: list[dict[str, float]] = []
    with tempfile.TemporaryDirectory(prefix="northbank-bench-") as folder:
        pack = ROOT / "packs" / size.pack
        async with open_center(Settings(pack=pack, data=Path(folder) / "flows", port=0), live=False) as center:
            settle()
            news = await routed(center.world)
            async with child("serve_center.py", str(pack), f"{folder}/http") as served, _engine(center) as engine:
                for _ in range(size.rounds):
                    http = await _over_http(served, news, size)
                    flows = await _through_flows(center, news, size)
                    engine_rates.append({"lives_per_s": await lives(engine, size.engine_together, size.seconds)})
                    found.append(http | flows)
                state = engine.bytes
    figures: dict[str, Any] = dict(median(found))
    ceiling: dict[str, Any] = {"engine_lives_per_s": median(engine_rates)["lives_per_s"], "engine_state_bytes": state}
    figures |= {
        f"moves_per_s_{way}": tidy(figures[f"lives_per_s_{way}"] * (len(MOVES) + 1)) for way in ("http", "flows")
    }
    ratio = {
        f"lives_per_s_{way}": tidy(figures[f"lives_per_s_{way}"] / ceiling["engine_lives_per_s"])
        for way in ("http", "flows")
    }
    return Result(name="lifecycle", machine=where, figures=figures, ceiling=ceiling, ratio=ratio)


@asynccontextmanager
async def _engine(center: Center) -> AsyncIterator[Engine]:
    """The engine on the same server and the same connections, with a table of its own."""
    engine = Engine(center.pool, ["report", *(one.value for one in MOVES)])
    await engine.start()
    yield engine


async def _through_flows(center: Center, news: list[NewReport], size: Size) -> dict[str, float]:
    end, count, place = time.perf_counter() + size.seconds, 0, 0

    async def one() -> None:
        nonlocal count, place
        while time.perf_counter() < end:
            place += 1
            made = await report(center.world, DESK, news[place % len(news)])
            for what in MOVES:
                after = await act(center.world, doer(what), made.id, what, body(what))
            if after.state != "archived":
                raise RuntimeError(f"a life ended as {after.state}")
            count += 1

    begun = time.perf_counter()
    await asyncio.gather(*(one() for _ in range(size.together)))
    return {"lives_per_s_flows": count / (time.perf_counter() - begun)}


async def _over_http(served: Child, news: list[NewReport], size: Size) -> dict[str, float]:
    """Each connection lives one life after another; the one who checks is another person than who did the work."""
    before, begun = served.cpu(), time.perf_counter()
    said = Said(news, served.hello["tokens"], begun + size.seconds)
    loop, port = asyncio.get_running_loop(), served.hello["port"]
    senders = []
    for _ in range(size.together):
        life = Life(said)
        made = await loop.create_connection(lambda life=life: Sender(life.following, life.done), "127.0.0.1", port)  # type: ignore[misc]
        senders.append(made[1])
    for one in senders:
        one.go()
    await asyncio.gather(*(one.over for one in senders))
    took = time.perf_counter() - begun
    if said.refused:
        raise RuntimeError(f"moves were refused: {said.refused}")
    used, moves = served.cpu().since(before), max(1, said.count) * (len(MOVES) + 1)
    return {
        "lives_per_s_http": said.count / took, "server_us_a_move": used.own / moves * 1e6, "database_us_a_move": used.below / moves * 1e6,
    }  # fmt: skip


class Said:
    """The requests of all lives, ready-made (this process shares the cores with what it measures), and how many were lived."""

    def __init__(self, news: list[NewReport], tokens: list[str], end: float) -> None:
        token = {DESK.login: tokens[0], CHECKER.login: tokens[1]}
        self.reports = [request("/api/v1/reports", msgspec.json.encode(one), token[DESK.login]) for one in news]
        acts = [
            request(f"/api/v1/cases/{ID}/{one.value}", msgspec.json.encode(body(one)), token[doer(one).login])
            for one in MOVES
        ]
        self.acts = [one.split(ID.encode()) for one in acts]
        self.end, self.begun, self.count = end, 0, 0
        self.refused: list[str] = []


class Life:
    """What one connection sends: a report, then each act on the case that came of it, and again."""

    def __init__(self, said: Said) -> None:
        self.said, self.step, self.id = said, 0, b""

    def following(self) -> bytes | None:
        """The next request; None when time is over and the last life is lived."""
        said = self.said
        if self.step:
            return self.id.join(said.acts[self.step - 1])
        if said.refused or time.perf_counter() >= said.end:
            return None
        said.begun += 1
        return said.reports[said.begun % len(said.reports)]

    def done(self, _: float, status: int, answer: bytes) -> None:
        """Go on with the next step."""
        if status not in (200, 201):
            self.said.refused.append(answer.decode())
            self.step = 0
            return
        if self.step == 0:
            at = answer.index(b'"id":"') + 6
            self.id = answer[at : at + len(ID)]
        self.step = (self.step + 1) % (len(MOVES) + 1)
        self.said.count += self.step == 0

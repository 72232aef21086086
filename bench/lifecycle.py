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
from process import Engine, lives
from result import Result, machine, median, tidy

from northbank.flows.act import act
from northbank.flows.report import NewReport, report
from northbank.shell.settings import Settings
from northbank.wiring import Center, open_center, settle

AIM_HTTP, AIM_FLOWS = 4, 10  # times the engine


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
    end, count, place = time.perf_counter() + size.seconds, 0, 0
    tokens = served.hello["tokens"]
    token = {DESK.login: tokens[0], CHECKER.login: tokens[1]}
    reports = [msgspec.json.encode(one) for one in news]
    acts = [(one.value, msgspec.json.encode(body(one)), token[doer(one).login]) for one in MOVES]
    before = served.cpu()

    async def one() -> None:
        nonlocal count, place
        reader, writer = await asyncio.open_connection("127.0.0.1", served.hello["port"])
        while time.perf_counter() < end:
            place += 1
            made = await _post(reader, writer, "/api/v1/reports", reports[place % len(reports)], token[DESK.login])
            for what, document, who in acts:
                await _post(reader, writer, f"/api/v1/cases/{made['id']}/{what}", document, who)
            count += 1
        writer.close()

    begun = time.perf_counter()
    await asyncio.gather(*(one() for _ in range(size.together)))
    took = time.perf_counter() - begun
    used, moves = served.cpu().since(before), max(1, count) * (len(MOVES) + 1)
    return {
        "lives_per_s_http": count / took, "server_us_a_move": used.own / moves * 1e6, "database_us_a_move": used.below / moves * 1e6,
    }  # fmt: skip


async def _post(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, path: str, document: bytes, token: str
) -> Any:
    head = f"POST {path} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {token}\r\ncontent-type: application/json\r\ncontent-length: {len(document)}\r\n\r\n"
    writer.write(head.encode() + document)
    answer = (await reader.readuntil(b"\r\n\r\n")).lower()
    at = answer.find(b"content-length:") + 15
    whole = await reader.readexactly(int(answer[at : answer.find(b"\r\n", at)]))
    if not answer.startswith((b"http/1.1 200", b"http/1.1 201")):
        raise RuntimeError(f"{path}: {whole.decode()}")
    return msgspec.json.decode(whole)

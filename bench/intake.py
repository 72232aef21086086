"""Durable intake over HTTP, everything done: sign-in, validation, vault, place, routing, deadlines, journal and views.

Real center and two ceilings take turns in one run, so that whatever else the machine does meets all. Both ceilings validate
the same body and commit as many rows: one into tables of two columns, one into tables with the real columns and indexes.
"""

import tempfile
from pathlib import Path
from typing import Any

import msgspec
from bodies import ROOT, bodies, the_city
from child import Child, child
from load import Load, burst, request
from result import Result, machine, median, tidy

PATH = "/api/v1/reports"
CLIENTS = (64, 256)
SAME = "_same_columns"  # in names: against the peer whose tables are the real ones


class Size(msgspec.Struct, frozen=True):
    """How much is measured."""

    seconds: float = 5.0
    rounds: int = 3
    clients: tuple[int, ...] = CLIENTS
    pack: str = "jiangbei"


TINY = Size(0.4, 1, (4,), "_template")


async def measure(size: Size) -> Result:
    """Rates and latencies of both, alternating."""
    where = machine()
    city = the_city(size.pack)
    documents = bodies(city)
    with tempfile.TemporaryDirectory(prefix="northbank-bench-") as folder:
        pack = str(ROOT / "packs" / size.pack)
        async with child("serve_center.py", pack, f"{folder}/real") as real:
            tokens = real.hello["tokens"]
            sent = [request(PATH, body, tokens[n % len(tokens)]) for n, body in enumerate(documents)]
            await burst(real.hello["port"], sent, max(size.clients), min(2.0, size.seconds))
            shape = await real.ask(what="rows")
            wanted = msgspec.json.encode(shape).decode()
            samples = Path(folder) / "samples.json"
            samples.write_bytes(msgspec.json.encode(await real.ask(what="samples")))
            async with (
                child("serve_bare.py", f"{folder}/bare", wanted) as bare,
                child("serve_bare.py", f"{folder}/same", wanted, str(samples)) as same,
            ):
                for peer in (bare, same):
                    await burst(peer.hello["port"], sent, max(size.clients), min(2.0, size.seconds))
                measured, ceiling, columns = await _rounds(size, (real, bare, same), sent)
    rates = [name for name in measured if name.startswith("reports_per_s")]
    ratio = {name: tidy(measured[name] / ceiling[name]) for name in rates}
    ratio |= {f"{name}{SAME}": tidy(measured[name] / columns[name]) for name in rates}
    ceiling |= {f"{name}{SAME}": value for name, value in columns.items()}
    measured["rows_per_report"] = tidy(sum(one["rows"] for one in shape.values()))
    return Result(name="intake", machine=where, figures=measured, ceiling=ceiling, ratio=ratio)


async def _rounds(size: Size, all: tuple[Child, ...], sent: list[bytes]) -> list[dict[str, Any]]:
    found: list[list[dict[str, float]]] = [[] for _ in all]
    for _ in range(size.rounds):
        for one, into in zip(all, found, strict=True):
            into.append({})
            for clients in size.clients:
                into[-1] |= await _burst(one, sent, clients, size.seconds)
    return [median(rounds) for rounds in found]


async def _burst(one: Child, sent: list[bytes], clients: int, seconds: float) -> dict[str, float]:
    before = one.cpu()
    load = await burst(one.hello["port"], sent, clients, seconds)
    used = one.cpu().since(before)
    _refuse_others(load)
    each = 1e6 / max(1, len(load.latencies))
    figures = load.figures(clients)
    return figures | {f"server_us_{clients}": used.own * each, f"database_us_{clients}": used.below * each}


def _refuse_others(load: Load) -> None:
    """A rate of refusals would be no rate of intake."""
    if load.others:
        raise RuntimeError(f"some reports were not accepted: {load.others}")

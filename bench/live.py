"""Accepted to delivered: reports at a steady rate, each seen by every screen; then frames flat out beside a bare broadcaster."""

import asyncio
import tempfile
from typing import Any

import msgspec
from bodies import ROOT, bodies, the_city
from child import Child, child
from intake import PATH
from load import burst, paced, request
from result import Result, machine, median, tidy

LIVE = "/live?scope=district"


class Size(msgspec.Struct, frozen=True):
    """How much is measured."""

    screens: int = 1000
    rate: float = 200.0
    seconds: float = 15.0
    rounds: int = 3
    flat: float = 3.0
    before: float = 3.0  # seconds of intake at full speed beforehand, so that the pictures hold something
    pack: str = "jiangbei"


TINY = Size(screens=20, rate=20.0, seconds=1.0, rounds=1, flat=0.2, before=0.3, pack="_template")


async def measure(size: Size) -> Result:
    """Delays under a steady load; deliveries flat out, alternating with the ceiling."""
    where = machine()
    documents = bodies(the_city(size.pack))
    with tempfile.TemporaryDirectory(prefix="northbank-bench-") as folder:
        async with child("serve_center.py", str(ROOT / "packs" / size.pack), f"{folder}/real") as real:
            port, tokens = real.hello["port"], real.hello["tokens"]
            sent = [request(PATH, body, tokens[n % len(tokens)]) for n, body in enumerate(documents)]
            await burst(port, sent, 16, size.before)
            async with child("screens.py", str(port), str(size.screens), LIVE) as screens:
                steady = [await _steady(size, real, screens, sent) for _ in range(size.rounds)]
                figures = median(steady)
                flat, ceiling = await _flat(size, real, int(figures["frame_bytes"]))
    figures |= flat
    name = "deliveries_per_s"
    ratio = {name: tidy(figures[name] / ceiling[name])}
    return Result(name="live", machine=where, figures=figures, ceiling=ceiling, ratio=ratio)


async def _steady(size: Size, real: Child, screens: Child, sent: list[bytes]) -> dict[str, float]:
    await paced(real.hello["port"], sent, size.rate, min(1.0, size.seconds))
    seen, used = await screens.ask(what="count"), real.cpu()
    told = await paced(real.hello["port"], sent, size.rate, size.seconds)
    used = real.cpu().since(used)
    span = max(ack for _, ack, _ in told) - min(begun for begun, _, _ in told)
    await asyncio.sleep(2.0)  # the last frames and a heartbeat after them
    found = await screens.ask(what="delays", reports=told)
    after = await screens.ask(what="count")
    frames = max(1, after["frames"] - seen["frames"])
    if found["missed"] or found["lost"]:
        raise RuntimeError(f"screens missed reports or were cut off: {found}")
    return {
        "delivered_p50_ms": found["p50_ms"], "delivered_p99_ms": found["p99_ms"], "delivered_max_ms": found["max_ms"],
        "sent_to_delivered_p99_ms": found["sent_p99_ms"], "reports_per_s": len(told) / span,
        "server_cores": used.own / span, "database_cores": used.below / span,
        "frame_bytes": (after["bytes"] - seen["bytes"]) / frames,
    }  # fmt: skip


async def _flat(size: Size, real: Child, frame: int) -> tuple[dict[str, Any], dict[str, Any]]:
    ours, theirs = [], []
    async with (
        child("serve_frames.py", str(frame)) as bare,
        child("screens.py", str(bare.hello["port"]), str(size.screens), LIVE),
    ):
        for _ in range(size.rounds):
            ours.append(await real.ask(what="flat_out", seconds=size.flat))
            theirs.append(await bare.ask(what="flat_out", seconds=size.flat))
    keep = ("deliveries_per_s",)
    return (
        median([{name: one[name] for name in keep} for one in ours]),
        median([{name: one[name] for name in keep} for one in theirs]),
    )

"""How many frames reach screens when one follows the other without a pause: the loop is the same for both programs."""

import asyncio
import time
from collections.abc import Callable, Iterable
from typing import Any

BEHIND = 128 * 1024  # bytes a connection may have waiting before the next frame


async def flat_out(
    send: Callable[[], int], transports: Callable[[], Iterable[Any]], seconds: float
) -> dict[str, float]:
    """Call `send`, which writes one frame to every connection and says how many, until the time is over and all is out."""
    begun = time.perf_counter()
    deliveries = frames = 0
    while time.perf_counter() - begun < seconds:
        deliveries += send()
        frames += 1
        await _drained(transports, BEHIND)
    await _drained(transports, 0)
    took = time.perf_counter() - begun
    return {"deliveries_per_s": deliveries / took, "frames": frames, "seconds": took}


async def _drained(transports: Callable[[], Iterable[Any]], bound: int) -> None:
    await asyncio.sleep(0)
    while any(one.get_write_buffer_size() > bound for one in transports()):  # noqa: ASYNC110 - transports tell nobody
        await asyncio.sleep(0.0005)

"""What time brings to grants: those that are over, requests nobody answered, records of uses to be fixed, copies nobody needs any more.

Beside it, behind every batch and every new grant, what questions would wait for is made ahead.
"""

import asyncio
from collections.abc import Awaitable, Callable

from northbank.flows.keep_sharing import fix_uses, prepare_sharing, sweep_copies
from northbank.flows.platform import Platform
from northbank.flows.share import watch_grants
from northbank.shell.jobs.rounds import rounds

EVERY = 5.0  # seconds of real time
SWEEP = 60  # rounds between two sweeps


async def run_sharing(platform: Platform, ready: asyncio.Event, every: float = EVERY) -> None:
    """Look until cancelled, once the center is ready for it."""
    await ready.wait()
    done = 0

    async def look() -> None:
        nonlocal done
        await watch_grants(platform)
        if done % SWEEP == 0:
            await fix_uses(platform)
            await sweep_copies(platform)
        done += 1

    await rounds("sharing", look, every)


async def run_preparing(
    platform: Platform, ready: asyncio.Event, position: Callable[[], Awaitable[int]], every: float = EVERY
) -> None:  # fmt: skip
    """Make ahead until cancelled, one thing at a time; a stop costs the copy at hand. position: how far the journal is."""
    await ready.wait()
    seen = -1

    async def follow() -> None:
        nonlocal seen
        now = await position()
        if now != seen:
            await prepare_sharing(platform)
            seen = now

    await rounds("the preparing of grants", follow, every)

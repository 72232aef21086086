"""Runs link models and builds base databases by themselves after new batches or by their schedules, as long as the center runs."""

import asyncio
import logging

from northbank.flows.follow_batches import Follower
from northbank.flows.platform import Platform
from northbank.ports.data import Progress
from northbank.shell.jobs.rounds import rounds

log = logging.getLogger(__name__)
EVERY = 30.0  # seconds between looks


async def run_following(platform: Platform, ready: asyncio.Event) -> None:
    """Follow until cancelled, whenever the data are all there that the center begins with."""
    follower = Follower()

    async def look() -> None:
        await ready.wait()
        for one in await follower.follow(platform, _quietly):
            if one.why is not None:
                log.warning("%s failed and is tried again: %s", one.what, one.why, exc_info=one.error)
            elif one.n is not None:
                log.info("%s follows the data: version %d", one.what, one.n)

    await rounds("following the data", look, EVERY)


def _quietly(what: str) -> Progress:
    return lambda step, share: None

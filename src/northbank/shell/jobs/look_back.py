"""Draws the look-back sample when a month is over and marks what came back, as long as the center runs."""

import asyncio
import logging

from northbank.core.refusal import Refused
from northbank.flows.look_back import draw_if_due, mark_recurrence
from northbank.ports import World

log = logging.getLogger(__name__)
EVERY = 600.0  # seconds between looks


async def run_look_back(world: World) -> None:
    """Look when due until cancelled; a failure is logged and tried again, never skipped."""
    while True:
        try:
            await mark_recurrence(world)
            await draw_if_due(world)
        except Refused as refused:
            log.warning("looking back waits: %s", refused)
        except Exception:
            log.exception("looking back failed and tries again")
        await asyncio.sleep(EVERY)

"""The timer: looks for stages that are soon due or overdue, as long as the center runs."""

import asyncio
import logging

from northbank.core.refusal import Refused
from northbank.flows.mark_due import mark_due
from northbank.ports import World

log = logging.getLogger(__name__)
EVERY = 1.0  # seconds of real time; a deadline is journaled at most this late


async def run_timer(world: World) -> None:
    """Mark what is due until cancelled; a failure is logged and tried again, never skipped."""
    while True:
        try:
            await mark_due(world)
        except Refused as refused:
            log.warning("the timer waits: %s", refused)
        except Exception:
            log.exception("the timer failed and tries again")
        await asyncio.sleep(EVERY)

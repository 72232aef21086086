"""Looks for hot issues whenever the pack says it is time, as long as the center runs."""

import asyncio
import logging

from northbank.core.refusal import Refused
from northbank.flows.hot_issues import look_if_due
from northbank.ports import World

log = logging.getLogger(__name__)
EVERY = 60.0  # seconds between looks at the clock


async def run_hot(world: World) -> None:
    """Scan when due until cancelled; a failure is logged and tried again, never skipped."""
    while True:
        try:
            await look_if_due(world)
        except Refused as refused:
            log.warning("the search for hot issues waits: %s", refused)
        except Exception:
            log.exception("the search for hot issues failed and tries again")
        await asyncio.sleep(EVERY)

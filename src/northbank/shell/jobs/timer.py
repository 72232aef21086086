"""The timer: dates what waited for a calendar, then looks for what is soon due or overdue, as long as the center runs."""

import asyncio
import logging

from northbank.core.refusal import Refused
from northbank.flows.date_again import date_again
from northbank.flows.mark_due import mark_due
from northbank.ports import World

log = logging.getLogger(__name__)
EVERY = 1.0  # seconds of real time; a deadline is journaled at most this late


async def run_timer(world: World) -> None:
    """Mark what is due until cancelled; a failure is logged and tried again, never skipped.

    A pack changes only when a center starts, so what waited for a calendar is dated once.
    """
    waiting = True
    while True:
        try:
            if waiting:
                if found := await date_again(world):
                    log.info("the calendar has come: %d cases have their due times now", found)
                waiting = False
            await mark_due(world)
        except Refused as refused:
            log.warning("the timer waits: %s", refused)
        except Exception:
            log.exception("the timer failed and tries again")
        await asyncio.sleep(EVERY)

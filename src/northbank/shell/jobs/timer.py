"""The timer: dates what waited for a calendar, then looks for what is soon due or overdue, as long as the center runs."""

import asyncio
import logging

from northbank.flows.date_again import date_again
from northbank.flows.mark_due import mark_due
from northbank.ports import World
from northbank.shell.jobs.rounds import rounds

log = logging.getLogger(__name__)
EVERY = 1.0  # seconds of real time; a deadline is journaled at most this late


async def run_timer(world: World, ready: asyncio.Event) -> None:
    """Mark what is due until cancelled, whenever the center is ready for it: each look waits while it is not.

    A pack changes only when a center starts, so what waited for a calendar is dated once.
    """
    waiting = True

    async def look() -> None:
        nonlocal waiting
        await ready.wait()
        if waiting:
            if found := await date_again(world):
                log.info("the calendar has come: %d cases have their due times now", found)
            waiting = False
        await mark_due(world)

    await rounds("the timer", look, EVERY)

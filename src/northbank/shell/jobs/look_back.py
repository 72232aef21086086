"""Draws the look-back sample when a month is over and marks what came back, as long as the center runs."""

from northbank.flows.look_back import draw_if_due, mark_recurrence
from northbank.ports import World
from northbank.shell.jobs.rounds import rounds

EVERY = 600.0  # seconds between looks


async def run_look_back(world: World) -> None:
    """Look when due until cancelled."""

    async def look() -> None:
        await mark_recurrence(world)
        await draw_if_due(world)

    await rounds("looking back", look, EVERY)

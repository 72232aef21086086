"""Looks for hot issues whenever the pack says it is time, as long as the center runs."""

from functools import partial

from northbank.flows.hot_issues import look_if_due
from northbank.ports import World
from northbank.shell.jobs.rounds import rounds

EVERY = 60.0  # seconds between looks at the clock


async def run_hot(world: World) -> None:
    """Scan when due until cancelled."""
    await rounds("the search for hot issues", partial(look_if_due, world), EVERY)

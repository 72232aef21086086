"""Collects data sets by their schedules, as long as the center runs."""

import logging

from northbank.flows.platform import Platform
from northbank.flows.scheduled import collect_due
from northbank.ports.data import Progress
from northbank.shell.jobs.rounds import rounds

log = logging.getLogger(__name__)
EVERY = 30.0  # seconds between looks at the clock


async def run_collecting(platform: Platform) -> None:
    """Collect what is due until cancelled."""
    sources = platform.sources
    if sources is None or not any(one.schedule for one in platform.world.city.datasets.values()):
        return

    async def look() -> None:
        for run in await collect_due(platform.world, platform.lake, sources, _quietly):
            if run.why is not None:
                log.warning("collecting %s failed and is tried again: %s", run.dataset, run.why, exc_info=run.error)
            elif run.outcome is not None and run.outcome.statement is not None:
                log.info("collected %s: batch %d", run.dataset, run.outcome.statement.n)

    await rounds("collecting by schedule", look, EVERY)


def _quietly(dataset: str) -> Progress:
    return lambda step, share: None

"""Behind every batch: figures over it are prepared and its lineage is told, as long as the center runs. Collecting waits for neither."""

from collections.abc import Awaitable, Callable

from northbank.flows.platform import Platform
from northbank.flows.prepare_figures import prepare_all
from northbank.flows.tell_lineage import tell_lineage
from northbank.ports.trail import Trail
from northbank.shell.jobs.rounds import rounds

EVERY = 5.0  # seconds between looks


async def run_governing(platform: Platform, trail: Trail, position: Callable[[], Awaitable[int]]) -> None:
    """Prepare and tell until cancelled. position: how far the journal is; nothing is read while it stands still."""
    seen = -1

    async def follow() -> None:
        nonlocal seen
        now = await position()
        if now != seen:
            await prepare_all(platform)
            await tell_lineage(platform.world, trail)
            seen = now
        await trail.pass_on()

    await rounds("the preparing of data", follow, EVERY)

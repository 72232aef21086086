"""A calendar has come: deadlines that had no due time for want of it get one, and the journal says so."""

from northbank.core.access import SYSTEM
from northbank.core.dating import dated
from northbank.flows.act import step
from northbank.flows.entries import commit_each
from northbank.ports import World

BATCH = 500


async def date_again(world: World) -> int:
    """Date every case that can be dated now; returns how many were. Safe to run twice or side by side."""
    written, after, missed = 0, None, False
    while True:
        now = world.clock.now()
        cases = await world.cases.undated(after, BATCH)
        changes = [
            step(world, SYSTEM.login, case, [fact], now)
            for case in cases
            if (fact := dated(case.deadlines, world.city, now, case.tasks)) is not None
        ]
        done = await commit_each(world, changes)
        written += sum(done)
        missed = missed or not all(done)  # somebody acted on one meanwhile: look once more
        if len(cases) == BATCH:
            after = cases[-1].id
        elif missed:
            after, missed = None, False
        else:
            return written

"""The timer's work: stages that are soon due or overdue are written down, once each."""

from northbank.core.access import SYSTEM
from northbank.core.handling import watch
from northbank.flows.act import step
from northbank.flows.entries import commit_each
from northbank.ports import World

BATCH = 500


async def mark_due(world: World) -> int:
    """Mark every case whose time has come; returns how many entries were written. Safe to run twice or side by side."""
    written = 0
    while True:
        now = world.clock.now()
        cases = await world.cases.due(now, BATCH)
        changes = []
        for case in cases:
            rules = await world.rules_of(case)
            if facts := watch(case, rules, now):
                changes.append(step(world, SYSTEM.login, case, facts, now, rules=rules))
        if not changes:
            return written
        done = await commit_each(world, changes)
        written += sum(len(change.entries) for change, stored in zip(changes, done, strict=True) if stored)
        if len(cases) < BATCH:
            return written

"""The timer's work: stages that are soon due or overdue are written down, once each."""

import asyncio

from northbank.core.access import SYSTEM
from northbank.core.handling import watch
from northbank.flows.act import step
from northbank.ports import Stale, World

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
        done = await asyncio.gather(*(world.journal.commit(change) for change in changes), return_exceptions=True)
        for change, result in zip(changes, done, strict=True):
            if not isinstance(result, BaseException):
                written += len(change.entries)
            elif not isinstance(result, Stale):
                raise result
        if len(cases) < BATCH:
            return written

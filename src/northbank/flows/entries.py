"""Facts become entries: those of a case folded into it one by one, the fact of any other stream by itself, stored as it is.

Deciding is elsewhere.
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime

from northbank.core.access import SYSTEM
from northbank.core.case import Case
from northbank.core.case_facts import CaseFact, Dispatched, Routed
from northbank.core.city import City
from northbank.core.evolve import evolve
from northbank.core.journal import Fact, NewEntry, Telling, write
from northbank.ports import Change, Committed, Stale, World

_RULED = (Routed, Dispatched)


def fold(
    world: World, case: Case | None, stream: str, actor: str, facts: Sequence[CaseFact], now: datetime,
    cause: str | None = None, rules: City | None = None,
) -> tuple[Case, list[NewEntry]]:  # fmt: skip
    """The case after `facts` (None before its first) and their entries; without a cause the first causes the others.

    rules: what decided, where that is not the live pack.
    """
    entries: list[NewEntry] = []
    pack = (rules or world.city).version
    told = Telling(stream, now, actor, pack)
    for fact in facts:
        case = evolve(case, told, fact)
        rule = fact.row if isinstance(fact, _RULED) else None
        entry = write(
            fact, id=world.ids.new(), stream=stream, version=case.version, at=now, actor=actor,
            pack=pack, cause=cause, rule=rule,
        )  # fmt: skip
        cause = cause or entry.id
        entries.append(entry)
    if case is None:
        raise ValueError("a case begins with a report")
    return case, entries


async def note(
    world: World, stream: str, version: int, fact: Fact, *, actor: str = SYSTEM.login, at: datetime | None = None,
    erase: Sequence[str] = (),
) -> Committed:  # fmt: skip
    """Store a fact of a stream that is no case and stands at `version`. at: now, if left out. Raises Stale."""
    entry = write(
        fact, id=world.ids.new(), stream=stream, version=version + 1, at=at or world.clock.now(), actor=actor,
        pack=world.city.version,
    )  # fmt: skip
    return await world.journal.commit(Change(actor=actor, entries=(entry,), expected={stream: version}, erase=erase))


async def commit_each(world: World, changes: Sequence[Change]) -> list[bool]:
    """Store changes that have nothing to do with each other; whether each was, or somebody else wrote its case first."""
    done = await asyncio.gather(*(world.journal.commit(change) for change in changes), return_exceptions=True)
    for one in done:
        if isinstance(one, BaseException) and not isinstance(one, Stale):
            raise one
    return [not isinstance(one, BaseException) for one in done]

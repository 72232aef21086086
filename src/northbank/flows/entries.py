"""Facts of a case become entries: folded into the case one by one and put into envelopes. Deciding and storing are elsewhere."""

from collections.abc import Sequence
from datetime import datetime

from northbank.core.case import Case
from northbank.core.case_facts import CaseFact, Dispatched, Routed
from northbank.core.city import City
from northbank.core.evolve import evolve
from northbank.core.journal import NewEntry, Telling, write
from northbank.ports import World


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
        rule = fact.row if isinstance(fact, Routed | Dispatched) else None
        entry = write(
            fact, id=world.ids.new(), stream=stream, version=case.version, at=now, actor=actor,
            pack=pack, cause=cause, rule=rule,
        )  # fmt: skip
        cause = cause or entry.id
        entries.append(entry)
    if case is None:
        raise ValueError("a case begins with a report")
    return case, entries

"""The look-back plan: once a month the sample of the month before is drawn, and cases that come back are marked.

How many and which is core/lookback.py. Safe to stop halfway: what was drawn is in the journal, and is taken up again.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from northbank.core.access import SYSTEM
from northbank.core.case import Case
from northbank.core.case_facts import CaseFact, Recurred
from northbank.core.city import LookBackRow
from northbank.core.lookback import Drawn, grave, plan, row_of, sample, wanted
from northbank.flows.act import step
from northbank.flows.entries import commit_each, note
from northbank.ports import Stale, World

BATCH = 500
NEAR = 30.0  # meters: the same place
RECENT = timedelta(days=2)  # how far back new cases are compared with ended ones
WITHIN = 90  # days after an end in which the same trouble is a recurrence


async def draw_if_due(world: World) -> int:
    """Draw the sample of last month, where that was not done yet; returns how many cases it holds."""
    if not world.city.look_back:
        return 0
    since, until = last_month(world.clock.now(), world)
    return await draw(world, since, until)


def last_month(now: datetime, world: World) -> tuple[datetime, datetime]:
    """The first instants of the local month before this one, and of this one, in UTC."""
    zone = world.city.calendar.zone
    this = now.astimezone(zone).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    before = (this - timedelta(days=1)).replace(day=1)
    return before.astimezone(now.tzinfo), this.astimezone(now.tzinfo)


async def draw(world: World, since: datetime, until: datetime) -> int:
    """Draw from the cases that ended in a span; each row of the plan from its own types, and every grave one."""
    stream = f"look_back:{since.date().isoformat()}"
    drawn = {entry.data.row: entry.data async for entry in world.journal.read(stream) if isinstance(entry.data, Drawn)}
    ids = await world.cases.ended(since, until)
    by_row: dict[str, list[Case]] = {}
    for start in range(0, len(ids), BATCH):
        for case in await world.cases.many(ids[start : start + BATCH]):
            row = row_of(world.city, case)
            if row is not None:
                by_row.setdefault(row.id, []).append(case)
    planned = 0
    for row in world.city.look_back:
        cases = by_row.get(row.id, [])
        if row.id not in drawn:
            fact = _drawn(world, row, cases, since, until)
            try:
                await note(world, stream, len(drawn), fact)
            except Stale:
                return planned  # somebody else draws
            drawn[row.id] = fact
        planned += await _plan(world, row, cases, drawn[row.id])
    return planned


def _drawn(world: World, row: LookBackRow, cases: Sequence[Case], since: datetime, until: datetime) -> Drawn:
    heavy = sum(grave(world.city, case) for case in cases)
    rest = len(cases) - heavy
    return Drawn(
        row=row.id, since=since, until=until, population=len(cases), sampled=wanted(rest, row), grave=heavy,
        seed=world.ids.new(), confidence=row.confidence, margin=row.margin,
    )  # fmt: skip


async def _plan(world: World, row: LookBackRow, cases: Sequence[Case], drawn: Drawn) -> int:
    heavy = {case.id for case in cases if grave(world.city, case)}
    chosen = heavy | set(sample([case.id for case in cases if case.id not in heavy], drawn.sampled, drawn.seed))
    now = world.clock.now()
    waiting = [(case, facts) for case in cases if case.id in chosen and (facts := plan(case, row))]
    for start in range(0, len(waiting), BATCH):
        await _write(world, waiting[start : start + BATCH], now)
    return len(chosen)


async def mark_recurrence(world: World) -> int:
    """Mark new cases that are the trouble of an ended one again; returns how many."""
    now = world.clock.now()
    found = {one.id: one for one in await world.cases.again(now - RECENT, NEAR, WITHIN)}
    cases = await world.cases.many(list(found))
    facts = [
        (case, [Recurred(of=one.of, days=one.days, meters=one.meters)])
        for case in cases
        if case.recurs is None and (one := found[case.id])
    ]
    return await _write(world, facts, now)


async def _write(world: World, facts: Sequence[tuple[Case, Sequence[CaseFact]]], now: datetime) -> int:
    """Write what is known of each case; one that moved on meanwhile is left for the next time."""
    return sum(await commit_each(world, [step(world, SYSTEM.login, case, list(more), now) for case, more in facts]))

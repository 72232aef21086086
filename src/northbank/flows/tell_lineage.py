"""Events of OpenLineage for every batch, run of links and version of a base that the journal tells of, once each, behind the collecting, which never waits for it.

Everything told can be told again from the journal: `northbank lineage export` does.
"""

from collections.abc import AsyncIterator, Mapping

from northbank.core.access import Actor
from northbank.core.bases import Built
from northbank.core.dataset import Collected, TurnedAway, stream_of
from northbank.core.facts import AnyFact
from northbank.core.journal import Entry
from northbank.core.linking import LinkRun, runs_stream
from northbank.core.openlineage import Event, job_events, run_events
from northbank.core.openlineage_made import built_events, link_events
from northbank.flows.platform import check_reader
from northbank.flows.see_lineage import governed
from northbank.ports import World
from northbank.ports.trail import Trail


async def batch_events(world: World, told: Mapping[str, int]) -> AsyncIterator[tuple[str, int, list[Event]]]:
    """What was made (a data set, or `link.<code>`), which batch or run of it, and its events, for those after what was told of."""
    city = world.city
    for code, dataset in city.datasets.items():
        async for entry in _after(world, stream_of(code), told.get(code, 0)):
            said = entry.data
            if isinstance(said, Built) and code in city.bases:
                yield code, said.n, built_events(city.id, city.bases[code], said, entry.id, entry.at)
            elif isinstance(said, Collected | TurnedAway):
                yield code, said.n, run_events(city.id, dataset, said, entry.id, entry.at)
    for code, model in city.links.items():
        what = f"link.{code}"
        async for entry in _after(world, runs_stream(code), told.get(what, 0)):
            if isinstance(entry.data, LinkRun):
                yield what, entry.data.n, link_events(city.id, model, entry.data, entry.id, entry.at)


async def _after(world: World, stream: str, n: int) -> AsyncIterator[Entry[AnyFact]]:
    """Entries of what came after number n; a stream that has no more entries than that is not read at all."""
    if await world.journal.version(stream) <= n:
        return
    async for entry in world.journal.read(stream):
        if isinstance(entry.data, Collected | TurnedAway | LinkRun) and entry.data.n > n:
            yield entry


async def tell_lineage(world: World, trail: Trail) -> int:
    """Tell of new batches; how many."""
    told = dict(await trail.told())
    new: list[Event] = []
    count = 0
    async for code, n, events in batch_events(world, told):
        told[code] = n
        new += events
        count += 1
    if new:
        await trail.tell(new, told)
    return count


async def export_lineage(world: World, actor: Actor) -> AsyncIterator[Event]:
    """Everything: what figures and subject tables are made of, then every batch. Refused: `forbidden`."""
    check_reader(actor)
    for event in job_events(world.city.id, governed(world.city), world.clock.now()):
        yield event
    async for _, _, events in batch_events(world, {}):
        for event in events:
            yield event

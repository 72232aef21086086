"""Events of OpenLineage for every batch that the journal tells of, once each, behind the collecting, which never waits for it.

Everything told can be told again from the journal: `northbank lineage export` does.
"""

from collections.abc import AsyncIterator, Mapping

from northbank.core.access import Actor
from northbank.core.dataset import Collected, TurnedAway, stream_of
from northbank.core.openlineage import Event, job_events, run_events
from northbank.flows.platform import check_reader
from northbank.flows.see_lineage import governed
from northbank.ports import World
from northbank.ports.trail import Trail


async def batch_events(world: World, told: Mapping[str, int]) -> AsyncIterator[tuple[str, int, list[Event]]]:
    """Data set, batch and its events, for batches after those told of."""
    for code, dataset in world.city.datasets.items():
        async for entry in world.journal.read(stream_of(code)):
            said = entry.data
            if isinstance(said, Collected | TurnedAway) and said.n > told.get(code, 0):
                yield code, said.n, run_events(world.city.id, dataset, said, entry.id, entry.at)


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

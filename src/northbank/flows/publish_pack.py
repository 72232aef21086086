"""Putting a version of the pack in force: for a stated reason, or on the strength of a simulation; the journal says which."""

import msgspec

from northbank.core.publishing import Published, stream_of
from northbank.core.refusal import Refused
from northbank.flows.entries import note
from northbank.ports import Stale, World

LONGEST = 1000  # letters of a reason


class Version(msgspec.Struct, frozen=True):
    """A published version, as the journal tells of it."""

    n: int
    position: int
    at: str
    actor: str
    fact: Published


async def versions(world: World) -> list[Version]:
    """Every published version of this city's pack, the newest last."""
    return [
        Version(entry.version, entry.position, entry.at.isoformat(), entry.actor, entry.data)
        async for entry in world.journal.read(stream_of(world.city.id))
        if isinstance(entry.data, Published)
    ]


async def publish(world: World, reason: str | None = None, simulation: str | None = None) -> Published:
    """Put the version in `world.city` in force. Its files have to be kept already, and the simulation to be of it.

    Refused: `publish_reason` with neither a reason nor a simulation, `published` where it is in force already,
    `other_simulation` where the simulation is not of this version.
    """
    reason = (reason or "").strip()[:LONGEST] or None
    if reason is None and simulation is None:
        raise Refused("publish_reason")
    past = await versions(world)
    before = past[-1].fact.version if past else None
    if before == world.city.version:
        raise Refused("published", version=before)
    if simulation is not None:
        of = await world.rulebooks.simulated(simulation) if world.rulebooks is not None else None
        if of != world.city.version:
            raise Refused("other_simulation", id=simulation, version=world.city.version)
    fact = Published(version=world.city.version, before=before, reason=reason, simulation=simulation)
    try:
        await note(world, stream_of(world.city.id), past[-1].n if past else 0, fact)
    except Stale:
        raise Refused("conflict") from None
    return fact

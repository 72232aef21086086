"""Sealing: records of readings are fixed in the journal, the tree grows to its tip, and its root is signed as a checkpoint."""

from northbank.core.checkpoint import Checkpoint, read_checkpoint, read_note
from northbank.core.reading import READINGS
from northbank.core.refusal import Refused
from northbank.flows.entries import note
from northbank.ports import Ledger, Signed, Signer, Stale, World


async def seal(world: World, ledger: Ledger, signer: Signer) -> Signed | None:
    """Sign what happened since the last checkpoint; None where nothing did. Safe to run side by side.

    Raises Refused `past_differs` where the journal is no longer the one that was signed before.
    """
    await fix_readings(world, ledger)
    size = await ledger.grow()
    last = await ledger.latest()
    if size == 0 or (last is not None and last.size >= size):
        return None
    if last is not None and await ledger.root(last.size) != read_checkpoint(read_note(last.note).text).root:
        raise Refused("past_differs", size=last.size)  # nobody may be told two different pasts
    at = world.clock.now()
    point = Checkpoint(signer.name, size, await ledger.root(size), at)
    await ledger.keep(Signed(size, at, signer.sign(point.text())))
    return await ledger.latest()


async def fix_readings(world: World, ledger: Ledger) -> None:
    """Let the journal say what the records of readings are, as far as it does not yet."""
    while (found := await ledger.unsealed()) is not None:
        version, fact = found
        try:
            await note(world, READINGS, version, fact)
        except Stale:
            return  # another process fixed them

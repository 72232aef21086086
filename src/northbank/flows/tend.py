"""The lake of a data set is tended: batches merged into one folder, a person forgotten, what is past retention taken away.

Each changes files first and tells the journal after it; all of it can be done again after a kill.
"""

from collections.abc import Sequence

from northbank.core.dataset import AnyStatement, Dataset, standing
from northbank.core.journal import Fact
from northbank.core.refusal import Refused
from northbank.core.tending import Compacted, Forgotten, Retired, compaction_due, digest_of, retirable, tending_stream
from northbank.flows.collect import dataset_of, past_of
from northbank.flows.entries import note
from northbank.ports import Stale, World
from northbank.ports.data import Lake


async def compact(world: World, lake: Lake, code: str, due_only: bool = False) -> Compacted | None:
    """Merge the batches that a data set is made of now; None where there is nothing to merge. Refused: `no_dataset`, `collecting`."""
    dataset = dataset_of(world, code)
    with lake.hold(code):
        batches = standing(dataset, await past_of(world, code))
        told = await tended(world, code)
        covered = max((len(one.of) for one in told if isinstance(one, Compacted)), default=0)
        good = [one.good for one in batches]
        open_ = [sum(good[:covered]), *good[covered:]] if covered else good
        if len(open_) < 2 or (due_only and not compaction_due(open_)):
            return None
        done = await lake.merge(dataset, batches)
        await _tell(world, code, len(told), done)
        return done


async def forget(
    world: World, lake: Lake, code: str, key: tuple[str, ...], why: str, links: int = 0, golden: int = 0
) -> Forgotten:
    """Take the rows of a key out of every file of a data set, those in quarantine too; the journal holds a salted digest of it.

    links, golden: what was taken out before it of what is made of the data set: forget_record.py. Refused: `no_dataset`, `collecting`, `conflict`.
    """
    dataset = dataset_of(world, code)
    with lake.hold(code):
        rows, bad = await lake.forget(dataset, key)
        salt = world.ids.new()
        done = Forgotten(
            salt=salt, digest=digest_of(salt, key), why=why, rows=rows, bad=bad, links=links, golden=golden
        )
        await _tell(world, code, len(await tended(world, code)), done)
        return done


async def retire(world: World, lake: Lake, code: str) -> Retired | None:
    """Take away what is older than the contract keeps and no longer serves the data set as it is now. None: nothing is."""
    dataset = dataset_of(world, code)
    with lake.hold(code):
        told = await tended(world, code)
        covered = [folder for one in told if isinstance(one, Compacted) for folder in one.of]
        old, bad = retirable(dataset, await past_of(world, code), covered, world.clock.now())
        return await _take_away(world, lake, dataset, told, old, bad)


async def supersede(world: World, lake: Lake, dataset: Dataset, past: Sequence[AnyStatement], kept: int) -> None:
    """Take away all versions of what is made anew each time but the newest `kept`. The data set is held by whoever makes them."""
    if old := [one.folder for one in past[:-kept]]:
        await _take_away(world, lake, dataset, await tended(world, dataset.code), old, [])


async def _take_away(
    world: World, lake: Lake, dataset: Dataset, told: Sequence[Fact], old: Sequence[str], bad: Sequence[str]
) -> Retired | None:
    gone, emptied = await lake.retire(dataset, old, bad)
    # What a killed run took away is told of too, and what came back by a backup is taken away again.
    gone += {*old} - {*gone} - {folder for one in told if isinstance(one, Retired) for folder in one.folders}
    emptied += {*bad} - {*emptied} - {folder for one in told if isinstance(one, Retired) for folder in one.quarantine}
    if not gone and not emptied:
        return None
    done = Retired(folders=tuple(sorted(gone)), quarantine=tuple(sorted(emptied)))
    await _tell(world, dataset.code, len(told), done)
    return done


async def tended(world: World, code: str) -> list[Fact]:
    """Everything that was done to the lake of a data set, the oldest first."""
    return [entry.data async for entry in world.journal.read(tending_stream(code))]


async def _tell(world: World, code: str, version: int, fact: Compacted | Forgotten | Retired) -> None:
    try:
        await note(world, tending_stream(code), version, fact)
    except Stale:
        raise Refused("conflict") from None

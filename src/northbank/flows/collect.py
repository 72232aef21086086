"""A batch of a data set comes in, from files or from the origin of its contract: known files are left out, the lake reads the
others, core judges, one fact tells of it.

A batch that landed in the lake while the program was killed before the journal heard of it is told of first.
"""

from collections.abc import Sequence
from pathlib import Path

import msgspec

from northbank.core.dataset import (
    AnyStatement,
    Collected,
    Dataset,
    SourceFile,
    TurnedAway,
    folder_of,
    judge,
    known_files,
    mark_of,
    rules_of,
    standing,
    stream_of,
)  # fmt: skip
from northbank.core.origin import Mark
from northbank.core.refusal import Refused
from northbank.flows.entries import note
from northbank.ports import Stale, World
from northbank.ports.data import Lake, Progress
from northbank.ports.sources import Sources


class Outcome(msgspec.Struct, frozen=True):
    """What became of files. known: those that were in before, with their batch. healed: batches told of that a kill had kept back."""

    statement: AnyStatement | None
    known: dict[str, int]
    healed: int = 0


def dataset_of(world: World, code: str) -> Dataset:
    """The contract of a data set. Refused: `no_dataset`."""
    found = world.city.datasets.get(code)
    if found is None:
        raise Refused("no_dataset", code=code, allowed=", ".join(sorted(world.city.datasets)) or "-")
    return found


async def past_of(world: World, code: str) -> list[AnyStatement]:
    """Every batch of a data set that the journal tells of, taken or turned away, the oldest first."""
    return [
        entry.data
        async for entry in world.journal.read(stream_of(code))
        if isinstance(entry.data, Collected | TurnedAway)
    ]


async def collect(world: World, lake: Lake, code: str, place: Path, tell: Progress, origin: str = "") -> Outcome:
    """Collect the files of a folder, or one file, as one batch. origin: who brought them, where somebody did.

    Refused: `no_dataset`, `made_dataset`, `no_files`, `collecting`, `reference_first`, `conflict`. Nothing is taken then.
    """
    dataset = dataset_of(world, code)
    if dataset.made != "collected":
        raise Refused("made_dataset", code=code)
    with lake.hold(code):
        past = await past_of(world, code)
        healed = await _heal(world, lake, code, past)
        return await _from_place(world, lake, dataset, past, place, tell, healed, origin=origin)


async def collect_from_origin(world: World, lake: Lake, sources: Sources, code: str, tell: Progress) -> Outcome:
    """Fetch what is new where the contract says that the rows come from, and collect it as one batch.

    Refused: as `collect`, and `no_origin`, `no_secret`, `source_down`, `source_refused`, `source_changed`, `source_too_large`.
    A kill at any point loses and doubles nothing: the mark that the next run goes by is in the statement of the batch.
    """
    dataset = dataset_of(world, code)
    if dataset.origin is None:
        raise Refused("no_origin", code=code)
    with lake.hold(code):
        past = await past_of(world, code)
        healed = await _heal(world, lake, code, past)
        async with sources.fetch(dataset, world.city.timezone, mark_of(dataset, past), tell) as fetched:
            if fetched.place is None:
                return Outcome(None, {}, healed)
            try:
                return await _from_place(
                    world, lake, dataset, past, fetched.place, tell, healed, fetched.mark, str(dataset.origin)
                )
            except Refused as refused:
                if refused.code != "no_files":
                    raise
                return Outcome(None, {}, healed)  # a folder into which nothing was put; late data are told of elsewhere


async def _from_place(
    world: World, lake: Lake, dataset: Dataset, past: Sequence[AnyStatement], place: Path, tell: Progress, healed: int,
    mark: Mark | None = None, origin: str = "",
) -> Outcome:  # fmt: skip
    paths, files = await lake.survey(dataset, place, tell)
    if not files:
        raise Refused("no_files", place=str(place), format=dataset.format)
    known = known_files(dataset, past, files)
    names = {file.name: known[file.digest] for file in files if file.digest in known}
    fresh = {file.digest: (path, file) for path, file in zip(paths, files, strict=True) if file.digest not in known}
    if not fresh:
        return Outcome(None, names, healed)
    statement = await _take(world, lake, dataset, past, list(fresh.values()), tell, mark, origin)
    return Outcome(statement, names, healed)


async def _take(
    world: World, lake: Lake, dataset: Dataset, past: Sequence[AnyStatement], fresh: Sequence[tuple[Path, SourceFile]], tell: Progress,
    mark: Mark | None, origin: str,
) -> AnyStatement:  # fmt: skip
    began = world.clock.now()
    paths, files = [path for path, _ in fresh], [file for _, file in fresh]
    box = None if world.city.places.empty else world.city.places.outline.bounds
    rules = rules_of(dataset, box)
    references = {rule.dataset: await _referred(world, rule.dataset) for rule in rules if rule.dataset}
    counts = await lake.prepare(dataset, rules, paths, files, references, tell)
    n = len(past) + 1
    judged = judge(dataset, n, folder_of(n, files), counts, rules, mark, origin)
    statement = msgspec.structs.replace(judged, seconds=(world.clock.now() - began).total_seconds())
    await lake.land(dataset, statement, tell)
    await _tell_journal(world, dataset.code, statement)
    tell("told", 1.0)
    return statement


async def _referred(world: World, code: str) -> tuple[Dataset, list[Collected]]:
    """The data set that rows refer to, as it is now."""
    dataset = dataset_of(world, code)
    batches = standing(dataset, await past_of(world, code))
    if not batches:
        raise Refused("reference_first", code=code)
    return dataset, batches


async def _heal(world: World, lake: Lake, code: str, past: list[AnyStatement]) -> int:
    """Tell the journal of batches that landed before a kill; `past` grows by them."""
    before = len(past)
    for statement in lake.landed(code):
        if statement.n == len(past) + 1:
            await _tell_journal(world, code, statement)
            past.append(statement)
    return len(past) - before


async def _tell_journal(world: World, code: str, statement: AnyStatement) -> None:
    try:
        await note(world, stream_of(code), statement.n - 1, statement)
    except Stale:
        raise Refused("conflict") from None

"""Linking by a model of the pack: the rows of its data sets as they are now, what people said of pairs, one run, one fact.

A run that landed while the program was killed before the journal heard of it is told of first. The same rows, the same model and
the same words make no new run.
"""

from collections.abc import Mapping
from hashlib import sha256

import msgspec

from northbank.core.clusters import Pair
from northbank.core.dataset import Collected, Dataset, standing
from northbank.core.journal import Entry
from northbank.core.linking import (
    Judgment,
    LinkJudged,
    LinkRun,
    LinkTrained,
    judgments,
    parameters_in_force,
    runs_stream,
    verdicts_stream,
)
from northbank.core.match import Model
from northbank.core.refusal import Refused
from northbank.flows.collect import dataset_of, past_of
from northbank.flows.entries import note
from northbank.flows.platform import Platform
from northbank.ports import Stale, World
from northbank.ports.data import Progress
from northbank.ports.links import Said

KEPT = 3  # runs on the disk, and versions of bases: the newest, the one whose ids it kept, and one more; the journal tells of all


class LinkPast(msgspec.Struct, frozen=True):
    """What the journal tells of a model. entries: of its stream, all of them."""

    runs: list[LinkRun]
    trainings: list[LinkTrained]

    @property
    def entries(self) -> int:
        """How many there are."""
        return len(self.runs) + len(self.trainings)


class LinkOutcome(msgspec.Struct, frozen=True):
    """What became of a command to link. run: None where nothing had changed since `last`. trained: parameters were learned in it."""

    run: LinkRun | None
    last: LinkRun | None
    trained: LinkTrained | None = None
    healed: int = 0


def model_of(world: World, code: str) -> Model:
    """A link model of the pack. Refused: `no_link`."""
    found = world.city.links.get(code)
    if found is None:
        raise Refused("no_link", code=code, allowed=", ".join(sorted(world.city.links)) or "-")
    return found


async def links_past(world: World, code: str) -> LinkPast:
    """The runs and trainings of a model, the oldest first."""
    found = LinkPast([], [])
    async for entry in world.journal.read(runs_stream(code)):
        if isinstance(entry.data, LinkRun):
            found.runs.append(entry.data)
        elif isinstance(entry.data, LinkTrained):
            found.trainings.append(entry.data)
    return found


async def said_of(world: World, model: Model) -> tuple[int, dict[Pair, Judgment]]:
    """How many entries there are of people's words on a model's pairs, and what stands."""
    entries: list[Entry[LinkJudged]] = [
        entry  # type: ignore[misc]
        async for entry in world.journal.read(verdicts_stream(model.code))
        if isinstance(entry.data, LinkJudged)
    ]
    return len(entries), judgments(entries, model.two_person)


async def sources_of(
    world: World, codes: tuple[str, ...], as_of: Mapping[str, int] | None = None
) -> dict[str, tuple[Dataset, list[Collected]]]:
    """The data sets as they are now, or as of given batches; those without one left out. Refused: `link_first` where none has one."""
    found = {}
    for code in codes:
        if as_of is not None and code not in as_of:
            continue
        dataset = dataset_of(world, code)
        batches = standing(dataset, await past_of(world, code), as_of[code] if as_of else None)
        if batches:
            found[code] = (dataset, batches)
    if not found:
        raise Refused("link_first", codes=", ".join(codes))
    return found


def words_of(found: dict[Pair, Judgment]) -> Said:
    """What people said, as a run takes it: only what holds."""
    holding = {pair: one for pair, one in found.items() if one.holds}
    return Said(
        same=[pair for pair, one in holding.items() if one.verdict == "same"],
        apart=[pair for pair, one in holding.items() if one.verdict == "different"],
        answered=list(holding),
    )


async def link(platform: Platform, code: str, train: bool, tell: Progress) -> LinkOutcome:
    """Link once. Refused: `no_link`, `link_first`, `linking`, `untrainable`, `conflict`. Nothing is changed then."""
    world, links = platform.world, platform.links
    model = model_of(world, code)
    if train and model.training is None:
        raise Refused("untrainable", code=code)
    with links.hold(code):
        past = await links_past(world, code)
        healed = await _heal(platform, code, past)
        sources = await sources_of(world, model.inputs)
        inputs = {name: batches[-1].n for name, (_, batches) in sources.items()}
        trained = None
        if train:
            parameters, pairs = await links.train(model, sources, tell)
            trained = LinkTrained(
                shape=model.shape, version=model.version, parameters=parameters, inputs=inputs, pairs=pairs
            )
            await _note(world, code, past.entries, trained)
            past.trainings.append(trained)
        last = past.runs[-1] if past.runs else None
        run = await _run(platform, model, sources, inputs, past, tell)
    return LinkOutcome(run, last, trained, healed)


async def _run(
    platform: Platform, model: Model, sources: dict[str, tuple[Dataset, list[Collected]]], inputs: dict[str, int],
    past: LinkPast, tell: Progress,
) -> LinkRun | None:  # fmt: skip
    world, links = platform.world, platform.links
    weighed, training = parameters_in_force(model, past.trainings)
    judged, found = await said_of(world, model)
    last = past.runs[-1] if past.runs else None
    if last is not None and (last.version, last.trained, last.inputs, last.judged) == (
        model.version,
        training,
        inputs,
        judged,
    ):
        return None
    n, began = len(past.runs) + 1, world.clock.now()
    counts = await links.run(weighed, sources, words_of(found), n, last, tell)
    about = f"{model.version}:{training}:{sorted(inputs.items())}:{judged}"
    run = LinkRun(
        n=n, folder=f"{n:06d}-{sha256(about.encode()).hexdigest()[:12]}", version=model.version, trained=training,
        match=model.match, review=model.review, inputs=inputs, judged=judged,
        seconds=(world.clock.now() - began).total_seconds(), **msgspec.structs.asdict(counts),
    )  # fmt: skip
    await links.land(model.code, run, tell)
    await _note(world, model.code, past.entries, run)
    past.runs.append(run)
    await links.retire(model.code, KEPT)
    return run


async def _heal(platform: Platform, code: str, past: LinkPast) -> int:
    """Tell the journal of runs that landed before a kill; `past` grows by them."""
    before = len(past.runs)
    for run in platform.links.landed(code):
        if run.n == len(past.runs) + 1:
            await _note(platform.world, code, past.entries, run)
            past.runs.append(run)
    return len(past.runs) - before


async def _note(world: World, code: str, version: int, fact: LinkRun | LinkTrained) -> None:
    try:
        await note(world, runs_stream(code), version, fact)
    except Stale:
        raise Refused("conflict") from None

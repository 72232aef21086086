"""A data set is brought in by hand: a file that somebody uploads, or what its origin has now. Only who answers for it may."""

from collections.abc import Mapping

import msgspec

from northbank.core.access import Actor
from northbank.core.dataset import Dataset
from northbank.core.refusal import Refused
from northbank.flows.collect import Outcome, collect, dataset_of
from northbank.flows.correct import correct
from northbank.flows.platform import Platform, owns
from northbank.flows.scheduled import collect_now
from northbank.flows.see_contract import UPLOAD, BatchView, batch_view
from northbank.ports.inbox import Arriving


class Brought(msgspec.Struct, frozen=True, kw_only=True):
    """What became of it. batch: None where nothing was new. known: files that were in before, with their batch.

    cases: numbers of the cases that now ask the provider to correct rows.
    """

    batch: BatchView | None
    known: Mapping[str, int]
    cases: list[str]


def may_bring(platform: Platform, actor: Actor, code: str) -> Dataset:
    """The data set that somebody is about to bring in. Refused: `no_dataset`, `forbidden`, `made_dataset`."""
    dataset = dataset_of(platform.world, code)
    if not owns(actor, dataset.owner):
        raise Refused("forbidden", role=actor.role.value)
    if dataset.made != "collected":
        raise Refused("made_dataset", code=code)
    return dataset


async def bring_file(platform: Platform, actor: Actor, dataset: Dataset, file: Arriving) -> Brought:
    """Collect a file that has arrived; it is kept where a batch stands on it. The same bytes make no second batch.

    Refused: as `collect`, and `no_files` where none came.
    """
    place = file.arrived()
    if place is None:
        raise Refused("no_files", place="-", format=dataset.format)
    world = platform.world
    done = await collect(world, platform.lake, dataset.code, place, _quietly, f"{UPLOAD}{actor.login}")
    if done.statement is not None:
        file.keep()
    return _brought(done, await correct(world, dataset.code))


async def bring_now(platform: Platform, actor: Actor, code: str) -> Brought:
    """Collect from the origin of the contract without waiting for its time. Refused: as `collect_now`."""
    may_bring(platform, actor, code)
    if platform.sources is None:
        raise Refused("no_origin", code=code)
    done = await collect_now(platform.world, platform.lake, platform.sources, code, _quietly)
    return _brought(done, [])


def _brought(done: Outcome, cases: list[str]) -> Brought:
    batch = batch_view(done.statement) if done.statement is not None else None
    return Brought(batch=batch, known=done.known, cases=cases)


def _quietly(step: str, share: float) -> None:
    """Nobody watches a request step by step."""

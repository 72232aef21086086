"""Which batches make up a data set now, kept in memory as long as nothing was told of it. Nothing is changed here."""

from collections.abc import Sequence
from typing import Protocol

from northbank.core.dataset import AnyStatement, Collected, Dataset, standing, stream_of
from northbank.flows.collect import past_of
from northbank.ports import World


class Memory(Protocol):
    """Batches by data set, each with the version of the stream that told of them."""

    @property
    def known(self) -> dict[str, tuple[int, tuple[AnyStatement, ...]]]:
        """What was read before."""


class Told(Protocol):
    """Of the platform, what is needed to know its batches."""

    @property
    def world(self) -> World:
        """The center."""

    @property
    def sharing(self) -> Memory:
        """Where batches are kept in mind."""


async def past_batches(platform: Told, dataset: Dataset) -> Sequence[AnyStatement]:
    """Every batch that the journal tells of, the oldest first; the journal is read again only after something was told."""
    known = platform.sharing.known.get(dataset.code)
    version = await platform.world.journal.version(stream_of(dataset.code))
    if known is None or known[0] != version:
        known = (version, tuple(await past_of(platform.world, dataset.code)))
        platform.sharing.known[dataset.code] = known
    return known[1]


async def batches_of(platform: Told, dataset: Dataset) -> tuple[Collected, ...]:
    """The batches that its rows are made of now, the oldest first."""
    return tuple(standing(dataset, await past_batches(platform, dataset)))

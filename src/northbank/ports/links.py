"""What linking needs from the world: an engine that makes pairs and groups of records, and reads them back. No implementation."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Protocol

import msgspec

from northbank.core.bases import Base
from northbank.core.clusters import Pair
from northbank.core.dataset import AnyStatement, Collected, Dataset
from northbank.core.linking import LinkRun
from northbank.core.match import Model, Parameters
from northbank.ports.data import Progress

Sources = Mapping[
    str, tuple[Dataset, Sequence[Collected]]
]  # data sets as they are now, by code, the most trusted first


class Said(msgspec.Struct, frozen=True):
    """What people said of pairs: those that are one, those that are not, and those that nobody need be asked about again."""

    same: Sequence[Pair] = ()
    apart: Sequence[Pair] = ()
    answered: Sequence[Pair] = ()


class LinkCounts(msgspec.Struct, frozen=True):
    """What a run made; the words are those of core.linking.LinkRun."""

    records: int
    pairs: int
    links: int
    waiting: int
    entities: int
    largest: int
    kept: int


class PairRow(msgspec.Struct, frozen=True):
    """A pair as a run made it. left, right: keyed digests of the records, in order. levels, weights: of each comparison of the model."""

    left: str
    right: str
    left_dataset: str
    right_dataset: str
    probability: float
    levels: tuple[int, ...]
    weights: tuple[float, ...]


class PairCells(msgspec.Struct, frozen=True):
    """A pair with its records. cells of both by column of their data sets, as they are now; None for one that is no longer there."""

    row: PairRow
    left: Mapping[str, object] | None
    right: Mapping[str, object] | None
    left_entity: str
    right_entity: str


class Links(Protocol):
    """Links of records of the lake, run by run."""

    def hold(self, code: str) -> AbstractContextManager[None]:
        """Keep others from linking by a model (or building a base) meanwhile. Refused: `linking`."""

    def landed(self, model: str) -> list[LinkRun]:
        """The runs that lie on the disk, whether the journal knows of them or not."""

    async def train(self, model: Model, sources: Sources, tell: Progress) -> tuple[Parameters, int]:
        """Learn parameters from the rows; with the number of pairs that were looked at."""

    async def run(
        self, model: Model, sources: Sources, said: Said, n: int, before: LinkRun | None, tell: Progress
    ) -> LinkCounts:
        """Make pairs and groups beside the others. before: the run whose ids last."""

    async def land(self, model: str, statement: LinkRun, tell: Progress) -> None:
        """Put the run that was made last in its place, whole or not at all."""

    async def retire(self, model: str, kept: int) -> int:
        """Take the runs away that are older than the newest `kept`; how many. The model is held."""

    async def queue(
        self, model: Model, run: LinkRun, but: Sequence[Pair], only: Sequence[Pair] | None, limit: int, offset: int
    ) -> tuple[int, list[PairRow]]:
        """Pairs between the thresholds, the least certain first, and how many there are. only: instead, these pairs whatever they weigh."""

    async def pair(self, model: Model, run: LinkRun, sources: Sources, pair: Pair) -> PairCells | None:
        """One pair with the cells of its records."""

    async def entities(self, model: str, dataset: Dataset, key: Sequence[str]) -> list[str]:
        """The entities that a record belongs to, of every run there is."""

    async def companions(self, model: str, dataset: Dataset, key: Sequence[str]) -> list[tuple[str, tuple[str, ...]]]:
        """Data set and key of the other records that any run held to be one with a record."""

    def own_entity(self, dataset: Dataset, key: Sequence[str]) -> str:
        """The entity that a record is in a base without links."""

    async def forget(self, model: str, dataset: Dataset, key: Sequence[str]) -> int:
        """Rewrite the files of every run without a record: how many rows named it. Safe to do again."""

    async def build(self, base: Base, sources: Sources, run: LinkRun | None, tell: Progress) -> tuple[int, int]:
        """Make golden records beside the lake; how many, and in how many buckets."""

    async def land_base(self, base: Base, statement: AnyStatement) -> None:
        """Put the golden records that were made last in their place in the lake."""

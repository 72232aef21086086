"""What collecting needs from the world: a lake that reads files into batches. No implementation lives here."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

from northbank.core.dataset import AnyStatement, Collected, Counts, Dataset, Rule, SourceFile
from northbank.core.tending import Compacted

Progress = Callable[[str, float], None]  # what is being done (digest, read, sort, land), and what share of it is


class Lake(Protocol):
    """Rows of data sets, batch by batch."""

    def hold(self, dataset: str) -> AbstractContextManager[None]:
        """Keep others from collecting the data set meanwhile."""

    def landed(self, dataset: str) -> list[AnyStatement]:
        """What lies in the lake, by batch, whether the journal knows of it or not."""

    async def survey(self, dataset: Dataset, place: Path, tell: Progress) -> tuple[list[Path], list[SourceFile]]:
        """The files of a folder (or the one file) with their digests."""

    async def prepare(
        self, dataset: Dataset, rules: Sequence[Rule], paths: Sequence[Path], files: Sequence[SourceFile],
        references: Mapping[str, tuple[Dataset, Sequence[Collected]]], tell: Progress,
    ) -> Counts:  # fmt: skip
        """Read files beside the lake and count; nothing is in it yet."""

    async def land(self, dataset: Dataset, statement: AnyStatement, tell: Progress) -> None:
        """Put the batch that was prepared last in its place, whole or not at all."""

    async def count(self, dataset: Dataset, batches: Sequence[Collected]) -> int:
        """Rows of the data set made of these batches."""

    async def merge(self, dataset: Dataset, batches: Sequence[Collected]) -> Compacted:
        """Write one folder in place of those of batches."""

    async def forget(self, dataset: Dataset, key: Sequence[str]) -> tuple[int, int]:
        """Rewrite files without the rows of a key: how many good and bad ones there were."""

    async def retire(
        self, dataset: Dataset, folders: Sequence[str], quarantine: Sequence[str]
    ) -> tuple[list[str], list[str]]:  # fmt: skip
        """Take folders away, and the bad rows of others: what there was of them."""

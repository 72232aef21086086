"""What a batch asks of the engine that makes it. The steps stand in batch.py; no engine lives here."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

import msgspec

from northbank.core.dataset import Drifted
from northbank.shell.lake.files import Progress


class Read(msgspec.Struct, frozen=True):
    """A file that was read. names: its columns. rows: in it, with the `unreadable` ones, which are in its `reject` file."""

    names: tuple[str, ...]
    rows: int
    unreadable: int


class Engine(Protocol):
    """One batch of a data set, in its staging folder, in the hands of an engine."""

    def drifts(self, paths: Sequence[Path]) -> list[Drifted]:
        """How the columns of each file differ from the contract's. Refused: see reading.py."""

    def read(
        self, paths: Sequence[Path], buckets: int, strange: Sequence[int], tell: Callable[[int, float], None]
    ) -> list[Read]:  # fmt: skip
        """Read the files and judge their rows. strange: files that are bad whole. tell: number of a file, share. Refused: see reading.py."""

    def tell_apart(self, names: Sequence[str], buckets: int, tell: Progress) -> tuple[int, dict[str, int], int]:
        """Write good rows by bucket, and bad ones. Bad rows, how many fail each rule, good rows. names: of the files."""

    def stop(self) -> None:
        """End whatever is being done, from another thread."""

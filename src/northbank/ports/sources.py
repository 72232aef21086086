"""What collecting needs from the sources of data sets: rows that were fetched, as a file. No implementation lives here."""

from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Protocol

import msgspec

from northbank.core.dataset import Dataset
from northbank.core.origin import Mark
from northbank.ports.data import Progress


class Fetched(msgspec.Struct, frozen=True):
    """Rows that came. place: a file or a folder of files, None where nothing is new. mark: up to where a table was read."""

    place: Path | None
    mark: Mark | None = None


class Sources(Protocol):
    """Where rows come from, by the contract's origin."""

    def fetch(
        self, dataset: Dataset, zone: str, mark: Mark | None, tell: Progress
    ) -> AbstractAsyncContextManager[Fetched]:
        """Fetch what is new beyond `mark`; files are there as long as the context. zone: of the city, for times that know theirs.

        Refused: `no_secret`, `source_down`, `source_refused`, `source_changed`, `source_too_large`. Nothing is kept then.
        """


class Waiting(Protocol):
    """How a fetch waits before it tries again."""

    async def __call__(self, seconds: float, /) -> None:
        """Wait so many seconds."""

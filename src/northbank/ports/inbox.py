"""What taking in an uploaded file needs from the world: a place on the disk that it arrives in. No implementation lives here."""

from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

from northbank.core.dataset import Dataset


class Arriving(Protocol):
    """One file on its way in."""

    def begin(self, name: str) -> None:
        """It comes; name: what its sender calls it, which is never a path here. Refused: `file_format`."""

    def write(self, part: bytes) -> None:
        """The next bytes of it. Refused: `file_format`, `lake_unwritable`."""

    def arrived(self) -> Path | None:
        """Where it lies, whole; None where none came."""

    def keep(self) -> None:
        """Leave it where it is: a batch stands on it. Without this it goes."""


class Inbox(Protocol):
    """The folder that uploaded files of data sets come into."""

    def arriving(self, dataset: Dataset) -> AbstractContextManager[Arriving]:
        """A place for one file. Refused: `lake_unwritable`."""

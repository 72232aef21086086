"""Uploaded files on the disk: each in a folder of its own below `uploaded/<data set>`, gone again unless a batch stands on it.

The name its sender gives is reduced to letters, digits and dashes, and its ending to one that the contract reads.
"""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from northbank.core.dataset import Dataset
from northbank.core.refusal import Refused
from northbank.shell.lake.files import ENDINGS, GZIP

UPLOADED = "uploaded"
LONGEST = 60  # characters of a name


class LakeInbox:
    """root: the folder that files come into."""

    def __init__(self, root: Path) -> None:
        self._root = root / UPLOADED

    @contextmanager
    def arriving(self, dataset: Dataset) -> Iterator["File"]:
        """See ports/inbox."""
        below = self._root / dataset.code
        with on_disk():
            below.mkdir(parents=True, exist_ok=True, mode=0o700)
            file = File(dataset, Path(tempfile.mkdtemp(dir=below)))
        try:
            yield file
        finally:
            file.close()


class File:
    """A file that arrives in `folder`."""

    def __init__(self, dataset: Dataset, folder: Path) -> None:
        self._folder = folder
        self._dataset = dataset
        self._path: Path | None = None
        self._open: BinaryIO | None = None
        self._kept = False

    def begin(self, name: str) -> None:
        """Open it under a name of ours."""
        self._path = self._folder / safe_name(name, self._dataset)
        with on_disk():
            self._open = self._path.open("xb")

    def write(self, part: bytes) -> None:
        """Append. Packed files are refused: nobody knows how much is in them."""
        if self._open is None:
            return
        with on_disk():
            if not self._open.tell() and part.startswith(GZIP):
                raise wrong_format(self._dataset)
            self._open.write(part)

    def arrived(self) -> Path | None:
        """Close it."""
        if self._open is not None:
            with on_disk():
                self._open.close()
        return self._path

    def keep(self) -> None:
        """Let it stay."""
        self._kept = True

    def close(self) -> None:
        """Take away what no batch stands on."""
        with suppress(OSError):
            if self._open is not None:
                self._open.close()
        if not self._kept:
            shutil.rmtree(self._folder, ignore_errors=True)


@contextmanager
def on_disk() -> Iterator[None]:
    """Refused `lake_unwritable` where the disk takes no more."""
    try:
        yield
    except OSError as error:
        raise Refused("lake_unwritable", why=error.strerror or str(error)) from error


def safe_name(name: str, dataset: Dataset) -> str:
    """A name for the disk. Refused: `file_format` where its ending is none of the contract's format."""
    ending = next((one for one in ENDINGS[dataset.format] if name.lower().endswith(one)), None)
    if ending is None:
        raise wrong_format(dataset)
    plain = "".join(one if one.isalnum() or one in "-_" else "-" for one in name[: -len(ending)])
    return f"{plain[-LONGEST:].strip('-') or dataset.code}{ending}"


def wrong_format(dataset: Dataset) -> Refused:
    """What to say of a file that the contract does not read."""
    return Refused("file_format", code=dataset.code, allowed=", ".join(ENDINGS[dataset.format]))

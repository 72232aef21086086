"""What a file of records looks like to the importer: rows with their lines, and how far the reading has come.

Each format has its own file beside this one; what the columns mean is core/importing.py.
"""

import gzip
import io
import zlib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import BinaryIO, Protocol, cast

import msgspec

from northbank.core.mendable import Mendable

LONGEST_LINE = 1 << 20
GZIP = b"\x1f\x8b"


class SourceError(Mendable):
    """A file that cannot be read on; the message is one sentence for the person who named it."""


class Standing(msgspec.Struct, frozen=True):
    """How far the reading has come: done of total (bytes or rows of the file), records read and turned down."""

    done: int
    total: int
    records: int
    rejected: int


Shown = Callable[[Standing], None]


class Row(msgspec.Struct, frozen=True):
    """One record. place: its number from 1. line: where it begins. raw: as it stands there. why: it could not be read."""

    place: int
    line: int
    raw: str
    record: Mapping[str, object]
    why: str | None = None


class Source(Protocol):
    """A file being read. columns: what it has, None where every record says it anew."""

    @property
    def columns(self) -> tuple[str, ...] | None:
        """The names of its columns."""

    def __iter__(self) -> Iterator[Row]:
        """The records in order, the same each time the file is read."""

    def done(self) -> tuple[int, int]:
        """How much was read, of how much."""

    def close(self) -> None:
        """Give the file up."""


class ByteLines:
    """The lines of a file as bytes, also of a compressed one, never holding more than one of them.

    number: of the line given last. too_long: it was cut off.
    """

    def __init__(self, path: Path) -> None:
        self.number = 0
        self.too_long = False
        try:
            self._size = path.stat().st_size
            self._file = path.open("rb")
            packed = self._file.read(2) == GZIP
            self._file.seek(0)
        except OSError as error:
            raise SourceError(f"{path} cannot be read ({error.strerror or error}).") from error
        self._path = path
        self._lines = cast(BinaryIO, io.BufferedReader(gzip.GzipFile(fileobj=self._file))) if packed else self._file

    def read(self) -> bytes:
        """The next line with its end; nothing at the end of the file."""
        try:
            line = self._lines.readline(LONGEST_LINE)
            self.too_long = len(line) == LONGEST_LINE and not line.endswith(b"\n")
            rest = line if self.too_long else b""
            while rest and not rest.endswith(b"\n"):
                rest = self._lines.readline(LONGEST_LINE)
        except (OSError, EOFError, zlib.error) as error:
            raise SourceError(
                f"{self._path} breaks off after line {self.number} ({error}); what was read is in. "
                "Get the whole file and import it: what is in already is not taken twice."
            ) from error
        if line:
            self.number += 1
        return line

    def done(self) -> tuple[int, int]:
        """Bytes of the file read, of how many."""
        return min(self._file.tell(), self._size), self._size

    def close(self) -> None:
        """Close the file."""
        self._lines.close()
        self._file.close()

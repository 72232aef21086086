"""The files a batch comes from: found, digested, unpacked and brought into UTF-8 where they have to be, and what is said of bad ones.

Bytes pass through in blocks; no row is looked at. What the rows mean is not known here; lines are mended in lines.py.
"""

import codecs
import errno
import gzip
import hashlib
import re
import zlib
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, cast

from northbank.core.dataset import Encoding, Format, SourceFile
from northbank.core.mendable import Mendable
from northbank.core.refusal import Refused

BLOCK = 1 << 20
HEAD = 1 << 18
PACKED = 40  # bytes of a row in Parquet, about
ENDINGS: dict[Format, tuple[str, ...]] = {
    "csv": (".csv", ".txt", ".tsv"), "jsonl": (".jsonl", ".ndjson"), "parquet": (".parquet",), "xlsx": (".xlsx",),
}  # fmt: skip
PACKED_TOO = ("csv", "jsonl")  # formats that may come packed by gzip
GZIP = b"\x1f\x8b"  # how packed bytes begin, and no text does
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS)
CUT = ("magic bytes", "unexpected end of data", "too small to be a Parquet file")  # what engines say of half a file
_OURS = re.compile(
    r'^[A-Z][A-Za-z ]+ Error: | in file "[^"]*",?'
)  # what only we can make use of: classes, paths of copies
READING = (OSError, EOFError, zlib.error)  # what reading a file raises, packed or not
Progress = Callable[[str, float], None]  # what is being done, and what share of it is


class LakeError(Refused, Mendable):
    """Something about the lake or its engine that an operator can mend; one sentence."""

    def __init__(self, sentence: str) -> None:
        super().__init__("lake_failed", why=sentence)

    def __reduce__(self) -> tuple[type["LakeError"], tuple[str]]:
        return LakeError, (str(self.values["why"]),)


def not_read(path: Path, error: Exception) -> Refused:
    """What to say of a file that was not read to its end: the fault is the file's, or a full disk's that the rows go to."""
    said = _first_line(error)
    if is_full(error):
        return Refused("lake_unwritable", why=said)
    if isinstance(error, EOFError) or any(words in said for words in CUT):
        return Refused("file_cut", file=path.name)
    return Refused("file_unreadable", file=path.name, why=_OURS.sub("", said).rstrip(". "))


def not_written(error: Exception) -> Refused:
    """What to say where the engine did not write what it had read."""
    said = _first_line(error)
    if is_full(error):
        return Refused("lake_unwritable", why=said)
    return LakeError(f"The batch could not be written: {said}")


def is_full(error: Exception) -> bool:
    """Whether the disk took no more."""
    full = ("Could not write", "No space left", "File too large")
    return getattr(error, "errno", None) in FULL or any(words in str(error) for words in full)


def _first_line(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return next(iter(str(error).splitlines()), type(error).__name__)


def _broken(error: UnicodeError) -> tuple[str, int]:
    """A byte that is none of the encoding stays one that is none of UTF-8, so that the reader finds the row."""
    assert isinstance(error, UnicodeDecodeError)
    return "\udcff", error.end


codecs.register_error("northbank.broken", cast(Callable[[UnicodeError], tuple[str | bytes, int]], _broken))


def found_in(place: Path, format: Format) -> list[Path]:
    """The files of a folder (sorted by name), or the file itself. Refused: `no_files`."""
    if place.is_file():
        return [place]
    if not place.is_dir():
        raise Refused("no_files", place=str(place), format=format)
    endings = ENDINGS[format]
    if format in PACKED_TOO:
        endings += tuple(f"{one}.gz" for one in endings)
    return [one for one in sorted(place.iterdir()) if one.is_file() and one.name.lower().endswith(endings)]


def survey(paths: Iterable[Path], tell: Progress) -> list[SourceFile]:
    """Name, digest and size of each file."""
    paths = list(paths)
    total = sum(path.stat().st_size for path in paths) or 1
    done, found = 0, []
    for path in paths:
        sha, size = hashlib.sha256(), 0
        with path.open("rb") as file:
            while block := file.read(BLOCK):
                sha.update(block)
                size += len(block)
                done += len(block)
                tell("digest", done / total)
        changed = datetime.fromtimestamp(int(path.stat().st_mtime), UTC)
        found.append(SourceFile(path.name, sha.hexdigest(), size, changed))
    return found


def rows_about(path: Path) -> int:
    """About how many rows a file has, by the lines of its head; of Parquet, which is packed, by its size alone."""
    size = path.stat().st_size
    if path.suffix.lower() == ".parquet":
        return size // PACKED
    with path.open("rb") as file:
        head = file.read(HEAD)
    if not head.startswith(GZIP):
        return size * head.count(b"\n") // max(1, len(head))
    unpacking = zlib.decompressobj(wbits=31)
    try:
        lines = unpacking.decompress(head, HEAD * 16).count(b"\n")
    except zlib.error:
        return 0  # reading it will say so
    return size * lines // max(1, len(head) - len(unpacking.unconsumed_tail))


def is_packed(path: Path) -> bool:
    """Whether gzip packed it: its name says so, or its first bytes do."""
    with path.open("rb") as file:
        return path.name.lower().endswith(".gz") or file.read(len(GZIP)) == GZIP


def opened(path: Path) -> IO[bytes]:
    """A file to be read, unpacked on the way where it is packed."""
    return cast(IO[bytes], gzip.open(path, "rb")) if is_packed(path) else path.open("rb")


def encoding_of(path: Path, told: Encoding) -> str:
    """The encoding told, or the one in which the head of the file has fewer broken places."""
    if told != "auto":
        return told
    with opened(path) as file:
        head = file.read(HEAD)
    head = head[: head.rfind(b"\n") + 1] or head  # not in the middle of a character
    with suppress(UnicodeDecodeError):
        head.decode()
        return "utf-8"
    return min(("utf-8", "gb18030"), key=lambda one: head.decode(one, "northbank.broken").count("\udcff"))


def as_text(path: Path, encoding: str, target: Path) -> Path:
    """The file itself where it is plain UTF-8, or a copy that is. Raises READING."""
    if encoding == "utf-8" and not is_packed(path):
        return path
    decoder = codecs.getincrementaldecoder(encoding)("northbank.broken") if encoding != "utf-8" else None
    with opened(path) as file, target.open("wb") as written:
        while block := file.read(BLOCK):
            written.write(decoder.decode(block).encode("utf-8", "surrogateescape") if decoder else block)
        if decoder:
            written.write(decoder.decode(b"", final=True).encode("utf-8", "surrogateescape"))
    return target

"""The files a batch comes from: found, digested, brought into UTF-8 where they are not, and cut where a quote never closes.

Bytes pass through in blocks; no row is looked at. What the rows mean is not known here.
"""

import codecs
import errno
import hashlib
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

from northbank.core.dataset import Encoding, Format, SourceFile

BLOCK = 1 << 20
HEAD = 1 << 18
PACKED = 40  # bytes of a row in Parquet, about
ENDINGS: dict[Format, tuple[str, ...]] = {
    "csv": (".csv", ".txt", ".tsv"), "jsonl": (".jsonl", ".ndjson"), "parquet": (".parquet",), "xlsx": (".xlsx",),
}  # fmt: skip
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS)
Progress = Callable[[str, float], None]  # what is being done, and what share of it is


class LakeError(Exception):
    """Something about the files or the lake's disk that an operator can mend; one sentence."""


def not_read(path: Path, error: Exception) -> LakeError:
    """What to say of a file that was not read to its end: the fault is the file's, or a full disk's that the rows go to."""
    said = str(error).splitlines()[0]
    if getattr(error, "errno", None) in FULL or any(words in said for words in ("Could not write", "No space left")):
        return LakeError(
            f"The lake's disk took no more while {path.name} was read; nothing was taken. Make room and collect again. ({said})"
        )
    return LakeError(f"{path} cannot be read: {said}")


def _broken(error: UnicodeError) -> tuple[str, int]:
    """A byte that is none of the encoding stays one that is none of UTF-8, so that the reader finds the row."""
    assert isinstance(error, UnicodeDecodeError)
    return "\udcff", error.end


codecs.register_error("northbank.broken", cast(Callable[[UnicodeError], tuple[str | bytes, int]], _broken))


def found_in(place: Path, format: Format) -> list[Path]:
    """The files of a folder (sorted by name), or the file itself. Raises LakeError."""
    if place.is_file():
        return [place]
    if not place.is_dir():
        raise LakeError(f"{place} is neither a file nor a folder.")
    endings = ENDINGS[format]
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
    return size * head.count(b"\n") // max(1, len(head))


def encoding_of(path: Path, told: Encoding) -> str:
    """The encoding told, or the one in which the head of the file has fewer broken places."""
    if told != "auto":
        return told
    with path.open("rb") as file:
        head = file.read(HEAD)
    head = head[: head.rfind(b"\n") + 1] or head  # not in the middle of a character
    with suppress(UnicodeDecodeError):
        head.decode()
        return "utf-8"
    return min(("utf-8", "gb18030"), key=lambda one: head.decode(one, "northbank.broken").count("\udcff"))


def as_utf8(path: Path, encoding: str, target: Path) -> Path:
    """The file itself where it is UTF-8, or a copy in UTF-8."""
    if encoding == "utf-8":
        return path
    decoder = codecs.getincrementaldecoder(encoding)("northbank.broken")
    with path.open("rb") as file, target.open("wb") as written:
        while block := file.read(BLOCK):
            written.write(decoder.decode(block).encode("utf-8", "surrogateescape"))
        written.write(decoder.decode(b"", final=True).encode("utf-8", "surrogateescape"))
    return target


def without_lines(path: Path, near: Sequence[int], target: Path) -> Path:
    """A copy without the lines that begin at these bytes, or a few bytes before (a byte order mark shifts the count)."""
    with path.open("rb") as file, target.open("wb") as written:
        for place in sorted(near):
            _copy(file, written, _line_start(path, place) - file.tell())
            file.readline()
        _copy(file, written, None)
    return target


def _line_start(path: Path, place: int) -> int:
    """Where the line begins that the byte before `place` (from 1) lies in, or that begins there."""
    first = max(0, place - HEAD)
    with path.open("rb") as file:
        file.seek(first)
        before = file.read(max(0, place - 1 - first))
    return first + before.rfind(b"\n") + 1


def _copy(file, written, length: int | None) -> None:  # type: ignore[no-untyped-def]
    while length is None or length > 0:
        block = file.read(BLOCK if length is None else min(BLOCK, length))
        if not block:
            return
        written.write(block)
        length = None if length is None else length - len(block)

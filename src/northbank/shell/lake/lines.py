"""Copies of a text file whose lines the engine can take: without those whose quote never closes, or with line ends of one kind.

Bytes pass through in blocks. Which lines are at fault, the engine says: see reading.py.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import IO

from northbank.shell.lake.files import BLOCK, HEAD


def with_one_line_end(path: Path, target: Path) -> Path:
    """A copy in which every line ends as on Unix: the engine gives up where CR LF and LF come by turns."""
    with path.open("rb") as file, target.open("wb") as written:
        held = b""
        while block := file.read(BLOCK):
            block = held + block
            held = b"\r" if block.endswith(b"\r") else b""  # the LF of this CR may be in the next block
            written.write(block[: len(block) - len(held)].replace(b"\r\n", b"\n").replace(b"\r", b"\n"))
        written.write(held.replace(b"\r", b"\n"))
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


def _copy(file: IO[bytes], written: IO[bytes], length: int | None) -> None:
    while length is None or length > 0:
        block = file.read(BLOCK if length is None else min(BLOCK, length))
        if not block:
            return
        written.write(block)
        length = None if length is None else length - len(block)

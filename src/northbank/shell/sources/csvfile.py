"""Records in a CSV file, read line by line: cells over several lines are fine, one broken record never spoils the next.

Quotes that never close would swallow the rest of a file: such a record is its first line only, and reading goes on there.
"""

import csv
from collections import deque
from collections.abc import Iterator
from pathlib import Path

from northbank.shell.sources.rows import LONGEST_LINE, ByteLines, Row, SourceError

BOM = b"\xef\xbb\xbf"
_Line = tuple[str, str | None]  # text, and why it could not be read


class CsvSource:
    """A CSV file whose first record names the columns."""

    def __init__(self, path: Path, encoding: str, delimiter: str) -> None:
        self._lines = ByteLines(path)
        self._encoding = "gb18030" if encoding == "gbk" else encoding
        self._delimiter = delimiter
        self._again: deque[_Line] = deque()  # lines to be read once more
        self._taken: list[_Line] = []  # lines of the record being read
        self._begins = 1
        self._csv = self._reader()
        try:
            self.columns = self._header(path)
        except SourceError:
            self.close()
            raise

    def _reader(self) -> Iterator[list[str]]:
        return csv.reader(iter(self._next, None), delimiter=self._delimiter, strict=True)

    def _next(self) -> str | None:
        if self._again:
            line = self._again.popleft()
        else:
            data = self._lines.read()
            if not data:
                return None
            line = self._decode(data.removeprefix(BOM) if self._lines.number == 1 else data)
        self._taken.append(line)
        return line[0]

    def _decode(self, data: bytes) -> _Line:
        if self._lines.too_long:
            return data[:200].decode(self._encoding, "replace") + "\n", f"it is longer than {LONGEST_LINE} bytes"
        try:
            return data.decode(self._encoding), None
        except UnicodeDecodeError as error:
            broken = data[error.start : error.start + 4].hex(" ")
            return data.decode(self._encoding, "backslashreplace"), f"the bytes {broken} are not {self._encoding}"

    def _header(self, path: Path) -> tuple[str, ...]:
        found = self._record()
        if found is None:
            raise SourceError(f"{path} is empty; its first line should name the columns.")
        cells, why = found
        if why is not None:
            raise SourceError(f"The first line of {path}, which names the columns, could not be read: {why}.")
        names = tuple(cell.strip() for cell in cells)
        twice = sorted({name for name in names if name and names.count(name) > 1})
        if twice:
            raise SourceError(f"{path} has the column {twice[0]} twice; give each its own name.")
        return names

    def _record(self) -> tuple[list[str], str | None] | None:
        """The cells of the next record and why it could not be read; None at the end."""
        self._begins += len(self._taken)
        self._taken.clear()
        try:
            cells = next(self._csv, None)
            why = next((fault for _, fault in self._taken if fault), None)
        except csv.Error as error:
            cells, why = [], _explain(error)
            rest = self._taken[1:]
            del self._taken[1:]
            self._again.extendleft(reversed(rest))
            self._csv = self._reader()
        return None if cells is None else (cells, why)

    def __iter__(self) -> Iterator[Row]:
        place = 0
        while (found := self._record()) is not None:
            cells, why = found
            if not cells and why is None:
                continue  # an empty line is no record
            place += 1
            if why is None and len(cells) != len(self.columns):
                why = f"it has {len(cells)} cells, the first line {len(self.columns)}"
            raw = "".join(text for text, _ in self._taken).rstrip("\r\n")
            record = dict(zip(self.columns, cells, strict=True)) if why is None else {}
            yield Row(place, self._begins, raw, record, why)

    def done(self) -> tuple[int, int]:
        """Bytes read, of how many."""
        return self._lines.done()

    def close(self) -> None:
        """Close the file."""
        self._lines.close()


def _explain(error: csv.Error) -> str:
    text = str(error)
    if "unexpected end" in text or "field larger" in text:
        return "a quote is opened in it and never closed"
    return f"it is no CSV ({text})"

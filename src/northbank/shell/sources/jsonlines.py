"""Records as JSON objects, one a line; what lies in an object inside is reached by a dot: `location.lat`."""

from collections.abc import Iterator
from pathlib import Path

import msgspec

from northbank.shell.sources.rows import LONGEST_LINE, ByteLines, Row

DEEPEST = 8


class JsonSource:
    """A file of JSON lines in UTF-8. Every record names its own columns."""

    columns = None

    def __init__(self, path: Path) -> None:
        self._lines = ByteLines(path)

    def __iter__(self) -> Iterator[Row]:
        place = 0
        while data := self._lines.read():
            data = data.removeprefix(b"\xef\xbb\xbf") if self._lines.number == 1 else data
            if not data.strip():
                continue
            place += 1
            record, why = self._record(data)
            yield Row(
                place, self._lines.number, data[:20_000].decode("utf-8", "backslashreplace").rstrip(), record, why
            )

    def _record(self, data: bytes) -> tuple[dict[str, object], str | None]:
        if self._lines.too_long:
            return {}, f"it is longer than {LONGEST_LINE} bytes"
        try:
            found = msgspec.json.decode(data)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            return {}, f"it is no JSON ({str(error).splitlines()[0]})"
        if not isinstance(found, dict):
            return {}, "it is no JSON object"
        flat: dict[str, object] = {}
        _flatten(found, "", flat, 0)
        return flat, None

    def done(self) -> tuple[int, int]:
        """Bytes read, of how many."""
        return self._lines.done()

    def close(self) -> None:
        """Close the file."""
        self._lines.close()


def _flatten(found: dict[str, object], prefix: str, flat: dict[str, object], depth: int) -> None:
    for key, value in found.items():
        if isinstance(value, dict) and depth < DEEPEST:
            _flatten(value, f"{prefix}{key}.", flat, depth + 1)
        elif not isinstance(value, list | dict):
            flat[prefix + key] = value

"""The list of records that were turned down: a CSV file that lines up with the import however often it is taken up again.

It repeats what stood in the file, personal data too: only its owner may read it.
"""

import csv
import os
from collections.abc import Iterable
from itertools import islice
from pathlib import Path

from northbank.flows.import_records import Reject
from northbank.shell.sources.rows import SourceError

HEADER = ["line", "column", "found", "code", "sentence", "advice", "record"]


def default_rejects(data: Path, file: Path) -> Path:
    """Where the list of a file lies when nothing else was said: in the data folder."""
    return data / "rejects" / f"{file.name.removesuffix('.gz')}.rejects.csv"


class RejectList:
    """`keep`: how many of its records belong to what was imported; later ones were written before a kill and go."""

    def __init__(self, path: Path, keep: int) -> None:
        self.path = path
        try:
            kept = self._kept(keep)
            part = path.with_name(path.name + ".part")
            if kept:
                path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                self._write(part, "w", [HEADER, *kept])
                part.replace(path)
            else:
                path.unlink(missing_ok=True)
        except OSError as error:
            raise self._refused(error) from error

    def _kept(self, keep: int) -> list[list[str]]:
        if not self.path.exists():
            return []
        with self.path.open(encoding="utf-8", newline="") as file:
            rows = csv.reader(file)
            if next(rows, HEADER) != HEADER:
                raise SourceError(
                    f"{self.path} is there already and no list of rejects; choose another with --rejects."
                )
            return list(islice(rows, keep))

    def add(self, rejects: Iterable[Reject]) -> None:
        """Write them down for good; returns when they are on disk."""
        rows = [_row(one) for one in rejects]
        if not rows:
            return
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._write(self.path, "a", rows if self.path.exists() else [HEADER, *rows])
        except OSError as error:
            raise self._refused(error) from error

    def _write(self, path: Path, mode: str, rows: list[list[str]]) -> None:
        flags = os.O_WRONLY | os.O_CREAT | (os.O_APPEND if mode == "a" else os.O_TRUNC)
        with os.fdopen(os.open(path, flags, 0o600), mode, encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(rows)
            file.flush()
            os.fsync(file.fileno())

    def _refused(self, error: OSError) -> SourceError:
        return SourceError(
            f"The list of rejects {self.path} cannot be written ({error.strerror or error}); choose another with --rejects."
        )


def _row(reject: Reject) -> list[str]:
    refusal = reject.refusal
    return [
        str(reject.line), reject.column, reject.found, refusal.code, str(refusal), refusal.advise(), reject.raw,
    ]  # fmt: skip

"""One batch in its staging folder: its files are read, several at a time, then good and bad rows told apart, bucket by bucket.

Nothing here lasts: lake.py moves the folder to its place once core has judged what was counted.
"""

import threading
from collections.abc import Callable, Sequence
from pathlib import Path

import duckdb
import msgspec

from northbank.core.dataset import Counts, Dataset, Drifted, SourceFile, answer_to
from northbank.shell.lake.engine import Engine, Read
from northbank.shell.lake.files import Progress, not_written, rows_about


class Batch:
    """A batch being made by an engine. buckets: for so many rows."""

    def __init__(
        self, engine: Engine, dataset: Dataset, buckets: Callable[[int], int], tell: Progress
    ) -> None:  # fmt: skip
        self._engine = engine
        self._dataset = dataset
        self._buckets = buckets
        self._tell = tell

    def run(self, paths: Sequence[Path], files: Sequence[SourceFile]) -> Counts:
        """Read and tell apart. Refused: as reading.py and files.py say."""
        drift: dict[str, Drifted] = {}
        strange: list[int] = []  # files that go to quarantine whole
        for n, (path, one) in enumerate(zip(paths, self._engine.drifts(paths), strict=True)):
            if one.added or one.missing:
                drift[path.name] = one
            match answer_to(self._dataset, one):
                case "refuse":
                    return Counts(files=tuple(files), drift=drift, unread=True)
                case "quarantine":
                    strange.append(n)
                case "take":
                    pass
        buckets = self._buckets(sum(map(rows_about, paths))) if self._dataset.key else 1
        done = self._read(paths, files, buckets, strange)
        try:
            bad, faults, good = self._engine.tell_apart([file.name for file in files], buckets, self._tell)
        except duckdb.Error as error:
            raise not_written(error) from error
        rows = sum(one.rows for one in done)
        named = tuple(msgspec.structs.replace(file, rows=one.rows) for file, one in zip(files, done, strict=True))
        return Counts(
            files=named, rows=rows, good=good, bad=bad, repeated=rows - good - bad, faults=faults, drift=drift, buckets=buckets
        )  # fmt: skip

    def _read(
        self, paths: Sequence[Path], files: Sequence[SourceFile], buckets: int, strange: Sequence[int]
    ) -> list[Read]:  # fmt: skip
        total = sum(file.bytes for file in files) or 1
        shares = [0.0] * len(files)
        lock = threading.Lock()

        def tell(n: int, share: float) -> None:
            with lock:
                shares[n] = share
                self._tell("read", sum(share * file.bytes for share, file in zip(shares, files, strict=True)) / total)

        return self._engine.read(paths, buckets, strange, tell)

"""One batch in its staging folder: its files are read, several at a time, then good and bad rows told apart, bucket by bucket.

Nothing here lasts: lake.py moves the folder to its place once core has judged what was counted.
"""

import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import duckdb
import msgspec

from northbank.core.dataset import Counts, Dataset, Drifted, Rule, SourceFile, answer_to
from northbank.shell.lake.apart import Apart
from northbank.shell.lake.crew import Crew
from northbank.shell.lake.files import LakeError, Progress, rows_about
from northbank.shell.lake.reading import Read, Reader


class Batch:
    """A batch being made in folder `staging`. references: for each data set that rules refer to, a relation of its rows."""

    def __init__(
        self, crew: Crew, dataset: Dataset, rules: Sequence[Rule], staging: Path, references: Mapping[str, str],
        buckets: Callable[[int], int], tell: Progress,
    ) -> None:  # fmt: skip
        self._crew = crew
        self._dataset = dataset
        self._rules = rules
        self._staging = staging
        self._references = references
        self._buckets = buckets
        self._tell = tell

    def run(self, paths: Sequence[Path], files: Sequence[SourceFile]) -> Counts:
        """Read and tell apart. Raises LakeError."""
        drift: dict[str, Drifted] = {}
        strange: list[int] = []  # files that go to quarantine whole
        found = self._crew.each(lambda duck, path: Reader(duck, self._dataset, self._staging, ()).drift(path), paths)
        for n, (path, one) in enumerate(zip(paths, found, strict=True)):
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
        apart = Apart(self._crew, self._dataset, self._rules, self._staging, self._references, buckets)
        try:
            bad, faults, good = apart.run([file.name for file in files], self._tell)
        except duckdb.Error as error:
            raise LakeError(f"The batch could not be written: {str(error).splitlines()[0]}") from error
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

        def read(duck: duckdb.DuckDBPyConnection, n: int) -> Read:
            def tell(share: float) -> None:
                with lock:
                    shares[n] = share
                    self._tell(
                        "read", sum(share * file.bytes for share, file in zip(shares, files, strict=True)) / total
                    )

            done = Reader(duck, self._dataset, self._staging, self._rules, buckets, strange).read(paths[n], n, tell)
            tell(1.0)
            return done

        return self._crew.each(read, range(len(paths)))

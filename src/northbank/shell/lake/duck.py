"""The engine of one machine: several connections to DuckDB read the files of a batch and tell its rows apart."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

import duckdb

from northbank.core.dataset import Dataset, Drifted, Rule
from northbank.shell.lake.apart import Apart
from northbank.shell.lake.crew import Crew
from northbank.shell.lake.engine import Read
from northbank.shell.lake.files import Progress
from northbank.shell.lake.reading import Judge, Reader


class DuckEngine:
    """DuckDB over one batch in its staging folder. references: for each data set that rules refer to, a relation of its rows."""

    def __init__(
        self, crew: Crew, dataset: Dataset, rules: Sequence[Rule], staging: Path, references: Mapping[str, str]
    ) -> None:
        self._crew = crew
        self._dataset = dataset
        self._rules = rules
        self._staging = staging
        self._references = references

    def drifts(self, paths: Sequence[Path]) -> list[Drifted]:
        """How the columns of each file differ from the contract's. Refused: see reading.py."""
        return self._crew.each(lambda duck, path: Reader(duck, self._dataset, self._staging).drift(path), paths)

    def read(
        self, paths: Sequence[Path], buckets: int, strange: Sequence[int], tell: Callable[[int, float], None]
    ) -> list[Read]:  # fmt: skip
        """Read the files, several at a time, judging their rows in the same pass. Refused: see reading.py."""

        def read(duck: duckdb.DuckDBPyConnection, n: int) -> Read:
            judge = Judge(duck, self._dataset, self._staging, self._rules, buckets, strange)
            done = judge.read(paths[n], n, partial(tell, n))
            tell(n, 1.0)
            return done

        self._crew.set("preserve_insertion_order", str(buckets == 1).lower())
        return self._crew.each(read, range(len(paths)))

    def tell_apart(self, names: Sequence[str], buckets: int, tell: Progress) -> tuple[int, dict[str, int], int]:
        """Write good rows by bucket, and bad ones."""
        apart = Apart(self._crew, self._dataset, self._rules, self._staging, self._references, buckets)
        return apart.run(names, tell)

    def stop(self) -> None:
        """End whatever is being done, from another thread."""
        self._crew.stop()

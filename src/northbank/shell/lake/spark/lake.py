"""The lake whose batches a cluster makes. Where they lie, how they land and how rows are looked at is the same (shell/lake/lake.py)."""

from collections.abc import Callable, Sequence
from pathlib import Path

import duckdb

from northbank.core.buckets import buckets_for
from northbank.core.dataset import Dataset, Rule
from northbank.shell.lake.engine import Engine
from northbank.shell.lake.lake import DuckLake, References
from northbank.shell.lake.parts import parts_of
from northbank.shell.lake.spark.engine import SparkEngine
from northbank.shell.lake.spark.session import session_of


class SparkLake(DuckLake):
    """The lake below `root`, which every worker of the cluster at `master` sees under the same path.

    memory: of each worker's process, such as `1GB`, and of DuckDB wherever it helps. Rows to look at are DuckDB's to read.
    """

    def __init__(
        self, root: Path, master: str, memory: str = "1GB", threads: int = 2, buckets: Callable[[int], int] = buckets_for
    ) -> None:  # fmt: skip
        super().__init__(root.absolute(), memory, threads, buckets)
        self._master = master

    def _begin(
        self, duck: duckdb.DuckDBPyConnection, dataset: Dataset, rules: Sequence[Rule], staging: Path, references: References
    ) -> Engine:  # fmt: skip
        spark = session_of(self._master, self._memory)
        places = {code: (one, parts_of(self._root, code, batches)) for code, (one, batches) in references.items()}
        return SparkEngine(spark, duck, dataset, rules, staging, places, self._memory)

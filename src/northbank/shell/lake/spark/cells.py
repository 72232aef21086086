"""What a worker of the cluster does with one file: DuckDB reads it into a Parquet file of its cells as texts, and of lines it cannot read.

One reader of dirty text for both engines: which rows are good and which cannot be read is the same by construction. The cells pass
through DuckDB only; what they mean is asked of Spark afterwards.
"""

from collections.abc import Sequence
from pathlib import Path

import duckdb
import msgspec

from northbank.core.dataset import Dataset, Drifted
from northbank.core.refusal import Refused
from northbank.shell.lake.engine import Read
from northbank.shell.lake.files import LakeError
from northbank.shell.lake.reading import Reader


class Task(msgspec.Struct, frozen=True):
    """One file for a worker. number: of the file in its batch, from 0. memory: of the reader, such as `512MB`."""

    dataset: Dataset
    path: Path
    number: int
    staging: Path
    memory: str


def tasks_of(dataset: Dataset, paths: Sequence[Path], staging: Path, memory: str) -> list[Task]:
    """A task a file."""
    return [Task(dataset, path.absolute(), n, staging, memory) for n, path in enumerate(paths)]


def drift_of(task: Task) -> Drifted | Refused:
    """How the columns of a file differ from the contract's, or why it cannot be read."""
    try:
        with _engine(task) as duck:
            return Reader(duck, task.dataset, task.staging).drift(task.path)
    except (Refused, OSError) as error:
        return _said(task, error)


def cells_of(task: Task) -> Read | Refused:
    """Read one file, or say why it cannot be; `typed-<n>.parquet` holds its cells, `reject-<n>.parquet` the lines that are none."""
    try:
        with _engine(task) as duck:
            return Reader(duck, task.dataset, task.staging).read(task.path, task.number, lambda share: None)
    except (Refused, OSError) as error:
        return _said(task, error)


def _said(task: Task, error: Refused | OSError) -> Refused:
    if isinstance(error, Refused):
        return error
    return LakeError(
        f"A worker cannot read {task.path} ({error.strerror or error}); every worker must see the same folders."
    )


def _engine(task: Task) -> duckdb.DuckDBPyConnection:
    return duckdb.connect(
        config={
            "memory_limit": task.memory, "threads": "1", "temp_directory": str(task.staging / f"spill-{task.number}"),
            "autoinstall_known_extensions": "false", "autoload_known_extensions": "false",
        }
    )  # fmt: skip

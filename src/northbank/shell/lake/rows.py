"""Questions about rows of the lake: one engine that stays, several connections to it, none of them made for a question.

What a question may ask is decided elsewhere. Collecting has its own engine, in lake.py.
"""

import asyncio
import contextlib
import os
import shutil
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from queue import SimpleQueue
from typing import TypeVar

import duckdb

from northbank.core.dataset import Collected, Dataset
from northbank.core.refusal import Refused
from northbank.shell.lake import parts
from northbank.shell.lake.held import SPILL
from northbank.shell.lake.parts import Looking, Part, key_of, looking, parts_of

T = TypeVar("T")
POOL = 4  # questions answered at once
SCRATCH = "scratch"


class LakeRows:
    """Rows of the lake below `root`. memory: what the engine may use, such as `1GB`. threads: of the engine."""

    def __init__(self, root: Path, memory: str = "1GB", threads: int = 2) -> None:
        self._root = root
        self._memory = memory
        self._threads = threads
        self._free: SimpleQueue[duckdb.DuckDBPyConnection] = SimpleQueue()
        self._opening = threading.Lock()
        self._open = False

    def relation(self, dataset: Dataset, batches: Sequence[Collected]) -> str:
        """A query of the rows of a data set made of these batches: of each key the newest row, and the `_batch` it came with."""
        other = any(one.contract != dataset.version for one in batches)
        return parts.relation(dataset, parts_of(self._root, dataset.code, batches), other)

    def beside(self, dataset: Dataset, batches: Sequence[Collected], name: str) -> Path | None:
        """A file beside the rows of a data set that comes whole; None where its batch has none."""
        if dataset.each != "whole" or len(batches) != 1:
            return None
        path = self._root / dataset.code / parts.BATCHES / batches[0].folder / name
        return path if path.is_file() else None

    async def count(self, dataset: Dataset, batches: Sequence[Collected]) -> int:
        """Rows of the data set made of these batches. Refused: `lake_lost` where a folder is gone."""
        return int(str((await self.rows(dataset, batches, "count(*)"))[0][0]))

    async def rows(self, dataset: Dataset, batches: Sequence[Collected], what: str = "*") -> list[tuple[object, ...]]:
        """A few rows or sums for a person to look at; `what` is the program's own."""
        query = f"select {what} from ({self.relation(dataset, batches)})"  # house: sql
        return await self.ask([(dataset, batches)], query)

    async def ask(
        self, tables: Sequence[tuple[Dataset, Sequence[Collected]]], query: str, values: Sequence[object] = ()
    ) -> list[tuple[object, ...]]:
        """Few rows or sums of a query over relations of these tables. Refused: `lake_lost` where a folder is gone."""
        for dataset, batches in tables:
            self._check(dataset, parts_of(self._root, dataset.code, batches))
        return await self._run(lambda duck: duck.execute(query, list(values)).fetchall())

    async def lookup(
        self, dataset: Dataset, batches: Sequence[Collected], key: Sequence[str]
    ) -> dict[str, object] | None:
        """The row of a key, whose cells are given as text in the order of the contract's key: typed cells by column, and `_batch`.

        One file a batch is opened. None where there is no such row. Refused: `lake_lost`.
        """
        found = self.lookups(dataset, batches, key)

        def look(duck: duckdb.DuckDBPyConnection) -> dict[str, object] | None:
            for query in found.among(lambda query, values: duck.execute(query, list(values)).fetchall()):
                done = duck.execute(query, found.values)
                if row := done.fetchone():
                    return dict(zip((name for name, *_ in done.description or ()), row, strict=True))
            return None

        return await self._run(look)

    def lookups(self, dataset: Dataset, batches: Sequence[Collected], key: Sequence[str]) -> Looking:
        """The same as queries, for another engine; none where no key reads so. Refused: `lake_lost`."""
        values = key_of(dataset, key)
        if values is None:
            return Looking({}, [])
        found = parts_of(self._root, dataset.code, batches)
        self._check(dataset, found)
        return looking(dataset, found, values, any(one.contract != dataset.version for one in batches))

    def _check(self, dataset: Dataset, found: Sequence[Part]) -> None:
        for one in found:
            if not (one.folder / parts.ABOUT).is_file():
                raise Refused("lake_lost", dataset=dataset.code, batch=one.batch or one.folder.name)

    async def _run(self, work: Callable[[duckdb.DuckDBPyConnection], T]) -> T:
        """Ask over a free connection; stopping the wait stops the engine."""
        taken: list[duckdb.DuckDBPyConnection] = []

        def do() -> T:
            self._connect()
            duck = self._free.get()
            taken.append(duck)
            try:
                return work(duck)
            finally:
                taken.clear()
                self._free.put(duck)

        running = asyncio.ensure_future(asyncio.to_thread(do))
        try:
            return await asyncio.shield(running)
        except asyncio.CancelledError:
            for duck in taken:
                duck.interrupt()
            await asyncio.gather(running, return_exceptions=True)
            raise

    def _connect(self) -> None:
        with self._opening:
            if self._open:
                return
            clear_scratch(self._root / SCRATCH)
            duck = connect(self._root / SCRATCH / str(os.getpid()), self._memory, self._threads)
            duck.execute("set parquet_metadata_cache = true")
            for one in (duck, *(duck.cursor() for _ in range(POOL - 1))):
                self._free.put(one)
            self._open = True


def connect(spill: Path, memory: str, threads: int, ordered: bool = True) -> duckdb.DuckDBPyConnection:
    """An engine that spills into a folder, loads nothing by itself and keeps the order of rows or not."""
    config: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": memory, "threads": str(threads), "temp_directory": str(spill),
        "preserve_insertion_order": str(ordered).lower(),
        "autoinstall_known_extensions": "false", "autoload_known_extensions": "false",
    }  # fmt: skip
    return duckdb.connect(config=config)


@contextmanager
def engine_in(scratch: Path, memory: str, threads: int) -> Iterator[duckdb.DuckDBPyConnection]:
    """An engine for one piece of work, whose spilled rows lie in a folder of their own below `scratch` and go with it."""
    scratch.mkdir(parents=True, exist_ok=True, mode=0o700)
    with tempfile.TemporaryDirectory(prefix=SPILL, dir=scratch, ignore_cleanup_errors=True) as spill:
        duck = connect(Path(spill), memory, threads, ordered=False)
        try:
            yield duck
        finally:
            duck.close()


def clear_scratch(folder: Path) -> None:
    """Take away what engines of killed programs spilled; each has a folder by the number of its process."""
    for one in folder.glob("*"):
        with contextlib.suppress(ValueError, PermissionError):
            try:
                os.kill(int(one.name), 0)
            except ProcessLookupError:
                shutil.rmtree(one, ignore_errors=True)

"""Questions over granted data: copies of what grants give, and a few engines that see nothing but those copies.

A copy is made once for the same terms over the same batches, before anything of a user runs. User SQL is read by guard.py first.
"""

import asyncio
import os
import secrets
import shutil
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol, TypeVar

import duckdb

from northbank.core.celltypes import Value
from northbank.core.dataset import Collected, Dataset
from northbank.core.profile import Profile
from northbank.core.refusal import Refused
from northbank.ports.sharing import Answered, Cell, Given, QueryFormat
from northbank.shell.lake.compile import quoted
from northbank.shell.lake.granted import copy_of, digest_of, fields_of, look_up, shown_of
from northbank.shell.lake.guard import Guard
from northbank.shell.lake.profiles import profile_of, sample_of
from northbank.shell.lake.tables import BATCH, MOST_JSON, taken, written

T = TypeVar("T")
SECONDS = 20.0  # a question may take
PATIENCE = 20.0  # a question waits for its copy
AT_ONCE = 2  # questions of one account
ENGINES = 2  # questions in all
SPILL = "4GB"
FORGOTTEN = "forgotten"  # the file whose word changes when rows are taken out of the lake
_FAILED: tuple[tuple[type[Exception], str], ...] = (
    (duckdb.ConversionException, "a cell cannot be read as the type asked for"),
    (duckdb.OutOfRangeException, "a number or a day is out of range"),
    (duckdb.InvalidInputException, "a function was given a value that it does not take"),
)


class Relations(Protocol):
    """Where the rows of a data set lie."""

    def relation(self, dataset: Dataset, batches: Sequence[Collected]) -> str:
        """A query of them."""

    def lookups(
        self, dataset: Dataset, batches: Sequence[Collected], key: Sequence[str]
    ) -> tuple[list[str], list[Value]]:
        """Queries of the row under a key, the newest batch first, and the values that they take."""


class DuckAnswerer:
    """Answers below `root` (its own folder). secret: what pseudonyms are made with. memory, threads: of each engine."""

    def __init__(self, root: Path, lake: Relations, secret: bytes, memory: str = "1GB", threads: int = 2) -> None:
        self._root = root
        self._lake = lake
        self._secret = secret
        self._memory = memory
        self._threads = threads
        self._guard: Guard | None = None
        self._engines: list[duckdb.DuckDBPyConnection] = []
        self._reader: duckdb.DuckDBPyConnection | None = None
        self._free = asyncio.Semaphore(ENGINES)
        self._making: dict[str, asyncio.Task[Path]] = {}
        self._running: Counter[str] = Counter()
        self._lock = threading.Lock()

    async def query(self, sql: str, given: Sequence[Given], format: QueryFormat, limit: int, login: str) -> Answered:
        """Refused: `bad_sql`, `sql_not_allowed`, `no_table`, `query_failed`, `query_too_slow`, `query_too_large`, `busy_queries`,
        `preparing`."""
        if self._running[login] >= AT_ONCE:
            raise Refused("busy_queries")
        self._running[login] += 1
        try:
            names = frozenset(one.name for one in given)
            used = await asyncio.to_thread(self._checked, sql, names)
            needed = [one for one in given if one.name.lower() in used]
            copies = {one.name: (await self._copy(one, keyed=False), one) for one in needed}
            async with self._free:
                return await self._within(SECONDS, lambda duck: _ask(duck, copies, sql, format, limit))
        finally:
            self._running[login] -= 1
            if not self._running[login]:
                del self._running[login]

    def _checked(self, sql: str, names: frozenset[str]) -> frozenset[str]:
        with self._lock:
            self._guard = self._guard or Guard()
        return self._guard.check(sql, names)

    async def _within(self, seconds: float, work: Callable[[duckdb.DuckDBPyConnection], T]) -> T:
        """Work on an engine of its own, stopped when its time is over or nobody waits for it any more."""
        engine = self._engines.pop() if self._engines else await asyncio.to_thread(self._locked)
        duck = engine.cursor()
        running = asyncio.ensure_future(asyncio.to_thread(work, duck))
        try:
            return await asyncio.wait_for(asyncio.shield(running), seconds)
        except TimeoutError:
            raise Refused("query_too_slow", seconds=int(seconds)) from None
        finally:
            while not running.done():  # asked again: it may not have begun
                duck.interrupt()
                await asyncio.wait({running}, timeout=0.05)
            running.exception()
            duck.close()
            self._engines.append(engine)

    def _locked(self) -> duckdb.DuckDBPyConnection:
        """An engine that reads the folder of copies, and nothing else ever."""
        self._root.mkdir(parents=True, exist_ok=True, mode=0o700)
        config: dict[str, str | bool | int | float | list[str]] = {
            "memory_limit": self._memory, "threads": str(self._threads), "temp_directory": str(self._root / "spill"),
            "max_temp_directory_size": SPILL, "python_enable_replacements": "false", "allow_community_extensions": "false",
            "autoinstall_known_extensions": "false", "autoload_known_extensions": "false",
        }  # fmt: skip
        engine = duckdb.connect(config=config)
        engine.execute(f"set allowed_directories = [{_literal(self._root)}]")
        engine.execute("set parquet_metadata_cache = true")
        engine.execute("set enable_external_access = false")
        engine.execute("set lock_configuration = true")
        return engine

    async def rows(self, given: Given, key: Sequence[Cell], limit: int) -> list[dict[str, Cell]]:
        """The rows under a key; the granted columns as they are shown."""
        found = await self._look_up(given, key, None, limit)
        names = [one.code for one in fields_of(given)]
        return [dict(zip(names, row, strict=False)) for row in found]

    async def cells(self, given: Given, key: Sequence[Cell], column: str) -> list[Cell]:
        """The plain cells of one column under a key, of granted rows; for answers that do not show them."""
        return [row[0] for row in await self._look_up(given, key, column, 2)]

    async def _look_up(
        self, given: Given, key: Sequence[Cell], column: str | None, limit: int
    ) -> list[tuple[Any, ...]]:
        """Where a filter hides rows, what is hidden is not even searched: a copy of the granted rows is."""
        if given.terms.rows is not None:
            path = await self._copy(given, keyed=True)
            query, values = look_up(given, _literal(path), key, column, limit)
            return await asyncio.to_thread(self._read, query, values)
        return await asyncio.to_thread(self._look_into_batches, given, key, column)

    def _look_into_batches(self, given: Given, key: Sequence[Cell], column: str | None) -> list[tuple[Any, ...]]:
        """Every row is granted: the batches themselves are asked, the newest first."""
        queries, values = self._lake.lookups(
            given.dataset, given.batches, [str(one).lower() if isinstance(one, bool) else str(one) for one in key]
        )
        for one in queries:
            query, more = shown_of(given, one, values, self._secret, column)
            if rows := self._read(query, more):
                return rows
        return []

    def _read(self, query: str, values: Sequence[object]) -> list[tuple[Any, ...]]:
        with self._lock:
            if self._reader is None:
                self._reader = self._open(self._root / "spill")
                self._reader.execute("set parquet_metadata_cache = true")  # files never change under their names
        duck = self._reader.cursor()
        try:
            return duck.execute(query, list(values)).fetchall()
        finally:
            duck.close()

    async def _copy(self, given: Given, keyed: bool) -> Path:
        """The copy of what a grant gives now; made first where there is none. Refused: `preparing` where that takes long."""
        relation = self._lake.relation(given.dataset, given.batches)
        name = digest_of(given, "keyed" if keyed else "cells", relation)
        path = self._root / f"{name}.parquet"
        if path.exists():
            return path
        task = self._making.get(name)
        if task is None:
            task = asyncio.ensure_future(asyncio.to_thread(self._make, given, relation, keyed, path))
            self._making[name] = task
            task.add_done_callback(lambda done: (self._making.pop(name, None), done.cancelled() or done.exception()))
        try:
            return await asyncio.wait_for(asyncio.shield(task), PATIENCE)
        except TimeoutError:
            raise Refused("preparing", dataset=given.dataset.code) from None

    def _make(self, given: Given, relation: str, keyed: bool, path: Path) -> Path:
        self._root.mkdir(parents=True, exist_ok=True, mode=0o700)
        beside = path.with_name(f".{path.stem}-{os.getpid()}-{threading.get_ident()}")
        query, values = copy_of(given, relation, self._secret, keyed)
        duck = self._open(self._root / "making")
        try:
            statement = f"copy ({query}) to {_literal(beside)} (format parquet, compression zstd)"  # house: sql
            while True:
                before = self._forgotten()
                duck.execute(statement, values)
                os.chmod(beside, 0o600)
                os.replace(beside, path)
                if self._forgotten() == before:
                    return path
                path.unlink(missing_ok=True)  # rows were forgotten meanwhile: made again without them
        finally:
            duck.close()
            beside.unlink(missing_ok=True)

    def _forgotten(self) -> str:
        """Another word after each time that rows were forgotten, whichever process did it."""
        try:
            return (self._root / FORGOTTEN).read_text()
        except FileNotFoundError:
            return ""

    def forget(self) -> int:
        """Remove every copy and profile. The mark comes first, so that a copy that is being made elsewhere is not kept either."""
        self._root.mkdir(parents=True, exist_ok=True, mode=0o700)
        new = self._root / f"{FORGOTTEN}.{os.getpid()}"
        new.write_text(secrets.token_hex(8))
        os.replace(new, self._root / FORGOTTEN)
        for path in (self._root / "profiles").glob("*.json"):
            path.unlink(missing_ok=True)
        return self.sweep(())

    def _open(self, spill: Path) -> duckdb.DuckDBPyConnection:
        """An engine for statements of this program."""
        config: dict[str, str | bool | int | float | list[str]] = {
            "memory_limit": self._memory, "threads": str(self._threads), "temp_directory": str(spill),
            "autoinstall_known_extensions": "false", "autoload_known_extensions": "false",
        }  # fmt: skip
        return duckdb.connect(config=config)

    def sweep(self, living: Sequence[Given]) -> int:
        """Remove the copies that no living grant needs as the data are now; how many."""
        kept = {
            f"{digest_of(one, what, self._lake.relation(one.dataset, one.batches))}.parquet"
            for one in living
            for what in ("cells", "keyed")
        }
        gone = [path for path in self._root.glob("*.parquet") if path.name not in kept]
        for path in gone:
            path.unlink(missing_ok=True)
        return len(gone)

    async def profile(self, dataset: Dataset, batches: Sequence[Collected], few: int) -> Profile:
        """The profile of a data set as it is now, kept beside the copies."""
        relation = self._lake.relation(dataset, batches)
        return await asyncio.to_thread(profile_of, self._read, self._root / "profiles", dataset, batches, relation, few)

    async def sample(self, dataset: Dataset, batches: Sequence[Collected], rows: int) -> list[Mapping[str, Cell]]:
        """A few rows, personal columns masked."""
        relation = self._lake.relation(dataset, batches)
        return await asyncio.to_thread(sample_of, self._read, dataset, relation, rows)

    def close(self) -> None:
        """Give the engines back."""
        for one in (*self._engines, self._reader):
            if one is not None:
                one.close()
        self._engines, self._reader = [], None
        shutil.rmtree(self._root / "spill", ignore_errors=True)


def _ask(
    duck: duckdb.DuckDBPyConnection, copies: Mapping[str, tuple[Path, Given]], sql: str, format: QueryFormat, limit: int
) -> Answered:  # fmt: skip
    begun = time.perf_counter_ns()
    try:
        for name, (path, given) in copies.items():
            columns = ", ".join(quoted(one.code) for one in fields_of(given)) or "granted"
            duck.execute(
                f"create temp view {quoted(name)} as select {columns} from read_parquet({_literal(path)})"  # house: sql
            )
        most = min(limit, MOST_JSON) if format == "json" else limit
        table, cut = taken(duck.execute(sql).to_arrow_reader(BATCH), most)
        body = written(table, format, cut)
    except (duckdb.Error, RuntimeError, ValueError, OSError) as error:
        raise _told(error) from None
    columns_of = [(one.name, str(one.type)) for one in table.schema]
    return Answered(body, columns_of, table.num_rows, cut, (time.perf_counter_ns() - begun) // 1_000_000)


def _told(error: Exception) -> Refused:
    """An error of the engine as a code, without anything that came from a cell."""
    for kind, why in _FAILED:
        if isinstance(error, kind):
            return Refused("query_failed", why=why)
    if isinstance(error, duckdb.OutOfMemoryException) or "Out of Memory" in str(error):
        return Refused("query_too_large", what="the memory of a question")
    if isinstance(error, duckdb.ParserException | duckdb.BinderException | duckdb.CatalogException):
        return Refused("bad_sql", why=str(error).splitlines()[0][:200])  # of names alone: nothing was read yet
    if isinstance(error, duckdb.InterruptException):
        return Refused("query_too_slow", seconds=int(SECONDS))
    return Refused("query_failed", why="the engine could not answer it")


def _literal(path: Path) -> str:
    """A path of this program's own making where a statement allows no parameter."""
    return "'" + str(path).replace("'", "''") + "'"

"""Questions over granted data: a few engines that see nothing but copies of what grants give (copies.py).

A copy is made before anything of a user runs. User SQL is read by guard.py first.
"""

import asyncio
import shutil
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import duckdb

from northbank.core.dataset import Collected, Dataset
from northbank.core.profile import Profile
from northbank.core.refusal import Refused
from northbank.ports.sharing import Answered, Cell, Given, QueryFormat
from northbank.shell.lake.compile import quoted
from northbank.shell.lake.copies import Copies, Relations
from northbank.shell.lake.fast import literal
from northbank.shell.lake.gently import gently
from northbank.shell.lake.granted import fields_of, look_up, shown_of
from northbank.shell.lake.guard import Guard
from northbank.shell.lake.profiles import profile_of, sample_of
from northbank.shell.lake.tables import BATCH, MOST_JSON, taken, written

T = TypeVar("T")
SECONDS = 20.0  # a question may take
AT_ONCE = 2  # questions of one account
ENGINES = 2  # questions in all
SPILL = "4GB"
_FAILED: tuple[tuple[type[Exception], str], ...] = (
    (duckdb.ConversionException, "a cell cannot be read as the type asked for"),
    (duckdb.OutOfRangeException, "a number or a day is out of range"),
    (duckdb.InvalidInputException, "a function was given a value that it does not take"),
)


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
        self._copies = Copies(root, lake, secret, self._working)
        self._busy: set[duckdb.DuckDBPyConnection] = set()
        self._closed = False
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
            copies = {one.name: (await self._copies.of(one, keyed=False), one) for one in needed}
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
        engine.execute(f"set allowed_directories = [{literal(str(self._root))}]")
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
            path = await self._copies.of(given, keyed=True)
            query, values = look_up(given, literal(str(path)), key, column, limit)
            return await asyncio.to_thread(self._read, query, values)
        return await asyncio.to_thread(self._look_into_batches, given, key, column)

    def _look_into_batches(self, given: Given, key: Sequence[Cell], column: str | None) -> list[tuple[Any, ...]]:
        """Every row is granted: the batches themselves are asked."""
        looking = self._lake.lookups(
            given.dataset, given.batches, [str(one).lower() if isinstance(one, bool) else str(one) for one in key]
        )
        for one in looking.among(self._read):
            query, more = shown_of(given, one, looking.values, self._secret, column)
            if rows := self._read(query, more):
                return rows
        return []

    def _read(self, query: str, values: Sequence[object]) -> list[tuple[Any, ...]]:
        with self._lock:
            if self._reader is None:
                self._reader = self._open(self._root / "spill", 1)  # several for one row would wait for one another
                self._reader.execute("set parquet_metadata_cache = true")  # files never change under their names
        duck = self._reader.cursor()
        try:
            return duck.execute(query, list(values)).fetchall()
        finally:
            duck.close()

    async def prepare(self, given: Given) -> int:
        """Make what a question under a grant would wait for; how many copies were made. Refused: `lake_failed`."""
        searched = given.terms.rows is not None and bool(given.terms.by_key or given.terms.answers)
        return sum([await self._copies.prepare(given, keyed) for keyed in ((False, True) if searched else (False,))])

    def _open(self, spill: Path, threads: int | None = None) -> duckdb.DuckDBPyConnection:
        """An engine for statements of this program."""
        config: dict[str, str | bool | int | float | list[str]] = {
            "memory_limit": self._memory, "threads": str(threads or self._threads), "temp_directory": str(spill),
            "autoinstall_known_extensions": "false", "autoload_known_extensions": "false",
        }  # fmt: skip
        return duckdb.connect(config=config)

    def forget(self) -> int:
        """Remove every copy and profile, those that are being made too: rows were taken out of the lake; how many."""
        gone = self._copies.forget()
        for path in (self._root / "profiles").glob("*.json"):
            path.unlink(missing_ok=True)
        return gone

    def sweep(self, living: Sequence[Given]) -> int:
        """Remove the copies that no living grant needs as the data are now; how many."""
        return self._copies.sweep(living)

    async def profile(self, dataset: Dataset, batches: Sequence[Collected], few: int) -> Profile:
        """The profile of a data set as it is now, kept beside the copies."""
        relation = self._lake.relation(dataset, batches)
        return await gently(lambda: self._profile(dataset, batches, relation, few))

    def _profile(self, dataset: Dataset, batches: Sequence[Collected], relation: str, few: int) -> Profile:
        with self._working() as duck:  # an engine of its own: it reads every row, and look-ups do not wait
            return profile_of(
                lambda query, values: duck.execute(query, list(values)).fetchall(),
                self._root / "profiles", dataset, batches, relation, few,
            )  # fmt: skip

    @contextmanager
    def _working(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """An engine for one piece of this program's work, which ends when the center does."""
        duck = self._open(self._root / "making")
        self._busy.add(duck)
        try:
            if self._closed:
                raise duckdb.InterruptException("the center stops")
            yield duck
        finally:
            self._busy.discard(duck)
            duck.close()

    async def sample(self, dataset: Dataset, batches: Sequence[Collected], rows: int) -> list[Mapping[str, Cell]]:
        """A few rows, personal columns masked."""
        relation = self._lake.relation(dataset, batches)
        return await asyncio.to_thread(sample_of, self._read, dataset, relation, rows)

    def close(self) -> None:
        """Give the engines back, and end what they do."""
        self._closed = True
        for busy in list(self._busy):
            busy.interrupt()
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
                f"create temp view {quoted(name)} as select {columns} from read_parquet({literal(str(path))})"  # house: sql
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

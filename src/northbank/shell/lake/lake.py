"""The lake on the disk: one folder a batch, put in place by one rename; reading a data set as of any batch.

Which batches count is told by the journal; how rows are read is in reading.py and batch.py. Layout: docs/decisions/0021.
"""

import asyncio
import fcntl
import os
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import duckdb
import msgspec

from northbank.core.buckets import buckets_for
from northbank.core.dataset import AnyStatement, Collected, Counts, Dataset, Rule, SourceFile, TurnedAway
from northbank.core.refusal import Refused
from northbank.shell.lake.apart import BAD
from northbank.shell.lake.batch import Batch
from northbank.shell.lake.compile import quoted
from northbank.shell.lake.crew import Crew
from northbank.shell.lake.files import LakeError, Progress, found_in, survey

ABOUT = "about.json"
STAGING = "staging"
BATCHES = "batches"
_decode = msgspec.json.Decoder(Collected | TurnedAway).decode


class DuckLake:
    """The lake below `root`. memory: what the engine may use, such as `1GB`. threads: of the engine. buckets: for so many rows."""

    def __init__(
        self, root: Path, memory: str = "1GB", threads: int = 2, buckets: Callable[[int], int] = buckets_for
    ) -> None:  # fmt: skip
        self._root = root
        self._buckets = buckets
        self._memory = memory
        self._threads = threads

    @contextmanager
    def hold(self, dataset: str) -> Iterator[None]:
        """Keep others from collecting the data set meanwhile, and clear away what a killed run left. Refused: `collecting`."""
        folder = self._folder(dataset)
        for one in (self._root, folder, folder / BATCHES):
            one.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                raise Refused("collecting", dataset=dataset) from None
            shutil.rmtree(folder / STAGING, ignore_errors=True)
            yield
        finally:
            os.close(lock)

    def landed(self, dataset: str) -> list[AnyStatement]:
        """What lies in the lake, by batch, whether the journal knows of it or not."""
        found = [_decode(path.read_bytes()) for path in self._folder(dataset).glob(f"{BATCHES}/*/{ABOUT}")]
        return sorted(found, key=lambda one: one.n)

    async def survey(self, dataset: Dataset, place: Path, tell: Progress) -> tuple[list[Path], list[SourceFile]]:
        """The files of a folder (or the one file) with their digests. Raises LakeError."""
        return await asyncio.to_thread(self._survey, dataset, place, tell)

    def _survey(self, dataset: Dataset, place: Path, tell: Progress) -> tuple[list[Path], list[SourceFile]]:
        try:
            paths = found_in(place, dataset.format)
            return paths, survey(paths, tell)
        except OSError as error:
            raise LakeError(f"{place} cannot be read ({error.strerror or error}).") from error

    async def prepare(
        self, dataset: Dataset, rules: Sequence[Rule], paths: Sequence[Path], files: Sequence[SourceFile],
        references: Mapping[str, tuple[Dataset, Sequence[Collected]]], tell: Progress,
    ) -> Counts:  # fmt: skip
        """Read files into the staging folder and count. Stopping the wait stops the engine."""
        staging = self._folder(dataset.code) / STAGING
        shutil.rmtree(staging, ignore_errors=True)
        staging.mkdir(mode=0o700)
        relations = {name: self.relation(*one) for name, one in references.items()}
        with self._engine(staging, ordered=False) as duck:
            crew = Crew(duck, self._threads)
            batch = Batch(crew, dataset, rules, staging, relations, self._buckets, tell)
            work = asyncio.to_thread(batch.run, paths, files)
            try:
                counts = await asyncio.shield(running := asyncio.ensure_future(work))
            except asyncio.CancelledError:
                crew.stop()
                await asyncio.gather(running, return_exceptions=True)
                raise
        now = [path.stat().st_size for path in paths]
        if now != [file.bytes for file in files]:
            raise LakeError(
                "A file changed while it was read; collect again when its sender is done. Nothing was taken."
            )
        return counts

    async def land(self, dataset: Dataset, statement: AnyStatement, tell: Progress) -> None:
        """Make the staged batch durable and put it in its place: it is there whole, or not at all."""
        await asyncio.to_thread(self._land, dataset, statement, tell)

    def _land(self, dataset: Dataset, statement: AnyStatement, tell: Progress) -> None:
        folder = self._folder(dataset.code)
        staging = folder / STAGING
        try:
            for one in staging.iterdir():
                kept = one.name == BAD or (one.name.startswith("rows-") and isinstance(statement, Collected))
                if not kept:
                    shutil.rmtree(one) if one.is_dir() else one.unlink()
            (staging / ABOUT).write_bytes(msgspec.json.encode(statement))
            for one in (*staging.iterdir(), staging):
                _sync(one)
            tell("land", 0.5)
            os.rename(staging, folder / BATCHES / statement.folder)
            _sync(folder / BATCHES)
        except OSError as error:
            raise LakeError(
                f"The lake {folder} cannot be written ({error.strerror or error}); nothing was taken."
            ) from error
        tell("land", 1.0)

    def relation(self, dataset: Dataset, batches: Sequence[Collected]) -> str:
        """A query of the rows of a data set made of these batches: of each key the newest row."""
        columns = ", ".join(quoted(column.code) for column in dataset.columns)
        if not batches:
            empty = ", ".join(f"null as {quoted(column.code)}" for column in dataset.columns)
            return f"select {empty}, 0 as _batch where false"  # house: sql
        parts = " union all by name ".join(
            f"select *, {one.n} as _batch from read_parquet({self._files(dataset.code, one)}, union_by_name=true)"  # house: sql
            for one in batches
        )
        newest = ""
        if dataset.key and len(batches) > 1:
            key = ", ".join(quoted(one) for one in dataset.key)
            newest = f" qualify row_number() over (partition by {key} order by _batch desc) = 1"
        return f"select {columns}, _batch from ({parts}){newest}"  # house: sql

    async def count(self, dataset: Dataset, batches: Sequence[Collected]) -> int:
        """Rows of the data set made of these batches. Refused: `lake_lost` where a folder is gone."""
        return int(str((await self.rows(dataset, batches, "count(*)"))[0][0]))

    async def rows(self, dataset: Dataset, batches: Sequence[Collected], what: str = "*") -> list[tuple[object, ...]]:
        """A few rows or sums for a person to look at; `what` is the program's own."""
        self._check(dataset, batches)
        query = f"select {what} from ({self.relation(dataset, batches)})"  # house: sql
        return await asyncio.to_thread(self._ask, query)

    async def ask(
        self, tables: Sequence[tuple[Dataset, Sequence[Collected]]], query: str, values: Sequence[object] = ()
    ) -> list[tuple[object, ...]]:
        """Few rows or sums of a query over relations of these tables. Refused: `lake_lost` where a folder is gone."""
        for dataset, batches in tables:
            self._check(dataset, batches)
        return await asyncio.to_thread(self._ask, query, values)

    def _check(self, dataset: Dataset, batches: Sequence[Collected]) -> None:
        for one in batches:
            if not (self._folder(dataset.code) / BATCHES / one.folder / ABOUT).is_file():
                raise Refused("lake_lost", dataset=dataset.code, batch=one.n)

    def _ask(self, query: str, values: Sequence[object] = ()) -> list[tuple[object, ...]]:
        with self._engine(self._root / "scratch") as duck:
            return duck.execute(query, list(values)).fetchall()

    @contextmanager
    def _engine(self, scratch: Path, ordered: bool = True) -> Iterator[duckdb.DuckDBPyConnection]:
        config: dict[str, str | bool | int | float | list[str]] = {
            "memory_limit": self._memory, "threads": str(self._threads), "temp_directory": str(scratch / "spill"),
            "preserve_insertion_order": str(ordered).lower(), "autoinstall_known_extensions": "false", "autoload_known_extensions": "false",
        }  # fmt: skip
        duck = duckdb.connect(config=config)
        try:
            yield duck
        finally:
            duck.close()
            shutil.rmtree(scratch / "spill", ignore_errors=True)

    def _files(self, dataset: str, one: Collected) -> str:
        folder = self._folder(dataset) / BATCHES / one.folder
        return "'" + str(folder / "rows-*.parquet").replace("'", "''") + "'"

    def _folder(self, dataset: str) -> Path:
        return self._root / dataset


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)

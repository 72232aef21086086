"""The lake on the disk: one folder a batch, put in place by one rename.

Which batches count is told by the journal; how files are read is in reading.py and batch.py, questions about rows in rows.py.
"""

import asyncio
import os
import shutil
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TypeVar

import duckdb
import msgspec

from northbank.core.bases import Built
from northbank.core.buckets import buckets_for
from northbank.core.dataset import AnyStatement, Collected, Counts, Dataset, Rule, SourceFile, TurnedAway
from northbank.core.refusal import Refused
from northbank.core.tending import Compacted
from northbank.shell.lake import tending
from northbank.shell.lake.apart import BAD
from northbank.shell.lake.batch import Batch
from northbank.shell.lake.crew import Crew
from northbank.shell.lake.duck import DuckEngine
from northbank.shell.lake.engine import Engine
from northbank.shell.lake.fast import literal
from northbank.shell.lake.files import LakeError, Progress, found_in, not_read, survey
from northbank.shell.lake.gently import gently
from northbank.shell.lake.held import STAGING, emptied, held, place
from northbank.shell.lake.homes import HOMES
from northbank.shell.lake.noted import noted
from northbank.shell.lake.parts import ABOUT, BATCHES, parts_of
from northbank.shell.lake.rows import LakeRows, engine_in

T = TypeVar("T")
References = Mapping[str, tuple[Dataset, Sequence[Collected]]]
_decode = msgspec.json.Decoder(Built | Collected | TurnedAway).decode


class DuckLake(LakeRows):
    """The lake below `root`. memory: what an engine may use, such as `1GB`. threads: of an engine. buckets: for so many rows."""

    def __init__(
        self, root: Path, memory: str = "1GB", threads: int = 2, buckets: Callable[[int], int] = buckets_for
    ) -> None:  # fmt: skip
        super().__init__(root, memory, threads)
        self._buckets = buckets

    def hold(self, dataset: str) -> AbstractContextManager[None]:
        """Keep others from collecting the data set meanwhile, and clear away what a killed run left. Refused: `collecting`."""
        return held(self._folder(dataset), BATCHES, Refused("collecting", dataset=dataset))

    def landed(self, dataset: str) -> list[AnyStatement]:
        """What lies in the lake, by batch, whether the journal knows of it or not."""
        found = [_decode(path.read_bytes()) for path in self._folder(dataset).glob(f"{BATCHES}/*/{ABOUT}")]
        return sorted(found, key=lambda one: one.n)

    async def survey(self, dataset: Dataset, place: Path, tell: Progress) -> tuple[list[Path], list[SourceFile]]:
        """The files of a folder (or the one file) with their digests. Refused: `no_files`, `file_unreadable`."""
        return await asyncio.to_thread(self._survey, dataset, place, tell)

    def _survey(self, dataset: Dataset, place: Path, tell: Progress) -> tuple[list[Path], list[SourceFile]]:
        try:
            paths = found_in(place, dataset.format)
            return paths, survey(paths, tell)
        except OSError as error:
            raise not_read(Path(error.filename or place), error) from error

    async def prepare(
        self, dataset: Dataset, rules: Sequence[Rule], paths: Sequence[Path], files: Sequence[SourceFile],
        references: References, tell: Progress,
    ) -> Counts:  # fmt: skip
        """Read files into the staging folder and count. Stopping the wait stops the engine."""
        staging = emptied(self._folder(dataset.code))
        with engine_in(staging, self._memory, self._threads) as duck:
            engine = self._begin(duck, dataset, rules, staging, references)
            work = asyncio.to_thread(Batch(engine, dataset, self._buckets, tell).run, paths, files)
            try:
                counts = await asyncio.shield(running := asyncio.ensure_future(work))
            except asyncio.CancelledError:
                engine.stop()
                await asyncio.gather(running, return_exceptions=True)
                raise
            if not counts.unread and any(rule.keep for rule in rules):
                kept = f"read_parquet({literal(str(staging / 'rows-*.parquet'))})"
                told = await asyncio.to_thread(noted, duck, rules, kept)
                counts = msgspec.structs.replace(counts, noted=told)
        now = [path.stat().st_size for path in paths]
        if now != [file.bytes for file in files]:
            raise Refused("file_changed")
        return counts

    def _begin(
        self, duck: duckdb.DuckDBPyConnection, dataset: Dataset, rules: Sequence[Rule], staging: Path, references: References
    ) -> Engine:  # fmt: skip
        """The engine that makes a batch."""
        relations = {name: self.relation(*one) for name, one in references.items()}
        return DuckEngine(Crew(duck, self._threads), dataset, rules, staging, relations)

    async def land(self, dataset: Dataset, statement: AnyStatement, tell: Progress) -> None:
        """Make the staged batch durable and put it in its place: it is there whole, or not at all."""
        await asyncio.to_thread(self._land, dataset, statement, tell)

    def _land(self, dataset: Dataset, statement: AnyStatement, tell: Progress) -> None:
        folder = self._folder(dataset.code)
        staging = folder / STAGING
        try:
            for one in staging.iterdir():
                kept = one.name in (BAD, HOMES) or (one.name.startswith("rows-") and isinstance(statement, Collected))
                if not kept:
                    shutil.rmtree(one) if one.is_dir() else one.unlink()
            (staging / ABOUT).write_bytes(msgspec.json.encode(statement))
            tell("land", 0.5)
            place(staging, folder / BATCHES, statement.folder)
        except OSError as error:
            raise Refused("lake_unwritable", why=error.strerror or str(error)) from error
        tell("land", 1.0)

    async def land_made(self, dataset: Dataset, statement: AnyStatement, made: Path) -> None:
        """Put rows that were made of other data sets in their place; `made` is a folder on the same disk. The data set is held."""
        staging = self._folder(dataset.code) / STAGING
        shutil.rmtree(staging, ignore_errors=True)
        await asyncio.to_thread(os.rename, made, staging)
        await self.land(dataset, statement, lambda step, share: None)

    async def merge(self, dataset: Dataset, batches: Sequence[Collected]) -> Compacted:
        """Write one folder in place of those of batches. Raises LakeError."""
        parts = parts_of(self._root, dataset.code, batches)
        buckets = self._buckets(sum(one.good for one in batches)) if dataset.key else 1
        of = [one.folder for one in batches]
        return await self._tend(dataset, lambda duck: tending.merge(duck, self._root, dataset, parts, of, buckets))

    async def forget(self, dataset: Dataset, key: Sequence[str]) -> tuple[int, int]:
        """Rewrite files without the rows of a key: how many good and bad ones there were. Raises LakeError."""
        return await self._tend(dataset, lambda duck: tending.forget(duck, self._root, dataset, key))

    async def retire(
        self, dataset: Dataset, folders: Sequence[str], quarantine: Sequence[str]
    ) -> tuple[list[str], list[str]]:  # fmt: skip
        """Take folders away, and the bad rows of others: what there was of them."""
        return await asyncio.to_thread(tending.retire, self._root, dataset.code, folders, quarantine)

    async def _tend(self, dataset: Dataset, work: Callable[[duckdb.DuckDBPyConnection], T]) -> T:
        def do() -> T:
            with engine_in(self._folder(dataset.code), self._memory, self._threads) as duck:
                return work(duck)

        try:
            return await gently(do)
        except (duckdb.Error, OSError) as error:
            raise LakeError(f"Files of {dataset.code} could not be rewritten: {str(error).splitlines()[0]}") from error

    def _folder(self, dataset: str) -> Path:
        return self._root / dataset

"""Copies of what grants give, a file each: made once for the same terms over the same batches, ahead of questions where a job asks for it.

Nothing of a user runs here. Until the copy over the newest batches is made, the one before it serves.
"""

import asyncio
import logging
import os
import secrets
import threading
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, suppress
from pathlib import Path
from typing import Protocol

import duckdb

from northbank.core.dataset import Collected, Dataset
from northbank.core.refusal import Refused
from northbank.ports.sharing import Given
from northbank.shell.lake.apart import GROUP
from northbank.shell.lake.fast import literal
from northbank.shell.lake.files import LakeError
from northbank.shell.lake.gently import gently
from northbank.shell.lake.granted import copy_of, name_of
from northbank.shell.lake.parts import Looking

log = logging.getLogger(__name__)
PATIENCE = 20.0  # seconds that a question waits for its copy
FRESH = 2.0  # where there is an older one
AT_ONCE = 2  # copies being made
FORGOTTEN = "forgotten"  # the file whose word changes when rows are taken out of the lake


class Relations(Protocol):
    """Where the rows of a data set lie."""

    def relation(self, dataset: Dataset, batches: Sequence[Collected]) -> str:
        """A query of them."""

    def lookups(self, dataset: Dataset, batches: Sequence[Collected], key: Sequence[str]) -> Looking:
        """How the row under a key is looked for."""


class Copies:
    """Copies in the folder `root`. secret: what pseudonyms are made with. engine: of one piece of work."""

    def __init__(
        self, root: Path, lake: Relations, secret: bytes, engine: Callable[[], AbstractContextManager[duckdb.DuckDBPyConnection]],
    ) -> None:  # fmt: skip
        self._root = root
        self._lake = lake
        self._secret = secret
        self._engine = engine
        self._making: dict[str, asyncio.Task[Path]] = {}
        self._room = asyncio.Semaphore(AT_ONCE)
        self._leaving: set[str] = set()

    def path(self, given: Given, keyed: bool) -> Path:
        """Where the copy of what a grant gives now lies, or will. keyed: with what rows are found by."""
        return self._root / f"{name_of(given, keyed)}.parquet"

    async def of(self, given: Given, keyed: bool) -> Path:
        """The copy to ask; made first where there is none. Refused: `preparing` where that takes long, `lake_failed`."""
        path = self.path(given, keyed)
        if path.exists():
            return path
        before = self._before(path)
        try:
            making = asyncio.shield(self._begin(given, keyed, path))
            return await asyncio.wait_for(making, PATIENCE if before is None else FRESH)
        except (TimeoutError, LakeError) as error:
            if before is not None:
                return before
            if isinstance(error, LakeError):
                raise
            raise Refused("preparing", dataset=given.dataset.code) from None

    async def prepare(self, given: Given, keyed: bool) -> bool:
        """Make a copy ahead, however long that takes; False where there was one. Refused: `lake_failed`."""
        path = self.path(given, keyed)
        if path.exists():
            return False
        await asyncio.shield(self._begin(given, keyed, path))
        return True

    def _before(self, path: Path) -> Path | None:
        """The newest copy of the same terms over older batches."""
        found = [one for one in self._root.glob(f"{_terms(path.name)}-*.parquet") if one != path]
        return max(found, key=lambda one: one.stat().st_mtime, default=None)

    def _begin(self, given: Given, keyed: bool, path: Path) -> asyncio.Task[Path]:
        task = self._making.get(path.name)
        if task is None:
            task = asyncio.ensure_future(self._make(given, keyed, path))
            self._making[path.name] = task
            task.add_done_callback(
                lambda done: (self._making.pop(path.name, None), done.cancelled() or done.exception())
            )
        return task

    async def _make(self, given: Given, keyed: bool, path: Path) -> Path:
        async with self._room:
            try:
                return await gently(lambda: self._write(given, keyed, path))
            except (duckdb.Error, OSError) as error:  # its words may tell of rows that were not granted
                log.error("the copy of %s for questions was not made: %s", given.dataset.code, error)
                raise LakeError(f"The rows of {given.dataset.code} could not be prepared for questions.") from None

    def _write(self, given: Given, keyed: bool, path: Path) -> Path:
        self._root.mkdir(parents=True, exist_ok=True, mode=0o700)
        beside = path.with_name(f".{path.stem}-{os.getpid()}-{threading.get_ident()}")
        relation = self._lake.relation(given.dataset, given.batches)
        query, values = copy_of(given, relation, self._secret, keyed)
        group = f", row_group_size {GROUP}" if keyed else ""  # a look-up unpacks one group
        statement = f"copy ({query}) to {literal(str(beside))} (format parquet, compression zstd{group})"  # house: sql
        try:
            while True:
                before = self._forgotten()
                with self._engine() as duck:
                    duck.execute(statement, values)
                os.chmod(beside, 0o600)
                os.replace(beside, path)
                if self._forgotten() == before:
                    return path
                path.unlink(missing_ok=True)  # rows were forgotten meanwhile: made again without them
        finally:
            beside.unlink(missing_ok=True)

    def _forgotten(self) -> str:
        """Another word after each time that rows were forgotten, whichever process did it."""
        try:
            return (self._root / FORGOTTEN).read_text()
        except FileNotFoundError:
            return ""

    def forget(self) -> int:
        """Remove every copy; how many. The mark comes first, so that a copy that is being made elsewhere is not kept either."""
        self._root.mkdir(parents=True, exist_ok=True, mode=0o700)
        new = self._root / f"{FORGOTTEN}.{os.getpid()}"
        new.write_text(secrets.token_hex(8))
        os.replace(new, self._root / FORGOTTEN)
        return self.sweep(())

    def sweep(self, living: Sequence[Given]) -> int:
        """Remove the copies that no living grant needs, and what killed programs left; how many copies.

        One over older batches goes a sweep after the newest was made: whoever reads it meanwhile is done by then.
        """
        needed = {self.path(one, keyed).name for one in living for keyed in (False, True)}
        terms = {_terms(name) for name in needed}
        made = {_terms(name) for name in needed if (self._root / name).exists()}
        gone, leaving = 0, set()
        for path in self._root.glob("*.parquet"):
            if path.name in needed or (_terms(path.name) in terms - made):
                continue
            if _terms(path.name) in terms and path.name not in self._leaving:
                leaving.add(path.name)
                continue
            path.unlink(missing_ok=True)
            gone += 1
        self._leaving = leaving
        for left in self._root.glob(".*-*-*-*"):
            with suppress(ValueError, PermissionError):
                try:
                    os.kill(int(left.name.split("-")[-2]), 0)
                except ProcessLookupError:
                    left.unlink(missing_ok=True)
        return gone


def _terms(name: str) -> str:
    """The part of a name that says what is given, whatever the batches."""
    return name.partition("-")[0]

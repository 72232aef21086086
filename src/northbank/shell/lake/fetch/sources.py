"""Fetches by the origin of a contract into a folder beside the batches, which goes when the batch is in its place or was not taken."""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from northbank.core.dataset import Dataset
from northbank.core.origin import Folder, Mark, Pages, Table
from northbank.core.refusal import Refused
from northbank.ports.data import Progress
from northbank.ports.sources import Fetched, Waiting
from northbank.shell.lake.fetch.secrets import Secrets
from northbank.shell.lake.fetch.tables import fetch_table

FETCHED = "fetched"


class LakeSources:
    """root: of the lake; inbox: where files come into; wait: before trying again. memory, threads: of the engine."""

    def __init__(
        self, root: Path, inbox: Path, secrets: Secrets, wait: Waiting, memory: str = "1GB", threads: int = 2
    ) -> None:
        self._root = root
        self._inbox = inbox
        self._secrets = secrets
        self._wait = wait
        self._engine = {"memory_limit": memory, "threads": str(threads)}

    @asynccontextmanager
    async def fetch(self, dataset: Dataset, zone: str, mark: Mark | None, tell: Progress) -> AsyncIterator[Fetched]:
        """Rows of the origin beyond `mark`. Refused: see ports/sources. `lake_unwritable` where the disk is full."""
        folder = self._root / dataset.code / FETCHED
        shutil.rmtree(folder, ignore_errors=True)  # of a run that was killed
        try:
            folder.mkdir(parents=True, mode=0o700)
            match dataset.origin:
                case Folder(path=path):
                    (self._inbox / path).mkdir(parents=True, exist_ok=True, mode=0o700)
                    yield Fetched(self._inbox / path)
                case Pages() as pages:
                    from northbank.shell.lake.fetch.pages import fetch_pages  # its HTTP client is slow to load

                    place = await fetch_pages(
                        pages, folder, dataset.code, self._secrets, self._wait, self._engine, tell
                    )
                    yield Fetched(place)
                case Table() as table:
                    yield await fetch_table(table, folder, dataset.code, self._secrets, zone, mark, self._engine, tell)
                case None:
                    raise Refused("no_origin", code=dataset.code)
        except OSError as error:
            raise Refused("lake_unwritable", why=error.strerror or str(error)) from error
        finally:
            shutil.rmtree(folder, ignore_errors=True)

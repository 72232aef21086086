"""Published pack versions: their files in the database, and the rules of each for the cases that began under it."""

import asyncio
import logging
import zipfile
from datetime import datetime
from uuid import UUID

import asyncpg

from northbank.core.city import City
from northbank.core.rules import under
from northbank.pack.bundle import open_bundle
from northbank.pack.fault import PackFaults
from northbank.ports.lab import KeptPack
from northbank.shell.store.sql import statements

log = logging.getLogger(__name__)
SQL = statements("packs")
MOST = 16  # versions held in memory: more than a center has running cases of


class PgRulebooks:
    """Rules by version: read when first asked for, then kept; several may ask at once."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool
        self._lock = asyncio.Lock()
        self._known: dict[str, City | None] = {}
        self._made: dict[tuple[str, str], City] = {}

    async def keep(self, version: str, city: str, at: datetime, files: bytes) -> None:
        """Keep the files of a version; the first to come stays."""
        await self._pool.execute(SQL.keep_pack, version, city, at, files)
        if self._known.get(version) is None:
            self._known.pop(version, None)

    async def kept(self, city: str, limit: int) -> list[KeptPack]:
        """The versions of a city's pack kept last, the newest first."""
        return [KeptPack(*row.values()) for row in await self._pool.fetch(SQL.kept_packs, city, limit)]

    async def files(self, version: str) -> bytes | None:
        """The zipped files of a version; None where they were never kept."""
        found: bytes | None = await self._pool.fetchval(SQL.pack_files, version)
        return found

    async def version(self, version: str) -> City | None:
        """The city of a version, without ground; None where it was never kept or cannot be read any more."""
        if version not in self._known:
            async with self._lock:
                if version not in self._known:
                    found = await self._read(version)
                    while len(self._known) >= MOST:
                        self._known.pop(next(iter(self._known)))
                    self._known[version] = found
        return self._known[version]

    async def simulated(self, id: str) -> str | None:
        """The version a simulation was of; None where there is no such simulation."""
        try:
            asked = UUID(id)
        except ValueError:
            return None
        found = await self._pool.fetchval(SQL.simulated, asked)
        return None if found is None else str(found)

    async def rules(self, live: City, version: str) -> City:
        """The live city under the rules of a version. Where these are lost the live rules hold, and entries say so."""
        made = self._made.get((live.version, version))
        if made is not None:
            return made
        then = await self.version(version)
        if then is None:
            return live
        while len(self._made) >= MOST:
            self._made.pop(next(iter(self._made)))
        return self._made.setdefault((live.version, version), under(live, then))

    async def _read(self, version: str) -> City | None:
        files = await self.files(version)
        if files is None:
            log.warning("the files of pack version %s were never kept: its cases go by the live rules", version)
            return None
        try:
            return await asyncio.to_thread(open_bundle, files, version)
        except (PackFaults, zipfile.BadZipFile) as error:
            log.error("pack version %s cannot be read, its cases go by the live rules: %s", version, error)
            return None

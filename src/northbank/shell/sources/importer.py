"""Imports a file: batches of records go in whole, each with the place reached, so a kill loses nothing and doubles nothing.

What a record becomes is decided in core and flows/import_records.py; formats are read in the files beside this one.
"""

import asyncio
import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import msgspec

from northbank.core.importing import RecordMap, Unfit
from northbank.core.refusal import Refused
from northbank.flows.import_records import Batch, Figures, Item, Prepared, Reject, prepare
from northbank.ports import ImportProgress, Stale, World
from northbank.shell.clock import monotonic
from northbank.shell.sources.drafts import digest_of, draft_of, mapper_of
from northbank.shell.sources.mapfile import missing_columns, open_source, read_map
from northbank.shell.sources.rejects import RejectList
from northbank.shell.sources.report import ImportReport
from northbank.shell.sources.rows import Row, Shown, Source, SourceError, Standing
from northbank.shell.sources.seen import Seen

BATCH = 500
SLICE = 50  # records read between two looks at what else is to be done
TRIES = 40
PAUSE = 0.5  # seconds before the database is tried again
AWAY = 503


class Opened(Protocol):
    """A center as far as an import needs it."""

    world: World


async def import_file(
    center: Opened, file: Path, map: Path, *, progress: Shown = lambda _: None, rejects: Path, stop: asyncio.Event,
    limit: int | None = None,
) -> ImportReport:  # fmt: skip
    """Take a file in. Set `stop` to end after the batch at hand; the same call again goes on where it ended.

    limit: read no more than so many records in this run.

    Raises PackFaults for the map and SourceError for the file, each with sentences for the operator.
    """
    world = center.world
    rules = read_map(map, world.city)
    source = open_source(file, rules)
    try:
        missing = missing_columns(rules, source, file)
        digest = await asyncio.to_thread(digest_of, file)
        name = _name(digest, rules, world.city.version)
        stands = await world.journal.progress(name, digest) or ImportProgress(name, digest, 0, 0, 0, False)
        if stands.done:
            return ImportReport.of_earlier(file, stands, rejects, missing)
        listed = RejectList(rejects, stands.rejected)
        return await _Run(world, rules, file, source, stands, listed, progress).go(stop, missing, limit)
    finally:
        source.close()


class _Run:
    """One run over a file. Reading and deciding one batch overlap with storing the one before."""

    def __init__(
        self, world: World, map: RecordMap, file: Path, source: Source, stands: ImportProgress, listed: RejectList,
        shown: Shown,
    ) -> None:  # fmt: skip
        self._world = world
        self._map = map
        self._file = file
        self._source = source
        self._first = self._stands = stands
        self._listed = listed
        self._shown = shown
        self._mapper = mapper_of(map, stands.digest)
        self._seen = Seen()
        self._figures = Figures()
        self._codes: dict[str, int] = {}
        self._place = 0  # records read
        self._broken: SourceError | None = None  # the file breaks off after what was read
        self._storing: asyncio.Task[None] | None = None

    async def go(self, stop: asyncio.Event, missing: tuple[str, ...], limit: int | None) -> ImportReport:
        """Read to the end or until told to stop."""
        began = monotonic()
        version = await _version(self._world, self._first.file)
        rows = iter(self._source)
        self._shown(Standing(*self._source.done(), self._first.place, self._first.rejected))
        last = False
        left = limit
        try:
            while not stop.is_set() and not last and left != 0:
                batch = await self._gather(rows, version, BATCH if left is None else min(left, BATCH), stop)
                if not batch.items and not batch.rejects and not batch.last:
                    break  # stopped while still reading over what is done
                left = None if left is None else left - len(batch.items) - len(batch.rejects)
                prepared = await prepare(self._world, batch)
                await self._stored()
                self._storing = asyncio.create_task(self._store(batch, prepared))
                version, last = version + 1, batch.last
            await self._stored()
        except SourceError:
            await self._stored()  # a file that breaks off: what was read before it broke off stays
            raise
        finally:
            if self._storing is not None:  # whatever it raises is less than what is raised already
                await asyncio.gather(self._storing, return_exceptions=True)
            self._seen.close()
        return ImportReport(
            file=str(self._file), records=self._stands.place, resumed_at=self._first.place, figures=self._figures,
            all_taken=self._stands.rows, all_rejected=self._stands.rejected, codes=self._codes, missing=missing,
            seconds=monotonic() - began, finished=self._stands.done, rejects=str(self._listed.path),
        )  # fmt: skip

    async def _gather(self, rows: Iterator[Row], version: int, most: int, stop: asyncio.Event) -> Batch:
        """The next batch. A file that breaks off gives what was read before; it is told by the batch after."""
        if self._broken is not None:
            raise self._broken
        items: list[Item] = []
        rejects: list[Reject] = []
        last = False
        while len(items) + len(rejects) < most:
            if self._place % SLICE == 0:
                await asyncio.sleep(0)
                if stop.is_set():
                    break
            try:
                row = next(rows, None)
            except SourceError as error:
                self._broken = error
                break
            if row is None:
                last = True
                break
            self._place = row.place
            self._read(row, items, rejects)
        return Batch(
            map=self._map, name=self._first.file, title=self._file.name, digest=self._first.digest, version=version,
            items=items, rejects=rejects, place=self._place, last=last,
        )  # fmt: skip

    def _read(self, row: Row, items: list[Item], rejects: list[Reject]) -> None:
        """Put a record where it belongs. Those dealt with before a stop only tell which numbers they had."""
        old = row.place <= self._first.place
        try:
            if row.why is not None:
                raise Unfit("", "", Refused("unreadable", why=row.why))
            external = self._mapper.external(row.record, row.place)
            before = self._seen.add(external, row.line)
            if old:
                return
            if before is not None:
                names = " / ".join(self._map.columns.external)
                raise Unfit(names, external, Refused("repeated", external=external, line=before))
            items.append(Item(draft_of(self._mapper, row), row.raw))
        except Unfit as unfit:
            if not old:
                rejects.append(Reject(row.place, row.line, unfit.column, unfit.found, unfit.refusal, row.raw))

    async def _stored(self) -> None:
        """Wait for the batch before; raises what kept it from being stored."""
        if self._storing is not None:
            storing, self._storing = self._storing, None
            await storing

    async def _store(self, batch: Batch, prepared: Prepared) -> None:
        """Rejects first, then the change: a kill between the two leaves lines that the next run takes away."""
        await asyncio.to_thread(self._listed.add, prepared.rejects)
        for _ in range(TRIES):
            after = prepared.after(self._stands, batch)
            try:
                await self._world.journal.commit(msgspec.structs.replace(prepared.change, progress=after))
            except Refused as refusal:
                if refusal.status != AWAY:
                    raise
                await asyncio.sleep(PAUSE)
                continue
            except Stale:
                if await self._world.journal.progress(batch.name, batch.digest) != after:
                    prepared = await self._again(batch, prepared)
                    continue  # else: it was stored, only the answer was lost
            self._stands = after
            self._tell(prepared)
            return
        raise SourceError(f"{self._file} could not be imported further; the same command goes on from here.")

    async def _again(self, batch: Batch, before: Prepared) -> Prepared:
        """Decide a batch again after somebody else brought one of its records; what is listed as rejected stays so."""
        if await _version(self._world, batch.name) != batch.version:
            raise SourceError(f"{self._file} is being imported by another process too; let that one end.")
        prepared = await prepare(self._world, batch)
        prepared.figures.rejected = before.figures.rejected
        return msgspec.structs.replace(prepared, rejects=before.rejects)

    def _tell(self, prepared: Prepared) -> None:
        self._figures.add(prepared.figures)
        for one in prepared.rejects:
            self._codes[one.refusal.code] = self._codes.get(one.refusal.code, 0) + 1
        self._shown(Standing(*self._source.done(), self._stands.place, self._stands.rejected))


async def _version(world: World, name: str) -> int:
    """How many batches the journal holds of this import."""
    count = 0
    async for _ in world.journal.read(f"import:{name}"):
        count += 1
    return count


def _name(digest: bytes, map: RecordMap, pack: str) -> str:
    """Stands for the file read by this map under this pack: with another map it is another import."""
    return hashlib.blake2b(
        digest + msgspec.json.encode(map, order="deterministic") + pack.encode(), digest_size=12
    ).hexdigest()

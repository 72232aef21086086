"""Runs of linking on the disk: one folder a run, put in place by one rename; reading pairs back for review.

How a run is made is in linking.py; which runs count is told by the journal.
"""

# names are quoted, values are parameters, the rest is this file's own

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

import duckdb
import msgspec

from northbank.core.bases import Base
from northbank.core.clusters import Pair
from northbank.core.dataset import AnyStatement, Dataset
from northbank.core.linking import LinkRun
from northbank.core.match import Model, Parameters
from northbank.core.refusal import Refused
from northbank.ports.data import Progress
from northbank.ports.links import LinkCounts, PairCells, PairRow, Said, Sources
from northbank.shell.lake.fast import literal
from northbank.shell.lake.files import LakeError
from northbank.shell.lake.golden import Golding
from northbank.shell.lake.held import STAGING, emptied, held, place, take_away
from northbank.shell.lake.lake import DuckLake
from northbank.shell.lake.linking import MEMBERS, PAIRS, Linking
from northbank.shell.lake.parts import ABOUT, as_text, key_of
from northbank.shell.lake.rows import engine_in
from northbank.shell.lake.tending import NEW, without

RUNS = "runs"
T = TypeVar("T")
_decode = msgspec.json.Decoder(LinkRun).decode


class LinkLake:
    """Links below `root`, beside the lake that rows come from. memory, threads: of the engine. secret: keys the digests of records."""

    def __init__(self, root: Path, lake: DuckLake, secret: str, memory: str = "1GB", threads: int = 2) -> None:
        self._root = root
        self._lake = lake
        self._secret = secret
        self._memory = memory
        self._threads = threads

    def hold(self, code: str) -> AbstractContextManager[None]:
        """Keep others from the same work meanwhile, and clear away what a killed run left. Refused: `linking`."""
        return held(self._root / code, RUNS, Refused("linking", code=code))

    def landed(self, model: str) -> list[LinkRun]:
        """What lies on the disk, by run."""
        found = [_decode(path.read_bytes()) for path in (self._root / model).glob(f"{RUNS}/*/{ABOUT}")]
        return sorted(found, key=lambda one: one.n)

    async def train(self, model: Model, sources: Sources, tell: Progress) -> tuple[Parameters, int]:
        """Learn parameters. Raises LakeError."""
        return await self._work(model.code, lambda duck, _: self._linking(duck, model, sources, tell).train())

    async def run(
        self, model: Model, sources: Sources, said: Said, n: int, before: LinkRun | None, tell: Progress
    ) -> LinkCounts:
        """Make pairs and groups in the staging folder. Stopping the wait stops the engine."""
        old = None if before is None else self._file(model.code, before, MEMBERS)
        return await self._work(
            model.code, lambda duck, staging: self._linking(duck, model, sources, tell).run(staging, said, n, old)
        )

    async def land(self, model: str, statement: LinkRun, tell: Progress) -> None:
        """Make the staged run durable and put it in its place."""
        await asyncio.to_thread(self._land, model, statement)

    def _land(self, model: str, statement: LinkRun) -> None:
        folder = self._root / model
        staging = folder / STAGING
        try:
            (staging / ABOUT).write_bytes(msgspec.json.encode(statement))
            place(staging, folder / RUNS, statement.folder)
        except OSError as error:
            raise LakeError(
                f"The folder {folder} cannot be written ({error.strerror or error}); nothing was linked."
            ) from error

    async def retire(self, model: str, kept: int) -> int:
        """Take the runs away that are older than the newest `kept`; how many. The model is held."""
        old = [one.folder for one in self.landed(model)[:-kept]]
        return len(await asyncio.to_thread(take_away, self._root / model, RUNS, old)) if old else 0

    async def queue(
        self, model: Model, run: LinkRun, but: Sequence[Pair], only: Sequence[Pair] | None, limit: int, offset: int
    ) -> tuple[int, list[PairRow]]:
        """Pairs between the thresholds of a run, the least certain first."""
        return await asyncio.to_thread(self._queue, model, run, but, only, limit, offset)

    def _queue(
        self, model: Model, run: LinkRun, but: Sequence[Pair], only: Sequence[Pair] | None, limit: int, offset: int
    ) -> tuple[int, list[PairRow]]:
        listed = only if only is not None else but
        known = "(select unnest($2::uuid[]) as l, unnest($3::uuid[]) as r)"
        which = (
            f"semi join {known} using (l, r)"
            if only is not None
            else f"anti join {known} using (l, r) where probability < {run.match!r}"
        )
        values = [str(self._file(model.code, run, PAIRS)), [a for a, _ in listed], [b for _, b in listed]]
        with engine_in(self._root / "scratch", self._memory, self._threads) as duck:
            found = duck.execute(f"select count(*) from read_parquet($1) {which}", values).fetchone()  # house: sql
            rows = duck.execute(
                f"select {_PAIR} from read_parquet($1) {which} order by abs(probability - 0.5), l, r limit $4 offset $5",  # house: sql
                [*values, limit, offset],
            ).fetchall()
        return int(found[0]) if found else 0, [_row(one) for one in rows]

    async def pair(self, model: Model, run: LinkRun, sources: Sources, pair: Pair) -> PairCells | None:
        """One pair of a run with the cells of its records as they are now."""
        found = await asyncio.to_thread(self._pair, model, run, pair)
        if found is None:
            return None
        row, members = found
        cells = []
        for ref in pair:
            _, dataset, key = members.get(ref, ("", "", []))
            cells.append(await self._lake.lookup(*sources[dataset], key) if dataset in sources else None)
        entities = [members.get(ref, ("", "", []))[0] for ref in pair]
        return PairCells(row, cells[0], cells[1], entities[0], entities[1])

    def _pair(
        self, model: Model, run: LinkRun, pair: Pair
    ) -> tuple[PairRow, dict[str, tuple[str, str, list[str]]]] | None:
        """The pair, and of each of its records the entity, the data set and the key."""
        with engine_in(self._root / "scratch", self._memory, self._threads) as duck:
            found = duck.execute(
                f"select {_PAIR} from read_parquet($1) where l = $2::uuid and r = $3::uuid",  # house: sql
                [str(self._file(model.code, run, PAIRS)), *pair],
            ).fetchone()
            if found is None:
                return None
            members = duck.execute(
                "select ref::varchar, entity, dataset, key from read_parquet($1) where ref in ($2::uuid, $3::uuid)",
                [str(self._file(model.code, run, MEMBERS)), *pair],
            ).fetchall()
        return _row(found), {ref: (entity, dataset, key) for ref, entity, dataset, key in members}

    async def build(self, base: Base, sources: Sources, run: LinkRun | None, tell: Progress) -> tuple[int, int]:
        """Make golden records in the staging folder of the base's data set; how many, in how many buckets."""
        members = None if run is None else self._file(base.link, run, MEMBERS)
        relations = {code: self._lake.relation(*one) for code, one in sources.items()}
        return await self._work(
            f"base.{base.code}",
            lambda duck, staging: Golding(duck, base, sources, relations, self._secret).run(staging, members, tell),
        )

    async def land_base(self, base: Base, statement: AnyStatement) -> None:
        """Put the golden records into the lake as a batch of the base's data set."""
        await self._lake.land_made(base.dataset, statement, self._root / f"base.{base.code}" / STAGING)

    async def entities(self, model: str, dataset: Dataset, key: Sequence[str]) -> list[str]:
        """The entities that a record belongs to, of every run there is."""
        query = "select distinct entity from read_parquet($1) where ref = $2::uuid order by 1"
        found = await asyncio.to_thread(self._members, model, query, dataset, key)
        return [entity for (entity,) in found]

    async def companions(self, model: str, dataset: Dataset, key: Sequence[str]) -> list[tuple[str, tuple[str, ...]]]:
        """Data set and key of the other records that any run held to be one with a record."""
        query = (
            "with every as (from read_parquet($1, filename=true)) select distinct dataset, key from every "
            "semi join (from every where ref = $2::uuid) using (filename, entity) where ref <> $2::uuid order by all"
        )
        found = await asyncio.to_thread(self._members, model, query, dataset, key)
        return [(code, tuple(cells)) for code, cells in found]

    def _members(self, model: str, query: str, dataset: Dataset, key: Sequence[str]) -> list[tuple[Any, ...]]:
        paths = [str(one) for one in self._files(model, MEMBERS)]
        if not paths:
            return []
        with engine_in(self._root / "scratch", self._memory, self._threads) as duck:
            return duck.execute(query, [paths, self.own_entity(dataset, key)]).fetchall()

    def _files(self, model: str, name: str) -> list[Path]:
        return sorted((self._root / model / RUNS).glob(f"*/{name}"))

    def own_entity(self, dataset: Dataset, key: Sequence[str]) -> str:
        """The keyed digest that names a record, made as the engine makes it; in a base without links it is its entity."""
        values = key_of(dataset, key)
        cells = key if values is None else [as_text(one) for one in values]
        text = chr(31).join((self._secret, dataset.code, *cells))
        return str(UUID(sha256(text.encode()).hexdigest()[:32]))

    async def forget(self, model: str, dataset: Dataset, key: Sequence[str]) -> int:
        """Rewrite the files of every run without a record. Raises LakeError."""
        return await asyncio.to_thread(self._forget, model, literal(self.own_entity(dataset, key)))

    def _forget(self, model: str, ref: str) -> int:
        options = "format parquet, compression zstd"
        rows = 0
        try:
            with engine_in(self._root / "scratch", self._memory, self._threads) as duck:
                for left in self._files(model, f"*{NEW}"):  # of a run that was killed
                    left.unlink()
                for path in self._files(model, MEMBERS):
                    rows += without(duck, path, f"ref = {ref}::uuid", "order by ref", options)
                for path in self._files(model, PAIRS):
                    rows += without(duck, path, f"{ref}::uuid in (l, r)", "order by l, r", options)
        except (duckdb.Error, OSError) as error:
            raise LakeError(f"Links of {model} could not be rewritten: {str(error).splitlines()[0]}") from error
        return rows

    def _linking(self, duck: duckdb.DuckDBPyConnection, model: Model, sources: Sources, tell: Progress) -> Linking:
        relations = {code: self._lake.relation(*one) for code, one in sources.items()}
        return Linking(duck, model, sources, relations, self._secret, tell)

    async def _work(self, code: str, what: Callable[[duckdb.DuckDBPyConnection, Path], T]) -> T:
        staging = emptied(self._root / code)
        with engine_in(staging, self._memory, self._threads) as duck:
            running = asyncio.ensure_future(asyncio.to_thread(what, duck, staging))
            try:
                return await asyncio.shield(running)
            except asyncio.CancelledError:
                duck.interrupt()
                await asyncio.gather(running, return_exceptions=True)
                raise

    def _file(self, model: str, run: LinkRun, name: str) -> Path:
        path = self._root / model / RUNS / run.folder / name
        if not path.is_file():
            raise Refused("links_lost", model=model, run=run.n)
        return path


_PAIR = "l::varchar, r::varchar, l_dataset, r_dataset, probability, levels, weights"


def _row(found: Sequence[Any]) -> PairRow:
    left, right, left_dataset, right_dataset, probability, levels, weights = found
    return PairRow(left, right, left_dataset, right_dataset, probability, tuple(levels), tuple(weights))

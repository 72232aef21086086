"""A center's parts over one real database, with a clock that stands still: what store tests are given."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from uuid import UUID

import asyncpg
import msgspec
from template import INTAKE, NOW, city, point

from northbank.core.card import card
from northbank.core.case import Case
from northbank.core.number import case_number
from northbank.flows.report import Contact, NewReport, ReportReply, Where, report
from northbank.ports import World
from northbank.shell.clock import SeededIds, SteppedClock, monotonic
from northbank.shell.store.accounts import PgAccounts
from northbank.shell.store.cases import PgCases
from northbank.shell.store.duplicates import PgDuplicates
from northbank.shell.store.journal import PgJournal
from northbank.shell.store.pool import open_pool
from northbank.shell.store.rebuild import folded
from northbank.shell.store.serials import CenterIds
from northbank.shell.store.tail import Tail
from northbank.shell.store.vault import PgVault

MASTER = bytes(range(32))


class WalkIds(SeededIds):
    """The ids and numbers a center in memory would give: the same walk takes the same way."""

    serial = 0

    def number(self) -> str:
        self.serial += 1
        return case_number(city().prefix, self.serial)


class Stored:
    """Journal, views and vault of one process. Several may be open on one database."""

    def __init__(self, pool: asyncpg.Pool, clock: SteppedClock, ids: WalkIds | None) -> None:
        self.pool = pool
        self.clock = clock
        self.numbers = CenterIds(pool, city().prefix)
        self.journal = PgJournal(pool)
        self.cases = PgCases(pool, self.journal.recent)
        self.ids = ids or self.numbers
        self.vault = PgVault(pool, MASTER, self.ids)
        self.accounts = PgAccounts(pool)
        self.world = World(
            city(), clock, self.ids, self.journal, self.cases, self.vault, self.accounts, PgDuplicates(pool)
        )
        self.tail = Tail(
            pool, self.cases, self.world, lambda position, data, quiet: (position, msgspec.json.decode(data)), monotonic
        )

    async def report(self, key: str | None = None, **more: object) -> ReportReply:
        """A pothole at the quay, with words."""
        given = {
            "type": "street.pothole",
            "place": Where(*point("TW-H1-G1")),
            "text": "a hole",
            "contact": Contact(phone="139"),
        }
        return await report(self.world, INTAKE, NewReport(**(given | more)), key)  # type: ignore[arg-type]

    async def case(self, id: str) -> Case:
        """A case that is there."""
        found = await self.cases.get(id)
        assert found is not None
        return found

    async def views(self) -> list[tuple[object, ...]]:
        """Every row of the case view, whole."""
        return [tuple(row) for row in await self.pool.fetch("select * from cases order by id")]

    async def check(self) -> None:
        """No gap, no half command, no dangling reference, and every view as its entries make it."""
        async with self.pool.acquire() as connection, connection.transaction(isolation="repeatable_read"):
            await check(connection)


@asynccontextmanager
async def store(dsn: str, *, ids: WalkIds | None = None, clock: SteppedClock | None = None) -> AsyncIterator[Stored]:
    """The parts, started and closed."""
    made = Stored(await open_pool(dsn), clock or SteppedClock(NOW), ids)
    try:
        await made.numbers.start()
        await made.journal.start()
        yield made
    finally:
        await made.journal.close()
        await made.pool.close()


async def check(connection: asyncpg.Connection) -> None:
    """What must hold of any database at any moment; one snapshot."""
    first, last, number = await connection.fetchrow("select min(position), max(position), count(*) from journal")
    assert (first, last) == ((1, number) if number else (None, None)), "positions have a gap"
    torn = await connection.fetch(
        "select stream from journal group by stream having max(version) <> count(*) or min(version) <> 1"
    )
    assert not torn, "versions of a stream have a gap"
    rows = await connection.fetch("select * from cases")
    live = {str(row["id"]): tuple(row) for row in rows}
    again = {}
    async for case, position in folded(connection):
        row = (*msgspec.structs.astuple(card(case, position)), msgspec.json.encode(case).decode())
        again[case.id] = (UUID(row[0]), *row[1:-3], UUID(row[-3]), list(row[-2]), row[-1])
    assert again == live, "a view is not the fold of its entries"
    lost = await connection.fetchval(WORDS + "select count(*) from referred where id not in (select id from secret)")
    assert lost == 0, "a reference leads to no words"
    orphans = await connection.fetchval(WORDS + "select count(*) from secret where id not in (select id from referred)")
    assert orphans == 0, "words that nothing refers to"
    assert (
        await connection.fetchval("select count(*) from secret where subject not in (select subject from subject_key)")
        == 0
    )
    bad = "select count(*) from command c where not exists (select from journal j where j.position = c.last) or first > last"
    assert await connection.fetchval(bad) == 0, "an answer without its entries"


# References of cases whose person was not erased since they were first made: a part split off later has those of its report.
WORDS = """
with every as (
  select j.position, j.stream, (j.data #>> '{words,id}')::uuid as id from journal j where j.data #> '{words}' is not null
  union all
  select j.position, j.stream, (j.data #>> '{note,id}')::uuid from journal j where j.data #> '{note}' is not null
  union all
  select j.position, j.stream, (p ->> 'id')::uuid from journal j, json_array_elements(j.data -> 'photos') p
   where j.data -> 'photos' is not null
), found as (
  select distinct on (id) * from every order by id, position
), referred as (
  select f.id from found f join cases c on 'case:' || c.id = f.stream
   where not exists (select from journal e where e.stream = 'subject:' || c.subject and e.position > f.position)
)
"""


async def transactions(connection: asyncpg.Connection | asyncpg.Pool, after: int = 0) -> int:
    """How many transactions wrote the journal after a position."""
    return int(await connection.fetchval("select count(distinct xmin::text) from journal where position > $1", after))


async def _write(dsn: str, reports: int) -> None:
    """A process of its own that takes reports, all at once, and says how many."""
    async with store(dsn) as one:
        replies = await asyncio.gather(*(one.report(f"{one.clock.now()} {n}") for n in range(reports)))
        one.clock.advance(timedelta(seconds=1))
        print(len({reply.id for reply in replies}), flush=True)


if __name__ == "__main__":
    asyncio.run(_write(sys.argv[1], int(sys.argv[2])))

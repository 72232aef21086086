"""A long journal of lifelike cases: one simulated day of a district, and copies of it under other ids. Not a benchmark itself."""

import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
from bodies import ROOT, the_city

from northbank.pack.demo import load_demo
from northbank.pack.staff import accounts, colleagues
from northbank.ports import World
from northbank.shell.clock import SteppedClock
from northbank.shell.sources.simulator import Simulator
from northbank.shell.store.accounts import PgAccounts
from northbank.shell.store.cases import PgCases
from northbank.shell.store.duplicates import PgDuplicates
from northbank.shell.store.embedded import Embedded
from northbank.shell.store.film import PgHistory
from northbank.shell.store.journal import PgJournal
from northbank.shell.store.pool import open_pool
from northbank.shell.store.serials import CenterIds
from northbank.shell.store.vault import PgVault

START = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
LONG = 3_600.0
# Ids of copies are made of those of the day, so that causes still lead to their entries.
COPY = """
insert into journal
select position + $1::bigint * $2, md5(id::text || $1)::uuid,
  case when stream like 'case:%' then 'case:' || md5(substring(stream from 6) || $1)::uuid else stream || '.' || $1 end,
  version, type, schema, at, actor, case when cause is not null then md5(cause::text || $1)::uuid end, pack, rule, data, digest
from journal where position <= $2
"""


@asynccontextmanager
async def long_journal(pack: str, reports: int, copies: int) -> AsyncIterator[tuple[World, "object"]]:
    """World and pool over a journal of a simulated day of `reports` reports and `copies` copies of it."""
    city, demo = the_city(pack), load_demo(ROOT / "packs" / pack)
    with tempfile.TemporaryDirectory(prefix="northbank-bench-") as name:
        server = Embedded.start(Path(name) / "data", settings={"fsync": "off", "max_wal_size": "8GB"})
        try:
            pool = await open_pool(server.dsn)
            ids, journal, clock = CenterIds(pool, city.prefix), PgJournal(pool), SteppedClock(START)
            cases = PgCases(pool, journal.recent)
            vault, people = PgVault(pool, bytes(32), ids), PgAccounts(pool)
            world = World(
                city,
                clock,
                ids,
                journal,
                cases,
                vault,
                people,
                PgDuplicates(pool),
                history=PgHistory(pool, ZoneInfo(city.timezone)),
            )
            await ids.start()
            await journal.start()
            day = msgspec.structs.replace(demo.day, reports=reports)
            staff = accounts(demo) + colleagues(demo, city)
            simulator = Simulator(world, day, demo.samples, staff, ZoneInfo(city.timezone), 1)
            simulator.begin(None, [])
            for _ in range(4):
                await simulator.play()
                clock.advance(timedelta(hours=6))
            size = await journal.position()
            async with pool.acquire() as connection:
                await connection.execute("set statement_timeout to 0")
                for n in range(1, copies + 1):
                    await connection.execute(COPY, n, size, timeout=LONG)
                await connection.execute("analyze journal", timeout=LONG)
            yield world, pool
            await journal.close()
            await pool.close()
        finally:
            server.stop()

"""Real requests of a city: all of two extracts go in once, with their ends, their councils as the city wrote them, through kills too.

Everything is read from ../shared/data at run time; nothing of it is kept.
"""

import asyncio
import csv
import gzip
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from killing import import_with_kills

from northbank.core.access import SYSTEM, Scope
from northbank.ports import CaseQuery
from northbank.shell.settings import Settings
from northbank.shell.sources.importer import import_file
from northbank.shell.sources.report import ImportReport
from northbank.shell.store.embedded import Embedded
from northbank.shell.store.listing import COUNTED
from northbank.shell.store.pool import open_pool
from northbank.shell.store.rebuild import rebuild
from northbank.wiring import Center, open_center

ROOT = Path(__file__).resolve().parents[2]
PACK = ROOT / "packs" / "losangeles"
MAP = PACK / "maps" / "requests.toml"
EVERYTHING = Scope(everything=True)
FILES = ("requests_2018-12.csv.gz", "requests_2020-01.csv.gz")


@asynccontextmanager
async def center(data: Path, areas: Path) -> AsyncIterator[Center]:
    async with open_center(Settings(pack=PACK, data=data, areas=areas)) as opened:
        yield opened


async def run(opened: Center, file: Path, rejects: Path) -> ImportReport:
    return await import_file(opened, file, MAP, rejects=rejects, stop=asyncio.Event())


def read(file: Path) -> list[dict[str, str]]:
    with gzip.open(file, "rt", encoding="utf-8", newline="") as opened:
        return list(csv.DictReader(opened))


async def test_two_extracts_go_in_once_with_their_ends_and_councils(real_data: Path, tmp_path: Path) -> None:
    areas, rejects = real_data / "la_311", tmp_path / "rejects.csv"
    async with center(tmp_path / "data", areas) as opened:
        first = await run(opened, areas / FILES[0], rejects)
        turned_down = read_rejects(rejects)
        second = await run(opened, areas / FILES[1], rejects)
        position = await opened.journal.position()
        again = [await run(opened, areas / name, rejects) for name in FILES]
        assert await opened.journal.position() == position
        page = await opened.cases.page(CaseQuery(limit=1), EVERYTHING)
        stored = await opened.pool.fetchval("select count(*) from cases")
        ends = dict(await opened.pool.fetch("select external, closed_at from cases"))
    assert (first.records, second.records) == (10_000, 10_000)
    for report in (first, second):
        assert report.figures.taken + report.figures.rejected == report.records
        assert report.figures.agreed / report.figures.compared > 0.98
        assert set(report.codes) <= {"outside", "ends_before"}
    assert first.figures.compared >= 9_861  # 9,863 name a council; two of them end before they begin
    assert first.figures.agreed >= 9_668
    assert first.codes["ends_before"] == 2
    assert len(turned_down) == first.figures.rejected
    assert (page.total, page.capped) == (COUNTED, True)
    assert stored == first.figures.taken + second.figures.taken
    assert [one.earlier for one in again] == [True, True]
    refused = {row["record"].split(",")[0] for row in turned_down}
    for row in read(areas / FILES[0]):
        if row["SRNumber"] not in refused:
            assert ends[row["SRNumber"]] == closing(row), row["SRNumber"]


def read_rejects(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as opened:
        return list(csv.DictReader(opened))


def closing(row: dict[str, str]) -> datetime | None:
    """When the file says a request ended; a day without a time counts to its end."""
    if not row["ClosedDate"] or row["Status"] in ("Open", "Pending"):
        return None
    local = datetime.strptime(row["ClosedDate"], "%m/%d/%Y %I:%M:%S %p").replace(tzinfo=ZoneInfo("America/Los_Angeles"))
    if (local.hour, local.minute, local.second) == (0, 0, 0):
        local = local.replace(hour=23, minute=59, second=59)
    return local.astimezone(UTC)


IMAGE = """
    select external, state, type, grid, town, owner, desk, reported_at, closed_at, due_at, on_time, outcome,
      (select count(*) from journal j where j.stream = 'case:' || c.id and j.actor <> $1) as entries,
      (select count(*) from secret s where s.subject = c.subject) as words
    from cases c order by external
"""


async def test_killed_and_taken_up_again_it_is_the_same(real_data: Path, tmp_path: Path) -> None:
    areas = real_data / "la_311"
    kills = await asyncio.to_thread(
        import_with_kills, PACK, tmp_path / "killed", areas / FILES[0], MAP, tmp_path / "killed.csv", "", areas,
        most=2, seed=5,
    )  # fmt: skip
    assert kills == 2
    async with center(tmp_path / "alone", areas) as opened:
        await run(opened, areas / FILES[0], tmp_path / "alone.csv")
        alone = await opened.pool.fetch(IMAGE, SYSTEM.login)
    with Embedded.start(tmp_path / "killed") as server:
        async with await open_pool(server.dsn) as pool:
            assert await pool.fetch(IMAGE, SYSTEM.login) == alone
            assert await pool.fetchval("select max(position) = count(*) from journal")
            before = await pool.fetch("select * from cases order by id")
            await rebuild(pool)
            assert await pool.fetch("select * from cases order by id") == before
    assert (tmp_path / "killed.csv").read_bytes() == (tmp_path / "alone.csv").read_bytes()

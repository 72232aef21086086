"""Whole imports into PostgreSQL: exactly once, stopped, killed, resumed, repeated; the list of rejects lines up."""

import asyncio
import csv
import gzip
import json
import random
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from killing import import_with_kills
from shell.old_records import map_text, write_rows
from shell.servers import Server, empty_database
from template import INTAKE, PACK, city

from northbank.core.access import SYSTEM
from northbank.core.refusal import Refused
from northbank.flows.report import NewReport, Where, report
from northbank.ports import Change, Committed
from northbank.shell.settings import Settings
from northbank.shell.sources.importer import import_file
from northbank.shell.sources.report import ImportReport
from northbank.shell.sources.rows import SourceError, Standing
from northbank.shell.store.pool import open_pool
from northbank.shell.store.rebuild import rebuild
from northbank.wiring import Center, open_center

MAP = map_text({"address": "where"}, '[types]\n"waste" = "street.waste"\n"light" = "street.light"\n')


@pytest.fixture
def map_file(tmp_path: Path) -> Path:
    path = tmp_path / "map.toml"
    path.write_text(MAP, encoding="utf-8")
    return path


@asynccontextmanager
async def center(tmp_path: Path, url: str) -> AsyncIterator[Center]:
    async with open_center(Settings(pack=PACK, data=tmp_path / "data", database=url)) as opened:
        yield opened


def lines(count: int, seed: int = 1) -> Iterator[list[str]]:
    """Records of 2025: one in eleven is bad in one way or another."""
    chance = random.Random(seed)
    grids = [code for code, area in city().areas.items() if area.level == "grid"]
    for n in range(count):
        at = datetime(2025, 3, 1, 9) + timedelta(minutes=7 * n)
        lon, lat = city().places.center(chance.choice(grids))
        end = str(at + timedelta(hours=chance.randint(1, 300))) if chance.random() < 0.8 else ""
        row = [f"E{n}", str(at), end, chance.choice(("waste", "light", "")), str(lon), str(lat), f"{n} Quay"]
        if n % 11 == 10:
            row = chance.choice([
                [*row[:4], "0", "0", ""], [*row[:3], "noise", *row[4:]], [f"E{n - 3}", *row[1:]], row[:3], ["?", "x", *row[2:]],
            ])  # fmt: skip
        yield row


def write(path: Path, rows: Iterator[list[str]] | list[list[str]]) -> Path:
    return write_rows(path, ("id", "when", "end", "kind", "lon", "lat", "where"), rows)


def put(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")


async def run(opened: Center, file: Path, map: Path, stop_after: int | None = None) -> ImportReport:
    stop = asyncio.Event()

    def progress(standing: Standing) -> None:
        if stop_after is not None and standing.records >= stop_after:
            stop.set()

    return await import_file(opened, file, map, progress=progress, rejects=file.with_suffix(".rejects.csv"), stop=stop)


def listed(file: Path) -> list[dict[str, str]]:
    with file.with_suffix(".rejects.csv").open(encoding="utf-8", newline="") as opened:
        return list(csv.DictReader(opened))


async def image(url: str) -> list[tuple[Any, ...]]:
    """What an import made, without what differs from run to run (ids, numbers, when it ran)."""
    connection = await asyncpg.connect(url)
    try:
        rows = await connection.fetch(
            "select external, state, type, grid, owner, desk, reported_at, closed_at, due_at, on_time, "
            "(select count(*) from journal j where j.stream = 'case:' || c.id and j.actor <> $1) as entries, "
            "(select count(*) from secret s where s.subject = c.subject) as words from cases c order by external",
            SYSTEM.login,  # the timer's entries, as far as it came
        )
        return [tuple(row) for row in rows]
    finally:
        await connection.close()


async def test_a_file_goes_in_once_and_its_rejects_are_listed(
    tmp_path: Path, fresh_database: str, map_file: Path
) -> None:
    file = write(tmp_path / "old.csv", lines(1200))
    async with center(tmp_path, fresh_database) as opened:
        report = await run(opened, file, map_file)
        position = await opened.journal.position()
        again = await run(opened, file, map_file)
        assert await opened.journal.position() == position
    bad = sum(1 for n in range(1200) if n % 11 == 10)
    assert (report.records, report.figures.taken, report.figures.rejected) == (1200, 1200 - bad, bad)
    assert (again.earlier, again.all_taken, again.all_rejected) == (True, 1200 - bad, bad)
    rejects = listed(file)
    assert [int(row["line"]) for row in rejects] == [n + 2 for n in range(1200) if n % 11 == 10]
    assert {row["code"] for row in rejects} == {"outside", "unmapped", "repeated", "unreadable", "no_time"}
    repeated = next(row for row in rejects if row["code"] == "repeated")
    assert f"line {int(repeated['line']) - 3}" in repeated["sentence"]
    assert file.with_suffix(".rejects.csv").stat().st_mode & 0o077 == 0
    assert len(await image(fresh_database)) == 1200 - bad
    assert "1,091 taken in" in str(report)
    assert "Nothing was added" in str(again)


async def test_a_stopped_import_goes_on_where_it_ended(tmp_path: Path, fresh_database: str, map_file: Path) -> None:
    file = write(tmp_path / "old.csv", lines(2600))
    async with center(tmp_path, fresh_database) as opened:
        first = await run(opened, file, map_file, stop_after=500)
        assert not first.finished
        assert "goes on from here" in str(first)
        with file.with_suffix(".rejects.csv").open("a") as rejects:
            rejects.write('9,"torn by a ki')
        second = await run(opened, file, map_file)
    assert second.finished
    assert second.resumed_at == first.records
    assert first.figures.taken + second.figures.taken == second.all_taken == len(await image(fresh_database))
    assert [int(row["line"]) for row in listed(file)] == [n + 2 for n in range(2600) if n % 11 == 10]


async def test_kills_at_any_moment_lose_nothing_and_double_nothing(
    tmp_path: Path, server: Server, fresh_database: str
) -> None:
    """A run that was killed again and again ends as one that was left alone."""
    file = write(tmp_path / "old.csv", lines(3000))
    put(tmp_path / "map.toml", MAP)
    kills = await asyncio.to_thread(
        import_with_kills, PACK, tmp_path / "data", file, tmp_path / "map.toml", file.with_suffix(".rejects.csv"),
        fresh_database, most=4, seed=7,
    )  # fmt: skip
    assert kills >= 3
    killed = await image(fresh_database)
    assert [int(row["line"]) for row in listed(file)] == [n + 2 for n in range(3000) if n % 11 == 10]
    async with await open_pool(fresh_database) as pool:
        told = await pool.fetch("select data from journal where type = 'import.imported' order by position")
        batches = [json.loads(row["data"]) for row in told]
        assert [one["place"] for one in batches] == sorted(one["place"] for one in batches)
        assert sum(one["rows"] for one in batches) == len(killed)
        assert await pool.fetchval("select max(position) = count(*) from journal")
        before = await pool.fetch("select * from cases order by id")
        await rebuild(pool)
        assert await pool.fetch("select * from cases order by id") == before
    alone = write(tmp_path / "alone.csv", lines(3000))
    async with empty_database(server) as left_alone:
        async with center(tmp_path, left_alone) as opened:
            await run(opened, alone, tmp_path / "map.toml")
        assert await image(left_alone) == killed


async def test_with_a_better_map_only_what_was_turned_down_comes_in(
    tmp_path: Path, fresh_database: str, map_file: Path
) -> None:
    file = write(tmp_path / "old.csv", lines(600))
    async with center(tmp_path, fresh_database) as opened:
        first = await run(opened, file, map_file)
        put(map_file, MAP + '"noise" = "street.noise"\n')
        second = await run(opened, file, map_file)
    assert second.figures.known == first.figures.taken
    assert second.figures.taken == first.codes["unmapped"]
    assert second.figures.rejected == first.figures.rejected - first.codes["unmapped"] == len(listed(file))


async def test_records_without_numbers_go_in_once_too(tmp_path: Path, fresh_database: str, map_file: Path) -> None:
    rules = MAP.replace('external = ["id"]\n', "")
    put(map_file, rules)
    row = ["", "2025-03-03 10:00:00", "", "waste", "85.305", "-5.135", ""]
    file = write(tmp_path / "old.csv", [row, row])
    async with center(tmp_path, fresh_database) as opened:
        assert (await run(opened, file, map_file)).figures.taken == 2
        put(map_file, rules + '"other" = "other"\n')
        assert (await run(opened, write(tmp_path / "new.csv", [row, row]), map_file)).figures.known == 2


async def test_a_file_that_breaks_off_keeps_what_it_gave(tmp_path: Path, fresh_database: str, map_file: Path) -> None:
    whole = gzip.compress(write(tmp_path / "old.csv", lines(3000)).read_bytes())
    (tmp_path / "old.csv.gz").write_bytes(whole[: len(whole) // 2])
    async with center(tmp_path, fresh_database) as opened:
        with pytest.raises(SourceError, match="breaks off"):
            await run(opened, tmp_path / "old.csv.gz", map_file)
        half = len(await image(fresh_database))
        (tmp_path / "old.csv.gz").write_bytes(whole)
        report = await run(opened, tmp_path / "old.csv.gz", map_file)
    assert half > 500
    assert (report.figures.known, report.finished) == (half, True)


async def test_a_limit_takes_so_many_records_at_a_time(tmp_path: Path, fresh_database: str, map_file: Path) -> None:
    file = write(tmp_path / "old.csv", lines(30))
    rejects, stop = tmp_path / "r.csv", asyncio.Event()
    async with center(tmp_path, fresh_database) as opened:
        for so_far in (12, 24, 30):
            report = await import_file(opened, file, map_file, rejects=rejects, stop=stop, limit=12)
            assert (report.records, report.finished) == (so_far, so_far == 30)
    assert len(await image(fresh_database)) == 28


async def test_an_empty_file_and_one_with_nothing_good(tmp_path: Path, fresh_database: str, map_file: Path) -> None:
    async with center(tmp_path, fresh_database) as opened:
        assert (await run(opened, write(tmp_path / "none.csv", []), map_file)).finished
        report = await run(opened, write(tmp_path / "bad.csv", [["1"], ["2"]]), map_file)
    assert (report.figures.taken, report.figures.rejected, report.finished) == (0, 2, True)


async def test_a_foreign_file_is_never_taken_for_a_list_of_rejects(
    tmp_path: Path, fresh_database: str, map_file: Path
) -> None:
    file = write(tmp_path / "old.csv", lines(5))
    file.with_suffix(".rejects.csv").write_text("my notes\n", encoding="utf-8")
    async with center(tmp_path, fresh_database) as opened:
        with pytest.raises(SourceError, match="no list of rejects"):
            await run(opened, file, map_file)
    assert file.with_suffix(".rejects.csv").read_text("utf-8") == "my notes\n"


async def test_a_commit_whose_answer_is_lost_is_not_stored_twice(
    tmp_path: Path, fresh_database: str, map_file: Path
) -> None:
    """The database stores a batch and dies before it says so: the batch is sent again and found stored."""
    file = write(tmp_path / "old.csv", lines(1100))
    async with center(tmp_path, fresh_database) as opened:
        real, lost = opened.journal.commit, []

        async def commit(change: Change) -> Committed:
            done = await real(change)
            if len(lost) < 2 and change.progress is not None:
                lost.append(done)
                raise Refused("busy")
            return done

        opened.journal.commit = commit  # type: ignore[method-assign]
        report = await run(opened, file, map_file)
    assert len(lost) == 2
    assert (report.finished, report.figures.taken, len(await image(fresh_database))) == (True, 1000, 1000)


async def test_a_live_report_that_comes_in_between_is_not_doubled(
    tmp_path: Path, fresh_database: str, map_file: Path
) -> None:
    """A sender reports a record of the file after the batch was decided and before it is stored."""
    file = write(tmp_path / "old.csv", lines(1100))
    new = NewReport(source="phone", external="E3", place=Where(*city().places.center("TW-H1-G1")))
    async with center(tmp_path, fresh_database) as opened:
        real, sent = opened.journal.commit, []

        async def commit(change: Change) -> Committed:
            if not sent and change.progress is not None:  # the center's own jobs write too
                sent.append(True)
                await report(opened.world, INTAKE, new)
            return await real(change)

        opened.journal.commit = commit  # type: ignore[method-assign]
        told = await run(opened, file, map_file)
    assert (told.figures.known, told.figures.taken, len(await image(fresh_database))) == (1, 999, 1000)


async def test_two_imports_of_one_file_at_once_take_it_once(
    tmp_path: Path, fresh_database: str, map_file: Path
) -> None:
    file = write(tmp_path / "old.csv", lines(1600))
    other = write(tmp_path / "copy.csv", lines(1600))
    async with center(tmp_path, fresh_database) as opened:
        both = await asyncio.gather(run(opened, file, map_file), run(opened, other, map_file), return_exceptions=True)
        last = await run(opened, file, map_file)
    assert any(isinstance(one, ImportReport) or "another process" in str(one) for one in both)
    assert last.finished
    assert len(await image(fresh_database)) == last.all_taken

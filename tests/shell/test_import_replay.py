"""A file played at its own times on a center whose clock runs fast: reported, ended, taken up again."""

import asyncio
import csv
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from template import PACK, point

from northbank.core.access import Scope
from northbank.core.moves import Act
from northbank.flows.act import ActBody, act
from northbank.ports import CaseQuery
from northbank.shell.settings import Settings
from northbank.shell.sources.replay import PLAYER, first_moment, replay_file
from northbank.shell.sources.rows import SourceError
from northbank.wiring import Center, open_center

MAP = """timezone = "Asia/Kathmandu"
times = ["%Y-%m-%d %H:%M:%S"]
[columns]
external = ["id"]
reported = ["when"]
closed = ["end"]
state = ["state"]
type = ["kind"]
lon = ["lon"]
lat = ["lat"]
text = ["words"]
[defaults]
source = "phone"
reason = "reject.twice"
[types]
"waste" = "street.waste"
"other" = "other"
[states]
"done" = "closed"
"no" = "rejected"
"open" = "open"
"""
FIRST = datetime(2025, 3, 3, 9, 0)
LON, LAT = point("TW-H1-G1")
EVERYTHING = Scope(everything=True)


def written(tmp_path: Path) -> tuple[Path, Path]:
    """Records out of order: closed, turned down, open, without a place, outside, unreadable."""
    map, file = tmp_path / "map.toml", tmp_path / "old.csv"
    map.write_text(MAP, encoding="utf-8")
    rows = [
        ["late", 60, 90, "done", "waste", LON, LAT, ""], ["first", 0, 30, "done", "waste", LON, LAT, ""],
        ["desk", 10, 20, "no", "other", LON, LAT, ""], ["sent", 11, 21, "no", "waste", LON, LAT, ""],
        ["open", 12, None, "open", "waste", LON, LAT, ""], ["words", 13, 40, "done", "waste", "", "", "by the quay"],
        ["far", 14, None, "open", "waste", 0, 0, ""], ["bad", 15, None, "gone", "waste", LON, LAT, ""],
    ]  # fmt: skip
    with file.open("w", encoding="utf-8", newline="") as opened:
        writer = csv.writer(opened)
        writer.writerow(["id", "when", "end", "state", "kind", "lon", "lat", "words"])
        for id, when, end, *rest in rows:
            writer.writerow([id, at(when), at(end) if end is not None else "", *rest])
    return file, map


def at(minutes: float) -> datetime:
    return FIRST + timedelta(minutes=minutes)


def utc(minutes: float) -> datetime:
    return (at(minutes) - timedelta(hours=5, minutes=45)).replace(tzinfo=UTC)


@asynccontextmanager
async def center(tmp_path: Path, url: str, start: datetime, speed: float = 100_000) -> AsyncIterator[Center]:
    settings = Settings(pack=PACK, data=tmp_path / "data", database=url, mode="replay", speed=speed)
    async with open_center(settings, start=start) as opened:
        yield opened


async def states(opened: Center) -> dict[str, str]:
    page = await opened.cases.page(CaseQuery(limit=100), EVERYTHING)
    return {card.external or "": card.state for card in page.rows}


PLAYED = {
    "late": "closed", "first": "closed", "desk": "rejected", "sent": "rejected", "open": "dispatched", "words": "reported",
}  # fmt: skip


def test_the_clock_begins_at_the_first_record(tmp_path: Path) -> None:
    file, map = written(tmp_path)
    assert first_moment(file, map) == utc(0)
    file.write_text("id,when\n", encoding="utf-8")
    with pytest.raises(SourceError, match="no record"):
        first_moment(file, map)


async def test_records_are_reported_and_ended_at_their_own_times(tmp_path: Path, fresh_database: str) -> None:
    file, map = written(tmp_path)
    async with center(tmp_path, fresh_database, utc(-1)) as opened:
        figures = await replay_file(opened, file, map, stop=asyncio.Event())
        assert await states(opened) == PLAYED
        page = await opened.cases.page(CaseQuery(limit=100), EVERYTHING)
        times = {card.external: (card.reported_at, card.closed_at) for card in page.rows}
    assert times["first"] == (utc(0), utc(30))
    assert times["late"] == (utc(60), utc(90))
    assert times["sent"] == (utc(11), utc(21))
    assert times["open"] == (utc(12), None)
    assert (figures.reported, figures.ended, figures.left, figures.unfit) == (6, 4, 1, 1)


async def test_nothing_is_played_before_its_time_and_a_stop_ends_it(tmp_path: Path, fresh_database: str) -> None:
    file, map = written(tmp_path)
    stop = asyncio.Event()
    async with center(tmp_path, fresh_database, utc(12.5), speed=0.001) as opened:
        playing = asyncio.create_task(replay_file(opened, file, map, stop=stop))
        for _ in range(10_000):
            if len(await states(opened)) == 4:
                break
        stop.set()
        figures = await playing
        assert set(await states(opened)) == {"first", "desk", "sent", "open"}
    assert figures.reported == 4


async def test_a_second_run_plays_only_what_the_first_did_not(tmp_path: Path, fresh_database: str) -> None:
    file, map = written(tmp_path)
    async with center(tmp_path, fresh_database, utc(-1)) as opened:
        await replay_file(opened, file, map, stop=asyncio.Event())
        case = await opened.cases.exists("phone", "words")
        assert case is not None
        await act(opened.world, PLAYER, case, Act.NOTE, ActBody(note="seen by an officer"))
    async with center(tmp_path, fresh_database, utc(120)) as opened:
        figures = await replay_file(opened, file, map, stop=asyncio.Event())
        assert await states(opened) == PLAYED
    assert (figures.reported, figures.known, figures.ended) == (0, 6, 0)

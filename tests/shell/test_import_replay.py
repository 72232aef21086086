"""A file played at its own times on a center whose clock runs fast: reported, ended, taken up again."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from shell.old_records import map_text, write_rows
from template import PACK, point

from northbank.core.access import Scope
from northbank.core.moves import Act
from northbank.flows.act import ActBody, act
from northbank.pack.gcj02 import to_gcj02
from northbank.ports import CaseQuery
from northbank.shell.settings import Settings
from northbank.shell.sources.mapfile import read_map
from northbank.shell.sources.replay import PLAYER, ReplayFigures, replay_file
from northbank.shell.sources.rows import SourceError, Standing
from northbank.shell.sources.timeline import PAGE, Timeline
from northbank.wiring import Center, open_center

MAP = map_text(
    {"state": "state", "text": "words"},
    'reason = "reject.twice"\n[types]\n"waste" = "street.waste"\n"other" = "other"\n'
    '[states]\n"done" = "closed"\n"no" = "rejected"\n"open" = "open"\n',
)
NAMES = ("id", "when", "end", "state", "kind", "lon", "lat", "words")
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
    dated = ([id, at(when), at(end) if end is not None else "", *rest] for id, when, end, *rest in rows)
    return write_rows(file, NAMES, dated), map


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


async def play(opened: Center, file: Path, map: Path, stop: asyncio.Event | None = None) -> ReplayFigures:
    with closing(Timeline.of(file, map)) as timeline:
        return await replay_file(opened, timeline, read_map(map, opened.city), stop=stop or asyncio.Event())


def test_records_come_in_order_of_time_however_they_lie_in_the_file(tmp_path: Path) -> None:
    file, map = written(tmp_path)
    with closing(Timeline.of(file, map)) as timeline:
        assert timeline.first == utc(0)
        moments = [(one.at, one.ends, one.draft.external) for page in timeline.pages() for one in page]
    begins = {"first": 0, "desk": 10, "sent": 11, "open": 12, "words": 13, "far": 14, "late": 60}
    ends = {"desk": 20, "sent": 21, "first": 30, "words": 40, "late": 90}
    assert moments == sorted(
        [(utc(when), False, id) for id, when in begins.items()] + [(utc(when), True, id) for id, when in ends.items()]
    )


def test_of_the_same_moment_beginnings_come_first_and_then_the_order_of_the_file(tmp_path: Path) -> None:
    file, map = written(tmp_path)
    count = 3 * PAGE
    write_rows(file, NAMES, ([f"r{n}", at(0), at(0), "done", "waste", LON, LAT, ""] for n in range(count)))
    with closing(Timeline.of(file, map)) as timeline:
        moments = [(one.ends, one.draft.place) for page in timeline.pages() for one in page]
    assert moments == [(ends, n + 1) for ends in (False, True) for n in range(count)]


def test_points_of_another_datum_are_brought_to_ours(tmp_path: Path) -> None:
    file, map = written(tmp_path)
    map.write_text('datum = "gcj02"\n' + MAP, encoding="utf-8")
    lon, lat = to_gcj02(118.7, 32.1)
    write_rows(file, NAMES, [["r", at(0), "", "open", "waste", lon, lat, ""]])
    with closing(Timeline.of(file, map)) as timeline:
        ((moment,),) = timeline.pages()
    assert (moment.draft.lon, moment.draft.lat) == pytest.approx((118.7, 32.1), abs=1e-6)


def test_a_file_without_a_record_is_refused_and_reading_can_be_given_up(tmp_path: Path) -> None:
    file, map = written(tmp_path)
    with file.open("a", encoding="utf-8") as opened:
        opened.writelines(f"more{n},{at(n)},,open,waste,{LON},{LAT},\n" for n in range(1000))

    def give_up(standing: Standing) -> None:
        assert (standing.records, standing.rejected) == (1000, 1)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Timeline.of(file, map, give_up)
    file.write_text("id,when\n", encoding="utf-8")
    with pytest.raises(SourceError, match="no record"):
        Timeline.of(file, map)


async def test_records_are_reported_and_ended_at_their_own_times(tmp_path: Path, fresh_database: str) -> None:
    file, map = written(tmp_path)
    async with center(tmp_path, fresh_database, utc(-1)) as opened:
        figures = await play(opened, file, map)
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
        playing = asyncio.create_task(play(opened, file, map, stop))
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
        await play(opened, file, map)
        case = await opened.cases.exists("phone", "words")
        assert case is not None
        await act(opened.world, PLAYER, case, Act.NOTE, ActBody(note="seen by an officer"))
    async with center(tmp_path, fresh_database, utc(120)) as opened:
        figures = await play(opened, file, map)
        assert await states(opened) == PLAYED
    assert (figures.reported, figures.known, figures.ended) == (0, 6, 0)

"""Real requests of a city played at their own times: the wall shows at the end what an import of the same file gives.

Everything is read from ../shared/data at run time; nothing of it is kept.
"""

import asyncio
import gzip
import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec

from northbank.core.access import Scope
from northbank.core.picture import Picture, Tiles
from northbank.shell.settings import Settings
from northbank.shell.sources.importer import import_file
from northbank.shell.sources.mapfile import read_map
from northbank.shell.sources.replay import replay_file
from northbank.shell.sources.timeline import Timeline
from northbank.wiring import Center, open_center

PACK = Path(__file__).resolve().parents[2] / "packs" / "losangeles"
MAP = PACK / "maps" / "requests.toml"
EXTRACT = "requests_2018-12.csv.gz"
TAKEN = 1_200  # of the extract: each is up to seven commands
EVERYTHING = Scope(everything=True)
LONG_AFTERWARDS = datetime(2019, 12, 1, tzinfo=UTC)  # everything in the file has happened: nothing is waited for
EVENING = datetime(2019, 1, 1, 7, 59, tzinfo=UTC)  # when the last of it was reported
CASES = """
    select external, state, type, grid, town, owner, source, level, outcome, lon, lat, reported_at, closed_at, due_at,
      on_time, open
    from cases where {placed} order by external
"""
UNPLACED = (
    "lon is null"  # in the city but in no grid: an import closes them as the file says, at a desk they would wait
)


def part(extract: Path, target: Path) -> Path:
    """The first records of an extract, which lie in it newest first."""
    with gzip.open(extract, "rt", encoding="utf-8", newline="") as opened:
        target.write_text("".join(itertools.islice(opened, TAKEN + 1)), encoding="utf-8")
    return target


class Shown(msgspec.Struct):
    """What a center shows: every case with a place, the wall's figures of them, and how many without one are open."""

    cases: list[dict[str, object]]
    tiles: Tiles
    waiting: int


async def shown(center: Center) -> Shown:
    await center.tail.start()
    snapshot = await center.tail.snapshot(EVERYTHING)
    away = {str(row["id"]) for row in await center.pool.fetch(f"select id from cases where {UNPLACED}")}
    picture = Picture(ZoneInfo(center.city.timezone))
    picture.load(snapshot.position, [card for card in snapshot.cards if card.id not in away])
    rows = await center.pool.fetch(CASES.format(placed=f"not ({UNPLACED})"))
    waiting = await center.pool.fetchval(f"select count(*) from cases where open and {UNPLACED}")
    return Shown([dict(row) for row in rows], picture.tiles(EVENING), waiting)


@asynccontextmanager
async def center(data: Path, areas: Path, start: datetime) -> AsyncIterator[Center]:
    """Without the timer, whose marks depend on when it looks."""
    async with open_center(Settings(pack=PACK, data=data, areas=areas, mode="replay"), start=start, live=False) as one:
        yield one


async def test_what_was_played_is_what_an_import_takes_in(real_data: Path, tmp_path: Path) -> None:
    areas = real_data / "la_311"
    file = await asyncio.to_thread(part, areas / EXTRACT, tmp_path / "part.csv")
    async with center(tmp_path / "played", areas, LONG_AFTERWARDS) as opened:
        with closing(Timeline.of(file, MAP)) as timeline:
            figures = await replay_file(opened, timeline, read_map(MAP, opened.city), stop=asyncio.Event())
            again = await replay_file(opened, timeline, read_map(MAP, opened.city), stop=asyncio.Event())
    async with center(tmp_path / "taken", areas, LONG_AFTERWARDS) as opened:
        report = await import_file(opened, file, MAP, rejects=tmp_path / "rejects.csv", stop=asyncio.Event())
    async with center(tmp_path / "played", areas, EVENING) as opened:
        played = await shown(opened)
    async with center(tmp_path / "taken", areas, EVENING) as opened:
        taken = await shown(opened)
    assert (figures.reported, figures.unfit) == (report.figures.taken, report.figures.rejected)
    assert (again.reported, again.known, again.ended) == (0, figures.reported, 0)
    assert figures.left == played.waiting - taken.waiting
    assert len(played.cases) > 0.95 * TAKEN
    assert played.cases == taken.cases
    assert played.tiles == taken.tiles
    assert played.tiles.reported_today.count > TAKEN / 2

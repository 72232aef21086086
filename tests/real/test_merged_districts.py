"""Two real districts become one: what was reported before is seen as of its day under the names and codes of its day.

Jiangbei (500105) and Yubei (500112) became Liangjiang New Area (500157) on 2026-01-25, towns keeping their names under new
codes; five towns in the north went to Beibei. The match of all towns is read from ../shared/data at run time.
"""

import csv
import json
import shutil
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace
from shell.stored import Stored, store
from template import PACK

from northbank.core.access import Actor, Role, Scope
from northbank.core.city import City
from northbank.flows.report import NewReport, Where, report
from northbank.flows.see_cases import detail, page
from northbank.flows.see_past import wall_then
from northbank.pack.load import load
from northbank.ports import CaseQuery
from northbank.shell.clock import SteppedClock
from northbank.shell.store.embedded import Embedded
from northbank.shell.store.film import PgHistory
from northbank.shell.web.cityview import view_city

MATCH = "cn_divisions/jiangbei_yubei_beibei_to_liangjiang_name_match.csv"
DAY = date(2026, 1, 25)
BEFORE, AFTER = datetime(2026, 1, 23, 2, tzinfo=UTC), datetime(2026, 1, 27, 2, tzinfo=UTC)
OLD, NEW = ("500105", "500112"), "500157"
DUTY = Actor("duty", Role.DUTY_OFFICER, "center")
_COLUMNS = "code,level,parent,kind,name_zh,name_en,synthetic,valid_from,valid_to,successor,note"


@pytest.fixture(scope="module")
def towns(real_data: Path) -> list[dict[str, str]]:
    """Every town of the two old districts: code, name, where it went."""
    with (real_data / MATCH).open(encoding="utf-8") as opened:
        return [row for row in csv.DictReader(opened) if row["areaCode"] in OLD]


@pytest.fixture(scope="module")
def merged(towns: list[dict[str, str]], tmp_path_factory: pytest.TempPathFactory) -> City:
    """A pack of both districts: real towns and codes, one invented square of ground for each town that stayed."""
    folder = tmp_path_factory.mktemp("merged") / "pack"
    shutil.copytree(PACK, folder)
    for of_another_city in (
        "stories",
        "datasets",
        "bases",
        "indicators",
        "inventory",
        "links",
        "subjects",
        "vital_signs",
    ):
        shutil.rmtree(folder / of_another_city)
    areas, divisions, grids, shapes = [_COLUMNS, "TW,district,,,两区,Both,true,,,,"], [], [], []
    for n, town in enumerate(towns):
        code, gone = town["code"], town["county_code"][:6] != NEW
        areas.append(f"{code},town,TW,street,{town['name']},,false,,{DAY if gone else ''},,")
        divisions.append(f"{code},{code},,{DAY},")
        if gone:
            continue
        divisions.append(f"{code},{town['township_code'][:9]},{DAY},,")
        areas.append(f"{code}-C,community,{code},,{town['name']}社区,,true,,,,")
        grids.append(f"{code}-G,{code}-C,general,{town['name']}网格,,100,40,true")
        x, y = 106.5 + n % 8 * 0.01, 29.5 + n // 8 * 0.01
        ring = [[x, y], [x + 0.01, y], [x + 0.01, y + 0.01], [x, y + 0.01], [x, y]]
        shapes.append(json.dumps({"type": "Feature", "properties": {"code": f"{code}-G", "synthetic": True}, "geometry": {"type": "Polygon", "coordinates": [ring]}}))  # fmt: skip
    units = [
        "code,kind,area,boards,name_zh,name_en,duty_zh,duty_en,office,valid_from,valid_to",
        "center,center,,,指挥中心,,,,,,",
    ]
    units += [f"roads-{old},department,,streets,{old}市政局,,,,,,{DAY}" for old in OLD]
    units += [f"roads-{NEW},department,,streets,两江新区市政局,,,,,{DAY},"]
    rows = ["id,types,level,owner,may_refuse,escalate_to,support,auto,note_zh,note_en,place,time,attributes"]
    for old in OLD:
        mine = " ".join(town["code"] for town in towns if town["areaCode"] == old)
        rows.append(f"R-{old},*,*,roads-{old},true,@center,,true,,,{mine},,")
    rows.append(f"R-{NEW},*,*,roads-{NEW},true,@center,,true,,,,,")
    heads = {
        "divisions": "area,division,valid_from,valid_to,note",
        "grids": "code,parent,kind,name_zh,name_en,population,households,synthetic",
    }
    for table, lines in (
        ("areas", areas), ("divisions", [heads["divisions"], *divisions]), ("grids", [heads["grids"], *grids]),
        ("units", units), ("routing", rows),
    ):  # fmt: skip
        (folder / f"{table}.csv").write_text("\n".join(lines) + "\n", "utf-8")
    (folder / "grids.geojson").write_text(
        '{"type":"FeatureCollection","features":[' + ",\n".join(shapes) + "]}", "utf-8"
    )
    (folder / "outline.geojson").unlink()
    text = (folder / "pack.toml").read_text("utf-8")
    text = text[: text.index("[expect]")].replace("Asia/Kathmandu", "Asia/Shanghai")
    (folder / "pack.toml").write_text(text, "utf-8")
    limits = (folder / "limits.csv").read_text("utf-8")
    (folder / "limits.csv").write_text(limits.replace("@owner", ""), "utf-8")
    return load(folder)


async def reported(one: Stored, town: str) -> str:
    lon, lat = one.world.city.places.center(f"{town}-G")
    return (await report(one.world, DUTY, NewReport(type="street.pothole", place=Where(lon, lat)))).id


async def test_every_town_is_seen_under_the_code_and_the_office_of_its_day(
    tmp_path: Path, merged: City, towns: list[dict[str, str]]
) -> None:
    stayed = [town for town in towns if town["county_code"][:6] == NEW]
    assert (len(towns), len(stayed)) == (42, 37)
    with Embedded.start(tmp_path / "data") as server:
        async with store(server.dsn, clock=SteppedClock(BEFORE)) as one:
            one.world = replace(one.world, city=merged, history=PgHistory(one.pool, ZoneInfo(merged.timezone)))
            before = {town["code"]: await reported(one, town["code"]) for town in stayed}
            last = await one.journal.position()
            old_list = (await page(one.world, DUTY, CaseQuery(limit=500))).rows
            one.clock.advance(AFTER - BEFORE)
            after = {town["code"]: await reported(one, town["code"]) for town in stayed}
            for town in stayed:
                code = town["code"]
                was = await detail(one.world, DUTY, before[code], as_of=BEFORE.isoformat())
                assert was.past is not None
                assert was.case.owner == f"roads-{town['areaCode']}"
                assert [(p.name.zh, p.division) for p in was.past.places if p.code == code] == [(town["name"], code)]
                now = await detail(one.world, DUTY, after[code], as_of=str(await one.journal.position()))
                assert now.past is not None
                assert now.case.owner == f"roads-{NEW}"
                assert [p.division for p in now.past.places if p.code == code] == [town["township_code"][:9]]
            assert (await page(one.world, DUTY, CaseQuery(limit=500, as_of=str(last)))).rows == old_list
            wall = await wall_then(one.world, Scope(everything=True), (BEFORE + timedelta(days=1)).isoformat())
            assert wall.tiles.open.count == len(stayed)
            assert {card.owner for card in wall.cards} == {f"roads-{old}" for old in OLD}
            for day, count, offices in ((DAY - timedelta(days=1), 42, OLD), (DAY, 37, (NEW,))):
                shown = view_city(merged, day)
                assert len(shown.areas) == count
                assert {unit.code for unit in shown.units} == {"center", *(f"roads-{one}" for one in offices)}
            await one.check()


def test_no_code_is_borne_by_two_towns_on_a_day(merged: City, towns: list[dict[str, str]]) -> None:
    codes = {
        (town["code"], day): merged.division(town["code"], day)
        for town in towns
        for day in (DAY - timedelta(days=1), DAY)
    }
    assert len({code for (_, day), code in codes.items() if day < DAY}) == len(towns)
    assert sum(code is None for (_, day), code in codes.items() if day == DAY) == 5, (
        "those that went to another district"
    )

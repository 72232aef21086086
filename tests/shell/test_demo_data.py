"""What the demonstration invents is of one district: the same people in every register, at homes where cases are reported, born up to lately."""

import csv
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from northbank.core.city import City
from northbank.pack.load import load
from northbank.shell.sources.data_days import STOCK_ROWS, Planned, delivered, faulty_ones, late_one, plan, spoiled_one
from northbank.verbs.demo_data import Inventor, doors

NOW = datetime(2026, 11, 28, 4, 30, tzinfo=UTC)
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def jiangbei() -> City:
    return load(ROOT / "packs" / "jiangbei")


async def rows(city: City, code: str, root: Path, n: int = 1) -> list[dict[str, str]]:
    """An invented file as its sender would read it, without what is dirty about it."""
    dataset, folder = city.datasets[code], root / f"{code}{n}"
    await Inventor(city)(Planned(dataset, n, NOW, STOCK_ROWS), folder)
    with next(folder.glob("*.csv")).open(encoding="utf-8", newline="") as file:
        names = [one.code for one in dataset.columns]
        return [
            {name: cell.strip().removesuffix(",一楼") for name, cell in zip(names, line, strict=False)}
            for line in list(csv.reader(file))[1:]
            if len(line) == len(names)
        ]


async def test_people_live_where_titles_are_and_are_the_same_everywhere(jiangbei: City, tmp_path: Path) -> None:
    people = await rows(jiangbei, "residents", tmp_path)
    later = {one["id_no"]: one for one in await rows(jiangbei, "residents", tmp_path, 2)}
    leases = await rows(jiangbei, "leases", tmp_path)
    titles = await rows(jiangbei, "property_titles", tmp_path)
    homes = {one["address"] for one in titles}
    assert sum(one["address"] in homes for one in people) > 0.9 * len(people)
    same = [(one, later[one["id_no"]]) for one in people if one["id_no"] in later]
    assert sum(one["name"] == other["name"] for one, other in same) > 0.85 * len(same) > 400
    assert sum(not one["moved_out"] for one in people) > 0.7 * len(people)
    assert len([one for one in people if one["born"].replace("/", "-") > "2019"]) > 20
    here = {(one["name"], one["phone"]): one["id_no"].upper() for one in people if one["phone"]}
    tenants = [(one["tenant"].upper(), here.get((one["tenant_name"], one["phone"]))) for one in leases]
    assert sum(id_no == known for id_no, known in tenants) > 0.5 * len(leases)
    assert 10 < sum(known not in (None, id_no) for id_no, known in tenants) < 80, "pairs for a clerk"
    grids = {one.code for one in doors(jiangbei)}
    points = [(float(one["lon"]), float(one["lat"])) for one in titles[20:60] if "-" not in (one["lon"], one["lat"])]
    assert {jiangbei.places.find(*point) for point in points} <= grids


def test_two_providers_are_asked_to_correct_a_batch(jiangbei: City) -> None:
    sets = {one.code: one for one in delivered(jiangbei.datasets)}
    faulty = faulty_ones(sets)
    assert len(faulty) == 2
    assert not faulty & {late_one(sets), spoiled_one(sets)}
    batches = plan(jiangbei.datasets, NOW)
    for code in sets:
        mine = [one for one in batches if one.dataset.code == code]
        ticket = sets[code].ticket
        assert ticket is not None
        bad = [-(-(one.rows - 7) // one.period) * 100 / one.rows for one in mine]
        assert [share > ticket.share for share in bad] == [False] * (len(mine) - 1) + [code in faulty]
        assert max(bad) <= sets[code].bad_share
        assert all(one.made <= NOW + timedelta(minutes=1) for one in mine)

"""Every pack of the checkout: no fault, every story comes true, stable versions, the facts it stands for."""

from datetime import date
from pathlib import Path

import pytest

from northbank.core.city import City
from northbank.pack.check import check
from northbank.pack.demo import load_demo
from northbank.pack.files import read_files
from northbank.pack.load import PackFaults, load
from northbank.pack.stories import story_faults

PACKS = Path(__file__).resolve().parents[2] / "packs"
NAMES = sorted(path.name for path in PACKS.iterdir() if (path / "pack.toml").is_file())
STORIES = [(name, path.stem) for name in NAMES for path in sorted((PACKS / name / "stories").glob("*.toml"))]
DAY = date(2025, 6, 1)


@pytest.fixture(scope="session")
def cities(brought: Path) -> dict[str, City]:
    """All packs, loaded; councils get invented shapes."""
    return {name: load(PACKS / name, brought if name == "losangeles" else None) for name in NAMES}


@pytest.mark.parametrize("name", NAMES)
def test_a_pack_has_no_fault(name: str, brought: Path) -> None:
    assert check(PACKS / name, brought if name == "losangeles" else None) == []


@pytest.mark.parametrize(("name", "story"), STORIES)
def test_a_story_comes_true(name: str, story: str, cities: dict[str, City]) -> None:
    told = [one for one in read_files(PACKS / name).stories if one.file == f"stories/{story}.toml"]
    assert len(told) == 1
    assert list(story_faults(cities[name], told)) == []


@pytest.mark.parametrize("name", NAMES)
def test_every_pack_tells_stories(name: str) -> None:
    assert len([one for one in STORIES if one[0] == name]) >= 5


@pytest.mark.parametrize("name", NAMES)
def test_a_version_is_of_the_bytes(name: str, cities: dict[str, City], brought: Path) -> None:
    again = load(PACKS / name, brought if name == "losangeles" else None)
    assert again.version == cities[name].version
    assert len(again.version) == 16


@pytest.mark.parametrize("name", NAMES)
def test_everything_has_its_place_in_the_tree(name: str, cities: dict[str, City]) -> None:
    city = cities[name]
    for area in city.areas.values():
        if area.level == "grid" and area.valid_to is None:
            assert city.above(area.code, "town") is not None
            assert city.above(area.code, "district") == city.district
            assert area.code in city.places.shapes
            assert city.places.find(*city.places.center(area.code)) == area.code


@pytest.mark.parametrize("name", NAMES)
def test_what_is_a_default_says_so(name: str, cities: dict[str, City]) -> None:
    for limit in cities[name].limits:
        assert limit.standing == "U" or limit.source
    assert cities[name].notes


def test_jiangbei_counts_as_the_article_says(cities: dict[str, City]) -> None:
    city = cities["jiangbei"]
    live = [area for area in city.areas.values() if area.valid_to is None or area.valid_to > DAY]
    towns = [area for area in live if area.level == "town"]
    assert sorted(area.kind for area in towns) == ["street"] * 9 + ["town"] * 3
    below = [area for area in live if area.level == "community"]
    assert sorted(area.kind for area in below) == ["community"] * 113 + ["village"] * 13
    grids = [area for area in live if area.level == "grid"]
    assert len(grids) == 1379
    assert all(area.synthetic for area in grids)
    assert sum(area.population or 0 for area in grids) == 940_000 == city.areas[city.district].population
    assert [board.level for board in city.boards.values()] == ["district"] * 8 + ["town"] * 4
    assert len([unit for unit in city.units.values() if unit.kind == "town_center"]) == 12


def test_jiangbei_grids_hold_300_to_500_households_where_the_numbers_allow(cities: dict[str, City]) -> None:
    grids = [area for area in cities["jiangbei"].areas.values() if area.level == "grid"]
    ordinary = [area.households or 0 for area in grids if area.kind == "general"]
    assert sum(300 <= number <= 500 for number in ordinary) / len(ordinary) > 0.98
    assert {area.kind for area in grids} == {"general", "dedicated"}
    assert all(area.households == 0 for area in grids if area.kind == "dedicated")


def test_jiangbei_knows_the_codes_before_and_after_the_merger(cities: dict[str, City]) -> None:
    city = cities["jiangbei"]
    assert city.division("500105006", date(2026, 1, 24)) == "500105006"
    assert city.division("500105006", date(2026, 1, 25)) == "500157019"
    assert city.division("500105", date(2023, 1, 1)) == "500105"
    assert city.areas["500105006"].division == "500157019"
    towns = [area.code for area in city.areas.values() if area.level == "town"]
    assert (
        len({city.division(code, DAY) for code in towns})
        == len({city.division(code, date.max) for code in towns})
        == 12
    )


def test_jiangbei_catalog_has_the_national_codes(cities: dict[str, City]) -> None:
    types = cities["jiangbei"].types
    national = {kind.gb for kind in types.values() if kind.gb}
    assert national == (
        {f"01{n:02d}" for n in [*range(1, 19), 99]} | {f"02{n:02d}" for n in range(1, 6)}
        | {f"03{n:02d}" for n in [*range(1, 6), 99]} | {f"04{n:02d}" for n in [*range(1, 10), 99]}
        | {f"05{n:02d}" for n in [*range(1, 14), 99]}
    )  # fmt: skip
    own = [kind for kind in types.values() if kind.gb is None]
    assert len(own) >= 12
    assert all(kind.standing == "U" and kind.klass == "21" for kind in own)
    assert all(kind.name.zh and kind.name.en and kind.keywords for kind in types.values())


def test_los_angeles_without_shapes_says_what_to_bring(packs: Path, tmp_path: Path) -> None:
    with pytest.raises(PackFaults) as caught:
        load(packs / "losangeles", tmp_path)
    (fault,) = caught.value.faults
    assert (fault.file, fault.line > 1) == ("pack.toml", True)
    assert "areas/neighborhood_councils.geojson" in fault.found
    assert "open data" in fault.allowed
    assert "--areas" in fault.allowed


def test_los_angeles_is_unlike(cities: dict[str, City]) -> None:
    city = cities["losangeles"]
    levels = {area.level for area in city.areas.values()}
    assert levels == {"district", "town", "grid"}
    assert city.areas["NC47"].parent == "LA-R8"
    assert city.areas["NC47"].name.en == "INVENTED 47 NC"
    assert city.languages[0] == "en"
    assert not any(route.owner == "@town" for route in city.routes)
    assert city.calendar.years == frozenset(range(2017, 2029))


def test_the_version_counts_shapes_from_outside(packs: Path, brought: Path, tmp_path: Path) -> None:
    text = (brought / "neighborhood_councils.geojson").read_text(encoding="utf-8")
    (tmp_path / "neighborhood_councils.geojson").write_text(text.replace("INVENTED 47", "OTHER 47"), encoding="utf-8")
    assert load(packs / "losangeles", brought).version != load(packs / "losangeles", tmp_path).version


@pytest.mark.parametrize("name", NAMES)
def test_a_demonstration_has_accounts_for_every_screen(name: str) -> None:
    demo = load_demo(PACKS / name)
    assert {"admin", "duty_officer", "leader", "wall", "unit_officer", "intake"} <= {one.role for one in demo.accounts}
    assert len(demo.day.hours) == 24
    assert "password" not in (PACKS / name / "demo.toml").read_text("utf-8").replace("passwords are made", "")


def test_a_pack_without_a_demonstration_says_so(tmp_path: Path) -> None:
    with pytest.raises(PackFaults, match=r"demo\.toml:1"):
        load_demo(tmp_path)

"""Real shapes and real requests: councils agree with the city's own codes, divisions with the official tables.

Everything is read from ../shared/data at run time; nothing of it is kept.
"""

import csv
import gzip
import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
import shapely

from northbank.core.city import City
from northbank.pack.check import check
from northbank.pack.load import load

PACKS = Path(__file__).resolve().parents[2] / "packs"


@pytest.fixture(scope="module")
def councils(real_data: Path) -> Path:
    """The folder that an operator would give with --areas."""
    return real_data / "la_311"


@pytest.fixture(scope="module")
def city(councils: Path) -> City:
    """The pack with its real shapes."""
    return load(PACKS / "losangeles", councils)


def requests(councils: Path) -> Iterator[tuple[float, float, str]]:
    """Longitude, latitude and the city's own council code of each request that has both."""
    with gzip.open(councils / "requests_2018-12.csv.gz", "rt", encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            if row["NC"] and row["Latitude"]:
                yield float(row["Longitude"]), float(row["Latitude"]), row["NC"]


def test_the_pack_has_no_fault_with_the_real_shapes(councils: Path) -> None:
    assert check(PACKS / "losangeles", councils) == []


def test_councils_agree_with_the_codes_of_the_city(city: City, councils: Path) -> None:
    """The data set's README counts a point as agreeing when any council that holds it is the city's own: 9,672."""
    rows = list(requests(councils))
    assert len(rows) == 9863
    found = city.places.find_many([row[0] for row in rows], [row[1] for row in rows])
    agree = sum(code == f"NC{row[2]}" for code, row in zip(found, rows, strict=True))
    assert found.count(None) == 44
    assert agree == 9670  # where two councils overlap, the ground goes to the first: two requests fewer


def test_with_overlaps_kept_the_agreement_is_that_of_the_readme(councils: Path) -> None:
    with gzip.open(councils / "neighborhood_councils.geojson.gz", "rb") as stream:
        features = json.load(stream)["features"]
    shapes = [shapely.geometry.shape(feature["geometry"]) for feature in features]
    codes = [feature["properties"]["nc_id"] for feature in features]
    rows = list(requests(councils))
    point, shape = shapely.STRtree(shapes).query(shapely.points([row[:2] for row in rows]), predicate="intersects")
    hits = {int(p) for p, s in zip(point, shape, strict=True) if codes[s] == rows[p][2]}
    assert round(len(hits) / len(rows) * 100, 2) == 98.06


def test_points_in_no_council_may_still_lie_in_the_city(city: City, councils: Path) -> None:
    lost = [(x, y) for x, y, _ in requests(councils) if city.places.find(x, y) is None]
    inside = [point for point in lost if city.places.inside(*point)]
    assert 0 < len(inside) < len(lost)
    assert not city.places.inside(34.05, -118.24)
    assert city.places.swapped(34.05, -118.24)


def test_the_regions_are_those_of_the_reference_table(city: City, councils: Path) -> None:
    with (councils / "ref_councils.csv").open(encoding="utf-8", newline="") as lines:
        table = {
            f"NC{row['data_code']}": f"LA-R{row['region_id']}"
            for row in csv.DictReader(lines)
            if row["region_id"] != "0"
        }
    ours = {area.code: area.parent for area in city.areas.values() if area.level == "grid"}
    assert ours == table


def test_types_agencies_and_channels_are_those_of_the_reference_tables(city: City, councils: Path) -> None:
    def column(file: str, name: str) -> set[str]:
        with (councils / file).open(encoding="utf-8", newline="") as lines:
            return {row[name] for row in csv.DictReader(lines)}

    assert column("ref_types.csv", "data_code") == {kind.name.en for kind in city.types.values()}
    assert column("ref_agencies.csv", "data_code") == set(city.units) - {city.center}
    assert column("ref_sources.csv", "source_name") == {source.name.en for source in city.sources.values()}


def test_divisions_are_those_of_the_official_tables(real_data: Path) -> None:
    home = load(PACKS / "jiangbei")
    with (real_data / "cn_divisions" / "jiangbei_yubei_beibei_to_liangjiang_name_match.csv").open(
        encoding="utf-8"
    ) as lines:
        rows = [row for row in csv.DictReader(lines) if row["areaCode"] == home.district]
    assert len(rows) == 12
    for row in rows:
        assert home.areas[row["code"]].name.zh == row["name"]
        assert home.division(row["code"], date(2025, 1, 1)) == row["code"]
        assert home.division(row["code"], date(2026, 3, 1)) == row["township_code"][:9]
    with gzip.open(real_data / "cn_divisions" / "chongqing_villages_nbs.csv.gz", "rt", encoding="utf-8") as lines:
        official = {row["code"] for row in csv.DictReader(lines) if row["areaCode"] == home.district}
    assert {area.code for area in home.areas.values() if area.level == "community"} == official


def test_the_drawn_outline_resembles_the_district_and_is_not_a_copy(real_data: Path) -> None:
    data = json.loads((real_data / "cq_boundaries" / "chongqing_districts.geojson").read_text(encoding="utf-8"))
    real = next(
        shapely.geometry.shape(f["geometry"]) for f in data["features"] if f["properties"]["gb"].endswith("500105")
    )
    drawn = load(PACKS / "jiangbei").places.outline
    shared = shapely.intersection(real, drawn).area / shapely.union(real, drawn).area
    assert 0.25 < shared < 0.9
    corners = {tuple(point) for point in shapely.get_coordinates(real).round(3)}
    ours = {tuple(point) for point in shapely.get_coordinates(drawn).round(3)}
    assert len(corners & ours) / len(corners) < 0.2

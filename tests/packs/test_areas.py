"""Shapes that an operator brings: they replace the shipped ones, GCJ-02 is shifted back, faults are named."""

import gzip
import json
from collections.abc import Callable
from pathlib import Path

import pytest
import shapely

from northbank.pack.areas import areas_from_geojson, take_areas
from northbank.pack.check import check
from northbank.pack.gcj02 import to_gcj02
from northbank.pack.load import PackFaults, load
from northbank.pack.spec import Geometry, Properties

Edit = Callable[[str, str, str], None]
READ = Properties(code="id", name_zh="mc", name_en="name", parent="up", parents={"East": "TW-O1"})


def square(west: float, south: float, side: float = 0.01) -> list[list[float]]:
    east, north = west + side, south + side
    return [[west, south], [east, south], [east, north], [west, north], [west, south]]


def collection(*features: tuple[dict[str, object], list[list[float]]]) -> bytes:
    parts = [
        {"type": "Feature", "properties": values, "geometry": {"type": "Polygon", "coordinates": [ring]}}
        for values, ring in features
    ]
    return json.dumps({"type": "FeatureCollection", "features": parts}).encode()


def test_a_file_in_areas_replaces_the_shipped_one(copy: Path) -> None:
    before = load(copy)
    text = (copy / "grids.geojson").read_text(encoding="utf-8")
    (copy / "areas").mkdir()
    (copy / "areas" / "grids.geojson").write_text(text.replace("85.31,", "85.312,"), encoding="utf-8")
    after = load(copy)
    assert before.places.find(85.311, -5.135) == "TW-H2-G2"
    assert after.places.find(85.311, -5.135) == "TW-H1-G1"
    assert before.version != after.version


def test_a_folder_beside_the_pack_comes_first(copy: Path, tmp_path: Path) -> None:
    folder = tmp_path / "brought"
    folder.mkdir()
    text = (copy / "grids.geojson").read_text(encoding="utf-8").replace("85.31,", "85.312,")
    (folder / "grids.geojson.gz").write_bytes(gzip.compress(text.encode()))
    assert load(copy, folder).places.find(85.311, -5.135) == "TW-H1-G1"
    assert load(copy).places.find(85.311, -5.135) == "TW-H2-G2"
    (folder / "grids.geojson.gz").write_bytes(b"\x1f\x8b broken")
    assert "unreadable" in check(copy, folder)[0].found


def test_shifted_shapes_are_shifted_back_and_it_is_noted(copy: Path, edit: Edit) -> None:
    edit("pack.toml", 'coordinates = "wgs84"', 'coordinates = "gcj02"')
    assert not any("GCJ-02" in note.en for note in load(copy).notes), "shipped shapes are WGS84"
    (copy / "areas").mkdir()
    for file in ("grids.geojson", "outline.geojson"):
        data = json.loads((copy / file).read_text(encoding="utf-8"))
        for feature in data["features"]:
            rings = feature["geometry"]["coordinates"]
            feature["geometry"]["coordinates"] = [[to_gcj02(x + 20, y + 35) for x, y in ring] for ring in rings]
        (copy / "areas" / file).write_text(json.dumps(data), encoding="utf-8")
    city = load(copy)
    wanted = shapely.box(105.30, 29.86, 105.31, 29.87)
    assert shapely.hausdorff_distance(city.places.shapes["TW-H1-G1"], wanted) < 1e-6
    assert any("GCJ-02" in note.en for note in city.notes)
    assert not any(fault.file.endswith(".geojson") for fault in check(copy))


def test_an_operator_takes_real_shapes_into_the_pack(copy: Path, tmp_path: Path, edit: Edit) -> None:
    real = [
        (
            {"code": f"R{n}", "parent": "TW-O1", "name_zh": f"真{n}"},
            [list(to_gcj02(*p)) for p in square(106.5 + n * 0.01, 29.5)],
        )
        for n in range(3)
    ]
    (tmp_path / "real.geojson").write_bytes(collection(*real))
    (copy / "outline.geojson").unlink()
    for file in (copy / "stories").glob("*.toml"):
        file.unlink()
    (copy / "demo.toml").unlink()
    edit("pack.toml", "grids = 24\npopulation = 12000", "grids = 3")
    edit("routing.csv", "TW-H,,indoors=no", ",,indoors=no")
    assert take_areas(copy, tmp_path / "real.geojson", "gcj02") == 3
    assert check(copy) == []
    city = load(copy)
    assert city.places.find(106.505, 29.505) == "R0"
    assert not city.areas["R0"].synthetic
    assert city.above("R0", "town") == "TW-O"


def test_real_shapes_become_files_of_a_pack(tmp_path: Path) -> None:
    source = tmp_path / "real.geojson"
    source.write_bytes(collection(
        ({"id": "B", "mc": "乙", "up": "East"}, square(106.51, 29.5)), ({"id": "A", "name": "A", "up": "East"}, square(106.5, 29.5)),
    ))  # fmt: skip
    geojson, table = areas_from_geojson(source, Geometry(coordinates="gcj02", properties=READ), "MAP")
    assert table.decode().splitlines() == [
        "code,parent,kind,name_zh,name_en,synthetic,source", "A,TW-O1,general,,A,false,MAP", "B,TW-O1,general,乙,,false,MAP",
    ]  # fmt: skip
    first = json.loads(geojson)["features"][0]
    assert first["properties"] == {"code": "A"}
    lon, lat = first["geometry"]["coordinates"][0][0]
    assert abs(to_gcj02(lon, lat)[0] - 106.5) < 0.011
    assert (lon, lat) != (106.5, 29.5)


def test_broken_real_shapes_are_named_all_at_once(tmp_path: Path) -> None:
    source = tmp_path / "real.geojson"
    source.write_bytes(collection(
        ({"id": "A", "mc": "甲", "up": "East"}, square(106.5, 29.5)[:3]),
        ({"mc": "乙", "up": "East"}, square(106.5, 29.5)),
        ({"id": "C", "mc": "丙", "up": "West"}, square(106.5, 29.5)),
        ({"id": "D", "up": "East"}, square(106.5, 29.5)),
        ({"id": "E", "mc": "戊", "up": "East"}, square(29.5, 106.5)),
    ))  # fmt: skip
    with pytest.raises(PackFaults) as caught:
        areas_from_geojson(source, Geometry(properties=READ))
    text = str(caught.value)
    for words in (
        "feature 1:",
        "feature 2 without property 'id'",
        "feature 3: up 'West'",
        "feature 4 without its name",
        "feature 5:",
    ):
        assert words in text, text


def test_ground_that_two_claim_goes_to_the_first(brought: Path, packs: Path, tmp_path: Path) -> None:
    data = json.loads((brought / "neighborhood_councils.geojson").read_text(encoding="utf-8"))
    ring = data["features"][1]["geometry"]["coordinates"][0][0]
    for point in ring:
        point[0] -= 0.004  # the second council now reaches into the first
    (tmp_path / "neighborhood_councils.geojson").write_text(json.dumps(data), encoding="utf-8")
    places = load(packs / "losangeles", tmp_path).places
    first, second = (f"NC{data['features'][i]['properties']['nc_id']}" for i in (0, 1))
    assert places.find(-118.492, 34.005) == first
    assert places.find(-118.488, 34.005) == second
    assert shapely.intersection(places.shapes[first], places.shapes[second]).area == 0


def test_councils_of_an_unknown_region_are_faults(brought: Path, packs: Path, tmp_path: Path) -> None:
    text = (brought / "neighborhood_councils.geojson").read_text(encoding="utf-8")
    (tmp_path / "neighborhood_councils.geojson").write_text(
        text.replace("REGION 8 - NORTH EAST LA", "REGION 13"), encoding="utf-8"
    )
    faults = check(packs / "losangeles", tmp_path)
    assert any("service_re 'REGION 13'" in fault.found for fault in faults)

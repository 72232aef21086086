"""The grid generator: same seed, same bytes; whole, valid, shared borders; people that add up; all of it synthetic."""

import json
import math
import shutil
from pathlib import Path

import numpy as np
import pytest
import shapely

from northbank.pack.chance import Chance, share_out
from northbank.pack.check import check
from northbank.pack.generate import chinese, generate_grids
from northbank.pack.load import PackFaults, load

PLAN = """
grids = 60
people_per_household = 2.5
households = [150, 400]
scattered = ["village"]
ring = [[85.30, -5.14], [85.33, -5.145], [85.36, -5.14], [85.352, -5.12], [85.36, -5.10], [85.33, -5.108], [85.30, -5.10],
  [85.308, -5.12], [85.30, -5.14]]

[[towns]]
code = "TW-H"
middle = [85.312, -5.12]
people = 14000
reach = 1.0

[[towns]]
code = "TW-O"
middle = [85.33, -5.122]
people = 14000
reach = 1.0

[[towns]]
code = "TW-U"
middle = [85.346, -5.121]
people = 2000
reach = 2.0

[[dedicated]]
name = { zh = "医院", en = "hospital" }
[dedicated.towns]
TW-H = 2
TW-O = 1
"""


@pytest.fixture
def plan(copy: Path) -> Path:
    """The template with a plan to generate from."""
    (copy / "generate.toml").write_text(PLAN, encoding="utf-8")
    text = (copy / "pack.toml").read_text(encoding="utf-8")
    text = text.replace("grids = 24", "grids = 60").replace("population = 12000", "population = 30000")
    (copy / "pack.toml").write_text(text, encoding="utf-8")
    (copy / "demo.toml").unlink()
    for story in (copy / "stories").glob("*.toml"):  # they tell of the shapes that are replaced
        story.unlink()
    return copy


def written(folder: Path) -> dict[str, bytes]:
    return {name: (folder / name).read_bytes() for name in ("grids.csv", "grids.geojson", "outline.geojson")}


def test_the_same_seed_gives_the_same_bytes(plan: Path) -> None:
    generate_grids(plan, 5)
    first = written(plan)
    generate_grids(plan, 5)
    assert written(plan) == first
    generate_grids(plan, 6)
    assert written(plan)["grids.geojson"] != first["grids.geojson"]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_what_is_generated_passes_every_check(plan: Path, seed: int) -> None:
    generate_grids(plan, seed)
    assert check(plan) == []
    city = load(plan)
    shapes = np.array(list(city.places.shapes.values()), dtype=object)
    assert len(shapes) == 60
    assert set(shapely.get_type_id(shapes)) == {3}
    assert shapely.is_valid(shapes).all()
    assert shapely.coverage_is_valid(shapes)
    assert shapely.equals(shapely.coverage_union_all(shapes), city.places.outline)


def test_all_of_it_is_flagged_synthetic(plan: Path) -> None:
    generate_grids(plan, 1)
    for file in ("grids.geojson", "outline.geojson"):
        features = json.loads((plan / file).read_text(encoding="utf-8"))["features"]
        assert features
        assert all(feature["properties"]["synthetic"] is True for feature in features)
    assert all(area.synthetic for area in load(plan).areas.values() if area.level == "grid")


def test_people_add_up_and_dedicated_grids_hold_none(plan: Path) -> None:
    generate_grids(plan, 1)
    city = load(plan)
    grids = [area for area in city.areas.values() if area.level == "grid"]
    assert sum(area.population or 0 for area in grids) == 30_000
    towns = {code: city.areas[code].population for code in ("TW-H", "TW-O", "TW-U")}
    assert towns == {"TW-H": 14_000, "TW-O": 14_000, "TW-U": 2_000}
    special = [area for area in grids if area.kind == "dedicated"]
    assert len(special) == 3
    assert all(area.population == 0 and "医院专属网格" in area.name.zh for area in special)
    assert all(150 <= (area.households or 0) <= 400 for area in grids if area.kind == "general")


def test_every_number_in_the_file_is_rounded(plan: Path) -> None:
    generate_grids(plan, 1)
    for feature in json.loads((plan / "grids.geojson").read_text(encoding="utf-8"))["features"]:
        for x, y in feature["geometry"]["coordinates"][0]:
            assert math.isclose(x, round(x, 5), abs_tol=1e-12)
            assert math.isclose(y, round(y, 5), abs_tol=1e-12)


def test_the_shipped_grids_are_what_the_command_makes(packs: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(packs / "jiangbei", tmp_path / "again"))
    steps: list[tuple[str, int, int]] = []
    generate_grids(folder, 1361, lambda *step: steps.append(step))
    before, after = load(packs / "jiangbei"), load(folder)
    assert (folder / "grids.csv").read_bytes() == (packs / "jiangbei" / "grids.csv").read_bytes()
    for code, shape in before.places.shapes.items():  # another version of the geometry library may differ by a digit
        assert shapely.hausdorff_distance(shape, after.places.shapes[code]) < 0.0001
    assert (folder / "grids.geojson").stat().st_size < 900_000
    assert [done for _, done, _ in steps] == sorted(done for _, done, _ in steps)
    assert steps[-1][1] == steps[-1][2]


def test_a_long_thin_district_with_dense_and_empty_parts_is_whole(packs: Path) -> None:
    city = load(packs / "jiangbei")
    shapes = list(city.places.shapes.values())
    assert shapely.coverage_is_valid(shapes)
    for town in [area.code for area in city.areas.values() if area.level == "town"]:
        own = [shape for code, shape in city.places.shapes.items() if city.above(code, "town") == town]
        assert shapely.coverage_union_all(own).geom_type == "Polygon"
    km2 = sum(shape.area for shape in shapes) * 111.32 * math.cos(math.radians(29.62)) * 110.85
    assert 220 * 0.97 <= km2 <= 220 * 1.03
    upper = min(city.places.shapes, key=lambda code: city.places.shapes[code].area)
    lower = max(city.places.shapes, key=lambda code: city.places.shapes[code].area)
    assert city.places.center(upper)[0] < 106.64 < city.places.center(lower)[0]


@pytest.mark.parametrize(
    ("old", "new", "line", "found"),
    [
        ('code = "TW-U"', 'code = "TW-X"', 22, "town 'TW-X'"),
        ("TW-O = 1", "TW-F = 1", 31, "town 'TW-F'"),
        ("[85.30, -5.14], [85.33", "[85.36, -5.10], [85.33", 6, "Self-intersection"),
        ("grids = 60", "grids = 0", 2, "grids = 0"),
        ("reach = 2.0", "reach = -1", 25, "reach = -1"),
    ],
)
def test_a_bad_plan_is_refused(plan: Path, old: str, new: str, line: int, found: str) -> None:
    file = plan / "generate.toml"
    file.write_text(file.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    before = written(plan)
    with pytest.raises(PackFaults) as caught:
        generate_grids(plan, 1)
    assert any(fault.line == line and found in fault.found for fault in caught.value.faults), caught.value.faults
    assert written(plan) == before


def test_without_a_plan_it_says_so(copy: Path) -> None:
    with pytest.raises(PackFaults) as caught:
        generate_grids(copy, 1)
    assert caught.value.faults[0].file == "generate.toml"


def test_sharing_out_is_exact() -> None:
    chance = Chance(1, "share")
    for _ in range(200):
        weights = [chance.draw() for _ in range(1 + int(chance.draw() * 20))]
        total = len(weights) + int(chance.draw() * 1000)
        parts = share_out(total, weights, least=1)
        assert sum(parts) == total
        assert min(parts) >= 1
    assert share_out(10, [1, 1, 2]) == [3, 2, 5]
    with pytest.raises(ValueError, match="cannot be shared"):
        share_out(1, [1, 1], least=1)


def test_chance_is_even_and_the_same_everywhere() -> None:
    draws = [Chance(7, "a").draw(), Chance(7, "b").draw(), Chance(8, "a").draw()]
    assert len(set(draws)) == 3
    stream = Chance(1361)
    values = [stream.draw() for _ in range(20_000)]
    assert all(0 <= value < 1 for value in values)
    assert abs(sum(values) / len(values) - 0.5) < 0.01


@pytest.mark.parametrize(
    ("number", "words"), [(1, "一"), (10, "十"), (15, "十五"), (20, "二十"), (21, "二十一"), (99, "九十九")]
)
def test_numbers_in_chinese(number: int, words: str) -> None:
    assert chinese(number) == words

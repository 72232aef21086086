"""`generate-grids`: invents grids inside a hand-drawn outline and writes outline.geojson, grids.geojson and grids.csv.

Same pack and seed, same bytes. Every row and shape is flagged synthetic; an operator's file in areas/ replaces them.
"""

import csv
import io
from collections.abc import Callable
from pathlib import Path

import msgspec
import numpy as np
import shapely

from northbank.core.city import Name
from northbank.pack.cells import Plane, cut
from northbank.pack.fault import Fault, PackFaults, listed
from northbank.pack.files import PackFiles, read_files
from northbank.pack.people import Grid, share_grids
from northbank.pack.rows import AreaRow
from northbank.pack.scatter import place_seeds
from northbank.pack.spec import GenerateToml
from northbank.pack.tomlfile import parse_toml

Progress = Callable[[str, int, int], None]
COLUMNS = ("code", "parent", "kind", "name_zh", "name_en", "population", "households", "synthetic")


def generate_grids(path: Path, seed: int = 1, progress: Progress | None = None) -> None:
    """Write the three files of invented grids into the pack folder `path`."""
    tell = progress or (lambda what, done, total: None)
    files, plan = _read(path)
    tell("sharing out", 0, 4)
    grids = share_grids(files, plan, seed)
    tell("placing seeds", 1, 4)
    outline = shapely.polygons(np.array(plan.ring))
    plane = Plane(float(shapely.get_y(shapely.centroid(outline))))
    seeds = place_seeds(grids, plan, outline, plane, seed)
    tell("cutting cells", 2, 4)
    cells = cut(seeds, outline, plane, plan.digits)
    tell("writing", 3, 4)
    _write(path, grids, cells, plan)
    tell("done", 4, 4)


def _read(path: Path) -> tuple[PackFiles, GenerateToml]:
    files = read_files(path)
    file = path / "generate.toml"
    if not file.is_file():
        raise PackFaults([Fault("generate.toml", 1, "no file", "a file that says what is to be generated")])
    plan, lines, faults = parse_toml("generate.toml", file.read_bytes(), GenerateToml)
    if plan is None:
        raise PackFaults(faults)
    towns = {row.code for _, row in files.table("areas") if row.level == "town" and row.valid_to is None}
    for index, town in enumerate(plan.towns):
        if town.code not in towns:
            faults.append(
                Fault("generate.toml", lines.of(("towns", index, "code")), f"town '{town.code}'", listed(towns))
            )
    for index, kind in enumerate(plan.dedicated):
        faults += [
            Fault("generate.toml", lines.of(("dedicated", index, "towns", code)), f"town '{code}'", listed(towns))
            for code in kind.towns
            if code not in {town.code for town in plan.towns}
        ]
    ring = shapely.polygons(np.array(plan.ring))
    if not shapely.is_valid(ring):
        faults.append(
            Fault(
                "generate.toml", lines.of(("ring",)), shapely.is_valid_reason(ring), "a ring that does not cross itself"
            )
        )
    if faults:
        raise PackFaults(faults)
    return files, plan


def _write(path: Path, grids: list[Grid], cells: list[shapely.Geometry], plan: GenerateToml) -> None:
    towns = {row.code: row for row in _area_rows(path)}
    order = sorted(range(len(grids)), key=lambda i: grids[i].code)
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\n")
    writer.writerow(COLUMNS)
    features = []
    for i in order:
        grid, name = grids[i], _name(grids[i], towns)
        kind = "dedicated" if grid.dedicated else "general"
        writer.writerow((grid.code, grid.parent.code, kind, name.zh, name.en, grid.people, grid.households, "true"))
        features.append(_feature(cells[i], {"code": grid.code, "synthetic": True}, plan.digits))
    whole = shapely.coverage_union_all(cells)
    outline = shapely.orient_polygons(shapely.normalize(whole))
    (path / "grids.csv").write_text(table.getvalue(), encoding="utf-8")
    (path / "grids.geojson").write_bytes(_collection(features))
    (path / "outline.geojson").write_bytes(_collection([_feature(outline, {"synthetic": True}, plan.digits)]))


def _area_rows(path: Path) -> list[AreaRow]:
    return [row for _, row in read_files(path).table("areas")]


def _feature(shape: shapely.Geometry, properties: dict[str, object], digits: int) -> bytes:
    rings = [shape.exterior, *shape.interiors] if shape.geom_type == "Polygon" else []
    if not rings:
        raise ValueError(f"a {shape.geom_type} where one polygon was expected")
    points = [[[round(x, digits), round(y, digits)] for x, y in ring.coords] for ring in rings]
    geometry = {"type": "Polygon", "coordinates": points}
    return msgspec.json.encode({"type": "Feature", "properties": properties, "geometry": geometry})


def _collection(features: list[bytes]) -> bytes:
    return b'{"type":"FeatureCollection","features":[\n' + b",\n".join(features) + b"\n]}\n"


def _name(grid: Grid, towns: dict[str, AreaRow]) -> Name:
    town = towns.get(grid.parent.parent)
    zh = (town.name_zh if town and grid.parent.level == "community" else "") + grid.parent.name_zh
    en = grid.parent.name_en or grid.parent.name_zh
    if grid.dedicated:
        return Name(
            zh=f"{zh}{grid.dedicated.zh}专属网格{chinese(grid.number)}",
            en=f"{en} {grid.dedicated.en} grid {grid.number}",
        )
    return Name(zh=f"{zh}第{chinese(grid.number)}网格", en=f"{en} grid {grid.number}")


def chinese(number: int) -> str:
    """A number from 1 to 99 in Chinese numerals."""
    digits = "〇一二三四五六七八九"
    tens, ones = divmod(number, 10)
    head = "" if tens == 0 else "十" if tens == 1 else digits[tens] + "十"
    return head + (digits[ones] if ones or not tens else "")

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
from northbank.pack.cells import Plane, Points, cut, groups, relax, spread, voronoi
from northbank.pack.chance import Chance, share_out
from northbank.pack.fault import Fault, PackFaults, listed
from northbank.pack.files import PackFiles, read_files
from northbank.pack.rows import AreaRow
from northbank.pack.spec import GenerateToml, TownSeed
from northbank.pack.tomlfile import parse_toml

Progress = Callable[[str, int, int], None]
COLUMNS = ("code", "parent", "kind", "name_zh", "name_en", "population", "households", "synthetic")
KM_PER_DEGREE = 111.0
CANDIDATES = 60  # tries for each seed point that is wanted


class Grid(msgspec.Struct):
    """One grid on its way: its community, its number there, its name and people, its shape at the end."""

    parent: AreaRow
    number: int
    dedicated: Name | None
    people: int = 0
    households: int = 0

    @property
    def code(self) -> str:
        letter = "Z" if self.dedicated else "G"
        return f"{self.parent.code}-{letter}{self.number:02d}"


def generate_grids(path: Path, seed: int = 1, progress: Progress | None = None) -> None:
    """Write the three files of invented grids into the pack folder `path`."""
    tell = progress or (lambda what, done, total: None)
    files, plan = _read(path)
    tell("sharing out", 0, 4)
    grids = _grids(files, plan, seed)
    tell("placing seeds", 1, 4)
    outline = shapely.polygons(np.array(plan.ring))
    plane = Plane(float(shapely.get_y(shapely.centroid(outline))))
    seeds = _seeds(grids, plan, outline, plane, seed)
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


def _children(files: PackFiles, town: str) -> list[AreaRow]:
    rows = [
        row
        for _, row in files.table("areas")
        if row.level == "community" and row.parent == town and row.valid_to is None
    ]
    own = [row for _, row in files.table("areas") if row.code == town]
    return rows or own


def _grids(files: PackFiles, plan: GenerateToml, seed: int) -> list[Grid]:
    """All grids in the order of towns and communities, with their people."""
    special = sum(sum(kind.towns.values()) for kind in plan.dedicated)
    ordinary = share_out(plan.grids - special, [town.people for town in plan.towns], least=1)
    grids: list[Grid] = []
    for town, count in zip(plan.towns, ordinary, strict=True):
        rows = _children(files, town.code)
        chance = Chance(seed, "people", town.code)
        weights = [0.7 + 0.6 * chance.draw() if row.kind not in plan.scattered else 0.25 for row in rows]
        own: list[list[Grid]] = [
            [Grid(row, number + 1, None) for number in range(part)]
            for row, part in zip(rows, share_out(count, weights, least=1), strict=True)
        ]
        _people([grid for part in own for grid in part], town, plan, chance)
        _add_dedicated(own, rows, town, plan, chance)
        grids += [grid for part in own for grid in part]
    return grids


def _people(grids: list[Grid], town: TownSeed, plan: GenerateToml, chance: Chance) -> None:
    """The town's people shared among its ordinary grids, each within the wanted number of households where it can be."""
    households = round(town.people / plan.people_per_household)
    least, most = plan.households
    least = min(least, households // len(grids))
    room = min(households / len(grids) - least, most - households / len(grids))
    weights = [least + max(room, 0.0) * 2 * chance.draw() for _ in grids]
    for grid, number in zip(
        grids, share_out(households, [w - least + 1e-9 for w in weights], least=least), strict=True
    ):
        grid.households = number
    parts = share_out(town.people, [grid.households for grid in grids])
    for grid, number in zip(grids, parts, strict=True):
        grid.people = number


def _add_dedicated(
    own: list[list[Grid]], rows: list[AreaRow], town: TownSeed, plan: GenerateToml, chance: Chance
) -> None:
    """Dedicated grids, one after the other to the communities, starting at a place that chance picks."""
    start = int(chance.draw() * len(rows))
    turn = 0
    for kind in plan.dedicated:
        for _ in range(kind.towns.get(town.code, 0)):
            part = own[(start + turn) % len(rows)]
            number = 1 + sum(grid.dedicated is not None for grid in part)
            part.append(Grid(rows[(start + turn) % len(rows)], number, kind.name))
            turn += 1


def _seeds(grids: list[Grid], plan: GenerateToml, outline: shapely.Geometry, plane: Plane, seed: int) -> Points:
    """One point per grid: dense near the middle of its town, in compact groups by community."""
    room = shapely.transform(outline, plane.flat)
    middles = plane.flat(np.array([town.middle for town in plan.towns]))
    rooms = voronoi(middles, room)
    parent_town = {
        grid.parent.code: grid.parent.parent if grid.parent.level == "community" else grid.parent.code for grid in grids
    }
    points: list[Points] = []
    order: list[int] = []
    for town, middle, ground in zip(plan.towns, middles, rooms, strict=True):
        members = [i for i, grid in enumerate(grids) if parent_town[grid.parent.code] == town.code]
        points.append(_scatter(len(members), town, middle, ground, Chance(seed, "place", town.code)))
        order += members
    loose = relax(np.concatenate(points), room, 2)
    seeds = np.empty_like(loose)
    at = 0
    for town, middle in zip(plan.towns, middles, strict=True):
        members = [i for i, grid in enumerate(grids) if parent_town[grid.parent.code] == town.code]
        _settle(seeds, loose[at : at + len(members)], members, grids, middle, plan)
        at += len(members)
    return seeds


def _scatter(count: int, town: TownSeed, middle: Points, ground: shapely.Geometry, chance: Chance) -> Points:
    """`count` points in `ground`, thicker near `middle`, none too close to another."""
    tries = spread([(chance.draw(), chance.draw()) for _ in range(count * CANDIDATES)], ground)
    reach = town.reach / KM_PER_DEGREE
    weight = 0.04 + np.exp(-np.hypot(*(tries - middle).T) / reach)
    draws = np.array([chance.draw() for _ in range(len(tries))])
    best = np.argsort(-np.log(np.maximum(draws, 1e-12)) / weight, kind="stable")
    chosen: list[int] = []
    apart = 0.35 * float(np.sqrt(shapely.area(ground) / count))
    for i in best:
        gap = apart / float(np.sqrt(weight[i] / weight.mean()))
        if all(np.hypot(*(tries[i] - tries[j])) > gap for j in chosen):
            chosen.append(int(i))
        if len(chosen) == count:
            return np.asarray(tries[chosen])
    rest = [int(i) for i in best if int(i) not in set(chosen)]
    return np.asarray(tries[(chosen + rest)[:count]])


def _settle(
    seeds: Points, points: Points, members: list[int], grids: list[Grid], middle: Points, plan: GenerateToml
) -> None:
    """Give the town's points to its grids: villages take the rim in sectors, communities the inside in compact groups."""
    communities: dict[str, list[int]] = {}
    for i in members:
        communities.setdefault(grids[i].parent.code, []).append(i)
    rim = [code for code, own in communities.items() if grids[own[0]].parent.kind in plan.scattered]
    inner = [code for code in communities if code not in rim]
    far = sum(len(communities[code]) for code in rim)
    by_distance = np.argsort(np.hypot(*(points - middle).T), kind="stable")
    inside, outside = by_distance[: len(points) - far], by_distance[len(points) - far :]
    angles = np.arctan2(*(points[outside] - middle).T)
    outside = outside[np.argsort(angles, kind="stable")]
    at = 0
    for code in rim:
        own = communities[code]
        seeds[own] = points[outside[at : at + len(own)]]
        at += len(own)
    if inner:
        for code, part in zip(inner, groups(points[inside], [len(communities[code]) for code in inner]), strict=True):
            seeds[communities[code]] = points[inside[part]]


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

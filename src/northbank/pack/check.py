"""Every fault of a pack at once: the quick checks of `load`, then shapes, stories, the demonstration and the routing library.

`load` runs the quick half on every start; this is what `northbank pack check` and CI run.
"""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import numpy as np
import shapely

from northbank.pack.build import build_city
from northbank.pack.demo import demo_faults
from northbank.pack.fault import Fault, PackFaults
from northbank.pack.files import PackFiles
from northbank.pack.geometry import Shapes
from northbank.pack.load import read
from northbank.pack.reach import reach_faults
from northbank.pack.routes import library_faults
from northbank.pack.stories import story_faults

SQUARE_METERS = 111_320.0**2  # of a square degree at the equator, good enough for a sentence


def check(path: Path, areas: Path | None = None, today: date | None = None) -> list[Fault]:
    """Every fault and warning of the pack in folder `path`, by file and line; an empty list is a good pack.

    today: also whether the calendars reach far enough for cases of that day, which changes without the pack.
    """
    try:
        files, shapes = read(path, areas)
    except PackFaults as broken:
        return broken.faults
    faults = [*files.faults, *shape_faults(files, shapes), *demo_faults(files)]
    if not files.faults:
        city = build_city(files, shapes)
        faults += [*story_faults(city, files.stories), *library_faults(files, city)]
        faults += reach_faults(files, city, today) if today is not None else ()
    return sorted(set(faults))


def shape_faults(files: PackFiles, shapes: Shapes) -> Iterator[Fault]:
    """Invalid shapes, shapes that overlap, stick out of the outline, or leave it uncovered."""
    geometry = files.pack.value.geometry
    good = True
    for feature in shapes.grids:
        if not feature.shape.is_valid or feature.shape.is_empty:
            good = False
            why = shapely.is_valid_reason(feature.shape)
            yield Fault(
                shapes.grids_file, feature.line, f"'{feature.code}' with a broken shape ({why})", "a valid polygon"
            )
    if geometry.overlap == "first" or not shapes.grids or not good:
        return
    yield from _overlaps(shapes, geometry.tolerance)
    if shapes.outline is not None:
        yield from _outside(shapes, geometry.tolerance)


def _overlaps(shapes: Shapes, tolerance: float) -> Iterator[Fault]:
    grids = np.array([feature.shape for feature in shapes.grids], dtype=object)
    first, second = shapely.STRtree(grids).query(grids, predicate="intersects")
    for a, b in zip(first, second, strict=True):
        if a < b:
            common = shapely.intersection(grids[a], grids[b])
            if not shapely.is_empty(shapely.buffer(common, -tolerance / 2)):
                found = f"'{shapes.grids[b].code}' over '{shapes.grids[a].code}' ({_area(common)})"
                yield Fault(shapes.grids_file, shapes.grids[b].line, found, "shapes that only share borders")


def _outside(shapes: Shapes, tolerance: float) -> Iterator[Fault]:
    outline = shapes.outline
    assert outline is not None
    room = shapely.buffer(outline, tolerance)
    shapely.prepare(room)
    for feature in shapes.grids:
        if not shapely.covers(room, feature.shape):
            rest = shapely.difference(feature.shape, room)
            found = f"'{feature.code}' outside of the outline ({_area(rest)})"
            yield Fault(shapes.grids_file, feature.line, found, f"shapes inside of {shapes.outline_file}")
    together = shapely.union_all([shapely.buffer(feature.shape, tolerance) for feature in shapes.grids])
    gap = shapely.difference(outline, together)
    if not shapely.is_empty(gap):
        point = gap.representative_point()
        found = f"ground without a grid ({_area(gap)}, near {point.x:.5f}, {point.y:.5f})"
        yield Fault(shapes.grids_file, 1, found, f"grids that cover {shapes.outline_file}")


def _area(shape: shapely.Geometry) -> str:
    latitude = np.cos(np.radians(shapely.get_y(shapely.centroid(shape))))
    return f"{float(shapely.area(shape)) * SQUARE_METERS * float(latitude):,.0f} m2"

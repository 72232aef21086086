"""Cuts an outline into cells around seed points: every cell one valid polygon, no gaps, no overlaps, borders shared.

All borders are noded together on one coordinate grid, so rounding cannot open a gap. Numbers only; no packs here.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import shapely

Points = npt.NDArray[np.float64]


class Plane:
    """Degrees to a flat plane where distances are true near `latitude`, and back; both ways linear."""

    def __init__(self, latitude: float) -> None:
        self._squeeze = float(np.cos(np.radians(latitude)))

    def flat(self, points: Points) -> Points:
        """Longitude and latitude as plane coordinates (in degrees of latitude)."""
        return np.asarray(points * np.array([self._squeeze, 1.0]))

    def round(self, points: Points) -> Points:
        """Plane coordinates as longitude and latitude."""
        return np.asarray(points / np.array([self._squeeze, 1.0]))


def voronoi(seeds: Points, room: shapely.Geometry) -> list[shapely.Geometry]:
    """The Voronoi cell of each seed, cut to `room`, in the order of the seeds."""
    cells = shapely.get_parts(shapely.voronoi_polygons(shapely.multipoints(seeds), extend_to=room))
    tree = shapely.STRtree(cells)
    point, cell = tree.query(shapely.points(seeds), predicate="intersects")
    order = np.empty(len(seeds), dtype=np.int64)
    order[point] = cell
    return list(shapely.intersection(cells[order], room))


def relax(seeds: Points, room: shapely.Geometry, rounds: int) -> Points:
    """Seeds moved to the middles of their cells some times over, so that cells become rounder."""
    for _ in range(rounds):
        cells = voronoi(seeds, room)
        middles, centers = shapely.point_on_surface(cells), shapely.centroid(cells)
        inside = shapely.covers(room, centers)
        seeds = shapely.get_coordinates(np.where(inside, centers, middles))
    return seeds


def cut(seeds: Points, outline: shapely.Geometry, plane: Plane, digits: int) -> list[shapely.Geometry]:
    """One polygon per seed, in longitude and latitude rounded to `digits`, together exactly covering the outline."""
    step = 10.0**-digits
    flat_room = shapely.transform(outline, plane.flat)
    raw = voronoi(seeds, shapely.buffer(flat_room, 0.01))
    lines = shapely.boundary([shapely.transform(cell, plane.round) for cell in raw])
    inner = shapely.intersection(lines, outline)
    noded = shapely.union_all([*inner, shapely.boundary(outline)], grid_size=step)
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(noded)))
    faces = faces[shapely.covers(shapely.buffer(outline, 2 * step), shapely.point_on_surface(faces))]
    faces = faces[shapely.contains_properly(outline, shapely.point_on_surface(faces))]
    return _one_each(faces, _owners(faces, seeds, plane), len(seeds), digits)


def _owners(faces: npt.NDArray[np.object_], seeds: Points, plane: Plane) -> npt.NDArray[np.int64]:
    middles = plane.flat(shapely.get_coordinates(shapely.point_on_surface(faces)))
    tree = shapely.STRtree(shapely.points(seeds))
    near = tree.nearest(shapely.points(middles))
    return np.asarray(near, dtype=np.int64)


def _one_each(
    faces: npt.NDArray[np.object_], owners: npt.NDArray[np.int64], count: int, digits: int
) -> list[shapely.Geometry]:
    """The largest face of each seed; smaller pieces cut off by the outline go to the neighbor with the longest border."""
    kept: list[shapely.Geometry | None] = [None] * count
    spare: list[shapely.Geometry] = []
    for i in np.argsort(-shapely.area(faces), kind="stable"):
        owner = int(owners[i])
        if kept[owner] is None:
            kept[owner] = faces[i]
        else:
            spare.append(faces[i])
    if any(cell is None for cell in kept):
        raise ValueError("two seeds are too close together to be told apart on this coordinate grid")
    cells = [cell for cell in kept if cell is not None]
    for piece in spare:
        borders = shapely.length(shapely.intersection(cells, shapely.boundary(piece)))
        best = int(np.argmax(borders))
        cells[best] = shapely.union(cells[best], piece)
    return [_tidy(cell, digits) for cell in cells]


def _tidy(cell: shapely.Geometry, digits: int) -> shapely.Geometry:
    """The same cell with clean decimals and its ring turned the GeoJSON way, starting at its lowest point."""
    cell = shapely.transform(cell, lambda points: np.round(points, digits))
    return shapely.orient_polygons(shapely.normalize(cell))


def spread(chance_at: Sequence[tuple[float, float]], room: shapely.Geometry) -> Points:
    """Unit-square numbers stretched over the bounds of `room`, those inside of it kept."""
    west, south, east, north = shapely.bounds(room)
    points = np.array(chance_at) * np.array([east - west, north - south]) + np.array([west, south])
    return np.asarray(points[shapely.contains_xy(room, points[:, 0], points[:, 1])])


def groups(points: Points, sizes: Sequence[int]) -> list[list[int]]:
    """Indices of `points` in compact groups of exactly these sizes, by halving along the longer side."""
    return _halve(points, list(range(len(points))), list(sizes))


def _halve(points: Points, members: list[int], sizes: list[int]) -> list[list[int]]:
    if len(sizes) == 1:
        return [members]
    middle = _middle(sizes)
    spans = np.ptp(points[members], axis=0)
    axis = 0 if spans[0] >= spans[1] else 1
    ordered = sorted(members, key=lambda i: (points[i, axis], points[i, 1 - axis]))
    first = sum(sizes[:middle])
    return _halve(points, ordered[:first], sizes[:middle]) + _halve(points, ordered[first:], sizes[middle:])


def _middle(sizes: list[int]) -> int:
    """Where to part `sizes` so that both halves hold about as many."""
    half, total = sum(sizes) / 2, 0
    for i, size in enumerate(sizes[:-1], 1):
        total += size
        if total + sizes[i] / 2 >= half:
            return i
    return len(sizes) - 1

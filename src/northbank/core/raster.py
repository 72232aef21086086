"""A raster over polygons: most points are answered by one array look-up, those near a border by the exact test.

Numbers of shapes only; what the shapes mean is place.py's business.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

DEPTH = 9  # 512 x 512 boxes over the whole extent
SLACK = 1e-9  # degrees (0.1 mm): boxes are classified a little larger than they are, so rounding cannot matter


class Raster:
    """Which of `shapes` holds a point, borders included; the first in order where several do; -1 where none does."""

    def __init__(self, shapes: Sequence[BaseGeometry]) -> None:
        self._shapes = shapely.make_valid(np.array(shapes, dtype=object)) if len(shapes) else np.empty(0, dtype=object)
        shapely.prepare(self._shapes)
        self._side = 1 << DEPTH
        bounds = shapely.total_bounds(self._shapes) if len(shapes) else np.array([1.0, 1.0, 0.0, 0.0])
        self._west, self._south, self._east, self._north = (float(v) for v in bounds)
        # a hair more than the extent, so that the eastern and northern edges fall into the last boxes
        self._dx = max((self._east - self._west) / self._side, 1e-12) * (1 + 1e-12)
        self._dy = max((self._north - self._south) / self._side, 1e-12) * (1 + 1e-12)
        self._mixed: list[tuple[tuple[int, BaseGeometry], ...]] = []
        self._cells = self._classify() if len(shapes) else np.empty(0, dtype=np.int32)
        self._flat: list[int] = self._cells.tolist()

    def find(self, lon: float, lat: float) -> int:
        """The first shape that holds the point, or -1."""
        if not (self._west <= lon <= self._east and self._south <= lat <= self._north):
            return -1
        column = min(int((lon - self._west) / self._dx), self._side - 1)
        row = min(int((lat - self._south) / self._dy), self._side - 1)
        owner = self._flat[row * self._side + column]
        if owner >= -1:
            return owner
        for i, shape in self._mixed[-2 - owner]:
            if shapely.intersects_xy(shape, lon, lat):
                return i
        return -1

    def find_many(self, lons: Sequence[float], lats: Sequence[float]) -> list[int]:
        """`find` for many points."""
        x, y = np.asarray(lons, dtype=float), np.asarray(lats, dtype=float)
        found = np.full(len(x), -1, dtype=np.int64)
        within = np.nonzero((x >= self._west) & (x <= self._east) & (y >= self._south) & (y <= self._north))[0]
        if not len(within):
            return [int(i) for i in found]
        columns = np.minimum(((x[within] - self._west) / self._dx).astype(np.int64), self._side - 1)
        rows = np.minimum(((y[within] - self._south) / self._dy).astype(np.int64), self._side - 1)
        found[within] = self._cells[rows * self._side + columns]
        for i in np.nonzero(found < -1)[0]:
            found[i] = self.find(float(x[i]), float(y[i]))
        return [int(i) for i in found]

    def _classify(self) -> npt.NDArray[np.int32]:
        """Halve boxes until each lies whole in one shape or in none; what is still mixed at the end keeps its list."""
        cells = np.full((self._side, self._side), -1, dtype=np.int32)
        tree = shapely.STRtree(self._shapes)
        rows, columns = np.zeros(1, dtype=np.int64), np.zeros(1, dtype=np.int64)
        for depth in range(DEPTH + 1):
            size = self._side >> depth
            boxes = self._boxes(rows, columns, size)
            box, shape = tree.query(boxes, predicate="intersects")
            order = np.lexsort((shape, box))
            box, shape = box[order], shape[order]
            touched, first = np.unique(box, return_index=True)
            whole = shapely.covers(self._shapes[shape[first]], boxes[touched])
            for b, s in zip(touched[whole], shape[first][whole], strict=True):
                cells[rows[b] : rows[b] + size, columns[b] : columns[b] + size] = s
            mixed = touched[~whole]
            if size == 1:
                self._keep(cells, rows, columns, mixed, box, shape)
                break
            half = size // 2
            rows, columns = (
                np.concatenate([rows[mixed] + dy for dy in (0, half) for _ in (0, 1)]),
                np.concatenate([columns[mixed] + dx for _ in (0, 1) for dx in (0, half)]),
            )
        return cells.ravel()

    def _boxes(self, rows: npt.NDArray[np.int64], columns: npt.NDArray[np.int64], size: int) -> npt.NDArray[np.object_]:
        west, south = self._west + columns * self._dx, self._south + rows * self._dy
        boxes: npt.NDArray[np.object_] = shapely.box(
            west - SLACK, south - SLACK, west + size * self._dx + SLACK, south + size * self._dy + SLACK
        )
        return boxes

    def _keep(
        self,
        cells: npt.NDArray[np.int32],
        rows: npt.NDArray[np.int64],
        columns: npt.NDArray[np.int64],
        mixed: npt.NDArray[np.int64],
        box: npt.NDArray[np.int64],
        shape: npt.NDArray[np.int64],
    ) -> None:
        known: dict[tuple[int, ...], int] = {}
        starts, stops = np.searchsorted(box, mixed, "left"), np.searchsorted(box, mixed, "right")
        for b, start, stop in zip(mixed, starts, stops, strict=True):
            key = tuple(int(s) for s in shape[start:stop])
            if key not in known:
                known[key] = len(self._mixed)
                self._mixed.append(tuple((s, self._shapes[s]) for s in key))
            cells[rows[b], columns[b]] = -2 - known[key]

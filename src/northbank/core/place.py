"""Where a point lies: which grid cell of the pack holds it, and whether the district holds it at all.

Shapes come in already built; reading files is the pack's business. Longitude comes first, as in GeoJSON.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from types import MappingProxyType

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from northbank.core.raster import Raster


class Places:
    """The shapes of a city, answering for points.

    A border belongs to both sides; the lowest code wins, so the answer never depends on the order of a file.
    """

    def __init__(self, grids: Iterable[tuple[str, BaseGeometry]], outline: BaseGeometry | None = None) -> None:
        shapes = sorted(grids, key=lambda pair: pair[0])
        self.shapes: Mapping[str, BaseGeometry] = MappingProxyType(dict(shapes))
        if len(self.shapes) != len(shapes):
            raise ValueError("a grid code comes twice")
        for code, shape in shapes:
            if shape.is_empty or shape.geom_type not in ("Polygon", "MultiPolygon"):
                raise ValueError(f"the shape of grid {code} is not a polygon")
        self._codes: tuple[str | None, ...] = (*self.shapes, None)
        self._outline = outline
        self._last: tuple[tuple[float, float], str | None] = ((float("nan"), 0.0), None)

    @staticmethod
    def none() -> "Places":
        """The places of a city without geometry: every point is unknown."""
        return Places(())

    @property
    def empty(self) -> bool:
        """No shapes at all: points cannot be placed and are not refused."""
        return not self.shapes and self._outline is None

    @cached_property
    def outline(self) -> BaseGeometry:
        """The district: the outline given, or all grids together."""
        if self._outline is not None:
            return self._outline
        return shapely.union_all(shapely.make_valid(np.array(list(self.shapes.values()), dtype=object)))

    @cached_property
    def _grids(self) -> Raster:
        return Raster(list(self.shapes.values()))

    @cached_property
    def _ground(self) -> Raster:
        return Raster([] if self.empty else [self.outline])

    def find(self, lon: float, lat: float) -> str | None:
        """Code of the grid that holds the point, the lowest code on a shared border; None: no grid holds it.

        The last answer is kept: a report asks for its point twice, when it is let in and when it is placed.
        """
        asked, (last, code) = (lon, lat), self._last
        if asked != last:
            code = self._codes[self._grids.find(lon, lat)]
            self._last = (asked, code)
        return code

    def find_many(self, lons: Sequence[float], lats: Sequence[float]) -> list[str | None]:
        """`find` for many points at once, much faster."""
        codes = self._codes
        return [codes[i] for i in self._grids.find_many(lons, lats)]

    def inside(self, lon: float, lat: float) -> bool:
        """Whether the district holds the point; its border belongs to it."""
        return self._ground.find(lon, lat) == 0

    def swapped(self, lon: float, lat: float) -> bool:
        """Whether the point lies outside but would lie inside with its two numbers exchanged."""
        return not self.inside(lon, lat) and self.inside(lat, lon)

    def center(self, code: str) -> tuple[float, float]:
        """A point inside grid `code`, near its middle, to put a label on; KeyError for an unknown code."""
        return self.center_of((code,))

    def center_of(self, codes: Iterable[str]) -> tuple[float, float]:
        """A point inside the grids `codes` taken together, such as those of a town."""
        point = self.merged(codes).point_on_surface()
        return (point.x, point.y)

    def merged(self, codes: Iterable[str]) -> BaseGeometry:
        """The grids `codes` as one shape."""
        return shapely.union_all([shapely.make_valid(self.shapes[code]) for code in codes])

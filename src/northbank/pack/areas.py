"""Turns an operator's GeoJSON of real shapes into the `grids.geojson` of a pack: WGS84, six digits, known codes.

Reading and shifting are done as for any pack (`geometry`); this adds the rows that grids.csv needs.
"""

import csv
import io
from pathlib import Path
from typing import Literal

import msgspec
import numpy as np
import shapely

from northbank.pack.fault import Fault, PackFaults
from northbank.pack.files import read_files
from northbank.pack.geometry import Feature, read_shapes
from northbank.pack.spec import Geometry, Properties

COLUMNS = ("code", "parent", "kind", "name_zh", "name_en", "synthetic", "source")
DIGITS = 6
Coordinates = Literal["wgs84", "cgcs2000", "gcj02"]
PLAIN = Properties(code="code", parent="parent", name_zh="name_zh", name_en="name_en", kind="kind")


def areas_from_geojson(source: Path, geometry: Geometry, note: str = "") -> tuple[bytes, bytes]:
    """`grids.geojson` and `grids.csv` made from the file `source`; raises PackFaults with every broken feature.

    geometry: says the coordinates of the file and which of its properties mean what.
    note: key of evidence.csv that the rows get as their source.
    """
    faults: list[Fault] = []
    wanted = msgspec.structs.replace(geometry, grids=(f"areas/{source.name}",), outline=(), required=True)
    shapes = read_shapes(source.parent, source.parent, wanted, 1, faults)
    faults += [
        Fault(
            source.name,
            feature.line,
            f"feature {feature.number} without its {what}",
            "a property named in [geometry.properties]",
        )
        for feature in shapes.grids
        for what, value in (("parent", feature.parent), ("name", feature.name_zh or feature.name_en))
        if not value
    ]
    if faults:
        raise PackFaults(faults)
    features = sorted(shapes.grids, key=lambda feature: feature.code)
    return _geojson(features), _csv(features, note)


def take_areas(folder: Path, source: Path, coordinates: Coordinates | None = None, note: str = "") -> int:
    """Put the shapes of `source` into the pack `folder` and write grids.csv anew; how many grids there are now.

    Afterwards the files are in WGS84 with the pack's own property names, whatever they were before.
    """
    geometry = read_files(folder).pack.value.geometry
    properties = geometry.properties if geometry.properties.parent else PLAIN
    geometry = msgspec.structs.replace(geometry, properties=properties, coordinates=coordinates or geometry.coordinates)
    shapes, table = areas_from_geojson(source, geometry, note)
    (folder / "grids.geojson").write_bytes(shapes)
    (folder / "grids.csv").write_bytes(table)
    return table.count(b"\n") - 1


def _geojson(features: list[Feature]) -> bytes:
    parts = [_feature(feature) for feature in features]
    return b'{"type":"FeatureCollection","features":[\n' + b",\n".join(parts) + b"\n]}\n"


def _feature(feature: Feature) -> bytes:
    shape = shapely.orient_polygons(shapely.make_valid(feature.shape))
    polygons = [part for part in shapely.get_parts(shape) if part.geom_type == "Polygon"]
    rings = [[_ring(ring) for ring in (part.exterior, *part.interiors)] for part in polygons]
    geometry = (
        {"type": "Polygon", "coordinates": rings[0]}
        if len(rings) == 1
        else {"type": "MultiPolygon", "coordinates": rings}
    )
    return msgspec.json.encode({"type": "Feature", "properties": {"code": feature.code}, "geometry": geometry})


def _ring(ring: shapely.LinearRing) -> list[list[float]]:
    return [[float(x), float(y)] for x, y in np.round(shapely.get_coordinates(ring), DIGITS)]


def _csv(features: list[Feature], note: str) -> bytes:
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\n")
    writer.writerow(COLUMNS)
    for one in features:
        writer.writerow((one.code, one.parent, one.kind or "general", one.name_zh, one.name_en, "false", note))
    return table.getvalue().encode()

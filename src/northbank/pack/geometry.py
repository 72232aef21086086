"""Reads GeoJSON shapes of a pack: which file is taken, what its properties mean, WGS84 out.

Whether the shapes are good (valid, no gaps, no overlaps) is checked in `check`; drawing them is the web's business.
"""

import gzip
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import msgspec
import numpy as np
import shapely
from msgspec import Meta
from shapely.geometry.base import BaseGeometry

from northbank.pack import gcj02
from northbank.pack.fault import Fault
from northbank.pack.spec import Geometry, Properties

BIGGEST = 256 * 1024 * 1024
Lon = Annotated[float, Meta(ge=-180, le=180)]
Lat = Annotated[float, Meta(ge=-90, le=90)]
Point = tuple[Lon, Lat]


class PolygonJson(msgspec.Struct, tag_field="type", tag="Polygon"):
    """A GeoJSON polygon: rings of [lon, lat], a height is refused."""

    coordinates: list[list[Point]]


class MultiPolygonJson(msgspec.Struct, tag_field="type", tag="MultiPolygon"):
    """Several GeoJSON polygons."""

    coordinates: list[list[list[Point]]]


class FeatureJson(msgspec.Struct, tag_field="type", tag="Feature"):
    """One shape with its properties."""

    geometry: PolygonJson | MultiPolygonJson
    properties: dict[str, Any] = {}


class CollectionJson(msgspec.Struct, tag_field="type", tag="FeatureCollection"):
    """A file of shapes; other members are passed over."""

    features: list[msgspec.Raw] = []


class Feature(msgspec.Struct, frozen=True):
    """One shape of a file: its place in the file counted from 1, its code and names, its geometry in WGS84."""

    number: int
    line: int
    code: str
    name_zh: str
    name_en: str
    kind: str
    parent: str
    shape: Any


class Shapes(msgspec.Struct):
    """The shapes of a pack as read, with the files they came from.

    foreign: the grids are an operator's own. shifted: they were in GCJ-02 and have been shifted back.
    """

    grids: list[Feature]
    grids_file: str
    outline: BaseGeometry | None
    outline_file: str
    read: list[Path]
    foreign: bool
    shifted: bool = False


class Found(msgspec.Struct, frozen=True):
    """A file of shapes: how it is called in faults, where it is, and whether it is an operator's own."""

    name: str
    path: Path
    foreign: bool


def find_file(folder: Path, areas: Path | None, names: tuple[str, ...]) -> Found | None:
    """The first of `names` that exists; one in areas/ is looked for in the folder `areas` first. `.gz` will do too."""
    for name in names:
        foreign = name.startswith("areas/")
        if foreign and areas and (path := _plain_or_gzip(areas / Path(name).name)):
            return Found(path.name, path, foreign)
        if path := _plain_or_gzip(folder / name):
            return Found(name, path, foreign)
    return None


def _plain_or_gzip(path: Path) -> Path | None:
    return next((one for one in (path, path.with_name(path.name + ".gz")) if one.is_file()), None)


def read_shapes(folder: Path, areas: Path | None, geometry: Geometry, line: int, faults: list[Fault]) -> Shapes:
    """The shapes that pack.toml's [geometry], which stands in `line`, points to."""
    shapes = Shapes([], "", None, "", [], False)
    grids = find_file(folder, areas, geometry.grids)
    if grids:
        shapes.grids_file, shapes.foreign = grids.name, grids.foreign
        shapes.read.append(grids.path)
        shapes.shifted = shapes.foreign and geometry.coordinates == "gcj02"
        properties = geometry.properties if shapes.foreign else Properties()
        shapes.grids = _read(grids.name, grids.path, shapes.shifted, properties, faults)
        if geometry.overlap == "first":
            shapes.grids = _part(shapes.grids)
    elif geometry.required and geometry.grids:
        bring = geometry.bring.say("en") or "a GeoJSON file of the grids"
        allowed = f"{bring} (as {geometry.grids[0]} in the pack, or in the folder given with --areas)"
        faults.append(Fault("pack.toml", line, f"no file of shapes: {' or '.join(geometry.grids)}", allowed))
    outline = find_file(folder, areas, geometry.outline)
    if outline:
        shapes.outline_file = outline.name
        shapes.read.append(outline.path)
        shifted = outline.foreign and geometry.coordinates == "gcj02"
        features = _read(outline.name, outline.path, shifted, None, faults)
        if features:
            shapes.outline = shapely.union_all([shapely.make_valid(feature.shape) for feature in features])
    return shapes


def _part(features: list[Feature]) -> list[Feature]:
    """The shapes without overlaps: ground that two hold goes to the one that stands first in the file."""
    shapes = shapely.make_valid(np.array([feature.shape for feature in features], dtype=object))
    later, earlier = shapely.STRtree(shapes).query(shapes, predicate="overlaps")
    for i, j in sorted(zip(later.tolist(), earlier.tolist(), strict=True)):
        if j < i:
            rest = shapely.get_parts(shapely.difference(shapes[i], shapes[j]))
            shapes[i] = shapely.multipolygons([part for part in rest if part.geom_type == "Polygon"])
    return [msgspec.structs.replace(feature, shape=shape) for feature, shape in zip(features, shapes, strict=True)]


def _read(file: str, path: Path, shifted: bool, properties: Properties | None, faults: list[Fault]) -> list[Feature]:
    try:
        data = _unpack(path)
        raw = msgspec.json.decode(data, type=CollectionJson)
    except (OSError, EOFError, gzip.BadGzipFile) as error:
        faults.append(Fault(file, 1, f"an unreadable file ({error})", "a GeoJSON file, plain or gzip"))
        return []
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        faults.append(Fault(file, 1, f"no GeoJSON ({error})", "a GeoJSON FeatureCollection in UTF-8"))
        return []
    return list(_features(file, data, raw, shifted, properties, faults))


def _unpack(path: Path) -> bytes:
    with gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb") as stream:
        data = stream.read(BIGGEST + 1)
    if len(data) > BIGGEST:
        raise OSError(f"larger than {BIGGEST} bytes")
    return bytes(data)


def _features(
    file: str,
    data: bytes,
    raw: CollectionJson,
    shifted: bool,
    properties: Properties | None,
    faults: list[Fault],
) -> Iterator[Feature]:
    decoder = msgspec.json.Decoder(FeatureJson)
    at, line = 0, 1
    for number, part in enumerate(raw.features, 1):
        text = bytes(part)
        start = max(data.find(text, at), at)
        line += data.count(b"\n", at, start)
        at = start
        try:
            feature = decoder.decode(text)
            shape = _shape(feature.geometry, shifted)
        except (msgspec.DecodeError, ValueError, RecursionError, shapely.errors.GEOSException) as error:
            allowed = "a Feature with a Polygon or MultiPolygon of [longitude, latitude], rings closed"
            faults.append(Fault(file, line, f"feature {number}: {error}", allowed))
            continue
        found = _describe(file, line, number, feature.properties, shape, properties, faults)
        if found is not None:
            yield found


def _describe(
    file: str,
    line: int,
    number: int,
    values: dict[str, Any],
    shape: BaseGeometry,
    wanted: Properties | None,
    faults: list[Fault],
) -> Feature | None:
    if wanted is None:
        return Feature(number, line, "", "", "", "", "", shape)

    def take(key: str) -> str:
        value = values.get(key) if key else None
        return "" if value is None else str(value).strip()

    code = take(wanted.code)
    if not code:
        faults.append(Fault(file, line, f"feature {number} without property '{wanted.code}'", "the code of a grid"))
        return None
    parent = take(wanted.parent)
    if wanted.parents:
        if parent not in wanted.parents:
            allowed = (
                f"a key of [geometry.properties.parents] in pack.toml: {', '.join(sorted(wanted.parents)[:4])} ..."
            )
            faults.append(Fault(file, line, f"feature {number}: {wanted.parent} '{parent}'", allowed))
            return None
        parent = wanted.parents[parent]
    return Feature(
        number,
        line,
        wanted.code_prefix + code,
        take(wanted.name_zh),
        take(wanted.name_en),
        take(wanted.kind),
        parent,
        shape,
    )


def _shape(geometry: PolygonJson | MultiPolygonJson, shifted: bool) -> BaseGeometry:
    match geometry:
        case PolygonJson(coordinates=rings):
            return _polygon(rings, shifted)
        case MultiPolygonJson(coordinates=parts):
            shapes = [_polygon(rings, shifted) for rings in parts]
            return shapely.multipolygons(shapes) if len(shapes) != 1 else shapes[0]


def _polygon(rings: list[list[Point]], shifted: bool) -> BaseGeometry:
    if not rings:
        raise ValueError("a polygon without a ring")
    for ring in rings:
        if len(ring) < 4 or ring[0] != ring[-1]:
            raise ValueError("a ring that is not closed or has fewer than four points")
    if shifted:
        rings = [[gcj02.to_wgs84(lon, lat) for lon, lat in ring] for ring in rings]
    shell, *holes = [shapely.linearrings(np.array(ring)) for ring in rings]
    return shapely.polygons(shell, holes=holes or None)

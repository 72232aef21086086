"""The pack as screens read it: names, boards, units, types and the map, built once and answered by ETag.

What a field means is said in core/city.py; nothing here decides.
"""

import gzip
from collections import defaultdict
from datetime import date
from hashlib import sha256
from typing import Any, Literal

import msgspec
import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from northbank.core import metric_catalog
from northbank.core.city import Area, Attribute, City, Name
from northbank.core.moves import State
from northbank.core.route_reasons import value_in_words
from northbank.core.words import OWN
from northbank.shell.web.wire import Reply, Scope, header, takes_gzip

GEOJSON = b"application/geo+json"


class BoardView(msgspec.Struct, frozen=True):
    """One board."""

    code: str
    name: Name
    level: str


class AreaView(msgspec.Struct, frozen=True):
    """One town; `center` is a point on its ground to put a label on, null without geometry."""

    code: str
    name: Name
    kind: str
    center: tuple[float, float] | None


class UnitView(msgspec.Struct, frozen=True):
    """One unit that can own cases."""

    code: str
    name: Name
    kind: str
    area: str | None


class TypeView(msgspec.Struct, frozen=True):
    """One type of the catalog."""

    code: str
    name: Name
    klass: str
    board: str
    urgent: bool
    gb: str | None
    attributes: tuple[str, ...]


class Named(msgspec.Struct, frozen=True):
    """A code and its name."""

    code: str
    name: Name


class AttributeView(msgspec.Struct, frozen=True):
    """What reports of some types say besides: yes or no, one of `values`, or a number from `least` to `most` in `unit`."""

    code: str
    name: Name
    kind: Literal["yes_no", "choice", "number"]
    values: list[Named]
    least: int
    most: int
    unit: str


class CityView(msgspec.Struct, frozen=True):
    """Everything a screen needs to put the pack's codes into words."""

    id: str
    name: Name
    version: str
    timezone: str
    prefix: str
    languages: tuple[str, ...]
    boards: list[BoardView]
    areas: list[AreaView]
    communities: list[Named]
    units: list[UnitView]
    types: list[TypeView]
    attributes: list[AttributeView]
    classes: list[Named]
    sources: list[Named]
    states: list[Named]
    reasons: list[Named]
    words: dict[str, Name]
    levels: dict[str, Name]
    synthetic: bool
    notes: tuple[Name, ...]


class Document:
    """Bytes that never change while the pack stands: with their digest, and gzipped."""

    def __init__(self, body: bytes, media: bytes) -> None:
        self.body = body
        self.media = media
        self.packed = gzip.compress(body, compresslevel=6)
        self.tag = f'"{sha256(body).hexdigest()[:32]}"'.encode()

    def reply(self, scope: Scope) -> Reply:
        """The document, or 304 where the client has it already."""
        headers = [(b"etag", self.tag), (b"cache-control", b"private, no-cache"), (b"vary", b"accept-encoding")]
        if self.tag in header(scope, b"if-none-match"):
            return Reply(304, b"", headers=tuple(headers))
        if takes_gzip(scope):
            return Reply(200, self.packed, self.media, (*headers, (b"content-encoding", b"gzip")))
        return Reply(200, self.body, self.media, tuple(headers))


def in_force(city: City, level: str, day: date) -> list[Area]:
    """The areas of a level that exist on that day, by code."""
    found = (area for area in city.areas.values() if area.level == level)
    return sorted(
        (
            area
            for area in found
            if (area.valid_from is None or area.valid_from <= day) and (area.valid_to is None or day < area.valid_to)
        ),
        key=lambda area: area.code,
    )


def view_city(city: City, day: date) -> CityView:
    """The pack as it stands on that day."""
    units = [
        UnitView(u.code, u.name, u.kind, u.area)
        for u in city.units.values()
        if (u.valid_from is None or u.valid_from <= day) and (u.valid_to is None or day < u.valid_to)
    ]
    return CityView(
        id=city.id, name=city.name, version=city.version, timezone=city.timezone, prefix=city.prefix,
        languages=city.languages, boards=[BoardView(b.code, b.name, b.level) for b in city.boards.values()],
        areas=_towns(city, day), communities=[Named(a.code, a.name) for a in in_force(city, "community", day)], units=units,
        types=[TypeView(t.code, t.name, t.klass, t.board, t.urgent, t.gb, t.attributes) for t in city.types.values()],
        attributes=[_attribute(city, one) for one in city.attributes.values()],
        classes=[Named(c.code, c.name) for c in city.classes.values()],
        sources=[Named(s.code, s.name) for s in city.sources.values()],
        states=[Named(s.value, city.word("state", s.value)) for s in State],
        reasons=[Named(code, name) for code, name in city.reasons.items()],
        words={key: city.word(*key.split(".", 1)) for key in (*OWN, *city.words)}
        | {f"metric.{one.code}": one.name for one in metric_catalog.in_force(city)},
        levels={level: city.word("level", level) for level in ("city", "district", "town", "community", "grid")},
        synthetic=city.synthetic, notes=city.notes,
    )  # fmt: skip


def _attribute(city: City, one: Attribute) -> AttributeView:
    values = [Named(value, value_in_words(city, one.code, value)) for value in one.values]
    return AttributeView(one.code, one.name, one.kind, values, one.least, one.most, one.unit)


def _by_town(city: City) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for code in city.places.shapes:
        town = city.above(code, "town")
        if town is not None:
            found[town].append(code)
    return found


def _towns(city: City, day: date) -> list[AreaView]:
    grids = _by_town(city)
    return [
        AreaView(a.code, a.name, a.kind, city.places.center_of(grids[a.code]) if a.code in grids else None)
        for a in in_force(city, "town", day)
    ]


def view_map(city: City) -> bytes:
    """The grids as GeoJSON, with the district's outline and the towns as foreign members."""
    grids = [_feature(shape, _grid(city, code)) for code, shape in city.places.shapes.items()]
    towns = [_feature(city.places.merged(codes), _area(city, code)) for code, codes in sorted(_by_town(city).items())]
    collection: dict[str, Any] = {
        "type": "FeatureCollection",
        "features": grids,
        "outline": None if city.places.empty else _geometry(city.places.outline),
        "towns": {"type": "FeatureCollection", "features": towns},
    }
    return msgspec.json.encode(collection)


def _area(city: City, code: str) -> dict[str, Any]:
    area = city.areas.get(code)
    name = area.name if area else Name(en=code)
    return {
        "code": code,
        "name_zh": name.say("zh"),
        "name_en": name.say("en"),
        "kind": area.kind if area else "",
        "synthetic": bool(area and area.synthetic) or city.synthetic,
    }


def _grid(city: City, code: str) -> dict[str, Any]:
    return _area(city, code) | {"town": city.above(code, "town"), "community": city.above(code, "community")}


def _feature(shape: BaseGeometry, properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "Feature", "id": properties["code"], "geometry": _geometry(shape), "properties": properties}


def _geometry(shape: BaseGeometry) -> msgspec.Raw:
    """Six decimals are a tenth of a meter: enough to draw, half the bytes."""
    return msgspec.Raw(shapely.to_geojson(shapely.transform(shape, lambda points: np.round(points, 6))).encode())

"""What the rules cost a report, in this process on one core: grid of a point, routing row, deadlines.

Ceilings: the same points asked of a bare spatial index, one by one and all at once; and a bare hexagon look-up.
"""

import random
import statistics
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import h3
import msgspec
import numpy as np
import shapely
from bodies import the_city
from result import Result, machine, tidy

from northbank.core import intake
from northbank.core.city import City
from northbank.core.routing import route

START = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)  # a fixed Monday morning: what is measured never depends on the day


class Size(msgspec.Struct, frozen=True):
    """How much is measured."""

    points: int = 20_000
    rounds: int = 5
    pack: str = "jiangbei"


TINY = Size(points=50, rounds=1, pack="_template")


async def measure(size: Size) -> Result:
    """All of it, each round one after the other."""
    where = machine()
    city = the_city(size.pack)
    points = _points(city, size.points)
    city.places.find(*points[0])  # the index is built at the first question, in a center before it serves
    ours, bare = _ours(city, points), _bare(city, points)
    took: dict[str, list[float]] = {name: [] for name in (*ours, *(f"bare {name}" for name in bare))}
    for _ in range(size.rounds):
        for prefix, calls in (("", ours), ("bare ", bare)):
            for name, call in calls.items():
                took[prefix + name].append(_seconds(call))
    each = {name: statistics.median(values) / len(points) for name, values in took.items()}
    figures = {f"{name}_per_s": tidy(1 / each[name]) for name in ("find", "find_many")}
    figures |= {f"{name}_us": tidy(each[name] * 1e6) for name in ours if name not in ("find", "find_many")}
    figures["grids"] = len(city.places.shapes)
    ceiling = {f"{name}_per_s": tidy(1 / each[f"bare {name}"]) for name in bare}
    ratio = {name: tidy(figures[name] / ceiling[name]) for name in ("find_per_s", "find_many_per_s")}
    return Result(name="place", machine=where, figures=figures, ceiling=ceiling, ratio=ratio)


def _points(city: City, count: int) -> list[tuple[float, float]]:
    """Points inside the district, as evenly spread as its area."""
    chance = random.Random(11)
    west, south, east, north = city.places.outline.bounds
    found: list[tuple[float, float]] = []
    while len(found) < count:
        point = (chance.uniform(west, east), chance.uniform(south, north))
        if city.places.find(*point) is not None:
            found.append(point)
    return found


def _ours(city: City, points: Sequence[tuple[float, float]]) -> dict[str, Callable[[], Any]]:
    lons, lats = [lon for lon, _ in points], [lat for _, lat in points]
    kinds, sources = sorted(city.types), sorted(city.sources)
    moments = [START + timedelta(seconds=37 * n) for n in range(len(points))]
    asked = [(kinds[n % len(kinds)], city.sources[sources[n % len(sources)]].level, at) for n, at in enumerate(moments)]
    reports = [
        intake.Report(
            number="1", subject="s", reporter="r", source=sources[n % len(sources)], type=kinds[n % len(kinds)],
            lon=lon, lat=lat,
        )
        for n, (lon, lat) in enumerate(points)
    ]  # fmt: skip
    find = city.places.find
    grids = [find(lon, lat) for lon, lat in points]
    return {
        "find": lambda: [find(lon, lat) for lon, lat in points],
        "find_many": lambda: city.places.find_many(lons, lats),
        "route": lambda: [
            route(city, kind, level, at, grid) for (kind, level, at), grid in zip(asked, grids, strict=True)
        ],
        "deadlines": lambda: [
            intake.begin(city, kind, False, ("accept", "solve", "sign"), at) for kind, _, at in asked
        ],
        "all_rules": lambda: [intake.receive(one, city, at) for one, at in zip(reports, moments, strict=True)],
    }


def _bare(city: City, points: Sequence[tuple[float, float]]) -> dict[str, Callable[[], Any]]:
    tree = shapely.STRtree(list(city.places.shapes.values()))
    ready = [shapely.Point(lon, lat) for lon, lat in points]
    columns = np.array([lon for lon, _ in points]), np.array([lat for _, lat in points])
    return {
        "find": lambda: [tree.query(point, predicate="intersects") for point in ready],
        "find_many": lambda: tree.query(shapely.points(*columns), predicate="intersects"),
        "hexagon": lambda: [h3.latlng_to_cell(lat, lon, 10) for lon, lat in points],
    }


def _seconds(call: Callable[[], Any]) -> float:
    begun = time.perf_counter()
    call()
    return time.perf_counter() - begun

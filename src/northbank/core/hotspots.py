"""Hot issues: clusters of cases in place and time, of one type or with one word in common, each with a p-value.

Pure; the seed is an argument. The space-time permutation scan statistic (Kulldorff and others 2005, PLoS Medicine 2:e59):
it needs no population, only the cases themselves, and asks whether more of the newest lie together than chance would bring.
"""

from collections.abc import Mapping

import msgspec
import numpy as np
from numpy.typing import NDArray

from northbank.core.city import HotRules
from northbank.core.journal import Fact

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

EARTH_KM = 6371.0088
MOST_SITES = 64  # grids of one cluster at most
MOST_ISSUES = 10
BATCH = 37  # shuffles computed together: the table of all sites, windows and shuffles must stay in the cache


class Issue(msgspec.Struct, frozen=True, kw_only=True):
    """One cluster. what: `all`, `type` or `words`. type: where it is of one type.

    grids: the ground it lies on, the middle first. days: its length, ending with the scan. cases: ids, oldest first.
    expected: how many cases there would be if place and time had nothing to do with one another. ratio: log likelihood ratio.
    p: share of the shuffles, and this scan, whose strongest cluster is as strong.
    """

    id: str
    what: str
    grids: tuple[str, ...]
    radius_km: float
    days: int
    cases: tuple[str, ...]
    expected: float
    ratio: float
    p: float
    type: str | None = None


class Scanned(Fact, frozen=True, tag="scanned"):
    """Hot issues were looked for among so many cases. seed and rules give the same result again from the same cases.

    groups: how many sets of cases were scanned (all, each type, each word). digest: SHA-256 of the cases looked at.
    strongest: p-value of the strongest cluster, whether or not it counts as an issue; None where there was none.
    """

    cases: int
    groups: int
    digest: str
    seed: int
    rules: HotRules
    issues: tuple[Issue, ...] = ()
    strongest: float | None = None


class Spotted(msgspec.Struct, frozen=True, gc=False):
    """A case as the scan sees it. day: whole days before the scan. words: hashes of what it speaks of."""

    id: str
    grid: str
    day: int
    type: str | None = None
    words: frozenset[int] = frozenset()


class Group(msgspec.Struct, frozen=True):
    """Cases scanned together: all, those of one type, or those with one word in common. members: places in the list."""

    what: str
    key: str
    members: Ints


class Cluster(msgspec.Struct, frozen=True):
    """One cylinder: its group, its sites (numbers of grids), its days, and what was counted and expected in it."""

    group: int
    sites: tuple[int, ...]
    days: int
    observed: int
    expected: float
    ratio: float


class Ground(msgspec.Struct, frozen=True):
    """The grids of a city: their middles in kilometers on a plane."""

    codes: tuple[str, ...]
    places: Mapping[str, int]
    east: Floats
    north: Floats


def ground(middles: Mapping[str, tuple[float, float]]) -> Ground:
    """From grid code to (lon, lat) of its middle. The plane touches the earth in the middle of them all: exact to 0.1 % here."""
    codes = tuple(sorted(middles))
    points = np.radians(np.array([middles[code] for code in codes], dtype=np.float64).reshape(-1, 2))
    level = float(np.cos(points[:, 1].mean())) if len(codes) else 1.0
    return Ground(codes, {c: n for n, c in enumerate(codes)}, points[:, 0] * level * EARTH_KM, points[:, 1] * EARTH_KM)

"""Hot issues: clusters of cases in place and time, of one type or with one word in common, each with a p-value.

Pure; the seed is an argument. The space-time permutation scan statistic (Kulldorff and others 2005, PLoS Medicine 2:e59):
it needs no population, only the cases themselves, and asks whether more of the newest lie together than chance would bring.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from hashlib import sha256

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
SHOWN_TYPES = 3
BATCH = 111  # shuffles computed together: after each the scan may see that nothing can come of it


class Issue(msgspec.Struct, frozen=True, kw_only=True):
    """One cluster. what: `all`, `type` or `words`. type: where it is of one type.

    grids: the ground it lies on, the middle first. days: its length, ending with the scan. cases: ids, oldest first.
    expected: how many cases there would be if place and time had nothing to do with one another. ratio: log likelihood ratio.
    p: share of the shuffles, and this scan, whose strongest cluster is as strong. types: the commonest of its cases, with counts.
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
    types: tuple[tuple[str, int], ...] = ()


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
    """Cases scanned together: all, those of one type, or those with one word in common. members: places in the list.

    own: the group is large enough to have times of its own: more of it on some days, everywhere, is no issue of a place.
    """

    what: str
    key: str
    members: Ints
    own: bool = False


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


FLOOR = 3.0  # log likelihood ratio: even a single cylinder reaches more than this in less than 1 % of the shuffles
WIDEST_WORD = 0.05  # a word in more of the cases than this says nothing of an issue
MOST_WORDS = 200


class Found(msgspec.Struct, frozen=True):
    """What a scan found. groups: how many were scanned. strongest: p of the strongest cluster, None where there was none."""

    issues: tuple[Issue, ...]
    groups: int
    strongest: float | None


def scan(cases: Sequence[Spotted], where: Ground, rules: HotRules, seed: int) -> Found:
    """The hot issues among these cases. The same cases, rules and seed give the same."""
    known = [one for one in cases if one.grid in where.places and 0 <= one.day < rules.history_days]
    groups = group(known, rules.least)
    layouts = [lay_out(one, known, where, rules) for one in groups]
    clusters = _apart(_clusters(layouts, rules.least), layouts)
    if not clusters:
        return Found((), len(groups), None)
    days = np.array([one.day for one in known], dtype=np.int16)
    best = shuffled(layouts, days, rules, seed, clusters[-1].ratio, clusters[0].ratio)
    made = []
    for one in clusters:
        p = float(1 + (best >= one.ratio - 1e-9).sum()) / (len(best) + 1)
        made.append(_issue(one, p, groups, layouts, known, where))
    return Found(tuple(one for one in made if one.p <= rules.alpha), len(groups), made[0].p)


def group(cases: Sequence[Spotted], least: int) -> list[Group]:
    """All cases; those of each type; those with each word that is neither rare nor everywhere.

    Chosen without a look at place or time, so that shuffling the times changes none of it. Equal sets count once.
    """
    types: dict[str, list[int]] = {}
    words: dict[int, list[int]] = {}
    for n, one in enumerate(cases):
        if one.type is not None:
            types.setdefault(one.type, []).append(n)
        for word in one.words:
            words.setdefault(word, []).append(n)
    widest = max(3 * least, int(len(cases) * WIDEST_WORD))
    spoken = sorted((k for k, of in words.items() if least <= len(of) <= widest), key=lambda k: (-len(words[k]), k))
    found = [Group("all", "", np.arange(len(cases)))] if len(cases) >= least else []
    found += [
        Group("type", key, np.array(of), len(of) > widest) for key, of in sorted(types.items()) if len(of) >= least
    ]
    seen = {one.members.tobytes() for one in found}
    for word in spoken:
        worded = Group("words", str(word), np.array(words[word]))
        if worded.members.tobytes() not in seen and len(seen) < MOST_WORDS + len(types) + 1:
            seen.add(worded.members.tobytes())
            found.append(worded)
    return found


class Layout(msgspec.Struct, frozen=True):
    """A group made ready: which site each case lies on, its day, and around each site the others by distance.

    sites: numbers of grids. near: for each site its neighbors in order, padded with one site beyond the last that has no cases.
    reach: how far each of them is, in kilometers.
    counts: cases by site and window. expected: for every cylinder (site, how many neighbors, days); infinite where it does not count.
    """

    group: Group
    sites: Ints
    site_of: Ints
    days: Ints
    near: Ints
    reach: Floats
    counts: Ints
    expected: Floats


def lay_out(one: Group, cases: Sequence[Spotted], where: Ground, rules: HotRules) -> Layout:
    """The sites of a group and its cylinders: of sites within the radius, ending now, holding at most half of what is expected."""
    grids = np.array([where.places[cases[n].grid] for n in one.members], dtype=np.int64)
    sites, site_of = np.unique(grids, return_inverse=True)
    days = np.array([cases[n].day for n in one.members], dtype=np.int64)
    near, reach = _neighbors(sites, where, rules.radius_km)
    windows = min(rules.window_days, rules.history_days - 1)
    total = len(days)
    dealt = days if one.own else np.array([case.day for case in cases])
    here = np.bincount(site_of, minlength=len(sites) + 1).astype(np.float64)
    inside = here[near].cumsum(axis=1)
    newest = np.array([(dealt <= t).mean() for t in range(windows)])
    expected = inside[:, :, None] * newest
    expected[(expected > total / 2) | (expected <= 0)] = np.inf
    expected[np.isinf(reach)] = np.inf
    counts = _count(site_of, days[None, :], len(sites), windows)[:, 0, :]
    return Layout(one, sites, site_of, days, near, reach, counts, expected)


def _neighbors(sites: Ints, where: Ground, radius: float) -> tuple[Ints, Floats]:
    """For each site the sites within the radius, nearest first (itself), and how far each is; padded."""
    east, north = where.east[sites], where.north[sites]
    rows: list[Ints] = []
    far: list[Floats] = []
    for n in range(len(sites)):
        distance = np.hypot(east - east[n], north - north[n])
        order = np.flatnonzero(distance <= radius)
        order = order[np.argsort(distance[order], kind="stable")][:MOST_SITES]
        rows.append(order)
        far.append(distance[order])
    width = max(len(row) for row in rows)
    near = np.full((len(sites), width), len(sites), dtype=np.int64)
    reach = np.full((len(sites), width), np.inf)
    for n, (row, distance) in enumerate(zip(rows, far, strict=True)):
        near[n, : len(row)] = row
        reach[n, : len(row)] = distance
    return near, reach


def _count(site_of: Ints, days: NDArray[np.integer], sites: int, windows: int) -> Ints:
    """Cases by site, shuffle and window: days is (shuffles, cases); one more site stays empty."""
    shuffles = len(days)
    which, case = np.nonzero(days < windows)
    flat = (site_of[case] * shuffles + which) * windows + days[which, case]
    found = np.bincount(flat, minlength=(sites + 1) * shuffles * windows)
    return found.reshape(sites + 1, shuffles, windows).cumsum(axis=2)


def likelihood_ratio(observed: Floats, expected: Floats, total: float) -> Floats:
    """c ln(c/m) + (C-c) ln((C-c)/(C-m)); 0 where no more was observed than expected."""
    with np.errstate(divide="ignore", invalid="ignore"):
        inner = observed * np.log(observed / expected)
        rest = np.where(observed < total, (total - observed) * np.log((total - observed) / (total - expected)), 0.0)
    return np.where((observed > expected) & np.isfinite(expected), inner + rest, 0.0)


def _clusters(layouts: Sequence[Layout], least: int) -> list[Cluster]:
    """The strongest cylinder around each site of each group, the strongest first."""
    found: list[Cluster] = []
    for number, one in enumerate(layouts):
        counted = one.counts[one.near].cumsum(axis=1).astype(np.float64)
        ratios = likelihood_ratio(counted, one.expected, float(len(one.days)))
        ratios[counted < least] = 0.0
        sites, _, windows = ratios.shape
        flat = ratios.reshape(sites, -1)
        for n, place in enumerate(flat.argmax(axis=1)):
            k, t = divmod(int(place), windows)
            if flat[n, place] >= FLOOR:
                members = tuple(int(s) for s in one.near[n, : k + 1])
                found.append(
                    Cluster(
                        number,
                        members,
                        t + 1,
                        int(counted[n, k, t]),
                        float(one.expected[n, k, t]),
                        float(flat[n, place]),
                    )
                )
    return sorted(found, key=lambda one: (-one.ratio, one.group, one.sites, one.days))


def _apart(clusters: Sequence[Cluster], layouts: Sequence[Layout]) -> list[Cluster]:
    """The strongest of them, none sharing a case with a stronger one."""
    taken: set[int] = set()
    found: list[Cluster] = []
    for one in clusters:
        members = set(_members(one, layouts[one.group]))
        if not members & taken:
            taken |= members
            found.append(one)
        if len(found) == MOST_ISSUES:
            break
    return found


def _members(one: Cluster, layout: Layout) -> list[int]:
    """Places of the cases in a cylinder."""
    chosen = np.isin(layout.site_of, one.sites) & (layout.days < one.days)
    return [int(n) for n in layout.group.members[chosen]]


def shuffled(
    layouts: Sequence[Layout], days: NDArray[np.int16], rules: HotRules, seed: int, floor: float, top: float
) -> Floats:
    """The strongest ratio of each shuffle over all groups, as far as it reaches `floor`; 0 where it does not.

    The times of all cases are dealt out anew among them, those of a group with times of its own within it. Ends early when so many shuffles reach `top` that no cluster can count.
    """
    best = np.zeros(rules.shuffles)
    chance = np.random.default_rng(seed)
    limits = [np.minimum(_enough(one, rules.least, floor), 32_000).astype(np.int16) for one in layouts]
    for first in range(0, rules.shuffles, BATCH):
        last = min(first + BATCH, rules.shuffles)
        dealt = chance.permuted(np.tile(days, (last - first, 1)), axis=1)
        for one, limit in zip(layouts, limits, strict=True):
            own = chance.permuted(np.tile(one.days, (last - first, 1)), axis=1) if one.group.own else None
            times = dealt[:, one.group.members] if own is None else own
            if (limit < 32_000).any():
                _strongest(one, times, limit, best[first:last])
        if (best[:last] >= top - 1e-9).sum() >= rules.alpha * (rules.shuffles + 1):
            return best[:last]
    return best


def _strongest(one: Layout, days: NDArray[np.integer], limits: NDArray[np.int16], best: Floats) -> None:
    """Raise `best` of each shuffle to its strongest cylinder, where one reaches its limit."""
    counts = _count(one.site_of, days, len(one.sites), one.expected.shape[2]).astype(np.int16)
    grown = np.zeros((len(one.sites), *counts.shape[1:]), dtype=np.int16)
    for k in range(one.near.shape[1]):
        grown += counts[one.near[:, k]]
        hits = grown >= limits[:, k, None, :]
        if hits.any():
            site, which, window = np.nonzero(hits)
            observed = grown[site, which, window].astype(np.float64)
            ratios = likelihood_ratio(observed, one.expected[site, k, window], float(len(one.days)))
            np.maximum.at(best, which, ratios)


def _enough(one: Layout, least: int, floor: float) -> Floats:
    """How many cases each cylinder needs for a ratio of `floor`; infinite where no number is enough. By halving."""
    total = float(len(one.days))
    finite = np.isfinite(one.expected)
    low = np.maximum(float(least), np.where(finite, np.floor(one.expected), 0.0) + 1) - 1
    high = np.full(one.expected.shape, total)
    reached = (likelihood_ratio(high, one.expected, total) >= floor - 1e-9) & (total >= least)
    while (high - low > 1).any():
        middle = np.floor((low + high) / 2)
        good = likelihood_ratio(middle, one.expected, total) >= floor - 1e-9
        high, low = np.where(good & (high - low > 1), middle, high), np.where(~good & (high - low > 1), middle, low)
    return np.where(finite & reached, high, np.inf)


def _issue(
    one: Cluster, p: float, groups: Sequence[Group], layouts: Sequence[Layout], cases: Sequence[Spotted], where: Ground
) -> Issue:
    layout = layouts[one.group]
    of = groups[one.group]
    members = _members(one, layout)
    ids = tuple(cases[n].id for n in members)
    kinds = [kind for n in members if (kind := cases[n].type) is not None]
    reach = layout.reach[one.sites[0], len(one.sites) - 1]
    return Issue(
        id=sha256("\n".join(sorted(ids)).encode()).hexdigest()[:16], what=of.what, type=of.key if of.what == "type" else None,
        grids=tuple(where.codes[layout.sites[s]] for s in one.sites), radius_km=round(float(reach), 3), days=one.days,
        types=tuple(Counter(kinds).most_common(SHOWN_TYPES)), cases=ids, expected=round(one.expected, 4), ratio=round(one.ratio, 4), p=p,
    )  # fmt: skip


def digest_of(cases: Sequence[Spotted]) -> str:
    """SHA-256 of the cases looked at: id, grid, day and type of each; words do not enter."""
    total = sha256()
    for one in cases:
        total.update(f"{one.id} {one.grid} {one.day} {one.type}\n".encode())
    return total.hexdigest()

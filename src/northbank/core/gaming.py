"""Five patterns that flatter figures, looked for unit by unit: closing in bulk, category shopping, flapping, closing without
evidence, splitting. Each with its statistic, a p-value and the cases that make it. A finding is a hint, no verdict.

Pure, on traces. The thresholds are GamingRules of the pack, all [U].
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from itertools import groupby
from math import cos, hypot, radians
from typing import Literal

import msgspec

from northbank.core.city import City, GamingRules
from northbank.core.metrics import wilson
from northbank.core.odds import at_least_binomial, at_least_poisson, more_often
from northbank.core.traces import Correction, Trace, share_left

Pattern = Literal["last_minute", "burst", "shopping", "flapping", "unproven", "splitting"]
HOUR = timedelta(hours=1)
METERS_A_DEGREE = 111_195.0
SHOWN = 500  # cases named with a finding

Held = Mapping[str, Sequence[Trace]]


class Finding(msgspec.Struct, frozen=True):
    """One pattern at one unit. hits of `of`: what was counted; low, high: 95 % interval of that share.

    score: how many times as often as it should be (0: nothing to compare). p: that chance alone gives as much, for this unit
    alone. flagged: beyond the pack's thresholds, with `alpha` shared by all units. login: who, where one person made it.
    cases: those that make it.
    """

    pattern: Pattern
    unit: str
    hits: int
    of: int
    low: float
    high: float
    score: float
    p: float
    flagged: bool
    cases: tuple[str, ...]
    login: str | None = None


def look(traces: Iterable[Trace], changes: Iterable[Correction], city: City) -> list[Finding]:
    """Every pattern at every unit that has cases, flagged or not, by unit."""
    held: dict[str, list[Trace]] = defaultdict(list)
    for one in traces:
        held[one.unit].append(one)
    rules, changed = city.gaming, list(changes)
    left = {one.id: share for rows in held.values() for one in rows if (share := share_left(one, city)) is not None}
    found = [
        *last_minute(held, left, rules),
        *burst(held, rules),
        *shopping(held, changed, rules),
        *flapping(held, rules),
        *unproven(held, rules),
        *splitting(held, rules),
    ]
    return sorted(found, key=lambda one: one.unit)


def last_minute(held: Held, left: Mapping[str, float], rules: GamingRules) -> list[Finding]:
    """Solved in the last slice of the time limit, against the slice before it.

    Over two narrow slices side by side the work of honest people is spread evenly or thins out: each of those solved in
    the two falls into the last one with a chance of one half at most. left: what was left of the limit, by case.
    """
    slice_, found = rules.last_share / 100, []
    for unit, rows in held.items():
        last = [one.id for one in rows if left.get(one.id, 9.0) < slice_]
        before = sum(slice_ <= left.get(one.id, 9.0) < 2 * slice_ for one in rows)
        p = at_least_binomial(len(last), len(last) + before, 0.5)
        score = len(last) / max(before, 1)
        found.append(_finding("last_minute", unit, last, len(last) + before, score, p, rules, len(held)))
    return found


def burst(held: Held, rules: GamingRules) -> list[Finding]:
    """Most cases one login solved within some minutes, against the login's own pace in the hours it solved anything.

    A scan over windows that begin with a case; p: Poisson, times the windows, times the logins of the unit.
    """
    found = []
    for unit, rows in held.items():
        by: dict[str, list[Trace]] = defaultdict(list)
        for one in rows:
            if one.solver is not None and one.met_at is not None:
                by[one.solver].append(one)
        best = min((_busiest(login, own, rules) for login, own in by.items()), default=None, key=lambda one: one[0])
        if best is not None:
            p, score, ids, login, of = best
            found.append(_finding("burst", unit, ids, of, score, min(p * len(by), 1.0), rules, len(held), login))
    return found


def _busiest(login: str, own: list[Trace], rules: GamingRules) -> tuple[float, float, list[str], str, int]:
    width = timedelta(minutes=rules.burst_minutes)
    times = sorted((one.met_at, one.id) for one in own if one.met_at is not None)
    ends = [bisect_left(times, (at + width, "")) for at, _ in times]
    start = max(range(len(times)), key=lambda n: ends[n] - n)
    ids = [id for _, id in times[start : ends[start]]]
    hours = len({at.replace(minute=0, second=0, microsecond=0) for at, _ in times})
    pace = len(times) * (width / (hours * HOUR))
    p = min(at_least_poisson(len(ids) - 1, pace) * len(times), 1.0)
    return p, len(ids) / pace, ids, login, len(times)


def shopping(held: Held, changes: Sequence[Correction], rules: GamingRules) -> list[Finding]:
    """Cases whose type or attributes were changed so that the unit that had them got more time or was rid of them, against other units."""
    gained: dict[str, set[str]] = defaultdict(set)
    for one in changes:
        if one.gains:
            gained[one.unit].add(one.case)
    had = {unit: {one.id for one in held.get(unit, ())} | gained[unit] for unit in {*held, *gained}}
    hits = {unit: sorted(gained[unit]) for unit in had}
    return _against_peers("shopping", hits, {unit: len(ids) for unit, ids in had.items()}, rules)


def flapping(held: Held, rules: GamingRules) -> list[Finding]:
    """Cases that went back and forth (returned, reworked, suspended) so many times, against other units."""
    hits = {unit: [one.id for one in rows if one.turns >= rules.flaps] for unit, rows in held.items()}
    return _against_peers("flapping", hits, {unit: len(rows) for unit, rows in held.items()}, rules)


def unproven(held: Held, rules: GamingRules) -> list[Finding]:
    """Closed cases reported as solved with neither words nor photos, against other units."""
    done = {unit: [one for one in rows if one.done] for unit, rows in held.items()}
    hits = {unit: [one.id for one in rows if not one.proven] for unit, rows in done.items()}
    return _against_peers("unproven", hits, {unit: len(rows) for unit, rows in done.items()}, rules)


def splitting(held: Held, rules: GamingRules) -> list[Finding]:
    """Many reports of one type at one place by one login that also solved them at once.

    A case that was split off counts as made by whoever split it off, then: that of a duty desk which leaves the work to
    others is no hit; whoever splits a report and solves the parts is one like whoever reports them one by one.

    p: Poisson of what the login's pace and the unit's shares of the type and of the place would bring into the window,
    times the windows: as if type, place and time were chosen apart from one another.
    """
    found = []
    for unit, rows in held.items():
        own: dict[str, list[Trace]] = defaultdict(list)
        for one in rows:
            if one.done and one.solver == one.reporter and one.lon is not None:
                own[one.reporter].append(one)
        clusters = [(login, mine, cluster) for login, mine in own.items() for cluster in _clusters(mine, rules)]
        if not clusters:
            continue
        login, mine, cluster = max(clusters, key=lambda one: len(one[2]))
        usual = _usual(mine, [one for one in rows if one.done], cluster, rules)
        p = min(at_least_poisson(len(cluster) - 1, usual) * sum(map(len, own.values())), 1.0)
        ids = [one.id for _, _, rows_ in clusters for one in rows_]
        of = sum(one.done for one in rows)
        found.append(
            _finding("splitting", unit, ids, of, len(cluster) / usual, p, rules, len(held), login, rules.split_cases)
        )
    return found


def _clusters(own: Iterable[Trace], rules: GamingRules) -> list[list[Trace]]:
    """Groups of one type, each near its first one in place and time, all solved within the same span after the report."""
    span, found = timedelta(minutes=rules.split_minutes), []
    quick = [one for one in own if one.met_at is not None and one.met_at - one.reported_at <= span]
    for _, group in groupby(sorted(quick, key=lambda one: (one.type or "", one.reported_at)), key=lambda one: one.type):
        rest = list(group)
        while rest:
            first = rest[0]
            near = [one for one in rest if one.reported_at - first.reported_at <= span and _near(first, one, rules)]
            ids = {one.id for one in near}
            rest = [one for one in rest if one.id not in ids]
            if len(near) >= rules.split_cases:
                found.append(near)
    return found


def _usual(own: Sequence[Trace], around: Sequence[Trace], cluster: Sequence[Trace], rules: GamingRules) -> float:
    """Cases that the pace of a login, and the unit's shares of this type and of this place, would bring into the window."""
    hours = len({one.reported_at.replace(minute=0, second=0, microsecond=0) for one in own})
    same = sum(one.type == cluster[0].type for one in around) / len(around)
    there = sum(_near(cluster[0], one, rules) for one in around) / len(around)
    return len(own) * same * there * (rules.split_minutes / (hours * 60))


def _near(one: Trace, other: Trace, rules: GamingRules) -> bool:
    if one.lon is None or one.lat is None or other.lon is None or other.lat is None:
        return False
    east = (one.lon - other.lon) * cos(radians(one.lat))
    return hypot(east, one.lat - other.lat) * METERS_A_DEGREE <= rules.split_meters


def _against_peers(
    pattern: Pattern, hits: Mapping[str, Sequence[str]], of: Mapping[str, int], rules: GamingRules
) -> list[Finding]:
    """Fisher's exact test of each unit against all others together."""
    every, whole, found = sum(map(len, hits.values())), sum(of.values()), []
    for unit, ids in hits.items():
        others, of_others = every - len(ids), whole - of[unit]
        if not of[unit]:
            continue
        p = more_often(len(ids), of[unit], others, of_others) if of_others else 1.0
        usual = (others + 0.5) / (of_others + 1)  # half a case, so that nobody is infinitely above nobody
        score = len(ids) / of[unit] / usual if of_others else 0.0
        found.append(_finding(pattern, unit, ids, of[unit], score, p, rules, len(hits)))
    return found


def _finding(
    pattern: Pattern, unit: str, ids: Sequence[str], of: int, score: float, p: float, rules: GamingRules, units: int,
    login: str | None = None, least: int | None = None,
) -> Finding:  # fmt: skip
    hits = len(ids)
    low, high = wilson(hits, of)
    enough = hits >= (least or rules.least) and score >= rules.ratio
    return Finding(
        pattern, unit, hits, of, low, high, score, p, enough and p <= rules.alpha / units, tuple(ids[:SHOWN]), login
    )

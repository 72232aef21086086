"""The five patterns: planted ones are found at the unit that made them with their cases; honest units are left in peace."""

import random
from collections import Counter
from datetime import datetime, timedelta
from math import sqrt

import pytest
from msgspec.structs import replace
from template import NOW, city

from northbank.core.city import City, GamingRules
from northbank.core.gaming import Finding, look
from northbank.core.metrics import wilson
from northbank.core.odds import at_least_binomial, at_least_poisson, more_often
from northbank.core.traces import Correction, Trace, share_left

HOUR = timedelta(hours=1)
UNITS = tuple(f"unit.{n}" for n in range(8))
TYPES = ("street.pothole", "street.light", "street.waste")


def honest(chance: random.Random, n: int, unit: str) -> Trace:
    """A case of a unit that works as it should: done some time within a day, now and then late, with evidence as a rule.

    Work comes in evenly over the hours of a month; one clerk of three has it; nobody reports what he solves, but a worker
    who does so all over the town.
    """
    reported = NOW + timedelta(days=chance.randrange(30), minutes=chance.randrange(8 * 60))
    met = reported + min(chance.expovariate(1 / 9.0), 40) * HOUR
    spots = chance.random() < 0.1
    solver = f"{unit}.{'spotter' if spots else chance.randrange(3)}"
    met = reported + 5 * (HOUR / 60) if spots else met
    return Trace(
        id=f"{unit}-{n}", unit=unit, solver=solver, reporter=solver if spots else f"web{n}", type=chance.choice(TYPES),
        lon=85 + chance.random() / 20, lat=27 + chance.random() / 20, reported_at=reported, closed_at=met + HOUR, done=True,
        started_at=reported, due_at=reported + 24 * HOUR, met_at=met, clock="hour", office="",
        turns=sum(chance.random() < 0.08 for _ in range(4)), proven=chance.random() < 0.8, changed_at=met + HOUR,
    )  # fmt: skip


def district(seed: int, each: int = 150) -> tuple[list[Trace], list[Correction]]:
    """Eight honest units of a month, of which every thirtieth case was put right once."""
    chance = random.Random(seed)
    traces = [honest(chance, n, unit) for unit in UNITS for n in range(chance.randint(each // 3, each))]
    return traces, [retyped(one) for one in traces if chance.random() < 1 / 30]


def retyped(one: Trace, to: str = "other") -> Correction:
    return Correction(one.id, one.reported_at + HOUR, "duty", one.unit, to, to == one.unit)


def flagged(traces: list[Trace], changes: list[Correction], rules: GamingRules | None = None) -> list[Finding]:
    place: City = city() if rules is None else replace(city(), gaming=rules)
    return [one for one in look(traces, changes, place) if one.flagged]


def of_unit(traces: list[Trace], unit: str = UNITS[0]) -> list[Trace]:
    return [one for one in traces if one.unit == unit]


def put(traces: list[Trace], changed: list[Trace]) -> list[Trace]:
    by_id = {one.id: one for one in changed}
    return [by_id.get(one.id, one) for one in traces]


def the(found: list[Finding], pattern: str, cases: list[Trace]) -> Finding:
    """The one finding of a pattern: at the unit that planted it, with most of the planted cases among its own."""
    assert {(one.pattern, one.unit) for one in found} >= {(pattern, UNITS[0])}
    assert {one.unit for one in found if one.pattern == pattern} == {UNITS[0]}
    one = next(one for one in found if one.pattern == pattern)
    assert len({case.id for case in cases} & set(one.cases)) >= 0.9 * len(cases)
    assert one.low <= one.hits / one.of <= one.high
    assert one.p < 0.01 / len(UNITS)
    return one


@pytest.mark.parametrize("seed", range(8))
def test_solving_in_the_last_minutes_is_found(seed: int) -> None:
    traces, changes = district(seed)
    chance = random.Random(seed)
    late = [
        replace(one, met_at=one.due_at - timedelta(minutes=chance.randrange(1, 60)))
        for one in of_unit(traces) if not one.solver.endswith("spotter")
    ][:20]  # fmt: skip
    found = the(flagged(put(traces, late), changes), "last_minute", late)
    assert found.score >= 2


@pytest.mark.parametrize("seed", range(8))
def test_solving_in_bulk_is_found_with_the_minutes_it_took(seed: int) -> None:
    traces, changes = district(seed)
    at = NOW + timedelta(days=31)
    bulk = [
        replace(one, met_at=at + timedelta(seconds=20 * n), due_at=at + 8 * HOUR, solver=f"{UNITS[0]}.0")
        for n, one in enumerate(of_unit(traces)[:15])
    ]
    found = the(flagged(put(traces, bulk), changes), "burst", bulk)
    assert found.login == f"{UNITS[0]}.0"


@pytest.mark.parametrize("seed", range(8))
def test_shopping_for_a_better_type_is_found(seed: int) -> None:
    traces, changes = district(seed)
    bought = of_unit(traces)[:14]
    given = [retyped(one, "other") for one in bought[:7]] + [retyped(one, one.unit) for one in bought[7:]]
    the(flagged(traces, changes + given), "shopping", bought)


def test_a_type_that_is_put_right_to_no_ones_gain_does_not_count() -> None:
    traces, _ = district(1)
    same = [Correction(one.id, NOW, "duty", one.unit, one.unit, False) for one in of_unit(traces)]
    assert flagged(traces, same) == []


@pytest.mark.parametrize("seed", range(8))
def test_going_back_and_forth_is_found(seed: int) -> None:
    traces, changes = district(seed)
    restless = [replace(one, turns=4) for one in of_unit(traces)[:12]]
    the(flagged(put(traces, restless), changes), "flapping", restless)


@pytest.mark.parametrize("seed", range(8))
def test_closing_without_evidence_is_found(seed: int) -> None:
    traces, changes = district(seed)
    bare = [replace(one, proven=False) for one in of_unit(traces)[5:]]
    found = the(flagged(put(traces, bare), changes), "unproven", bare)
    assert found.low > 0.8


@pytest.mark.parametrize("seed", range(8))
def test_one_matter_split_into_many_is_found(seed: int) -> None:
    traces, changes = district(seed)
    start = NOW + timedelta(days=12, hours=3)
    split = [
        replace(one, id=f"split-{n}", reporter=f"{UNITS[0]}.spotter", solver=f"{UNITS[0]}.spotter", type=TYPES[0], lon=85.01,
                lat=27.01, reported_at=_at(start, n), met_at=_at(start, n + 2), started_at=_at(start, n))
        for n, one in enumerate(of_unit(traces)[:9])
    ]  # fmt: skip
    the(flagged(traces + split, changes), "splitting", split)


def _at(start: datetime, n: int) -> datetime:
    return start + timedelta(minutes=3 * n)


def test_honest_units_are_flagged_no_more_often_than_stated() -> None:
    """alpha is the chance that any unit at all is flagged for a pattern; with a loose one there is something to count."""
    alpha, seeds = 0.05, 200
    rules = GamingRules(alpha=alpha, ratio=1.0, least=3)
    alarms: Counter[str] = Counter()
    for seed in range(1_000, 1_000 + seeds):
        traces, changes = district(seed, 90)
        alarms.update({one.pattern for one in flagged(traces, changes, rules)})
    most = alpha * seeds + 3 * sqrt(alpha * (1 - alpha) * seeds)
    assert all(count <= most for count in alarms.values()), alarms


def test_what_was_left_is_counted_on_the_clock_of_the_deadline() -> None:
    one = district(3)[0][0]
    assert one.started_at is not None
    half = replace(one, met_at=one.started_at + 12 * HOUR)
    assert share_left(half, city()) == pytest.approx(0.5)
    # an hour of Monday afternoon, two of Tuesday morning; the night is nobody's
    monday = datetime.fromisoformat("2026-05-04T16:00:00+05:45")
    tuesday = datetime.fromisoformat("2026-05-05T10:00:00+05:45")
    worked = replace(one, clock="working_hour", started_at=monday, due_at=tuesday, met_at=tuesday - HOUR)
    late = replace(worked, met_at=tuesday + HOUR)
    assert share_left(worked, city()) == pytest.approx(1 / 3)
    assert share_left(late, city()) is None
    assert share_left(replace(one, started_at=None), city()) is None


def test_tails_are_those_of_the_textbooks() -> None:
    assert at_least_binomial(8, 10, 0.5) == pytest.approx(56 / 1024)
    assert at_least_poisson(3, 2.0) == pytest.approx(0.3233235838)
    assert more_often(3, 4, 1, 4) == pytest.approx(17 / 70)  # the lady who tasted tea
    assert at_least_binomial(0, 0, 0.5) == at_least_poisson(0, 1.0) == 1.0
    assert more_often(900, 1_000, 100, 9_000) < 1e-100
    low, high = wilson(8, 10)
    assert (low, high) == (pytest.approx(0.4901625), pytest.approx(0.9433178))
    assert wilson(0, 0) == (0, 1)
    assert wilson(0, 5)[0] == 0
    assert wilson(5, 5)[1] == 1

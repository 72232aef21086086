"""Hot issues: the scan agrees with plain counting, finds what was planted, and raises no more false alarms than it says."""

import math
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from northbank.core.city import HotRules
from northbank.core.hotspots import (
    FLOOR,
    Spotted,
    ground,
    group,
    lay_out,
    likelihood_ratio,
    scan,
    shuffled,
)

RULES = HotRules(history_days=12, window_days=3, radius_km=2.5, least=2, alpha=0.05, shuffles=99)
# A board of grids, about a kilometer apart.
BOARD = ground({f"g{x}{y}": (106.5 + x * 0.0103, 29.5 + y * 0.009) for x, y in product(range(6), range(6))})


def plain_ratio(c: int, m: float, total: int) -> float:
    if c <= m:
        return 0.0
    return c * math.log(c / m) + ((total - c) * math.log((total - c) / (total - m)) if c < total else 0.0)


def plain_best(cases: list[Spotted], rules: HotRules) -> float:
    """The strongest cylinder of one group, by looking at every one."""
    total, best = len(cases), 0.0
    for middle in {one.grid for one in cases}:
        a = BOARD.places[middle]
        far = {
            one.grid: math.hypot(
                BOARD.east[BOARD.places[one.grid]] - BOARD.east[a], BOARD.north[BOARD.places[one.grid]] - BOARD.north[a]
            )
            for one in cases
        }
        order = sorted((f, BOARD.places[g], g) for g, f in far.items() if f <= rules.radius_km)
        for k, days in product(range(1, len(order) + 1), range(1, rules.window_days + 1)):
            inside = {g for _, _, g in order[:k]}
            here = sum(one.grid in inside for one in cases)
            new = sum(one.day < days for one in cases)
            c = sum(one.grid in inside and one.day < days for one in cases)
            m = here * new / total
            if c >= rules.least and m <= total / 2:
                best = max(best, plain_ratio(c, m, total))
    return best


def quiet(seed: int, count: int, types: int = 3) -> list[Spotted]:
    """Cases whose places and times have nothing to do with one another."""
    chance = np.random.default_rng(seed)
    places = chance.choice(len(BOARD.codes), count, p=chance.dirichlet(np.ones(len(BOARD.codes))))
    return [
        Spotted(str(n), BOARD.codes[g], int(d), f"t{k}")
        for n, (g, d, k) in enumerate(
            zip(places, chance.integers(0, RULES.history_days, count), chance.integers(0, types, count), strict=True)
        )
    ]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(BOARD.codes), st.integers(0, 11)), min_size=3, max_size=25))
def test_the_strongest_cluster_is_that_of_plain_counting(found: list[tuple[str, int]]) -> None:
    cases = [Spotted(str(n), grid, day) for n, (grid, day) in enumerate(found)]
    best = plain_best(cases, RULES)
    issues = scan(cases, BOARD, replace(RULES, alpha=1.0, shuffles=1), 1).issues
    assert (issues[0].ratio if issues else 0.0) == pytest.approx(best if best >= FLOOR else 0.0, abs=1e-4)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000), st.integers(5, 40))
def test_the_strongest_of_a_shuffle_is_that_of_plain_counting(seed: int, count: int) -> None:
    cases = [replace(one, type=None) for one in quiet(seed, count)]
    rules = replace(RULES, shuffles=4)
    [everything] = group(cases, rules.least)
    layout = lay_out(everything, cases, BOARD, rules)
    own = layout.days.astype(np.int16)
    days = np.random.default_rng(seed).permuted(np.tile(own, (4, 1)), axis=1)
    wanted = [plain_best([replace(c, day=int(d)) for c, d in zip(cases, row, strict=True)], rules) for row in days]
    found = shuffled([layout], own, rules, seed, FLOOR, np.inf)
    assert found == pytest.approx([one if one >= FLOOR else 0.0 for one in wanted])


def test_a_planted_cluster_is_found_with_its_cases() -> None:
    cases = quiet(5, 600, types=60)
    planted = [Spotted(f"p{n}", ("g22", "g23", "g32")[n % 3], n % 2, "t1") for n in range(14)]
    found = scan(cases + planted, BOARD, RULES, 7)
    first = found.issues[0]
    assert first.p == 0.01  # the least that 99 shuffles can say
    assert {f"p{n}" for n in range(14)} <= set(first.cases)
    assert len(first.cases) > 2 * first.expected
    assert first.days <= 3
    assert dict(first.types)["t1"] >= 14
    by_id = {one.id: one for one in cases + planted}
    assert all(by_id[id].grid in first.grids and by_id[id].day < first.days for id in first.cases)


def test_two_issues_far_apart_are_told_apart_and_share_no_case() -> None:
    planted = [Spotted(f"a{n}", "g00", 0, "t0") for n in range(12)]
    planted += [Spotted(f"b{n}", "g55", 1, "t2") for n in range(12)]
    issues = scan(quiet(2, 300) + planted, BOARD, RULES, 3).issues
    assert len(issues) >= 2
    ids = [id for one in issues for id in one.cases]
    assert len(ids) == len(set(ids))
    assert {"a0", "b0"} <= set(ids)


def test_words_in_common_make_an_issue_that_types_hide() -> None:
    cases = quiet(9, 400, types=8)
    same = frozenset({77})
    planted = [Spotted(f"p{n}", ("g33", "g34")[n % 2], n % 3, f"t{n % 8}", same) for n in range(7)]
    elsewhere = [replace(one, words=same) if n % 40 == 0 else one for n, one in enumerate(cases)]
    found = scan(elsewhere + planted, BOARD, RULES, 3)
    told = [one for one in found.issues if one.what == "words"]
    assert told
    assert {one.id for one in planted} <= set(told[0].cases)


def test_a_surge_everywhere_is_no_issue_of_a_place() -> None:
    everywhere = [Spotted(f"s{n}", BOARD.codes[n % len(BOARD.codes)], 0, "t0") for n in range(72)]
    steady = [
        Spotted(f"q{n}", BOARD.codes[n % len(BOARD.codes)], 1 + n % (RULES.history_days - 1), "t0") for n in range(396)
    ]
    assert not scan(everywhere + steady, BOARD, RULES, 1).issues


def test_false_alarms_on_shuffled_data_are_as_many_as_alpha_says() -> None:
    """150 quiet districts at alpha 0.05: 7.5 alarms expected; more than 15 come in 1 of 300 such tests."""
    rules = replace(RULES, shuffles=99)
    alarms = sum(bool(scan(quiet(seed, 80), BOARD, rules, seed + 1).issues) for seed in range(150))
    assert alarms <= 15


def test_the_same_seed_gives_the_same_and_order_does_not_matter() -> None:
    cases = quiet(4, 200) + [Spotted(f"p{n}", "g11", 0, "t1") for n in range(8)]
    assert scan(cases, BOARD, RULES, 5) == scan(cases, BOARD, RULES, 5)


def test_nothing_to_look_at_is_nothing_found() -> None:
    for cases in ([], quiet(1, 1), [Spotted("1", "nowhere", 0)], [Spotted("1", "g00", 40), Spotted("2", "g00", 41)]):
        found = scan(cases, BOARD, RULES, 1)
        assert (found.issues, found.strongest) == ((), None)


def test_the_ratio_is_zero_where_no_more_was_seen_than_expected() -> None:
    observed, expected = np.array([2.0, 5.0, 5.0, 10.0]), np.array([3.0, 5.0, np.inf, 2.0])
    assert likelihood_ratio(observed, expected, 10.0) == pytest.approx([0, 0, 0, 10 * math.log(5)])

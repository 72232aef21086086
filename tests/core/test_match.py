"""Match weights, explanation, groups, lasting ids and survivorship by hand, against brute force where there is one."""

import itertools
import random
from datetime import date

import pytest

from northbank.core.alike import WAYS, jaro_winkler, levenshtein, meters
from northbank.core.clusters import cluster, lasting_ids, pair
from northbank.core.dataset import Column, Mask
from northbank.core.match import (
    MISSING,
    Comparison,
    Level,
    Model,
    Parameters,
    decide,
    explain,
    level_of,
    with_parameters,
)
from northbank.core.name import Name
from northbank.core.showing import shown
from northbank.core.survive import Candidate, survivor

N = Name("名", "name")
NAME = Comparison("name", N, ("name",), (Level(how="exact", m=0.8, u=0.01), Level(how="off", amount=1, m=0.15, u=0.09), Level(how=None, m=0.05, u=0.9)))  # fmt: skip
MODEL = Model(
    code="m", name=N, version="v", entity="person", inputs=("a",), fields=(), blocks=(("name",),), comparisons=(NAME,), prior=0.2,
    match=0.9, review=0.3, stated=date(2026, 1, 1),
)  # fmt: skip


def test_odds_of_a_pair_are_those_of_bayes() -> None:
    """P(one | level) = prior m / (prior m + (1 - prior) u)."""
    for n, level in enumerate(NAME.levels):
        bayes = 0.2 * level.m / (0.2 * level.m + 0.8 * level.u)
        found = explain(MODEL, [n])
        assert found.probability == pytest.approx(bayes)
        assert found.weight == pytest.approx(found.prior + found.bars[0].weight)
    assert explain(MODEL, [MISSING]).probability == pytest.approx(0.2), "what is missing speaks for neither"
    assert [decide(MODEL, chance) for chance in (0.9, 0.89, 0.3, 0.29)] == ["match", "review", "review", "apart"]


def test_a_level_is_the_first_that_holds() -> None:
    cases = [
        ("张伟", "张伟", 0),
        ("张伟", "张玮", 1),
        ("张伟", "李四", 2),
        ("张伟", "张伟伟", 2),
        ("张伟", None, MISSING),
    ]
    assert [level_of(NAME, [a], [b]) for a, b, _ in cases] == [level for *_, level in cases]


def test_learned_parameters_belong_to_a_shape() -> None:
    learned = Parameters(0.1, {"name": ((0.7, 0.02), (0.2, 0.08), (0.1, 0.9))})
    other = with_parameters(MODEL, learned)
    assert (other.prior, other.comparisons[0].levels[0].m, other.shape) == (0.1, 0.7, MODEL.shape)


@pytest.mark.parametrize(
    ("a", "b", "wanted"), [("MARTHA", "MARHTA", 0.9611), ("DIXON", "DICKSONX", 0.8133), ("DWAYNE", "DUANE", 0.84), ("", "A", 0.0)]
)  # fmt: skip
def test_jaro_winkler_as_winkler_prints_it(a: str, b: str, wanted: float) -> None:
    assert jaro_winkler(a, b) == pytest.approx(wanted, abs=0.0001)
    assert jaro_winkler(b, a) == pytest.approx(wanted, abs=0.0001)


def test_ways_are_the_same_from_either_side() -> None:
    chance = random.Random(5)
    assert (levenshtein("kitten", "sitting"), levenshtein("", "abc")) == (3, 3)
    assert meters(106.5, 29.5, 106.5, 29.6) == pytest.approx(11_119, rel=0.001)
    words = ["".join(chance.choices("江北区路", k=chance.randint(1, 4))) for _ in range(60)]
    for a, b in itertools.pairwise(words):
        for how in ("exact", "levenshtein", "off", "within", "shares", "jaro_winkler"):
            for amount in (0.5, 1, 2):
                assert WAYS[how].holds((a,), (b,), amount) == WAYS[how].holds((b,), (a,), amount)
    assert WAYS["crossed"].holds(("a", "b"), ("b", "a"), 0)


def components(records: list[str], links: list[tuple[str, str, float]]) -> set[frozenset[str]]:
    """Groups by brute force."""
    groups = [{one} for one in records]
    for a, b, _ in links:
        together = [one for one in groups if a in one or b in one]
        groups = [one for one in groups if one not in together] + [set().union(*together)]
    return {frozenset(one) for one in groups}


def test_groups_are_connected_records_and_never_hold_what_is_apart() -> None:
    for seed in range(60):
        chance = random.Random(seed)
        records = [f"r{n}" for n in range(chance.randint(2, 12))]
        links = [(*chance.sample(records, 2), chance.random()) for _ in range(chance.randint(0, 14))]
        assert {frozenset(one) for one in cluster(records, links)} == components(records, links)
        apart = [pair(*chance.sample(records, 2)) for _ in range(3)]
        made = cluster(records, links, apart)
        assert sorted(one for group in made for one in group) == sorted(records)
        assert not [group for group in made for a, b in apart if a in group and b in group]


def test_of_two_links_that_join_what_is_apart_the_weaker_gives_way() -> None:
    links = [("a", "b", 0.99), ("b", "c", 0.96)]
    assert cluster("abc", links, [("a", "c")]) == [["a", "b"], ["c"]]


def test_an_id_stays_with_most_of_its_records() -> None:
    before = {"a": "one", "b": "one", "c": "one", "d": "two"}
    found = lasting_ids([["a", "b"], ["c"], ["d", "e"], ["f"]], before, 2)
    assert (found[0], found[2]) == ("one", "two")
    assert len(set(found)) == 4
    assert lasting_ids([["a", "b", "c", "d"]], before, 2) == ["one"], (
        "of two that became one, that of most records stays"
    )
    assert lasting_ids([["a"], ["b"]], {"a": "one", "b": "one"}, 2)[0] == "one", (
        "of equal halves that with the smallest record"
    )
    assert lasting_ids([["f"]], {}, 2) != lasting_ids([["f"]], {}, 3), "an id is not given again"


def test_a_cell_survives_by_its_rule() -> None:
    cells = [
        Candidate("短", 1, (5.0,), 3), Candidate("长一点", 2, (1.0,), 4), Candidate("短", 2, (2.0,), 5), Candidate("信", 0, (0.0,), 1),
    ]  # fmt: skip
    got = {rule: survivor(rule, cells) for rule in ("trusted", "recent", "longest", "frequent")}
    assert {rule: one.record if one else 0 for rule, one in got.items()} == {
        "trusted": 1,
        "recent": 3,
        "longest": 4,
        "frequent": 3,
    }
    assert survivor("recent", []) is None


def test_a_mask_hides_at_least_a_third() -> None:
    column = Column(code="id", name=N, personal=True, mask=Mask(first=6, last=4))
    assert shown(column, "110105194912310021") == "110105********0021"
    assert shown(column, "12345") == "123**"
    assert shown(column, "12345", plain=True) == "12345"
    assert shown(Column(code="id", name=N), date(2026, 1, 2)) == "2026-01-02"

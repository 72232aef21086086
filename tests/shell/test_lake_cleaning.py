"""Every step of cleaning by its own examples, as the engine runs it; ways of likeness by the engine against core's plain rules."""

import itertools
import random
from datetime import date, timedelta
from typing import Any

import duckdb
import pytest

from northbank.core.alike import WAYS, How
from northbank.core.cleaning import CLEANERS, SIMPLIFIED, TRADITIONAL, cleaned
from northbank.core.expression import Cell, Const
from northbank.core.match import Comparison
from northbank.core.name import Name
from northbank.shell.lake.compile import Words
from northbank.shell.lake.pairs import condition


@pytest.fixture(scope="module")
def duck() -> duckdb.DuckDBPyConnection:
    return duckdb.connect()


@pytest.mark.parametrize("code", CLEANERS)
def test_a_step_does_what_its_examples_say(duck: duckdb.DuckDBPyConnection, code: str) -> None:
    for text, wanted in CLEANERS[code].examples:
        words = Words()
        query = ", ".join(words.of(CLEANERS[code].make(one)) for one in (Const(text), Cell("a")))
        assert duck.execute(f"select {query} from (select {words.value(text)} as a)", words.values).fetchone() == (
            wanted,
            wanted,
        )
    assert len(TRADITIONAL) == len(SIMPLIFIED)


PARTS = ("district", "town", "road", "number", "building", "unit", "floor", "room", "place")


@pytest.mark.parametrize(
    ("address", "wanted"),
    [
        ("重庆市北岸区桥头街道建新东路十二号３栋２单元５０１室", ["北岸区", "桥头街道", "建新东路", "12", "3", "2", None, "501", None]),
        ("北岸区港口镇滨江大道一百零五号", ["北岸区", "港口镇", "滨江大道", "105", *[None] * 5]),
        ("建新路8号 2幢-1单元 301", [None, None, "建新路", "8", "2", "1", None, "301", None]),
        ("北岸區橋頭街道辦事處建新路八號", ["北岸区", "桥头街道", "建新路", "8", *[None] * 5]),
        ("桥头路街道建新路3号楼二楼（临街）", [None, "桥头路街道", "建新路", None, "3", None, "2", None, None]),
        ("石门镇滨江花园8-2-501", [None, "石门镇", None, None, "8", "2", None, "501", "石门镇滨江花园"[3:]]),
        ("大江省北岸市桥头镇12号附2号", ["北岸市", "桥头镇", None, "12", *[None] * 5]),
        ("建新路2弄15号1201", [None, None, "建新路", "2", "15", None, None, "1201", None]),
        ("", [None] * 9),
    ],
)  # fmt: skip
def test_an_address_is_taken_apart(duck: duckdb.DuckDBPyConnection, address: str, wanted: list[Any]) -> None:
    words = Words()
    query = ", ".join(words.of(cleaned(Const(address), ("address", one))) for one in PARTS)
    assert duck.execute(f"select {query}", words.values).fetchone() == tuple(wanted)


def test_the_engine_says_of_likeness_what_core_says(duck: duckdb.DuckDBPyConnection) -> None:
    """Latin text for ways that the engine counts in bytes, Chinese for the others."""
    chance = random.Random(11)
    days = [date(2020, 1, 1) + timedelta(days=chance.randint(0, 60)) for _ in range(200)]
    latin = ["".join(chance.choices("abcd", k=chance.randint(1, 6))) for _ in range(200)]
    chinese = ["".join(chance.choices("江北区路张", k=chance.randint(1, 5))) for _ in range(200)]
    tried: dict[How, tuple[list[Any], tuple[float, ...]]] = {
        "exact": (chinese, (0,)), "jaro_winkler": (latin, (0.5, 0.8, 0.92)), "levenshtein": (latin, (1, 2)),
        "days": (days, (1, 7, 30)), "off": (chinese, (1, 2)), "within": (chinese, (1, 2)), "shares": (chinese, (0.3, 0.6)),
    }  # fmt: skip
    for how, (cells, amounts) in tried.items():
        rows = list(zip(cells, chance.sample(cells, len(cells)), strict=True))
        for amount in amounts:
            asked = condition(Comparison("x", Name(), ("x",), ()), how, amount)
            kind = "date" if how == "days" else "varchar"
            query = f'select {asked} from (select unnest($1::{kind}[]) as "x_l", unnest($2::{kind}[]) as "x_r")'
            found = [one for (one,) in duck.execute(query, [[a for a, _ in rows], [b for _, b in rows]]).fetchall()]
            assert found == [WAYS[how].holds((a,), (b,), amount) for a, b in rows], (how, amount)


def test_the_engine_measures_meters_as_core_does(duck: duckdb.DuckDBPyConnection) -> None:
    chance = random.Random(12)
    points = [(106.5 + chance.random() / 100, 29.5 + chance.random() / 100) for _ in range(200)]
    for how, amount in (("meters", 300.0), ("crossed", 0.0)):
        asked = condition(Comparison("p", Name(), ("lon", "lat"), ()), how, amount)  # type: ignore[arg-type]
        for a, b in itertools.pairwise(points):
            row = 'select {} from (select $1::double as "lon_l", $2::double as "lat_l", $3::double as "lon_r", $4::double as "lat_r")'
            found = duck.execute(row.format(asked), [*a, *b]).fetchone()
            assert found == (WAYS[how].holds(a, b, amount),)  # type: ignore[index]

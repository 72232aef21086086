"""Every step of cleaning that links records, asked of Spark and of DuckDB over dirty cells: equal cells come out."""

import random
from typing import TYPE_CHECKING

from hypothesis import strategies as st
from shell.test_lake_rules import ask
from shell.test_spark_rules import ask_spark, drawn

from northbank.core.cleaning import CLEANERS, cleaned
from northbank.core.expression import Cell
from northbank.shell.lake.compile import Words
from northbank.shell.lake.dialects import DUCKDB, SPARK

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

# Ends of lines of every kind, blanks that are none to one engine, what patterns treat as their own, characters outside the first plane.
ODD = "\n\r\x0b\x0c\x85\u2028\u2029\u00a0\u3000\x00\x7f𠮷\\$1\"'()[]{}|^*+?.-~—_/#&"
WORDS = (
    "重庆市", "北岸区", "桥头街道", "街道办事处", "港口镇", "建新路", "滨江大道", "胡同", "十二号", "一百零五", "附2号", "3幢", "２单元", "５楼", "501室", "8-2-501",
    "弄", "號樓", "（临街）", "滨江花园", "有限公司", "(集团)股份有限公司", "个体工商户", "100 N STATE ST", "St.", "3Rd ave", "THE ", "Joe's", "L.L.C.", ", Inc", "+86", "138-0013-8000", "x",
)  # fmt: skip


def dirty(count: int) -> list[tuple[str | None]]:
    """Cells of both scripts with odd characters in them, at their ends above all, and empty ones."""
    chance = random.Random(21)
    cells: list[tuple[str | None]] = [(None,), ("",), ("\n",), ("x" * 5_000,), ("路街" * 2_000,)]
    for _ in range(count):
        words = chance.choices(WORDS, k=chance.randint(1, 6))
        for _ in range(chance.randint(0, 2)):
            words.insert(chance.choice((0, len(words), chance.randrange(len(words)))), chance.choice(ODD))
        cells.append(("".join(words),))
    return cells + [(cell,) for cell in drawn(st.text(max_size=12), 100)]


def test_a_cell_is_cleaned_the_same_for_linking(spark: "SparkSession") -> None:
    """Each step over dirty cells and over addresses in their one form, which parts of addresses are asked of."""
    cells = dirty(400)
    words = Words(DUCKDB)
    plain = {"a": words.of(cleaned(Cell("c"), ("address",)))}
    cells += [(one,) for (one,) in ask(plain, {"c": "varchar"}, cells, words)]
    found = []
    for dialect in (SPARK, DUCKDB):
        words = Words(dialect)
        named = {one: words.of(CLEANERS[one].make(Cell("c"))) for one in CLEANERS}
        found.append(
            ask_spark(spark, named, {"c": "string"}, cells, words) if dialect is SPARK else ask(named, {"c": "varchar"}, cells, words)
        )  # fmt: skip
    for cell, by_spark, by_duckdb in zip(cells, *found, strict=True):
        for step, one, other in zip(CLEANERS, by_spark, by_duckdb, strict=True):
            assert one == other, (step, cell)

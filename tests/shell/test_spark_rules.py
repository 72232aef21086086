"""What core says of a cell in Python, Spark says too, and DuckDB: each type, each cleaning and each check, on a cluster of two workers."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shell.test_lake_rules import CELLS, SQL_TYPES, VALUES, ask, written

from northbank.core.celltypes import BLANKS, TYPES
from northbank.core.checks import CHECKS, holds
from northbank.core.dataset import Column, Rule
from northbank.core.expression import Op, call
from northbank.core.name import Name
from northbank.shell.lake.compile import RAW, Words
from northbank.shell.lake.dialects import DUCKDB, SPARK, Dialect, NoOperation

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

SPARK_TYPES = {"text": "string", "integer": "bigint", "number": "double", "date": "date", "time": "timestamp_ntz"}


def drawn(strategy: st.SearchStrategy[Any], count: int) -> list[Any]:
    """So many values of a strategy: Spark is asked once for all of them, not once an example."""
    found: list[Any] = []

    @settings(max_examples=count // 50, deadline=None, database=None)
    @given(st.lists(strategy, min_size=50, max_size=50))
    def draw(values: list[Any]) -> None:
        found.extend(values)

    draw()
    return found


def ask_spark(
    spark: "SparkSession", expressions: dict[str, str], columns: dict[str, str], rows: Sequence[Sequence[object]], words: Words
) -> list[Any]:  # fmt: skip
    """As `ask` of the other engine; the rows keep their places by number, for a cluster has no order of its own."""
    schema = ", ".join(f"{SPARK.quoted(name)} {kind}" for name, kind in {"n": "bigint", **columns}.items())
    data = spark.createDataFrame([(n, *row) for n, row in enumerate(rows)], schema).repartition(2)
    named = ", ".join(f"{said} as {SPARK.quoted(name)}" for name, said in expressions.items())
    asked = spark.sql(f"select n, {named} from {{data}}", args=words.args(), data=data)
    return [tuple(row)[1:] for row in sorted(asked.collect())]


def test_a_cell_is_read_as_in_python_and_by_the_other_engine(spark: "SparkSession") -> None:
    cells = drawn(written, 3000)
    kinds = [kind for kind in TYPES if kind != "text"]
    found = []
    for dialect in (SPARK, DUCKDB):
        words = Words(dialect)
        asked = {kind: words.typed(Column(code="c", name=Name("", "c"), kind=kind)) for kind in kinds}  # type: ignore[arg-type]
        if dialect is SPARK:
            found.append(ask_spark(spark, asked, {RAW + "c": "string"}, [(cell,) for cell in cells], words))
        else:
            found.append(ask(asked, {RAW + "c": "varchar"}, [(cell,) for cell in cells], words))
    for cell, spark_says, duckdb_says in zip(cells, *found, strict=True):
        python = {kind: TYPES[kind].read(cell) for kind in kinds}
        assert dict(zip(kinds, spark_says, strict=True)) == python, repr(cell)
        assert repr(spark_says) == repr(duckdb_says), repr(cell)  # repr tells 0.0 from -0.0


def test_a_cell_is_cleaned_as_by_the_other_engine(spark: "SparkSession") -> None:
    text = st.text(st.sampled_from(BLANKS + "aZzß１é中𠮷-NUL\x00\x0b\x7f\u00a0"), max_size=6)
    cells = [(cell,) for cell in drawn(text, 1500)]
    found = []
    for dialect in (SPARK, DUCKDB):
        words, name = Words(dialect), dialect.quoted("c")
        asked = {
            str(upper): words.cleaned(name, Column(code="c", name=Name("", "c"), upper=upper), ("-", "NULL"))
            for upper in (True, False)
        }
        found.append(
            ask_spark(spark, asked, {"c": "string"}, cells, words) if dialect is SPARK else ask(asked, {"c": "varchar"}, cells, words)
        )  # fmt: skip
    assert found[0] == found[1]


def test_a_check_says_what_its_python_says(spark: "SparkSession") -> None:
    """Every check is asked in the same job, each over cells of its own."""
    checks = sorted(CHECKS)
    kinds = {check: [allowed[0] for allowed in CHECKS[check].kinds] for check in checks}
    rows = list(
        zip(*(drawn(st.tuples(*(st.none() | CELLS[kind] for kind in kinds[check])), 1500) for check in checks), strict=True)
    )  # fmt: skip
    columns = {f"{check}{n}": kind for check in checks for n, kind in enumerate(kinds[check])}
    cells = [[cell for group in row for cell in group] for row in rows]
    rules = [
        Rule(check=check, columns=tuple(f"{check}{n}" for n in range(len(kinds[check]))), values=VALUES.get(check, ()))
        for check in checks
    ]
    words, others = Words(SPARK), Words(DUCKDB)
    of_spark = ask_spark(
        spark, {r.check: words.fails(r) for r in rules}, {c: SPARK_TYPES[k] for c, k in columns.items()}, cells, words
    )
    of_duckdb = ask(
        {r.check: others.fails(r) for r in rules}, {c: SQL_TYPES[k] for c, k in columns.items()}, cells, others
    )
    assert of_spark == of_duckdb
    for row, fails in zip(rows, of_spark, strict=True):
        for rule, group, failed in zip(rules, row, fails, strict=True):
            assert failed is not holds(rule.check, group, *rule.values), (rule.check, group)


def test_values_are_parameters_whatever_stands_in_them(spark: "SparkSession") -> None:
    odd = ("x'); drop table t; --", "\\'", ":p1", "{data}", "$1", '"')
    words = Words(SPARK)
    rule = Rule(check="code", columns=("a`b",), values=(odd,))
    found = ask_spark(spark, {"f": words.fails(rule)}, {"a`b": "string"}, [*((one,) for one in odd), ("y",)], words)
    assert found == [*((False,) for _ in odd), (True,)]


def test_every_operation_is_known_to_both_engines_and_a_gap_names_the_engine() -> None:
    assert set(SPARK.operations) == set(DUCKDB.operations) == set(Op.__args__)  # type: ignore[attr-defined]
    bare = Dialect(
        name="Abacus", quote='"', mark="?", trim="", json="", member="", told=False, seldom="", operations={}
    )
    with pytest.raises(NoOperation, match="The engine Abacus has no operation matches"):
        Words(bare).of(call("matches", "a", "b"))

"""What core says of a cell in Python, the engine says too: each type and each check over the same dirty values, in one batch."""

import random
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from northbank.core.celltypes import BLANKS, TYPES
from northbank.core.checks import CHECKS, CREDIT_LETTERS, ID_DIGITS, ID_WEIGHTS, credit_code, holds
from northbank.core.dataset import Column, Rule
from northbank.core.name import Name
from northbank.core.written import plain
from northbank.shell.lake.compile import RAW, Words, quoted
from northbank.shell.lake.fast import Fast, nested

BOX = (106.4, 29.5, 106.9, 29.8)
VALUES: dict[str, tuple[object, ...]] = {
    "inside": (BOX,),
    "range": (-2.5, 40.0),
    "code": (("a", "b", "它's"),),
    "codes": (("a", "b", "它's(1.5)"), ","),
}
SQL_TYPES = {"text": "varchar", "integer": "bigint", "number": "double", "date": "date", "time": "timestamp"}
ODD = st.text(alphabet="0123456789Xx -+/年月日T:.,'\"\\(%是否YN它abｘ１\n\u3000", max_size=22)


def ask(
    expressions: dict[str, str], columns: dict[str, str], rows: Sequence[Sequence[object]], words: Words, *rules: Rule
) -> list[Any]:
    lists = ", ".join(f"unnest(${n}::{kind}[]) as {quoted(name)}" for n, (name, kind) in enumerate(columns.items(), 1))
    with duckdb.connect(config={"threads": "1"}) as duck:
        duck.execute(f"create table t as select {lists}", [[row[n] for row in rows] for n in range(len(columns))])
        rows_ = nested("from t", words.before(rules)) if isinstance(words, Fast) else "from t"
        return duck.execute(f"select {', '.join(expressions.values())} from ({rows_})", words.values).fetchall()


days = st.dates(date(1890, 1, 1), date(2110, 1, 1))
written = st.one_of(
    ODD,
    st.builds(
        lambda y, m, d, form: form.format(y, m, d), st.integers(1900, 2030) | st.sampled_from([999, 12345]), st.integers(0, 13), st.integers(0, 32),
        st.sampled_from(["{}-{}-{}", "{}-{:02}-{:02}", "{}/{}/{}", "{}{:02}{:02}", "{}年{}月{}日", "{}-{}/{}", "{}-{:02}-{:02} 09:30",
                         "{}-{}-{}T23:59:59", "{}/{}/{} 24:00", "{}年{}月{}日 7:00", "{}{:02}{:02} 07:00",
                         "{:04}-{:02}-{:02}", "{}-{:02}-{:02} 07:00:09", "{}-{:02}-{:02} 24:00:00", "{}-{:02}-{:02} 07:00:09.500000", "{}-{:02}-{:02} 07:00:09+08"]),
    ),
    st.integers().map(str), st.floats(allow_nan=False, allow_infinity=False).map(str), st.decimals(allow_nan=False, allow_infinity=False, places=3).map(str),
    st.sampled_from(["是", "否", "true", "TRUE", "1", "0", "Yes"]),
)  # fmt: skip


@pytest.mark.parametrize("way", [Words, Fast])
@settings(max_examples=15, deadline=None)
@given(st.lists(written, min_size=40, max_size=120))
def test_a_cell_is_read_as_in_python(way: type[Words], cells: list[str]) -> None:
    words = way()
    kinds = [kind for kind in TYPES if kind != "text"]
    asked = {
        kind: words.typed(Column(code="c", name=Name("", "c"), kind=kind)) for kind in kinds  # type: ignore[arg-type]
    }  # fmt: skip
    found = ask(asked, {RAW + "c": "varchar"}, [(cell,) for cell in cells], words)
    for cell, row in zip(cells, found, strict=True):
        assert dict(zip(kinds, row, strict=True)) == {kind: TYPES[kind].read(cell) for kind in kinds}, repr(cell)


FORMATS = ("%m/%d/%Y %I:%M:%S %p", "%Y-%m-%dT%H%M", "%d.%m.%Y %H:%M", "%Y年%m月%d日 %p%I:%M")
foreign = st.one_of(
    ODD,
    st.builds(
        lambda d, h, m, form: form.format(d.year, d.month, d.day, h, m), st.dates(date(1990, 1, 1), date(2030, 1, 1)),
        st.integers(0, 13), st.integers(0, 60),
        st.sampled_from(["{1}/{2:02}/{0} {3}:{4:02}:09 PM", "{1:02}/{2}/{0} {3:02}:{4:02}:00 AM", "{0}-{1:02}-{2:02}T{3:02}{4:02}", "{2}.{1}.{0} {3}:{4:02}",
                         "{0}年{1}月{2}日 下午{3}:{4:02}", "{0}年{1}月{2}日 上午{3}:{4:02}", "{0}-{1}-{2} {3:02}:{4:02}", "{1}/{2}/{0}"]),
    ),
)  # fmt: skip


@settings(max_examples=12, deadline=None)
@given(st.lists(foreign, min_size=40, max_size=120))
def test_a_day_or_time_as_a_source_writes_it_is_read_as_in_python(cells: list[str]) -> None:
    words = Words()
    asked = {
        kind: words.typed(Column(code="c", name=Name("", "c"), kind=kind, written=FORMATS)) for kind in ("date", "time")  # type: ignore[arg-type]
    }  # fmt: skip
    found = ask(asked, {RAW + "c": "varchar"}, [(cell,) for cell in cells], words)
    for cell, (day, moment) in zip(cells, found, strict=True):
        assert (day, moment) == tuple(TYPES[kind].read(plain(cell, FORMATS, kind)) for kind in ("date", "time")), repr(
            cell
        )


def a_card(seed: int) -> str:
    chance = random.Random(seed)
    body = f"{chance.choice('123456')}{chance.randrange(10**5):05d}{chance.choice(('19', '20'))}{chance.randrange(100):02d}"
    body += f"{chance.randrange(1, 13):02d}{chance.randrange(1, 32):02d}{chance.randrange(1000):03d}"
    return body + ID_DIGITS[sum(int(d) * w for d, w in zip(body, ID_WEIGHTS, strict=True)) % 11]


def a_code(seed: int) -> str:
    chance = random.Random(seed)
    body = (
        "".join(chance.choices(CREDIT_LETTERS, k=2))
        + f"{chance.randrange(10**6):06d}"
        + "".join(chance.choices(CREDIT_LETTERS, k=9))
    )
    return next(body + c for c in CREDIT_LETTERS if credit_code(body + c))


@st.composite
def spoiled(draw: st.DrawFn) -> str:
    """Something right, or with one character changed, left out or put in."""
    right = st.one_of(
        st.integers(0, 10**6).map(a_card), st.integers(0, 10**6).map(a_code),
        st.from_regex(r"(\+?86[- ]?)?1[2-9][0-9]{8,10}|(0[0-9]{2,3}[- ]?)?[1-9][0-9]{5,8}(-[0-9]{1,7})?|400[- ]?[0-9]{2,5}[- ]?[0-9]{3,4}", fullmatch=True),
        st.sampled_from(["a", "b", "它's", "c", "a,b", "它's(1.5),a", "a,", "a,,b", "它's(115)"]), ODD,
    )  # fmt: skip
    text = draw(right)
    if text and draw(st.booleans()):
        place = draw(st.integers(0, len(text) - 1))
        text = (
            text[:place]
            + draw(st.sampled_from(["", "0", "X", "x", "-", "I", "９"]))
            + text[place + draw(st.integers(0, 1)) :]
        )
    return text


CELLS = {
    "text": spoiled(),
    "integer": st.integers(-50, 50),
    "number": st.floats(-180, 180, allow_nan=False)
    | st.sampled_from([106.4, 106.9, 29.5, 29.8, 106.6, 29.6, -2.5, 40.0]),
    "date": days,
    "time": st.datetimes(datetime(1950, 1, 1), datetime(2050, 1, 1)),
}


@pytest.mark.parametrize("way", [Words, Fast])
@pytest.mark.parametrize("check", sorted(CHECKS))
def test_a_check_says_what_its_python_says(check: str, way: type[Words]) -> None:
    kinds = [allowed[0] for allowed in CHECKS[check].kinds]

    @settings(max_examples=10, deadline=None)
    @given(st.lists(st.tuples(*(st.none() | CELLS[kind] for kind in kinds)), min_size=40, max_size=150))
    def agrees(rows: list[tuple[Any, ...]]) -> None:
        words = way()
        columns = tuple(f"c{n}" for n in range(len(kinds)))
        rule = Rule(check=check, columns=columns, values=VALUES.get(check, ()))
        types = dict(zip(columns, map(SQL_TYPES.__getitem__, kinds), strict=True))
        found = ask({"f": words.fails(rule)}, types, rows, words, rule)
        for cells, (fails,) in zip(rows, found, strict=True):
            assert fails is not holds(check, cells, *rule.values), repr(cells)

    agrees()


@pytest.mark.parametrize("way", [Words, Fast])
def test_values_are_values_whatever_stands_in_them(way: type[Words]) -> None:
    words = way()
    rule = Rule(check="code", columns=('a"b',), values=(("x'); drop table t; --",),))
    found = ask({"f": words.fails(rule)}, {'a"b': "varchar"}, [("x'); drop table t; --",), ("y",)], words)
    assert found == [(False,), (True,)]


@pytest.mark.parametrize("way", [Words, Fast])
@settings(max_examples=15, deadline=None)
@given(st.lists(ODD | st.text(alphabet=" \t\r\n\u3000\ufeff-aZé無'", max_size=5), min_size=40, max_size=120))
def test_blanks_and_marks_of_nothing_are_taken_off(way: type[Words], cells: list[str]) -> None:
    for upper in (False, True):
        words = way()
        column = Column(code="c", name=Name("", "c"), upper=upper)
        found = ask(
            {"c": words.cleaned('"c"', column, ("-", "NULL", "'"))}, {"c": "varchar"}, [(c,) for c in cells], words
        )
        for cell, (read,) in zip(cells, found, strict=True):
            bare = cell.strip(BLANKS)
            bare = "".join(c.upper() if "a" <= c <= "z" else c for c in bare) if upper else bare
            assert read == (None if bare in ("", "-", "NULL", "'") else bare), repr(cell)

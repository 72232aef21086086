"""Whatever lies outside a grant, columns and rows, never changes an answer under it: no cell, no count, no error, no file it is read from.

Random tables, grants and questions; everything outside the grant is made anew; answers are compared byte for byte.
"""

import asyncio
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from northbank.core.dataset import Collected, Column, Dataset, Mask
from northbank.core.name import Name
from northbank.core.refusal import Refused
from northbank.core.rowfilter import Compare, Either, Every, RowFilter
from northbank.core.terms import Terms, askable, touched
from northbank.ports.sharing import Given
from northbank.shell.lake import copies
from northbank.shell.lake.answers import DuckAnswerer
from northbank.shell.lake.granted import TYPES
from northbank.shell.lake.parts import Looking

GRANT = "01890000-0000-7000-8000-000000000001"
KINDS = {"id": "text", "area": "text", "n": "integer", "x": "number", "born": "date", "word": "text"}
TABLE = Dataset(
    code="people", name=Name("人", "people"), version="v", owner="watch", source="s", cycle="daily", level="L3",
    share="conditional", retention=1, key=("id",),
    columns=tuple(
        Column(code=code, name=Name(code, code), kind=kind, personal=code == "word", mask=Mask(first=1) if code == "word" else None)  # type: ignore[arg-type]
        for code, kind in KINDS.items()
    ),
)  # fmt: skip
CELLS: dict[str, st.SearchStrategy[Any]] = {
    "area": st.sampled_from(["H", "O", "", "7"]),
    "n": st.one_of(st.none(), st.sampled_from([0, 1, -1, 7, 2**62])),
    "x": st.one_of(st.none(), st.sampled_from([0.0, 1.5, -2.0, 1e300])),
    "born": st.one_of(st.none(), st.sampled_from([date(2020, 2, 29), date(1, 1, 1), date(2019, 9, 1)])),
    "word": st.one_of(st.none(), st.sampled_from(["1", "12", "abc", "张三", "9" * 30])),
}
Row = dict[str, Any]


def row_of(id: str) -> st.SearchStrategy[Row]:
    return st.fixed_dictionaries({"id": st.just(id), **CELLS})


def tables(ids: Sequence[str]) -> st.SearchStrategy[list[Row]]:
    return st.tuples(*(row_of(id) for id in ids)).map(list)


compares = st.one_of(
    st.sampled_from(["H", "O", "7"]).map(lambda v: Compare(column="area", op="eq", values=(v,))),
    st.sampled_from([0, 1, 7]).flatmap(
        lambda v: st.sampled_from(["lt", "ge", "ne"]).map(lambda op: Compare(column="n", op=op, values=(v,)))
    ),
    st.just(Compare(column="born", op="filled")),
    st.just(Compare(column="word", op="in", values=("12", "abc"))),
)
filters: st.SearchStrategy[RowFilter] = st.one_of(
    compares, st.tuples(compares, compares).map(Every), st.tuples(compares, compares).map(Either)
)


@st.composite
def terms(draw: st.DrawFn) -> Terms:
    fields = draw(st.lists(st.sampled_from(sorted(KINDS)), min_size=1, max_size=4, unique=True))
    shown = draw(st.sampled_from(["plain", "mask", "hash"]))
    return Terms(
        fields=tuple(fields), shown={"word": shown}, answers=("born",), rows=draw(st.one_of(st.none(), filters)),
        by_key=True, until=date(2027, 1, 1),
    )  # fmt: skip


def holds(one: RowFilter | None, row: Row) -> bool:
    """A filter in plain Python."""
    match one:
        case None:
            return True
        case Every(of):
            return all(holds(part, row) for part in of)
        case Either(of):
            return any(holds(part, row) for part in of)
        case Compare(column=column, op=op, values=values):
            cell = row[column]
            if op == "filled":
                return cell is not None
            if cell is None:
                return False
            value = values[0]
            return {
                "eq": cell == value, "ne": cell != value, "in": cell in values, "lt": op == "lt" and cell < value,
                "ge": op == "ge" and cell >= value,
            }[op]  # fmt: skip


def questions(fields: Sequence[str]) -> st.SearchStrategy[str]:
    """SELECTs that may fail on some rows and not on others."""
    cell = st.sampled_from([f'"{one}"' for one in fields])
    value = st.one_of(
        cell, cell.map(lambda c: f"cast({c} as integer)"), cell.map(lambda c: f"cast({c} as date)"),
        cell.map(lambda c: f"10 // try_cast({c} as integer)"), cell.map(lambda c: f"try_cast({c} as bigint) * 9223372036854775807"),
        cell.map(lambda c: f"length(cast({c} as varchar))"), cell.map(lambda c: f"{c} is null"),
    )  # fmt: skip
    where = st.one_of(
        st.just(""), value.map(lambda v: f" where {v} is not null"), cell.map(lambda c: f" where {c} > '3'")
    )
    return st.one_of(
        st.tuples(value, where).map(lambda p: f"select {p[0]} as v from people{p[1]} limit 3"),
        st.tuples(cell, value, where).map(lambda p: f"select {p[0]} as k, count({p[1]}) as c from people{p[2]} group by 1 order by 1"),
        value.map(lambda v: f"select count(*), min({v}), max({v}) from people"),
        st.tuples(cell, value).map(lambda p: f"select row_number() over (order by {p[0]}) as r, {p[1]} as v from people"),
        cell.map(lambda c: f"select count(*) from people a join people b on a.{c} = b.{c}"),
        st.just("select * from people"), st.just("select count(*) from people where nope = 1"),
    )  # fmt: skip


class Written:
    """Tables written out as queries, one a world: what an answerer is built over."""

    def __init__(self) -> None:
        self.queries: dict[str, str] = {}

    def relation(self, dataset: Dataset, batches: Sequence[Collected]) -> str:
        return self.queries[batches[0].folder]

    def lookups(self, dataset: Dataset, batches: Sequence[Collected], key: Sequence[str]) -> Looking:
        return Looking(
            {"": f'select * from ({self.relation(dataset, batches)}) where "id" = $1'}, [key[0]]
        )  # house: sql

    def world(self, rows: Sequence[Row], terms: Terms) -> Given:
        """What a grant on these terms gives of these rows."""
        kinds = ", ".join(f'cast(null as {TYPES[kind]}) as "{code}"' for code, kind in KINDS.items())
        parts = [f"select {kinds} where false", *(self._row(row) for row in rows)]  # house: sql
        name = f"world-{len(self.queries)}"
        self.queries[name] = " union all ".join(parts)
        batch = Collected(n=1, folder=name, contract="v", files=(), rows=0, good=0, bad=0, repeated=0, score=100.0)
        return Given(name="people", grant=GRANT, dataset=TABLE, batches=(batch,), terms=terms)

    def _row(self, row: Row) -> str:
        cells = ", ".join(
            f"cast({'null' if row[code] is None else repr(str(row[code]))} as {TYPES[kind]})"
            for code, kind in KINDS.items()
        )
        return f"select {cells}"  # house: sql


@pytest.fixture(scope="module")
def written() -> Written:
    return Written()


@pytest.fixture(scope="module")
def answerer(written: Written, tmp_path_factory: pytest.TempPathFactory) -> Iterator[DuckAnswerer]:
    one = DuckAnswerer(tmp_path_factory.mktemp("answers") / "granted", written, b"secret", "200MB", 1)  # type: ignore[arg-type]
    yield one
    one.close()


async def answers(answerer: DuckAnswerer, given: Given, asked: Sequence[str], keys: Sequence[str]) -> list[object]:
    """Everything that can be learned under a grant."""
    found: list[object] = []
    for sql in asked:
        for format in ("json", "csv"):
            try:
                one = await answerer.query(sql, [given], format, 100, "somebody")  # type: ignore[arg-type]
                found.append((one.body, one.columns, one.rows, one.cut))
            except Refused as refused:
                found.append((refused.code, refused.values))
    for key in keys:
        found.append(await answerer.rows(given, [key], 10))
        found += [await answerer.cells(given, [key], column) for column in askable(TABLE, given.terms)]
    return found


@st.composite
def pairs(draw: st.DrawFn) -> tuple[Terms, list[Row], list[Row], list[str]]:
    """Terms, and two tables that are the same inside them and have nothing in common outside."""
    given_terms = draw(terms())
    first = draw(tables([f"p{n}" for n in range(draw(st.integers(0, 8)))]))
    inside = [row for row in first if holds(given_terms.rows, row)]
    kept = touched(given_terms) | {"id"}
    other = draw(tables([row["id"] for row in inside]))
    same = [
        {code: row[code] if code in kept else new[code] for code in KINDS}
        for row, new in zip(inside, other, strict=True)
    ]
    strangers = draw(tables([f"q{n}" for n in range(draw(st.integers(0, 6)))])) if given_terms.rows is not None else []
    second = [*same, *(row for row in strangers if not holds(given_terms.rows, row))]
    asked = draw(st.lists(questions(given_terms.fields), min_size=3, max_size=3))
    return given_terms, first, draw(st.permutations(second)), asked


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(pairs())
def test_what_lies_outside_a_grant_changes_nothing(
    answerer: DuckAnswerer, written: Written, pair: tuple[Terms, list[Row], list[Row], list[str]]
) -> None:
    given_terms, first, second, asked = pair
    keys = ["p0", "p1", "p5", "q0", "q1", "zz"]
    one, other = written.world(first, given_terms), written.world(second, given_terms)

    async def both() -> None:
        assert await answers(answerer, one, asked, keys) == await answers(answerer, other, asked, keys)
        made = [
            (await answerer._copies.of(world, keyed)).read_bytes() for keyed in (False, True) for world in (one, other)
        ]
        assert made[0] == made[1]  # one work for one question: what it runs over is the same to the byte
        assert made[2] == made[3]

    asyncio.run(both())


def test_an_error_in_a_row_outside_is_no_error(answerer: DuckAnswerer, written: Written) -> None:
    """The engine pushes filters down; what is outside is not there to be pushed to."""
    rows: list[Row] = [
        {"id": "a", "area": "H", "n": 1, "x": 1.0, "born": None, "word": "12"},
        {"id": "b", "area": "O", "n": 0, "x": 0.0, "born": None, "word": "abc"},
    ]
    given_terms = Terms(
        fields=("word", "n"),
        shown={"word": "plain"},
        rows=Compare(column="area", op="eq", values=("H",)),
        until=date(2027, 1, 1),
    )
    world = written.world(rows, given_terms)
    found = asyncio.run(answerer.query("select sum(cast(word as integer)) as s from people", [world], "json", 10, "x"))
    assert found.body.endswith(b'"rows":[[12]],"cut":false}')
    everything = written.world(rows, Terms(fields=("word",), shown={"word": "plain"}, until=date(2027, 1, 1)))
    with pytest.raises(Refused) as refused:
        asyncio.run(answerer.query("select sum(cast(word as integer)) from people", [everything], "json", 10, "x"))
    assert refused.value.code == "query_failed"
    assert "abc" not in refused.value.say()


PEOPLE: list[Row] = [
    {"id": f"p{n}", "area": "HO"[n % 2], "n": n, "x": 1.0, "born": None, "word": str(n)} for n in range(6)
]
HALF = Terms(fields=("n",), rows=Compare(column="area", op="eq", values=("H",)), by_key=True, until=date(2027, 1, 1))
COUNT = "select count(*) as c from people"


def files(answerer: DuckAnswerer) -> dict[str, int]:
    return {path.name: path.stat().st_mtime_ns for path in answerer._root.glob("*")}


async def counted(answerer: DuckAnswerer, world: Given) -> bytes:
    return (await answerer.query(COUNT, [world], "json", 10, "x")).body


async def test_what_is_made_ahead_is_all_that_a_question_reads(answerer: DuckAnswerer, written: Written) -> None:
    """So that no question takes the longer, the more rows lie outside: the work over all rows is nobody's question."""
    few, many = (
        written.world(rows, HALF)
        for rows in (PEOPLE, PEOPLE + [one | {"id": f"q{n}", "area": "O"} for n in range(50) for one in PEOPLE[:1]])
    )
    for world in (few, many):
        assert await answerer.prepare(world) == 2
        assert await answerer.prepare(world) == 0
    made = files(answerer)
    assert await answers(answerer, few, [COUNT], ["p0", "p1", "q1"]) == await answers(
        answerer, many, [COUNT], ["p0", "p1", "q1"]
    )
    assert {name: at for name, at in files(answerer).items() if name.endswith(".parquet")} == {
        name: at for name, at in made.items() if name.endswith(".parquet")
    }


async def test_the_copy_before_serves_until_the_newest_is_made(
    answerer: DuckAnswerer, written: Written, monkeypatch: pytest.MonkeyPatch
) -> None:
    terms = msgspec.structs.replace(HALF, fields=("n", "x"))
    old, new = written.world(PEOPLE, terms), written.world(PEOPLE[:2], terms)
    await answerer.prepare(old)
    monkeypatch.setattr(copies, "FRESH", 0)
    assert b"[[3]]" in await counted(answerer, new)
    answerer.forget()
    monkeypatch.setattr(copies, "FRESH", 2)
    assert b"[[1]]" in await counted(answerer, new), "never a copy from before somebody was forgotten"
    await answerer.prepare(old)
    await answerer.prepare(new)
    assert b"[[1]]" in await counted(answerer, new)
    (answerer._root / ".some-copy-4194304-1").write_text("left by a program that was killed")
    assert answerer.sweep([new]) == 0
    assert answerer.sweep([new]) == 2, "copies over older batches go one sweep later, when nobody reads them"
    assert len(list(answerer._root.glob("*.parquet"))) == 2
    assert not list(answerer._root.glob(".some*"))


async def test_a_copy_that_cannot_be_made_tells_nothing_of_rows(answerer: DuckAnswerer, written: Written) -> None:
    world = written.world(PEOPLE, msgspec.structs.replace(HALF, fields=("n", "born")))
    written.queries[world.batches[0].folder] = "select error('王小明 of the hidden rows') as id"
    with pytest.raises(Refused) as refused:
        await counted(answerer, world)
    assert (refused.value.code, "王小明" in refused.value.say()) == ("lake_failed", False)

"""Files as strangers write them: line numbers, broken bytes, quotes that never close, packed files, JSON lines, Parquet."""

import csv
import gzip
import io
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from northbank.shell.sources.csvfile import CsvSource
from northbank.shell.sources.jsonlines import JsonSource
from northbank.shell.sources.parquet import ParquetSource
from northbank.shell.sources.rows import LONGEST_LINE, Row, SourceError


def rows_of(path: Path, encoding: str = "utf-8", delimiter: str = ",") -> list[Row]:
    source = CsvSource(path, encoding, delimiter)
    try:
        return list(source)
    finally:
        source.close()


def written(tmp_path: Path, data: bytes | str, name: str = "a.csv") -> Path:
    path = tmp_path / name
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path


def test_a_cell_over_several_lines_counts_from_where_its_record_begins(tmp_path: Path) -> None:
    rows = rows_of(written(tmp_path, 'id,text\n1,"one\ntwo\nthree"\n2,x\n\n3,y\n'))
    assert [(row.place, row.line, row.record["id"]) for row in rows] == [(1, 2, "1"), (2, 5, "2"), (3, 7, "3")]
    assert rows[0].record["text"] == "one\ntwo\nthree"
    assert rows[0].raw == '1,"one\ntwo\nthree"'


def test_a_line_of_broken_bytes_is_one_broken_record(tmp_path: Path) -> None:
    rows = rows_of(written(tmp_path, b"id,text\n1,\xe6\xbc\x8f\n2,\xe6\xbc\n3,ok\n"))
    assert [row.why for row in rows] == [None, "the bytes e6 bc are not utf-8", None] or "e6 bc" in (rows[1].why or "")
    assert [row.line for row in rows] == [2, 3, 4]
    assert rows[2].record == {"id": "3", "text": "ok"}


@pytest.mark.parametrize(
    ("encoding", "text"),
    [("utf-8", "\ufeffid,文\n1,漏水\n"), ("gb18030", "id,文\n1,漏水\n"), ("gbk", "id,文\n1,漏水\n")],
)
def test_encodings(tmp_path: Path, encoding: str, text: str) -> None:
    (row,) = rows_of(written(tmp_path, text.encode(encoding)), encoding)
    assert row.record == {"id": "1", "文": "漏水"}


def test_a_quote_that_never_closes_costs_one_record(tmp_path: Path) -> None:
    rows = rows_of(written(tmp_path, 'id,text\n1,"open\n2,b\n3,c\n'))
    assert [(row.line, row.why is None) for row in rows] == [(2, False), (3, True), (4, True)]
    assert "never closed" in (rows[0].why or "")


def test_a_quote_that_swallows_more_than_a_cell_may_hold_costs_one_record(tmp_path: Path) -> None:
    rows = rows_of(written(tmp_path, 'id,text\n1,"open\n' + "".join(f"{n},{'x' * 90}\n" for n in range(2, 3000))))
    assert [row.line for row in rows if row.why] == [2]
    assert len(rows) == 2999


def test_wrong_numbers_of_cells_and_stray_quotes(tmp_path: Path) -> None:
    rows = rows_of(written(tmp_path, 'id,text\n1\n2,b,c\n"3"x,d\n4,d\n'))
    assert [row.why is None for row in rows] == [False, False, False, True]
    assert "1 cells" in (rows[0].why or "")


def test_a_line_without_end_is_cut_and_the_next_one_read(tmp_path: Path) -> None:
    rows = rows_of(written(tmp_path, "id,text\n1," + "x" * (3 * LONGEST_LINE) + "\n2,b\n"))
    assert [row.why is None for row in rows] == [False, True]
    assert rows[1].line == 3
    assert len(rows[0].raw) < 1000


def test_packed_files_semicolons_and_windows_line_ends(tmp_path: Path) -> None:
    path = written(tmp_path, gzip.compress(b"id;text\r\n1;a\r\n2;b"), "a.csv.gz")
    assert [row.record for row in rows_of(path, delimiter=";")] == [{"id": "1", "text": "a"}, {"id": "2", "text": "b"}]


@pytest.mark.parametrize("cut", [30, 60, -4])
def test_a_packed_file_that_breaks_off_gives_what_came_before(tmp_path: Path, cut: int) -> None:
    whole = gzip.compress(b"id,text\n" + b"".join(b"%d,%s\n" % (n, bytes(str(n**5), "ascii")) for n in range(5000)))
    path = written(tmp_path, whole[:cut], "a.csv.gz")
    with pytest.raises(SourceError, match="breaks off"):
        rows_of(path)


@pytest.mark.parametrize("data", [b"", b"a,a\n1,2\n", b"a,\xff\n", b"\x1f\x8bnonsense"])
def test_files_that_cannot_be_begun_are_refused_in_one_sentence(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(SourceError) as caught:
        rows_of(written(tmp_path, data))
    assert str(caught.value).endswith((".", "twice."))


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    for source in (lambda p: CsvSource(p, "utf-8", ","), JsonSource, ParquetSource):
        with pytest.raises(SourceError, match="cannot be read"):
            source(tmp_path / "none.csv")


cells = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), max_size=8)


@settings(max_examples=60)
@given(st.lists(st.tuples(cells, cells), max_size=8))
def test_whatever_a_csv_writer_writes_is_read_back_with_its_lines(
    tmp_path_factory, table: list[tuple[str, str]]
) -> None:
    table = [row for row in table if row != ("", "")]
    text = io.StringIO(newline="")
    begins = []
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(["a", "b"])
    for row in table:
        begins.append(text.getvalue().count("\n") + 1)
        writer.writerow(row)
    path = written(tmp_path_factory.mktemp("csv"), text.getvalue())
    rows = rows_of(path)
    assert [(row.record["a"], row.record["b"]) for row in rows] == table
    assert [row.line for row in rows] == begins


@settings(max_examples=80)
@given(st.binary(max_size=300))
def test_no_bytes_break_the_reader_and_every_line_is_accounted_for(tmp_path_factory, data: bytes) -> None:
    path = written(tmp_path_factory.mktemp("csv"), b"a,b\n" + data)
    rows = rows_of(path)
    assert [row.place for row in rows] == list(range(1, len(rows) + 1))
    assert all(row.line > 1 for row in rows)
    assert all(set(row.record) == {"a", "b"} for row in rows if row.why is None)


def test_json_lines_with_objects_inside(tmp_path: Path) -> None:
    data = (
        b'{"id":1,"at":{"lat":2.5,"lon":null},"tags":[1]}\n\n{"id":2\n[1]\n{"id":"\xff"}\n{"id":3}\n'
        + b"[" * 5000
        + b"\n"
    )
    source = JsonSource(written(tmp_path, data))
    rows = list(source)
    source.close()
    assert rows[0].record == {"id": 1, "at.lat": 2.5, "at.lon": None}
    assert [(row.line, row.why is None) for row in rows] == [
        (1, True),
        (3, False),
        (4, False),
        (5, False),
        (6, True),
        (7, False),
    ]


def test_parquet_with_typed_columns(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    duckdb.execute(
        f"copy (select 'E' || i as id, timestamptz '2020-01-01 00:00:00+00' + interval (i) hour as at, 85.3 as lon, "
        f"null::varchar as note, [1] as list, {{'a': 1}} as inner from range(2500) t(i)) to '{path}' (format parquet)"
    )
    source = ParquetSource(path)
    rows = list(source)
    assert source.columns == ("id", "at", "lon", "note")
    assert source.done() == (2500, 2500)
    source.close()
    assert len(rows) == 2500
    assert rows[3].line == 4
    assert rows[3].record["id"] == "E3"
    assert rows[3].record["at"] == datetime(2020, 1, 1, 3, tzinfo=UTC)


def test_what_is_no_parquet(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="no Parquet"):
        ParquetSource(written(tmp_path, b"nonsense", "a.parquet"))

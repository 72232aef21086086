"""Workbooks: the sheet that the contract names, days that a workbook keeps as numbers, empty rows, rows that are counted and kept."""

from datetime import date
from pathlib import Path

import duckdb
import pytest
from shell.desk import SourceDesk

from northbank.core.dataset import Rule
from northbank.core.refusal import Refused
from northbank.shell.lake.extensions import load

ROWS = """
    select '1' as 编号, '一号店' as 名称, 45325 as 开业日期, null as 停业日期, 12 as 座位数
    union all select null, null, null, null, null
    union all select '2', '二号店', 45326.75, '2024年3月1日', 30
    union all select '3', '三号店', null, '2024-02-30', 40
"""


def book(path: Path, sheet: str = "店铺") -> None:
    """Write a workbook as a spreadsheet program would: days are numbers."""
    with duckdb.connect() as duck:
        load(duck, "excel")
        duck.execute(f"copy ({ROWS}) to '{path}' (format xlsx, header true, sheet '{sheet}')")


@pytest.mark.parametrize("sheet", ["", "店铺"])
async def test_a_sheet_is_read_as_any_file(tmp_path: Path, sheet: str) -> None:
    desk = SourceDesk(tmp_path)
    kept = (
        Rule(check="required", columns=("closed",), keep=True),
        Rule(check="after", columns=("opened", "closed"), keep=True),
    )
    desk.contract(format="xlsx", sheet=sheet, bad_share=50.0, rules=kept)
    (tmp_path / "inbox").mkdir()
    book(tmp_path / "inbox" / "a.xlsx")
    batch = (await desk.collect(tmp_path / "inbox")).statement
    assert batch is not None
    assert (batch.rows, batch.good, batch.faults, batch.noted) == (3, 2, {"type(closed)": 1}, {"required(closed)": 1})
    assert batch.score == pytest.approx(100 * (1 - (1 / 3) / 10), abs=0.01), "what is only counted does not weigh"
    assert await desk.rows("shop, opened, closed, seats") == [
        ("1", date(2024, 2, 3), None, 12), ("2", date(2024, 2, 4), date(2024, 3, 1), 30),
    ]  # fmt: skip
    desk.memory.check()


async def test_what_is_no_workbook_is_said_in_a_sentence(tmp_path: Path) -> None:
    desk = SourceDesk(tmp_path)
    desk.contract(format="xlsx", sheet="别的")
    (tmp_path / "a.xlsx").write_text("no workbook")
    with pytest.raises(Refused, match="cannot be read"):
        await desk.collect(tmp_path / "a.xlsx")
    book(tmp_path / "a.xlsx")
    with pytest.raises(Refused, match="cannot be read"):
        await desk.collect(tmp_path / "a.xlsx")

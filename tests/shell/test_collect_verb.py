"""Collecting from the command line over a data folder: the statement, a second time, what is there, what is refused."""

from pathlib import Path

import pytest
from rich.console import Console
from template import PACK

from northbank.shell.settings import Settings, SettingsError
from northbank.verbs.data import run_collect, run_show


async def test_a_batch_from_the_command_line(tmp_path: Path, fresh_database: str) -> None:
    """The journal in PostgreSQL gives back what it was told: a second process knows the files and shows the batch."""
    settings = Settings(pack=PACK, data=tmp_path / "data", database=fresh_database)
    file = tmp_path / "shops.csv"
    file.write_text(
        "编号,名称,开业日期\n" + "".join(f"{n},店{n},2024-02-0{n}\n" for n in range(1, 10)) + "10,店,2024-02-30\n"
    )
    out = Console(record=True, width=160, file=(tmp_path / "said").open("w"))
    assert await run_collect(settings, "shops", file, out) == 0
    assert await run_collect(settings, "shops", file, out) == 0
    await run_show(settings, "shops", 1, out)
    said = out.export_text()
    assert "10 rows: 9 good, 1 in quarantine, 0 replaced" in said
    assert "type(opened)" in said
    assert "shops.csv: known, it came with batch 1." in said
    assert "9 rows; owner watch, L2, conditional, weekly. Synthetic." in said
    bad = tmp_path / "bad.csv"
    bad.write_text("编号,名称\n,x\n")
    assert await run_collect(settings, "shops", bad, out) == 1
    assert "more than 20 % bad" in out.export_text()
    with pytest.raises(SettingsError, match="no data set ships"):
        await run_show(settings, "ships", None, out)
    out.file.close()

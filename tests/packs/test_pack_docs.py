"""The page about packs keeps up with the program: every file, every key of a story, and its example is true."""

import re
from pathlib import Path

from northbank.pack.check import check
from northbank.pack.files import FOLDERS, TABLES, TOMLS
from northbank.pack.spec import StoryExpect

SPEC = Path(__file__).resolve().parents[2] / "docs" / "pack-spec.md"


def test_every_file_is_told_of() -> None:
    text = SPEC.read_text(encoding="utf-8")
    for name in [f"{table}.csv" for table in TABLES] + sorted(TOMLS) + [f"{folder}/" for folder in FOLDERS]:
        assert f"`{name}" in text, name


def test_every_expectation_is_told_of() -> None:
    text = SPEC.read_text(encoding="utf-8")
    for field in StoryExpect.__struct_fields__:
        assert f"`{field}`" in text or (field.endswith("_due") and "`<stage>_due`" in text), field


def test_the_story_of_the_page_comes_true(copy: Path) -> None:
    (example,) = re.findall(r"```toml\n(.*?)```", SPEC.read_text(encoding="utf-8"), re.DOTALL)
    (copy / "stories" / "example.toml").write_text(example, encoding="utf-8")
    assert check(copy) == []


def test_the_fault_of_the_page_reads_so(copy: Path) -> None:
    (line,) = re.findall(r"^routing\.csv:8: .*$", SPEC.read_text(encoding="utf-8"), re.MULTILINE)
    file = copy / "routing.csv"
    file.write_text(file.read_text(encoding="utf-8").replace("*,harbor,", "*,harbour,"), encoding="utf-8")
    assert str(check(copy)[0]).startswith(line.split(", ...")[0])

"""`pack new` makes a pack that loads; `pack diff` tells what changed and stays silent where nothing did."""

from collections.abc import Callable
from pathlib import Path

import pytest

from northbank.pack.check import check
from northbank.pack.diff import diff
from northbank.pack.load import PackFaults, load
from northbank.pack.new import new

Edit = Callable[[str, str, str], None]


def test_a_new_pack_is_without_fault(tmp_path: Path) -> None:
    folder = new(tmp_path / "seagull", "seagull", "海鸥城")
    assert check(folder) == []
    city = load(folder)
    assert (city.id, city.name.zh, city.prefix) == ("seagull", "海鸥城", "SE")


@pytest.mark.parametrize("id", ["", "Sea", "sea gull", "../sea", "1sea", "s"])
def test_a_bad_id_is_refused(tmp_path: Path, id: str) -> None:
    with pytest.raises(PackFaults):
        new(tmp_path / "x", id, "name")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["", "  ", 'a"b', "a\nb", "a\\"])
def test_a_bad_name_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(PackFaults):
        new(tmp_path / "x", "xx", name)


def test_an_existing_folder_is_left_alone(tmp_path: Path) -> None:
    with pytest.raises(PackFaults):
        new(tmp_path, "xx", "name")
    assert list(tmp_path.iterdir()) == []


def test_the_same_pack_has_no_differences(copy: Path, packs: Path) -> None:
    assert diff(packs / "_template", copy) == []


def test_differences_are_told_by_table_and_code(copy: Path, packs: Path, edit: Edit) -> None:
    edit("limits.csv", "L14,street.light,solve,false,1,working_day", "L14,street.light,solve,false,2,working_day")
    edit("routing.csv", "R50,green*,*,parks,true,@center,,true,,,,,,,,\n", "")
    edit("boards.csv", "nature,district,自然,Nature", "nature,district,自然,Nature and greens")
    edit("calendar/2026.toml", "date = 2026-06-22", "date = 2026-06-23")
    edit("sources.csv", "sensor,district", "probe,district")
    edit("demo.toml", "sensor = 1", "probe = 1")
    told = [str(change) for change in diff(packs / "_template", copy)]
    assert "limits L14 changed (amount: 1 -> 2)" in told
    assert "routes R50 removed" in told
    assert any(line.startswith("boards nature changed") and "greens" in line for line in told)
    assert "calendar 2026-06-22 removed" in told
    assert "calendar 2026-06-23 added" in told
    assert {"sources probe added", "sources sensor removed"} <= set(told)


def test_rows_that_change_places_are_told(copy: Path, packs: Path) -> None:
    file = copy / "routing.csv"
    lines = file.read_text(encoding="utf-8").splitlines()
    lines[1], lines[2] = lines[2], lines[1]
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    told = [str(change) for change in diff(packs / "_template", copy)]
    assert told == ["routes R11 moved (place: 2 -> 1)", "routes R10 moved (place: 1 -> 2)"]


def test_a_pack_that_does_not_load_is_not_compared(copy: Path, packs: Path) -> None:
    (copy / "limits.csv").unlink()
    with pytest.raises(PackFaults):
        diff(packs / "_template", copy)

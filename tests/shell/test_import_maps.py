"""A MAP.toml is refused with the line, what stands there and what is allowed; all faults at once."""

from pathlib import Path

import pytest
from template import city

from northbank.pack.fault import PackFaults
from northbank.pack.load import load
from northbank.shell.sources.mapfile import missing_columns, open_source, read_map
from northbank.shell.sources.rows import SourceError

GOOD = """timezone = "Asia/Kathmandu"
times = ["%Y-%m-%d"]
[columns]
reported = ["when"]
external = ["id"]
[defaults]
source = "phone"
"""
ROOT = Path(__file__).resolve().parents[2]


def faults(tmp_path: Path, text: str) -> list[str]:
    path = tmp_path / "map.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(PackFaults) as caught:
        read_map(path, city())
    return [str(fault) for fault in caught.value.faults]


def test_a_small_map(tmp_path: Path) -> None:
    (tmp_path / "map.toml").write_text(GOOD, encoding="utf-8")
    assert read_map(tmp_path / "map.toml", city()).columns.reported == ("when",)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("[columns]", "[columns]\ncolor = ['x']", ["map.toml:4", "columns.color", "closed"]),
        ('timezone = "Asia/Kathmandu"\n', "", ["timezone"]),
        ("Asia/Kathmandu", "Mars/Base", ["map.toml:1", "Mars/Base", "Asia/Shanghai"]),
        ("%Y-%m-%d", "%Q", ["map.toml:2", "%Q", "%Y"]),
        ('"phone"', '"pigeon"', ["map.toml:7", "pigeon", "phone"]),
        ('source = "phone"', "", ["no source"]),
        ('["when"]', '"when"', ["map.toml:4", "columns.reported"]),
        ('["when"]', "[]", ["map.toml:4", "at least one"]),
        ("[defaults]", '[types]\nA = "street.lamp"\n[defaults]', ["map.toml:7", "types.A", "street.light"]),
        ("[defaults]", '[states]\nA = "gone"\n[defaults]', ["map.toml:7", "gone"]),
        ("[defaults]", '[states]\nA = "rejected"\n[defaults]', ["columns.closed", "defaults.reason"]),
        ("times", 'delimiter = ",,"\ntimes', ["map.toml:2", "one character"]),
        ("times", 'encoding = "utf-16"\ntimes', ["map.toml:2", "gb18030"]),
        ("times", "times = [", ["TOML"]),
    ],
)
def test_faults_are_told_with_line_and_what_is_allowed(tmp_path: Path, old: str, new: str, said: list[str]) -> None:
    text = "\n".join(faults(tmp_path, GOOD.replace(old, new, 1)))
    assert all(word in text for word in said), text


def test_a_case_that_begins_today_cannot_have_ended(tmp_path: Path) -> None:
    (said,) = faults(tmp_path, 'begins = "import"\n' + GOOD.replace("[columns]", '[columns]\nclosed = ["end"]'))
    assert said.startswith("map.toml:1: found begins")


def test_all_faults_at_once(tmp_path: Path) -> None:
    text = GOOD.replace("phone", "pigeon").replace("%Y-%m-%d", "%Q") + '\n[types]\nA = "x"\n'
    assert len(faults(tmp_path, text)) == 3


def test_a_file_without_the_column_it_cannot_do_without_is_refused_and_other_gaps_are_told(tmp_path: Path) -> None:
    (tmp_path / "map.toml").write_text(GOOD.replace("external", 'type = ["kind"]\nexternal'), encoding="utf-8")
    rules = read_map(tmp_path / "map.toml", city())
    for text, outcome in (("id,when\n", ("type",)), ("when,kind\n", None)):
        path = tmp_path / "a.csv"
        path.write_text(text, encoding="utf-8")
        source = open_source(path, rules)
        if outcome is None:
            with pytest.raises(SourceError, match="no column id for external"):
                missing_columns(rules, source, path)
        else:
            assert missing_columns(rules, source, path) == outcome
        source.close()


def test_a_file_whose_kind_nobody_knows(tmp_path: Path) -> None:
    (tmp_path / "map.toml").write_text(GOOD, encoding="utf-8")
    with pytest.raises(SourceError, match="format = csv"):
        open_source(tmp_path / "a.xlsx", read_map(tmp_path / "map.toml"))


@pytest.mark.parametrize("path", sorted(ROOT.glob("packs/*/maps/*.toml")), ids=lambda path: path.stem)
def test_the_maps_of_the_packs_can_be_read(path: Path) -> None:
    assert read_map(path).columns.reported


@pytest.mark.parametrize("path", sorted(ROOT.glob("packs/[_j]*/maps/*.toml")), ids=lambda path: path.stem)
def test_the_words_of_a_map_are_those_of_its_pack(path: Path) -> None:
    """Of the packs that bring their own shapes; the others are imported in tests/real."""
    assert read_map(path, load(path.parents[1])).defaults.source

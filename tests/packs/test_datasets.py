"""Contracts of data sets: each fault is found at its file and line, and the shipped ones imply the rules they promise."""

from collections.abc import Callable
from pathlib import Path

import pytest

from northbank.core.dataset import rules_of
from northbank.core.schedule import Schedule
from northbank.pack.check import check
from northbank.pack.load import load

Edit = Callable[[str, str, str], None]
SHOPS, LOG = "datasets/shops.toml", "datasets/inspections.toml"

# file, text that stands once and where the fault is then, what it becomes, words found, words allowed
BROKEN: dict[str, tuple[str, str, str, str, str]] = {
    "owner": (SHOPS, 'owner = "watch"', 'owner = "watchers"', "owner 'watchers'", "watch"),
    "unknown key": (SHOPS, "bad_share = 20.0", "bad_shares = 20.0", "key 'bad_shares'", "bad_share"),
    "unknown level": (SHOPS, 'level = "L2"', 'level = "L5"', "level = 'L5'", "L1"),
    "share past all": (SHOPS, "bad_share = 20.0", "bad_share = 120.0", "bad_share = 120.0", "<= 100"),
    "unknown kind": (LOG, 'kind = "yes_no"', 'kind = "maybe"', "columns.3.kind = 'maybe'", "yes_no"),
    "key nobody knows": (LOG, 'key = ["inspection"]', 'key = ["number"]', "key column 'number'", "inspection"),
    "key that may be empty": (LOG, 'key = ["inspection"]', 'key = ["passed"]', "key column 'passed' that may be empty", "required"),
    "column twice": (LOG, 'code = "at"', 'code = "shop"', "column 'shop' a second time", "once"),
    "header of two": (SHOPS, 'headers = ["名称"]', 'headers = ["编号"]', "header '编号'", "one column"),
    "nameless": (LOG, 'name = { zh = "是否合格", en = "passed" }', "name = {}", "column 'passed' without a name", "zh"),
    "check nobody knows": (SHOPS, 'check = "phone"', 'check = "fone"', "check 'fone'", "id_card"),
    "check over too few": (SHOPS, 'columns = ["opened", "closed"]', 'columns = ["opened"]', "1 columns for in_order", "2"),
    "check over a stranger": (SHOPS, 'columns = ["opened", "closed"]', 'columns = ["opened", "ended"]', "column 'ended'", "closed"),
    "check over another kind": (SHOPS, 'columns = ["phone"]', 'columns = ["seats"]', "column 'seats' of kind integer", "text"),
    "reference to nothing": (LOG, 'dataset = "shops"', 'dataset = "shop"', "dataset 'shop'", "shops"),
    "reference to itself": (LOG, 'dataset = "shops"', 'dataset = "inspections"', "dataset 'inspections'", "shops"),
    "reference to no column": (LOG, 'to = ["shop"]', 'to = ["store"]', "column 'store' of shops", "closed"),
    "reference of another length": (LOG, 'to = ["shop"]', 'to = ["shop", "name"]', "2 columns in to", "1"),
    "personal without a mask": (SHOPS, "personal = true\nmask = { last = 4 }", "personal = true", "personal without a mask", "a mask"),
    "mask of nobody": (LOG, 'kind = "yes_no"', "mask = { first = 1 }", "with a mask that is not personal", "personal = true"),
    "personal and level 1": (SHOPS, 'level = "L2"', 'level = "L1"', "personal in a data set of level L1", "L2"),
    "least above most": (SHOPS, "least = 0", "least = 900", "least 900 above most 500", "least"),
    "codes of a number": (SHOPS, 'kind = "date"\n\n[[columns]]\ncode = "closed"', 'kind = "date"\nupper = true\n\n[[columns]]\ncode = "closed"', "of kind date with upper", "text"),
}  # fmt: skip


@pytest.mark.parametrize("kind", BROKEN)
def test_a_fault_of_a_contract_is_found(kind: str, copy: Path, edit: Edit) -> None:
    file, before, after, found, allowed = BROKEN[kind]
    text = (copy / file).read_text("utf-8")
    place = "personal = true" if kind == "personal and level 1" else before
    line = text[: text.index(place)].count("\n") + 1
    edit(file, before, after)
    faults = check(copy)
    said = [fault for fault in faults if fault.file == file and found in fault.found]
    assert said, faults
    assert (said[0].line, allowed in said[0].allowed) == (line, True), said[0]


def test_references_in_a_circle_are_a_fault(copy: Path) -> None:
    path = copy / SHOPS
    path.write_text(
        path.read_text("utf-8")
        + '\n[[checks]]\ncheck = "known"\ncolumns = ["shop"]\ndataset = "inspections"\nto = ["shop"]\n'
    )
    assert {fault.file for fault in check(copy) if "lead back" in fault.found} == {SHOPS, LOG}


def test_a_file_name_that_is_no_code_is_a_fault(copy: Path) -> None:
    (copy / "datasets" / "Shops 2.toml").write_bytes((copy / SHOPS).read_bytes())
    assert [fault.found for fault in check(copy)] == ["file name 'Shops 2'"]


def test_the_version_of_a_contract_is_that_of_its_file(copy: Path, edit: Edit) -> None:
    before = load(copy).datasets
    edit(SHOPS, "bad_share = 20.0", "bad_share = 21.0")
    after = load(copy).datasets
    assert before["shops"].version != after["shops"].version
    assert before["inspections"].version == after["inspections"].version


def test_columns_and_checks_become_rules(copy: Path) -> None:
    shops = load(copy).datasets["shops"]
    assert [rule.id for rule in rules_of(shops, (0.0, 0.0, 1.0, 1.0))] == [
        "required(shop)", "required(name)", "code(kind)", "type(opened)", "type(closed)", "type(seats)", "range(seats)", "type(lon)",
        "type(lat)", "credit_code(credit_code)", "id_card(keeper)", "phone(phone)", "in_order(opened,closed)", "inside(lon,lat)",
        "unique(credit_code)",
    ]  # fmt: skip


ORIGINS: dict[str, tuple[str, str, str]] = {
    "two origins": ('[origin.folder]\npath = "a"\n[origin.http]\nurl = "http://a/"\n', "2 kinds of origin", "one of"),
    "no web address": ('[origin.http]\nurl = "ftp://a/b"\n', "url 'ftp://a/b'", "http://"),
    "password in the url": ('[origin.http]\nurl = "https://a:b@c/"\n', "a user or password in the url", "secret"),
    "value of a secret": ('[origin.http]\nurl = "https://c/"\nheaders = { Key = "abc" }\n', "origin.http.headers.Key = 'abc'", "env|file"),
    "paging without a parameter": ('[origin.http]\nurl = "https://c/"\npaging = "page"\n', "paging 'page' without param", "parameter"),
    "cursor from nowhere": ('[origin.http]\nurl = "https://c/"\npaging = "cursor"\nparam = "c"\n', "without next", "cursor"),
    "size alone": ('[origin.http]\nurl = "https://c/"\nsize = 5\n', "size or size_param alone", "both"),
    "neither table nor query": ('[origin.mysql]\naddress = "file:db"\n', "neither table nor query", "one of the two"),
    "path out of the inbox": ('[origin.folder]\npath = "../etc"\n', "origin.folder.path = '../etc'", ""),
    "overlap alone": ('[origin.postgresql]\naddress = "file:db"\ntable = "t"\noverlap = 5\n', "overlap without since", "since"),
    "schedule of nothing": ('[schedule]\nevery = "day"\n', "a schedule without origin", "[origin.*]"),
    "hours that do not fit": ('[origin.folder]\npath = "a"\n[schedule]\nevery = "hour"\nhours = 5\n', "hours = 5", "12"),
    "no such weekday": ('[origin.folder]\npath = "a"\n[schedule]\nevery = "week"\non = 9\n', "on = 9", "Monday"),
    "ticket of no type": ('[ticket]\ntype = "complaint"\n', "type 'complaint'", "other"),
    "required without keep": ('[[checks]]\ncheck = "required"\ncolumns = ["kind"]\n', "'required' without keep", "keep"),
    "steps without step": ('[[checks]]\ncheck = "steps"\ncolumns = ["opened"]\n', "'steps' without step", "step"),
    "range of nothing": ('[[checks]]\ncheck = "range"\ncolumns = ["seats"]\n', "without least and most", "both"),
    "rule twice": ('[[checks]]\ncheck = "phone"\ncolumns = ["phone"]\n', "the rule phone(phone) a second time", "once"),
}  # fmt: skip


@pytest.mark.parametrize("kind", ORIGINS)
def test_a_fault_of_how_rows_come_is_found(kind: str, copy: Path) -> None:
    tables, found, allowed = ORIGINS[kind]
    path = copy / SHOPS
    text = path.read_text("utf-8")
    path.write_text(text + "\n" + tables, "utf-8")
    faults = check(copy)
    said = [fault for fault in faults if fault.file == SHOPS and found in fault.found]
    assert said, faults
    assert allowed in said[0].allowed
    assert said[0].line > text.count("\n"), "in the lines that were added"


def test_a_time_that_is_written_otherwise_is_held_against_its_parts(copy: Path, edit: Edit) -> None:
    edit(LOG, 'kind = "time"', 'kind = "time"\nwritten = ["%Y-%m-%d", "%Y-%m-%d %H:%M", "%q"]')
    assert [fault.found.partition("written ")[2] for fault in check(copy)] == [
        "'%Y-%m-%d': no time of day", "'%q': unknown part %q",
    ]  # fmt: skip


def test_a_contract_that_fetches_knows_its_format(copy: Path) -> None:
    path = copy / LOG
    path.write_text(
        path.read_text("utf-8") + '\n[origin.postgresql]\naddress = "env:DB"\ntable = "log"\nsince = "at"\n'
    )
    log = load(copy).datasets["inspections"]
    assert (log.format, str(log.origin)) == ("parquet", "postgresql log")


def test_links_and_bases_run_by_a_schedule_or_after_batches_not_both(copy: Path, edit: Edit) -> None:
    model, base = "links/keepers.toml", "bases/legal_persons.toml"
    edit(model, "synthetic = true", 'synthetic = true\nschedule = { every = "hour", hours = 5 }')
    edit(base, "synthetic = true", 'synthetic = true\npause = 30\nschedule = { every = "day" }')
    assert {(fault.file, fault.found) for fault in check(copy)} == {
        (model, "hours = 5"), (base, "a schedule and a pause"),
    }  # fmt: skip
    edit(model, "hours = 5", "hours = 6")
    edit(base, "pause = 30\n", "")
    found = load(copy)
    assert (found.links["keepers"].schedule, found.bases["legal_persons"].pause) == (Schedule(every="hour", hours=6), 0)

"""Inventories, figures, subject tables and vital signs of packs: each fault at its file and line; what Jiangbei's promises."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from northbank.core.coverage import coverage
from northbank.pack.check import check
from northbank.pack.inventory import steps_of
from northbank.pack.load import load

Edit = Callable[[str, str, str], None]
INV, F, S, V = "inventory/", "indicators/shops_open.toml", "subjects/shop_checks.toml", "vital_signs/passed.toml"

# file, text that stands once and where the fault is then, what it becomes, words found, words allowed
BROKEN: dict[str, tuple[str, str, str, str, str]] = {
    "item nobody knows": (INV + "businesses.csv", "shop-number shop-name", "shop-nummer shop-name", "inputs 'shop-nummer'", "shop-number"),
    "lead nobody knows": (INV + "businesses.csv", "开业许可,Permit to open a shop,watch", "开业许可,Permit to open a shop,watchers", "lead 'watchers'", "watch"),
    "system nobody knows": (INV + "items.csv", "watch,,,,true", "watch,ledger,,,true", "systems 'ledger'", "old-ledger"),
    "step that cannot be read": (INV + "businesses.csv", "检查/Inspect=4h", "检查/Inspect=4 hours", "step '检查/Inspect=4 hours'", "wd"),
    "lead as partner": (INV + "businesses.csv", "watch,clean,safety", "watch,watch,safety", "lead 'watch' among its partners", "other than"),
    "runway of another board": (INV + "businesses.csv", "clean,watch,streets,street-care", "clean,watch,streets,shop-order", "runway 'shop-order' of board 'safety'", "street-care"),
    "code twice": (INV + "businesses.csv", "lost-dog,", "shop-permit,", "code 'shop-permit' a second time", "once"),
    "status nobody knows": (INV + "businesses.csv", "permit-on-time,partial", "permit-on-time,half", "status 'half'", "partial"),
    "column nobody knows": (INV + "items.csv", "shops,opened", "shops,opening", "column 'opening' of shops", "opened"),
    "data set without a column": (INV + "items.csv", "shops,opened", "shops,", "'shop-opened' with a dataset and no column", "both"),
    "nameless system": (INV + "systems.csv", "旧台账,Old ledger", ",", "'old-ledger' without a name", "name_zh"),
    "figure nobody counts": (INV + "kpis.csv", "more,shops_open", "more,shops_closed", "indicator 'shops_closed'", "shops_open"),
    "kind of resource": (INV + "ledger.csv", "tide-gauge,sensor", "tide-gauge,gauge", "kind 'gauge'", "sensor"),
    "owner of nothing": (INV + "ledger.csv", "Tide gauge,harbor", "Tide gauge,harbour", "owner 'harbour'", "harbor"),
    "figure of nothing": (F, 'of = "shops"', 'of = "shop"', "of 'shop'", "shops"),
    "test of a stranger": (F, 'column = "closed"', 'column = "shut"', "column 'shut'", "closed"),
    "two tests": (F, 'cell = "empty"', 'cell = "empty"\nwithin = "3d"', "2 tests of 'closed'", "one of"),
    "test of another kind": (F, 'cell = "empty"', "at_least = 3", "at_least 3 for 'closed' of kind date", "kind"),
    "measure without a column": (F, 'measure = "count"', 'measure = "sum"', "measure sum without a column", "a column"),
    "share without among": (F, 'measure = "count"', 'measure = "share"', "measure share without among", "among"),
    "sum of words": (F, 'measure = "count"', 'measure = "sum"\ncolumn = "name"', "measure sum of column 'name' of kind text", "number"),
    "span of nothing": (F, 'cell = "empty"', 'within = "3 days"', "within = '3 days'", "matching"),
    "group by a stranger": (F, 'by = { column = "kind" }', 'by = { column = "sort" }', "column 'sort'", "kind"),
    "day of a text": (F, 'by = { column = "kind" }', 'by = { column = "kind", per = "day" }', "per 'day' for column 'kind'", "date"),
    "join of a stranger": (S, 'dataset = "shops"', 'dataset = "stalls"', "dataset 'stalls'", "shops"),
    "key of a stranger": (S, '"inspections.shop" = "shop"', '"inspections.store" = "shop"', "key 'inspections.store'", "inspections.shop"),
    "keys of two kinds": (S, '"inspections.shop" = "shop"', '"inspections.at" = "shop"', "of kind time with 'shop' of kind text", "one kind"),
    "column of a stranger": (S, 'of = "shops.keeper"', 'of = "shops.owner"', "column 'shops.owner'", "15 in all"),
    "sign of no figure": (V, 'indicator = "inspections_passed"', 'indicator = "passed"', "indicator 'passed'", "inspections_passed"),
    "levels inward": (V, "levels = [80.0, 70.0, 60.0, 50.0]", "levels = [80.0, 90.0]", "levels [80.0, 90.0]", "further out"),
    "level inside the band": (V, "levels = [80.0, 70.0, 60.0, 50.0]", "levels = [90.0, 70.0]", "a first level 90", "outside"),
}  # fmt: skip


@pytest.mark.parametrize("kind", BROKEN)
def test_a_fault_is_found(kind: str, copy: Path, edit: Edit) -> None:
    file, before, after, found, allowed = BROKEN[kind]
    text = (copy / file).read_text("utf-8")
    line = text[: text.index(before)].count("\n") + 1
    edit(file, before, after)
    faults = check(copy)
    said = [fault for fault in faults if fault.file == file and found in fault.found]
    assert said, faults
    assert allowed in said[0].allowed, said[0]
    assert abs(said[0].line - line) <= 2, said[0]


def test_a_file_that_is_no_part_of_an_inventory_is_a_fault(copy: Path) -> None:
    (copy / "inventory" / "busineses.csv").write_text("code\n", "utf-8")
    assert [fault.file for fault in check(copy)] == ["inventory/busineses.csv"]


def test_a_subject_table_by_the_name_of_a_data_set_is_a_fault(copy: Path) -> None:
    (copy / "subjects" / "shops.toml").write_bytes((copy / S).read_bytes())
    assert "a subject table by the name of a data set" in [fault.found for fault in check(copy)]


def test_a_figure_over_a_subject_table_changes_with_it(copy: Path, edit: Edit) -> None:
    before = load(copy).indicators
    edit(S, 'code = "keeper"', 'code = "keeper_id"')
    after = load(copy).indicators
    assert before["inspections_passed"].version != after["inspections_passed"].version
    assert before["shops_open"].version == after["shops_open"].version


def test_steps_are_read_with_their_limits() -> None:
    accept, visit, decide = steps_of("受理/Accept=1wd; 踏勘/Visit=30m; 决定=2d")
    assert (accept.name.zh, accept.name.en, accept.amount, accept.unit) == ("受理", "Accept", 1, "working_day")
    assert (visit.unit, decide.unit, decide.name.en) == ("minute", "day", "")


def test_jiangbei_has_the_inventory_that_was_counted(packs: Path) -> None:
    city = load(packs / "jiangbei")
    found = city.inventory
    assert len(found.businesses) == 349
    assert all(one.synthetic for one in found.businesses.values())
    assert (len(found.runways), len(found.one_things)) == (70, 36)
    stages = Counter(one.stage for one in found.ledger.values() if one.kind == "application")
    assert stages == {"city": 8, "pilot": 9, "district": 5}
    names = [one.name.zh for one in found.businesses.values()]
    assert len(set(names)) == len(names)
    assert {one.board for one in found.businesses.values()} == {
        code for code, board in city.boards.items() if board.level == "district"
    }
    assert all(one.steps and one.basis.zh and one.trigger.en and one.outputs.zh for one in found.businesses.values())
    assert len({one.steps for one in found.businesses.values()}) > 150
    assert coverage(found, city.datasets, city.indicators).gaps

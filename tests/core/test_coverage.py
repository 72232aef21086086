"""What an inventory lacks, counted by kind and department, with the list behind each count."""

from msgspec.structs import replace
from template import city

from northbank.core.coverage import KINDS, coverage
from northbank.core.inventory import Inventory
from northbank.flows.see_inventory import report_of


def test_every_gap_of_the_template_is_found_and_none_invented() -> None:
    report = report_of(city())
    found: dict[str, list[str]] = {}
    for gap in report.gaps:
        found.setdefault(gap.kind, []).append(gap.of)
    columns = found.pop("column_without_item")
    assert not {"shops", "inspections"} & set(found.pop("dataset_unused", []))
    assert found == {
        "business_without_items": ["lost-dog"], "business_without_systems": ["lost-dog"],
        "business_without_kpi": ["shop-inspection", "lost-dog"], "business_offline": ["lost-dog"],
        "item_without_dataset": ["rent-paid"], "item_unused": ["rent-paid"], "system_without_owner": ["old-ledger"],
        "system_unused": ["old-ledger"], "kpi_without_indicator": ["permit-on-time"],
    }  # fmt: skip
    assert {"shops.keeper", "inspections.at"} <= set(columns)
    assert "shops.shop" not in columns


def test_counts_are_those_of_the_lists() -> None:
    report = report_of(city())
    assert [count.kind for count in report.counts] == list(KINDS)
    for count in report.counts:
        behind = [gap for gap in report.gaps if gap.kind == count.kind]
        assert count.missing == len(behind) == sum(count.owners.values())
        assert count.missing <= count.of
    items = next(count for count in report.counts if count.kind == "item_without_dataset")
    assert (items.missing, items.of, items.share, items.owners) == (1, 5, 80.0, {"watch": 1})


def test_nothing_lacks_nothing_and_unused_data_sets_are_named() -> None:
    assert coverage(Inventory(), {}).gaps == []
    assert all(count.share == 100.0 for count in coverage(Inventory(), {}).counts)
    unused = coverage(Inventory(), city().datasets)
    assert [gap.of for gap in unused.gaps if gap.kind == "dataset_unused"] == list(city().datasets)


def test_a_personal_column_without_a_mask_is_named() -> None:
    shops = city().datasets["shops"]
    bare = replace(shops, columns=tuple(replace(column, mask=None) for column in shops.columns))
    found = coverage(Inventory(), {"shops": bare})
    assert [gap.of for gap in found.gaps if gap.kind == "personal_without_mask"] == ["shops.keeper", "shops.phone"]

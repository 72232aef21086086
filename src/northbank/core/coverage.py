"""What an inventory lacks: businesses without items, items that nothing carries, data sets nobody uses, and the like.

Pure: an inventory and contracts in, gaps out. Each gap names what it is about and who answers for it.
"""

from collections import Counter
from collections.abc import Callable, Collection, Mapping
from typing import Literal

import msgspec

from northbank.core.dataset import Dataset
from northbank.core.inventory import Business, Inventory, Item
from northbank.core.name import Name

GapKind = Literal[
    "business_without_items", "business_without_systems", "business_without_kpi", "business_offline", "item_without_dataset",
    "item_without_owner", "item_unused", "system_without_owner", "system_unused", "kpi_without_indicator", "dataset_unused",
    "column_without_item", "personal_without_mask",
]  # fmt: skip
KINDS: Mapping[GapKind, Name] = {
    "business_without_items": Name("业务没有数据项", "businesses without data items"),
    "business_without_systems": Name("业务没有系统支撑", "businesses without a system"),
    "business_without_kpi": Name("业务没有绩效指标", "businesses without a figure they are held to"),
    "business_offline": Name("业务尚未上线", "businesses that are not on line"),
    "item_without_dataset": Name("数据项没有数据集", "data items that no data set carries"),
    "item_without_owner": Name("数据项没有责任单位", "data items without an owner"),
    "item_unused": Name("数据项没有业务使用", "data items that no business needs"),
    "system_without_owner": Name("系统没有责任单位", "systems without an owner"),
    "system_unused": Name("系统没有业务使用", "systems that no business and no data item names"),
    "kpi_without_indicator": Name("绩效指标没有数据来源", "figures without a source"),
    "dataset_unused": Name("数据集没有业务使用", "data sets nobody uses"),
    "column_without_item": Name("数据列没有对应数据项", "columns that are no data item"),
    "personal_without_mask": Name("个人信息列没有脱敏方式", "personal columns without a mask"),
}


class Gap(msgspec.Struct, frozen=True):
    """One thing that is missing. of: code of what lacks it (`data set.column` for columns). owner: who answers for it, or ""."""

    kind: GapKind
    of: str
    name: Name
    owner: str


class GapCount(msgspec.Struct, frozen=True):
    """How often something is missing. of: how many there are that could lack it. owners: missing by department ("" nobody)."""

    kind: GapKind
    name: Name
    missing: int
    of: int
    owners: dict[str, int]

    @property
    def share(self) -> float:
        """Percent that is not missing; 100 where there is nothing."""
        return round(100.0 * (1 - self.missing / self.of), 1) if self.of else 100.0


class Coverage(msgspec.Struct, frozen=True):
    """The report: a count for each kind of gap, in order, and the list behind every count."""

    counts: list[GapCount]
    gaps: list[Gap]


class Asked(msgspec.Struct, frozen=True):
    """Something that could lack what a kind of gap is about, and whether it does."""

    of: str
    name: Name
    owner: str
    lacks: bool


def coverage(inventory: Inventory, datasets: Mapping[str, Dataset], indicators: Collection[str] = ()) -> Coverage:
    """What is missing. indicators: codes of the figures that are computed."""
    asked = {
        **_businesses(inventory), **_items(inventory), **_systems(inventory, datasets), **_columns(inventory, datasets),
        "kpi_without_indicator": [
            Asked(one.code, one.name, _lead_of(inventory, one.code), one.indicator not in indicators)
            for one in inventory.kpis.values()
        ],
    }  # fmt: skip
    counts, gaps = [], []
    for kind, name in KINDS.items():
        found = [Gap(kind, one.of, one.name, one.owner) for one in asked[kind] if one.lacks]
        owners = sorted(Counter(gap.owner for gap in found).items(), key=lambda one: (-one[1], one[0]))
        counts.append(GapCount(kind, name, len(found), len(asked[kind]), dict(owners)))
        gaps += found
    return Coverage(counts, gaps)


def _businesses(inventory: Inventory) -> dict[GapKind, list[Asked]]:
    lacks: Mapping[GapKind, Callable[[Business], bool]] = {
        "business_without_items": lambda one: not one.inputs,
        "business_without_systems": lambda one: not one.systems,
        "business_without_kpi": lambda one: not one.kpis,
        "business_offline": lambda one: one.status == "offline",
    }
    found = inventory.businesses.values()
    return {
        kind: [Asked(one.code, one.name, one.lead, missing(one)) for one in found] for kind, missing in lacks.items()
    }


def _items(inventory: Inventory) -> dict[GapKind, list[Asked]]:
    needed = {item for one in inventory.businesses.values() for item in one.inputs}
    lacks: Mapping[GapKind, Callable[[Item], bool]] = {
        "item_without_dataset": lambda one: not one.dataset,
        "item_without_owner": lambda one: not one.owner,
        "item_unused": lambda one: one.code not in needed,
    }
    found = inventory.items.values()
    return {
        kind: [Asked(one.code, one.name, one.owner, missing(one)) for one in found] for kind, missing in lacks.items()
    }


def _systems(inventory: Inventory, datasets: Mapping[str, Dataset]) -> dict[GapKind, list[Asked]]:
    named = {code for one in inventory.businesses.values() for code in one.systems}
    named |= {code for one in inventory.items.values() for code in one.systems}
    needed = {item for one in inventory.businesses.values() for item in one.inputs}
    used = {one.dataset for one in inventory.items.values() if one.code in needed}
    systems = inventory.systems.values()
    return {
        "system_without_owner": [Asked(one.code, one.name, one.owner, not one.owner) for one in systems],
        "system_unused": [Asked(one.code, one.name, one.owner, one.code not in named) for one in systems],
        "dataset_unused": [Asked(code, one.name, one.owner, code not in used) for code, one in datasets.items()],
    }


def _columns(inventory: Inventory, datasets: Mapping[str, Dataset]) -> dict[GapKind, list[Asked]]:
    carried = {(one.dataset, one.column) for one in inventory.items.values()}
    columns = [(dataset, column) for dataset in datasets.values() for column in dataset.columns]
    return {
        "column_without_item": [
            Asked(f"{dataset.code}.{column.code}", column.name, dataset.owner, (dataset.code, column.code) not in carried)
            for dataset, column in columns
        ],
        "personal_without_mask": [
            Asked(f"{dataset.code}.{column.code}", column.name, dataset.owner, column.mask is None)
            for dataset, column in columns
            if column.personal
        ],
    }  # fmt: skip


def _lead_of(inventory: Inventory, kpi: str) -> str:
    """The department whose businesses are held to a figure most often."""
    leads = Counter(one.lead for one in inventory.businesses.values() if kpi in one.kpis)
    return min(leads, key=lambda lead: (-leads[lead], lead)) if leads else ""

"""The tables of inventory/ in a pack: one struct per CSV file, one field per column. What must hold between them is in `inventory`."""

from typing import Annotated, Literal

from msgspec import Meta

from northbank.core.inventory import BusinessLevel, DigitalStatus, LedgerKind, Stage
from northbank.pack.rows import Code, Count, Named

Text = Annotated[str, Meta(max_length=400)]


class RunwayRow(Named, frozen=True, kw_only=True):
    """inventory/runways.csv: runways, each below a board. lead: the unit that leads it."""

    board: Code
    lead: str = ""


class SystemRow(Named, frozen=True, kw_only=True):
    """inventory/systems.csv: computer systems. owner: a unit; none is a gap of the coverage report, not a fault."""

    owner: str = ""
    level: Literal["national", "city", "district"] = "district"
    synthetic: bool = False


class ItemRow(Named, frozen=True, kw_only=True):
    """inventory/items.csv: data items. systems: codes by spaces; dataset, column: what carries it, both or none."""

    unit: str = ""
    owner: str = ""
    systems: str = ""
    dataset: str = ""
    column: str = ""
    synthetic: bool = False


class KpiRow(Named, frozen=True, kw_only=True):
    """inventory/kpis.csv: figures that businesses are held to. indicator: the code in indicators/ that computes it, if any."""

    unit: str = "%"
    better: Literal["more", "less"] = "more"
    indicator: str = ""
    synthetic: bool = False


class OneThingRow(Named, frozen=True, kw_only=True):
    """inventory/one_things.csv: one-things, planned or running. lead: the unit that leads it."""

    lead: str = ""
    stage: Literal["planned", "building", "running"] = "planned"
    synthetic: bool = False


class BusinessRow(Named, frozen=True, kw_only=True):
    """inventory/businesses.csv: key businesses. partners, inputs (items), systems, kpis, one_things: codes by spaces.

    steps: `受理/Accept=1wd; 踏勘/Visit=5wd` with units m (minutes), h, wh (working hours), d, wd (working days).
    """

    lead: Code
    partners: str = ""
    board: Code
    runway: str = ""
    level: BusinessLevel = "district"
    basis_zh: Text = ""
    basis_en: Text = ""
    trigger_zh: Text = ""
    trigger_en: Text = ""
    inputs: str = ""
    outputs_zh: Text = ""
    outputs_en: Text = ""
    steps: Annotated[str, Meta(max_length=1000)] = ""
    systems: str = ""
    kpis: str = ""
    status: DigitalStatus = "offline"
    one_things: str = ""
    synthetic: bool = False


class LedgerRow(Named, frozen=True, kw_only=True):
    """inventory/ledger.csv: the resource ledger: applications, components, sensors, clouds (data sets stand in datasets/)."""

    kind: LedgerKind
    owner: str = ""
    stage: Stage = "running"
    count: Count = 1
    unit: str = ""
    note_zh: Text = ""
    note_en: Text = ""
    synthetic: bool = False


TABLES: dict[str, type[Named]] = {
    "inventory/runways": RunwayRow,
    "inventory/systems": SystemRow,
    "inventory/items": ItemRow,
    "inventory/kpis": KpiRow,
    "inventory/one_things": OneThingRow,
    "inventory/businesses": BusinessRow,
    "inventory/ledger": LedgerRow,
}

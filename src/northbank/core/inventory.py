"""What a district does and what it stands on: businesses, data items, systems, figures they are held to, and the ledger.

Only values and look-ups live here. What is missing in them is said by coverage.py; files are read by pack/inventory.py.
"""

from collections.abc import Mapping
from typing import Literal

import msgspec

from northbank.core.name import Name
from northbank.core.worktime import Unit5

DigitalStatus = Literal["offline", "partial", "online"]
BusinessLevel = Literal["district", "town", "community", "grid"]
LedgerKind = Literal["application", "component", "sensor", "cloud"]
Stage = Literal["city", "pilot", "district", "running", "building", "stopped"]


class Step(msgspec.Struct, frozen=True):
    """One step of a business and the time it may take."""

    name: Name
    amount: int
    unit: Unit5


class Runway(msgspec.Struct, frozen=True, kw_only=True):
    """A runway (跑道): a line of work below a board, with the department that leads it."""

    code: str
    name: Name
    board: str
    lead: str = ""


class System(msgspec.Struct, frozen=True, kw_only=True):
    """A computer system of a department; owner may be nobody, which is a gap."""

    code: str
    name: Name
    owner: str = ""
    level: Literal["national", "city", "district"] = "district"
    synthetic: bool = False


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """A data item (数据项): what a business needs to know. dataset, column: what carries it; empty where nothing does yet.

    owner: the department that answers for it. systems: where it is kept today.
    """

    code: str
    name: Name
    unit: str = ""
    owner: str = ""
    systems: tuple[str, ...] = ()
    dataset: str = ""
    column: str = ""
    synthetic: bool = False


class Kpi(msgspec.Struct, frozen=True, kw_only=True):
    """A figure that businesses are held to. indicator: the code of what computes it; empty where nothing does yet."""

    code: str
    name: Name
    unit: str = "%"
    better: Literal["more", "less"] = "more"
    indicator: str = ""
    synthetic: bool = False


class OneThing(msgspec.Struct, frozen=True, kw_only=True):
    """A one-thing (一件事): several businesses done as one. app: whether the program has it."""

    code: str
    name: Name
    lead: str = ""
    stage: Literal["planned", "building", "running"] = "planned"
    synthetic: bool = False


class Business(msgspec.Struct, frozen=True, kw_only=True):
    """A key business (核心业务). partners: departments that cooperate. inputs: codes of data items; the other tuples hold codes too.

    basis: the law or duty it stands on. status: whether it runs on line.
    """

    code: str
    name: Name
    lead: str
    partners: tuple[str, ...] = ()
    board: str
    runway: str = ""
    level: BusinessLevel = "district"
    basis: Name = Name()
    trigger: Name = Name()
    inputs: tuple[str, ...] = ()
    outputs: Name = Name()
    steps: tuple[Step, ...] = ()
    systems: tuple[str, ...] = ()
    kpis: tuple[str, ...] = ()
    status: DigitalStatus = "offline"
    one_things: tuple[str, ...] = ()
    synthetic: bool = False


class Resource(msgspec.Struct, frozen=True, kw_only=True):
    """A row of the resource ledger (IRS). count: how many there are, in `unit`. stage: of an application, where it comes from.

    Data sets are resources too; they stand in `City.datasets` and are not told twice.
    """

    code: str
    kind: LedgerKind
    name: Name
    owner: str = ""
    stage: Stage = "running"
    count: int = 1
    unit: str = ""
    note: Name = Name()
    synthetic: bool = False


class Inventory(msgspec.Struct, frozen=True, kw_only=True):
    """Everything of it by code. empty: the pack has none."""

    businesses: Mapping[str, Business] = {}
    items: Mapping[str, Item] = {}
    systems: Mapping[str, System] = {}
    kpis: Mapping[str, Kpi] = {}
    runways: Mapping[str, Runway] = {}
    one_things: Mapping[str, OneThing] = {}
    ledger: Mapping[str, Resource] = {}

    @property
    def empty(self) -> bool:
        """Whether there is nothing in it."""
        return not (self.businesses or self.items or self.systems or self.ledger)

    def used_by(self, item: str) -> list[Business]:
        """The businesses that need a data item."""
        return [one for one in self.businesses.values() if item in one.inputs]

"""The inventory of a pack: what must hold between its tables, and the frozen value made of them. Reading is in `files`."""

import re
from collections.abc import Collection, Iterator, Mapping
from types import MappingProxyType
from typing import Any

from northbank.core.inventory import Business, Inventory, Item, Kpi, OneThing, Resource, Runway, Step, System
from northbank.core.name import Name
from northbank.core.worktime import Unit5
from northbank.pack.fault import Fault, listed
from northbank.pack.files import PackFiles, codes
from northbank.pack.inventory_rows import TABLES

UNITS: Mapping[str, Unit5] = {"m": "minute", "h": "hour", "wh": "working_hour", "d": "day", "wd": "working_day"}
STEP = re.compile(r"^\s*([^/=;]+)(?:/([^=;]+))?=(\d{1,5})(m|h|wh|d|wd)\s*$")


def inventory_faults(files: PackFiles) -> Iterator[Fault]:
    """Every fault of every table of inventory/: strangers, names that are missing, steps that cannot be read."""
    units, boards = codes(files, "units"), codes(files, "boards")
    known: dict[str, Collection[str]] = {"units": units, "boards": boards, "datasets": files.datasets}
    known |= {table.removeprefix("inventory/"): codes(files, table) for table in TABLES}
    for table, columns in REFERENCES.items():
        for line, row in files.table(table):
            yield from _strangers(table, line, row, columns, known)
    for table in TABLES:
        for line, row in files.table(table):
            if not row.name_zh and not row.name_en:
                yield Fault(f"{table}.csv", line, f"'{row.code}' without a name", "name_zh, name_en or both")
    yield from _carried(files)
    yield from _steps(files)
    yield from _runways(files)


# What a column's codes are codes of.
REFERENCES: Mapping[str, Mapping[str, str]] = {
    "inventory/runways": {"board": "boards", "lead": "units"},
    "inventory/systems": {"owner": "units"},
    "inventory/items": {"owner": "units", "systems": "systems", "dataset": "datasets"},
    "inventory/one_things": {"lead": "units"},
    "inventory/businesses": {
        "lead": "units", "partners": "units", "board": "boards", "runway": "runways", "inputs": "items", "systems": "systems",
        "kpis": "kpis", "one_things": "one_things",
    },
    "inventory/ledger": {"owner": "units"},
}  # fmt: skip


def _strangers(
    table: str, line: int, row: Any, columns: Mapping[str, str], known: Mapping[str, Collection[str]]
) -> Iterator[Fault]:
    for column, of in columns.items():
        found = getattr(row, column).split()
        for code in found:
            if code not in known[of]:
                yield Fault(f"{table}.csv", line, f"{column} '{code}'", listed(known[of], code))
        for code in sorted({one for one in found if found.count(one) > 1}):
            yield Fault(f"{table}.csv", line, f"{column} '{code}' twice", "each code once")


def _carried(files: PackFiles) -> Iterator[Fault]:
    """A data item names a column of a data set that exists, both or none."""
    for line, row in files.table("inventory/items"):
        if bool(row.dataset) != bool(row.column):
            lacking, other = ("column", "dataset") if row.dataset else ("dataset", "column")
            yield Fault("inventory/items.csv", line, f"'{row.code}' with a {other} and no {lacking}", "both, or none")
            continue
        one = files.datasets.get(row.dataset)
        columns = {column.code for column in one.value.columns} if one else set()
        if one is not None and row.column not in columns:
            found = f"column '{row.column}' of {row.dataset}"
            yield Fault("inventory/items.csv", line, found, listed(columns, row.column))


def _steps(files: PackFiles) -> Iterator[Fault]:
    for line, row in files.table("inventory/businesses"):
        for text in filter(str.strip, row.steps.split(";")):
            if not STEP.match(text):
                yield Fault(
                    "inventory/businesses.csv", line, f"step '{text.strip()}'",
                    f"steps like 受理/Accept=1wd, divided by ; with the units {', '.join(UNITS)}",
                )  # fmt: skip
        if row.lead in row.partners.split():
            found = f"'{row.code}' with its lead '{row.lead}' among its partners"
            yield Fault("inventory/businesses.csv", line, found, "partners other than the lead")


def _runways(files: PackFiles) -> Iterator[Fault]:
    """A business stands on a runway of its own board."""
    boards = {row.code: row.board for _, row in files.table("inventory/runways")}
    for line, row in files.table("inventory/businesses"):
        board = boards.get(row.runway, row.board)
        if board != row.board:
            found = f"runway '{row.runway}' of board '{board}' with board '{row.board}'"
            allowed = listed((code for code, each in boards.items() if each == row.board), row.runway)
            yield Fault("inventory/businesses.csv", line, found, allowed)


def inventory_of(files: PackFiles) -> Inventory:
    """The inventory of a faultless pack."""

    def rows(table: str) -> Any:
        return (row for _, row in files.table(f"inventory/{table}"))

    businesses = {row.code: _business(row) for row in rows("businesses")}
    items = {row.code: _item(row) for row in rows("items")}
    systems = {
        row.code: System(code=row.code, name=_name(row), owner=row.owner, level=row.level, synthetic=row.synthetic)
        for row in rows("systems")
    }
    kpis = {
        row.code: Kpi(
            code=row.code, name=_name(row), unit=row.unit, better=row.better, indicator=row.indicator, synthetic=row.synthetic
        )
        for row in rows("kpis")
    }  # fmt: skip
    runways = {
        row.code: Runway(code=row.code, name=_name(row), board=row.board, lead=row.lead) for row in rows("runways")
    }
    one_things = {
        row.code: OneThing(code=row.code, name=_name(row), lead=row.lead, stage=row.stage, synthetic=row.synthetic)
        for row in rows("one_things")
    }
    ledger = {row.code: _resource(row) for row in rows("ledger")}
    return Inventory(
        businesses=MappingProxyType(businesses), items=MappingProxyType(items), systems=MappingProxyType(systems),
        kpis=MappingProxyType(kpis), runways=MappingProxyType(runways), one_things=MappingProxyType(one_things),
        ledger=MappingProxyType(ledger),
    )  # fmt: skip


def _name(row: Any) -> Name:
    return Name(zh=row.name_zh, en=row.name_en)


def _business(row: Any) -> Business:
    return Business(
        code=row.code, name=_name(row), lead=row.lead, partners=tuple(row.partners.split()), board=row.board,
        runway=row.runway, level=row.level, basis=Name(row.basis_zh, row.basis_en), trigger=Name(row.trigger_zh, row.trigger_en),
        inputs=tuple(row.inputs.split()), outputs=Name(row.outputs_zh, row.outputs_en), steps=steps_of(row.steps),
        systems=tuple(row.systems.split()), kpis=tuple(row.kpis.split()), status=row.status,
        one_things=tuple(row.one_things.split()), synthetic=row.synthetic,
    )  # fmt: skip


def _item(row: Any) -> Item:
    return Item(
        code=row.code, name=_name(row), unit=row.unit, owner=row.owner, systems=tuple(row.systems.split()),
        dataset=row.dataset, column=row.column, synthetic=row.synthetic,
    )  # fmt: skip


def _resource(row: Any) -> Resource:
    return Resource(
        code=row.code, kind=row.kind, name=_name(row), owner=row.owner, stage=row.stage, count=row.count, unit=row.unit,
        note=Name(row.note_zh, row.note_en), synthetic=row.synthetic,
    )  # fmt: skip


def steps_of(text: str) -> tuple[Step, ...]:
    """The steps of a business as they stand in its row."""
    found = (STEP.match(part) for part in text.split(";"))
    return tuple(
        Step(Name(match[1].strip(), (match[2] or "").strip()), int(match[3]), UNITS[match[4]])
        for match in found
        if match
    )

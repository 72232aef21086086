"""Verbs of the inventory and of lineage: what is there, what is missing, and every event written down. Arguments are read in cli/."""

from contextlib import nullcontext
from pathlib import Path
from typing import BinaryIO

import msgspec
from rich.console import Console
from rich.table import Column, Table

from northbank.core.access import SYSTEM
from northbank.core.city import City
from northbank.core.coverage import KINDS
from northbank.flows.see_inventory import (
    CoverageQuery,
    InventoryQuery,
    LedgerQuery,
    businesses,
    covered,
    ledger,
    unit_name,
)
from northbank.flows.tell_lineage import export_lineage
from northbank.pack.load import load
from northbank.shell.settings import Settings, SettingsError
from northbank.wiring import open_beside


def show_inventory(pack: Path, areas: Path | None, department: str | None, out: Console) -> None:
    """Counts of everything, and the businesses by department or those of one. Raises PackFaults."""
    city = load(pack, areas)
    all_ = city.inventory
    marked = sum(one.synthetic for one in all_.businesses.values())
    kinds = ledger(city, SYSTEM, LedgerQuery()).by_kind
    out.print(
        f"{city.name.say('en')}: {len(all_.businesses):,} businesses ({marked:,} synthetic), {len(all_.items):,} data items, "
        f"{len(all_.systems):,} systems, {len(all_.kpis):,} figures, {len(all_.runways):,} runways, {len(all_.one_things):,} one-things.",
        markup=False,
    )
    out.print("Ledger: " + ", ".join(f"{count} {kind}" for kind, count in kinds.items()) + ".", markup=False)
    page = businesses(city, SYSTEM, InventoryQuery(department=_known(city, department), limit=500))
    if department:
        table = Table(Column("code", no_wrap=True), "name", "", "level", "on line", "items", "systems")
        for one in page.businesses:
            table.add_row(
                one.code, one.name.zh, one.name.en, one.level, one.status, str(len(one.inputs)), ", ".join(one.systems)
            )
    else:
        table = Table("department", "", "businesses")
        for code, count in page.by_department.items():
            table.add_row(code, unit_name(city, code).say("zh"), str(count))
    out.print(table)


def show_coverage(pack: Path, areas: Path | None, department: str | None, kind: str | None, out: Console) -> None:
    """What is missing: a line a kind with the departments, and the list where one is asked for. Raises PackFaults."""
    city = load(pack, areas)
    if kind is not None and kind not in KINDS:
        raise SettingsError(f"There is no gap of the kind {kind}; choose one of {', '.join(KINDS)}.")
    chosen = msgspec.convert({"kind": kind, "owner": _known(city, department), "limit": 5000}, CoverageQuery)
    seen = covered(city, SYSTEM, chosen)
    table = Table("what is missing", "", "missing", "of", "whole", "most at")
    for one in seen.counts:
        if kind in (None, one.kind):
            most = ", ".join(f"{code or 'nobody'} {count}" for code, count in list(one.owners.items())[:4])
            table.add_row(one.name.zh, one.name.en, str(one.missing), str(one.of), f"{one.share:.1f} %", most)
    out.print(table)
    if department or kind:
        listed = Table("kind", Column("of", no_wrap=True), "name", "", "department")
        for gap in seen.listed:
            listed.add_row(gap.kind, gap.of, gap.name.zh, gap.name.en, gap.owner or "nobody")
        out.print(listed)


def _known(city: City, department: str | None) -> str | None:
    if department is not None and department not in city.units:
        raise SettingsError(f"There is no department {department}; choose one of {', '.join(sorted(city.units))}.")
    return department


async def run_export(settings: Settings, to: Path | None, out: Console) -> None:
    """Write every event of lineage as JSON lines."""
    async with open_beside(settings) as center:
        with to.open("wb") if to is not None else nullcontext() as file:
            count = 0
            async for event in export_lineage(center.world, SYSTEM):
                _write(msgspec.json.encode(event), file, out)
                count += 1
    if to is not None:
        out.print(f"{count:,} events in {to}.", markup=False)


def _write(line: bytes, file: BinaryIO | None, out: Console) -> None:
    if file is not None:
        file.write(line + b"\n")
    else:
        out.out(line.decode(), highlight=False)

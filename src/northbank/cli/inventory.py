"""Verbs of the inventory and of lineage. Each reads its arguments and calls verbs/."""

from pathlib import Path
from typing import Annotated

import typer

from northbank.cli.program import Areas, Data, Database, Pack, app, fail, go, lineage_app, out, settings_of
from northbank.core.mendable import Mendable


@app.command("inventory")
def inventory_(
    pack: Pack, areas: Areas = None,
    coverage: Annotated[bool, typer.Option("--coverage", help="What is missing, by kind and department.")] = False,
    department: Annotated[str | None, typer.Option(help="Only what this department answers for, with the list.")] = None,
    kind: Annotated[str | None, typer.Option(help="With --coverage: only gaps of this kind, with the list.")] = None,
) -> None:  # fmt: skip
    """What a pack's inventory holds: businesses, data items, systems, the ledger; or what is missing in it."""
    from northbank.verbs.inventory import show_coverage, show_inventory

    try:
        if coverage:
            show_coverage(pack, areas, department, kind, out)
        else:
            show_inventory(pack, areas, department, out)
    except Mendable as error:
        raise fail(str(error)) from error


@lineage_app.command("export")
def lineage_export(
    pack: Pack, data: Data = Path("data"), database: Database = None, areas: Areas = None,
    to: Annotated[Path | None, typer.Option(help="File to write; the output without it.")] = None,
) -> None:  # fmt: skip
    """Write every event of lineage as JSON lines: figures and subject tables, then each batch with START and COMPLETE or FAIL."""
    from northbank.verbs.inventory import run_export

    settings = settings_of(pack=pack, data=data, database=database, areas=areas)
    go(lambda: run_export(settings, to, out))

"""Verbs of linking and base databases. Each reads its arguments and calls verbs/."""

from pathlib import Path
from typing import Annotated

import typer

from northbank.cli.program import Areas, Data, Database, Pack, app, go, out, settings_of


@app.command("link")
def link_(
    model: Annotated[str, typer.Argument(help="Code of the link model: a file in links/ of the pack.")], pack: Pack,
    data: Data = Path("data"), database: Database = None, areas: Areas = None,
    train: Annotated[bool, typer.Option("--train", help="Learn the parameters from the rows first.")] = False,
) -> None:  # fmt: skip
    """Find records of data sets that are one person, legal person or place."""
    from northbank.verbs.links import run_link

    settings = settings_of(pack=pack, data=data, database=database, areas=areas)
    go(lambda: run_link(settings, model, train, out))


@app.command("govern")
def govern_(
    base: Annotated[str, typer.Argument(help="Code of the base database: a file in bases/ of the pack.")], pack: Pack,
    data: Data = Path("data"), database: Database = None, areas: Areas = None,
) -> None:  # fmt: skip
    """Build a base database: link its data sets as they are now, then one golden record for each entity."""
    from northbank.verbs.links import run_govern

    settings = settings_of(pack=pack, data=data, database=database, areas=areas)
    go(lambda: run_govern(settings, base, out))

"""Verbs of the data platform. Each reads its arguments and calls verbs/."""

from pathlib import Path
from typing import Annotated

import typer

from northbank.cli.program import Areas, Data, Database, Pack, app, fail, go, out, settings_of


@app.command("collect")
def collect_(
    pack: Pack,
    dataset: Annotated[str | None, typer.Argument(help="Code of the data set: a contract in datasets/ of the pack.")] = None,
    place: Annotated[Path | None, typer.Argument(help="A folder of files, or one file; left out, rows come from the origin of the contract.")] = None,
    data: Data = Path("data"), database: Database = None, areas: Areas = None,
    show: Annotated[bool, typer.Option("--show", help="Collect nothing: tell what is there.")] = False,
    due: Annotated[bool, typer.Option("--due", help="Collect every data set whose schedule says that it is time.")] = False,
    as_of: Annotated[int | None, typer.Option(min=1, help="With --show: as of this batch.")] = None,
) -> None:  # fmt: skip
    """Collect a batch of a data set: checked, bad rows in quarantine, each file once; or tell what is there."""
    from northbank.verbs.data import run_collect, run_due, run_show

    settings = settings_of(pack=pack, data=data, database=database, areas=areas)
    if due:
        raise typer.Exit(go(lambda: run_due(settings, out)))
    if dataset is None:
        raise fail("Name a data set to collect, or ask for what is due with --due.")
    if show:
        go(lambda: run_show(settings, dataset, as_of, out))
        return
    raise typer.Exit(go(lambda: run_collect(settings, dataset, place, out)))


@app.command("tend")
def tend_(
    dataset: Annotated[str, typer.Argument(help="Code of the data set: a contract in datasets/ of the pack.")], pack: Pack,
    data: Data = Path("data"), database: Database = None, areas: Areas = None,
    compact: Annotated[bool, typer.Option("--compact", help="Merge its batches into one folder.")] = False,
    forget: Annotated[list[str] | None, typer.Option("--forget", help="Take the rows of this key out of every file; once for each column of the key.")] = None,
    linked: Annotated[bool, typer.Option("--linked", help="With --forget: also the records of other data sets that links hold to be one with it.")] = False,
    why: Annotated[str, typer.Option("--why", help="With --forget: the reason, which the journal keeps. Name nobody in it.")] = "",
    retire: Annotated[bool, typer.Option("--retire", help="Take away what is older than the contract keeps.")] = False,
) -> None:  # fmt: skip
    """Tend the lake of a data set: merge batches, forget a person, take away what is past retention."""
    from northbank.verbs.tend import run_tend

    if forget and not why:
        raise fail("Say --why; the journal keeps the reason.")
    if not (compact or forget or retire):
        raise fail("Say what to do: --compact, --forget or --retire.")
    settings = settings_of(pack=pack, data=data, database=database, areas=areas)
    go(lambda: run_tend(settings, dataset, compact, tuple(forget or ()), linked, why, retire, out))

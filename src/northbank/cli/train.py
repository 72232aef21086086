"""Verbs that learn from the own cases. Each reads its arguments and calls verbs/."""

from pathlib import Path
from typing import Annotated

import typer

from northbank.cli.program import Areas, Data, Database, Pack, fail, go, out, settings_of, train_app


@train_app.command("suggest")
def train_suggest(
    pack: Pack, data: Data = Path("data"), database: Database = None, areas: Areas = None,
    file: Annotated[Path | None, typer.Option(help="A labelled file instead of the center's closed cases.")] = None,
    map: Annotated[Path | None, typer.Option(help="MAP.toml of that file: which column is what.")] = None,
    seed: Annotated[int, typer.Option(help="Chooses the cases held out where they have no time.")] = 1,
) -> None:  # fmt: skip
    """Learn to suggest types from the words of closed cases; a running center takes the new model up within a minute."""
    from northbank.verbs.train import run_training

    if (file is None) != (map is None):
        raise fail("A labelled file needs its map, and a map its file: give both --file and --map.")
    settings = settings_of(pack=pack, data=data, database=database, areas=areas)
    go(lambda: run_training(settings, file, map, seed, out))


@train_app.command("duplicates")
def train_duplicates(
    pack: Pack, data: Data = Path("data"), database: Database = None, areas: Areas = None,
    days: Annotated[int, typer.Option(min=1, help="How far back the cases go that are learned from.")] = 730,
) -> None:  # fmt: skip
    """Learn from merged cases how likely two reports are one matter; holds in a running center at once."""
    from northbank.verbs.train import run_training_duplicates

    settings = settings_of(pack=pack, data=data, database=database, areas=areas)
    go(lambda: run_training_duplicates(settings, days, out))

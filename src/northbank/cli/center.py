"""Verbs that run a center, take files in and play the past. Each reads its arguments and calls verbs/."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from northbank.cli.program import Areas, Data, Database, Host, Pack, Port, app, fail, go, out, settings_of


@app.command()
def run(
    pack: Pack, data: Data = Path("data"), database: Database = None, port: Port = 8080, host: Host = "127.0.0.1",
    areas: Areas = None,
) -> None:  # fmt: skip
    """Run a center for real: no simulator, no default accounts."""
    from northbank.verbs.center import run_center

    settings = settings_of(pack=pack, data=data, database=database, port=port, host=host, areas=areas)
    go(lambda: run_center(settings, out))


@app.command()
def demo(
    pack: Pack, data: Data = Path("data"), port: Port = 8080, host: Host = "127.0.0.1",
    database: Database = None, areas: Areas = None,
    speed: Annotated[float, typer.Option(help="How fast the simulated day passes.")] = 1.0,
    history: Annotated[int, typer.Option(min=1, help="Days of invented history, most of them told while it runs.")] = 22,
) -> None:  # fmt: skip
    """Run a district with a simulated day. Everything on every screen is marked SIMULATED."""
    from northbank.verbs.center import run_demo

    settings = settings_of(
        pack=pack, data=data, database=database, port=port, host=host, areas=areas, mode="simulated", speed=speed,
        wall_open=True,
    )  # fmt: skip
    go(lambda: run_demo(settings, out, history))


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="CSV, Parquet or JSON lines; .gz is fine.")],
    map: Annotated[Path, typer.Option(help="MAP.toml: which column means what.")], pack: Pack,
    data: Data = Path("data"), database: Database = None, areas: Areas = None,
    rejects: Annotated[Path | None, typer.Option(help="Where rows that could not be taken are listed.")] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Stop after so many records; the next run goes on.")] = None,
) -> None:  # fmt: skip
    """Import a file of real records: resumable, exactly once, faults listed with their lines."""
    from northbank.shell.sources.rejects import default_rejects
    from northbank.verbs.records import run_import

    settings = settings_of(pack=pack, data=data, database=database, areas=areas)
    rejects = rejects or default_rejects(data, file)
    raise typer.Exit(go(lambda: run_import(settings, file, map, rejects, limit, out)))


@app.command()
def replay(
    file: Annotated[Path, typer.Argument(help="CSV, Parquet or JSON lines of recorded reports.")],
    map: Annotated[Path, typer.Option(help="MAP.toml: which column means what.")], pack: Pack,
    data: Data = Path("data"), database: Database = None, port: Port = 8080, host: Host = "127.0.0.1",
    areas: Areas = None, speed: Annotated[float, typer.Option(help="Recorded seconds a real second.")] = 600.0,
) -> None:  # fmt: skip
    """Play recorded reports on a live wall at a chosen speed. Every screen says REPLAY."""
    from northbank.verbs.records import run_replay

    settings = settings_of(
        pack=pack, data=data, database=database, port=port, host=host, areas=areas, mode="replay", speed=speed,
        wall_open=True,
    )  # fmt: skip
    go(lambda: run_replay(settings, file, map, out))


@app.command()
def rebuild(pack: Pack, data: Data = Path("data"), database: Database = None, areas: Areas = None) -> None:
    """Drop the views and fold the whole journal again."""
    from northbank.verbs.center import run_rebuild

    go(lambda: run_rebuild(settings_of(pack=pack, data=data, database=database, areas=areas), out))


@app.command("simulate")
def simulate_(
    pack: Annotated[Path, typer.Option(help="Folder of the pack version to try.")],
    since: Annotated[str, typer.Option(help="Cases reported from this day or time on, such as 2026-05-01.")],
    until: Annotated[str, typer.Option(help="Cases reported before this day or time.")],
    data: Data = Path("data"), database: Database = None, areas: Areas = None,
    json: Annotated[Path | None, typer.Option(help="Write the whole result to this file too.")] = None,
) -> None:  # fmt: skip
    """Decide recorded cases again under another pack: who gets work, what would be late. Nothing else changes."""
    from northbank.verbs.past import read_moment, run_simulation

    settings = settings_of(pack=pack, data=data, database=database, areas=areas)
    go(lambda: run_simulation(settings, read_moment(since), read_moment(until), json, out))


@app.command()
def bench(
    name: Annotated[
        str,
        typer.Argument(
            help="intake, live, place, import, duplicates, proof, setup, suggest, page, lifecycle, growth, feed, replay, simulate, metrics, collect, delta, lookup, collect-growth, or all."
        ),
    ],
    json: Annotated[bool, typer.Option("--json", help="One JSON object instead of a table.")] = False,
    rows: Annotated[
        int | None, typer.Option(min=1000, help="How many rows collect, delta, lookup and collect-growth invent.")
    ] = None,
) -> None:
    """Measure against a ceiling taken in the same run."""
    import subprocess

    script = Path(__file__).resolve().parents[3] / "bench" / "run.py"
    if not script.is_file():
        raise fail("The benchmarks live in the source tree; run this from a checkout.")
    more = [*(["--json"] if json else []), *(["--rows", str(rows)] if rows else [])]
    raise typer.Exit(subprocess.call([sys.executable, str(script), name, *more]))

"""Verbs of city packs. Each reads its arguments and calls verbs/."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from northbank.cli.program import Areas, Data, Database, err, fail, go, out, pack_app, settings_of
from northbank.pack.fault import PackFaults


@pack_app.command("check")
def pack_check(folder: Annotated[Path, typer.Argument(help="Folder of the pack.")], areas: Areas = None) -> None:
    """Check a pack: all faults at once, with file, line, what was found and what is allowed."""
    from northbank.pack.check import check
    from northbank.shell.clock import SystemClock

    found = check(folder, areas, SystemClock().now().date())
    for fault in found:
        out.print(str(fault), markup=False)
        if chinese := fault.in_chinese():
            out.print(chinese, markup=False)
    faults = sum(not fault.warning for fault in found)
    if faults:
        raise fail(f"{faults} fault{'s' if faults > 1 else ''} in {folder}.", 1)
    warnings = len(found)
    if warnings:
        out.print(f"{folder}: no faults, {warnings} warning{'s' if warnings > 1 else ''}.")
        return
    out.print(f"{folder}: no faults.")


@pack_app.command("new")
def pack_new(
    target: Annotated[Path, typer.Argument(help="Folder to make.")],
    id: Annotated[str, typer.Option(help="Short id in small letters.")],
    name: Annotated[str, typer.Option(help="Name of the city.")],
) -> None:  # fmt: skip
    """Make a new pack from the template."""
    from northbank.pack.new import new

    try:
        out.print(f"Made {new(target, id, name)}. Next: northbank pack check {target}")
    except (OSError, ValueError, PackFaults) as error:
        raise fail(str(error)) from error


@pack_app.command("diff")
def pack_diff(
    a: Annotated[Path, typer.Argument(help="A pack.")], b: Annotated[Path, typer.Argument(help="Another.")],
    areas: Areas = None,
) -> None:  # fmt: skip
    """What differs between two packs (or two states of one)."""
    from northbank.pack.diff import diff

    try:
        for line in diff(a, b, areas):
            out.print(str(line), markup=False)
    except PackFaults as error:
        raise fail(str(error)) from error


@pack_app.command("publish")
def pack_publish(
    folder: Annotated[Path, typer.Argument(help="Folder of the pack.")], data: Data = Path("data"),
    database: Database = None, areas: Areas = None,
    reason: Annotated[str | None, typer.Option(help="Why, in a sentence; needed where nothing was simulated.")] = None,
    simulation: Annotated[str | None, typer.Option(help="Id of a simulation of this version.")] = None,
) -> None:  # fmt: skip
    """Put a version of the pack in force; cases that run keep the version they began with."""
    from northbank.verbs.past import publish_pack

    settings = settings_of(pack=folder, data=data, database=database, areas=areas)
    go(lambda: publish_pack(settings, reason, simulation, out))


@pack_app.command("take-areas")
def pack_take_areas(
    folder: Annotated[Path, typer.Argument(help="The pack.")],
    file: Annotated[Path, typer.Argument(help="GeoJSON with the real shapes of the grids.")],
    coordinates: Annotated[
        Literal["wgs84", "cgcs2000", "gcj02"], typer.Option(help="What the file's coordinates are; gcj02 is converted.")
    ] = "wgs84",
    note: Annotated[str, typer.Option(help="Where the shapes come from; written beside them.")] = "",
) -> None:
    """Put real shapes in the place of generated ones; the grid list is written anew."""
    from northbank.pack.areas import take_areas

    try:
        count = take_areas(folder, file, coordinates, note)
    except PackFaults as error:
        raise fail(str(error)) from error
    out.print(f"{count} grids taken from {file}. Next: northbank pack check {folder}", markup=False)


@pack_app.command("generate-grids")
def pack_generate(
    folder: Annotated[Path, typer.Argument(help="Folder of the pack.")],
    seed: Annotated[int, typer.Option(help="The same seed gives the same shapes.")] = 1,
) -> None:
    """Invent communities and grids inside the outline: seeded, reproducible, every shape flagged synthetic."""
    from rich.progress import Progress, TaskID

    from northbank.pack.generate import generate_grids

    with Progress(console=err) as bar:
        tasks: dict[str, TaskID] = {}

        def show(step: str, done: int, total: int) -> None:
            task = tasks.get(step)
            if task is None:
                task = tasks[step] = bar.add_task(step, total=total)
            bar.update(task, completed=done, total=total)

        try:
            generate_grids(folder, seed, show)
        except PackFaults as error:
            raise fail(str(error)) from error

"""The command line: every verb of the program. It reads arguments, calls wiring, and says errors in one sentence."""

import asyncio
import os
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Annotated, Any, Literal

import typer
from rich.console import Console

from northbank.core import access
from northbank.pack.fault import PackFaults
from northbank.shell.lake.files import LakeError
from northbank.shell.settings import Settings, SettingsError, read_settings
from northbank.shell.sources.rows import SourceError
from northbank.shell.store.folder import DataFolderError
from northbank.shell.store.pool import DatabaseError
from northbank.shell.store.server import ServerRefused
from northbank.wiring import PackNotPublished, PortBusy

app = typer.Typer(
    no_args_is_help=True, add_completion=False, help="Northbank (北岸): a district's operation and governance center."
)
pack_app = typer.Typer(no_args_is_help=True, help="City packs: check, publish, new, diff, generate-grids.")
user_app = typer.Typer(no_args_is_help=True, help="Accounts: add, list, disable, password.")
train_app = typer.Typer(
    no_args_is_help=True, help="Models that learn from this center's own cases: suggest, duplicates."
)
audit_app = typer.Typer(no_args_is_help=True, help="Proofs: verify, prove, key, renew-key, state, rebuild.")
app.add_typer(audit_app, name="audit")
app.add_typer(pack_app, name="pack")
app.add_typer(train_app, name="train")
app.add_typer(user_app, name="user")
out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)

Pack = Annotated[Path, typer.Option(help="Folder of the city pack.")]
Data = Annotated[Path, typer.Option(help="Data folder; holds the embedded PostgreSQL, the keys and the logs.")]
Database = Annotated[str | None, typer.Option(help="Address of a PostgreSQL 15+ server instead of the embedded one.")]
Port = Annotated[int, typer.Option(help="Port to listen on; 0 takes a free one.")]
Host = Annotated[str, typer.Option(help="Address to listen on.")]
Areas = Annotated[Path | None, typer.Option(help="Folder with the operator's own shapes for the pack.")]
Login = Annotated[str, typer.Argument(help="Name to sign in with.")]
Role = Annotated[str, typer.Option(help=f"What the post may do: {', '.join(access.Role)}.")]
Name = Annotated[str, typer.Option(help="Name of the person or post, in Chinese or as it is.")]
NameEn = Annotated[str, typer.Option(help="The same in English, where there is one.")]
Unit = Annotated[str | None, typer.Option(help="Code of the unit it belongs to.")]
Town = Annotated[str | None, typer.Option(help="Code of the town it is bound to.")]
Grid = Annotated[str | None, typer.Option(help="Code of the grid it is bound to.")]
PasswordFile = Annotated[Path | None, typer.Option(help="File with the password; asked for when missing.")]

FAULTS = (
    PackFaults,
    SettingsError,
    DataFolderError,
    DatabaseError,
    ServerRefused,
    PortBusy,
    SourceError,
    PackNotPublished,
    LakeError,
)


def settings_of(**given: Any) -> Settings:
    """Arguments and NORTHBANK_ variables as one value; faults end the program with one sentence."""
    try:
        return read_settings(given, os.environ)
    except SettingsError as error:
        raise fail(str(error)) from error


def fail(sentence: str, status: int = 2) -> typer.Exit:
    """Say one sentence on the error stream; raise what this returns."""
    err.print(sentence, style="bold", markup=False)
    return typer.Exit(status)


def go(work: Callable[[], Coroutine[Any, Any, Any]]) -> Any:
    """Run to the end on uvloop; the faults an operator can mend become one sentence, Ctrl-C a quiet end."""
    import uvloop

    try:
        return uvloop.run(work())
    except FAULTS as error:
        raise fail(str(error)) from error
    except (KeyboardInterrupt, asyncio.CancelledError):
        err.print("Stopped.")
        raise typer.Exit(130) from None


@app.command()
def run(
    pack: Pack, data: Data = Path("data"), database: Database = None, port: Port = 8080, host: Host = "127.0.0.1",
    areas: Areas = None,
) -> None:  # fmt: skip
    """Run a center for real: no simulator, no default accounts."""
    from northbank.verbs import run_center

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
    from northbank.verbs import run_demo

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
    from northbank.verbs import run_import

    settings = settings_of(pack=pack, data=data, database=database, areas=areas)
    rejects = rejects or default_rejects(data, file)
    raise typer.Exit(go(lambda: run_import(settings, file, map, rejects, limit, out)))


@app.command("collect")
def collect_(
    dataset: Annotated[str, typer.Argument(help="Code of the data set: a contract in datasets/ of the pack.")], pack: Pack,
    place: Annotated[Path | None, typer.Argument(help="A folder of files, or one file.")] = None,
    data: Data = Path("data"), database: Database = None, areas: Areas = None,
    show: Annotated[bool, typer.Option("--show", help="Collect nothing: tell what is there.")] = False,
    as_of: Annotated[int | None, typer.Option(min=1, help="With --show: as of this batch.")] = None,
) -> None:  # fmt: skip
    """Collect a batch of a data set: checked, bad rows in quarantine, each file once; or tell what is there."""
    from northbank.verbs_data import run_collect, run_show

    settings = settings_of(pack=pack, data=data, database=database, areas=areas)
    if show:
        go(lambda: run_show(settings, dataset, as_of, out))
        return
    if place is None:
        raise fail("Name a folder or a file to collect, or ask with --show.")
    raise typer.Exit(go(lambda: run_collect(settings, dataset, place, out)))


@app.command()
def replay(
    file: Annotated[Path, typer.Argument(help="CSV, Parquet or JSON lines of recorded reports.")],
    map: Annotated[Path, typer.Option(help="MAP.toml: which column means what.")], pack: Pack,
    data: Data = Path("data"), database: Database = None, port: Port = 8080, host: Host = "127.0.0.1",
    areas: Areas = None, speed: Annotated[float, typer.Option(help="Recorded seconds a real second.")] = 600.0,
) -> None:  # fmt: skip
    """Play recorded reports on a live wall at a chosen speed. Every screen says REPLAY."""
    from northbank.verbs import run_replay

    settings = settings_of(
        pack=pack, data=data, database=database, port=port, host=host, areas=areas, mode="replay", speed=speed,
        wall_open=True,
    )  # fmt: skip
    go(lambda: run_replay(settings, file, map, out))


@app.command()
def rebuild(pack: Pack, data: Data = Path("data"), database: Database = None, areas: Areas = None) -> None:
    """Drop the views and fold the whole journal again."""
    from northbank.verbs import run_rebuild

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
    from northbank.verbs_past import read_moment, run_simulation

    settings = settings_of(pack=pack, data=data, database=database, areas=areas)
    go(lambda: run_simulation(settings, read_moment(since), read_moment(until), json, out))


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
    from northbank.verbs_past import publish_pack

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


@user_app.command("add")
def user_add(
    login: Login, role: Role, pack: Pack, name: Name = "", name_en: NameEn = "", unit: Unit = None, town: Town = None,
    grid: Grid = None, password_file: PasswordFile = None, data: Data = Path("data"), database: Database = None,
    areas: Areas = None,
) -> None:  # fmt: skip
    """Open an account for a post."""
    from northbank.verbs import add_user

    password = _password(password_file)
    settings = settings_of(pack=pack, data=data, database=database, areas=areas)
    go(lambda: add_user(settings, login, name, name_en, role, unit, town, grid, password, out))


@user_app.command("move")
def user_move(
    login: Login, role: Role, pack: Pack, unit: Unit = None, town: Town = None, grid: Grid = None,
    data: Data = Path("data"), database: Database = None, areas: Areas = None,
) -> None:  # fmt: skip
    """Give an account another post: what it may see changes at once, in a center that runs too."""
    from northbank.verbs import move_user

    settings = settings_of(pack=pack, data=data, database=database, areas=areas)
    go(lambda: move_user(settings, login, role, unit, town, grid, out))


@user_app.command("password")
def user_password(
    login: Login, pack: Pack, password_file: PasswordFile = None, data: Data = Path("data"), database: Database = None,
    areas: Areas = None,
) -> None:  # fmt: skip
    """Set an account's password."""
    from northbank.verbs import set_password

    password = _password(password_file)
    go(lambda: set_password(settings_of(pack=pack, data=data, database=database, areas=areas), login, password, out))


@user_app.command("disable")
def user_disable(
    login: Login, pack: Pack, data: Data = Path("data"), database: Database = None,
    areas: Areas = None,
) -> None:  # fmt: skip
    """Close an account; its sessions end."""
    from northbank.verbs import disable_user

    go(lambda: disable_user(settings_of(pack=pack, data=data, database=database, areas=areas), login, out))


@user_app.command("list")
def user_list(pack: Pack, data: Data = Path("data"), database: Database = None, areas: Areas = None) -> None:
    """All accounts with their posts."""
    from northbank.verbs import list_users

    go(lambda: list_users(settings_of(pack=pack, data=data, database=database, areas=areas), out))


def _password(file: Path | None) -> str:
    if file is None:
        return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True))
    try:
        return file.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise fail(f"The password file {file} cannot be read: {error}.") from error


@train_app.command("suggest")
def train_suggest(
    pack: Pack, data: Data = Path("data"), database: Database = None, areas: Areas = None,
    file: Annotated[Path | None, typer.Option(help="A labelled file instead of the center's closed cases.")] = None,
    map: Annotated[Path | None, typer.Option(help="MAP.toml of that file: which column is what.")] = None,
    seed: Annotated[int, typer.Option(help="Chooses the cases held out where they have no time.")] = 1,
) -> None:  # fmt: skip
    """Learn to suggest types from the words of closed cases; a running center takes the new model up within a minute."""
    from northbank.verbs import run_training

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
    from northbank.verbs import run_training_duplicates

    settings = settings_of(pack=pack, data=data, database=database, areas=areas)
    go(lambda: run_training_duplicates(settings, days, out))


@audit_app.command("verify")
def audit_verify(pack: Pack, data: Data = Path("data"), database: Database = None, areas: Areas = None) -> None:
    """Walk the whole journal against its tree and signed checkpoints; names the first wrong position."""
    from northbank.verbs import audit_verify as verify

    settings = settings_of(pack=pack, data=data, database=database, areas=areas)
    raise typer.Exit(go(lambda: verify(settings, out)))


@audit_app.command("prove")
def audit_prove(
    file: Annotated[Path, typer.Argument(help="Where to write what outsiders check with tools/verify_receipt.py.")],
    pack: Pack, data: Data = Path("data"), database: Database = None, areas: Areas = None,
    case: Annotated[str | None, typer.Option(help="The receipt of the case with this number.")] = None,
    first: Annotated[int | None, typer.Option(min=1, help="Entries from this position on, as lines of JSON.")] = None,
    last: Annotated[int | None, typer.Option(min=1, help="Last position of the entries.")] = None,
    since: Annotated[int | None, typer.Option(min=1, help="That the journal only grew since this checkpoint.")] = None,
) -> None:  # fmt: skip
    """Write a receipt, a proof of growth or a range of entries with their proofs; without a choice, all entries."""
    from northbank.verbs import audit_prove as prove

    if sum([case is not None, since is not None, first is not None or last is not None]) > 1:
        raise fail("Give --case, or --since, or --first and --last.")
    settings = settings_of(pack=pack, data=data, database=database, areas=areas)
    go(lambda: prove(settings, file, case, first, last, since, out))


@audit_app.command("key")
def audit_key(pack: Pack, data: Data = Path("data"), database: Database = None, areas: Areas = None) -> None:
    """Print the public keys that checkpoints are signed with, the present one last."""
    from northbank.verbs import audit_key as show

    go(lambda: show(settings_of(pack=pack, data=data, database=database, areas=areas), False, out))


@audit_app.command("renew-key")
def audit_renew(pack: Pack, data: Data = Path("data"), database: Database = None, areas: Areas = None) -> None:
    """Sign with this folder's key from now on; what older keys signed stays checkable."""
    from northbank.verbs import audit_key as show

    go(lambda: show(settings_of(pack=pack, data=data, database=database, areas=areas), True, out))


@audit_app.command("state")
def audit_state(
    pack: Pack, data: Data = Path("data"), database: Database = None, areas: Areas = None,
    position: Annotated[int | None, typer.Option(min=1, help="As of this position; the last one without it.")] = None,
) -> None:  # fmt: skip
    """Print the hash of all cases as the journal makes them; at the tip it is compared with the live view."""
    from northbank.verbs_past import audit_state as state

    settings = settings_of(pack=pack, data=data, database=database, areas=areas)
    raise typer.Exit(go(lambda: state(settings, position, out)))


@audit_app.command("rebuild")
def audit_rebuild(pack: Pack, data: Data = Path("data"), database: Database = None, areas: Areas = None) -> None:
    """Drop the Merkle tree and make it again from the journal."""
    from northbank.verbs import audit_rebuild as again

    go(lambda: again(settings_of(pack=pack, data=data, database=database, areas=areas), out))


@app.command()
def bench(
    name: Annotated[
        str,
        typer.Argument(
            help="intake, live, place, import, duplicates, proof, setup, suggest, page, lifecycle, growth, feed, replay, simulate, or all."
        ),
    ],
    json: Annotated[bool, typer.Option("--json", help="One JSON object instead of a table.")] = False,
) -> None:
    """Measure against a ceiling taken in the same run."""
    import subprocess

    script = Path(__file__).resolve().parents[2] / "bench" / "run.py"
    if not script.is_file():
        raise fail("The benchmarks live in the source tree; run this from a checkout.")
    raise typer.Exit(subprocess.call([sys.executable, str(script), name, *(["--json"] if json else [])]))


def main() -> None:
    """Entry point."""
    app()


if __name__ == "__main__":
    main()

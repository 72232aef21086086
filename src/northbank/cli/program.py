"""What every verb of the command line shares: the program and its groups, options, and errors said in one sentence."""

import asyncio
import os
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from northbank.core.mendable import Mendable
from northbank.core.role import Role as Roles
from northbank.shell.settings import Settings, SettingsError, read_settings

app = typer.Typer(
    no_args_is_help=True, add_completion=False, help="Northbank (北岸): a district's operation and governance center."
)
pack_app = typer.Typer(no_args_is_help=True, help="City packs: check, publish, new, diff, generate-grids.")
share_app = typer.Typer(no_args_is_help=True, help="Sharing data: search, list, request, act, log.")
user_app = typer.Typer(no_args_is_help=True, help="Accounts: add, list, disable, password.")
train_app = typer.Typer(
    no_args_is_help=True, help="Models that learn from this center's own cases: suggest, duplicates."
)
audit_app = typer.Typer(no_args_is_help=True, help="Proofs: verify, prove, key, renew-key, state, rebuild.")
lineage_app = typer.Typer(no_args_is_help=True, help="Where data come from, in the words of OpenLineage: export.")
app.add_typer(audit_app, name="audit")
app.add_typer(lineage_app, name="lineage")
app.add_typer(pack_app, name="pack")
app.add_typer(share_app, name="share")
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
Role = Annotated[str, typer.Option(help=f"What the post may do: {', '.join(Roles)}.")]
Name = Annotated[str, typer.Option(help="Name of the person or post, in Chinese or as it is.")]
NameEn = Annotated[str, typer.Option(help="The same in English, where there is one.")]
Unit = Annotated[str | None, typer.Option(help="Code of the unit it belongs to.")]
Town = Annotated[str | None, typer.Option(help="Code of the town it is bound to.")]
Grid = Annotated[str | None, typer.Option(help="Code of the grid it is bound to.")]
PasswordFile = Annotated[Path | None, typer.Option(help="File with the password; asked for when missing.")]


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
    except Mendable as error:
        raise fail(str(error)) from error
    except (KeyboardInterrupt, asyncio.CancelledError):
        err.print("Stopped.")
        raise typer.Exit(130) from None

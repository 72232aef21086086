"""Verbs of sharing. Each reads its arguments and calls verbs/."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from northbank.cli.program import Areas, Data, Database, Pack, fail, go, out, settings_of, share_app

As = Annotated[str, typer.Option("--as", help="Login of the account that does it; it stands in the journal.")]
Grant = Annotated[str, typer.Argument(help="Id of the request or grant, or its beginning.")]


@share_app.command("search")
def share_search(
    words: Annotated[str, typer.Argument(help="Words in Chinese or English.")], pack: Pack, data: Data = Path("data"),
    database: Database = None, areas: Areas = None,
) -> None:  # fmt: skip
    """Find data sets by words."""
    from northbank.verbs.share import run_search

    go(lambda: run_search(settings_of(pack=pack, data=data, database=database, areas=areas), words, out))


@share_app.command("list")
def share_list(
    pack: Pack, state: Annotated[str | None, typer.Option(help="Only these states, by commas.")] = None,
    dataset: Annotated[str | None, typer.Option(help="Only of this data set.")] = None, data: Data = Path("data"),
    database: Database = None, areas: Areas = None,
) -> None:  # fmt: skip
    """Requests and grants, newest first."""
    from northbank.verbs.share import run_list

    settings = settings_of(pack=pack, data=data, database=database, areas=areas)
    go(lambda: run_list(settings, state, dataset, out))


@share_app.command("request")
def share_request(
    dataset: Annotated[str, typer.Argument(help="Code of the data set.")], pack: Pack, login: As,
    fields: Annotated[str, typer.Option(help="Columns, by commas.")],
    purpose: Annotated[str, typer.Option(help="What for.")],
    application: Annotated[str, typer.Option(help="The system or matter that uses them.")],
    until: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="The last day.")],
    by_key: Annotated[bool, typer.Option("--by-key", help="Rows may be looked up by key.")] = False,
    data: Data = Path("data"), database: Database = None, areas: Areas = None,
) -> None:  # fmt: skip
    """Ask for data."""
    from northbank.verbs.share import run_request

    settings = settings_of(pack=pack, data=data, database=database, areas=areas)
    columns = tuple(one.strip() for one in fields.split(",") if one.strip())
    asked = (dataset, columns, purpose, application, until.date(), by_key)
    go(lambda: run_request(settings, login, asked, out))


@share_app.command("act")
def share_act(
    grant: Grant,
    act: Annotated[str, typer.Argument(help="clear, approve, confirm, refuse, dispute, overrule, uphold, withdraw, revoke.")],
    pack: Pack, login: As, reason: Annotated[str, typer.Option(help="Why; a refusal or revocation needs it.")] = "",
    data: Data = Path("data"), database: Database = None, areas: Areas = None,
) -> None:  # fmt: skip
    """Decide on a request, or end a grant."""
    from northbank.verbs.share import ACTS, run_act

    if act not in ACTS:
        raise fail(f"There is no act {act}; possible are {', '.join(ACTS)}.")
    settings = settings_of(pack=pack, data=data, database=database, areas=areas)
    go(lambda: run_act(settings, login, grant, act, reason, out))


@share_app.command("log")
def share_log(
    pack: Pack, grant: Annotated[str | None, typer.Option(help="Only under this grant (its whole id).")] = None,
    dataset: Annotated[str | None, typer.Option(help="Only of this data set.")] = None, data: Data = Path("data"),
    database: Database = None, areas: Areas = None,
) -> None:  # fmt: skip
    """Who used data under which grant, newest first."""
    from northbank.verbs.share import run_log

    settings = settings_of(pack=pack, data=data, database=database, areas=areas)
    go(lambda: run_log(settings, grant, dataset, out))

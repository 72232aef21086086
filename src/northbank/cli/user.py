"""Verbs of accounts. Each reads its arguments and calls verbs/."""

from pathlib import Path

import typer

from northbank.cli.program import (
    Areas,
    Data,
    Database,
    Grid,
    Login,
    Name,
    NameEn,
    Pack,
    PasswordFile,
    Role,
    Town,
    Unit,
    fail,
    go,
    out,
    settings_of,
    user_app,
)


@user_app.command("add")
def user_add(
    login: Login, role: Role, pack: Pack, name: Name = "", name_en: NameEn = "", unit: Unit = None, town: Town = None,
    grid: Grid = None, password_file: PasswordFile = None, data: Data = Path("data"), database: Database = None,
    areas: Areas = None,
) -> None:  # fmt: skip
    """Open an account for a post."""
    from northbank.verbs.user import add_user

    password = _password(password_file)
    settings = settings_of(pack=pack, data=data, database=database, areas=areas)
    go(lambda: add_user(settings, login, name, name_en, role, unit, town, grid, password, out))


@user_app.command("move")
def user_move(
    login: Login, role: Role, pack: Pack, unit: Unit = None, town: Town = None, grid: Grid = None,
    data: Data = Path("data"), database: Database = None, areas: Areas = None,
) -> None:  # fmt: skip
    """Give an account another post: what it may see changes at once, in a center that runs too."""
    from northbank.verbs.user import move_user

    settings = settings_of(pack=pack, data=data, database=database, areas=areas)
    go(lambda: move_user(settings, login, role, unit, town, grid, out))


@user_app.command("password")
def user_password(
    login: Login, pack: Pack, password_file: PasswordFile = None, data: Data = Path("data"), database: Database = None,
    areas: Areas = None,
) -> None:  # fmt: skip
    """Set an account's password."""
    from northbank.verbs.user import set_password

    password = _password(password_file)
    go(lambda: set_password(settings_of(pack=pack, data=data, database=database, areas=areas), login, password, out))


@user_app.command("disable")
def user_disable(
    login: Login, pack: Pack, data: Data = Path("data"), database: Database = None,
    areas: Areas = None,
) -> None:  # fmt: skip
    """Close an account; its sessions end."""
    from northbank.verbs.user import disable_user

    go(lambda: disable_user(settings_of(pack=pack, data=data, database=database, areas=areas), login, out))


@user_app.command("list")
def user_list(pack: Pack, data: Data = Path("data"), database: Database = None, areas: Areas = None) -> None:
    """All accounts with their posts."""
    from northbank.verbs.user import list_users

    go(lambda: list_users(settings_of(pack=pack, data=data, database=database, areas=areas), out))


def _password(file: Path | None) -> str:
    if file is None:
        return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True))
    try:
        return file.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise fail(f"The password file {file} cannot be read: {error}.") from error

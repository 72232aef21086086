"""Accounts of a center."""

from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from northbank.core.access import Actor, Role
from northbank.core.account import Account
from northbank.core.city import Name
from northbank.shell.clock import SystemClock
from northbank.shell.settings import Settings
from northbank.wiring import Center, open_beside, open_center

if TYPE_CHECKING:
    pass


async def add_user(
    settings: Settings, login: str, name: str, name_en: str, role: str, unit: str | None, town: str | None,
    grid: str | None, password: str, out: Console,
) -> None:  # fmt: skip
    """Open an account."""
    async with open_center(settings) as center:
        _check_post(center, role, unit, town, grid)
        actor = Actor(login, Role(role), unit, town, grid)
        named = Name(name, name_en or ("" if name else login))
        hashed = await center.passwords.hash(password)
        made = await center.accounts.add(Account(named, actor), hashed, SystemClock().now())
    out.print(f"Account {login} opened." if made else f"The login {login} is taken.")


def _check_post(center: Center, role: str, unit: str | None, town: str | None, grid: str | None) -> None:
    from northbank.shell.settings import SettingsError

    city = center.city
    faults = []
    if role not in list(Role):
        faults.append(f"role {role} is none of {', '.join(Role)}.")
    if unit is not None and unit not in city.units:
        faults.append(f"unit {unit} is not in the pack.")
    faults += [
        f"area {code} is not in the pack." for code in (town, grid) if code is not None and code not in city.areas
    ]
    if faults:
        raise SettingsError(" ".join(faults))


async def move_user(
    settings: Settings, login: str, role: str, unit: str | None, town: str | None, grid: str | None, out: Console
) -> None:
    """Give an account another post; a center that runs follows at once."""
    async with open_beside(settings) as center:
        _check_post(center, role, unit, town, grid)
        done = await center.accounts.set_post(Actor(login, Role(role), unit, town, grid))
    out.print(f"Account {login} has its new post." if done else f"There is no account {login}.")


async def set_password(settings: Settings, login: str, password: str, out: Console) -> None:
    """Set a password; open sessions end."""
    async with open_center(settings) as center:
        hashed = await center.passwords.hash(password)
        done = await center.accounts.set_password(login, hashed, SystemClock().now())
    out.print(f"Password of {login} set." if done else f"There is no account {login}.")


async def disable_user(settings: Settings, login: str, out: Console) -> None:
    """Close an account."""
    async with open_center(settings) as center:
        done = await center.accounts.set_enabled(login, False, SystemClock().now())
    out.print(f"Account {login} closed." if done else f"There is no account {login}.")


async def list_users(settings: Settings, out: Console) -> None:
    """All accounts."""
    table = Table("login", "name", "role", "unit", "town", "grid", "open")
    async with open_center(settings) as center:
        for one in await center.accounts.everyone():
            actor = one.account.actor
            place = (actor.unit or "", actor.town or "", actor.grid or "")
            table.add_row(
                actor.login, _named(one.account.name), actor.role.value, *place, "yes" if one.enabled else "no"
            )
    out.print(table)


def _named(name: Name) -> str:
    return " / ".join(part for part in (name.zh, name.en) if part)

"""Who works in the demonstration: its accounts, and for every other unit an officer named after the post the pack gives it.

Those officers only have names, for what the simulated day does in them; nobody signs in as one of them.
"""

import re

from northbank.core.access import Actor, Role
from northbank.core.account import RESERVED, Account
from northbank.core.city import City, Name, Post, Unit
from northbank.pack.spec import DemoToml


def accounts(demo: DemoToml) -> list[Account]:
    """Those that people sign in with."""
    return [Account(one.name, Actor(one.login, Role(one.role), one.unit, one.town, one.grid)) for one in demo.accounts]


def colleagues(demo: DemoToml, city: City) -> list[Account]:
    """One for each unit, of the past too, that no account works for, where the pack has a post there."""
    taken = {one.login for one in demo.accounts} | RESERVED
    staffed = {one.unit for one in demo.accounts if one.role in ("duty_officer", "town_officer", "unit_officer")}
    found: list[Account] = []
    for unit in city.units.values():
        post = None if unit.code in staffed else _post(unit, city)
        if post is not None:
            login = _login(unit.code, taken)
            taken.add(login)
            found.append(Account(_named(unit, post), Actor(login, Role(post.role), unit.code, unit.area)))
    return found


def _post(unit: Unit, city: City) -> Post | None:
    per = {"center": "center", "town_center": "town"}.get(unit.kind, "unit")
    roles = ("duty_officer", "town_officer", "unit_officer")
    return next((post for post in city.posts.values() if post.per == per and post.role in roles), None)


def _named(unit: Unit, post: Post) -> Name:
    zh = f"{unit.name.say('zh')}{post.name.say('zh')}"
    return Name(zh, f"{post.name.say('en')}, {unit.name.say('en')}")


def _login(code: str, taken: set[str]) -> str:
    login = re.sub(r"[^a-z0-9.-]", "-", code.lower()).lstrip("-.")[:48]
    return login if login and login not in taken else f"officer.{login}"

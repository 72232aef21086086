"""Signing in, signing out, and what the screens must know first: who you are and which center this is."""

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from northbank.core.access import ACTS
from northbank.core.account import Account
from northbank.core.city import City, Name
from northbank.core.horizon import notices
from northbank.core.refusal import Refused
from northbank.shell.web.limits import address_of
from northbank.shell.web.registry import Call, Face, Operation
from northbank.shell.web.wire import NO_STORE, Reply


class SignIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Login and password."""

    login: Annotated[str, Meta(min_length=1, max_length=64)]
    password: Annotated[str, Meta(min_length=1, max_length=200)]


class AccountView(msgspec.Struct, frozen=True):
    """Who is signed in; `acts` are what the role may do at all."""

    login: str
    name: Name
    role: str
    unit: str | None
    unit_name: Name | None
    town: str | None
    grid: str | None
    acts: list[str]


class CityBrief(msgspec.Struct, frozen=True):
    """The city behind this center."""

    id: str
    name: Name
    synthetic: bool
    notes: tuple[Name, ...]


class Center(msgspec.Struct, frozen=True):
    """This running center: how true its data are, its languages and its clock."""

    mode: str
    mode_note: Name
    city: CityBrief
    languages: tuple[str, ...]
    timezone: str
    now: datetime
    speed: float
    wall_open: bool


class Session(msgspec.Struct, frozen=True):
    """What a screen asks first."""

    account: AccountView | None
    center: Center


class SignedIn(msgspec.Struct, frozen=True):
    """The account and the token; browsers get the token as a cookie as well."""

    account: AccountView
    token: str


def view_account(account: Account, city: City) -> AccountView:
    """The account in the words of the API."""
    actor = account.actor
    unit = city.units.get(actor.unit) if actor.unit else None
    return AccountView(
        login=actor.login,
        name=account.name,
        role=actor.role.value,
        unit=actor.unit,
        unit_name=unit.name if unit else None,
        town=actor.town,
        grid=actor.grid,
        acts=sorted(act.value for act in ACTS[actor.role]),
    )


async def sign_in(face: Face, call: Call) -> Reply:
    """Check the password, open a session."""
    body: SignIn = call.body
    account, token = await face.sessions.sign_in(address_of(call.scope), body.login, body.password)
    reply = SignedIn(view_account(account, face.city), token)
    return Reply(200, msgspec.json.encode(reply), headers=(*NO_STORE, face.sessions.cookie(call.scope, token)))


async def sign_out(face: Face, call: Call) -> Reply:
    """End the session of this request."""
    if call.account is None:
        raise Refused("signed_out")
    await face.sessions.sign_out(call.scope)
    return Reply(204, b"", headers=(*NO_STORE, face.sessions.cookie(call.scope, "")))


async def see_session(face: Face, call: Call) -> Session:
    """Who is asking, and where they are."""
    city, settings, now = face.city, face.settings, face.world.clock.now()
    day = now.astimezone(city.calendar.zone).date()
    center = Center(
        mode=settings.mode,
        mode_note=settings.mode_note,
        city=CityBrief(city.id, city.name, city.synthetic, city.notes + notices(city, day)),
        languages=city.languages,
        timezone=city.timezone,
        now=now,
        speed=settings.speed,
        wall_open=settings.wall_open,
    )
    return Session(view_account(call.account, city) if call.account else None, center)


OPERATIONS = (
    Operation(
        name="sign_in",
        method="POST",
        path="/api/v1/session",
        tag="session",
        summary=Name(zh="登录", en="Sign in"),
        body=SignIn,
        reply=SignedIn,
        run=sign_in,
        who="anyone",
        refusals=("wrong_password",),
        example={"login": "desk", "password": "…"},
    ),
    Operation(
        name="sign_out",
        method="DELETE",
        path="/api/v1/session",
        tag="session",
        summary=Name(zh="退出", en="Sign out"),
        reply=None,
        status=204,
        run=sign_out,
    ),
    Operation(
        name="see_session",
        method="GET",
        path="/api/v1/session",
        tag="session",
        summary=Name(zh="当前会话与中心信息", en="Who is signed in, and which center this is"),
        reply=Session,
        run=see_session,
        who="anyone",
    ),
)

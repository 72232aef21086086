"""Accounts and sessions in PostgreSQL. Passwords come in hashed, tokens come in as digests."""

import re
from collections.abc import Iterable
from datetime import datetime

import asyncpg

from northbank.core.access import Actor, Role
from northbank.core.account import LOGIN, RESERVED, Account, Credential, OpenSession
from northbank.core.city import Name
from northbank.core.refusal import Refused
from northbank.shell.store.sql import statements

SQL = statements("accounts")
_LOGIN = re.compile(LOGIN)


class PgAccounts:
    """Who may sign in, and who is signed in."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def find(self, login: str) -> Credential | None:
        """The account of a login with its password hash."""
        if _LOGIN.fullmatch(login) is None:
            return None
        row = await self._pool.fetchrow(SQL.find_account, login)
        return None if row is None else _credential(row)

    async def everyone(self) -> list[Credential]:
        """All accounts by login."""
        return [_credential(row) for row in await self._pool.fetch(SQL.list_accounts)]

    async def names(self, logins: Iterable[str]) -> dict[str, Name]:
        """The names of those logins that have an account, closed ones too."""
        rows = await self._pool.fetch(SQL.names, list(logins))
        return {row["login"]: _name(row) for row in rows}

    async def add(self, account: Account, password: str, now: datetime, *, enabled: bool = True) -> bool:
        """Make an account, closed from the start where it only names somebody; False when the login is taken."""
        actor = account.actor
        if _LOGIN.fullmatch(actor.login) is None or actor.login in RESERVED:
            raise Refused(
                "invalid", why="login: small letters, digits, dot, dash, underscore; at most 64; not the system's own"
            )
        post = (actor.role.value, actor.unit, actor.town, actor.grid)
        values = (actor.login, account.name.zh, account.name.en, *post, password, now, enabled)
        return await self._pool.fetchval(SQL.add_account, *values) is not None

    async def set_password(self, login: str, password: str, now: datetime) -> bool:
        """Change a password and end the account's sessions; False when there is no such account."""
        return await self._pool.fetchval(SQL.set_password, login, password, now) is not None

    async def set_enabled(self, login: str, enabled: bool, now: datetime) -> bool:
        """Close an account (its sessions end) or open it again; False when there is no such account."""
        return await self._pool.fetchval(SQL.set_enabled, login, enabled, now) is not None

    async def set_post(self, actor: Actor) -> bool:
        """Give an account another post; its sessions go on under the new one. False when there is no such account."""
        post = (actor.login, actor.role.value, actor.unit, actor.town, actor.grid)
        return await self._pool.fetchval(SQL.set_post, *post) is not None

    async def open_session(self, token: bytes, login: str, now: datetime, until: datetime) -> None:
        """Keep a new session; those that ran out are swept away."""
        await self._pool.execute(SQL.open_session, token, login, now, until)

    async def session(self, token: bytes, now: datetime) -> OpenSession | None:
        """The open session of a token's digest."""
        row = await self._pool.fetchrow(SQL.session, token, now)
        return None if row is None else OpenSession(_account(row), row["expires_at"])

    async def prolong(self, token: bytes, until: datetime) -> None:
        """Let a session run longer."""
        await self._pool.execute(SQL.prolong_session, token, until)

    async def close_session(self, token: bytes) -> None:
        """End a session."""
        await self._pool.execute(SQL.close_session, token)


def _name(row: asyncpg.Record) -> Name:
    return Name(row["name_zh"], row["name_en"])


def _account(row: asyncpg.Record) -> Account:
    return Account(_name(row), Actor(row["login"], Role(row["role"]), row["unit"], row["town"], row["grid"]))


def _credential(row: asyncpg.Record) -> Credential:
    return Credential(_account(row), row["password"], row["enabled"])

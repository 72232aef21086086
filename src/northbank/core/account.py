"""Accounts as values: who somebody is, and what the door needs to know to let them in.

Passwords appear only as argon2id hashes; hashing and sessions are the shell's business.
"""

from datetime import datetime

import msgspec

from northbank.core.access import Actor
from northbank.core.city import Name

LOGIN = r"^[a-z0-9][a-z0-9._-]{0,63}$"
RESERVED = frozenset({"system", "import", "replay", "anonymous", "guest"})  # names under which the program itself acts


class Account(msgspec.Struct, frozen=True):
    """Somebody who can sign in: the actor for the rules, the name for people (one language is enough)."""

    name: Name
    actor: Actor


class Credential(msgspec.Struct, frozen=True):
    """An account with what checks its password."""

    account: Account
    password: str
    enabled: bool


class OpenSession(msgspec.Struct, frozen=True):
    """A session that has not run out."""

    account: Account
    expires_at: datetime

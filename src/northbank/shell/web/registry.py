"""What a command or query of the API is: one value with its URL, its types, its rights and its words.

Routes, the OpenAPI document and the screens' client are all read from these values (docs/decisions/0004).
Which operations there are is said in operations.py.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Literal

import msgspec

from northbank.core.access import Actor, Role
from northbank.core.access import Scope as Rows
from northbank.core.account import Account
from northbank.core.city import City, Name
from northbank.flows.platform import Platform
from northbank.flows.see_wall import Snapshot
from northbank.flows.try_policy import Lab
from northbank.ports import Ledger, World
from northbank.shell.web.knobs import WebSettings
from northbank.shell.web.limits import Buckets
from northbank.shell.web.live import Broadcaster
from northbank.shell.web.photos import Darkroom
from northbank.shell.web.session import Sessions
from northbank.shell.web.wire import Receive, Scope

FORM_BODY = "report"
Method = Literal["GET", "POST", "DELETE"]
Who = Literal["anyone", "wall", "account"]


class Face(msgspec.Struct, frozen=True, kw_only=True):
    """Everything the HTTP face works with. Wiring builds it; tests build it with smaller parts.

    snapshot: the wall's picture of a scope. alive: facts for /readyz (`ready` and numbers).
    unavailable: exceptions that mean the database cannot be reached just now (503, never 500).
    """

    world: World
    ledger: Ledger
    lab: Lab
    platform: Platform
    settings: WebSettings
    sessions: Sessions
    broadcaster: Broadcaster
    darkroom: Darkroom
    reports_by_account: Buckets
    reports_by_address: Buckets
    answers_by_account: Buckets
    snapshot: Callable[[Rows], Awaitable[Snapshot]]
    alive: Callable[[], Awaitable[Mapping[str, Any]]]
    unavailable: tuple[type[Exception], ...] = (OSError,)

    @property
    def city(self) -> City:
        """The pack that is live."""
        return self.world.city


class Call(msgspec.Struct, kw_only=True):
    """One request after reading and checking: what an operation runs on."""

    scope: Scope
    receive: Receive
    actor: Actor
    account: Account | None
    path: Mapping[str, str] = {}
    params: Any = None
    body: Any = None
    key: str | None = None


Run = Callable[[Face, Call], Awaitable[Any]]


class Operation(msgspec.Struct, frozen=True, kw_only=True):
    """A command (POST, DELETE) or a query (GET).

    who: `anyone`, `wall` (signed in, or anybody while the wall is open) or `account`.
    roles: the roles that may use it; None for all. keyed: it takes an Idempotency-Key.
    form: it also takes multipart: the body as the part named `part`, and files by part name with how many.
    also: media types that the body of a request may ask for besides `media`; their bytes have no schema.
    refusals: codes beyond those every operation can give.
    """

    name: str
    method: Method
    path: str
    tag: str
    summary: Name
    run: Run
    reply: Any
    status: int = 200
    params: Any = None
    body: Any = None
    who: Who = "account"
    roles: frozenset[Role] | None = None
    keyed: bool = False
    form: Mapping[str, int] | None = None
    part: str = FORM_BODY
    media: str = "application/json"
    also: tuple[str, ...] = ()
    refusals: tuple[str, ...] = ()
    example: Any = None

    @property
    def slots(self) -> tuple[str, ...]:
        """The names in the path's braces."""
        return tuple(part[1:-1] for part in self.path.split("/") if part.startswith("{"))

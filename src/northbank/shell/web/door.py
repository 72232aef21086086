"""The way of one request through an operation: who, from where, how often, what; then run, then the reply.

Order matters: nothing of the body is read before the sender may do this at all.
"""

import re
from collections.abc import Iterable

import msgspec

from northbank.core.access import Actor, Role
from northbank.core.refusal import Refused
from northbank.shell.web.forms import media_of
from northbank.shell.web.registry import Call, Face, Operation
from northbank.shell.web.security import same_site
from northbank.shell.web.session import Visitor
from northbank.shell.web.strict import read_json, read_query
from northbank.shell.web.wire import (
    NO_STORE,
    Receive,
    Reply,
    Scope,
    Send,
    header,
    pack,
    query_text,
    read_body,
    send_reply,
)

STRANGER = Actor("anonymous", Role.INTAKE)
GUEST = Actor("guest", Role.WALL)
SLOT = re.compile(r"^[0-9A-Za-z._-]{1,64}$")
UUID = re.compile(r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$", re.IGNORECASE)
_KEY = re.compile(rb"^[\x21-\x7e]{1,200}$")
_encode = msgspec.json.Encoder().encode


class Knob:
    """One operation ready to run: its decoders are built once."""

    def __init__(self, operation: Operation) -> None:
        self.operation = operation
        plain = operation.body is not None and operation.form is None
        self.decoder = msgspec.json.Decoder(operation.body) if plain else None
        self.is_query = operation.method == "GET"

    async def answer(self, face: Face, scope: Scope, receive: Receive) -> Reply:
        """Check, read, run."""
        visitor = await face.sessions.visitor(scope)
        same_site(scope, visitor.by_cookie)
        call = Call(scope=scope, receive=receive, actor=self.admit(face, visitor), account=visitor.account)
        call.path = _slots(scope)
        await self._read(face, call)
        found = await self.operation.run(face, call)
        if isinstance(found, Reply):
            return found
        if found is None and self.operation.status == 204:
            return Reply(204, b"")
        reply = Reply(self.operation.status, _encode(found), headers=NO_STORE)
        return pack(scope, reply) if self.is_query else reply

    def admit(self, face: Face, visitor: Visitor) -> Actor:
        """The actor behind the request, or why there is none."""
        operation, account = self.operation, visitor.account
        if account is None:
            if operation.who == "anyone":
                return STRANGER
            if operation.who == "wall" and face.settings.wall_open:
                return GUEST
            raise Refused("signed_out")
        if operation.roles is not None and account.actor.role not in operation.roles:
            raise Refused("forbidden", role=account.actor.role.value)
        return account.actor

    async def _read(self, face: Face, call: Call) -> None:
        scope, operation = call.scope, self.operation
        if operation.params is not None:
            call.params = read_query(operation.params, query_text(scope))
        elif scope["query_string"]:
            read_query(NoParams, query_text(scope))
        if self.decoder is not None:
            if media_of(scope)[0] not in ("application/json", ""):
                raise Refused("media_type", found=media_of(scope)[0], allowed="application/json")
            raw = await read_body(scope, call.receive, face.settings.json_limit)
            call.body = read_json(self.decoder, raw or b"{}")
        if operation.keyed:
            call.key = client_key(scope)


class NoParams(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An address that takes no parameters."""


def client_key(scope: Scope) -> str | None:
    """The Idempotency-Key, if one was sent; an empty one is refused, for its sender believes to be safe."""
    if not any(name == b"idempotency-key" for name, _ in scope["headers"]):
        return None
    key = header(scope, b"idempotency-key")
    if _KEY.match(key) is None:
        raise Refused("invalid", why="Idempotency-Key: up to 200 visible ASCII characters")
    return key.decode("ascii")


def _slots(scope: Scope) -> dict[str, str]:
    """The path's variable parts; what cannot be an id cannot be found either."""
    found: dict[str, str] = {}
    for name, value in (scope.get("path_params") or {}).items():
        known = UUID if name in ("id", "other", "photo", "subject") else SLOT
        if known.match(value) is None:
            raise Refused("not_found", what=name)
        found[name] = value.lower() if known is UUID else value
    return found


class Door:
    """One path with its methods: an ASGI application."""

    def __init__(self, face: Face, operations: Iterable[Operation]) -> None:
        self.face = face
        self.by_method = {one.method: Knob(one) for one in operations}
        if "GET" in self.by_method:
            self.by_method["HEAD"] = self.by_method["GET"]  # type: ignore[index]
        self.allowed = ", ".join(sorted(self.by_method))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; refusals travel up to the guard."""
        knob = self.by_method.get(scope["method"])
        if knob is None:
            raise Refused("method", method=scope["method"], allowed=self.allowed)
        await send_reply(scope, send, await knob.answer(self.face, scope, receive))

"""The catalog for other catalogs: DCAT at /catalog/, in JSON-LD or Turtle by the ending of the address or by Accept.

Strangers are told of open data sets; whoever may look at the platform is told of all. Sessions are asked as everywhere.
"""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from starlette.routing import Route

from northbank.core.dcat import Published, json_ld, triples_of, turtle
from northbank.core.refusal import Refused
from northbank.core.shelf import Line
from northbank.flows.list_datasets import shelf_of
from northbank.flows.platform import READERS
from northbank.shell.web.origin import origin
from northbank.shell.web.registry import Face
from northbank.shell.web.wire import Receive, Reply, Scope, Send, header, pack, send_reply

JSON_LD, TURTLE = b"application/ld+json", b"text/turtle; charset=utf-8"
HEADERS = ((b"cache-control", b"no-cache"), (b"vary", b"accept, cookie, authorization"))


class Catalog:
    """The whole catalog, or one data set of it."""

    def __init__(self, face: Face) -> None:
        self.face = face

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer."""
        if scope["method"] not in ("GET", "HEAD"):
            raise Refused("method", method=scope["method"], allowed="GET, HEAD")
        code, ending = _asked(str(scope["path"]))
        triples = triples_of(self.face.city, origin(self.face, scope) or "", await self._sets(scope, code))
        if ending == "ttl" or (not ending and _wants_turtle(scope)):
            reply = Reply(200, turtle(triples).encode(), TURTLE, HEADERS)
        else:
            reply = Reply(200, msgspec.json.encode(json_ld(triples)), JSON_LD, HEADERS)
        await send_reply(scope, send, pack(scope, reply))

    async def _sets(self, scope: Scope, code: str | None) -> list[Published]:
        account = (await self.face.sessions.visitor(scope)).account
        inside = account is not None and account.actor.role in READERS
        seen = [one for one in self.face.city.datasets.values() if inside or one.share == "open"]
        chosen = [one for one in seen if code in (None, one.code)]
        if code is not None and not chosen:
            raise Refused("not_found", what="data set")
        lines = await shelf_of(self.face.platform).lines()
        return [
            Published(dataset=one, first=_first(lines.get(one.code, ())), newest=_last(lines.get(one.code, ())))
            for one in sorted(chosen, key=lambda one: one.code)
        ]


def _asked(path: str) -> tuple[str | None, str]:
    """The data set that an address names, and its ending; `catalog` is the whole."""
    rest = path.removeprefix("/catalog/")
    name, dot, ending = rest.removeprefix("dataset/").partition(".")
    if dot and ending not in ("ttl", "jsonld"):
        raise Refused("not_found", what="format")
    if rest.startswith("dataset/"):
        return name, ending
    if name not in ("", "catalog"):
        raise Refused("not_found", what="address")
    return None, ending


def _wants_turtle(scope: Scope) -> bool:
    accept = header(scope, b"accept").lower()
    return b"text/turtle" in accept and not accept.startswith(b"application/ld+json")


def _first(lines: Sequence[Line]) -> datetime | None:
    return min((one.made for one in lines if one.taken), default=None)


def _last(lines: Sequence[Line]) -> datetime | None:
    return max((one.made for one in lines if one.taken), default=None)


def routes(face: Face) -> list[Route]:
    """Every address."""
    return [Route("/catalog/{rest:path}", Catalog(face))]

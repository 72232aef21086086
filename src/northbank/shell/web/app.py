"""The application: every operation of the registry, the stream, Open311, the screens, health; wrapped by the guard."""

from importlib.metadata import version
from typing import Any

import msgspec
from starlette.routing import Route, Router
from starlette.types import ASGIApp

from northbank.core.refusal import Refused
from northbank.shell.web import (
    bringing,
    cases,
    concerns,
    datasets,
    dcat,
    duplicates,
    governed,
    hot,
    inventory,
    lab,
    links,
    metrics,
    proofs,
    reports,
    sharing,
    signing,
    suggestions,
    walls,
)
from northbank.shell.web.assets import Assets
from northbank.shell.web.door import Door
from northbank.shell.web.health import Health
from northbank.shell.web.open311 import face as open311
from northbank.shell.web.openapi import document
from northbank.shell.web.problems import catalog
from northbank.shell.web.registry import Face, Operation
from northbank.shell.web.security import Guard
from northbank.shell.web.ways import Ways
from northbank.shell.web.wire import Receive, Reply, Scope, Send, pack, send_reply


class Fixed:
    """A GET whose bytes never change while the program runs."""

    def __init__(self, value: Any) -> None:
        self.reply = Reply(200, msgspec.json.encode(value), headers=((b"cache-control", b"no-cache"),))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer."""
        if scope["method"] not in ("GET", "HEAD"):
            raise Refused("method", method=scope["method"], allowed="GET, HEAD")
        await send_reply(scope, send, pack(scope, self.reply))


class NothingHere:
    """Addresses nobody answers."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Say so."""
        raise Refused("not_found", what="address")


def all_operations() -> tuple[Operation, ...]:
    """Every command and query."""
    return (
        *reports.OPERATIONS,
        *signing.OPERATIONS,
        *walls.operations(),
        *cases.OPERATIONS,
        *concerns.OPERATIONS,
        *duplicates.OPERATIONS,
        *suggestions.OPERATIONS,
        *hot.OPERATIONS,
        *metrics.OPERATIONS,
        *lab.OPERATIONS,
        *datasets.OPERATIONS,
        *bringing.operations(),
        *inventory.OPERATIONS,
        *governed.OPERATIONS,
        *sharing.OPERATIONS,
        *proofs.OPERATIONS,
        *links.OPERATIONS,
    )


def build_app(face: Face) -> ASGIApp:
    """The whole HTTP face as one ASGI application."""
    operations = all_operations()
    live = walls.Live(face)
    by_path: dict[str, list[Operation]] = {}
    for one in operations:
        by_path.setdefault(one.path, []).append(one)
    health = Health(face)
    routes = [
        Route("/live", live),
        Route("/api/openapi.json", Fixed(api_document((*operations, live.operation)))),
        Route("/api/problems", Fixed(catalog())),
        *(Route(path, health) for path in ("/healthz", "/readyz", "/metrics")),
        *open311.routes(face),
        *dcat.routes(face),
        Route("/api/{rest:path}", NothingHere()),
        Route("/open311/{rest:path}", NothingHere()),
    ]
    router = Router(routes, redirect_slashes=False, default=Assets(face.settings.ui))
    doors = {path: Door(face, ones) for path, ones in by_path.items()}
    return Guard(Ways(doors, router), face.city, face.settings.secure, face.unavailable)


def api_document(operations: tuple[Operation, ...]) -> dict[str, Any]:
    """The OpenAPI document of these operations."""
    return document(operations, "Northbank", version("northbank"))

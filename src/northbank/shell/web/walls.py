"""What screens begin from: the pack in words, the map, the wall's snapshot, and the stream of what changes."""

import asyncio
from datetime import date
from functools import partial
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from northbank.core.access import Actor
from northbank.core.access import Scope as Rows
from northbank.core.city import City, Name
from northbank.core.refusal import Refused
from northbank.flows.see_past import wall_then
from northbank.flows.see_wall import Snapshot, wall_scope
from northbank.shell.web.cityview import GEOJSON, CityView, Document, view_city, view_map
from northbank.shell.web.registry import Call, Face, Operation
from northbank.shell.web.snapshots import Snapshots
from northbank.shell.web.stream import CURSOR, listen
from northbank.shell.web.strict import invalid, read_query
from northbank.shell.web.wire import JSON, Receive, Reply, Scope, Send, query_text

_STREAM = "/live"
DOCUMENTS = 32  # kept at a time: days of the past can be asked for without end


class FeatureCollection(msgspec.Struct, frozen=True):
    """GeoJSON; `outline` is the district, `towns` another collection."""

    type: str
    features: list[dict[str, Any]]
    outline: dict[str, Any] | None
    towns: dict[str, Any]


class LiveQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """scope: `district`, or the scope key of the account. after: cursor of the snapshot the screen holds."""

    scope: Annotated[str, Meta(max_length=200)] | None = None
    after: Annotated[str, Meta(pattern=f"^{CURSOR}$")] | None = None


class PastQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """as_of: a journal position or a time with its zone; the wall as it was then, read-only.

    after: position of what the screen holds of the past; a screen of the whole district gets what changed since alone.
    """

    as_of: Annotated[str, Meta(max_length=40)] | None = None
    after: Annotated[int, Meta(ge=0, le=2**62)] | None = None


class DayQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """day: names, units and codes as they were on that day; today without it."""

    day: Annotated[str, Meta(pattern=r"^[12]\d{3}-[01]\d-[0-3]\d$")] | None = None


class Papers:
    """The documents that stand as long as the pack: built at the first request, off the loop, once."""

    def __init__(self) -> None:
        self.lock = asyncio.Lock()
        self.found: dict[str, Document] = {}

    async def see_city(self, face: Face, call: Call) -> Reply:
        """The pack in words."""
        day = face.world.clock.now().date() if call.params.day is None else read_day(call.params.day)
        document = await self._get(f"city {day}", lambda: msgspec.json.encode(view_city(face.city, day)), JSON)
        return document.reply(call.scope)

    async def see_map(self, face: Face, call: Call) -> Reply:
        """The grids."""
        document = await self._get("map", lambda: view_map(face.city), GEOJSON)
        return document.reply(call.scope)

    async def _get(self, name: str, build: Any, media: bytes) -> Document:
        if name not in self.found:
            async with self.lock:
                if name not in self.found:
                    if len(self.found) >= DOCUMENTS:
                        self.found.pop(next(iter(self.found)))
                    self.found[name] = await asyncio.to_thread(lambda: Document(build(), media))
        return self.found[name]


def read_day(text: str) -> date:
    """A day of the calendar."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise invalid("day", "a day such as 2026-05-01 is expected") from None


def rows_of(face: Face, actor: Actor) -> Rows:
    """What a wall of this actor shows."""
    return wall_scope(actor, face.city, face.settings.wall_open)


async def see_wall(snapshots: Snapshots, face: Face, call: Call) -> Reply | Snapshot:
    """The picture of the actor's scope; with `as_of` as it was then."""
    if call.params.as_of is not None:
        return await wall_then(face.world, rows_of(face, call.actor), call.params.as_of, call.params.after)
    return await snapshots.reply(face, call.scope, rows_of(face, call.actor))


def narrow(rows: Rows, wish: str | None, city: City) -> Rows:
    """The scope asked for, where there is such a town or unit and it lies inside the actor's own."""
    if wish is None or wish == rows.key:
        return rows
    kind, _, code = wish.partition(":")
    match rows.everything and bool(code), kind:
        case True, "town" if code in city.areas:
            return Rows(town=code)
        case True, "unit" if code in city.units:
            return Rows(unit=code)
        case _:
            raise Refused("not_found", what="scope")


class Live:
    """GET /live. Not an operation with a reply: it does not end."""

    def __init__(self, face: Face) -> None:
        self.face = face
        self.operation = Operation(
            name="live",
            method="GET",
            path=_STREAM,
            tag="wall",
            summary=Name(zh="实时推送", en="Server-sent events: ticks, heartbeats, reset"),
            run=self.never,
            reply=str,
            params=LiveQuery,
            who="wall",
            media="text/event-stream",
            refusals=("not_found",),
        )

    async def never(self, face: Face, call: Call) -> None:
        """A stream has no reply of its own."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Admit, then stay."""
        from northbank.shell.web.door import Knob

        if scope["method"] != "GET":
            raise Refused("method", method=scope["method"], allowed="GET")
        face = self.face
        knob = Knob(self.operation)
        actor = knob.admit(face, await face.sessions.visitor(scope))

        async def welcome() -> bool:
            try:
                return knob.admit(face, await face.sessions.visitor(scope)) == actor
            except Refused:
                return False
            except face.unavailable:
                return True  # a database that is away for a moment ends no stream

        query = read_query(LiveQuery, query_text(scope))
        whole = rows_of(face, actor)
        rows = narrow(whole, query.scope, face.city)
        if rows.key not in face.broadcaster.audiences:
            await face.snapshot(rows)  # the tail keeps figures only for scopes somebody has looked at
        watch = partial(face.sessions.watch, actor.login)
        await listen(scope, receive, send, face.broadcaster, rows, query.after, welcome, watch, whole)


def operations() -> tuple[Operation, ...]:
    """The queries of this file; each application has its own papers and snapshots."""
    papers = Papers()
    snapshots = Snapshots()
    return (
        Operation(
            name="see_city",
            method="GET",
            path="/api/v1/city",
            tag="wall",
            summary=Name(zh="城市包", en="The pack in words"),
            reply=CityView,
            params=DayQuery,
            run=papers.see_city,
            who="wall",
        ),
        Operation(
            name="see_map",
            method="GET",
            path="/api/v1/map/grids",
            tag="wall",
            summary=Name(zh="网格地图", en="The grids as GeoJSON"),
            reply=FeatureCollection,
            media=GEOJSON.decode(),
            run=papers.see_map,
            who="wall",
        ),
        Operation(
            name="see_wall",
            method="GET",
            path="/api/v1/wall",
            tag="wall",
            summary=Name(zh="大屏快照", en="The wall's snapshot at one position"),
            reply=Snapshot,
            params=PastQuery,
            run=partial(see_wall, snapshots),
            who="wall",
            refusals=("not_yet", "before_all"),
        ),
    )

"""What the wall begins from: the picture of a scope at one position. Deltas come by the live stream."""

from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec

from northbank.core.access import Actor, Role, Scope, scope
from northbank.core.card import Card
from northbank.core.city import City
from northbank.core.picture import KEPT, Band, Happening, Picture, Tiles
from northbank.core.refusal import Refused
from northbank.ports import World


class Snapshot(msgspec.Struct, frozen=True):
    """Figures, open cards (and those of the last hours) and the newest happenings, all of one position.

    past: not the last one. partial: only the cards that changed since the position asked about.
    cursor: where the live stream goes on from it; empty for the past.
    """

    position: int
    at: datetime
    scope: str
    tiles: Tiles
    cards: list[Card]
    stream: list[Happening]
    past: bool = False
    partial: bool = False
    cursor: str = ""


async def picture(world: World, of: Scope, usual: list[Band] | None = None) -> Picture:
    """The picture of a scope, read in one snapshot of the database."""
    made = Picture(ZoneInfo(world.city.timezone), usual)
    position, cards = await world.cases.live(of, world.clock.now() - KEPT)
    made.load(position, cards)
    return made


def wall_scope(actor: Actor | None, city: City, open_wall: bool) -> Scope:
    """The scope of a wall: that of the actor; the whole district without sign-in only where the center allows it."""
    if actor is None:
        if not open_wall:
            raise Refused("signed_out")
        return Scope(everything=True)
    if actor.role is Role.INTAKE:
        raise Refused("forbidden", role=actor.role.value)
    return scope(actor)

"""The life of a case as benchmarks live it: a report and what people do until it is put away; and the same part of the way.

Each act is done by somebody who may do it everywhere, so that what is measured is the act.
"""

import random

import msgspec
from bodies import bodies

from northbank.core.access import Actor, Role
from northbank.core.moves import Act, State
from northbank.core.refusal import Refused
from northbank.flows.act import ActBody, act
from northbank.flows.report import NewReport, report
from northbank.ports import World

# With the report that brings it in and is routed at once, eight moves from the door to the archive.
MOVES = (Act.SIGN, Act.START, Act.FEED_BACK, Act.CHECK, Act.CLOSE, Act.RATE, Act.ARCHIVE)
DESK = Actor("bench0", Role.DUTY_OFFICER, "center")
CHECKER = Actor("bench1", Role.DUTY_OFFICER, "center")  # nobody checks their own work


def doer(what: Act) -> Actor:
    """Who does it."""
    return CHECKER if what in (Act.CHECK, Act.CLOSE) else DESK


def body(what: Act) -> ActBody:
    """What they say with it."""
    note = "done, seen on the spot" if what in (Act.FEED_BACK, Act.CHECK) else None
    return ActBody(note=note, score=5 if what is Act.RATE else None)


def reports(world: World, wanted: int) -> list[NewReport]:
    """Reports of the city that the rules route by themselves, over and over."""
    found = [msgspec.json.decode(one, type=NewReport) for one in bodies(world.city, min(wanted, 997))]
    return [found[n % len(found)] for n in range(wanted)]


async def routed(world: World) -> list[NewReport]:
    """Reports whose cases go all the way: routed by the rules, to one unit alone. Each is tried once, and lives."""
    found = []
    for new in {one.type: one for one in reports(world, 997)}.values():
        made = await report(world, DESK, new)
        try:
            for what in MOVES:
                await act(world, doer(what), made.id, what, body(what))
        except Refused:
            continue
        found.append(new)
    return found


async def walk_some(world: World, wanted: int, seed: int = 3) -> None:
    """Cases that are anywhere on their way, four in five of them done and rated."""
    chance = random.Random(seed)
    for new in reports(world, wanted):
        made = await report(world, DESK, new)
        if made.state != State.DISPATCHED:
            continue
        far = len(MOVES) - 1 if chance.random() < 0.8 else chance.randrange(len(MOVES))
        for what in MOVES[:far]:
            try:
                await act(world, doer(what), made.id, what, body(what))
            except Refused:  # another unit's part is not done: it waits there
                break

"""The data platform as its flows see it: the world, the lake, and what else a part of the platform needs.

Who may look at the platform at all is said here; who may read rows is a matter of grants.
"""

from collections.abc import Callable

import msgspec

from northbank.core.access import Actor, Role
from northbank.core.dataset import AnyStatement
from northbank.core.refusal import Refused
from northbank.ports import World
from northbank.ports.concerns import Surroundings
from northbank.ports.data import Lake
from northbank.ports.figures import Figures
from northbank.ports.inbox import Inbox
from northbank.ports.links import Links
from northbank.ports.sharing import Answerer, Grants, Uses
from northbank.ports.shelf import Quarantine, Shelf
from northbank.ports.sources import Sources

READERS = frozenset({
    Role.ADMIN, Role.STEWARD, Role.LEADER, Role.DUTY_OFFICER, Role.TOWN_OFFICER, Role.UNIT_OFFICER,
})  # fmt: skip
STEWARDS = frozenset({Role.ADMIN, Role.STEWARD})


class Sharing(msgspec.Struct, frozen=True):
    """The parts of sharing. known: batches by data set, each with the version of the stream that told of them."""

    grants: Grants
    uses: Uses
    answerer: Answerer
    known: dict[str, tuple[int, tuple[AnyStatement, ...]]] = msgspec.field(default_factory=dict)


def _never() -> bool:
    return False


class Platform(msgspec.Struct, frozen=True):
    """What flows of the data platform are given. filling: whether invented batches of the past are still being told: none is late yet.

    scheduled: whether schedules are kept here; they are not where days are invented or replayed.
    """

    world: World
    lake: Lake
    figures: Figures
    sharing: Sharing
    shelf: Shelf | None = None
    quarantine: Quarantine | None = None
    sources: Sources | None = None
    inbox: Inbox | None = None
    linker: Links | None = None
    surroundings: Surroundings | None = None
    filling: Callable[[], bool] = _never
    scheduled: bool = True

    @property
    def links(self) -> Links:
        """Links of records. Raises LookupError where nothing links: in a center that has no lake."""
        if self.linker is None:
            raise LookupError("nothing links records here")
        return self.linker


def check_reader(actor: Actor) -> None:
    """Refused `forbidden` for roles that have no business with data sets."""
    if actor.role not in READERS:
        raise Refused("forbidden", role=actor.role.value)


def owns(actor: Actor, owner: str) -> bool:
    """Whether somebody answers for data of the unit `owner`: one of its officers, or a steward."""
    return actor.role in STEWARDS or (actor.role is Role.UNIT_OFFICER and actor.unit == owner)

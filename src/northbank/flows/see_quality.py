"""How good the data are, by data set, department and over all, with the trend of the last batches. Nothing is changed."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Protocol

import msgspec
from msgspec import Meta
from msgspec.structs import replace

from northbank.core.access import Actor
from northbank.core.dataset import AnyStatement, Dataset, TurnedAway
from northbank.core.moves import ENDED
from northbank.core.name import Name
from northbank.core.quality import Quality, RuleFault, of_dataset, together
from northbank.flows.platform import check_reader
from northbank.flows.see_inventory import unit_name
from northbank.flows.standing_batches import Told, past_batches
from northbank.ports import World

TICKETS = (
    "data"  # the source of cases that ask a provider to correct a batch; their sender's number is `data set:batch`
)


class Filled(Told, Protocol):
    """Of the platform, what is needed to know its batches and whether all of an invented past is among them."""

    @property
    def filling(self) -> Callable[[], bool]:
        """Whether it is still being told."""


class QualityQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """batches: how many make the trend. owner: only the data sets of a department."""

    batches: Annotated[int, Meta(ge=1, le=100)] = 12
    owner: str | None = None


class QualityView(msgspec.Struct, frozen=True):
    """The scores. owners: names of the departments in it. columns: by data set, names of the columns that failing rules look at."""

    quality: Quality
    owners: dict[str, Name]
    columns: dict[str, dict[str, Name]]


async def quality(platform: Filled, actor: Actor, query: QualityQuery) -> QualityView:
    """Every data set, or those of one department. Refused: `forbidden`."""
    check_reader(actor)
    world = platform.world
    now = world.clock.now()
    chosen = [one for one in world.city.datasets.values() if query.owner in (None, one.owner)]
    past = {one.code: await past_batches(platform, one) for one in chosen}
    tickets = await _tickets(world, past, query.batches)
    found = [of_dataset(one, past[one.code], now, query.batches, tickets[one.code]) for one in chosen]
    if platform.filling():  # nothing is late before an invented past is told
        found = [replace(one, freshness="fresh", hours_late=0.0) if one.freshness == "late" else one for one in found]
    owners = sorted({one.owner for one in chosen})
    columns = {one.code: names for one in found if (names := _columns(world.city.datasets[one.code], one.faults))}
    return QualityView(together(found), {code: unit_name(world.city, code) for code in owners}, columns)


def _columns(dataset: Dataset, faults: Sequence[RuleFault]) -> dict[str, Name]:
    codes = {code for one in faults for code in one.rule.partition("(")[2].rstrip(")").split(",")}
    return {column.code: column.name for column in dataset.columns if column.code in codes}


async def _tickets(world: World, past: Mapping[str, Sequence[AnyStatement]], last: int) -> Counter[str]:
    """Cases to the provider that are still open, by data set, of the last batches. Nearly all batches have none: asked all at once."""
    spoilt = [
        (code, one)
        for code, several in past.items()
        for one in several[-last:]
        if one.bad or isinstance(one, TurnedAway)
    ]
    known = await world.cases.known([(TICKETS, f"{code}:{one.n}") for code, one in spoilt]) if spoilt else set()
    ids = {number: id for source, number in known if (id := await world.cases.exists(source, number)) is not None}
    open_ = (
        {case.id for case in await world.cases.many(list(ids.values())) if case.state not in ENDED} if ids else set()
    )
    return Counter(number.partition(":")[0] for number, id in ids.items() if id in open_)

"""How good the data are, by data set, department and over all, with the trend of the last batches. Nothing is changed."""

from typing import Annotated

import msgspec
from msgspec import Meta

from northbank.core.access import Actor
from northbank.core.name import Name
from northbank.core.quality import Quality, of_dataset, together
from northbank.flows.platform import check_reader
from northbank.flows.see_inventory import unit_name
from northbank.flows.standing_batches import Told, past_batches


class QualityQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """batches: how many make the trend. owner: only the data sets of a department."""

    batches: Annotated[int, Meta(ge=1, le=100)] = 12
    owner: str | None = None


class QualityView(msgspec.Struct, frozen=True):
    """The scores. owners: names of the departments in it."""

    quality: Quality
    owners: dict[str, Name]


async def quality(platform: Told, actor: Actor, query: QualityQuery) -> QualityView:
    """Every data set, or those of one department. Refused: `forbidden`."""
    check_reader(actor)
    world = platform.world
    now = world.clock.now()
    chosen = [one for one in world.city.datasets.values() if query.owner in (None, one.owner)]
    found = [of_dataset(one, await past_batches(platform, one), now, query.batches) for one in chosen]
    owners = sorted({one.owner for one in chosen})
    return QualityView(together(found), {code: unit_name(world.city, code) for code in owners})

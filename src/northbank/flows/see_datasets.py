"""What is known of a data set as of any batch: its rows, its batches with their scores, and where they came from. Nothing is changed."""

from datetime import datetime

import msgspec

from northbank.core.dataset import AnyStatement, Collected, Dataset, standing
from northbank.core.refusal import Refused
from northbank.core.shelf import age_of
from northbank.flows.collect import dataset_of, past_of
from northbank.ports import World
from northbank.ports.data import Lake


class DatasetView(msgspec.Struct, frozen=True):
    """A data set as of a batch. age: hours since the newest file it stands on was made. late: that is longer than its cycle."""

    dataset: Dataset
    rows: int
    batches: list[AnyStatement]
    newest: datetime | None
    age: float | None
    late: bool


async def see_dataset(world: World, lake: Lake, code: str, as_of: int | None = None) -> DatasetView:
    """Refused: `no_dataset`; `no_batch` where the journal tells of no such batch."""
    dataset = dataset_of(world, code)
    past = await past_of(world, code)
    if as_of is not None and not 1 <= as_of <= len(past):
        raise Refused("no_batch", batch=as_of, last=len(past))
    taken = standing(dataset, past, as_of)
    newest = max((one.happened_at for one in taken if one.happened_at), default=None)
    age, late = age_of(dataset, newest, world.clock.now())
    rows = await lake.count(dataset, taken) if taken else 0
    return DatasetView(dataset, rows, past[:as_of], newest, age, late)


def trend(batches: list[AnyStatement]) -> list[float]:
    """The scores of the batches that were taken, the oldest first."""
    return [one.score for one in batches if isinstance(one, Collected)]

"""A record is forgotten: its rows, and what was made of them: pairs and groups of links, golden records, copies for grants.

Only that somebody was forgotten stays: a salted digest in the journal, and keyed digests in what people said of pairs, which name nobody any more.
Files first, journal after them; after a kill the same can be asked for again.
"""

from collections.abc import Iterator
from contextlib import ExitStack

from northbank.core.bases import Base
from northbank.core.dataset import Dataset
from northbank.core.match import Model
from northbank.core.refusal import Refused
from northbank.core.tending import Forgotten
from northbank.flows import tend
from northbank.flows.collect import dataset_of
from northbank.flows.platform import Platform

Record = tuple[str, tuple[str, ...]]  # data set and key


async def forget_record(
    platform: Platform, code: str, key: tuple[str, ...], why: str, linked: bool = False
) -> dict[str, list[Forgotten]]:
    """Forget a record; linked: and every record that links hold to be one with it. What was told, by data set.

    Refused: `no_dataset`, `made_dataset`, `collecting`, `linking`, `conflict`; what was forgotten until then stays so, and the command can be given again.
    """
    dataset = dataset_of(platform.world, code)
    if dataset.made != "collected":
        raise Refused("made_dataset", code=code)
    others = await _companions(platform, dataset, key) if linked else []
    done: dict[str, list[Forgotten]] = {}
    try:
        for one, cells in (*others, (code, key)):  # the one asked for last: by it the others are found again
            done.setdefault(one, []).append(await _forget(platform, one, cells, why))
    finally:
        platform.sharing.answerer.forget()
    return done


async def _companions(platform: Platform, dataset: Dataset, key: tuple[str, ...]) -> list[Record]:
    found: dict[Record, None] = {}
    for model in _models(platform, dataset.code):
        found |= dict.fromkeys(await platform.links.companions(model.code, dataset, key))
    return [one for one in found if one[0] in platform.world.city.datasets]


async def _forget(platform: Platform, code: str, key: tuple[str, ...], why: str) -> Forgotten:
    """Golden records before links, by which they are found; rows last."""
    links, lake = platform.links, platform.lake
    dataset = dataset_of(platform.world, code)
    rows = golden = 0
    with ExitStack() as held:
        for model in _models(platform, code):
            held.enter_context(links.hold(model.code))
        for base in _bases(platform, code):
            held.enter_context(links.hold(f"base.{base.code}"))
            held.enter_context(lake.hold(base.code))
            entities = await links.entities(base.link, dataset, key) if base.link else [links.own_entity(dataset, key)]
            for entity in entities:
                golden += (await lake.forget(base.dataset, (entity,)))[0]
        for model in _models(platform, code):
            rows += await links.forget(model.code, dataset, key)
        return await tend.forget(platform.world, lake, code, key, why, rows, golden)


def _models(platform: Platform, code: str) -> Iterator[Model]:
    yield from (one for one in platform.world.city.links.values() if code in one.inputs)


def _bases(platform: Platform, code: str) -> Iterator[Base]:
    yield from (one for one in platform.world.city.bases.values() if code in one.inputs)

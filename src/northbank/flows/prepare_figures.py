"""Figures over governed tables are counted ahead: after every batch those that stand on it, so that whoever looks waits for nothing.

What is prepared can be lost; it is counted again. What is counted is described in core/indicator.py.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from northbank.core.city import City, Level
from northbank.core.dataset import Collected, Dataset, standing
from northbank.core.indicator import Indicator, Prepared, filtered, key_of
from northbank.core.refusal import Refused
from northbank.flows.standing_batches import Told, past_batches
from northbank.ports.figures import Figures

Tables = list[tuple[Dataset, list[Collected]]]


class Counting(Told, Protocol):
    """Of the platform, what figures need."""

    @property
    def figures(self) -> Figures:
        """What counts and keeps."""


def datasets_of(city: City, indicator: Indicator) -> tuple[str, ...]:
    """The data sets that a figure stands on, the one whose rows it has first."""
    subject = city.subjects.get(indicator.of)
    return subject.datasets if subject else (indicator.of,)


async def tables_of(platform: Told, indicator: Indicator, as_of: int | None = None) -> Tables:
    """Its data sets with the batches that make them up. as_of: of the first; the others as they were when that batch was made."""
    found: Tables = []
    until: datetime | None = None
    for code in datasets_of(platform.world.city, indicator):
        dataset = platform.world.city.datasets[code]
        past = await past_batches(platform, dataset)
        if not found:
            batches = standing(dataset, past, as_of)
            until = batches[-1].happened_at if as_of is not None and batches else None
        else:
            batches = standing(
                dataset, [one for one in past if until is None or not one.happened_at or one.happened_at <= until]
            )
        found.append((dataset, batches))
    return found


async def prepared(platform: Counting, indicator: Indicator, as_of: int | None = None) -> Prepared | None:
    """A figure as of a batch: kept, or counted now and kept. None where nothing was collected. Refused: `lake_lost`."""
    tables = await tables_of(platform, indicator, as_of)
    if not tables[0][1]:
        return None
    key = key_of(indicator, standing_of(tables))
    kept = await platform.figures.kept(indicator.code, key)
    return kept or await _count(platform, indicator, tables, key)


def standing_of(tables: Sequence[tuple[Dataset, Sequence[Collected]]]) -> dict[str, int]:
    """The last batch of each data set; 0 where there is none."""
    return {dataset.code: batches[-1].n if batches else 0 for dataset, batches in tables}


async def _count(platform: Counting, indicator: Indicator, tables: Tables, key: str) -> Prepared:
    city = platform.world.city
    last = [batches[-1] for _, batches in tables if batches]
    newest = max(moment for one in tables for batch in one[1] if (moment := batch.happened_at))
    local = newest.astimezone(ZoneInfo(city.timezone)).replace(tzinfo=None)
    measured = await platform.figures.measure(
        indicator, tables, city.subjects.get(indicator.of), filtered(indicator.where, local),
        filtered(indicator.among, local), _areas(city, indicator),
    )  # fmt: skip
    found = Prepared(
        indicator=indicator.code, version=indicator.version, standing=standing_of(tables), as_of=newest,
        score=min(one.score for one in last), measured=measured,
    )  # fmt: skip
    await platform.figures.keep(key, found)
    return found


def _areas(city: City, indicator: Indicator) -> Mapping[str, str]:
    """Of each area's code the code of the area of the wanted level above it."""
    group = indicator.group
    if group is None or not group.level:
        return {}
    level: Level = group.level  # type: ignore[assignment]
    return {code: above for code in city.areas if (above := city.above(code, level)) is not None}


async def prepare_all(platform: Counting) -> int:
    """Count every figure that is not prepared for the newest batches; how many. One that cannot be counted stops no other."""
    done = 0
    for indicator in platform.world.city.indicators.values():
        tables = await tables_of(platform, indicator)
        key = key_of(indicator, standing_of(tables))
        if not tables[0][1] or await platform.figures.kept(indicator.code, key):
            continue
        try:
            await _count(platform, indicator, tables, key)
            done += 1
        except Refused:
            continue  # lake_lost: said by whoever looks at the figure
    return done

"""All data sets at a glance, and what came in lately by day and by department. Lines of batches only; no row is read."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

import msgspec

from northbank.core.access import Actor
from northbank.core.dataset import Cycle, Dataset, Sensitivity, Share
from northbank.core.name import Name
from northbank.core.quality import weighed
from northbank.core.shelf import TREND, Line, Shelved, due_at, shelved
from northbank.flows.platform import Platform, check_reader, owns
from northbank.ports.shelf import Shelf

LATELY = timedelta(hours=24)
ARRIVALS = 40  # batches that the list of arrivals tells of at most


class DatasetRow(Shelved, frozen=True, kw_only=True):
    """A data set: what its contract says in short, and what its batches say. columns: how many. mine: the reader answers for it.

    synthetic: its rows are invented.
    """

    code: str
    name: Name
    owner: str
    level: Sensitivity
    share: Share
    cycle: Cycle
    each: Literal["changes", "whole"]
    columns: int
    personal: bool
    synthetic: bool
    mine: bool


class DatasetList(msgspec.Struct, frozen=True):
    """Every data set of the pack, by owner and name."""

    at: datetime
    rows: list[DatasetRow]


class Arrival(msgspec.Struct, frozen=True, kw_only=True):
    """A batch that came in. good: governed rows; of one that was turned away, none are."""

    dataset: str
    name: Name
    owner: str
    n: int
    at: datetime
    taken: bool
    rows: int
    good: int
    bad: int
    score: float


class LateRow(msgspec.Struct, frozen=True):
    """A data set that is late. newest: when its newest file was made; due: when another one was."""

    dataset: str
    name: Name
    owner: str
    newest: datetime
    due: datetime


class DayRow(msgspec.Struct, frozen=True, kw_only=True):
    """What came in on a day of the center's calendar."""

    day: date
    batches: int
    turned_away: int
    rows: int
    bad: int


class DepartmentRow(msgspec.Struct, frozen=True, kw_only=True):
    """The data sets of a unit. batches, rows, bad, turned_away: of the last 24 hours. score: percent, as in see_quality.

    trend: that score at the end of each of the last days, the oldest first; days before its first batch are left out.
    """

    unit: str
    datasets: int
    batches: int
    rows: int
    bad: int
    turned_away: int
    late: int
    score: float | None
    trend: list[float]


class TodayView(msgspec.Struct, frozen=True, kw_only=True):
    """What came in since `since`. rows: read, good and bad. datasets: that had a batch. silent: data sets that never had one.

    filling: invented batches of the past are still being told; nothing is called late until they are.
    """

    at: datetime
    since: datetime
    datasets: int
    batches: int
    turned_away: int
    rows: int
    good: int
    bad: int
    silent: int
    arrivals: list[Arrival]
    late: list[LateRow]
    days: list[DayRow]
    departments: list[DepartmentRow]
    filling: bool = False


async def list_datasets(platform: Platform, actor: Actor) -> DatasetList:
    """Every data set; one question to the journal, however many there are."""
    check_reader(actor)
    now, city = platform.world.clock.now(), platform.world.city
    lines = await _lines(platform)
    rows = [_row(one, _stand(platform, one, lines.get(one.code, ()), now), actor) for one in city.datasets.values()]
    return DatasetList(now, sorted(rows, key=lambda one: (one.owner, one.code)))


def _stand(platform: Platform, dataset: Dataset, lines: Sequence[Line], now: datetime) -> Shelved:
    """How a data set stands; not late before its invented past is told."""
    found = shelved(dataset, lines, now)
    return msgspec.structs.replace(found, late=False) if found.late and platform.filling() else found


def _row(dataset: Dataset, stands: Shelved, actor: Actor) -> DatasetRow:
    return DatasetRow(
        code=dataset.code, name=dataset.name, owner=dataset.owner, level=dataset.level, share=dataset.share,
        cycle=dataset.cycle, each=dataset.each, columns=len(dataset.columns),
        personal=any(column.personal for column in dataset.columns), synthetic=dataset.synthetic,
        mine=owns(actor, dataset.owner), **msgspec.structs.asdict(stands),
    )  # fmt: skip


async def see_today(platform: Platform, actor: Actor) -> TodayView:
    """What came in during the last 24 hours, what should have, and how good the data of each department are.

    Base databases are made here and come from nobody; see_warehouses tells of them.
    """
    check_reader(actor)
    world = platform.world
    now = world.clock.now()
    sets = {code: one for code, one in world.city.datasets.items() if one.made == "collected"}
    known = {code: lines for code, lines in (await _lines(platform)).items() if code in sets}
    since = now - LATELY
    fresh = sorted(
        (one for lines in known.values() for one in lines if one.at > since), key=lambda one: (one.at, one.n)
    )
    stand = {code: _stand(platform, one, known.get(code, ()), now) for code, one in sets.items()}
    taken = [one for one in fresh if one.taken]
    return TodayView(
        at=now, since=since, datasets=len({one.dataset for one in fresh}), batches=len(fresh),
        turned_away=len(fresh) - len(taken), rows=sum(one.rows for one in fresh), good=sum(one.good for one in taken),
        bad=sum(one.bad for one in fresh), silent=sum(not one.batches for one in stand.values()),
        arrivals=[_arrival(sets[one.dataset], one) for one in reversed(fresh[-ARRIVALS:])],
        late=_late(sets, stand), days=_days(known, now, ZoneInfo(world.city.timezone)),
        departments=_departments(sets, known, stand, fresh, now), filling=platform.filling(),
    )  # fmt: skip


async def _lines(platform: Platform) -> Mapping[str, Sequence[Line]]:
    return await shelf_of(platform).lines()


def shelf_of(platform: Platform) -> Shelf:
    """The lines of all batches."""
    if platform.shelf is None:
        raise RuntimeError("this platform was built without its shelf")
    return platform.shelf


def _arrival(dataset: Dataset, line: Line) -> Arrival:
    return Arrival(
        dataset=dataset.code, name=dataset.name, owner=dataset.owner, n=line.n, at=line.at, taken=line.taken,
        rows=line.rows, good=line.good if line.taken else 0, bad=line.bad, score=line.score,
    )  # fmt: skip


def _late(sets: Mapping[str, Dataset], stand: Mapping[str, Shelved]) -> list[LateRow]:
    """Those longest overdue first."""
    found = []
    for code, one in stand.items():
        due = due_at(sets[code], one.newest)
        if one.late and one.newest is not None and due is not None:
            found.append(LateRow(code, sets[code].name, sets[code].owner, one.newest, due))
    return sorted(found, key=lambda one: one.due)


def _days(known: Mapping[str, Sequence[Line]], now: datetime, zone: ZoneInfo) -> list[DayRow]:
    last = now.astimezone(zone).date()
    days = [last - timedelta(days=back) for back in range(TREND - 1, -1, -1)]
    sums = {day: [0, 0, 0, 0] for day in days}
    for lines in known.values():
        for one in lines:
            if (sum_ := sums.get(one.at.astimezone(zone).date())) is not None:
                for place, more in enumerate((1, not one.taken, one.rows, one.bad)):
                    sum_[place] += more
    return [
        DayRow(day=day, batches=batches, turned_away=turned, rows=rows, bad=bad)
        for day, (batches, turned, rows, bad) in sums.items()
    ]


def _departments(
    sets: Mapping[str, Dataset], known: Mapping[str, Sequence[Line]], stand: Mapping[str, Shelved],
    fresh: Sequence[Line], now: datetime,
) -> list[DepartmentRow]:  # fmt: skip
    """Every unit that owns a data set; those with the lowest scores first, those without any last."""
    units: dict[str, list[str]] = {}
    for code, one in sets.items():
        units.setdefault(one.owner, []).append(code)
    rows = []
    for unit, codes in units.items():
        mine = [one for one in fresh if one.dataset in codes]
        owned = [(sets[code], known.get(code, ())) for code in codes]
        rows.append(
            DepartmentRow(
                unit=unit, datasets=len(codes), batches=len(mine), rows=sum(one.rows for one in mine),
                bad=sum(one.bad for one in mine), turned_away=sum(not one.taken for one in mine),
                late=sum(stand[code].late for code in codes), score=_score(owned, now), trend=_trend(owned, now),
            )
        )  # fmt: skip
    return sorted(rows, key=lambda one: (one.score is None, one.score or 0.0, one.unit))


def _score(sets: Sequence[tuple[Dataset, Sequence[Line]]], until: datetime) -> float | None:
    """The scores of the newest batches taken until then, each by the rows of its data set."""
    stood = [shelved(dataset, [one for one in lines if one.at <= until], until) for dataset, lines in sets]
    return weighed([(one.score, one.rows) for one in stood])


def _trend(sets: Sequence[tuple[Dataset, Sequence[Line]]], now: datetime) -> list[float]:
    scores = (_score(sets, now - timedelta(days=back)) for back in range(TREND - 1, -1, -1))
    return [one for one in scores if one is not None]

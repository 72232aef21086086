"""The page of one data set: its contract in words, its batches with what failed in each, whether it is late, and
how rows come in. No row is read."""

from datetime import datetime
from typing import Annotated, Literal

import msgspec

from northbank.core import correction
from northbank.core.access import Actor, scope
from northbank.core.checks import words_of
from northbank.core.dataset import (
    AnyStatement,
    Column,
    Cycle,
    Drift,
    Drifted,
    Encoding,
    Format,
    Sensitivity,
    Share,
    SourceFile,
    TurnedAway,
    rules_of,
)
from northbank.core.moves import State
from northbank.core.name import Name
from northbank.core.schedule import Schedule
from northbank.flows.platform import Platform, check_reader, owns
from northbank.flows.scheduled import RunView, see_schedule
from northbank.flows.see_datasets import DatasetView, see_dataset
from northbank.ports import World

BATCHES = 60  # of a data set, the newest first
TICKETS = 8  # of those, the newest
UPLOAD = "upload by "  # where a batch came from that somebody uploaded: this and a login
MOST_MB = 128  # of an uploaded file


class DatasetQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """as_of: the data set as it was with this batch; now, if left out."""

    as_of: Annotated[int, msgspec.Meta(ge=1, le=2**31)] | None = None


class Contract(msgspec.Struct, frozen=True, kw_only=True):
    """A contract without its rules, which are told in words. The fields are those of core/dataset.py."""

    code: str
    name: Name
    version: str
    owner: str
    source: str
    cycle: Cycle
    format: Format
    encoding: Encoding
    each: Literal["changes", "whole"]
    drift: Drift
    bad_share: float
    level: Sensitivity
    share: Share
    retention: int
    missing: tuple[str, ...]
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    made: Literal["collected", "base"]
    note: Name
    synthetic: bool


class RuleView(msgspec.Struct, frozen=True):
    """A rule: its id as counts bear it, what it checks in words, the columns, its share of the score, the data set it refers to."""

    id: str
    check: str
    name: Name
    columns: tuple[str, ...]
    weight: float
    dataset: str


class BatchView(msgspec.Struct, frozen=True, kw_only=True):
    """A batch. made: its newest file. why, allowed: of one turned away; percent of bad rows that would have passed.

    faults: rows by rule id. drift: by file, columns that differ from the contract. by: login of who uploaded it, if somebody did.
    """

    n: int
    made: datetime | None
    taken: bool
    why: Literal["bad", "drift"] | None
    allowed: float | None
    contract: str
    files: tuple[SourceFile, ...]
    rows: int
    good: int
    bad: int
    repeated: int
    score: float
    faults: dict[str, int]
    drift: dict[str, Drifted]
    by: str


class TicketView(msgspec.Struct, frozen=True, kw_only=True):
    """The case that asks the provider to correct a batch. id: where the reader may see the case itself."""

    batch: int
    number: str
    state: State
    id: str | None


class Collecting(msgspec.Struct, frozen=True, kw_only=True):
    """How rows come in now. next: when they are fetched next by the schedule; None where none is kept. runs: the newest, the newest first.

    uploads: the reader may bring a file, of `most_mb` at most; fetches: and have the origin asked at once. tickets: to those who answer for the data.
    """

    schedule: Schedule | None
    next: datetime | None
    runs: list[RunView]
    uploads: bool
    fetches: bool
    most_mb: int
    tickets: list[TicketView]


class ContractView(msgspec.Struct, frozen=True, kw_only=True):
    """A data set as of a batch. rows: that it has then. earlier: batches before those that are told. mine: the reader answers for it.

    collecting: None where the past is looked at.
    """

    dataset: Contract
    rules: list[RuleView]
    rows: int
    batches: list[BatchView]
    earlier: int
    newest: datetime | None
    age: float | None
    late: bool
    mine: bool
    collecting: Collecting | None


async def see_contract(platform: Platform, actor: Actor, code: str, query: DatasetQuery) -> ContractView:
    """Refused: `no_dataset`, `no_batch`, `lake_lost`."""
    check_reader(actor)
    seen = await see_dataset(platform.world, platform.lake, code, query.as_of)
    places = platform.world.city.places
    rules = rules_of(seen.dataset, None if places.empty else places.outline.bounds)
    return ContractView(
        dataset=Contract(**{name: getattr(seen.dataset, name) for name in Contract.__struct_fields__}),
        rules=[RuleView(one.id, one.check, words_of(one.check), one.columns, one.weight, one.dataset) for one in rules],
        rows=seen.rows, batches=[batch_view(one) for one in reversed(seen.batches[-BATCHES:])],
        earlier=max(0, len(seen.batches) - BATCHES), newest=seen.newest, age=seen.age, late=seen.late,
        mine=owns(actor, seen.dataset.owner),
        collecting=await _collecting(platform, actor, seen) if query.as_of is None else None,
    )  # fmt: skip


async def _collecting(platform: Platform, actor: Actor, seen: DatasetView) -> Collecting:
    dataset, mine = seen.dataset, owns(actor, seen.dataset.owner)
    planned = await see_schedule(platform.world, dataset.code)
    uploads = mine and dataset.made == "collected"
    return Collecting(
        schedule=dataset.schedule, next=planned.next if planned and platform.scheduled else None, runs=planned.runs if planned else [],
        uploads=uploads, fetches=uploads and dataset.origin is not None, most_mb=MOST_MB,
        tickets=await _tickets(platform.world, actor, seen) if mine else [],
    )  # fmt: skip


async def _tickets(world: World, actor: Actor, seen: DatasetView) -> list[TicketView]:
    """The newest first. Whose scope the case lies outside of is told its number and how it stands."""
    found = []
    for one in [one for one in reversed(seen.batches) if correction.wants(seen.dataset, one)][:TICKETS]:
        id = await world.cases.exists(correction.SOURCE, correction.external(seen.dataset.code, one.n))
        case = await world.cases.get(id) if id else None
        if case is not None:
            sees = scope(actor).holds(case)
            found.append(TicketView(batch=one.n, number=case.number, state=case.state, id=case.id if sees else None))
    return found


def batch_view(one: AnyStatement) -> BatchView:
    """A statement as screens read it."""
    turned = one if isinstance(one, TurnedAway) else None
    return BatchView(
        n=one.n, made=one.happened_at, taken=turned is None, why=turned.why if turned else None,
        allowed=turned.allowed if turned else None, contract=one.contract, files=one.files, rows=one.rows, good=one.good,
        bad=one.bad, repeated=one.repeated, score=one.score, faults=one.faults, drift=one.drift,
        by=one.origin.removeprefix(UPLOAD) if one.origin.startswith(UPLOAD) else "",
    )  # fmt: skip

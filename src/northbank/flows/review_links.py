"""Clerical review: the models with their newest runs, the queue of pairs that no threshold decides, one pair with its reasons.

Personal cells are masked unless whoever reads answers for all the data and names a purpose; then the reading is recorded first.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Literal

import msgspec

from northbank.core.access import Actor
from northbank.core.city import City
from northbank.core.clusters import Pair, pair
from northbank.core.dataset import Column, Dataset
from northbank.core.linking import Judgment, LinkRun, LinkTrained, parameters_in_force
from northbank.core.match import Bar, Model, Waterfall, bits_of, explain
from northbank.core.name import Name
from northbank.core.reading import Reading, purpose_of
from northbank.core.refusal import Refused
from northbank.core.showing import shown
from northbank.flows.link import LinkPast, links_past, model_of, said_of, sources_of
from northbank.flows.platform import Platform, check_reader, owns
from northbank.ports.links import PairCells, PairRow

Purpose = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]


class LinkModelView(msgspec.Struct, frozen=True, kw_only=True):
    """A link model with what became of it. waiting: pairs of its newest run that nobody answered; answered: pairs that people spoke of.

    last, trained: None where there was no run, or no training for what is compared now. at: when it was.
    """

    code: str
    name: Name
    entity: str
    inputs: tuple[str, ...]
    match: float
    review: float
    two_person: bool
    stated: str
    synthetic: bool
    note: Name
    comparisons: list[Bar]
    waiting: int
    answered: int
    last: LinkRun | None
    at: datetime | None
    trained: LinkTrained | None


class LinkModelList(msgspec.Struct, frozen=True):
    """All link models of the pack."""

    rows: list[LinkModelView]


class PairQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """state: `waiting` for an answer, or `answered`. offset: pairs to pass over."""

    state: Literal["waiting", "answered"] = "waiting"
    limit: Annotated[int, msgspec.Meta(ge=1, le=200)] = 50
    offset: Annotated[int, msgspec.Meta(ge=0, le=1_000_000)] = 0


class PairQuestion(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """purpose: what personal cells are read for; without it they stay masked."""

    purpose: Purpose | None = None


class PairBrief(msgspec.Struct, frozen=True):
    """A pair in the queue. left, right: keyed digests of two records. weight: in bits. levels: of each comparison, -1 where a cell is missing."""

    left: str
    right: str
    left_dataset: str
    right_dataset: str
    probability: float
    weight: float
    levels: tuple[int, ...]
    judgment: Judgment | None


class PairPage(msgspec.Struct, frozen=True):
    """One page. run: number of the run they are of; 0 where nothing was linked yet. may_answer: whoever asked may answer pairs."""

    run: int
    total: int
    may_answer: bool
    rows: list[PairBrief]


class CellPair(msgspec.Struct, frozen=True):
    """A field in both records, as text. column names of their data sets. masked: a personal cell is not shown as it is."""

    code: str
    name: Name
    left: str | None
    right: str | None
    masked: bool


class PairView(msgspec.Struct, frozen=True):
    """One pair with its reasons. together: the newest run holds both for one. gone: a record is no longer there. purposes: to choose from."""

    left: str
    right: str
    left_dataset: str
    right_dataset: str
    waterfall: Waterfall
    cells: list[CellPair]
    judgment: Judgment | None
    together: bool
    gone: bool
    may_answer: bool
    may_unmask: bool
    two_person: bool
    run: int


async def see_models(platform: Platform, actor: Actor) -> LinkModelList:
    """Every link model of the pack. Refused: `forbidden`."""
    check_reader(actor)
    return LinkModelList([await _model(platform, one) for one in platform.world.city.links.values()])


async def see_model(platform: Platform, actor: Actor, code: str) -> LinkModelView:
    """One of them. Refused: `forbidden`, `no_link`."""
    check_reader(actor)
    return await _model(platform, model_of(platform.world, code))


async def _model(platform: Platform, model: Model) -> LinkModelView:
    runs: list[tuple[LinkRun, datetime]] = []
    trainings = []
    async for entry in platform.world.journal.read(f"link:{model.code}"):
        if isinstance(entry.data, LinkRun):
            runs.append((entry.data, entry.at))
        elif isinstance(entry.data, LinkTrained):
            trainings.append(entry.data)
    weighed, number = parameters_in_force(model, trainings)
    _, said = await said_of(platform.world, model)
    last, at = runs[-1] if runs else (None, None)
    waiting = 0
    if last is not None:
        waiting, _ = await platform.links.queue(model, last, _answered(said), None, 1, 0)
    bars = [bar for n in range(max(len(one.levels) for one in weighed.comparisons)) for bar in _level(weighed, n)]
    return LinkModelView(
        code=model.code, name=model.name, entity=model.entity, inputs=model.inputs, match=model.match, review=model.review,
        two_person=model.two_person, stated=model.stated.isoformat(), synthetic=model.synthetic, note=model.note,
        comparisons=sorted(bars, key=lambda bar: [one.code for one in weighed.comparisons].index(bar.code)),
        waiting=waiting, answered=len(said), last=last, at=at, trained=trainings[number - 1] if number else None,
    )  # fmt: skip


def _level(model: Model, n: int) -> list[Bar]:
    """What level n of each comparison that has one adds."""
    found = explain(model, [n if n < len(one.levels) else -1 for one in model.comparisons]).bars
    return [bar for bar in found if bar.level == n]


def _answered(said: Mapping[Pair, Judgment]) -> list[Pair]:
    """Pairs that need not be asked about again: those whose answer holds."""
    return [one for one, judgment in said.items() if judgment.holds]


async def see_pairs(platform: Platform, actor: Actor, code: str, query: PairQuery) -> PairPage:
    """A page of the queue. Refused: `forbidden`, `no_link`."""
    check_reader(actor)
    model = model_of(platform.world, code)
    past = await links_past(platform.world, code)
    may = may_answer(platform.world.city, actor, model)
    if not past.runs:
        return PairPage(0, 0, may, [])
    _, said = await said_of(platform.world, model)
    only = list(said) if query.state == "answered" else None
    total, rows = await platform.links.queue(model, past.runs[-1], _answered(said), only, query.limit, query.offset)
    return PairPage(past.runs[-1].n, total, may, [_brief(row, said.get((row.left, row.right))) for row in rows])


def _brief(row: PairRow, judgment: Judgment | None) -> PairBrief:
    return PairBrief(
        row.left, row.right, row.left_dataset, row.right_dataset, row.probability, bits_of(row.probability), row.levels, judgment
    )  # fmt: skip


def may_answer(city: City, actor: Actor, model: Model) -> bool:
    """Whether somebody may say that records are one: a steward, or who answers for every data set of the model."""
    return all(owns(actor, city.datasets[code].owner) for code in model.inputs)


async def see_pair(platform: Platform, actor: Actor, code: str, ends: Pair, question: PairQuestion) -> PairView:
    """One pair. Refused: `forbidden`, `no_link`, `no_pair`, `unknown_purpose`."""
    check_reader(actor)
    model = model_of(platform.world, code)
    past = await links_past(platform.world, code)
    found = await pair_of(platform, model, past, ends)
    _, said = await said_of(platform.world, model)
    may = may_answer(platform.world.city, actor, model)
    plain = may and question.purpose is not None
    if plain:
        await _record(platform, actor, question.purpose, found)
    weighed, _ = parameters_in_force(model, past.trainings)
    row = found.row
    return PairView(
        left=row.left, right=row.right, left_dataset=row.left_dataset, right_dataset=row.right_dataset,
        waterfall=explain(weighed, row.levels, row.weights), cells=_cells(platform.world.city, model, found, plain),
        judgment=said.get((row.left, row.right)), together=found.left_entity == found.right_entity,
        gone=found.left is None or found.right is None, may_answer=may, may_unmask=may, two_person=model.two_person,
        run=past.runs[-1].n,
    )  # fmt: skip


async def pair_of(platform: Platform, model: Model, past: LinkPast, ends: Pair) -> PairCells:
    """A pair of the newest run. Refused: `no_pair`."""
    if past.runs:
        sources = await sources_of(platform.world, model.inputs)
        found = await platform.links.pair(model, past.runs[-1], sources, pair(*ends))
        if found is not None:
            return found
    raise Refused("no_pair")


async def _record(platform: Platform, actor: Actor, purpose: str | None, found: PairCells) -> None:
    """The reading of both records, before their cells go out."""
    world = platform.world
    reading = Reading(world.clock.now(), actor.login, purpose_of(world.city, purpose), "records")
    await world.vault.note([found.row.left, found.row.right], reading)


def _cells(city: City, model: Model, found: PairCells, plain: bool) -> list[CellPair]:
    """The fields side by side, each column once; then what else both records have."""
    left, right = city.datasets[found.row.left_dataset], city.datasets[found.row.right_dataset]
    rows: list[CellPair] = []
    seen: set[tuple[str | None, str | None]] = set()
    for field in model.fields:
        pair = (field.of.get(left.code), field.of.get(right.code))
        if pair not in seen and any(pair):
            seen.add(pair)
            rows.append(
                _cell(field.name, field.code, (left, pair[0], found.left), (right, pair[1], found.right), plain)
            )
    used = {column for pair in seen for column in pair}
    for column in left.columns:
        if column.code not in used and right.column(column.code) is not None:
            rows.append(
                _cell(
                    column.name, column.code, (left, column.code, found.left), (right, column.code, found.right), plain
                )
            )
    return rows


Side = tuple[Dataset, str | None, Mapping[str, object] | None]


def _cell(name: Name, code: str, left: Side, right: Side, plain: bool) -> CellPair:
    (a, masked), (b, other) = _side(left, plain), _side(right, plain)
    return CellPair(code, name, a, b, masked or other)


def _side(side: Side, plain: bool) -> tuple[str | None, bool]:
    dataset, code, cells = side
    column: Column | None = dataset.column(code) if code else None
    if column is None or cells is None or cells.get(column.code) is None:
        return None, False
    return shown(column, cells[column.code], plain), column.personal and not plain

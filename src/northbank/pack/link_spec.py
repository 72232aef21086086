"""The TOML files of link models and base databases, as structs. Only the shapes live here; faults between files are in `links` and `bases`."""

from datetime import date
from typing import Annotated

from msgspec import Meta

from northbank.core.alike import How
from northbank.core.bases import BaseKind
from northbank.core.celltypes import Kind
from northbank.core.dataset import Cycle, Sensitivity, Share
from northbank.core.match import Entity, FieldKind
from northbank.core.name import Name
from northbank.core.survive import Survives
from northbank.pack.dataset_spec import ColumnCode, MaskToml
from northbank.pack.origin_spec import ScheduleToml
from northbank.pack.spec import Shape

Chance = Annotated[float, Meta(gt=0, le=1)]
Columns = Annotated[tuple[ColumnCode, ...], Meta(min_length=1, max_length=6)]
Pause = Annotated[int, Meta(ge=1, le=10_080)]  # minutes, up to a week
Blocks = Annotated[tuple[Columns, ...], Meta(min_length=1, max_length=20)]


class FieldToml(Shape, frozen=True, kw_only=True):
    """A common column: of which column of each data set it is made, and the steps that clean it, in their order."""

    code: ColumnCode
    name: Name
    kind: FieldKind = "text"
    of: dict[str, ColumnCode]
    clean: tuple[str, ...] = ()


class LevelToml(Shape, frozen=True, kw_only=True):
    """A level of likeness; the last one of a comparison has no `how`. m, u: its chance where two are one, and where not."""

    how: How | None = None
    amount: Annotated[float, Meta(ge=0)] = 0.0
    m: Chance
    u: Chance
    frequency: bool = False


class ComparisonToml(Shape, frozen=True, kw_only=True):
    """What is compared, and its levels, the likest first."""

    code: ColumnCode
    name: Name
    columns: Annotated[tuple[ColumnCode, ...], Meta(min_length=1, max_length=2)]
    levels: Annotated[tuple[LevelToml, ...], Meta(min_length=2, max_length=10)]


class TrainingToml(Shape, frozen=True, kw_only=True):
    """How parameters are learned: fields that only one and the same share, of how many pairs that finds, pairs to look at."""

    sure: Blocks
    recall: Chance
    blocks: Blocks
    pairs: Annotated[int, Meta(ge=1000, le=1_000_000_000)] = 1_000_000
    seed: Annotated[int, Meta(ge=1)] = 1


class LinkToml(Shape, frozen=True, kw_only=True):
    """links/<code>.toml: how records of some data sets are linked. inputs: the most trusted first. blocks: fields that a pair has in common
    to be looked at. prior: chance that two records are one; match, review: probabilities from which on; stated: day of the parameters. schedule: when it runs by
    itself; or pause: after new batches, with at least so many minutes between two runs; with neither it is run by hand."""

    name: Name
    entity: Entity
    inputs: Annotated[tuple[str, ...], Meta(min_length=1, max_length=20)]
    blocks: Blocks
    prior: Annotated[float, Meta(gt=0, lt=1)]
    match: Annotated[float, Meta(gt=0, lt=1)]
    review: Annotated[float, Meta(gt=0, lt=1)]
    stated: date
    two_person: bool = False
    fields: Annotated[tuple[FieldToml, ...], Meta(min_length=1, max_length=60)]
    comparisons: Annotated[tuple[ComparisonToml, ...], Meta(min_length=1, max_length=20)]
    training: TrainingToml | None = None
    schedule: ScheduleToml | None = None
    pause: Pause | None = None
    note: Name = Name()
    synthetic: bool = False


class GoldenToml(Shape, frozen=True, kw_only=True):
    """A column of a base database: of which column of each data set, and which cell stays where records differ."""

    code: ColumnCode
    name: Name
    kind: Kind = "text"
    unit: str = ""
    of: dict[str, ColumnCode]
    rule: Survives = "trusted"
    mask: MaskToml | None = None


class BaseToml(Shape, frozen=True, kw_only=True):
    """bases/<code>.toml: a base database made of data sets. link: the model whose groups are its entities; without it the rows of one
    data set are. point, address, title: columns that say where and what an entity is; gone: the day from which on it is no more.
    within: meters from a case up to which it is shown there. cycle: how often it is expected; schedule, pause: when it is built by
    itself, as of a link model."""

    name: Name
    kind: BaseKind
    owner: str
    link: str = ""
    inputs: Annotated[tuple[str, ...], Meta(min_length=1, max_length=20)]
    cycle: Cycle = "daily"
    level: Sensitivity
    share: Share
    retention: Annotated[int, Meta(ge=1, le=36_600)]
    point: tuple[ColumnCode, ...] = ()
    address: str = ""
    title: str = ""
    gone: str = ""
    within: Annotated[int, Meta(ge=5, le=500)] = 50
    schedule: ScheduleToml | None = None
    pause: Pause | None = None
    columns: Annotated[tuple[GoldenToml, ...], Meta(min_length=1, max_length=500)]
    note: Name = Name()
    synthetic: bool = False

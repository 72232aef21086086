"""Bad rows of a batch, for those who answer for the data: masked unless a purpose is named, and each look is written down."""

from typing import Annotated

import msgspec

from northbank.core.access import Actor
from northbank.core.checks import words_of
from northbank.core.dataset import AnyStatement, Dataset
from northbank.core.name import Name
from northbank.core.quarantine import BadRow, QuarantineRead, shown, stream_of
from northbank.core.reading import purpose_of
from northbank.core.refusal import Refused
from northbank.flows.collect import dataset_of, past_of
from northbank.flows.entries import note
from northbank.flows.platform import Platform, check_reader, owns
from northbank.ports import Stale

PAGE = 100
TRIES = 5  # looks at the same data set at the same moment


class QuarantineQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """batch: which one; the newest with bad rows, if left out. fault: id of one rule. purpose: why cells of persons are read in
    clear, such as `handling`; without one they are masked. case: number of the matter. skip: rows before this page."""

    batch: Annotated[int, msgspec.Meta(ge=1, le=2**31)] | None = None
    fault: Annotated[str, msgspec.Meta(min_length=1, max_length=200)] | None = None
    purpose: Annotated[str, msgspec.Meta(min_length=1, max_length=64)] | None = None
    case: Annotated[str, msgspec.Meta(max_length=64)] = ""
    skip: Annotated[int, msgspec.Meta(ge=0, le=1_000_000)] = 0
    limit: Annotated[int, msgspec.Meta(ge=1, le=PAGE)] = 25


class FaultCount(msgspec.Struct, frozen=True):
    """How many rows of the batch fail a rule. name: of the check, in words; columns: what it reads."""

    id: str
    name: Name
    columns: tuple[str, ...]
    rows: int


class BadBatch(msgspec.Struct, frozen=True):
    """A batch with bad rows. taken: its good rows are governed."""

    n: int
    taken: bool
    bad: int


class QuarantineView(msgspec.Struct, frozen=True, kw_only=True):
    """Bad rows of batch `n` (none: 0). batches: the newest that have bad rows. faults: by rule, the most frequent first.

    total: rows that fail the rule asked for. clear: cells of persons are shown as they are.
    """

    dataset: str
    n: int
    batches: list[BadBatch]
    faults: list[FaultCount]
    total: int
    rows: list[BadRow]
    clear: bool


async def see_quarantine(platform: Platform, actor: Actor, code: str, query: QuarantineQuery) -> QuarantineView:
    """Refused: `forbidden` for all but stewards and officers of the owner; `no_dataset`, `no_batch`, `unknown_purpose`."""
    check_reader(actor)
    world = platform.world
    dataset = dataset_of(world, code)
    if not owns(actor, dataset.owner):
        raise Refused("forbidden", role=actor.role.value)
    purpose = "" if query.purpose is None else purpose_of(world.city, query.purpose)
    past = await past_of(world, code)
    batch = _batch(past, query.batch)
    if batch is None:
        return QuarantineView(dataset=code, n=0, batches=[], faults=[], total=0, rows=[], clear=False)
    if platform.quarantine is None:
        raise RuntimeError("this platform was built without its quarantine")
    total, found = await platform.quarantine.bad(dataset, batch, query.fault, query.skip, query.limit)
    if found:  # before anybody sees them
        await _write_down(
            platform, actor,
            QuarantineRead(dataset=code, batch=batch.n, purpose=purpose, case=query.case, rows=len(found)),
        )  # fmt: skip
    return QuarantineView(
        dataset=code, n=batch.n, batches=[BadBatch(one.n, one.good > 0, one.bad) for one in reversed(past) if one.bad][:20],
        faults=_faults(dataset, batch), total=total,
        rows=[shown(dataset, row, cells, bool(purpose)) for row, cells in found], clear=bool(purpose),
    )  # fmt: skip


def _batch(past: list[AnyStatement], asked: int | None) -> AnyStatement | None:
    if asked is None:
        return next((one for one in reversed(past) if one.bad), None)
    if not asked <= len(past):
        raise Refused("no_batch", batch=asked, last=len(past))
    return past[asked - 1]


def _faults(dataset: Dataset, batch: AnyStatement) -> list[FaultCount]:
    def count(id: str, rows: int) -> FaultCount:
        check, _, rest = id.partition("(")
        return FaultCount(id, words_of(check), tuple(rest.rstrip(")").split(",")) if rest else (), rows)

    return sorted((count(*one) for one in batch.faults.items()), key=lambda one: (-one.rows, one.id))


async def _write_down(platform: Platform, actor: Actor, fact: QuarantineRead) -> None:
    scans, stream = platform.world.scans, stream_of(fact.dataset)
    if scans is None:
        raise RuntimeError("this center was built without its scans")
    for _ in range(TRIES):
        last = await scans.last(stream)
        version = 0 if last is None else last.version
        try:
            await note(platform.world, stream, version, fact, actor=actor.login)
        except Stale:
            continue
        return
    raise Refused("conflict")

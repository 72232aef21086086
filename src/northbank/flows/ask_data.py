"""Questions over granted data: SQL, rows by key, and yes-or-no answers. Each is asked under a grant, for a purpose, and recorded.

The record is written before the answer goes out; a question that was refused under a grant is recorded too.
"""

from collections.abc import Sequence
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from northbank.core.access import Actor
from northbank.core.dataset import Dataset
from northbank.core.datause import Use, UseKind
from northbank.core.minimal import Question, Verdict, answer_to_question, question_faults
from northbank.core.name import Name
from northbank.core.refusal import Refused
from northbank.core.rowfilter import Plain, fits
from northbank.core.share_steps import usable
from northbank.core.sharing import Grant
from northbank.core.terms import askable, treatment
from northbank.flows.collect import dataset_of
from northbank.flows.platform import Platform, check_reader
from northbank.flows.standing_batches import batches_of
from northbank.ports.sharing import UUID, Answered, Cell, Given, GrantQuery, GrantScope, QueryFormat

GrantId = Annotated[str, Meta(pattern=UUID)]
Purpose = Annotated[str, Meta(min_length=1, max_length=500)]
CaseNumber = Annotated[str, Meta(max_length=100)]
Key = Annotated[tuple[Plain, ...], Meta(min_length=1, max_length=20)]


class DataQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One SELECT over the tables of these grants, each named by the code of its data set. case: number of the case it is for."""

    sql: Annotated[str, Meta(min_length=1, max_length=20_000)]
    grants: Annotated[tuple[GrantId, ...], Meta(min_length=1, max_length=10)]
    purpose: Purpose
    case: CaseNumber = ""
    format: QueryFormat = "json"
    limit: Annotated[int, Meta(ge=1, le=100_000)] = 1000


class QueryColumn(msgspec.Struct, frozen=True):
    """A column of an answer, with the type the engine gives it."""

    name: str
    type: str


class QueryAnswer(msgspec.Struct, frozen=True):
    """An answer as JSON. rows: arrays in the order of the columns. cut: there are more rows than were asked for."""

    columns: list[QueryColumn]
    rows: list[list[Cell]]
    cut: bool


class RowsQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Rows by key: a value for each key column, in the contract's order."""

    grant: GrantId
    key: Key
    purpose: Purpose
    case: CaseNumber = ""


class RowsAnswer(msgspec.Struct, frozen=True):
    """The rows under the key, as the grant shows them; none where there is none, or none that was granted."""

    rows: list[dict[str, Cell]]


class AnswerQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A yes-or-no question about the row under a key."""

    grant: GrantId
    key: Key
    ask: Question
    purpose: Purpose
    case: CaseNumber = ""


class MinimalAnswer(msgspec.Struct, frozen=True):
    """Yes, no, or unknown; nothing else of the row."""

    answer: Verdict


class GrantedColumn(msgspec.Struct, frozen=True):
    """A column that can be asked for. how: plain, mask or hash."""

    code: str
    name: Name
    kind: str
    how: Literal["plain", "mask", "hash"]


class GrantedTable(msgspec.Struct, frozen=True):
    """A table for the console: its name in SQL, the grant it comes by, and its columns."""

    name: str
    grant: str
    dataset: Name
    rows: bool
    needs_case: bool
    purpose: str
    columns: list[GrantedColumn]
    answers: list[str]
    by_key: bool
    key: list[str]


class GrantedTables(msgspec.Struct, frozen=True):
    """Every table that the reader's unit may ask questions of now."""

    tables: list[GrantedTable]


class Record:
    """What is recorded of one question: written once, whatever becomes of it."""

    def __init__(
        self, platform: Platform, actor: Actor, grants: Sequence[Grant], what: UseKind, purpose: str, case: str, asked: str
    ) -> None:  # fmt: skip
        self._uses = platform.sharing.uses
        mark = self._uses.mark(asked)
        self._made = [
            Use(
                at=platform.world.clock.now(), actor=actor.login, unit=actor.unit or "", grant=one.id, dataset=one.dataset,
                what=what, purpose=purpose, case=case, asked=mark,
            )
            for one in grants
        ]  # fmt: skip

    async def write(self, rows: int = 0, outcome: str = "ok") -> None:
        """Durable before the answer goes out."""
        await self._uses.note([msgspec.structs.replace(one, rows=rows, outcome=outcome) for one in self._made])


async def query_data(platform: Platform, actor: Actor, body: DataQuery) -> Answered:
    """Answer one SELECT. Refused: `no_grant`, `case_needed`, and what the engine refuses (ports/sharing.py)."""
    check_reader(actor)
    grants = [await _grant(platform, actor, id, body.case) for id in dict.fromkeys(body.grants)]
    given: list[Given] = []
    for one in grants:
        given.append(await _given(platform, one, {other.name for other in given}))
    record = Record(platform, actor, grants, "query", body.purpose, body.case, body.sql)
    try:
        found = await platform.sharing.answerer.query(body.sql, given, body.format, body.limit, actor.login)
    except Refused as refused:
        await record.write(outcome=refused.code)
        raise
    await record.write(found.rows)
    return found


async def find_rows(platform: Platform, actor: Actor, code: str, body: RowsQuery) -> RowsAnswer:
    """Rows by key. Refused: `no_dataset`, `no_grant`, `case_needed`, `not_in_grant`, `bad_key`, `preparing`."""
    check_reader(actor)
    dataset = dataset_of(platform.world, code)
    grant = await _grant(platform, actor, body.grant, body.case, code)
    if grant.given is None or not grant.given.by_key:
        raise Refused("not_in_grant", what="looking up rows by key")
    key = _key(dataset, body.key)
    record = Record(platform, actor, [grant], "rows", body.purpose, body.case, f"{code} {body.key!r}")
    given = await _given(platform, grant, set())
    rows = await platform.sharing.answerer.rows(given, key, 100) if given.batches else []
    await record.write(len(rows))
    return RowsAnswer(rows)


async def answer_minimally(platform: Platform, actor: Actor, code: str, body: AnswerQuery) -> MinimalAnswer:
    """Yes, no or unknown. Refused: `no_dataset`, `no_grant`, `case_needed`, `not_in_grant`, `bad_key`, `bad_question`, `preparing`."""
    check_reader(actor)
    dataset = dataset_of(platform.world, code)
    grant = await _grant(platform, actor, body.grant, body.case, code)
    terms, ask = grant.given, body.ask
    columns = askable(dataset, terms) if terms is not None else []
    if terms is None or not (terms.by_key or terms.answers):
        raise Refused("not_in_grant", what="answers about rows by their key")
    if ask.what != "exists" and ask.column not in columns:
        raise Refused("not_in_grant", what=f"answers about {ask.column}")
    for why in question_faults(dataset, ask):
        raise Refused("bad_question", column=ask.column, why=why)
    key = _key(dataset, body.key)
    record = Record(platform, actor, [grant], "answer", body.purpose, body.case, f"{code} {body.key!r} {ask!r}")
    given = await _given(platform, grant, set())
    cells = await _cells(platform, given, key, ask, columns)
    await record.write(len(cells))
    return MinimalAnswer(answer_to_question(ask, cells))


async def _cells(
    platform: Platform, given: Given, key: Sequence[Cell], ask: Question, columns: Sequence[str]
) -> Sequence[object]:  # fmt: skip
    if not given.batches:
        return []
    if ask.what != "exists":
        return await platform.sharing.answerer.cells(given, key, ask.column)
    if columns:
        return await platform.sharing.answerer.cells(given, key, columns[0])
    return await platform.sharing.answerer.rows(given, key, 1)


async def granted_tables(platform: Platform, actor: Actor) -> list[GrantedTable]:
    """What the actor can ask questions about now."""
    check_reader(actor)
    if actor.unit is None:
        return []
    query = GrantQuery(state="granted", applicant=actor.unit, limit=200)
    found, _ = await platform.sharing.grants.page(query, GrantScope(unit=actor.unit))
    sets = platform.world.city.datasets
    return [_table(sets[one.dataset], one) for one in found if _open(platform, one, actor)]


def _table(dataset: Dataset, grant: Grant) -> GrantedTable:
    terms = grant.given
    assert terms is not None
    columns = [
        GrantedColumn(one.code, one.name, one.kind, treatment(dataset, terms, one.code))
        for one in dataset.columns
        if one.code in terms.fields
    ]
    return GrantedTable(
        dataset.code, grant.id, dataset.name, terms.rows is None, grant.needs_case, grant.purpose, columns,
        askable(dataset, terms), terms.by_key, list(dataset.key),
    )  # fmt: skip


def _open(platform: Platform, grant: Grant, actor: Actor) -> bool:
    """Whether the grant lets the actor read now; one that was given before the contract said `not_shared` no longer does."""
    dataset = platform.world.city.datasets.get(grant.dataset)
    closed = dataset is None or (dataset.share == "not_shared" and not grant.overruled)
    return not closed and usable(grant, actor, platform.world.clock.now())


async def _grant(platform: Platform, actor: Actor, id: str, case: str, dataset: str | None = None) -> Grant:
    found = await platform.sharing.grants.get(id)
    mine = found is not None and _open(platform, found, actor) and dataset in (None, found.dataset)
    if found is None or not mine:
        raise Refused("no_grant", grant=id, dataset=dataset or "-")
    if found.needs_case and not case.strip():
        raise Refused("case_needed", grant=id)
    return found


async def _given(platform: Platform, grant: Grant, taken: set[str]) -> Given:
    """What the grant gives now, under a name of its own."""
    dataset = dataset_of(platform.world, grant.dataset)
    assert grant.given is not None
    name, n = dataset.code, 1
    while name in taken:
        n += 1
        name = f"{dataset.code}_{n}"
    return Given(
        name=name, grant=grant.id, dataset=dataset, batches=await batches_of(platform, dataset), terms=grant.given
    )  # fmt: skip


def _key(dataset: Dataset, values: Sequence[Plain]) -> Sequence[Cell]:
    columns = [dataset.column(code) for code in dataset.key]
    if len(values) != len(columns):
        raise Refused(
            "bad_key", dataset=dataset.code, key=", ".join(dataset.key) or "-", why=f"{len(values)} values came"
        )
    for column, value in zip(columns, values, strict=True):
        if column is not None and not fits(column, value):
            raise Refused(
                "bad_key", dataset=dataset.code, key=", ".join(dataset.key), why=f"a value is no {column.kind}"
            )
    return values

"""The SQL of a case list: one branch for each way into a scope, each short by its own index, laid together; and its count.

A scope is an OR of town, unit, grid and reporter. The server pages over one such way fast, over an OR of them only by
reading everything: so each way gives its own first rows, and the first of all of these are the page. Nothing is run here.
"""

import base64
import binascii
from datetime import UTC, datetime
from functools import partial
from typing import Any
from uuid import UUID

import asyncpg
import msgspec

from northbank.core.access import Scope
from northbank.core.metrics import Part
from northbank.core.moves import ENDED
from northbank.core.number import is_number
from northbank.core.refusal import Refused
from northbank.ports import CaseQuery
from northbank.shell.store.metrics import behind
from northbank.shell.store.scoped import ways
from northbank.shell.store.sql import statements

SQL = statements("cases")
MOST = 500
COUNTED = 1_000  # rows are counted so far; a page says when there are more (docs/performance.md)

# sort word -> (column, what is compared, descending). Rows with no value come last.
_DUE = "coalesce(stage_due_at, 'infinity')"
SORTS: dict[str, tuple[str, str, bool]] = {
    "reported": ("reported_at", "reported_at", True),
    "changed": ("changed_at", "changed_at", True),
    "due": ("stage_due_at", _DUE, False),
}

_EQUAL = ("board", "town_board", "town", "grid", "owner", "source")
_FLAGS = ("open", "late", "soon", "needs", "urgent", "on_time")


class Listing(msgspec.Struct, frozen=True):
    """A question in SQL. The first `counted` of `values` are those of the count; the page takes them all."""

    page: str
    count: str
    values: list[Any]
    counted: int


def listing(
    query: CaseQuery, scope: Scope, columns: str, part: Part | None = None, position: int | None = None
) -> Listing:
    """What to ask for a page with one row more than wanted, and for its count with one more than COUNTED.

    Raises Refused("invalid") for an unknown order, a limit out of bounds, ids that are none and a wrong cursor.
    """
    column, compared, descending, limit = _order(query)
    values: list[Any] = []
    into = ways(scope, values)
    filters = _filters(query, values) + _implied(query)
    if part is not None:  # only the rows behind one side of a figure
        filters += behind(part, partial(_parameter, values), position)
    counted = len(values)
    after = _after(query, compared, descending, values)
    way = "desc" if descending else "asc"
    shape = {"columns": f"{columns}, {column} as sort_key", "order": f"{compared} {way}, id {way}", "limit": limit + 1}
    if len(into) == 1:
        page = SQL.branch.format(where=into[0] + filters + after, **shape)
        count = SQL.count.format(where=into[0] + filters, most=COUNTED + 1)
        return Listing(page, count, values, counted)
    pages = [SQL.branch.format(where=one + filters + after, **shape) for one in into]
    counts = [SQL.count_branch.format(where=one + filters, most=COUNTED + 1) for one in into]
    return Listing(
        SQL.laid_together.format(branches=_union("union all", pages), compared=compared.replace(column, "sort_key"), way=way, limit=limit + 1),
        SQL.count_together.format(branches=_union("union", counts), most=COUNTED + 1), values, counted,
    )  # fmt: skip


def _union(word: str, parts: list[str]) -> str:
    return f" {word} ".join(f"({one})" for one in parts)


def _implied(query: CaseQuery) -> str:
    """What the question says in other words, said so that an index knows it: only open cases, or only ended ones.

    The index of open cases is short, and an ended case has no stage that is due (core/card.py).
    """
    states = query.state.split(",") if query.state else []
    running = states and not ENDED.intersection(states)
    if query.open is None and (running or query.soon or query.needs):
        return " and open"
    ended = query.open is False or query.on_time is not None or (states and ENDED.issuperset(states))
    return f" and {_DUE} = 'infinity'" if ended and query.sort == "due" else ""


def _filters(query: CaseQuery, values: list[Any]) -> str:
    """The `and ...` part for what the query asks; appends the parameters to `values`."""
    parts: list[str] = []

    def add(template: str, value: object) -> None:
        values.append(value)
        parts.append(template.format(f"${len(values)}"))

    for column in _EQUAL:
        if (value := getattr(query, column)) is not None:
            add(f"{column} = {{}}", value) if value else parts.append(f"{column} is null")
    for column in _FLAGS:
        if (value := getattr(query, column)) is not None:
            parts.append(column if value else f"not {column}")  # as the indexes of the few say it
    for column in ("state", "type"):
        if (value := getattr(query, column)) is not None:
            add(f"{column} = any({{}}::text[])", value.split(",")) if value else parts.append(f"{column} is null")
    if query.ids is not None:
        add("id = any({}::uuid[])", _ids(query.ids))
    if query.support is not None:
        add("support <> '{{}}' and support @> array[{}]", query.support)
    if query.desk in ("true", "false"):
        parts.append("desk is not null" if query.desk == "true" else "desk is null")
    elif query.desk is not None:
        add("desk = any({}::text[])", query.desk.split(","))
    for name in ("part", "answer"):
        if (unit := getattr(query, name)) is not None:
            add(getattr(SQL, name).replace("{unit}", "{0}"), unit)
    if query.q and is_number(query.q.upper()):
        add("number = {}", query.q.upper())  # a whole number is no part of another one
    elif query.q:
        add("number ilike '%' || {} || '%'", query.q.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_"))
    for column in ("reported", "closed"):
        if (value := getattr(query, f"{column}_from")) is not None:
            add(f"{column}_at >= {{}}", value)
        if (value := getattr(query, f"{column}_to")) is not None:
            add(f"{column}_at < {{}}", value)
    return "".join(f" and {part}" for part in parts)


def _parameter(values: list[Any], value: object) -> str:
    values.append(value)
    return f"${len(values)}"


def _ids(text: str) -> list[UUID]:
    try:
        return [UUID(one) for one in text.split(",")]
    except ValueError as error:
        raise Refused("invalid", why="ids: case ids separated by commas") from error


def _order(query: CaseQuery) -> tuple[str, str, bool, int]:
    if query.sort not in SORTS:
        raise Refused("invalid", why=f"sort: {query.sort} is not one of {', '.join(SORTS)}")
    if not 1 <= query.limit <= MOST:
        raise Refused("invalid", why=f"limit: {query.limit} is not between 1 and {MOST}")
    return (*SORTS[query.sort], query.limit)


def cursor_of(sort: str, row: asyncpg.Record) -> str:
    key: datetime | None = row["sort_key"]
    text = "" if key is None else key.isoformat()
    return base64.urlsafe_b64encode(msgspec.json.encode([sort, text, str(row["id"])])).decode().rstrip("=")


def _after(query: CaseQuery, compared: str, descending: bool, values: list[Any]) -> str:
    """The keyset condition of a cursor, checked: a cursor is only good for the order it was made in."""
    if query.after is None:
        return ""
    try:
        raw = base64.b64decode(query.after + "=" * (-len(query.after) % 4), altchars=b"-_", validate=True)
        sort, key, id = msgspec.json.decode(raw, type=tuple[str, str, UUID])
        moment = datetime.fromisoformat(key) if key else None
        if sort != query.sort or (moment is not None and moment.tzinfo is None):
            raise ValueError(sort)
        moment = moment and moment.astimezone(UTC)
    except (ValueError, OverflowError, binascii.Error, msgspec.DecodeError) as error:
        raise Refused("invalid", why="after: not a cursor of this list") from error
    sign = "<" if descending else ">"
    values.append(id)
    last = f"${len(values)}::uuid"
    if moment is None:  # among those without a value, by id alone: said so, or the planner takes them for nobody
        return f" and {compared} = 'infinity' and id {sign} {last}"
    values.append(moment)
    return f" and ({compared}, id) {sign} (${len(values)}::timestamptz, {last})"

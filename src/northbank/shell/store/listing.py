"""The SQL of a case list: whether each way into a scope holds few rows and, where one holds more than are counted, a walk of the order.

A scope is an OR of town, unit, grid and reporter. Each way is counted by itself, by an index that knows it. Where all hold few, these
are the list. Only where one holds many is the order walked, for all ways at once: the server cannot know that a way holds
nobody, and would walk to the end of the order. Nothing is run here.
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

# sort word -> (column, descending). Rows with no value come last, by id.
SORTS: dict[str, tuple[str, bool]] = {
    "reported": ("reported_at", True),
    "changed": ("changed_at", True),
    "due": ("stage_due_at", False),
}
NULLS = ("stage_due_at",)  # columns of an order that not every case has

_EQUAL = ("board", "town_board", "town", "grid", "owner", "source")
_FLAGS = ("open", "late", "soon", "needs", "urgent", "on_time")


Asked = tuple[str, list[Any]]  # a statement and its values


class Listing(msgspec.Struct, frozen=True):
    """A question in SQL.

    found: position, whether all ways hold few, total (one more than `counted` where there are more), and the first ids of few.
    wanted: one row more than the page has. inside: any of the ways, with the filters.
    """

    found: Asked
    wanted: int
    counted: int
    inside: str
    values: list[Any]
    columns: str
    order: "_Order"
    ended: bool

    def pages(self, few: bool, ids: list[UUID]) -> list[Asked]:
        """The page, once it is known whether there are few, and these. A second statement goes on where the first one ran out of rows."""
        if few:
            return [(self._shown("$1"), [ids])] if ids else []
        return [self._walk(list(self.values), *segment) for segment in _segments(self.order, self.ended)]

    def _walk(self, values: list[Any], condition: str, dated: bool) -> Asked:
        """The first rows in a piece of the order, after the cursor where that lies in it."""
        order = self.order
        if order.after is not None and dated == (order.after[0] is not None):
            condition += f" and {order.beyond(order.column, values)}"
        by = order.by(order.column) if dated else f"id {order.way}"
        first = SQL.walk.format(where=self.inside + condition, order=by, limit=self.wanted)
        return self._shown(f"array({first})"), values

    def _shown(self, ids: str) -> str:
        order = self.order
        return SQL.shown.format(columns=self.columns, column=order.column, ids=ids, order=order.by(order.column))


def listing(
    query: CaseQuery,
    scope: Scope,
    columns: str,
    part: Part | None = None,
    position: int | None = None,
    counted: int = COUNTED,
) -> Listing:
    """What to ask for a page with one row more than wanted, and for its count with one more than `counted`.

    Raises Refused("invalid") for an unknown order, a limit out of bounds, ids that are none and a wrong cursor.
    """
    column, descending, limit = _order(query)
    values: list[Any] = []
    into = ways(scope, values)
    filters = _filters(query, values) + _implied(query)
    if part is not None:  # only the rows behind one side of a figure
        filters += behind(part, partial(_parameter, values), position)
    after = _cursor(query) if query.after is not None else None
    order = _Order(column, "desc" if descending else "asc", after)
    short = part is None and position is None and not _only_open(query)
    found = _found([one + filters for one in into], order, limit + 1, counted + 1, short, list(values))
    inside = f"({' or '.join(f'({one})' for one in into)}){filters}"
    return Listing(found, limit + 1, counted, inside, values, columns, order, _ended(query))


class _Order(msgspec.Struct, frozen=True):
    """Column and direction, and the last row of the page before: value (None: it has none) and id."""

    column: str
    way: str
    after: tuple[datetime | None, UUID] | None

    def by(self, key: str) -> str:
        """The order by, over a column of this name."""
        return f"{key} {self.way}, id {self.way}"

    def beyond(self, key: str, values: list[Any]) -> str:
        """The rows after the cursor, in the piece of the order that it lies in; appends its parameters."""
        if self.after is None:
            return "true"
        moment, id = self.after
        sign = "<" if self.way == "desc" else ">"
        last = f"{_parameter(values, id)}::uuid"
        if moment is None:
            return f"({key} is null and id {sign} {last})"
        return f"({key}, id) {sign} ({_parameter(values, moment)}::timestamptz, {last})"


def _found(into: list[str], order: _Order, wanted: int, most: int, short: bool, values: list[Any]) -> Asked:
    """What the ways find: all of it where each finds few.

    short: counting has an index that is shorter than what finds the rows; not so for open cases, for marks and for the past.
    """
    names = [f"found_{n}" for n in range(len(into))]
    parts = [
        SQL.way_found.format(name=name, column=order.column, where=where, most=most)
        for name, where in zip(names, into, strict=True)
    ]
    told = SQL.few if short else SQL.few_found
    few = [told.format(name=name, where=where, most=most) for name, where in zip(names, into, strict=True)]
    after = order.beyond("key", values)
    if order.column in NULLS and order.after is not None and order.after[0] is not None:
        after = f"({after} or key is null)"
    sql = SQL.all_found.format(
        ways=", ".join(parts), few=" and ".join(few), most=most,
        every=" union ".join(SQL.of_way.format(name=name) for name in names), after=after, order=order.by("key"), limit=wanted,
    )  # fmt: skip
    return sql, values


def _segments(order: _Order, ended: bool) -> list[tuple[str, bool]]:
    """The pieces of an order, each a condition and whether it has the column; those without a due time are an order by id.

    Only open cases have a stage that is due (core/card.py), said so that their index is used.
    """
    if order.column not in NULLS:
        return [("", True)]
    undated = (f" and {order.column} is null", False)
    if ended or (order.after is not None and order.after[0] is None):
        return [undated]
    return [(f" and open and {order.column} is not null", True), undated]


def _implied(query: CaseQuery) -> str:
    """What the question says in other words, said so that an index knows it: only open cases. Their index is short."""
    states = query.state.split(",") if query.state else []
    running = states and not ENDED.intersection(states)
    return " and open" if query.open is None and (running or query.soon or query.needs) else ""


def _only_open(query: CaseQuery) -> bool:
    """Whether the statement says that only open cases are asked for: by the flag, in other words, or as parts and answers do."""
    return bool(query.open or _implied(query)) or query.part is not None or query.answer is not None


def _ended(query: CaseQuery) -> bool:
    """Whether the question is for ended cases only."""
    states = query.state.split(",") if query.state else []
    return query.open is False or query.on_time is not None or bool(states and ENDED.issuperset(states))


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


def _order(query: CaseQuery) -> tuple[str, bool, int]:
    if query.sort not in SORTS:
        raise Refused("invalid", why=f"sort: {query.sort} is not one of {', '.join(SORTS)}")
    if not 1 <= query.limit <= MOST:
        raise Refused("invalid", why=f"limit: {query.limit} is not between 1 and {MOST}")
    return (*SORTS[query.sort], query.limit)


def cursor_of(sort: str, row: asyncpg.Record) -> str:
    key: datetime | None = row["sort_key"]
    text = "" if key is None else key.isoformat()
    return base64.urlsafe_b64encode(msgspec.json.encode([sort, text, str(row["id"])])).decode().rstrip("=")


def _cursor(query: CaseQuery) -> tuple[datetime | None, UUID]:
    """The last row of the page before, checked: a cursor is only good for the order it was made in."""
    text = query.after or ""
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        sort, key, id = msgspec.json.decode(raw, type=tuple[str, str, UUID])
        moment = datetime.fromisoformat(key) if key else None
        if sort != query.sort or (moment is not None and moment.tzinfo is None):
            raise ValueError(sort)
        return moment and moment.astimezone(UTC), id
    except (ValueError, OverflowError, binascii.Error, msgspec.DecodeError) as error:
        raise Refused("invalid", why="after: not a cursor of this list") from error

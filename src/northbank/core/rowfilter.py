"""Which rows of a data set somebody is given: a closed, typed expression over its columns. It never was SQL, and holds no SQL.

It is made the engine's own in shell/lake/granted.py. What else a grant says is in terms.py.
"""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from northbank.core.dataset import Column, Dataset

Plain = str | int | float | bool
RowOp = Literal["eq", "ne", "lt", "le", "gt", "ge", "in", "empty", "filled"]
MOST_PARTS = 50
DEEPEST = 5


class Compare(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    omit_defaults=True,
    tag_field="kind",
    tag="cell",
):
    """The cell of a column against a value; `in` takes several, `empty` and `filled` none. Days and times are ISO 8601 text."""

    column: Annotated[str, Meta(min_length=1, max_length=48)]
    op: RowOp
    values: Annotated[tuple[Plain, ...], Meta(max_length=2000)] = ()


class Every(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="and"):
    """All of them hold."""

    of: Annotated[tuple["RowFilter", ...], Meta(min_length=1, max_length=MOST_PARTS)]


class Either(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="or"):
    """At least one of them holds."""

    of: Annotated[tuple["RowFilter", ...], Meta(min_length=1, max_length=MOST_PARTS)]


RowFilter = Compare | Every | Either


def narrowed(one: RowFilter | None, other: RowFilter | None) -> RowFilter | None:
    """The rows that both let through; None lets all through."""
    if one is None or one == other:
        return other
    return one if other is None else Every((one, other))


def columns_in(one: RowFilter | None) -> frozenset[str]:
    """The columns that a filter looks at."""
    match one:
        case None:
            return frozenset()
        case Compare(column=column):
            return frozenset({column})
        case Every(of) | Either(of):
            return frozenset().union(*(columns_in(part) for part in of))


def filter_faults(dataset: Dataset, one: RowFilter, depth: int = 1) -> Iterator[str]:
    """What is wrong with a filter of this data set, in words: nothing where it can be kept."""
    if depth == 1 and _parts(one, DEEPEST) > MOST_PARTS:
        yield f"a row filter has at most {MOST_PARTS} parts, {DEEPEST} deep"
    elif isinstance(one, Compare):
        yield from _cell_faults(dataset, one)
    elif depth <= DEEPEST:
        for part in one.of:
            yield from filter_faults(dataset, part, depth + 1)


def _parts(one: RowFilter, deep: int) -> int:
    if isinstance(one, Compare):
        return 1
    return MOST_PARTS + 1 if deep <= 1 else 1 + sum(_parts(part, deep - 1) for part in one.of)


def _cell_faults(dataset: Dataset, one: Compare) -> Iterator[str]:
    column = dataset.column(one.column)
    if column is None:
        yield f"there is no column {one.column}"
        return
    count = len(one.values)
    right = {"empty": count == 0, "filled": count == 0, "in": count > 0}.get(one.op, count == 1)
    if not right:
        yield f"{one.op} of {one.column} takes {'no value' if one.op in ('empty', 'filled') else 'a value'}"
    for value in one.values:
        if not fits(column, value):
            yield f"{one.column} is compared with {value!r}, which is no {column.kind}"


def fits(column: Column, value: Plain) -> bool:
    """Whether a value can be compared with the cells of a column."""
    match column.kind:
        case "text":
            return isinstance(value, str) and "\0" not in value
        case "integer":
            return isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**63
        case "number":
            return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e308
        case "yes_no":
            return isinstance(value, bool)
        case "date":
            return isinstance(value, str) and _reads(date, value)
        case "time":
            return isinstance(value, str) and _reads(datetime, value)


def _reads(kind: type[date], text: str) -> bool:
    try:
        found = kind.fromisoformat(text)
    except ValueError:
        return False
    return not isinstance(found, datetime) or found.tzinfo is None  # the lake keeps the source's own clock

"""A scope in SQL, the one place for all queries of rows: its ways in, all of them as one condition, and its parameters.

Says what Scope.sees says (core/access.py); tests hold the two together.
"""

from typing import Any

from northbank.core.access import Scope
from northbank.shell.store.sql import statements

SQL = statements("scope")
# field of a scope -> the ways in that it opens
_WAYS = (
    ("town", SQL.town),
    ("unit", SQL.owner),
    ("unit", SQL.helper),
    ("grid", SQL.grid),
    ("reporter", SQL.reporter),
)
_FIELDS = ("everything", "town", "unit", "grid", "reporter")

# The scope as one condition of the view `cases`, over the parameters $1 to $5.
INSIDE: str = "($1 or {})".format(
    " or ".join(f"({way.format(f'${_FIELDS.index(field) + 1}')})" for field, way in _WAYS)
)


def parameters(scope: Scope) -> tuple[object, ...]:
    """The values of $1 to $5."""
    return tuple(getattr(scope, field) for field in _FIELDS)


def ways(scope: Scope, values: list[Any]) -> list[str]:
    """Conditions that together are the scope, for a query that takes each way by itself; appends their parameters."""
    if scope.everything:
        return ["true"]
    found, numbers = [], dict[str, int]()
    for field, way in _WAYS:
        value = getattr(scope, field)
        if value is None:
            continue
        if field not in numbers:
            values.append(value)
            numbers[field] = len(values)
        found.append(way.format(f"${numbers[field]}"))
    return found or ["false"]

"""What is asked of the cells of a row, as values: an engine's own SQL is made of them in shell/lake. Nothing is computed here.

The set of operations is closed; an engine that lacks one has to say so.
"""

from typing import Literal

import msgspec

Plain = str | int | float
Op = Literal[
    "and", "or", "add", "multiply", "mod", "equal", "at_least", "at_most", "matches", "replace", "part", "code_point", "place",
    "one_of", "upper", "as_date", "as_time", "as_integer", "as_number", "if", "there", "not",
    "replace_all", "translate", "extract", "as_text",
]  # fmt: skip


class Cell(msgspec.Struct, frozen=True):
    """The cell of a column by the column's code: as it was read (a text without blanks around it), or typed."""

    column: str
    typed: bool = True


class Const(msgspec.Struct, frozen=True):
    """A value of the rule itself. It never becomes part of a statement's words."""

    value: Plain | tuple[str, ...]


class Call(msgspec.Struct, frozen=True):
    """An operation on expressions. place: the position of the second text in the first from 1, 0 where it is not there.

    extract: what the first group of the pattern found, empty where it found nothing. Patterns are of what RE2 and Java share.
    """

    op: Op
    args: tuple["Expression", ...]


Expression = Cell | Const | Call


def call(op: Op, *args: Expression | Plain | tuple[str, ...]) -> Call:
    """An operation; plain values may stand for themselves."""
    return Call(op, tuple(a if isinstance(a, Cell | Const | Call) else Const(a) for a in args))


def total(terms: list[Call]) -> Expression:
    """The sum of terms."""
    found: Expression = terms[0]
    for term in terms[1:]:
        found = call("add", found, term)
    return found


def columns_of(one: Expression) -> frozenset[str]:
    """The columns that an expression reads."""
    match one:
        case Cell(column):
            return frozenset({column})
        case Const():
            return frozenset()
        case Call(_, args):
            return frozenset().union(*(columns_of(arg) for arg in args))

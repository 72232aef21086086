"""What a grant gives, as the engine's SQL: columns as they are shown, rows of its filter, sorted so that nothing else shows through.

Names are quoted, values are parameters. The copy made by `copy_of` is a function of the granted cells alone: whatever lies outside
the grant, also which batch a row came in, cannot change it. Running it is answers.py.
"""

import hmac
from collections.abc import Sequence
from hashlib import sha256
from typing import assert_never

import msgspec

from northbank.core.dataset import Column, Dataset, Mask
from northbank.core.rowfilter import Compare, Either, Every, RowFilter
from northbank.core.terms import askable, treatment
from northbank.ports.sharing import Cell, Given
from northbank.shell.lake.compile import quoted

KEY = "key:"  # prefix of a column that rows are found by, and that is never shown
PLAIN = "plain:"  # prefix of a column that is asked about, and never shown
TYPES = {
    "text": "varchar", "integer": "bigint", "number": "double", "date": "date", "time": "timestamp", "yes_no": "boolean",
}  # fmt: skip
_OPS = {"eq": "=", "ne": "<>", "lt": "<", "le": "<=", "gt": ">", "ge": ">="}
_encode = msgspec.json.Encoder(order="deterministic").encode


class Statement:
    """SQL with $1, $2 ... and the values that stand for them."""

    def __init__(self) -> None:
        self.values: list[object] = []

    def value(self, value: object) -> str:
        """The parameter that stands for a value."""
        self.values.append(value)
        return f"${len(self.values)}"

    def where(self, dataset: Dataset, one: RowFilter) -> str:
        """A filter as a condition that is never null."""
        match one:
            case Every(of):
                return "(" + " and ".join(self.where(dataset, part) for part in of) + ")"
            case Either(of):
                return "(" + " or ".join(self.where(dataset, part) for part in of) + ")"
            case Compare():
                return self._compare(dataset, one)
            case _:
                assert_never(one)

    def _compare(self, dataset: Dataset, one: Compare) -> str:
        column = dataset.column(one.column)
        if column is None:
            return "false"  # the contract changed: nothing is given rather than too much
        cell, kind = quoted(one.column), TYPES[column.kind]
        if one.op in ("empty", "filled"):
            return f"({cell} is {'not ' if one.op == 'filled' else ''}null)"
        values = [f"cast({self.value(value)} as {kind})" for value in one.values]
        if one.op == "in":
            return f"coalesce({cell} in ({', '.join(values)}), false)"
        return f"coalesce({cell} {_OPS[one.op]} {values[0]}, false)"

    def shown(self, column: Column, how: str, salt: str) -> str:
        """The cell of a column as it is shown."""
        cell, text = quoted(column.code), f"cast({quoted(column.code)} as varchar)"
        match how:
            case "plain":
                return cell
            case "hash":
                return f"left(sha256({self.value(salt)} || {text}), 32)"
            case _:
                return masked(text, column.mask or Mask())


def masked(text: str, mask: Mask) -> str:
    """A text with so many characters kept at each end; one that is not longer than those is hidden whole."""
    keep = mask.first + mask.last
    inner = f"left({text}, {mask.first}) || repeat('*', length({text}) - {keep}) || right({text}, {mask.last})"
    return f"case when length({text}) > {keep} then {inner} else repeat('*', length({text})) end"


def salt_of(secret: bytes, grant: str) -> str:
    """What pseudonyms of one grant are made with; those of two grants cannot be joined."""
    return hmac.digest(secret, f"pseudonyms of {grant}".encode(), "sha256").hex()


def name_of(given: Given, keyed: bool) -> str:
    """A name for a copy: of its terms, then of its batches; the same for the same terms over the same rows.

    Pseudonyms make it one of the grant's own.
    """
    dataset, terms = given.dataset, given.terms
    own = given.grant if "hash" in terms.shown.values() else ""
    said = (
        keyed, dataset.code, dataset.version, terms.fields, terms.answers, terms.shown, terms.rows, own
    )  # fmt: skip
    batches = [(one.n, one.folder) for one in given.batches]
    return f"{sha256(_encode(said)).hexdigest()[:32]}-{sha256(_encode(batches)).hexdigest()[:16]}"


def fields_of(given: Given) -> list[Column]:
    """The granted columns that the contract has, in its own order."""
    return [column for column in given.dataset.columns if column.code in given.terms.fields]


def copy_of(given: Given, relation: str, secret: bytes, keyed: bool) -> tuple[str, list[object]]:
    """The query of a copy: granted cells of granted rows, in an order that follows from them alone.

    keyed: with what rows are found by and the columns that are only asked about; such a copy is for statements of this program alone.
    """
    made = Statement()
    columns = _columns(made, given, secret, keyed)
    rows = given.terms.rows
    where = f" where {made.where(given.dataset, rows)}" if rows is not None else ""
    return f"select {columns} from ({relation}){where} order by all", made.values  # house: sql


def _columns(made: Statement, given: Given, secret: bytes, keyed: bool) -> str:
    salt = salt_of(secret, given.grant)
    found = []
    if keyed:
        found += [f"{quoted(code)} as {quoted(KEY + code)}" for code in given.dataset.key]
        found += [f"{quoted(code)} as {quoted(PLAIN + code)}" for code in askable(given.dataset, given.terms)]
    for column in fields_of(given):
        how = treatment(given.dataset, given.terms, column.code)
        found.append(f"{made.shown(column, how, salt)} as {quoted(column.code)}")
    return ", ".join(found) or "true as granted"


def look_up(
    given: Given, copy: str, key: Sequence[Cell], column: str | None, limit: int
) -> tuple[str, list[object]]:  # fmt: skip
    """The query of the rows under a key in a keyed copy, as they are shown; or, with a column, of its plain cells."""
    made = Statement()
    by = {one.code: TYPES[one.kind] for one in given.dataset.columns}
    shown = [quoted(one.code) for one in fields_of(given)] if column is None else [quoted(PLAIN + column)]
    same = " and ".join(
        f"{quoted(KEY + code)} = cast({made.value(value)} as {by[code]})"
        for code, value in zip(given.dataset.key, key, strict=True)
    )
    what = ", ".join(shown) or "true as granted"
    return f"select {what} from read_parquet({copy}) where {same} limit {limit:d}", made.values  # house: sql


def shown_of(
    given: Given, rows: str, values: Sequence[object], secret: bytes, column: str | None
) -> tuple[str, list[object]]:  # fmt: skip
    """The rows of a query with these values, as they are shown; or, with a column, its plain cells."""
    made = Statement()
    made.values += values
    what = quoted(column) if column is not None else _columns(made, given, secret, keyed=False)
    return f"select {what} from ({rows})", made.values  # house: sql

"""Makes an engine's SQL of core's expressions and rules: what each engine calls an operation stands in `dialects`. Nothing is run here.

Names are quoted, values are parameters; only words of these two files and of core's closed sets become SQL.
"""

from collections.abc import Mapping, Sequence
from typing import cast

from northbank.core.celltypes import BLANKS, TYPES
from northbank.core.checks import CHECKS, expression_of
from northbank.core.dataset import Column, Rule
from northbank.core.expression import Call, Cell, Const, Expression
from northbank.core.written import plainly
from northbank.shell.lake.dialects import DUCKDB, Dialect

RAW = "text:"  # prefix of a column that holds the cell as it was read
quoted = DUCKDB.quoted


class Words:
    """SQL being written: `words` with parameters ($1, $2 ... or the dialect's own marks) and the `values` that stand for them."""

    def __init__(self, dialect: Dialect = DUCKDB) -> None:
        self.dialect = dialect
        self.values: list[object] = []
        self._seen: dict[tuple[type, object], str] = {}

    def value(self, value: object) -> str:
        """The parameter that stands for a value; the same one for the same value."""
        key = (type(value), value)
        if key not in self._seen:
            self.values.append(list(value) if isinstance(value, tuple) else value)
            self._seen[key] = self.dialect.parameter(len(self.values))
        return self._seen[key]

    def args(self) -> dict[str, object]:
        """The values by their names, for an engine whose parameters have names."""
        return {f"p{n}": value for n, value in enumerate(self.values, 1)}

    def of(self, one: Expression) -> str:
        """An expression. Raises NoOperation."""
        match one:
            case Cell(column, typed):
                return self.dialect.quoted(column if typed else RAW + column)
            case Const(value):
                return self.value(value)
            case Call("translate" | "upper", _) if self.dialect.seldom and (drawn := _drawn(one)):
                return self.dialect.seldom.format(self.of(drawn), self.value(f"[{_needles(one)}]"), self._plain(one))
            case Call(op, args):
                return self.dialect.say(op, *(self.of(arg) for arg in args))

    def _plain(self, one: Expression) -> str:
        """Characters of a cell exchanged, whether it has any or not."""
        if isinstance(one, Call):
            return self.dialect.say(one.op, *(self._plain(arg) for arg in one.args))
        return self.of(one)

    def cleaned(self, cell: str, column: Column, missing: Sequence[str]) -> str:
        """A cell without blanks around it; null where nothing stands in it, or a mark that means nothing."""
        trimmed = self.dialect.trim.format(cell, self.value(BLANKS))
        if column.upper:
            trimmed = self.dialect.say("upper", trimmed)
        marks = self.value(("", *missing))
        return f"case when not {self.dialect.say('one_of', trimmed, marks)} then {trimmed} end"

    def json(self, cells: Mapping[str, str]) -> str:
        """A JSON object of texts by their names, those that are not there too."""
        name = self.value if self.dialect.told else self.dialect.quoted
        return self.dialect.json.format(", ".join(self.dialect.member.format(name(k), v) for k, v in cells.items()))

    def before(self, rules: Sequence[Rule]) -> list[list[str]]:
        """Columns that checks are asked of besides those of the contract, each of the lists one level further in."""
        return []

    def typed(self, column: Column) -> str:
        """The cell of a column as its type; null where it is none."""
        cell = plainly(Cell(column.code, typed=False), column.written, column.kind)
        return self.of(TYPES[column.kind].sql(cell))

    def fails(self, rule: Rule) -> str:
        """Whether a row fails a rule over its own cells; never null."""
        quoted = self.dialect.quoted
        cells = [quoted(column) for column in rule.columns]
        if rule.check == "required":
            return f"({quoted(RAW + rule.columns[0])} is null)"
        if rule.check == "type":
            return f"({quoted(RAW + rule.columns[0])} is not null and {cells[0]} is null)"
        there = " and ".join(f"{cell} is not null" for cell in cells)
        passes = self.of(expression_of(rule.check, rule.columns, *rule.values))
        return f"({there} and not coalesce({passes}, false))"

    def marks(self, rules: Sequence[tuple[int, Rule]]) -> str:
        """One number with the bit of every rule that a row fails."""
        parts = [
            f"case when {self.fails(rule)} then cast({1 << bit} as bigint) else cast(0 as bigint) end"
            for bit, rule in rules
        ]
        return " + ".join(parts) or "cast(0 as bigint)"


def in_row(rule: Rule) -> bool:
    """Whether a rule tells good from bad by the row alone."""
    return not rule.keep and (rule.check in CHECKS or rule.check in ("required", "type"))


def _drawn(one: Expression) -> Cell | None:
    """The cell of which characters are exchanged, once or several times; None where anything else is done to it."""
    while isinstance(one, Call) and (one.op == "upper" or (one.op == "translate" and isinstance(one.args[1], Const))):
        one = one.args[0]
    return one if isinstance(one, Cell) else None


def _needles(one: Expression) -> str:
    """The characters that are exchanged, as a class of a pattern has them."""
    found = ""
    while isinstance(one, Call):
        found += "abcdefghijklmnopqrstuvwxyz" if one.op == "upper" else str(cast(Const, one.args[1]).value)
        one = one.args[0]
    return "".join(f"\\{each}" if each in "\\]^-[" else each for each in dict.fromkeys(found))

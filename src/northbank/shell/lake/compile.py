"""Makes DuckDB's SQL of core's expressions and rules: the one place that knows its functions. Nothing is run here.

Names are quoted, values are parameters; only words of this file and of core's closed sets become SQL.
"""

from collections.abc import Mapping, Sequence

from northbank.core.celltypes import BLANKS, TYPES
from northbank.core.checks import CHECKS, expression_of
from northbank.core.dataset import Column, Rule
from northbank.core.expression import Call, Cell, Const, Expression, Op

ENGINE: Mapping[Op, str] = {
    "and": "({0} and {1})",
    "or": "({0} or {1})",
    "add": "({0} + {1})",
    "multiply": "({0} * {1})",
    "mod": "({0} % {1})",
    "equal": "({0} = {1})",
    "at_least": "({0} >= {1})",
    "at_most": "({0} <= {1})",
    "matches": "regexp_full_match({0}, {1})",
    "replace": "regexp_replace({0}, {1}, {2})",
    "part": "substr({0}, cast({1} as bigint), cast({2} as bigint))",
    "code_point": "cast(unicode({0}) as bigint)",
    "place": "cast(instr({0}, {1}) as bigint)",
    "one_of": "list_contains({1}, {0})",
    "upper": "translate({0}, 'abcdefghijklmnopqrstuvwxyz', 'ABCDEFGHIJKLMNOPQRSTUVWXYZ')",
    "as_date": "try_cast({0} as date)",
    "as_time": "try_cast({0} as timestamp)",
    "as_integer": "try_cast({0} as bigint)",
    "as_number": "try_cast({0} as double)",
    "if": "case when {0} then {1} end",
}
RAW = "text:"  # prefix of a column that holds the cell as it was read


def quoted(name: str) -> str:
    """An identifier that can hold anything."""
    return '"' + name.replace('"', '""') + '"'


class Words:
    """SQL being written: `words` with $1, $2 ... and the `values` that stand for them."""

    def __init__(self) -> None:
        self.values: list[object] = []
        self._seen: dict[tuple[type, object], str] = {}

    def value(self, value: object) -> str:
        """The parameter that stands for a value; the same one for the same value."""
        key = (type(value), value)
        if key not in self._seen:
            self.values.append(list(value) if isinstance(value, tuple) else value)
            self._seen[key] = f"${len(self.values)}"
        return self._seen[key]

    def of(self, one: Expression) -> str:
        """An expression."""
        match one:
            case Cell(column, typed):
                return quoted(column if typed else RAW + column)
            case Const(value):
                return self.value(value)
            case Call(op, args):
                return ENGINE[op].format(*(self.of(arg) for arg in args))

    def cleaned(self, cell: str, column: Column, missing: Sequence[str]) -> str:
        """A cell without blanks around it; null where nothing stands in it, or a mark that means nothing."""
        trimmed = f"trim({cell}, {self.value(BLANKS)})"
        if column.upper:
            trimmed = ENGINE["upper"].format(trimmed)
        marks = self.value(("", *missing))
        return f"case when not list_contains({marks}, {trimmed}) then {trimmed} end"

    def typed(self, column: Column) -> str:
        """The cell of a column as its type; null where it is none."""
        return self.of(TYPES[column.kind].sql(Cell(column.code, typed=False)))

    def fails(self, rule: Rule) -> str:
        """Whether a row fails a rule over its own cells; never null."""
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
        parts = [f"case when {self.fails(rule)} then {1 << bit}::bigint else 0::bigint end" for bit, rule in rules]
        return " + ".join(parts) or "0::bigint"


def in_row(rule: Rule) -> bool:
    """Whether a rule can be asked of a row alone."""
    return rule.check in CHECKS or rule.check in ("required", "type")

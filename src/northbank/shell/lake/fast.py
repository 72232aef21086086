"""The same SQL as `compile` makes for DuckDB, written so that the engine runs it fast. What is checked is not decided here.

Values of core and of contracts stand as literals, for DuckDB compiles a pattern that is a parameter once a row; all are escaped.
"""

from collections.abc import Sequence
from functools import reduce

from northbank.core.celltypes import BLANKS
from northbank.core.checks import ID_DIGITS
from northbank.core.dataset import Column, Rule
from northbank.core.expression import Call, Const, Expression
from northbank.shell.lake.compile import RAW, Words, quoted

SQL_TYPES = {
    "text": "varchar", "integer": "bigint", "number": "double", "date": "date", "time": "timestamp", "yes_no": "boolean",
}  # fmt: skip
# Twice the digits' weighted sum needs no digit: with q(n) the number without its last n digits, it is 2 q(0) + 6 sum 2^(n-1) q(n),
# modulo 11, for the weights of GB 11643 are the powers of two.
CARD_SUM = "(2 * {0} + " + " + ".join(f"{6 * (2**n % 11)} * ({{0}} // {10 ** (n + 1)})" for n in range(16)) + ")"


def literal(value: object) -> str:
    """A value as it stands in a statement. Raises TypeError for what has no such form."""
    match value:
        case bool():
            raise TypeError(value)
        case str():
            return "'" + value.replace("'", "''") + "'"
        case int():
            return str(value)
        case float():
            return f"'{value!r}'::double"
        case tuple():
            return f"[{', '.join(map(literal, value))}]::varchar[]"
        case _:
            raise TypeError(value)


class Fast(Words):
    """SQL for DuckDB. `before` is to be asked first, each of its lists one level further in."""

    def value(self, value: object) -> str:
        """A literal."""
        return literal(value)

    def of(self, one: Expression) -> str:
        """An expression; a list of constants is compared one by one, which is faster than as a list."""
        match one:
            case Call("one_of", (cell, Const(tuple(values)))):
                return f"({self.of(cell)} in ({', '.join(map(literal, values))}))"
            case _:
                return super().of(one)

    def cleaned(self, cell: str, column: Column, missing: Sequence[str]) -> str:
        """As in Words; the few cells that need it are trimmed."""
        odd = [f"{cell} < '!'", *(f"prefix({cell}, {literal(one)})" for one in BLANKS if one > "!")]
        odd += [f"suffix({cell}, {literal(one)})" for one in BLANKS]
        odd += [f"{cell} <> upper({cell})"] if column.upper else []
        marks = ", ".join(map(literal, ("", *missing)))
        slow = super().cleaned(cell, column, missing)
        return f"case when {cell} in ({marks}) then null when {' or '.join(odd)} then {slow} else {cell} end"

    def typed(self, column: Column) -> str:
        """As in Words; a day that is written as the engine itself would write it needs no pattern."""
        slow = super().typed(column)
        if column.kind != "date":
            return slow
        cell = quoted(RAW + column.code)
        day = f"try_cast({cell} as date)"
        return (
            f"case when {cell} >= '1' and {cell} < '3' and cast({day} as varchar) = {cell} then {day} else {slow} end"
        )

    def before(self, rules: Sequence[Rule]) -> list[list[str]]:
        """Columns that checks are asked of besides those of the contract: numbers made of identity numbers."""
        cards = {rule.columns[0] for rule in rules if rule.check == "id_card"}
        if not cards:
            return []
        first = [f"try_cast(left({quoted(one)}, 17) as bigint) as {quoted('digits:' + one)}" for one in sorted(cards)]
        second = [
            f"({quoted('digits:' + one)} // 1000) % 100000000 as {quoted('day:' + one)}, "
            f"{CARD_SUM.format(quoted('digits:' + one))} % 11 as {quoted('rest:' + one)}"
            for one in sorted(cards)
        ]
        return [first, second]

    def fails(self, rule: Rule) -> str:
        """As in Words."""
        return f"(not {self.passes(rule)})"

    def passes(self, rule: Rule) -> str:
        """Whether a row passes a rule over its own cells; never null."""
        raw, cell = quoted(RAW + rule.columns[0]), quoted(rule.columns[0])
        match rule.check:
            case "required":
                return f"({raw} is not null)"
            case "type":
                return f"({raw} is null or {cell} is not null)"
            case "id_card":
                return f"coalesce({self._id_card(rule.columns[0])}, {cell} is null)"
            case _:
                return f"(not {super().fails(rule)})"

    def marks(self, rules: Sequence[tuple[int, Rule]]) -> str:
        """As in Words; only rows that fail anything are asked rule by rule."""
        fine = " and ".join(self.passes(rule) for _, rule in rules) or "true"
        return f"case when {fine} then 0::bigint else {super().marks(rules)} end"

    def _id_card(self, column: str) -> str:
        """18 characters of which 17 are digits (written back they are the same), a day that exists, the check digit."""
        cell, digits, day, rest = (quoted(prefix + column) for prefix in ("", "digits:", "day:", "rest:"))
        month = f"({day} // 100 % 100)"
        days = f"([31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][{month}])"
        leap = f"({day} % 10000 = 229 and {day} // 10000 % 4 = 0 and {day} // 10000 <> 1900)"
        return (
            f"(strlen({cell}) = 18 and {digits} >= 10000000000000000 and starts_with({cell}, cast({digits} as varchar)) "
            f"and {day} between 19000101 and 20991231 and {month} between 1 and 12 and {day} % 100 >= 1 "
            f"and ({day} % 100 <= {days} or {leap}) "
            f"and suffix({cell}, substr({literal(ID_DIGITS)}, cast({rest} as bigint) + 1, 1)))"
        )


def nested(inner: str, layers: Sequence[Sequence[str]]) -> str:
    """A query around a query for each layer of columns that stand on those within."""
    return reduce(lambda found, layer: f"select *, {', '.join(layer)} from ({found})", layers, inner)  # house: sql

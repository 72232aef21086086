"""The same SQL as `compile` makes for DuckDB, written so that the engine runs it fast. What is checked is not decided here.

Values of core and of contracts stand as literals, for DuckDB compiles a pattern that is a parameter once a row; all are escaped.
"""

from collections.abc import Sequence
from functools import reduce

from northbank.core.celltypes import BLANKS
from northbank.core.checks import CREDIT_SHAPE, ID_DIGITS
from northbank.core.dataset import Column, Rule
from northbank.core.expression import Call, Const, Expression
from northbank.shell.lake.compile import RAW, Words, quoted

SQL_TYPES = {
    "text": "varchar", "integer": "bigint", "number": "double", "date": "date", "time": "timestamp", "yes_no": "boolean",
}  # fmt: skip
PLAINLY = {"date": ("date", 10), "time": ("timestamp", 19)}  # 2024-02-03 07:00:00, which a year of five digits is not
# Twice the digits' weighted sum needs no digit: with q(n) the number without its last n digits, it is 2 q(0) + 6 sum 2^(n-1) q(n),
# modulo 11, for the weights of GB 11643 are the powers of two.
CARD_SUM = "(2 * {0} + " + " + ".join(f"{6 * (2**n % 11)} * ({{0}} // {10 ** (n + 1)})" for n in range(16)) + ")"

# Six characters of a credit code are taken as one number of six bytes, and all six become their values 0 to 30 at once: for every
# step in the sequence of its letters (I, O, S, V and Z are left out) the bytes at or past it lose what was skipped.
ONES, LANES = 0x010101010101, 0x00FF00FF00FF
STEPS = ((7, "A"), (1, "J"), (1, "P"), (1, "T"), (1, "W"))
CREDIT_VALUES = f"{{0}} - {ord('0') * ONES} - " + " - ".join(
    f"{skipped} * (({{0}} + {(128 - ord(letter)) * ONES}) >> 7 & {ONES})" for skipped, letter in STEPS
)
# Weights are powers of three, and 3^6 = 16, 3^12 = 8 modulo 31: the three numbers are added before their bytes are told apart.
# The check character would count 3^17 = 22 there and should count 1, so 10 times it is added (22 + 10 = 1).
CREDIT_SUM = (
    "26 * ({0} & 65535) + 27 * ({0} >> 16 & 65535) + 3 * ({0} >> 32) + "
    "19 * ({1} & 65535) + 9 * ({1} >> 16 & 65535) + ({1} >> 32) + 10 * ({2} & 255)"
)


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
        """As in Words; a day or a time that is written as the engine itself would write it needs no pattern."""
        slow = super().typed(column)
        if column.kind not in PLAINLY:
            return slow
        kind, long = PLAINLY[column.kind]
        cell = quoted(RAW + column.code)
        read = f"try_cast({cell} as {kind})"
        same = f"strlen({cell}) = {long} and {cell} >= '1' and {cell} < '3' and cast({read} as varchar) = {cell}"
        return f"case when {same} then {read} else {slow} end"

    def before(self, rules: Sequence[Rule]) -> list[list[str]]:
        """Columns that checks are asked of besides those of the contract: numbers made of identity numbers and credit codes."""
        found: list[list[str]] = [[], [], []]
        for check, layers in (("id_card", _card_layers), ("credit_code", _credit_layers)):
            for one in sorted({rule.columns[0] for rule in rules if rule.check == check}):
                for all_of, layer in zip(found, layers(one), strict=False):
                    all_of += layer
        return [layer for layer in found if layer]

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
            case "credit_code":
                return f"coalesce({self._credit_code(rule.columns[0])}, {cell} is null)"
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

    def _credit_code(self, column: str) -> str:
        """The shape, then whether the weighted sum with the check character is divisible by 31."""
        cell, even, odd, last = (quoted(prefix + column) for prefix in ("", "even:", "odd:", "values2:"))
        total = CREDIT_SUM.format(even, odd, last)
        return f"case when regexp_full_match({cell}, {literal(CREDIT_SHAPE)}) then ({total}) % 31 = 0 end"


def _card_layers(column: str) -> list[list[str]]:
    """Numbers made of an identity number: its digits, then its day and the rest of its sum."""
    cell, digits = quoted(column), quoted("digits:" + column)
    return [
        [f"try_cast(left({cell}, 17) as bigint) as {digits}"],
        [
            f"({digits} // 1000) % 100000000 as {quoted('day:' + column)}",
            f"{CARD_SUM.format(digits)} % 11 as {quoted('rest:' + column)}",
        ],
    ]


def _credit_layers(column: str) -> list[list[str]]:
    """Numbers made of a credit code: three of its characters, three of their values, two sums of every other value."""
    cell = quoted(column)
    plain = f"strlen({cell}) = 18 and length({cell}) = 18"  # bytes, characters; any other number of bytes would not fit
    words = [quoted(f"letters{n}:{column}") for n in range(3)]
    values = [quoted(f"values{n}:{column}") for n in range(3)]
    return [
        [
            f"case when {plain} then encode(substr({cell}, {at}, 6))::bit::bigint end as {word}"
            for at, word in zip((1, 7, 13), words, strict=True)
        ],
        [f"{CREDIT_VALUES.format(word)} as {value}" for word, value in zip(words, values, strict=True)],
        [
            " + ".join(
                f"{weight} * ({value} >> {shift} & {LANES})" for weight, value in zip((1, 16, 8), values, strict=True)
            )
            + f" as {quoted(name + column)}"
            for name, shift in (("even:", 0), ("odd:", 8))
        ],
    ]


def nested(inner: str, layers: Sequence[Sequence[str]]) -> str:
    """A query around a query for each layer of columns that stand on those within."""
    return reduce(lambda found, layer: f"select *, {', '.join(layer)} from ({found})", layers, inner)  # house: sql

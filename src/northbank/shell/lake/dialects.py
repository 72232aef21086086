"""What each engine calls the operations of core's expressions, how it quotes names and marks parameters. Nothing is put together here.

Both tables say the same of every value; tests hold them against each other and against plain Python.
"""

from collections.abc import Mapping

import msgspec

from northbank.core.expression import Op


class NoOperation(Exception):
    """An engine lacks an operation of core's expressions; names both."""


class Dialect(msgspec.Struct, frozen=True):
    """An engine's SQL. quote: around names. mark: before the number of a parameter. trim: characters {1} off both ends of {0}.

    seldom: {2} of a cell {0} where it has characters of the class {1}, else the cell; "" where exchanging characters is fast anyway.
    json: an object of members, nulls included; a member is a name (an identifier, or where `told` a parameter) and a text.
    """

    name: str
    quote: str
    mark: str
    trim: str
    json: str
    member: str
    told: bool
    seldom: str
    operations: Mapping[Op, str]

    def quoted(self, name: str) -> str:
        """An identifier that can hold anything."""
        return self.quote + name.replace(self.quote, self.quote * 2) + self.quote

    def parameter(self, place: int) -> str:
        """What stands for the value at a place from 1."""
        return f"{self.mark}{place}"

    def say(self, op: Op, *args: str) -> str:
        """An operation over words that are SQL already. Raises NoOperation."""
        if op not in self.operations:
            raise NoOperation(f"The engine {self.name} has no operation {op}.")
        return self.operations[op].format(*args)


_SAME: dict[Op, str] = {
    "and": "({0} and {1})",
    "or": "({0} or {1})",
    "add": "({0} + {1})",
    "multiply": "({0} * {1})",
    "mod": "({0} % {1})",
    "equal": "({0} = {1})",
    "at_least": "({0} >= {1})",
    "at_most": "({0} <= {1})",
    "upper": "translate({0}, 'abcdefghijklmnopqrstuvwxyz', 'ABCDEFGHIJKLMNOPQRSTUVWXYZ')",
    "as_date": "try_cast({0} as date)",
    "as_integer": "try_cast({0} as bigint)",
    "as_number": "try_cast({0} as double)",
    "if": "case when {0} then {1} end",
    "there": "({0} is not null)",
    "not": "(not {0})",
    "translate": "translate({0}, {1}, {2})",
}

DUCKDB = Dialect(
    name="DuckDB",
    quote='"',
    mark="$",
    trim="trim({0}, {1})",
    json="to_json({{{0}}})",
    member="{0}: {1}",
    told=False,
    seldom="case when regexp_matches({0}, {1}) then {2} else {0} end",
    operations={
        **_SAME,
        "matches": "regexp_full_match({0}, {1})",
        "replace": "regexp_replace({0}, {1}, {2})",
        "part": "substr({0}, cast({1} as bigint), cast({2} as bigint))",
        "code_point": "cast(unicode({0}) as bigint)",
        "place": "cast(instr({0}, {1}) as bigint)",
        "one_of": "list_contains({1}, {0})",
        "as_time": "try_cast({0} as timestamp)",
        "replace_all": "regexp_replace({0}, {1}, {2}, 'g')",
        "as_text": "cast({0} as varchar)",
        "extract": "regexp_extract({0}, {1}, 1)",
    },
)

# Spark asks Java: `$` would match before a last line break, so a whole match is written \A...\z; (?d) leaves it no line break but \n;
# it replaces every match, so patterns of `replace` begin with ^; what a group holds is $1 there, \1 in core; the code point of no text is 0 there. Its own `timestamp` has a zone, which a source's clock has not.
SPARK = Dialect(
    name="Spark",
    quote="`",
    mark=":p",
    trim="trim(both {1} from {0})",
    json="to_json(named_struct({0}), map('ignoreNullFields', 'false'))",
    member="{0}, {1}",
    told=True,
    seldom="",
    operations={
        **_SAME,
        "matches": r"rlike({0}, concat('(?d)\\A(?:', {1}, ')\\z'))",
        "replace": r"regexp_replace({0}, concat('(?d)', {1}), regexp_replace({2}, '\\\\([0-9])', '\\$$1'))",
        "part": "substring({0}, cast({1} as int), cast({2} as int))",
        "code_point": "cast(if({0} = '', -1, ascii({0})) as bigint)",
        "place": "cast(instr({0}, {1}) as bigint)",
        "one_of": "array_contains({1}, {0})",
        "as_time": "try_cast({0} as timestamp_ntz)",
        "replace_all": r"regexp_replace({0}, concat('(?d)', {1}), regexp_replace({2}, '\\\\([0-9])', '\\$$1'))",
        "as_text": "cast({0} as string)",
        "extract": "regexp_extract({0}, concat('(?d)', {1}), 1)",
    },
)

"""What SQL may be asked of granted tables: the engine's own parser makes a tree of it, and every node has to be on a list.

Nothing is run here. What is on no list is refused: functions that read files, settings, time or chance, table functions, recursion.
"""

from collections.abc import Mapping
from typing import Any

import duckdb
import msgspec

from northbank.core.refusal import Refused

LONGEST = 20_000  # characters
MOST_NODES = 3_000
DEEPEST = 60

_NODES = frozenset({"SELECT_NODE", "SET_OPERATION_NODE", "CTE_NODE"})
_TABLES = frozenset({"BASE_TABLE", "SUBQUERY", "JOIN", "EMPTY", "EXPRESSION_LIST"})
_MODIFIERS = frozenset({"ORDER_MODIFIER", "LIMIT_MODIFIER", "DISTINCT_MODIFIER"})
_ORDERS = frozenset({"ORDER_DEFAULT", "ASCENDING", "DESCENDING"})
_CLASSES = frozenset({
    "CASE", "CAST", "COLUMN_REF", "COMPARISON", "CONJUNCTION", "CONSTANT", "FUNCTION", "OPERATOR", "STAR", "SUBQUERY",
    "WINDOW", "BETWEEN",
})  # fmt: skip
_OPERATORS = frozenset({
    "COMPARE_IN", "COMPARE_NOT_IN", "OPERATOR_NOT", "OPERATOR_IS_NULL", "OPERATOR_IS_NOT_NULL", "OPERATOR_COALESCE",
})  # fmt: skip
_KINDS = frozenset({
    "BOOLEAN", "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "FLOAT", "DOUBLE", "DECIMAL", "VARCHAR", "DATE", "TIME",
    "TIMESTAMP", "INTERVAL", "NULL", "INTEGER_LITERAL", "STRING_LITERAL", "SQLNULL",
})  # fmt: skip
_AGGREGATES = frozenset({
    "count", "count_star", "sum", "avg", "min", "max", "median", "mode", "stddev", "stddev_samp", "stddev_pop", "variance",
    "var_samp", "var_pop", "bool_and", "bool_or", "quantile_cont", "quantile_disc", "approx_count_distinct", "count_if", "corr",
    "covar_samp", "covar_pop", "regr_slope", "regr_intercept", "regr_r2",
})  # fmt: skip
_WINDOWS = frozenset({
    "row_number", "rank", "dense_rank", "rank_dense", "percent_rank", "cume_dist", "ntile", "lag", "lead", "first_value",
    "last_value", "nth_value",
})  # fmt: skip
_PLAIN = frozenset({
    "+", "-", "*", "/", "//", "%", "^", "||", "~~", "!~~", "~~*", "!~~*", "like_escape", "not_like_escape", "abs", "ceil",
    "ceiling", "floor", "round", "trunc", "sign", "sqrt", "power", "pow", "ln", "log10", "log2", "exp", "mod", "greatest", "least",
    "nullif", "ifnull", "lower", "upper", "length", "trim", "ltrim", "rtrim", "substr", "substring", "left", "right", "contains",
    "starts_with", "prefix", "ends_with", "suffix", "instr", "position", "strpos", "replace", "concat", "reverse", "split_part",
    "date_part", "datepart", "date_trunc", "datetrunc", "date_diff", "datediff", "date_add", "year", "month", "day", "hour",
    "minute", "second", "quarter", "week", "weekday", "dayofweek", "isodow", "dayofyear", "yearweek", "monthname", "dayname",
    "last_day", "make_date", "age", "to_years", "to_months", "to_weeks", "to_days", "to_hours", "to_minutes", "to_seconds",
    "isnan", "isinf", "isfinite", "strftime",
})  # fmt: skip
FUNCTIONS = _PLAIN | _AGGREGATES


class Guard:
    """Reads SQL with a connection that holds nothing."""

    def __init__(self) -> None:
        config = {"enable_external_access": "false", "memory_limit": "100MB", "threads": "1"}
        self._duck = duckdb.connect(config=dict(config))
        self._duck.execute("set lock_configuration = true")

    def check(self, sql: str, tables: frozenset[str]) -> frozenset[str]:
        """The tables that a question names. Refused: `bad_sql` (it cannot be read), `sql_not_allowed` (it may not be asked)."""
        if len(sql) > LONGEST:
            raise Refused("sql_not_allowed", what=f"more than {LONGEST} characters")
        read = self._read(sql)
        if read.get("error"):
            if read.get("error_type") == "not implemented":
                raise Refused("sql_not_allowed", what="anything but one SELECT")
            raise Refused("bad_sql", why=str(read.get("error_message", ""))[:200])
        statements = read.get("statements", [])
        if len(statements) != 1:
            raise Refused("sql_not_allowed", what="anything but one SELECT")
        walk = _Walk({name.lower() for name in tables})
        walk.value(statements[0], frozenset(), 0)
        return frozenset(walk.used)

    def _read(self, sql: str) -> Mapping[str, Any]:
        cursor = self._duck.cursor()  # several questions may be read at once
        try:
            found = cursor.execute("select json_serialize_sql(cast($1 as varchar))", [sql]).fetchone()
            tree: Mapping[str, Any] = msgspec.json.decode(found[0]) if found else {}
        except (duckdb.Error, msgspec.DecodeError, RecursionError):
            raise Refused("bad_sql", why="it cannot be read") from None
        finally:
            cursor.close()
        return tree


class _Walk:
    """One pass over a tree. used: the granted tables that it names."""

    def __init__(self, tables: set[str]) -> None:
        self.tables = tables
        self.used: set[str] = set()
        self.nodes = 0

    def value(self, one: Any, ctes: frozenset[str], depth: int) -> None:
        """Anything in a tree: what has a class or a type is a node."""
        if depth > DEEPEST * 4:
            raise Refused("sql_not_allowed", what="so deep a nesting")
        if isinstance(one, list):
            for part in one:
                self.value(part, ctes, depth + 1)
        elif isinstance(one, dict):
            self.node(one, ctes, depth)

    def node(self, one: dict[str, Any], ctes: frozenset[str], depth: int) -> None:
        self.nodes += 1
        if self.nodes > MOST_NODES:
            raise Refused("sql_not_allowed", what="so long a question")
        if one.get("sample") is not None:
            raise Refused("sql_not_allowed", what="a sample")
        if "class" in one:
            self.expression(one)
        elif "type" in one and isinstance(one["type"], str):
            self.plain_node(one, ctes)
        if isinstance(one.get("cte_map"), dict):
            ctes = self.named(one["cte_map"].get("map", []), ctes, depth)
        for name, part in one.items():
            if name == "cte_map" or not isinstance(part, dict | list):
                continue
            if name in ("cast_type", "type"):
                _check_kind(part)
            elif name == "value" and "class" in one:
                _check_kind(part.get("type", {}) if isinstance(part, dict) else {})
            else:
                self.value(part, ctes, depth + 1)

    def named(self, entries: list[Any], ctes: frozenset[str], depth: int) -> frozenset[str]:
        """The names that a WITH makes; each may use those before it."""
        for entry in entries:
            self.value(entry.get("value"), ctes, depth + 1)
            ctes |= {str(entry.get("key", "")).lower()}
        return ctes

    def plain_node(self, one: dict[str, Any], ctes: frozenset[str]) -> None:
        kind = one["type"]
        if kind not in _NODES | _TABLES | _MODIFIERS | _ORDERS:
            raise Refused("sql_not_allowed", what=kind.lower().replace("_", " "))
        if kind == "BASE_TABLE":
            name = str(one.get("table_name", "")).lower()
            if one.get("schema_name") or one.get("catalog_name") or one.get("at_clause"):
                raise Refused("sql_not_allowed", what="a table with a schema")
            if name in ctes:
                return
            if name not in self.tables:
                raise Refused(
                    "no_table", table=str(one.get("table_name", ""))[:64], allowed=", ".join(sorted(self.tables))
                )
            self.used.add(name)
        elif kind == "JOIN" and one.get("ref_type") not in ("REGULAR", "CROSS", "NATURAL"):
            raise Refused("sql_not_allowed", what="this kind of join")

    def expression(self, one: dict[str, Any]) -> None:
        kind, exact = str(one["class"]), str(one.get("type", ""))
        if kind not in _CLASSES or (kind == "OPERATOR" and exact not in _OPERATORS):
            raise Refused("sql_not_allowed", what=exact.lower().replace("_", " "))
        if kind in ("FUNCTION", "WINDOW"):
            name = str(one.get("function_name", "")).lower()
            allowed = FUNCTIONS | _WINDOWS if kind == "WINDOW" else FUNCTIONS
            if name not in allowed or one.get("schema") not in ("", "main") or one.get("catalog"):
                raise Refused("sql_not_allowed", what=f"the function {name[:64]}")
        elif kind == "STAR" and (one.get("columns") or one.get("expr") is not None):
            raise Refused("sql_not_allowed", what="columns()")


def _check_kind(kind: Any) -> None:
    """A type of a cast or a constant: one of the plain ones."""
    found = str(kind.get("id", "")) if isinstance(kind, dict) else ""
    if found not in _KINDS:
        raise Refused("sql_not_allowed", what=f"the type {found.lower()[:64]}")

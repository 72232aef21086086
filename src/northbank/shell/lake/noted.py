"""Counts that quarantine nothing: checks whose rows are kept, and what is asked of all good rows at once.

Asked once a batch, over typed columns of its good rows only.
"""

from collections.abc import Sequence

import duckdb

from northbank.core.dataset import Rule
from northbank.shell.lake.compile import Words, quoted

STEPS = {"hour": 3_600, "day": 86_400}


def noted(duck: duckdb.DuckDBPyConnection, rules: Sequence[Rule], good: str) -> dict[str, int]:
    """Rows of `good` (a relation of typed columns) that fail each kept rule; of `steps`, times that are missing between others."""
    kept = [rule for rule in rules if rule.keep]
    found = _rows(duck, [rule for rule in kept if rule.check != "steps"], good)
    for rule in kept:
        if rule.check == "steps":
            found[rule.id] = _missing(duck, rule, good)
    return {rule: count for rule, count in found.items() if count}


def _rows(duck: duckdb.DuckDBPyConnection, rules: Sequence[Rule], good: str) -> dict[str, int]:
    if not rules:
        return {}
    words = Words()
    counts = ", ".join(
        f"count(*) filter (where {quoted(rule.columns[0])} is null)" if rule.check == "required"
        else f"count(*) filter (where {words.fails(rule)})"
        for rule in rules
    )  # fmt: skip
    row = duck.execute(f"select {counts} from {good}", words.values).fetchone()  # house: sql
    return {rule.id: int(count) for rule, count in zip(rules, row or (), strict=True)}


def _missing(duck: duckdb.DuckDBPyConnection, rule: Rule, good: str) -> int:
    """Times between the first and the last of each group that no row has."""
    *group, last = map(quoted, rule.columns)
    seconds = STEPS[str(rule.values[0])]
    by = f"group by {', '.join(group)}" if group else ""
    row = duck.execute(
        f"select coalesce(sum(wanted - there), 0) from (select (max(tick) - min(tick)) + 1 as wanted, count(distinct tick) as there from ("  # house: sql
        f"select {''.join(one + ', ' for one in group)}cast(floor(epoch({last}) / {seconds}) as bigint) as tick from {good} where {last} is not null) {by})"
    ).fetchone()
    return int(row[0]) if row else 0

"""A link model in the words of the engine: cleaned fields as a query, levels as conditions, all of it as Splink's settings.

Nothing is run here. Names are quoted; numbers come from core's values, and steps from core's closed sets.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from northbank.core.alike import EARTH, How
from northbank.core.cleaning import cleaned
from northbank.core.expression import Cell
from northbank.core.match import Comparison, Field, Model
from northbank.shell.lake.compile import Words, quoted

ID = "unique_id"
_LETTERS = "string_split({0}, '')"
_HALF = "pow(sin(radians(({1}) - ({3})) / 2), 2) + cos(radians({1})) * cos(radians({3})) * pow(sin(radians(({0}) - ({2})) / 2), 2)"
# {0}, {1}: the cells of the left record, then those of the right one; amount: the number of the level.
WAYS: Mapping[How, str] = {
    "exact": "{0} = {1}",
    "jaro_winkler": "jaro_winkler_similarity({0}, {1}) >= {amount}",
    "levenshtein": "levenshtein({0}, {1}) <= {amount}",
    "days": "abs(datediff('day', {0}, {1})) <= {amount}",
    "off": "(length({0}) = length({1}) and length(list_filter(list_zip(" + _LETTERS.format("{0}") + ", " + _LETTERS.format("{1}")
    + "), lambda x: x[1] <> x[2])) <= {amount})",
    "within": "(least(length({0}), length({1})) >= {amount} and (contains({0}, {1}) or contains({1}, {0})))",
    "shares": "length(list_intersect(" + _LETTERS.format("{0}") + ", " + _LETTERS.format("{1}") + ")) >= {amount} * length(list_distinct(list_concat("
    + _LETTERS.format("{0}") + ", " + _LETTERS.format("{1}") + ")))",
    "meters": f"{2 * EARTH} * asin(least(1, sqrt({_HALF}))) <= {{amount}}",
    "crossed": "({0} = {3} and {1} = {2})",
}  # fmt: skip
EMPTY = {"text": "varchar", "date": "date", "number": "double"}


def condition(comparison: Comparison, how: How, amount: float) -> str:
    """A level as Splink asks it: over columns that end in _l and _r."""
    sides = [quoted(f"{code}_{side}") for side in "lr" for code in comparison.columns]
    return WAYS[how].format(*sides, amount=repr(float(amount)))


def field_of(words: Words, field: Field, dataset: str) -> str:
    """A field of the rows of a data set, cleaned; null where the data set has none."""
    column = field.of.get(dataset)
    if column is None:
        return f"null::{EMPTY[field.kind]} as {quoted(field.code)}"
    return f"cast({words.of(cleaned(Cell(column), field.clean))} as {EMPTY[field.kind]}) as {quoted(field.code)}"


def block(fields: Sequence[str]) -> str:
    """A blocking rule: these fields are the same."""
    return " and ".join(f"l.{quoted(code)} = r.{quoted(code)}" for code in fields)


def settings_of(model: Model) -> dict[str, Any]:
    """The model as Splink takes it."""
    return {
        "link_type": "dedupe_only",
        "unique_id_column_name": ID,
        "probability_two_random_records_match": model.prior,
        "blocking_rules_to_generate_predictions": [{"blocking_rule": block(one)} for one in model.blocks],
        "comparisons": [_comparison(one) for one in model.comparisons],
        "retain_matching_columns": True,  # without them Splink leaves the levels out
        "retain_intermediate_calculation_columns": True,
    }


def _comparison(one: Comparison) -> dict[str, Any]:
    missing = " or ".join(f"{quoted(f'{code}_{side}')} is null" for side in "lr" for code in one.columns)
    levels: list[dict[str, Any]] = [{"sql_condition": missing, "label_for_charts": "missing", "is_null_level": True}]
    for n, level in enumerate(one.levels):
        asked = "ELSE" if level.how is None else condition(one, level.how, level.amount)
        found = {"sql_condition": asked, "label_for_charts": str(n), "m_probability": level.m, "u_probability": level.u}
        if level.frequency:
            found |= {"tf_adjustment_column": one.columns[0], "tf_adjustment_weight": 1.0}
        levels.append(found)
    return {"output_column_name": one.code, "comparison_levels": levels}


def levels_of(model: Model) -> str:
    """The levels of a predicted pair as a list; Splink counts them from the other end."""
    parts = [
        f"case when {quoted(f'gamma_{one.code}')} < 0 then -1 else {len(one.levels) - 1} - {quoted(f'gamma_{one.code}')} end"
        for one in model.comparisons
    ]
    return f"[{', '.join(parts)}]::tinyint[]"


def weights_of(model: Model) -> str:
    """What each comparison of a predicted pair weighs, in bits, rare values included."""
    parts = []
    for one in model.comparisons:
        rare = f" + {quoted(f'mw_tf_adj_{one.code}')}" if any(level.frequency for level in one.levels) else ""
        parts.append(f"{quoted(f'mw_{one.code}')}{rare}")
    return f"[{', '.join(parts)}]::double[]"

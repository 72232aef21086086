"""Yes-or-no questions about one cell, answered without giving it away. Whether somebody may ask is a matter of their grant.

Unknown is said alike where there is no such row, where the grant does not hold it, and where the cell is empty.
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from northbank.core.dataset import Dataset
from northbank.core.rowfilter import Plain, fits

Verdict = Literal["yes", "no", "unknown"]
What = Literal["exists", "equals", "one_of", "at_least", "at_most", "age_at_least"]


class Question(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """exists: is there such a row. equals, at_least, at_most: against `value`. one_of: among `values`.

    age_at_least: whether so many full `years` are reached on the day `on`; on the birthday they are.
    """

    what: What
    column: Annotated[str, Meta(max_length=48)] = ""
    value: Plain | None = None
    values: Annotated[tuple[Plain, ...], Meta(max_length=1000)] = ()
    years: Annotated[int, Meta(ge=0, le=150)] | None = None
    on: date | None = None


def question_faults(dataset: Dataset, one: Question) -> Iterator[str]:
    """Why the question makes no sense of its column, in words."""
    if one.what == "exists":
        return
    column = dataset.column(one.column)
    if column is None:
        yield "there is no such column"
        return
    if one.what == "age_at_least":
        if column.kind != "date":
            yield f"its kind is {column.kind}, not date"
        if one.years is None or one.on is None:
            yield "years and on are needed"
        return
    if one.what in ("at_least", "at_most") and column.kind not in ("integer", "number", "date", "time"):
        yield f"cells of kind {column.kind} are not ordered"
    values = one.values if one.what == "one_of" else () if one.value is None else (one.value,)
    if not values:
        yield "a value is needed"
    if not all(fits(column, value) for value in values):
        yield f"a value is no {column.kind}"


def answer_to_question(one: Question, cells: Sequence[object]) -> Verdict:
    """cells: of the column, in the rows that were found; of `exists`, anything for each row."""
    if one.what == "exists":
        return "yes" if cells else "no"
    cell = cells[0] if cells else None
    if cell is None:
        return "unknown"
    return "yes" if _holds(one, cell) else "no"


def _holds(one: Question, cell: object) -> bool:
    if one.what == "age_at_least":
        assert isinstance(cell, date)
        assert one.on is not None
        assert one.years is not None
        return years_between(cell, one.on) >= one.years
    if one.what == "one_of":
        return any(cell == _typed(value, cell) for value in one.values)
    value = _typed(one.value, cell)
    match one.what:
        case "at_least":
            return bool(cell >= value)  # type: ignore[operator]  # both of the column's kind
        case "at_most":
            return bool(cell <= value)  # type: ignore[operator]
    return cell == value


def _typed(value: Plain | None, cell: object) -> object:
    """The value as the cell's type."""
    if isinstance(cell, datetime):
        return datetime.fromisoformat(str(value))
    return date.fromisoformat(str(value)) if isinstance(cell, date) else value


def years_between(born: date, on: date) -> int:
    """Full years; who was born on 29 February reaches them on 1 March of a year without that day."""
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))

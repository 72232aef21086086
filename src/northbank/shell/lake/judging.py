"""One query for every engine: the cells of a file as they stand become typed values, with the bits of the rules that a row fails.

It is put together here and run elsewhere. Rules over more than one row are asked where good and bad are told apart.
"""

from collections.abc import Sequence

import msgspec

from northbank.core.buckets import SEPARATOR, digits_of
from northbank.core.dataset import Column, Dataset, Drifted, Rule
from northbank.shell.lake.compile import RAW, Words, in_row
from northbank.shell.lake.fast import nested

FILE, ROW, MARKS = "_file", "_row", "_marks"  # number of the file in its batch from 0; row in it from 1; bits
CELLS = "_cells"  # of rows that fail, the cells as they were read; with a number behind it, one of them
BUCKET = "_bucket"
DRIFTED = 62  # the bit of rows whose file has other columns


class Shape(msgspec.Struct, frozen=True):
    """How the columns of a file meet the contract. cells: the file's name for each column of the contract that it has."""

    cells: dict[str, str]
    drift: Drifted
    names: tuple[str, ...]


def shape_of(dataset: Dataset, names: Sequence[str]) -> Shape:
    """How the columns of a file meet the contract: each column by its code or any of its headers."""
    cells: dict[str, str] = {}
    for column in dataset.columns:
        for name in (*column.headers, column.code):
            if name in names:
                cells[column.code] = name
                break
    taken = set(cells.values())
    added = tuple(name for name in names if name not in taken)
    missing = tuple(column.code for column in dataset.columns if column.code not in cells)
    return Shape(cells, Drifted(added, missing), tuple(names))


class Judging:
    """What is asked of the rows of a batch in so many buckets."""

    def __init__(self, dataset: Dataset, rules: Sequence[Rule], buckets: int) -> None:
        self._dataset = dataset
        self._rules = [(bit, rule) for bit, rule in enumerate(rules) if in_row(rule)]
        self._buckets = buckets

    def query(self, words: Words, cells: str, shape: Shape, file: str, strange: bool) -> str:
        """Typed rows with marks. cells: a query of the row and a text `_cells<n>` for each column of the file, whose number is `file`.

        strange: the file has other columns and goes to quarantine whole.
        """
        quoted, columns = words.dialect.quoted, self._dataset.columns
        cleaned = [self._cell(words, column, shape) for column in columns]
        typed = [f"{words.typed(column)} as {quoted(column.code)}" for column in columns]
        marks = f"{words.marks(self._rules)}{f' + {1 << DRIFTED}' if strange else ''} as {MARKS}"
        rows = nested(cells, [cleaned, typed, *words.before([rule for _, rule in self._rules]), [marks]])
        # Only rows that fail need their cells as they stood: made last, for the others it would cost half the time.
        stood = words.json({name: quoted(f"{CELLS}{n}") for n, name in enumerate(shape.names)})
        plain = ", ".join(quoted(column.code) for column in columns)
        return (
            f"select {file} as {FILE}, {ROW}, {plain}, {MARKS}, case when {MARKS} <> 0 then {stood} end as {CELLS}{self._bucket(words)} "  # house: sql
            f"from ({rows})"
        )

    def _bucket(self, words: Words) -> str:
        """The hex digits that name the bucket of a row: core/buckets.py says the same."""
        digits = digits_of(self._buckets)
        key = ", ".join(f"cast({words.dialect.quoted(one)} as string)" for one in self._dataset.key)
        return f", left(md5(concat_ws({words.value(SEPARATOR)}, {key})), {digits}) as {BUCKET}" if digits else ""

    def _cell(self, words: Words, column: Column, shape: Shape) -> str:
        name = shape.cells.get(column.code)
        quoted = words.dialect.quoted
        cell = quoted(f"{CELLS}{shape.names.index(name)}") if name is not None else "cast(null as string)"
        return f"{words.cleaned(cell, column, self._dataset.missing)} as {quoted(RAW + column.code)}"

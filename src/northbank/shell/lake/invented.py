"""Invented rows of any contract, for demonstrations and benchmarks: dirty in known ways at known places. Nothing here is true of anybody.

The engine makes them; the same seed makes the same rows. What a cell looks like stands in invented_cells.py.
"""

from collections.abc import Sequence
from pathlib import Path

import duckdb
import msgspec

from northbank.core.dataset import Dataset, Rule
from northbank.shell.lake.compile import quoted
from northbank.shell.lake.fast import literal, nested
from northbank.shell.lake.gently import gently
from northbank.shell.lake.invented_cells import Cells, Others, Scene
from northbank.shell.lake.rows import connect

BAD_AT, AGAIN_AT = (
    7,
    13,
)  # of each period, the place of the row that is broken and of the one that corrects an earlier row
OFTEN, SELDOM = 40, 125  # rows of a period: where contracts allow many bad rows, and where not
FILE_ROWS = 1_000_000
UNREADABLE = "unreadable"


class Planted(msgspec.Struct, frozen=True):
    """What is in invented rows. keys: how many different ones are good; again: rows that correct an earlier one of the same key.

    period: of so many rows one is broken; first: by which of the ways in which rows are broken the first of them is.
    """

    rows: int
    keys: int
    again: int
    faults: dict[str, int]
    period: int
    first: int = 0

    @property
    def bad(self) -> int:
        """Broken rows; each fails one rule."""
        return sum(self.faults.values())


def planted(dataset: Dataset, rules: Sequence[Rule], rows: int, period: int = 0, first: int = 0) -> Planted:
    """What so many invented rows hold. period: 0 for what suits the contract."""
    period = period or (OFTEN if dataset.bad_share >= 3 else SELDOM)
    bad = (rows - BAD_AT + period - 1) // period if rows > BAD_AT else 0
    again = (rows - AGAIN_AT + period - 1) // period if rows > AGAIN_AT and dataset.key else 0
    kinds = [*(rule.id for rule in breakable(dataset, rules)), UNREADABLE]
    many, first = len(kinds), first % len(kinds)
    turns = {kind: (n - first) % many for n, kind in enumerate(kinds)}
    faults = {kind: (bad - turn + many - 1) // many for kind, turn in turns.items() if bad > turn}
    return Planted(rows, rows - bad - again, again, faults, period, first)


def breakable(dataset: Dataset, rules: Sequence[Rule]) -> list[Rule]:
    """The rules that a row can be made to fail alone."""
    later = [rule.columns[1] for rule in rules if rule.check == "in_order"]
    return [
        rule
        for rule in rules
        if rule.check != "unique" and not (rule.check == "in_order" and later.count(rule.columns[1]) > 1)
    ]


async def invent(
    dataset: Dataset, rules: Sequence[Rule], scene: Scene, others: Others, rows: int, target: Path, seed: int = 1,
    memory: str = "1GB", threads: int = 2, file_rows: int = FILE_ROWS, period: int = 0, first: int = 0,
) -> Planted:  # fmt: skip
    """Write invented files into the folder `target`. others: what rows refer to. Only for `csv`."""
    plan = planted(dataset, rules, rows, period, first)
    maker = _Maker(dataset, rules, scene, others, plan, seed)
    ends = [(begin, min(rows, begin + file_rows)) for begin in range(0, rows, file_rows)]
    await gently(lambda: _write(maker, dataset.code, ends, target, memory, threads))
    return plan


def _write(
    maker: "_Maker", code: str, ends: Sequence[tuple[int, int]], target: Path, memory: str, threads: int
) -> None:
    target.mkdir(parents=True, exist_ok=True, mode=0o700)
    with connect(target / "spill", memory, threads) as duck:
        for n, (first, end) in enumerate(ends):
            maker.write(duck, first, end, target / f"{code}-{n:03d}.csv")


class _Maker:
    """The statement that makes rows."""

    def __init__(
        self, dataset: Dataset, rules: Sequence[Rule], scene: Scene, others: Others, plan: Planted, seed: int
    ) -> None:  # fmt: skip
        self._dataset = dataset
        self._kinds = breakable(dataset, rules)
        self._plan = plan
        self._cells = Cells(dataset, rules, self._kinds, scene, others, seed)

    def write(self, duck: duckdb.DuckDBPyConnection, first: int, end: int, target: Path) -> None:
        """The rows from `first` to before `end`, a line each."""
        delimiter = self._dataset.delimiter
        names = [(column.headers or (column.code,))[0] for column in self._dataset.columns]
        cells = [quoted(f"cell:{column.code}") for column in self._dataset.columns]
        whole, cut = (f" || {literal(delimiter)} || ".join(some) for some in (cells, cells[:-1]))
        line = f"case when f = {len(self._kinds)} then {cut} else {whole} end"
        duck.execute(
            f"copy (select {line} as {quoted(delimiter.join(names))} from ({self._rows(first, end)})) to {literal(str(target))} "  # house: sql
            f"(format csv, header true, quote '', escape '', delimiter '\x01')"
        )

    def _rows(self, first: int, end: int) -> str:
        """Rows r of which f says what is broken (-1: nothing) and i which key they have."""
        period, again = self._plan.period, bool(self._dataset.key)
        good = period - 1 - again
        place = f"{good} * q + m - (m > {BAD_AT})::int - {f'(m > {AGAIN_AT})::int' if again else '0'}"
        earlier = f"{good} * (hash(q) % (q + 1))::bigint + (hash(q + 1) % {BAD_AT})::bigint"
        key = f"case when m = {BAD_AT} then {self._plan.keys} + q " + (
            f"when m = {AGAIN_AT} then {earlier} else {place} end" if again else f"else {place} end"
        )
        broken = f"case when m = {BAD_AT} then (q + {self._plan.first}) % {len(self._kinds) + 1} else -1 end"
        return nested(
            f"select range as r, range // {period} as q, range % {period} as m from range({first}, {end})",  # house: sql
            [[f"{key} as i", f"{broken} as f"], *self._cells.layers()],
        )

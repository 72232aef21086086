"""Figures over the lake: the description of one becomes a single pass of the engine, and what it counted is kept as a small file.

Files are named by description and batches, so one that is there is right; any of them may be deleted.
"""

import asyncio
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from northbank.core.dataset import Collected, Dataset
from northbank.core.expression import Expression
from northbank.core.indicator import MOST_GROUPS, FigurePart, Grouping, Indicator, Measure, Measured, Prepared
from northbank.core.subject import Subject
from northbank.shell.lake.compile import Words, quoted
from northbank.shell.lake.lake import DuckLake

Standing = tuple[Dataset, Sequence[Collected]]
AGGREGATES: Mapping[Measure, str] = {
    "count": "count(*) filter (where _in)",
    "distinct": "count(distinct {0}) filter (where _in)",
    "sum": "sum(cast({0} as double)) filter (where _in)",
    "mean": "avg(cast({0} as double)) filter (where _in)",
    "least": "min(cast({0} as double)) filter (where _in)",
    "most": "max(cast({0} as double)) filter (where _in)",
    "share": "100.0 * count(*) filter (where _in and _among) / nullif(count(*) filter (where _in), 0)",
}
REMEMBERED = 64  # figures with their groups
TREND, KEPT = 100, 400  # of one description: looked at, and left on the disk
_decode = msgspec.json.Decoder(Prepared).decode


class DuckFigures:
    """Figures of a lake; prepared ones lie below `root`, in a folder for each."""

    def __init__(self, lake: DuckLake, root: Path) -> None:
        self._lake = lake
        self._root = root
        self._newest: dict[Path, Prepared] = {}  # a file of a name never changes, so what was read stays right
        self._values: dict[Path, Prepared] = {}

    async def measure(
        self, indicator: Indicator, tables: Sequence[Standing], subject: Subject | None,
        where: Expression | None, among: Expression | None, areas: Mapping[str, str],
    ) -> Measured:  # fmt: skip
        """Count the whole and each group in one pass. Refused: `lake_lost`."""
        words = Words()
        query = _statement(words, indicator, table_of(self._lake, tables, subject), where, among, areas)
        found = await self._lake.ask(tables, query, words.values)
        (_, _, value, counted, rows), *groups = found
        parts = [FigurePart("" if key is None else str(key), _number(each), _whole(n)) for _, key, each, n, _ in groups]
        return Measured(
            _number(value), _whole(rows), _whole(counted), tuple(parts[:MOST_GROUPS]), len(parts) > MOST_GROUPS
        )

    async def kept(self, indicator: str, key: str) -> Prepared | None:
        """A figure prepared before, or None."""
        path = self._root / indicator / f"{key}.json"
        if path not in self._newest:
            found = await asyncio.to_thread(_read, path)
            if found is None:
                return None
            self._remember(path, found)
        return self._newest[path]

    def _remember(self, path: Path, found: Prepared) -> None:
        self._newest[path] = found
        self._values[path] = _bare(found)
        while len(self._newest) > REMEMBERED:
            self._newest.pop(next(iter(self._newest)))

    async def history(self, indicator: str, version: str) -> list[Prepared]:
        """The newest that were prepared of one description, the oldest first, without their groups."""
        return await asyncio.to_thread(self._history, indicator, version)

    def _history(self, indicator: str, version: str) -> list[Prepared]:
        paths = sorted((self._root / indicator).glob(f"{version}-*.json"), key=_batches)
        for path in paths[: max(0, len(paths) - KEPT)]:
            path.unlink(missing_ok=True)
            self._values.pop(path, None)
        found = []
        for path in paths[-TREND:]:
            if path not in self._values and (one := _read(path)) is not None:
                self._values[path] = _bare(one)
            found += [self._values[path]] if path in self._values else []
        return sorted(found, key=lambda one: (one.as_of, sorted(one.standing.items())))

    async def keep(self, key: str, prepared: Prepared) -> None:
        """Keep a figure; it is there whole or not at all."""
        await asyncio.to_thread(self._keep, key, prepared)
        self._remember(self._root / prepared.indicator / f"{key}.json", prepared)

    def _keep(self, key: str, prepared: Prepared) -> None:
        folder = self._root / prepared.indicator
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        target = folder / f"{key}.json"
        making = folder / f"{key}.{os.getpid()}.new"
        making.write_bytes(msgspec.json.encode(prepared))
        making.replace(target)


def table_of(lake: DuckLake, tables: Sequence[Standing], subject: Subject | None) -> str:
    """The query of a data set's rows, or of a subject table's: joined by its keys, with its own names of columns."""
    if subject is None:
        return lake.relation(*tables[0])
    named = {dataset.code: lake.relation(dataset, batches) for dataset, batches in tables}
    columns = ", ".join(f"{quoted(one.dataset)}.{quoted(one.column)} as {quoted(one.code)}" for one in subject.columns)
    joined = [f"({named[subject.first]}) as {quoted(subject.first)}"]
    for join in subject.joins:
        keys = (f"{_column(left)} = {quoted(join.dataset)}.{quoted(right)}" for left, right in join.on)
        how = "left join" if join.keep else "join"
        joined.append(f"{how} ({named[join.dataset]}) as {quoted(join.dataset)} on {' and '.join(keys)}")
    return f"select {columns} from {' '.join(joined)}"  # house: sql


def _column(name: str) -> str:
    dataset, _, column = name.partition(".")
    return f"{quoted(dataset)}.{quoted(column)}"


def _statement(
    words: Words, indicator: Indicator, rows: str, where: Expression | None, among: Expression | None,
    areas: Mapping[str, str],
) -> str:  # fmt: skip
    """One pass: the first row is the whole, the others are its groups; of times the newest, of codes the fullest."""
    counted = f"coalesce({words.of(where)}, false)" if where is not None else "true"
    besides = f"coalesce({words.of(among)}, false)" if among is not None else "true"
    value = AGGREGATES[indicator.measure].format(quoted(indicator.column))
    group = indicator.group
    key, joined = _key(words, group, areas) if group else ("null::varchar", "")
    there = "grouping(_key) = 1 or count(*) filter (where _in) > 0" if group else "grouping(_key) = 1"
    order = "_key desc" if group and group.per else "_counted desc, _key"
    return (
        f"select grouping(_key) as _all, _key, {value} as _value, count(*) filter (where _in) as _counted, count(*) as _rows "  # house: sql
        f"from (select *, {counted} as _in, {besides} as _among, {key} as _key from ({rows}){joined}) group by grouping sets ((), (_key)) "
        f"having {there} order by _all desc, {order} limit {MOST_GROUPS + 2}"
    )  # fmt: skip


def _key(words: Words, group: Grouping, areas: Mapping[str, str]) -> tuple[str, str]:
    """What rows are grouped by, and what has to be joined for it."""
    cell = quoted(group.column)
    if group.per:
        return f"strftime(date_trunc({words.value(group.per)}, {cell}), '%Y-%m-%d %H:%M:%S')", ""
    if not group.level:
        return f"cast({cell} as varchar)", ""
    codes, above = words.value(tuple(areas)), words.value(tuple(areas.values()))
    lookup = f"(select unnest({codes}::varchar[]) as _code, unnest({above}::varchar[]) as _area)"
    return "_area", f" left join {lookup} on _code = {cell}"


def _number(value: object) -> float | None:
    return None if value is None else float(str(value))


def _whole(value: object) -> int:
    return int(str(value))


def _read(path: Path) -> Prepared | None:
    """A kept figure; one of an older program's shape counts as none."""
    try:
        return _decode(path.read_bytes())
    except (OSError, msgspec.MsgspecError):
        return None


def _bare(one: Prepared) -> Prepared:
    """A figure without its groups."""
    return msgspec.structs.replace(one, measured=msgspec.structs.replace(one.measured, parts=()))


def _batches(path: Path) -> list[int]:
    """The batches that a file's name tells of, the data set whose batches came last telling most."""
    return sorted((int(n) for n in path.stem.split("-")[1:]), reverse=True)

"""Collects what departments delivered, in a process of its own so that its memory can be told: by the center, or by DuckDB alone.

Arguments: ours, bare or script; pack; data folder (of ours) or folder for Parquet; folder of deliveries; JSON of what was planted.
bare: every cell cast, one typed Parquet file a data set. script: what somebody who knows DuckDB well would write by hand: casts,
the same checks, references, of each key the last row, sorted by key, bad rows apart; but no counts per rule, no cells of bad rows
as they stood, no row numbers, no statement.
"""

import asyncio
import sys
import time
from pathlib import Path
from typing import Any

import msgspec
import uvloop
from bodies import ROOT, the_city
from child import peak_memory_mb
from departments import Delivery, in_turn
from screens import say

from northbank.core.city import City
from northbank.core.dataset import AnyStatement, Dataset, rules_of
from northbank.flows.collect import collect
from northbank.shell.lake.compile import RAW, in_row, quoted
from northbank.shell.lake.fast import Fast, literal, nested
from northbank.shell.lake.rows import connect
from northbank.shell.settings import Settings
from northbank.wiring import lake_of, open_center

MEMORY = "3GB"


async def ours(pack: str, data: Path, deliveries: Path, planted: list[Delivery]) -> dict[str, Any]:
    """By flows, over the real journal. wrong: counts that are not as planted."""
    settings = Settings(pack=ROOT / "packs" / pack, data=data, port=0, lake_memory=MEMORY)
    async with open_center(settings, live=False) as center:
        each: dict[str, float] = {}
        wrong, rows, lake = 0, 0, lake_of(settings)
        begun, used = time.perf_counter(), time.process_time()
        for one in planted:
            before = time.process_time()
            done = await collect(center.world, lake, one.dataset, deliveries / one.dataset, lambda step, share: None)
            each[one.dataset] = time.process_time() - before
            assert done.statement is not None
            rows += done.statement.rows
            wrong += _wrong(done.statement, one)
        took, used = time.perf_counter() - begun, time.process_time() - used
    return {
        "seconds": took,
        "cpu": used,
        "each_cpu": each,
        "peak_mb": peak_memory_mb(),
        "rows": rows,
        "wrong": wrong,
    }


def _wrong(found: AnyStatement, one: Delivery) -> int:
    plan = one.planted
    pairs = [(found.rows, one.rows), (found.good, plan.keys), (found.repeated, plan.again), (found.bad, plan.bad)]
    pairs += [(found.faults.get(rule, 0), plan.faults.get(rule, 0)) for rule in {*found.faults, *plan.faults}]
    wrong = sum(abs(a - b) for a, b in pairs)
    if wrong:
        print(f"{one.dataset}: {pairs}", file=sys.stderr)
    return wrong


class Alone:
    """DuckDB without the center."""

    def __init__(self, city: City, target: Path, deliveries: Path) -> None:
        target.mkdir()
        self.duck = connect(target / "spill", MEMORY, 2)
        self.city, self.target, self.deliveries = city, target, deliveries

    def typed(self, dataset: Dataset, checked: bool) -> tuple[str, Fast]:
        """The rows of all files of a data set, cells cast; with the checks, a column says what a row fails."""
        words, names = Fast(), [f"{n}:" for n in range(len(dataset.columns))]
        shape = ", ".join(f"{quoted(name)}: 'VARCHAR'" for name in names)
        scan = (
            f"read_csv({literal(str(self.deliveries / dataset.code / '*.csv'))}, all_varchar=true, header=true, auto_detect=false, "
            f"delim={literal(dataset.delimiter)}, columns={{{shape}}}, ignore_errors=true)"
        )
        if not checked:
            plain = {"date": "try_cast({0} as date)", "time": "try_cast({0} as timestamp)", "integer": "try_cast({0} as bigint)",
                     "number": "try_cast({0} as double)", "yes_no": "try_cast({0} as boolean)"}  # fmt: skip
            cast = (
                f"{plain.get(one.kind, '{0}').format(quoted(name))} as {quoted(one.code)}"
                for one, name in zip(dataset.columns, names, strict=True)
            )
            return f"select {', '.join(cast)} from {scan}", words
        cells = [
            f"{words.cleaned(quoted(name), one, dataset.missing)} as {quoted(RAW + one.code)}"
            for one, name in zip(dataset.columns, names, strict=True)
        ]
        typed = [f"{words.typed(one)} as {quoted(one.code)}" for one in dataset.columns]
        rules = [(n, rule) for n, rule in enumerate(rules_of(dataset, self.city.places.outline.bounds)) if in_row(rule)]
        fine = " and ".join(words.passes(rule) for _, rule in rules) or "true"
        query = nested(
            f"select * from {scan}", [cells, typed, *words.before([rule for _, rule in rules]), [f"{fine} as fine"]]
        )
        columns = ", ".join(quoted(one.code) for one in dataset.columns)
        return f"select {columns}, fine from ({query})", words

    def bare(self, dataset: Dataset) -> None:
        """Cast and write."""
        query, _ = self.typed(dataset, checked=False)
        self.duck.execute(f"copy ({query}) to {literal(str(self.target / dataset.code))} (format parquet)")

    def script(self, dataset: Dataset) -> None:
        """Cast, check, tell apart, write."""
        stage, rows = (literal(str(self.target / f"{name}-{dataset.code}.parquet")) for name in ("stage", "rows"))
        query, _ = self.typed(dataset, checked=True)
        self.duck.execute(f"copy ({query}) to {stage} (format parquet, compression lz4_raw)")
        known = ""
        for rule in dataset.rules:
            if rule.check == "known":
                other = literal(str(self.target / f"rows-{rule.dataset}.parquet"))
                same = " and ".join(
                    f"o.{quoted(to)} = s.{quoted(one)}" for one, to in zip(rule.columns, rule.to, strict=True)
                )
                known += f" and exists (select 1 from read_parquet({other}) o where {same})"
        key, columns = (", ".join(map(quoted, some)) for some in (dataset.key, [one.code for one in dataset.columns]))
        good = f"select {columns}, file_row_number as n from read_parquet({stage}, file_row_number=true) s where fine{known}"
        self.duck.execute(
            f"create or replace temp table again as select {key}, max(n) as n from ({good}) group by {key} having count(*) > 1"
        )
        self.duck.execute(
            f"copy (select {columns} from ({good}) g where not exists (select 1 from again a where "
            f"({' and '.join(f'a.{quoted(one)} = g.{quoted(one)}' for one in dataset.key)}) and g.n < a.n) order by {key}) "
            f"to {rows} (format parquet, compression zstd, compression_level 1)"
        )
        bad = literal(str(self.target / f"bad-{dataset.code}.parquet"))
        self.duck.execute(
            f"copy (select * from read_parquet({stage}) s where not (fine{known})) to {bad} (format parquet, compression zstd)"
        )
        Path(self.target / f"stage-{dataset.code}.parquet").unlink()


def alone(what: str, city: City, target: Path, deliveries: Path) -> dict[str, Any]:
    """By DuckDB alone."""
    one = Alone(city, target, deliveries)
    each: dict[str, float] = {}
    begun, used = time.perf_counter(), time.process_time()
    for dataset in in_turn(city):
        if (deliveries / dataset.code).is_dir():
            before = time.process_time()
            one.bare(dataset) if what == "bare" else one.script(dataset)
            each[dataset.code] = time.process_time() - before
    took, used = time.perf_counter() - begun, time.process_time() - used
    found = (
        0
        if what == "bare"
        else one.duck.execute(
            f"select count(*) from read_parquet({literal(str(target / 'rows-*.parquet'))}, union_by_name=true)"
        ).fetchone()[0]
    )
    return {"seconds": took, "cpu": used, "each_cpu": each, "peak_mb": peak_memory_mb(), "good": found}


async def main() -> None:
    """What is asked for, told as one line."""
    what, pack, data, deliveries, planted = sys.argv[1:]
    if what == "ours":
        say(**await ours(pack, Path(data), Path(deliveries), msgspec.json.decode(planted, type=list[Delivery])))
    else:
        say(**await asyncio.to_thread(alone, what, the_city(pack), Path(data), Path(deliveries)))


if __name__ == "__main__":
    uvloop.run(main())

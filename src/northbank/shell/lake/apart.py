"""Good and bad rows of a batch that was read are told apart: rules over the whole batch on columns alone, all else a bucket at a time.

Reading is in reading.py. A bucket holds every row of its keys, so that what repeats a key is found within it.
"""

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

import duckdb

from northbank.core.buckets import digits_of
from northbank.core.dataset import Dataset, Rule
from northbank.shell.lake.compile import quoted
from northbank.shell.lake.crew import Crew
from northbank.shell.lake.fast import SQL_TYPES, literal
from northbank.shell.lake.files import Progress
from northbank.shell.lake.judging import BUCKET, CELLS, DRIFTED, FILE, MARKS, ROW

BAD = "bad.parquet"
GROUP = 16_384  # rows that a look-up has to unpack; those of a row group
PLACE = f"({FILE}::bigint * 1000000000000 + {ROW})"  # of a row in its batch
KEPT = "format parquet, compression zstd, compression_level 1"


class Apart:
    """The parts of a batch in `staging`, in so many buckets."""

    def __init__(
        self, crew: Crew, dataset: Dataset, rules: Sequence[Rule], staging: Path, references: Mapping[str, str], buckets: int,
    ) -> None:  # fmt: skip
        self._crew = crew
        self._dataset = dataset
        self._rules = rules
        self._staging = staging
        self._references = references
        self._buckets = buckets
        self._late = False  # whether any row is known to fail a rule over the whole batch

    def run(self, names: Sequence[str], tell: Progress) -> tuple[int, dict[str, int], int]:
        """Bad rows, how many of them fail each rule, good rows. names: of the files."""
        tell("sort", 0.0)
        bad, faults = self._crew.each(lambda duck, names: self._bad_of(duck, names), [names])[0]
        done = 0

        def write(duck: duckdb.DuckDBPyConnection, n: int) -> int:
            nonlocal done
            good = self._write_good(duck, n)
            done += 1
            tell("sort", 0.2 + 0.8 * done / self._buckets)
            return good

        tell("sort", 0.2)
        return bad, faults, sum(self._crew.each(write, range(self._buckets)))

    def _bad_of(self, duck: duckdb.DuckDBPyConnection, names: Sequence[str]) -> tuple[int, dict[str, int]]:
        duck.execute("create or replace table more (file integer, row bigint, marks bigint)")
        for bit, rule in enumerate(self._rules):
            if rule.check == "known":
                self._mark_unknown(duck, bit, rule)
        self._late = duck.execute("select 1 from more limit 1").fetchone() is not None
        for bit, rule in enumerate(self._rules):
            if rule.check == "unique":
                self._mark_repeats(duck, bit, rule.columns)
        early = f"(from {self._parts()} where {MARKS} <> 0)"
        late = (
            f"({self._parts()} join (select file, row, bit_or(marks) as marks from more group by all) m "
            f"on m.file = {FILE} and m.row = {ROW})"
        )
        return write_bad(duck, self._dataset, self._rules, self._staging, names, early, late if self._late else "")

    def _parts(self, bucket: int | None = None) -> str:
        """The rows that were read, of all buckets or of one."""
        digits = digits_of(self._buckets)
        within = "*" if bucket is None else f"{BUCKET}={bucket:0{digits}x}"
        found = sorted(self._staging.glob(f"parts-*/{within}/*.parquet" if digits else "parts-*/*.parquet"))
        files = f"[{', '.join(literal(str(one)) for one in found)}]"
        if found and digits:
            return f"read_parquet({files}, hive_partitioning=false)"
        if found:
            at = f"exclude (file_row_number) replace (file_row_number + 1 as {ROW})"
            return f"(select * {at} from read_parquet({files}, hive_partitioning=false, file_row_number=true))"
        types = {FILE: "integer", ROW: "bigint", MARKS: "bigint", CELLS: "json"}
        types |= {column.code: SQL_TYPES[column.kind] for column in self._dataset.columns}
        return f"(select {', '.join(f'null::{kind} as {quoted(name)}' for name, kind in types.items())} where false)"

    def _mark_unknown(self, duck: duckdb.DuckDBPyConnection, bit: int, rule: Rule) -> None:
        """Rows whose cells name nothing in the other data set."""
        there = " and ".join(f"{quoted(one)} is not null" for one in rule.columns)
        named = ", ".join(f"cast({quoted(to)} as varchar) as {quoted(f'to{n}')}" for n, to in enumerate(rule.to))
        same = " and ".join(
            f"{quoted(f'to{n}')} = cast({quoted(one)} as varchar)" for n, one in enumerate(rule.columns)
        )
        duck.execute(
            f"insert into more select {FILE}, {ROW}, {1 << bit} from {self._parts()} anti join "  # house: sql
            f"(select {named} from ({self._references[rule.dataset]})) on {same} where {MARKS} = 0 and {there}"
        )

    def _mark_repeats(self, duck: duckdb.DuckDBPyConnection, bit: int, columns: Sequence[str]) -> None:
        """Rows that a later row of the batch has the same cells as; rows with an empty cell repeat nothing."""
        rows = self._parts()
        if self._find_repeats(duck, rows, columns):
            duck.execute(
                f"insert into more select {FILE}, {ROW}, {1 << bit} from {rows} r {self._fine()} "  # house: sql
                f"semi join again a on {self._earlier(columns)} where {MARKS} = 0"
            )
            self._late = True

    def _find_repeats(self, duck: duckdb.DuckDBPyConnection, rows: str, columns: Sequence[str]) -> bool:
        """Make the table `again` of the cells that several rows have, with the place of the last such row; whether there are any."""
        names = ", ".join(map(quoted, columns))
        there = " and ".join(f"{quoted(one)} is not null" for one in columns)
        duck.execute(
            f"create or replace temp table again as select {names}, max({PLACE}) as _last from {rows} r {self._fine()} "  # house: sql
            f"where {MARKS} = 0 and {there} group by {names} having count(*) > 1"
        )
        return duck.execute("select 1 from again limit 1").fetchone() is not None

    def _earlier(self, columns: Sequence[str]) -> str:
        """Whether a later row `a` has the same cells as a row `r`."""
        return " and ".join([*(f"a.{quoted(one)} = r.{quoted(one)}" for one in columns), f"{PLACE} < a._last"])

    def _fine(self) -> str:
        """Only rows `r` that fail no rule over the whole batch."""
        return f"anti join more m on m.file = r.{FILE} and m.row = r.{ROW}" if self._late else ""

    def _write_good(self, duck: duckdb.DuckDBPyConnection, n: int) -> int:
        """The good rows of a bucket, of each key the last one, sorted by key so that a look-up reads little."""
        rows = self._parts(n)
        columns = ", ".join(quoted(column.code) for column in self._dataset.columns)
        key = self._dataset.key
        order = f"order by {', '.join(map(quoted, key))}" if key else ""
        fresh = ""
        if key and self._find_repeats(duck, rows, key):
            fresh = f"anti join again a on {self._earlier(key)}"
        done = duck.execute(
            f"copy (select {columns}, {FILE}, {ROW} from {rows} r {self._fine()} {fresh} where {MARKS} = 0 {order}) "  # house: sql
            f"to {literal(str(self._staging / f'rows-{n:04d}.parquet'))} ({KEPT}, row_group_size {GROUP})"
        ).fetchone()
        for part in self._staging.glob(f"parts-*/{BUCKET}={n:0{digits_of(self._buckets)}x}"):
            shutil.rmtree(part)
        return int(done[0]) if done else 0


def write_bad(
    duck: duckdb.DuckDBPyConnection, dataset: Dataset, rules: Sequence[Rule], staging: Path, names: Sequence[str], early: str, late: str,
) -> tuple[int, dict[str, int]]:  # fmt: skip
    """Bad rows with the names of the rules they fail, and the cells or the line as they stood in the file; how many, by rule.

    early: a relation of judged rows that fail by themselves. late: one of those that fail a rule over the whole batch, by `marks`.
    names: of the files.
    """
    file = f"[{', '.join(map(literal, names))}]::varchar[]"
    said = [f"case when marks & {1 << bit} <> 0 then {literal(rule.id)} end" for bit, rule in enumerate(rules)]
    said.append(f"case when marks & {1 << DRIFTED} <> 0 then 'drift' end")
    faults = f"list_filter([{', '.join(said)}], lambda x: x is not null)"
    cells = ", ".join(f"{quoted(c.code)}: cast({quoted(c.code)} as varchar)" for c in dataset.columns)
    found = [f"select {FILE} as file, {ROW} as row, {MARKS} as marks, {CELLS} as cells from {early}"]  # house: sql
    if late:
        found.append(f"select {FILE}, {ROW}, marks, to_json({{{cells}}}) from {late}")  # house: sql
    query = f"select ({file})[file + 1] as file, row, {faults} as faults, cells, null::varchar as line from ({' union all '.join(found)})"  # house: sql
    if any(staging.glob("reject-*.parquet")):
        lines = literal(str(staging / "reject-*.parquet"))
        query += f" union all select ({file})[file + 1], null, ['unreadable'], null, line from read_parquet({lines})"
    done = duck.execute(
        f"copy ({query}) to {literal(str(staging / BAD))} ({KEPT})"  # house: sql
    ).fetchone()
    if not done or not done[0]:
        return 0, {}
    kept = f"read_parquet({literal(str(staging / BAD))})"  # a parameter would make the engine's client load pandas
    counted = f"select fault, count(*) from (select unnest(faults) as fault from {kept}) group by fault order by fault"  # house: sql
    return int(done[0]), dict(duck.execute(counted).fetchall())

"""The engine of a cluster: its workers read the files of a batch, Spark judges their rows, tells them apart and writes them.

The same steps and the same query as on one machine (duck.py); what is small at the end, the bad rows, DuckDB puts into its one file.
"""

import os
import shutil
import uuid
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import duckdb

from northbank.core.buckets import digits_of
from northbank.core.dataset import Dataset, Drifted, Rule
from northbank.core.refusal import Refused
from northbank.shell.lake.apart import write_bad
from northbank.shell.lake.compile import Words
from northbank.shell.lake.dialects import SPARK
from northbank.shell.lake.engine import Read
from northbank.shell.lake.fast import literal
from northbank.shell.lake.files import Progress
from northbank.shell.lake.judging import BUCKET, CELLS, FILE, MARKS, ROW, Judging, shape_of
from northbank.shell.lake.parts import Part
from northbank.shell.lake.spark.cells import Task, cells_of, drift_of, tasks_of
from northbank.shell.lake.spark.session import told
from northbank.shell.lake.spark.stored import relation

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

quoted = SPARK.quoted
Found = TypeVar("Found")
AT_ONCE = 64  # files that are read before it is told how far reading is
PLACE = f"(cast({FILE} as bigint) * 1000000000000 + {ROW})"  # of a row in its batch


class SparkEngine:
    """Spark over one batch in its staging folder, which every worker sees under the same path.

    references: for each data set that rules refer to, where its rows lie. memory: of a worker's reader, such as `512MB`.
    """

    def __init__(
        self, spark: "SparkSession", duck: duckdb.DuckDBPyConnection, dataset: Dataset, rules: Sequence[Rule], staging: Path,
        references: Mapping[str, tuple[Dataset, Sequence[Part]]], memory: str,
    ) -> None:  # fmt: skip
        self._spark = spark.newSession()  # names of views are its own, the cluster is the same
        self._duck = duck
        self._dataset = dataset
        self._rules = rules
        self._staging = staging.absolute()
        self._references = references
        self._memory = memory
        self._tag = f"northbank-{uuid.uuid4()}"

    def drifts(self, paths: Sequence[Path]) -> list[Drifted]:
        """How the columns of each file differ from the contract's. Refused: see reading.py."""
        return self._on_workers(drift_of, tasks_of(self._dataset, paths, self._staging, self._memory))

    def read(
        self, paths: Sequence[Path], buckets: int, strange: Sequence[int], tell: Callable[[int, float], None]
    ) -> list[Read]:  # fmt: skip
        """The workers bring the cells of each file, a file a task; then their rows are judged, whatever file they are of."""
        tasks = tasks_of(self._dataset, paths, self._staging, self._memory)
        done: list[Read] = []
        for first in range(0, len(tasks), AT_ONCE):
            done += self._on_workers(cells_of, tasks[first : first + AT_ONCE])
            for n in range(first, len(done)):
                tell(n, 0.5)
        self._judge(done, buckets, strange)
        for n in range(len(done)):
            tell(n, 1.0)
        return done

    def _judge(self, done: Sequence[Read], buckets: int, strange: Sequence[int]) -> None:
        """One pass for all files of the same columns; `rows` are those judged."""
        judging = Judging(self._dataset, self._rules, buckets)
        found: list[DataFrame] = []
        with told(self._spark, self._tag):
            for names in dict.fromkeys(one.names for one in done):
                mine = [n for n, one in enumerate(done) if one.names == names]
                cells = self._spark.read.parquet(*(str(self._staging / f"cells-{n}.parquet") for n in mine))
                words = Words(SPARK)
                query = judging.query(words, "from {cells}", shape_of(self._dataset, names), FILE, mine[0] in strange)
                found.append(self._spark.sql(query, args=words.args(), cells=cells))
            for other in found[1:]:
                found[0] = found[0].unionAll(other)
        self._keep("rows", found[0])

    def tell_apart(self, names: Sequence[str], buckets: int, tell: Progress) -> tuple[int, dict[str, int], int]:
        """Write good rows by bucket, and bad ones."""
        tell("sort", 0.0)
        self._keep("more_0", f"select {FILE}, {ROW}, {MARKS} as marks from rows where false")
        self._view("more", "select * from more_0")
        unknown = [self._unknown(bit, rule) for bit, rule in enumerate(self._rules) if rule.check == "known"]
        again = [[self._repeats(bit, rule)] for bit, rule in enumerate(self._rules) if rule.check == "unique"]
        # One after the other: a row that repeats another by one rule is out for the next.
        for n, more in enumerate(filter(None, [unknown, *again]), 1):
            added = " union all ".join((f"select * from more_{n - 1}", *more))  # house: sql
            self._keep(f"more_{n}", added)
            self._view("more", f"select * from more_{n}")  # house: sql
        tell("sort", 0.2)
        bad, faults = self._write_bad(names)
        tell("sort", 0.4)
        good = self._write_good(buckets)
        tell("sort", 1.0)
        return bad, faults, good

    def _unknown(self, bit: int, rule: Rule) -> str:
        """Rows whose cells name nothing in the other data set."""
        other = f"other_{bit}"
        with told(self._spark, self._tag):
            relation(self._spark, *self._references[rule.dataset]).createOrReplaceTempView(other)
        there = " and ".join(f"r.{quoted(one)} is not null" for one in rule.columns)
        same = " and ".join(
            f"cast(o.{quoted(to)} as string) = cast(r.{quoted(one)} as string)"
            for one, to in zip(rule.columns, rule.to, strict=True)
        )
        return (
            f"select {FILE}, {ROW}, cast({1 << bit} as bigint) from rows r left anti join {other} o on {same} "  # house: sql
            f"where {MARKS} = 0 and {there}"
        )

    def _repeats(self, bit: int, rule: Rule) -> str:
        """Rows that a later row of the batch has the same cells as; rows with an empty cell repeat nothing."""
        return f"select {FILE}, {ROW}, cast({1 << bit} as bigint) from ({self._again(rule.columns)})"  # house: sql

    def _again(self, columns: Sequence[str]) -> str:
        """The places of rows that a later row has the same cells as."""
        names = ", ".join(quoted(one) for one in columns)
        there = " and ".join(f"{quoted(one)} is not null" for one in columns)
        fine = f"(select {FILE}, {ROW}, {names} from rows left anti join more using ({FILE}, {ROW}) where {MARKS} = 0 and {there})"
        return (
            f"select {FILE}, {ROW} from {fine} join (select {names}, max({PLACE}) as last from {fine} "  # house: sql
            f"group by {names} having count(*) > 1) using ({names}) where {PLACE} < last"
        )

    def _write_good(self, buckets: int) -> int:
        """The good rows, of each key the last one: a partition for each bucket, sorted by the worker that writes it."""
        columns = ", ".join(quoted(column.code) for column in self._dataset.columns)
        order = [quoted(one) for one in self._dataset.key] or [FILE, ROW]
        fresh = (
            f"left anti join ({self._again(self._dataset.key)}) again using ({FILE}, {ROW})"
            if self._dataset.key
            else ""
        )
        digits = digits_of(buckets)
        bucket = f"cast(conv({BUCKET}, 16, 10) as int)" if digits else "0"
        good = self._staging / "good"
        with told(self._spark, self._tag):
            rows = self._spark.sql(
                f"select {columns}, {FILE}, {ROW}, {bucket} as {BUCKET} from rows left anti join more using ({FILE}, {ROW}) {fresh} "  # house: sql
                f"where {MARKS} = 0"
            )
            parts = rows.repartitionById(buckets, BUCKET).sortWithinPartitions(*order).drop(BUCKET)
            parts.write.parquet(str(good))
        for part in good.glob("part-*.parquet"):
            os.rename(part, self._staging / f"rows-{int(part.name.split('-')[1]):04d}.parquet")
        shutil.rmtree(good)
        found = self._duck.execute(
            "select count(*) from read_parquet($1)", [str(self._staging / "rows-*.parquet")]
        ).fetchone()
        return int(found[0]) if found else 0

    def _write_bad(self, names: Sequence[str]) -> tuple[int, dict[str, int]]:
        """The bad rows as Spark finds them become one file."""
        self._keep("early", f"select {FILE}, {ROW}, {MARKS}, {CELLS} from rows where {MARKS} <> 0")
        columns = ", ".join(quoted(column.code) for column in self._dataset.columns)
        self._keep(
            "late",
            f"select {FILE}, {ROW}, m.marks, {columns} from rows "  # house: sql
            f"join (select {FILE}, {ROW}, bit_or(marks) as marks from more group by {FILE}, {ROW}) m using ({FILE}, {ROW})",
        )
        early, late = (f"read_parquet({literal(str(self._staging / one / '*.parquet'))})" for one in ("early", "late"))
        return write_bad(self._duck, self._dataset, self._rules, self._staging, names, early, late)

    def _view(self, name: str, query: str) -> None:
        with told(self._spark, self._tag):
            self._spark.sql(query).createOrReplaceTempView(name)

    def _keep(self, name: str, rows: "DataFrame | str") -> None:
        """Ask once; what was found lies in the staging folder, and has a name."""
        with told(self._spark, self._tag):
            found = self._spark.sql(rows) if isinstance(rows, str) else rows
            found.write.parquet(str(self._staging / name))
            self._spark.read.schema(found.schema).parquet(str(self._staging / name)).createOrReplaceTempView(name)

    def stop(self) -> None:
        """End the jobs of this batch, from another thread."""
        self._spark.sparkContext.cancelJobsWithTag(self._tag)

    def _on_workers(self, work: Callable[[Task], Found | Refused], tasks: Sequence[Task]) -> list[Found]:
        """What the workers say of their files. Raises what a worker refused."""
        with told(self._spark, self._tag):
            found = self._spark.sparkContext.parallelize(tasks, len(tasks)).map(work).collect()
        for one in found:
            if isinstance(one, Refused):
                raise one
        return [one for one in found if not isinstance(one, Refused)]

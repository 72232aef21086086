"""One batch in its staging folder: files are read, rows held against rules over the whole batch, good and bad told apart.

Nothing here lasts: lake.py moves the folder to its place once core has judged what was counted.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

import duckdb
import msgspec

from northbank.core.dataset import Counts, Dataset, Drifted, Rule, SourceFile, answer_to
from northbank.shell.lake.compile import Words, quoted
from northbank.shell.lake.files import LakeError, Progress
from northbank.shell.lake.reading import CELLS, MARKS, ROW, Read, Reader

FILE = "_file"  # number of the file in its batch, from 0
BUCKET = 5_000_000  # rows that are sorted at once
BAD = "bad.parquet"


class Batch:
    """A batch being made in folder `staging`. references: for each data set that rules refer to, a relation of its rows."""

    def __init__(
        self, duck: duckdb.DuckDBPyConnection, dataset: Dataset, rules: Sequence[Rule], staging: Path,
        references: Mapping[str, str], tell: Progress,
    ) -> None:  # fmt: skip
        self._duck = duck
        self._dataset = dataset
        self._rules = rules
        self._staging = staging
        self._references = references
        self._tell = tell
        self._strange: list[int] = []  # files that go to quarantine whole

    def run(self, paths: Sequence[Path], files: Sequence[SourceFile]) -> Counts:
        """Read and tell apart. Raises LakeError."""
        drift: dict[str, Drifted] = {}
        reader = Reader(self._duck, self._dataset, self._staging, self._rules)
        for n, path in enumerate(paths):
            found = reader.drift(path)
            if found.added or found.missing:
                drift[path.name] = found
            match answer_to(self._dataset, found):
                case "refuse":
                    return Counts(files=tuple(files), drift=drift, unread=True)
                case "quarantine":
                    self._strange.append(n)
                case "take":
                    pass
        done = self._read(reader, paths, files)
        try:
            return self._tell_apart(done, files, drift)
        except duckdb.Error as error:
            raise LakeError(f"The batch could not be written: {str(error).splitlines()[0]}") from error

    def _read(self, reader: Reader, paths: Sequence[Path], files: Sequence[SourceFile]) -> list[Read]:
        total, before = sum(file.bytes for file in files) or 1, 0
        done: list[Read] = []
        for n, (path, file) in enumerate(zip(paths, files, strict=True)):

            def tell(share: float, before: int = before, size: int = file.bytes) -> None:
                self._tell("read", (before + share * size) / total)

            done.append(reader.read(path, n, tell))
            before += file.bytes
            self._tell("read", before / total)
        return done

    def _tell_apart(self, done: Sequence[Read], files: Sequence[SourceFile], drift: dict[str, Drifted]) -> Counts:
        self._stage(len(done))
        for bit, rule in enumerate(self._rules):
            if rule.check == "known":
                self._mark_unknown(bit, rule)
        for bit, rule in enumerate(self._rules):
            if rule.check == "unique":
                self._mark_repeats(rule.columns, 1 << bit)
        if self._dataset.key:
            self._mark_repeats(self._dataset.key, 0)
        self._tell("sort", 0.0)
        good = self._write_good()
        self._tell("sort", 0.8)
        bad = self._write_bad(files, len(done))
        self._tell("sort", 1.0)
        rows = sum(one.rows for one in done)
        named = tuple(msgspec.structs.replace(file, rows=one.rows) for file, one in zip(files, done, strict=True))
        return Counts(
            files=named, rows=rows, good=good, bad=bad, repeated=rows - good - bad, faults=self._faults(), drift=drift
        )  # fmt: skip

    def _stage(self, count: int) -> None:
        """One view over the typed files, and a table of what rules over the whole batch say."""
        parts = [
            f"select {n} as {FILE}, * from read_parquet({_literal(self._staging / f'typed-{n}.parquet')})" for n in range(count)  # noqa: S608  # house: sql
        ]  # fmt: skip
        self._duck.execute(f"create or replace temp view staged as {' union all '.join(parts)}")  # house: sql
        self._duck.execute(
            "create or replace temp table more (file integer, row bigint, marks bigint, repeated boolean)"
        )
        strange = f"({MARKS} <> 0 or list_contains([{', '.join(map(str, self._strange))}]::integer[], {FILE}))"
        self._bad_row = strange
        self._duck.execute(
            f"create or replace temp view fine as select * from staged anti join more on file = {FILE} and row = {ROW} "  # noqa: S608  # house: sql
            f"where not {strange}"
        )

    def _mark_unknown(self, bit: int, rule: Rule) -> None:
        """Rows whose cells name nothing in the other data set."""
        relation = self._references[rule.dataset]
        there = " and ".join(f"{quoted(one)} is not null" for one in rule.columns)
        same = " and ".join(
            f"cast(o.{quoted(to)} as varchar) = cast(f.{quoted(one)} as varchar)"
            for one, to in zip(rule.columns, rule.to, strict=True)
        )
        self._duck.execute(
            f"insert into more select {FILE}, {ROW}, {1 << bit}, false from fine f where {there} "  # noqa: S608  # house: sql
            f"and not exists (select 1 from ({relation}) o where {same})"
        )

    def _mark_repeats(self, columns: Sequence[str], marks: int) -> None:
        """Rows that a later row of the batch has the same cells as; rows with an empty cell repeat nothing."""
        names = ", ".join(quoted(one) for one in columns)
        there = " and ".join(f"{quoted(one)} is not null" for one in columns)
        place = f"({FILE}::hugeint * 1000000000000 + {ROW})"
        self._duck.execute(
            f"create or replace temp table again as select {names}, max({place}) as last from fine where {there} "  # noqa: S608  # house: sql
            f"group by {names} having count(*) > 1"
        )
        self._duck.execute(
            f"insert into more select {FILE}, {ROW}, {marks}, {marks == 0} from fine join again using ({names}) "  # noqa: S608  # house: sql
            f"where {place} < last"
        )

    def _write_good(self) -> int:
        """Good rows, sorted by key so that a look-up reads little; so many at a time that memory stays flat."""
        columns = ", ".join(quoted(column.code) for column in self._dataset.columns)
        key = ", ".join(quoted(one) for one in self._dataset.key)
        total = self._one("select count(*) from staged")
        buckets = max(1, -(-total // BUCKET)) if key else 1
        for n in range(buckets):
            mine = f"where hash({key}) % {buckets} = {n}" if buckets > 1 else ""
            order = f"order by {key}" if key else ""
            self._duck.execute(
                f"copy (select {columns}, {FILE}, {ROW} from fine {mine} {order}) to $1 (format parquet, compression zstd)",  # noqa: S608  # house: sql
                [str(self._staging / f"rows-{n:04d}.parquet")],
            )
        return self._one("select count(*) from fine")

    def _write_bad(self, files: Sequence[SourceFile], count: int) -> int:
        """Bad rows with the names of the rules they fail, and the cells or the line as they stood in the file."""
        words = Words()
        names = f"({words.value(tuple(file.name for file in files))}::varchar[])"
        marks = f"({MARKS} | coalesce(m.marks, 0))"
        said = [
            f"case when {marks} & {1 << bit} <> 0 then {words.value(rule.id)} end"
            for bit, rule in enumerate(self._rules)
        ]
        strange = ", ".join(map(str, self._strange))
        said.append(f"case when list_contains([{strange}]::integer[], {FILE}) then 'drift' end")
        cells = ", ".join(f"{quoted(c.code)}: cast({quoted(c.code)} as varchar)" for c in self._dataset.columns)
        unread = " union all ".join(
            f"select {n} as file, line from read_parquet({_literal(self._staging / f'reject-{n}.parquet')})" for n in range(count)  # noqa: S608  # house: sql
        )  # fmt: skip
        self._duck.execute(
            f"copy (select {names}[{FILE} + 1] as file, {ROW} as row, list_filter([{', '.join(said)}], lambda x: x is not null) as faults, "  # noqa: S608  # house: sql
            f"coalesce({CELLS}, to_json({{{cells}}})) as cells, null::varchar as line "
            f"from staged left join (select * from more where not repeated) m on m.file = {FILE} and m.row = {ROW} "
            f"where {self._bad_row} or m.row is not null "
            f"union all select {names}[file + 1], null, ['unreadable'], null, line from ({unread})) "
            f"to {words.value(str(self._staging / BAD))} (format parquet, compression zstd)",
            words.values,
        )
        return self._one("select count(*) from read_parquet($1)", [str(self._staging / BAD)])

    def _faults(self) -> dict[str, int]:
        """Bad rows per rule that any of them fails."""
        return dict(
            self._duck.execute(
                "select fault, count(*) from (select unnest(faults) as fault from read_parquet($1)) group by fault order by fault",
                [str(self._staging / BAD)],
            ).fetchall()
        )

    def _one(self, query: str, values: Sequence[object] = ()) -> int:
        found = self._duck.execute(query, list(values)).fetchone()
        return int(found[0]) if found else 0


def _literal(path: Path) -> str:
    """A path of the lake's own making where a view allows no parameter."""
    return "'" + str(path).replace("'", "''") + "'"

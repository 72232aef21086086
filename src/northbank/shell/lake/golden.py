"""Golden records: of the records of each entity one row, each cell from the record that its rule lets survive, with that record's number.

The rules are those of core/survive.py; tests hold the two against each other. Rows pass through the engine only.
"""

# names are quoted, values are parameters, the rest is this file's own

from pathlib import Path

import duckdb

from northbank.core.bases import ENTITY, Base, Golden
from northbank.core.buckets import buckets_for, digits_of
from northbank.core.survive import Survives
from northbank.ports.data import Progress
from northbank.ports.links import Sources
from northbank.shell.lake.apart import GROUP, KEPT
from northbank.shell.lake.compile import Words, quoted
from northbank.shell.lake.crew import progress
from northbank.shell.lake.fast import SQL_TYPES
from northbank.shell.lake.files import LakeError
from northbank.shell.lake.homes import write_homes
from northbank.shell.lake.linking import AS_UUID

FROM = "_from"  # for each column the number of its record in its entity, as in the run's members
TYPES = {
    "text": "varchar",
    "integer": "bigint",
    "number": "double",
    "date": "date",
    "time": "timestamp",
    "yes_no": "boolean",
}
# The least rank survives; n orders the records of an entity by trust, age and digest, and breaks every tie.
RANKS: dict[Survives, str] = {
    "trusted": "n",
    "recent": "-made * 4294967296 + n",
    "longest": "-length(cast({0} as varchar)) * 4294967296 + n",
    "frequent": "-(count(*) over (partition by entity, {0})) * 4294967296 + n",
}


class Golding:
    """A base over the rows of its data sets. relations: a query of the rows of each. secret: what digests of records are keyed with."""

    def __init__(
        self, duck: duckdb.DuckDBPyConnection, base: Base, sources: Sources, relations: dict[str, str], secret: str
    ) -> None:
        self._duck = duck
        self._base = base
        self._sources = sources
        self._relations = relations
        self._secret = secret

    def run(self, staging: Path, members: Path | None, tell: Progress) -> tuple[int, int]:
        """Write the golden records; how many, in how many buckets. members: of the run of links, None where each row is an entity. Raises LakeError."""
        tell("golden", 0.0)
        try:
            self._records(members)
            with progress(self._duck, lambda share: tell("golden", share)):
                return self._write(staging)
        except duckdb.Error as error:
            raise LakeError(f"The base {self._base.code} could not be built: {str(error).splitlines()[0]}") from error

    def _records(self, members: Path | None) -> None:
        """`records`: the cells of each record under its entity. n: its number there; made: when its batch was, in seconds."""
        words = Words()
        parts = []
        for code, (dataset, batches) in self._sources.items():
            key = f"[{', '.join(f'cast({quoted(one)} as varchar)' for one in dataset.key)}]"
            times = ", ".join(
                f"({one.n}, {int(one.happened_at.timestamp()) if one.happened_at else 0}::bigint)" for one in batches
            )
            cells = ", ".join(self._cell(one, code) for one in self._base.columns)
            source = f"(select *, {key} as _key from ({self._relations[code]}))"
            named = (
                f"from {source} join (select * from read_parquet({words.value(str(members))}) where dataset = {words.value(code)}) m on m.key = _key"
                if members is not None
                else f"from (select *, {self._own(words, code)} as entity, 1 as n from {source})"
            )
            parts.append(
                f"select entity, n, made, {cells} {named} join (values {times}) as b (batch_n, made) on b.batch_n = _batch"  # house: sql
            )
        self._duck.execute(
            f"create or replace temp table records as {' union all '.join(parts)}",  # house: sql
            words.values,
        )  # house: sql

    def _own(self, words: Words, code: str) -> str:
        """The id of an entity that is one row: made of its key, and so lasting."""
        digest = f"sha256(concat_ws(chr(31), {words.value(self._secret)}, {words.value(code)}, array_to_string(_key, chr(31))))"
        return AS_UUID.format(digest)

    def _cell(self, one: Golden, dataset: str) -> str:
        kind = SQL_TYPES[one.column.kind]
        column = one.of.get(dataset)
        cell = "null" if column is None else quoted(column)
        return f"cast({cell} as {kind}) as {quoted(one.column.code)}"

    def _write(self, staging: Path) -> tuple[int, int]:
        """Rows sorted by id, in buckets by it as rows of any batch are."""
        ranks = ", ".join(
            f"{RANKS[one.rule].format(quoted(one.column.code))} as {quoted('rank:' + one.column.code)}" for one in self._base.columns
        )  # fmt: skip
        chosen, cells, numbers = [], [], []
        for one in self._base.columns:
            name, rank = quoted(one.column.code), quoted("rank:" + one.column.code)
            chosen.append(f"arg_min({{v: {name}, n: n}}, {rank}) filter (where {name} is not null) as {name}")
            cells.append(f"{name}.v as {name}")
            numbers.append(f"{name}.n")
        self._duck.execute(
            f"create or replace temp table golden as select {ENTITY}, {', '.join(cells)}, [{', '.join(numbers)}]::uinteger[] as {FROM} from ("  # house: sql
            f"select entity as {ENTITY}, {', '.join(chosen)} from (select *, {ranks} from records) group by entity)"
        )
        found = self._duck.execute("select count(*) from golden").fetchone()
        rows = int(found[0]) if found else 0
        buckets = buckets_for(rows)
        digits = digits_of(buckets)
        for n in range(buckets):
            self._duck.execute(
                f"copy (select * from golden where substr(md5({ENTITY}), 1, {digits}) = $1 order by {ENTITY}) "  # house: sql
                f"to $2 ({KEPT}, row_group_size {GROUP})",
                [f"{n:0{digits}x}" if digits else "", str(staging / f"rows-{n:04d}.parquet")],
            )
        write_homes(self._duck, self._base, "golden", staging)
        return rows, buckets

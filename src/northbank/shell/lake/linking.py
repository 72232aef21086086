"""One run of linking in its staging folder: cleaned records, pairs by Splink, groups, lasting ids, all by the engine.

What lasts is put in its place by links.py; what people said of pairs comes from the journal.
"""

# names are quoted, values are parameters, the rest is this file's own

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from northbank.core.clusters import Pair, cluster
from northbank.core.match import Model, Parameters
from northbank.ports.data import Progress
from northbank.ports.links import LinkCounts, Said, Sources
from northbank.shell.lake.compile import Words, quoted
from northbank.shell.lake.crew import progress
from northbank.shell.lake.fast import Fast
from northbank.shell.lake.files import LakeError
from northbank.shell.lake.pairs import ID, block, field_of, levels_of, settings_of, weights_of

if TYPE_CHECKING:
    from splink import Linker

AS_UUID = "cast(cast(substr({0}, 1, 32) as uuid) as varchar)"  # of a digest
PAIRS, MEMBERS = "pairs.parquet", "members.parquet"
TRAINED_PAIRS = 5_000_000  # blocked pairs that one round of training looks at

logging.getLogger("splink").setLevel(logging.WARNING)  # it tells each of its steps otherwise
logging.getLogger("sqlglot").setLevel(logging.ERROR)  # it warns of what Splink writes


class Linking:
    """A model over the rows of its data sets. relations: a query of the rows of each input. secret: what digests of records are keyed with."""

    def __init__(
        self, duck: duckdb.DuckDBPyConnection, model: Model, sources: Sources, relations: dict[str, str], secret: str, tell: Progress
    ) -> None:  # fmt: skip
        self._duck = duck
        self._model = model
        self._sources = sources
        self._relations = relations
        self._secret = secret
        self._tell = tell

    def train(self) -> tuple[Parameters, int]:
        """Learn by expectation maximization. Raises LakeError where the rows do not say enough."""
        training = self._model.training
        assert training is not None
        self._prepare()
        linker = self._linker()
        learn = linker.training
        try:
            learn.estimate_probability_two_random_records_match([block(one) for one in training.sure], training.recall)
            self._tell("train", 0.2)
            learn.estimate_u_using_random_sampling(max_pairs=training.pairs, seed=training.seed, num_chunks=1)
            self._tell("train", 0.5)
            for n, one in enumerate(training.blocks, 1):
                learn.estimate_parameters_using_expectation_maximisation(block(one), max_pairs=TRAINED_PAIRS)
                self._tell("train", 0.5 + 0.5 * n / len(training.blocks))
            return _learned(self._model, linker), training.pairs
        except (duckdb.Error, ValueError, ZeroDivisionError) as error:
            raise LakeError(
                f"The parameters could not be learned from these rows: {str(error).splitlines()[0]}"
            ) from error

    def run(self, staging: Path, said: Said, n: int, before: Path | None) -> LinkCounts:
        """Make pairs and groups; `pairs.parquet` and `members.parquet` are made of them. Raises LakeError."""
        try:
            self._prepare()
            self._predict()
            self._link(said)
            self._group(said.apart)
            self._name(n, before)
            return self._write(staging, said)
        except duckdb.Error as error:
            raise LakeError(f"The records could not be linked: {str(error).splitlines()[0]}") from error

    def _prepare(self) -> None:
        """`records`: number, digest, source, key; `fields`: number and cleaned cells."""
        self._tell("clean", 0.0)
        self._duck.execute("create or replace temp table secret as select $1 as word", [self._secret])
        words = Fast()  # a pattern that is a parameter would be compiled for every row
        parts = []
        for place, (code, (dataset, _)) in enumerate(self._sources.items()):
            key = ", ".join(f"cast({quoted(one)} as varchar)" for one in dataset.key)
            fields = ", ".join(field_of(words, one, code) for one in self._model.fields)
            parts.append(
                f"select {place}::utinyint as source, [{key}] as key, _batch as batch, {fields} from ({self._relations[code]})"  # house: sql
            )
        codes = words.value(tuple(self._sources))
        digest = f"sha256(concat_ws(chr(31), (select word from secret), ({codes}::varchar[])[source + 1], array_to_string(key, chr(31))))"
        with progress(self._duck, lambda share: self._tell("clean", share)):
            self._duck.execute(
                f"create or replace temp table rows as select row_number() over () as {ID}, cast(substr(digest, 1, 32) as uuid) as ref, "  # house: sql
                f"* exclude (digest) from (select *, {digest} as digest from ({' union all '.join(parts)}))",
                words.values,
            )
        names = ", ".join(quoted(one.code) for one in self._model.fields)
        self._duck.execute(f"create or replace temp view fields as select {ID}, {names} from rows")  # house: sql
        self._tell("clean", 1.0)

    def _linker(self) -> "Linker":
        from splink import DuckDBAPI, Linker  # takes a second to import, and only linking needs it

        engine = DuckDBAPI(connection=self._duck)
        return Linker(engine.register("fields", table_name="linked"), settings_of(self._model), log_level=None)

    def _predict(self) -> None:
        """`pairs` at or above the review threshold: digests in order, probability, levels, weights."""
        with progress(self._duck, lambda share: self._tell("compare", share)):
            linker = self._linker()
            found = linker.inference.predict(self._model.review, warning_mode="never").physical_name
            self._duck.execute(
                "create or replace temp table pairs as select least(a.ref, b.ref) as l, greatest(a.ref, b.ref) as r, match_probability as probability, "  # house: sql
                f"{levels_of(self._model)} as levels, {weights_of(self._model)} as weights, "
                "case when a.ref < b.ref then a.source else b.source end as l_source, case when a.ref < b.ref then b.source else a.source end as r_source "
                f"from {quoted(found)} p join rows a on a.{ID} = p.{quoted(ID + '_l')} join rows b on b.{ID} = p.{quoted(ID + '_r')}"
            )
            linker.table_management.delete_tables_created_by_splink_from_db()  # type: ignore[no-untyped-call]
        self._tell("compare", 1.0)

    def _link(self, said: Said) -> None:
        """`links`: what holds records together. People's word stands above the model's."""
        self._pairs_table("same", said.same)
        self._pairs_table("apart", said.apart)
        self._pairs_table("answered", said.answered)
        self._duck.execute(
            "create or replace temp table links as select l, r, max(p) as p from ("
            "select l, r, probability as p from pairs where probability >= $1 "
            "union all select s.l, s.r, 2.0 from same s where s.l in (select ref from rows) and s.r in (select ref from rows)) "
            "anti join apart using (l, r) group by l, r",
            [self._model.match],
        )

    def _pairs_table(self, name: str, pairs: Sequence[Pair]) -> None:
        self._duck.execute(f"create or replace temp table {quoted(name)} (l uuid, r uuid)")  # house: sql
        if pairs:
            self._duck.execute(
                f"insert into {quoted(name)} select unnest($1::uuid[]), unnest($2::uuid[])",  # house: sql
                [[a for a, _ in pairs], [b for _, b in pairs]],
            )

    def _group(self, apart: Sequence[Pair]) -> None:
        """`groups`: each record that is linked, with the smallest record that stands for its group."""
        from splink import DuckDBAPI
        from splink.clustering import cluster_pairwise_predictions_at_threshold

        self._tell("group", 0.0)
        engine = DuckDBAPI(connection=self._duck)
        self._duck.execute(
            "create or replace temp table linked_ids as select distinct id from (select l as id from links union all select r from links)"
        )
        self._duck.execute(
            "create or replace temp table numbered as select row_number() over (order by id) as id, id as ref from linked_ids"
        )
        self._duck.execute(
            "create or replace temp table edges as select a.id as id_l, b.id as id_r from links join numbered a on a.ref = l join numbered b on b.ref = r"
        )
        found = cluster_pairwise_predictions_at_threshold(
            engine.register("numbered", table_name="nodes"),
            engine.register("edges", table_name="linked_edges"),
            engine,
            "id",
        ).physical_name
        self._duck.execute(
            "create or replace temp table groups as select n.ref, min(n.ref) over (partition by c.cluster_id) as top "  # house: sql
            f"from {quoted(found)} c join numbered n on n.id = c.id"
        )
        if apart:
            self._part()
        self._tell("group", 1.0)

    def _part(self) -> None:
        """Groups that hold two records that a person told apart are made again, without what joins those two."""
        self._duck.execute(
            "create or replace temp table torn as select distinct a.top from apart join groups a on a.ref = l join groups b on b.ref = r where a.top = b.top"
        )
        records = [
            str(one) for (one,) in self._duck.execute("select ref from groups semi join torn using (top)").fetchall()
        ]
        if not records:
            return
        links = self._duck.execute(
            "select l::varchar, r::varchar, p from links where l in (select ref from groups semi join torn using (top))"
        ).fetchall()
        apart = self._duck.execute(
            "select l::varchar, r::varchar from apart join groups on ref = l semi join torn using (top)"
        ).fetchall()
        there = set(records)
        made = cluster(records, links, [one for one in apart if one[1] in there])
        self._duck.execute("delete from groups where top in (select top from torn)")
        self._duck.execute(
            "insert into groups select unnest($1::uuid[]), unnest($2::uuid[])",
            [[one for group in made for one in group], [group[0] for group in made for _ in group]],
        )

    def _name(self, n: int, before: Path | None) -> None:
        """`named`: each group with its lasting id; the rule is that of core.clusters.lasting_ids."""
        self._duck.execute(
            "create or replace temp table members as select ref, source, key, batch, coalesce(top, ref) as top from rows left join groups using (ref)"
        )
        self._duck.execute("create or replace temp table old (ref uuid, entity varchar)")
        if before is not None:
            self._duck.execute("insert into old select ref, entity from read_parquet($1)", [str(before)])
        self._duck.execute(
            "create or replace temp table kept as with claims as (select entity, top, count(*) as n from members join old using (ref) group by entity, top), "
            "won as (select entity, top, n from claims qualify row_number() over (partition by entity order by n desc, top) = 1) "
            "select entity, top from won qualify row_number() over (partition by top order by n desc, entity) = 1"
        )
        self._duck.execute(
            "create or replace temp table named as select top, coalesce(entity, "
            + AS_UUID.format("fresh")
            + ") as entity, entity is not null as old "  # house: sql
            "from (select distinct top, sha256(concat($1, ':', top::varchar)) as fresh from members) left join kept using (top)",
            [str(n)],
        )

    def _write(self, staging: Path, said: Said) -> LinkCounts:
        self._tell("write", 0.0)
        codes = Words()
        names = f"({codes.value(tuple(self._sources))}::varchar[])"
        self._duck.execute(
            f"copy (select l, r, {names}[l_source + 1] as l_dataset, {names}[r_source + 1] as r_dataset, probability, levels, weights from pairs "  # house: sql
            f"order by l, r) to {codes.value(str(staging / PAIRS))} (format parquet, compression zstd)",
            codes.values,
        )
        self._tell("write", 0.4)
        words = Words()
        names = f"({words.value(tuple(self._sources))}::varchar[])"
        self._duck.execute(
            "copy (select ref, entity, row_number() over (partition by entity order by source, batch desc, ref)::usmallint as n, "  # house: sql
            f"{names}[source + 1] as dataset, key, batch from members join named using (top) order by ref) "
            f"to {words.value(str(staging / MEMBERS))} (format parquet, compression zstd)",
            words.values,
        )
        self._tell("write", 1.0)
        return self._count()

    def _count(self) -> LinkCounts:
        waiting = "select count(*) from pairs anti join (from answered union all from same union all from apart) using (l, r) where probability < $1"
        return LinkCounts(
            records=self._one("select count(*) from members"), pairs=self._one("select count(*) from pairs"),
            links=self._one("select count(*) from links"), waiting=self._one(waiting, [self._model.match]),
            entities=self._one("select count(*) from named"), kept=self._one("select count(*) from named where old"),
            largest=self._one("select coalesce(max(n), 0) from (select count(*) as n from members group by top)"),
        )  # fmt: skip

    def _one(self, query: str, values: Sequence[object] = ()) -> int:
        found = self._duck.execute(query, list(values)).fetchone()
        return int(found[0]) if found else 0


def _learned(model: Model, linker: "Linker") -> Parameters:
    """What Splink learned, in the order of the model; a level that never came keeps the model's own chances."""
    found = linker.misc.save_model_to_json()
    by_code = {one["output_column_name"]: one["comparison_levels"] for one in found["comparisons"]}
    levels = {}
    for one in model.comparisons:
        learned = [level for level in by_code[one.code] if not level.get("is_null_level")]
        levels[one.code] = tuple(
            (_chance(new.get("m_probability"), old.m), _chance(new.get("u_probability"), old.u))
            for new, old in zip(learned, one.levels, strict=True)
        )
    return Parameters(float(found["probability_two_random_records_match"]), levels)


def _chance(found: object, otherwise: float) -> float:
    value = float(found) if isinstance(found, int | float) else otherwise
    return min(max(value, 1e-9), 1.0)

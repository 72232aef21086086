"""One way of linking in a process of its own: `make` writes the registers, `house` links by Northbank, `hand` by Splink alone."""

import asyncio
import json
import logging
import resource
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import duckdb
import persons

from northbank.core.dataset import Collected, Dataset
from northbank.core.linking import LinkRun
from northbank.ports.links import Said
from northbank.shell.lake.compile import Words
from northbank.shell.lake.lake import DuckLake
from northbank.shell.lake.links import LinkLake
from northbank.shell.lake.pairs import field_of, settings_of

BATCH = Collected(n=1, folder="1", contract="1", files=(), rows=0, good=0, bad=0, repeated=0, score=100.0)


class Registers(DuckLake):
    """The two files as data sets of a lake."""

    def relation(self, dataset: Dataset, batches: Sequence[Collected]) -> str:
        """The rows of one of them."""
        return f"select * exclude (i), 1 as _batch from read_parquet('{self._root / dataset.code}.parquet')"


def house(folder: Path, memory: str) -> Path:
    """A run of linking as the command does it, without the journal."""
    links = LinkLake(folder / "links", Registers(folder), "secret", memory, 2)
    model = persons.model()
    sources = {code: (persons.dataset(code), [BATCH]) for code in model.inputs}

    async def work() -> Path:
        with links.hold(model.code):
            counts = await links.run(model, sources, Said(), 1, None, lambda step, share: None)
            run = LinkRun(
                n=1, folder="1", version="1", trained=0, match=model.match, review=model.review, inputs={}, judged=0,
                **{name: getattr(counts, name) for name in counts.__struct_fields__},
            )  # fmt: skip
            await links.land(model.code, run, lambda step, share: None)
        return folder / "links" / model.code / "runs" / "1" / "members.parquet"

    return asyncio.run(work())


def hand(folder: Path, memory: str) -> Path:
    """What somebody who knows Splink would write: clean, predict, group, write pairs and groups."""
    from splink import DuckDBAPI, Linker

    config = {
        "memory_limit": memory,
        "threads": "2",
        "temp_directory": str(folder / "spill"),
        "preserve_insertion_order": "false",
    }
    model, words = persons.model(), Words()
    with duckdb.connect(config=config) as duck:
        parts = [
            f"select number as key, '{code}' as dataset, {', '.join(field_of(words, one, code) for one in model.fields)} "
            f"from read_parquet('{folder / code}.parquet')"
            for code in model.inputs
        ]
        duck.execute(
            f"create table records as select row_number() over () as unique_id, * from ({' union all '.join(parts)})", words.values
        )  # fmt: skip
        linker = Linker(
            DuckDBAPI(connection=duck).register("records", table_name="input"), settings_of(model), log_level=None
        )
        pairs = linker.inference.predict(model.review, warning_mode="never")
        duck.execute(f"copy {pairs.physical_name} to '{folder / 'pairs.parquet'}' (format parquet, compression zstd)")
        groups = linker.clustering.cluster_pairwise_predictions_at_threshold(pairs, model.match)
        target = folder / "hand.parquet"
        duck.execute(
            f"copy (select cluster_id as entity, [key] as key, dataset from {groups.physical_name}) to '{target}' (format parquet, compression zstd)"
        )
    return target


def quality(members: Path) -> dict[str, float]:
    """Precision and recall of pairs that are in one group, against the truth in the numbers."""
    with duckdb.connect() as duck:
        duck.execute(
            "create table m as select entity, dataset, regexp_extract(key[1], '[0-9]+')::bigint as i from read_parquet($1)",
            [str(members)],
        )
        right, found, true = (
            int((duck.execute(query).fetchone() or (0,))[0])
            for query in (
                "select coalesce(sum(n * (n - 1) // 2), 0) from (select count(*) as n from m group by entity, i)",
                "select coalesce(sum(n * (n - 1) // 2), 0) from (select count(*) as n from m group by entity)",
                "select coalesce(sum(n * (n - 1) // 2), 0) from (select count(*) as n from m group by i)",
            )
        )
        entities = int((duck.execute("select count(distinct entity) from m").fetchone() or (0,))[0])
    precision, recall = right / max(1, found), right / max(1, true)
    return {
        "precision": precision,
        "recall": recall,
        "f1": 2 * precision * recall / max(1e-9, precision + recall),
        "entities": entities,
    }


def main() -> None:
    """Entry point: prints one line of JSON."""
    logging.disable(logging.WARNING)
    way, folder, rows, memory = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
    if way == "make":
        persons.make(folder, rows)
        sys.stdout.write("{}\n")
        return
    began, spent = time.perf_counter(), time.process_time()
    members = (house if way == "house" else hand)(folder, memory)
    seconds, cpu = time.perf_counter() - began, time.process_time() - spent
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    sys.stdout.write(json.dumps({"seconds": seconds, "cpu_s": cpu, "peak_mb": peak, **quality(members)}) + "\n")


if __name__ == "__main__":
    main()

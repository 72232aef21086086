"""Collecting small dirty files into a lake: every planted fault is found and none invented, each batch once, whole or absent."""

import json
import os
import resource
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import msgspec
import pytest
from flows.memory import Memory

from northbank.core.buckets import bucket_of
from northbank.core.dataset import Collected, Column, TurnedAway, standing
from northbank.core.name import Name
from northbank.core.refusal import Refused
from northbank.flows.collect import Outcome, collect, dataset_of, past_of
from northbank.flows.see_datasets import see_dataset
from northbank.shell.lake.lake import DuckLake

TESTS = str(Path(__file__).resolve().parents[1])
HEAD = "编号,名称,统一社会信用代码,类别,店主身份证号,电话,开业日期,停业日期,座位数,经度,纬度"
GOOD = '{0},"好味, 面馆 {0}",,food,11010519491231002x,138-0013-8000,2020-01-02,2021年1月2日, 12 ,85.33,-5.12'.replace(
    "138-0013-8000", "13800138000"
)
# Planted rows and the rules they fail.
FAULTY: dict[str, list[str]] = {
    "f1,坏码,91110000802100433C,,,,,,,,": ["credit_code(credit_code)"],
    "f2,坏号,,,110105194912310021,,,,,,": ["id_card(keeper)"],
    "f3,坏电话,,,,12345,,,,,": ["phone(phone)"],
    "f4,倒置,,,,,2021-01-02,2020/1/2,,,": ["in_order(opened,closed)"],
    "f5,外地,,,,,,,,116.4,39.9": ["inside(lon,lat)"],
    "f6,类别错,,drink,,,,,,,": ["code(kind)"],
    "f7,多座,,,,,,,501,,": ["range(seats)"],
    "f8,日期错,,,,,2023-02-30,,许多,,": ["type(opened)", "type(seats)"],
    "f9,,,,,,,,,,": ["required(name)"],
    "f10,少列,,": ["unreadable"],
    "f11,多列,,,,,,,,,,x": ["unreadable"],
    'f12,"坏"引号,,,,,,,,,': ["unreadable"],
    'f13,"未闭合,,,,,,,,,': ["unreadable"],
    "f14,重码,914403001922038216,,,,,,,,": ["unique(credit_code)"],
}


class Desk:
    """A center in memory with a lake on the disk, and a folder files come into."""

    def __init__(self, root: Path) -> None:
        self.memory = Memory()
        self.inbox = root / "inbox"
        self.inbox.mkdir()
        self.lake = DuckLake(root / "lake", "500MB", 1)
        self.root = root

    def divide(self, buckets: int) -> None:
        """From now on so many buckets a batch, worked at by two threads."""
        self.lake = DuckLake(self.root / "lake", "500MB", 2, lambda rows: buckets)

    def put(self, name: str, *rows: str, head: str = HEAD, encoding: str = "utf-8") -> Path:
        path = self.inbox / name
        path.write_bytes("\n".join((head, *rows, "")).encode(encoding))
        return path

    async def collect(self, code: str = "shops", place: Path | None = None) -> Outcome:
        return await collect(self.memory.world, self.lake, code, place or self.inbox, lambda step, share: None)

    async def rows(self, as_of: int | None = None, what: str = "shop, name") -> list[tuple[object, ...]]:
        dataset = dataset_of(self.memory.world, "shops")
        batches = standing(dataset, await past_of(self.memory.world, "shops"), as_of)
        return sorted(await self.lake.rows(dataset, batches, what))

    def quarantine(self, batch: Collected | TurnedAway) -> list[dict[str, Any]]:
        path = self.root / "lake" / "shops" / "batches" / batch.folder / "bad.parquet"
        with duckdb.connect() as duck:
            found = duck.execute("select file, row, faults, cells, line from read_parquet($1)", [str(path)])
            names = [column[0] for column in found.description]
            return [dict(zip(names, row, strict=True)) for row in found.fetchall()]

    def change(self, **fields: object) -> None:
        """Another contract of the same data set."""
        world = self.memory.world
        shops = msgspec.structs.replace(world.city.datasets["shops"], **fields)
        city = msgspec.structs.replace(world.city, datasets={**world.city.datasets, "shops": shops})
        self.memory.world = msgspec.structs.replace(world, city=city)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
async def test_every_planted_fault_is_found_and_none_invented(desk: Desk, encoding: str) -> None:
    good = [GOOD.format(f"g{n}") for n in range(200)]
    planted = list(FAULTY)
    rows = [row for n in range(100) for row in (*good[2 * n : 2 * n + 2], *planted[n : n + 1])]
    rows += ["g0,后到,914403001922038216,,,,,,,,", '"g1","两\n行",,,,,,,,,']
    desk.put("shops.csv", *rows, encoding=encoding)
    batch = (await desk.collect()).statement
    assert isinstance(batch, Collected)
    wanted = Counter(rule for rules in FAULTY.values() for rule in rules)
    assert Counter(batch.faults) == wanted
    assert (batch.rows, batch.good, batch.bad, batch.repeated) == (216, 200, 14, 2)
    found = {}
    for bad in desk.quarantine(batch):
        first = (
            json.loads(bad["cells"])["编号"]
            if bad["cells"] and "编号" in bad["cells"]
            else (bad["line"] or bad["cells"])
        )
        found[first if first.startswith("{") else first.split(",")[0]] = sorted(bad["faults"])
    assert {key: rules for key, rules in found.items() if not key.startswith("{")} == {
        row.split(",")[0]: rules for row, rules in FAULTY.items() if "unique(credit_code)" not in rules
    }
    names = dict(await desk.rows())  # type: ignore[arg-type]
    assert len(names) == 200
    assert (names["g0"], names["g1"], names["g2"]) == ("后到", "两\n行", "好味, 面馆 g2")
    await see_dataset(desk.memory.world, desk.lake, "shops")
    desk.memory.check()


async def test_bytes_that_are_no_text_cost_their_row_only(desk: Desk) -> None:
    path = desk.put("shops.csv", *(GOOD.format(n) for n in range(20)), "x,坏字节,,,,,,,,,")
    path.write_bytes(path.read_bytes().replace("坏字".encode(), b"\xff\xfe"))
    batch = (await desk.collect()).statement
    assert batch is not None
    assert (batch.good, batch.faults) == (20, {"unreadable": 1})


async def test_the_same_content_is_known_whatever_its_name(desk: Desk) -> None:
    desk.put("may.csv", GOOD.format("a"))
    first = await desk.collect()
    desk.put("copy.csv", GOOD.format("a"))
    again = await desk.collect()
    assert again.statement is None
    assert again.known == {"may.csv": 1, "copy.csv": 1}
    desk.put("june.csv", "a,新名,,,,,,,,,", GOOD.format("b"))
    batch = (await desk.collect()).statement
    assert batch is not None
    assert [file.name for file in batch.files] == ["june.csv"]
    assert first.statement is not None
    assert await desk.rows() == [("a", "新名"), ("b", "好味, 面馆 b")]
    assert await desk.rows(as_of=1) == [("a", "好味, 面馆 a")]
    seen = await see_dataset(desk.memory.world, desk.lake, "shops", 1)
    assert (seen.rows, len(seen.batches)) == (1, 1)


async def test_a_data_set_that_comes_whole_is_its_last_batch(desk: Desk) -> None:
    desk.change(each="whole")
    desk.put("all.csv", GOOD.format("a"), GOOD.format("b"))
    await desk.collect()
    desk.put("all.csv", GOOD.format("b"))
    await desk.collect()
    assert [row[0] for row in await desk.rows()] == ["b"]
    assert [row[0] for row in await desk.rows(as_of=1)] == ["a", "b"]


async def test_too_many_bad_rows_turn_the_batch_away_and_the_version_before_stays(desk: Desk) -> None:
    desk.put("a.csv", GOOD.format("a"))
    await desk.collect()
    desk.put("b.csv", *(GOOD.format(f"b{n}") for n in range(3)), "f2,坏号,,,110105194912310021,,,,,,")
    turned = (await desk.collect()).statement
    assert isinstance(turned, TurnedAway)
    assert (turned.why, turned.good, turned.bad) == ("bad", 3, 1)
    assert len(desk.quarantine(turned)) == 1
    assert len(await desk.rows()) == 1
    assert (await desk.collect()).known["b.csv"] == 2
    desk.change(bad_share=30.0, version="other")
    taken = (await desk.collect()).statement
    assert isinstance(taken, Collected)
    assert len(await desk.rows()) == 4


@pytest.mark.parametrize(("drift", "good", "bad"), [("refuse", None, 0), ("accept", 4, 0), ("quarantine", 2, 2)])
async def test_other_columns_are_met_as_the_contract_says(desk: Desk, drift: str, good: int | None, bad: int) -> None:
    desk.change(drift=drift, bad_share=60.0)
    desk.put("a.csv", GOOD.format("a"), GOOD.format("b"))
    desk.put("b.csv", GOOD.format("c") + ",x", GOOD.format("d") + ",y", head=HEAD + ",备注")
    batch = (await desk.collect()).statement
    assert batch is not None
    assert batch.drift["b.csv"].added == ("备注",)
    if good is None:
        assert isinstance(batch, TurnedAway)
        assert batch.why == "drift"
        return
    assert (batch.good, batch.bad) == (good, bad)
    assert batch.faults.get("drift", 0) == bad


async def test_rows_refer_to_another_data_set(desk: Desk) -> None:
    checks = desk.root / "checks"
    checks.mkdir()
    head = "inspection,shop,at,passed"
    rows = [f"{n},a,2026-05-0{n} 09:30,是" for n in range(1, 10)] + [f"{n},a,2026/5/{n} 9:30,是" for n in (10,)]
    rows = [*rows[:9], "10,nobody,2026-05-10T09:30:00,0"]
    (checks / "log.csv").write_text("\n".join((head, *rows, "")))
    with pytest.raises(Refused, match="no batch yet"):
        await desk.collect("inspections", checks)
    desk.put("a.csv", GOOD.format("a"))
    await desk.collect()
    batch = (await desk.collect("inspections", checks)).statement
    assert batch is not None
    assert (batch.good, batch.faults) == (9, {"known(shop)": 1})


@pytest.mark.parametrize("format", ["jsonl", "parquet"])
async def test_other_formats(desk: Desk, format: str) -> None:
    desk.change(format=format)
    rows = [{"编号": f"r{n}", "名称": f"店 {n}", "座位数": n if n else "许多", "类别": None} for n in range(10)]
    path = desk.inbox / f"a.{format}"
    lines = desk.root / "lines.jsonl"
    lines.write_text("\n".join(json.dumps(row) for row in rows))
    if format == "jsonl":
        path.write_bytes(lines.read_bytes())
    else:
        with duckdb.connect() as duck:
            duck.execute(
                "copy (from read_json($1, columns={'编号': 'VARCHAR', '名称': 'VARCHAR', '座位数': 'VARCHAR'})) to $2",
                [str(lines), str(path)],
            )
    batch = (await desk.collect()).statement
    assert batch is not None
    assert (batch.good, batch.faults) == (9, {"type(seats)": 1})


@pytest.mark.parametrize(("content", "words"), [(b"", "is empty"), ("编号,编号\n1,2\n".encode(), "twice")])
async def test_a_file_that_is_none_is_refused_in_a_sentence(desk: Desk, content: bytes, words: str) -> None:
    (desk.inbox / "a.csv").write_bytes(content)
    before = desk.memory.image()
    with pytest.raises(Refused, match=words):
        await desk.collect()
    assert desk.memory.image() == before


async def test_a_parquet_file_that_was_cut_is_refused_in_a_sentence(desk: Desk) -> None:
    desk.change(format="parquet")
    with duckdb.connect() as duck:
        path = desk.inbox / "a.parquet"
        duck.execute(f"copy (select range::varchar as shop from range(5000)) to '{path}' (format parquet)")
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(Refused, match=r"a\.parquet ends in its middle"):
        await desk.collect()
    assert desk.lake.landed("shops") == []


@contextmanager
def full_disk(room: int) -> Iterator[None]:
    """No file can be written past so many bytes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
async def test_a_full_disk_leaves_the_batch_absent_and_the_version_before_served(desk: Desk, encoding: str) -> None:
    desk.put("a.csv", GOOD.format("a"))
    await desk.collect()
    before = desk.memory.image()
    desk.put("a.csv", *(GOOD.format(n) for n in range(5000)), encoding=encoding)
    with full_disk(8192), pytest.raises(Refused, match="disk of the lake took no more"):
        await desk.collect()
    assert desk.memory.image() == before
    assert len(desk.lake.landed("shops")) == len(await desk.rows()) == 1
    assert not (desk.root / "lake" / "shops" / "staging").exists()
    await desk.collect()
    assert len(await desk.rows()) == 5001


async def test_what_cannot_be_collected_is_refused(desk: Desk) -> None:
    with pytest.raises(Refused, match="no csv file"):
        await desk.collect()
    with pytest.raises(Refused, match="no data set"):
        await desk.collect("ships")
    desk.put("a.csv", GOOD.format("a"))
    with desk.lake.hold("shops"), pytest.raises(Refused, match="being collected"):
        await desk.collect()
    with pytest.raises(Refused, match="no batch 3"):
        await see_dataset(desk.memory.world, desk.lake, "shops", 3)


@pytest.mark.parametrize(
    ("step", "share", "landed"), [("read", 1.0, 0), ("sort", 0.8, 0), ("land", 0.5, 0), ("land", 1.0, 1)]
)
async def test_a_kill_leaves_the_batch_whole_or_absent(desk: Desk, step: str, share: float, landed: int) -> None:
    desk.put("a.csv", *(GOOD.format(n) for n in range(50)), "f9,,,,,,,,,,")
    paths = os.pathsep.join(filter(None, (TESTS, os.environ.get("PYTHONPATH"))))
    command = [
        sys.executable,
        str(Path(TESTS) / "shell" / "collect_once.py"),
        str(desk.root / "lake"),
        str(desk.inbox),
        step,
        str(share),
    ]
    done = subprocess.run(  # noqa: ASYNC221  # nothing else waits meanwhile
        command, env=os.environ | {"PYTHONPATH": paths}, check=False
    )
    assert done.returncode == -signal.SIGKILL
    assert len(desk.lake.landed("shops")) == landed
    again = await desk.collect()
    assert again.healed == landed
    assert (again.statement is None) is bool(landed)
    assert len(await desk.rows()) == 50
    (batch,) = await past_of(desk.memory.world, "shops")
    assert (batch.n, batch.good, batch.bad) == (1, 50, 1)
    assert not (desk.root / "lake" / "shops" / "staging").exists()


async def test_rows_that_are_gone_are_missed(desk: Desk) -> None:
    desk.put("a.csv", GOOD.format("a"))
    batch = (await desk.collect()).statement
    assert batch is not None
    (desk.root / "lake" / "shops" / "batches" / batch.folder).rename(desk.root / "gone")
    with pytest.raises(Refused, match="not in the lake"):
        await see_dataset(desk.memory.world, desk.lake, "shops")


@pytest.mark.parametrize("buckets", [16, 256])
async def test_rows_lie_in_the_bucket_that_core_names_sorted_by_key(desk: Desk, buckets: int) -> None:
    desk.divide(buckets)
    for file in range(3):
        desk.put(f"{file}.csv", *(f"k{n},第{file}次,,,,,,,,," for n in range(file, 900, file + 1)), "f9,,,,,,,,,,")
    batch = (await desk.collect()).statement
    assert isinstance(batch, Collected)
    assert (batch.buckets, batch.rows, batch.good, batch.bad) == (buckets, 900 + 450 + 300 + 3, 900, 3)
    folder = desk.root / "lake" / "shops" / "batches" / batch.folder
    seen = 0
    with duckdb.connect() as duck:
        for path in sorted(folder.glob("rows-*.parquet")):
            keys = [row[0] for row in duck.execute("select shop from read_parquet($1)", [str(path)]).fetchall()]
            assert keys == sorted(keys)
            assert {bucket_of([key], buckets) for key in keys} <= {int(path.stem.removeprefix("rows-"))}
            seen += len(keys)
    assert seen == 900
    names = dict(await desk.rows())  # type: ignore[arg-type]
    assert (names["k1"], names["k3"], names["k5"], names["k899"]) == ("第1次", "第1次", "第2次", "第2次")


@pytest.mark.parametrize("buckets", [1, 16])
async def test_the_number_of_a_row_is_its_place_in_the_file(desk: Desk, buckets: int) -> None:
    """Also where several threads read pieces of one file at the same time."""
    desk.divide(buckets)
    filler = "长" * 60
    rows = [f"k{n},{n} {filler},,,,,,,,," for n in range(1, 250_001)]
    desk.put("a.csv", *rows)
    batch = (await desk.collect()).statement
    assert batch is not None
    files = str(desk.root / "lake" / "shops" / "batches" / batch.folder / "rows-*.parquet")
    with duckdb.connect() as duck:
        wrong = "select count(*), count(*) filter (shop <> 'k' || _row) from read_parquet($1)"
        assert duck.execute(wrong, [files]).fetchall() == [(250_000, 0)]


@pytest.mark.parametrize("buckets", [1, 16])
async def test_a_row_is_looked_up_by_its_key_as_of_any_batch(desk: Desk, buckets: int) -> None:
    world = desk.memory.world
    desk.divide(buckets)
    for name in ("一", "二", "三"):
        desk.put(
            "a.csv", *(f"{key},{name},,food,,,2020/1/2,,{n},," for n, key in enumerate("abc")), f"{name},单,,,,,,,,,"
        )
        await desk.collect()
    dataset = dataset_of(world, "shops")
    past = await past_of(world, "shops")
    found = await desk.lake.lookup(dataset, standing(dataset, past), ["b"])
    assert found is not None
    assert (found["name"], found["opened"], found["seats"], found["_batch"]) == ("三", date(2020, 1, 2), 1, 3)
    assert (await desk.lake.lookup(dataset, standing(dataset, past, 2), ["b"]) or {})["name"] == "二"
    assert (await desk.lake.lookup(dataset, standing(dataset, past), ["一"]) or {})["_batch"] == 1
    assert await desk.lake.lookup(dataset, standing(dataset, past), ["x"]) is None
    assert await desk.lake.lookup(dataset, standing(dataset, past), ["b", "c"]) is None
    assert await desk.rows() == [("a", "三"), ("b", "三"), ("c", "三"), ("一", "单"), ("三", "单"), ("二", "单")]
    assert await desk.rows(as_of=2, what="count(*), max(_batch)") == [(5, 2)]


async def test_rows_of_older_contracts_lack_what_is_new(desk: Desk) -> None:
    desk.put("a.csv", GOOD.format("a"))
    await desk.collect()
    columns = dataset_of(desk.memory.world, "shops").columns
    new = Column(code="stars", name=Name("星级", "stars"), kind="integer")
    desk.change(columns=(*columns, new), version="newer")
    assert await desk.rows(what="shop, stars") == [("a", None)]
    desk.put("b.csv", GOOD.format("b") + ",5", head=HEAD + ",stars")
    await desk.collect()
    assert await desk.rows(what="shop, stars") == [("a", None), ("b", 5)]
    dataset = dataset_of(desk.memory.world, "shops")
    batches = standing(dataset, await past_of(desk.memory.world, "shops"))
    assert (await desk.lake.lookup(dataset, batches, ["a"]) or {})["stars"] is None

"""Bad input and bad luck: a clear refusal, the batch whole or absent, the version before still served."""

import gzip
import json
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import duckdb
import pytest
from flows.memory import Memory
from shell.test_lake_collect import GOOD, HEAD, TESTS, Desk, full_disk

from northbank.core.dataset import Collected, TurnedAway, standing
from northbank.core.refusal import Refused
from northbank.flows.collect import collect, dataset_of, past_of
from northbank.flows.tend import compact, forget, retire
from northbank.ports import World
from northbank.shell.lake.lake import DuckLake

Contents = dict[str, bytes]
ROWS = [GOOD.format(n) for n in range(500)]
TEXT = "\n".join((HEAD, *ROWS, ""))
LINES = "".join(json.dumps({"编号": f"{n}", "名称": "店"}) + "\n" for n in range(500)).encode()


@pytest.fixture
async def desk(tmp_path: Path) -> Desk:
    """One batch is there, of one row."""
    desk = Desk(tmp_path)
    desk.change(drift="accept")
    desk.put("before.csv", GOOD.format("before"))
    await desk.collect()
    (desk.inbox / "before.csv").unlink()
    return desk


async def refused(desk: Desk) -> str:
    """The code by which a batch is refused; nothing of it is left, and what was there is served."""
    before = desk.memory.image()
    with pytest.raises(Refused) as why:
        await desk.collect()
    assert desk.memory.image() == before
    assert len(desk.lake.landed("shops")) == 1
    assert await desk.rows() == [("before", "好味, 面馆 before")]
    assert not (desk.root / "lake" / "shops" / "staging").exists()
    assert all((why.value.say("zh"), why.value.say("en"), why.value.advise("zh"), why.value.advise("en")))
    return why.value.code


def packed(text: str, encoding: str = "utf-8") -> bytes:
    return gzip.compress(text.encode(encoding), mtime=0)


PACKED = {
    "a.csv.gz": packed(TEXT), "a.CSV.GZ": packed(TEXT, "gb18030"), "a.csv": packed(TEXT, "utf-8-sig"),
    "two.csv.gz": packed(TEXT[:5000]) + packed(TEXT[5000:]), "a.jsonl.gz": gzip.compress(LINES, mtime=0),
}  # fmt: skip


@pytest.mark.parametrize("name", list(PACKED))
async def test_packed_files_are_read_like_plain_ones(desk: Desk, name: str) -> None:
    desk.change(format="jsonl" if "jsonl" in name else "csv")
    (desk.inbox / name).write_bytes(PACKED[name])
    batch = (await desk.collect()).statement
    assert isinstance(batch, Collected)
    assert (batch.rows, batch.good, batch.files[0].bytes) == (500, 500, len(PACKED[name]))
    assert len(await desk.rows()) == 501


def parquet() -> bytes:
    with duckdb.connect() as duck:
        rows = duck.execute("select range::varchar as shop, 'x' as name from range(500)").to_arrow_table()
    import pyarrow as pa
    import pyarrow.parquet as pa_parquet

    sink = pa.BufferOutputStream()
    pa_parquet.write_table(rows, sink)
    return bytes(sink.getvalue().to_pybytes())


WHOLE: dict[str, Callable[[], bytes]] = {
    "a.csv.gz": lambda: packed(TEXT), "b.csv.gz": lambda: packed(TEXT, "gb18030"), "a.jsonl.gz": lambda: gzip.compress(LINES),
    "a.jsonl": lambda: LINES, "a.parquet": parquet,
}  # fmt: skip


@pytest.mark.parametrize("name", list(WHOLE))
async def test_half_a_file_is_refused(desk: Desk, name: str) -> None:
    desk.change(format=name.split(".")[1])
    whole = WHOLE[name]()
    for length in (len(whole) // 2, len(whole) - 3):
        (desk.inbox / name).write_bytes(whole[:length])
        assert await refused(desk) == "file_cut"
    (desk.inbox / name).write_bytes(whole)
    assert isinstance((await desk.collect()).statement, Collected)


NO_TABLE = {
    "empty": b"\n\n", "utf-16": TEXT.encode("utf-16"), "open quote": ('"' + TEXT).encode(), "bytes": bytes(range(256)) * 20,
    "wide": ",".join(f"c{n}" for n in range(3000)).encode() + b"\n1\n",
}  # fmt: skip


@pytest.mark.parametrize("what", list(NO_TABLE))
@pytest.mark.parametrize("drift", ["refuse", "quarantine"])
async def test_what_is_no_table_is_refused(desk: Desk, drift: str, what: str) -> None:
    desk.change(drift=drift)
    (desk.inbox / "a.csv").write_bytes(NO_TABLE[what])
    assert await refused(desk) == "file_header"


async def test_a_packed_file_that_is_broken_is_refused(desk: Desk) -> None:
    for broken in (b"\x1f\x8b" + b"broken" * 9, PACKED["a.csv.gz"][:2000] + b"broken" + PACKED["a.csv.gz"][2006:]):
        (desk.inbox / "a.csv").write_bytes(broken)
        assert await refused(desk) == "file_unreadable"


FOREIGN = [
    ("a,b,c", ["1,2,3", '4,"5"x,6', "7"]),
    ("x", ROWS[:50]),
    (",".join("abcdefghijkl"), ["1,2"] * 50),
    ("a;b;c", ["1;2;3", '4;"half;6', "7;8;9"]),
]


@pytest.mark.parametrize("end", ["\n", "mixed"])
@pytest.mark.parametrize(("drift", "why"), [("refuse", "drift"), ("quarantine", "bad")])
async def test_a_file_of_foreign_columns_is_turned_away(desk: Desk, drift: str, why: str, end: str) -> None:
    desk.change(drift=drift)
    for n, (head, rows) in enumerate(FOREIGN):
        ends = ["\r\n", "\n"] if end == "mixed" else [end, end]
        text = head + ends[0] + "".join(row + ends[place % 2] for place, row in enumerate(rows, 1))
        (desk.inbox / "a.csv").write_text(text, newline="")
        batch = (await desk.collect()).statement
        assert isinstance(batch, TurnedAway), head
        assert (batch.n, batch.why, batch.good) == (n + 2, why, 0)
    assert await desk.rows() == [("before", "好味, 面馆 before")]


async def test_lines_that_end_by_turns_in_two_ways_are_read(desk: Desk) -> None:
    ends = ["\r\n", "\n", "\r\n", "\r\n", "\n"]
    rows = [HEAD, *ROWS, '"last","两\r\n行",,,,,,,,,', 'half,"未闭合,,,,,,,,,', GOOD.format("end")]
    (desk.inbox / "a.csv").write_text("".join(row + ends[n % 5] for n, row in enumerate(rows)), newline="")
    batch = (await desk.collect()).statement
    assert batch is not None
    assert (batch.rows, batch.good, batch.faults) == (503, 502, {"unreadable": 1})
    assert dict(await desk.rows())["last"] == "两\n行"  # type: ignore[arg-type]


async def test_a_disk_that_fills_while_a_batch_is_put_in_its_place(desk: Desk) -> None:
    desk.put("a.csv", *ROWS)
    before = desk.memory.image()
    dataset = dataset_of(desk.memory.world, "shops")
    with desk.lake.hold("shops"):
        paths, files = await desk.lake.survey(dataset, desk.inbox, lambda step, share: None)
        counts = await desk.lake.prepare(dataset, (), paths, files, {}, lambda step, share: None)
        (one,) = await past_of(desk.memory.world, "shops")
        assert isinstance(one, Collected)
        with full_disk(64), pytest.raises(Refused) as why:
            await desk.lake.land(dataset, one, lambda step, share: None)
    assert (counts.good, why.value.code) == (500, "lake_unwritable")
    assert desk.memory.image() == before
    assert not (desk.root / "lake" / "shops" / "staging").exists()
    assert len(await desk.rows()) == len(desk.lake.landed("shops")) == 1
    await desk.collect()
    assert len(await desk.rows()) == 501


BEFORE = [("a", "一"), ("b", "二"), ("c", "三"), ("d", "三")]


@pytest.mark.parametrize("what", ["compact", "forget", "retire"])
async def test_a_kill_while_the_lake_is_tended_costs_nothing(tmp_path: Path, what: str) -> None:
    desk = Desk(tmp_path)
    desk.change(bad_share=50.0)
    for name, rows in (("1", ("a,一", "b,一", "c,一")), ("2", ("b,二", "c,,x")), ("3", ("c,三", "d,三"))):
        desk.put(f"{name}.csv", *(f"{row}{',' * (10 - row.count(','))}" for row in rows))
        await desk.collect()
    paths = os.pathsep.join(filter(None, (TESTS, os.environ.get("PYTHONPATH"))))
    command = [sys.executable, str(Path(TESTS) / "shell" / "tend_once.py"), str(desk.root), what]
    done = subprocess.run(  # noqa: ASYNC221  # nothing else waits meanwhile
        command, env=os.environ | {"PYTHONPATH": paths}, check=True, capture_output=True, text=True
    )
    kills = int(done.stdout)
    assert kills >= 8
    for step in range(1, kills + 1):
        memory, lake = Memory(), DuckLake(desk.root / str(step), "200MB", 1)
        # What the journal knew before: the batches, and no more.
        await collect(memory.world, desk.lake, "shops", desk.inbox, lambda step, share: None)
        await _ended_as_if_not_killed(memory, lake, what)
        assert not (desk.root / str(step) / "shops" / "staging").exists()


async def _ended_as_if_not_killed(memory: Memory, lake: DuckLake, what: str) -> None:
    """What is read after a kill, and what becomes of the same command."""
    world, dataset = memory.world, dataset_of(memory.world, "shops")
    batches = standing(dataset, await past_of(world, "shops"))
    rows = sorted(await lake.rows(dataset, batches, "shop, name"))
    assert rows in ((BEFORE, [one for one in BEFORE if one[0] != "c"]) if what == "forget" else (BEFORE,))
    if what == "forget":
        await forget(world, lake, "shops", ("c",), "asked")
        assert "c" not in dict(await lake.rows(dataset, batches, "shop, name"))  # type: ignore[arg-type]
        assert await forget_finds_nothing(world, lake)
        return
    merged = await compact(world, lake, "shops")
    assert merged is not None
    assert (len(merged.of), merged.rows) == (3, 4)
    assert await compact(world, lake, "shops") is None
    if what == "retire":
        memory.clock.advance(timedelta(days=40_000))
        done = await retire(world, lake, "shops")
        assert done is not None
        assert len(done.folders) == 3, "also what was taken away by the run that was killed"
        assert await retire(world, lake, "shops") is None
    assert sorted(await lake.rows(dataset, batches, "shop, name")) == BEFORE


async def forget_finds_nothing(world: World, lake: DuckLake) -> bool:
    again = await forget(world, lake, "shops", ("c",), "asked")
    return (again.rows, again.bad) == (0, 0)


async def test_batches_from_before_there_were_buckets_are_read_merged_and_forgotten(tmp_path: Path) -> None:
    old = Desk(tmp_path)
    old.put("old.csv", *(f"k{n},旧,,,,,,,,," for n in range(40)))
    batch = (await old.collect()).statement
    assert batch is not None
    folder = old.root / "lake" / "shops" / "batches" / batch.folder
    with duckdb.connect() as duck:  # rows lay in any file, by no bucket
        for n in range(3):
            duck.execute(
                f"copy (select * from '{folder}/rows-0000.parquet' where _row % 3 = {n} order by shop) to '{folder}/part-{n}' (format parquet)"
            )
    (folder / "rows-0000.parquet").unlink()
    for n in range(3):
        (folder / f"part-{n}").rename(folder / f"rows-{n:04d}.parquet")
    about = json.loads((folder / "about.json").read_text())
    for newer in ("buckets", "seconds", "noted", "origin", "mark"):
        about.pop(newer, None)
    (folder / "about.json").write_text(json.dumps(about))
    (tmp_path / "now").mkdir()
    desk = Desk(tmp_path / "now")
    (tmp_path / "lake").rename(tmp_path / "now" / "lake")
    desk.divide(16)
    desk.put("new.csv", "k7,新,,,,,,,,,", "k99,新,,,,,,,,,")
    assert (await desk.collect()).healed == 1
    dataset, past = dataset_of(desk.memory.world, "shops"), await past_of(desk.memory.world, "shops")
    assert [one.buckets for one in past] == [0, 16]

    async def names() -> list[str | None]:
        found = [await desk.lake.lookup(dataset, standing(dataset, past), [key]) for key in ("k3", "k7", "k99", "no")]
        return [str(one["name"]) if one else None for one in found]

    assert len(await desk.rows()) == 41
    assert await names() == ["旧", "新", "新", None]
    await compact(desk.memory.world, desk.lake, "shops")
    assert await names() == ["旧", "新", "新", None]
    await forget(desk.memory.world, desk.lake, "shops", ("k7",), "asked")
    assert await names() == ["旧", None, "新", None]
    assert len(await desk.rows()) == 40

"""The same dirty files collected by DuckDB and by a Spark cluster: equal statements, equal quarantine, equal files of rows."""

import json
import random
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import msgspec
import pytest
from shell.conftest import CLUSTER, MEMORY
from shell.test_lake_collect import FAULTY, GOOD, HEAD, Desk
from shell.test_lake_rules import a_card, a_code

from northbank.core.dataset import AnyStatement, Collected, TurnedAway, standing
from northbank.core.refusal import Refused
from northbank.flows.collect import dataset_of, past_of
from northbank.shell.lake.lake import DuckLake
from northbank.shell.lake.spark.lake import SparkLake

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


class Pair:
    """Two centers that get the same files: one collects by DuckDB, the other by Spark, until they change places."""

    def __init__(self, root: Path, buckets: int = 16) -> None:
        self.desks = []
        for name in ("duckdb", "spark"):
            (root / name).mkdir()
            self.desks.append(Desk(root / name))
            self.desks[-1].inbox = self.desks[0].inbox
        self.buckets = buckets
        self.inbox = self.desks[0].inbox
        self.turn = 0
        self.change_places()

    def change_places(self) -> None:
        """From now on the other engine collects for each of them."""
        by_duckdb, by_spark = self.desks if self.turn == 0 else reversed(self.desks)
        by_duckdb.lake = DuckLake(by_duckdb.root / "lake", "500MB", 2, lambda rows: self.buckets)
        by_spark.lake = SparkLake(by_spark.root / "lake", CLUSTER, MEMORY, 2, lambda rows: self.buckets)
        self.turn = 1 - self.turn

    def change(self, **fields: object) -> None:
        for desk in self.desks:
            desk.change(**fields)

    async def collect(self, code: str = "shops", place: Path | None = None) -> AnyStatement:
        """The statement of the batch, which is the same, down to the files."""
        first, second = [(await desk.collect(code, place)).statement for desk in self.desks]
        assert first is not None
        assert second == first
        assert self.rows(0, code, first) == self.rows(1, code, first)
        assert self.quarantine(0, code, first) == self.quarantine(1, code, first)
        return first

    def rows(self, which: int, code: str, batch: AnyStatement) -> dict[str, list[Any]]:
        """Every file of good rows with its columns, their types and its rows in their order. A bucket without rows may lack its file."""
        folder = self.desks[which].root / "lake" / code / "batches" / batch.folder
        found = {}
        with duckdb.connect() as duck:
            for path in sorted(folder.glob("rows-*.parquet")):
                asked = duck.execute("select * from read_parquet($1)", [str(path)])
                columns = [column[:2] for column in asked.description]
                if rows := asked.fetchall():
                    found[path.name] = [columns, *map(repr, rows)]
        return found

    def quarantine(self, which: int, code: str, batch: AnyStatement) -> list[str]:
        folder = self.desks[which].root / "lake" / code / "batches" / batch.folder
        if isinstance(batch, TurnedAway) and batch.why == "drift":
            return [one.name for one in folder.iterdir()]
        with duckdb.connect() as duck:
            return sorted(map(repr, duck.execute("from read_parquet($1)", [str(folder / "bad.parquet")]).fetchall()))

    async def seen(self, what: str = "*") -> list[tuple[object, ...]]:
        """The rows of the data set as it is now, which both see."""
        found = []
        for desk in self.desks:
            dataset = dataset_of(desk.memory.world, "shops")
            batches = standing(dataset, await past_of(desk.memory.world, "shops"))
            found.append(sorted(await desk.lake.rows(dataset, batches, what), key=repr))
        assert found[0] == found[1]
        return found[0]


@pytest.fixture
def pair(tmp_path: Path, spark: "SparkSession") -> Pair:
    return Pair(tmp_path)


def generated(rows: int, seed: int) -> list[str]:
    """Lines of shops with every kind of fault that the template's contract knows, repeated keys and odd texts among them."""
    chance = random.Random(seed)
    names = ("好味面馆", '"带,逗号"', '"引""号"', '"两\n行"', "\u3000全角　空格 ", "𠮷野家", "É'`\\n", "NULL", "-", "")
    days = ("2024-02-29", "2023-02-29", "2024/2/9", "20240209", "2024年2月9日", "2024-13-01", "", "1999-12-31")
    numbers = ("12", " 0 ", "-0", "501", "一", "+7", "1e3", "", "007")
    places = ("106.551", "85.33", "-5.12", "-0.0", "0.00001", "123456789012345.5", "1,5", "")
    lines = []
    for n in range(rows):
        card, code = a_card(chance.randrange(10**6)), a_code(chance.randrange(400))
        lines.append(",".join((
            f"k{chance.randrange(rows)}" if n % 50 else "", chance.choice(names), code if n % 3 else code[:-1] + "0", chance.choice(("food", "goods", "ship", "")),
            card.lower() if n % 4 else card[:-1] + "5", chance.choice(("13800138000", "023-67890123", "12345", "")), chance.choice(days),
            chance.choice(days), chance.choice(numbers), chance.choice(places), chance.choice(places),
        )))  # fmt: skip
    return lines


async def test_dirty_files_end_the_same_by_both_engines(pair: Pair) -> None:
    """Broken quotes, broken bytes, two encodings, other columns, every fault, repeated keys over files: then each continues the other's."""
    pair.change(drift="quarantine", bad_share=100.0)
    desk = pair.desks[0]
    desk.put("a.csv", *(GOOD.format(f"g{n}") for n in range(40)), *FAULTY, "g0,后到,914403001922038216,,,,,,,,")
    desk.put("b.csv", *generated(300, 1), encoding="gb18030")
    desk.put("c.csv", *(f"{row},x" for row in generated(20, 2)), 'q,"b"c,d', head=HEAD + ",备'注\"`")
    path = desk.put("d.csv", *generated(300, 3), "z,,,,,,,,,东,", "x,坏字节,,,,,,,,,")
    path.write_bytes(path.read_bytes().replace("坏字".encode(), b"\xff\xfe"))
    first = await pair.collect()
    assert isinstance(first, Collected)
    implied = {
        "required(name)",
        "type(opened)",
        "type(seats)",
        "type(lon)",
        "code(kind)",
        "range(seats)",
        "drift",
        "unreadable",
    }
    named = {
        "id_card(keeper)",
        "credit_code(credit_code)",
        "phone(phone)",
        "in_order(opened,closed)",
        "inside(lon,lat)",
        "unique(credit_code)",
    }
    assert implied | named <= set(first.faults)
    assert first.repeated
    assert first.good > 40
    pair.change_places()
    desk.put("e.csv", *(GOOD.format(f"g{n}").replace("好味", "新味") for n in range(20, 60)), *generated(200, 4))
    second = await pair.collect()
    assert isinstance(second, Collected)
    assert len(await pair.seen("shop")) > max(first.good, second.good)
    await references_are_held_over_batches_of_both(pair)


async def references_are_held_over_batches_of_both(pair: Pair) -> None:
    """Each engine reads the shops of the two batches, one of which the other one wrote."""
    pair.change_places()
    checks = pair.inbox.parent / "checks"
    checks.mkdir()
    rows = [f"{n},g{n},2026-05-0{1 + n % 9}T09:30,{'是' if n % 2 else '0'}" for n in range(55)]
    rows += [
        "90,nobody,2026/5/9 09:30,N",
        "91,g1,2026年5月9日 23:59:59,y",
        "91,g2,2026-05-09 24:00,y",
        "92,,2026-05-09 08:00,y",
    ]
    (checks / "log.csv").write_text("\n".join(("inspection,shop,at,passed", *rows, "")))
    for desk in pair.desks:
        world = desk.memory.world
        log = msgspec.structs.replace(world.city.datasets["inspections"], bad_share=100.0)
        city = msgspec.structs.replace(world.city, datasets={**world.city.datasets, "inspections": log})
        desk.memory.world = msgspec.structs.replace(world, city=city)
    batch = await pair.collect("inspections", checks)
    assert batch.faults["known(shop)"] == 1


@pytest.mark.parametrize("format", ["jsonl", "parquet"])
async def test_other_formats_end_the_same(pair: Pair, format: str) -> None:
    pair.change(format=format, bad_share=100.0)
    odd = [
        1,
        1.5,
        1e20,
        0.1,
        True,
        None,
        '\u0007\u001f\u007f\u2028/\\"',
        "",
        [1, {"a": None}],
        -0.0,
        "全角　",
        12345678901234567890,
    ]
    lines = pair.inbox.parent / "lines.jsonl"
    rows = [{"编号": f"r{n}", "名称": value, "座位数": value, "经度": value} for n, value in enumerate(odd)]
    rows.append({"编号": "good", "名称": "店", "座位数": 7, "经度": None})
    lines.write_text("\n".join(json.dumps(row, ensure_ascii=bool(n % 2)) for n, row in enumerate(rows)))
    if format == "jsonl":
        (pair.inbox / "a.jsonl").write_bytes(lines.read_bytes())
    else:
        with duckdb.connect() as duck:
            typed = "{'编号': 'VARCHAR', '名称': 'VARCHAR', '座位数': 'JSON', '经度': 'DOUBLE'}"
            duck.execute(
                f"copy (select *, case when 编号 <> 'good' then timestamp '2024-02-03 04:05:06.5' end as 开业日期, 1.50::decimal(5,2) as 纬度 "
                f"from read_json($1, columns={typed}, ignore_errors=true)) to $2",
                [str(lines), str(pair.inbox / "a.parquet")],
            )
    batch = await pair.collect()
    assert batch.good
    assert batch.bad


async def test_a_batch_is_turned_away_by_both(pair: Pair) -> None:
    pair.desks[0].put("a.csv", GOOD.format("a"), "f9,,,,,,,,,,")
    turned = await pair.collect()
    assert isinstance(turned, TurnedAway)
    assert turned.why == "bad"
    (pair.inbox / "a.csv").unlink()
    pair.desks[0].put("b.csv", "1", head="编号")
    assert (await pair.collect()).faults == {}


async def test_what_cannot_be_read_is_said_in_a_sentence(pair: Pair) -> None:
    (pair.inbox / "a.csv").write_bytes(b"")
    with pytest.raises(
        Refused, match=r"first line of a\.csv should name the columns, but it is empty\. Nothing was taken\.$"
    ):
        await pair.desks[1].collect()

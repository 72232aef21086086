"""A lake that is tended: folders merged, a person forgotten, old batches retired; what is read stays right meanwhile."""

from datetime import timedelta
from pathlib import Path

import duckdb
import pytest
from shell.test_lake_collect import Desk

from northbank.core.dataset import standing
from northbank.core.refusal import Refused
from northbank.core.tending import Compacted, Forgotten, compaction_due, digest_of
from northbank.flows.collect import dataset_of, past_of
from northbank.flows.tend import compact, forget, retire, tended


@pytest.fixture
async def desk(tmp_path: Path) -> Desk:
    """Three batches: b changes, then c; d comes last."""
    desk = Desk(tmp_path)
    desk.put("1.csv", "a,一,,,,,,,,,", "b,一,,,,,,,,,", "c,一,,,,,,,,,", "bad,,,,11010519491231002x,,,,,,")
    desk.change(bad_share=50.0)
    await desk.collect()
    desk.put("2.csv", "b,二,,,,,,,,,")
    await desk.collect()
    desk.put("3.csv", "c,三,,,,,,,,,", "d,三,,,,,,,,,")
    await desk.collect()
    return desk


ALL = [("a", "一", 1), ("b", "二", 2), ("c", "三", 3), ("d", "三", 3)]


@pytest.mark.parametrize("buckets", [1, 16])
async def test_one_folder_stands_for_several_batches(desk: Desk, buckets: int) -> None:
    desk.divide(buckets)
    world = desk.memory.world
    assert await desk.rows(what="shop, name, _batch") == ALL
    done = await compact(world, desk.lake, "shops")
    assert done is not None
    assert (len(done.of), done.rows) == (3, 4)
    assert await desk.rows(what="shop, name, _batch") == ALL
    assert await desk.rows(as_of=2) == [("a", "一"), ("b", "二"), ("c", "一")]
    assert await compact(world, desk.lake, "shops") is None
    for batch in standing(dataset_of(world, "shops"), await past_of(world, "shops")):
        (desk.root / "lake" / "shops" / "batches" / batch.folder).rename(desk.root / batch.folder)
    assert await desk.rows(what="shop, name, _batch") == ALL
    with pytest.raises(Refused, match="not in the lake"):
        await desk.rows(as_of=2)
    desk.put("4.csv", "a,四,,,,,,,,,")
    await desk.collect()
    assert (await desk.rows())[0] == ("a", "四")
    dataset, past = dataset_of(world, "shops"), await past_of(world, "shops")
    for key, name in (("a", "四"), ("b", "二")):
        assert (await desk.lake.lookup(dataset, standing(dataset, past), [key]) or {})["name"] == name
    assert [type(one) for one in await tended(world, "shops")] == [Compacted]


@pytest.mark.parametrize(
    ("good", "due"),
    [
        ([1] * 16, True),
        ([100] * 17, True),
        ([100, 1, 1, 1], False),
        ([100, 9, 9, 9], False),
        ([100, 5, 6, 5, 6], True),
        ([100, 5, 5, 5, 5], False),
    ],
)
def test_merging_is_due_by_number_and_by_share(good: list[int], due: bool) -> None:
    assert compaction_due(good) is due


async def test_a_person_is_forgotten_in_every_file(desk: Desk) -> None:
    world = desk.memory.world
    desk.put("4.csv", "c,,,,,,,,,,", *(f"e{n},好,,,,,,,,," for n in range(9)))
    await desk.collect()
    await compact(world, desk.lake, "shops")
    done = await forget(world, desk.lake, "shops", ("c",), "asked to be")
    assert (done.rows, done.bad) == (3, 1)
    assert done.digest == digest_of(done.salt, ["c"])
    assert "c" not in dict(await desk.rows())  # type: ignore[arg-type]
    assert [key for key, *_ in await desk.rows(as_of=1)] == ["a", "b"]
    files = str(desk.root / "lake" / "shops" / "*" / "*" / "rows-*.parquet")
    with duckdb.connect() as duck:
        assert duck.execute(
            "select count(*) from read_parquet($1, union_by_name=true) where shop = 'c'", [files]
        ).fetchall() == [(0,)]
    again = await forget(world, desk.lake, "shops", ("c",), "asked to be")
    assert (again.rows, again.bad) == (0, 0)
    assert [type(one) for one in await tended(world, "shops")] == [Compacted, Forgotten, Forgotten]
    desk.memory.check()


async def test_what_is_past_retention_is_taken_away_once_nothing_stands_on_it(desk: Desk) -> None:
    world = desk.memory.world
    assert await retire(world, desk.lake, "shops") is None
    days = dataset_of(world, "shops").retention
    desk.memory.clock.advance(timedelta(days=days + 36_500))
    done = await retire(world, desk.lake, "shops")
    assert done is not None
    assert (done.folders, len(done.quarantine)) == ((), 3)
    await compact(world, desk.lake, "shops")
    done = await retire(world, desk.lake, "shops")
    assert done is not None
    assert len(done.folders) == 3
    assert await desk.rows(what="shop, name, _batch") == ALL
    assert await retire(world, desk.lake, "shops") is None

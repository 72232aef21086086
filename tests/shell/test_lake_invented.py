"""Invented rows of any contract: collecting them finds every fault that was planted, and no other."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from flows.memory import Memory

from northbank.core.dataset import Collected, rules_of
from northbank.flows.collect import collect, dataset_of, past_of
from northbank.shell.lake.invented import Planted, invent
from northbank.shell.lake.invented_cells import Others, Scene
from northbank.shell.lake.lake import DuckLake

NOON = datetime(2026, 11, 28, 12, 30)


async def fill(
    memory: Memory, lake: DuckLake, code: str, rows: int, others: Others, root: Path, until: datetime | None = None
) -> Planted:
    """Invent rows of a contract and collect them."""
    city = memory.world.city
    dataset = dataset_of(memory.world, code)
    box = city.places.outline.bounds
    scene = Scene("110101", ("甲街道", "乙镇"), box, until)
    rules = rules_of(dataset, box)
    plan = await invent(dataset, rules, scene, others, rows, root / code, file_rows=1 + rows // 3)
    await collect(memory.world, lake, code, root / code, lambda step, share: None)
    (batch,) = await past_of(memory.world, code)
    assert isinstance(batch, Collected), batch
    assert batch.faults == plan.faults
    assert (batch.rows, batch.good, batch.repeated, batch.bad) == (rows, plan.keys, plan.again, plan.bad)
    return plan


@pytest.mark.parametrize(("buckets", "until"), [(1, NOON), (16, None)])
async def test_every_planted_fault_is_found_and_none_invented(
    tmp_path: Path, buckets: int, until: datetime | None
) -> None:
    memory = Memory()
    lake = DuckLake(tmp_path / "lake", "500MB", 2, lambda rows: buckets)
    shops = await fill(memory, lake, "shops", 5000, {}, tmp_path, until)
    assert len(shops.faults) > 12
    others: Others = {"shops": (dataset_of(memory.world, "shops"), shops.keys)}
    await fill(memory, lake, "inspections", 3000, others, tmp_path, until)


async def test_a_demonstration_leads_up_to_the_moment_of_its_files(tmp_path: Path) -> None:
    memory = Memory()
    lake = DuckLake(tmp_path / "lake")
    await fill(memory, lake, "shops", 2000, {}, tmp_path, NOON)
    dataset = dataset_of(memory.world, "shops")
    batches = [one for one in await past_of(memory.world, "shops") if isinstance(one, Collected)]
    ((first, last, empty),) = await lake.rows(
        dataset, batches, "min(opened), max(opened), count(*) filter (opened is null)"
    )
    assert NOON.date() - timedelta(days=1700) < first < NOON.date() - timedelta(days=1000)  # type: ignore[operator]
    assert NOON.date() - timedelta(days=100) < last <= NOON.date()  # type: ignore[operator]
    assert int(str(empty)) < 500


async def test_the_same_seed_makes_the_same_rows(tmp_path: Path) -> None:
    memory = Memory()
    dataset = dataset_of(memory.world, "shops")
    scene = Scene("110101", ("甲街道",), (0.0, 0.0, 1.0, 1.0))
    rules = rules_of(dataset, scene.box)
    made = []
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        await invent(dataset, rules, scene, {}, 300, tmp_path / name, seed)
        made.append((tmp_path / name / "shops-000.csv").read_bytes())
    assert made[0] == made[1] != made[2]

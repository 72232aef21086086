"""Invented rows of any contract: collecting them finds every fault that was planted, and no other."""

from pathlib import Path

import pytest
from flows.memory import Memory

from northbank.core.dataset import Collected, rules_of
from northbank.flows.collect import collect, dataset_of, past_of
from northbank.shell.lake.invented import Planted, invent
from northbank.shell.lake.invented_cells import Others, Scene
from northbank.shell.lake.lake import DuckLake


async def fill(memory: Memory, lake: DuckLake, code: str, rows: int, others: Others, root: Path) -> Planted:
    """Invent rows of a contract and collect them."""
    city = memory.world.city
    dataset = dataset_of(memory.world, code)
    box = city.places.outline.bounds
    scene = Scene("110101", ("甲街道", "乙镇"), box)
    rules = rules_of(dataset, box)
    plan = await invent(dataset, rules, scene, others, rows, root / code, file_rows=1 + rows // 3)
    await collect(memory.world, lake, code, root / code, lambda step, share: None)
    (batch,) = await past_of(memory.world, code)
    assert isinstance(batch, Collected), batch
    assert batch.faults == plan.faults
    assert (batch.rows, batch.good, batch.repeated, batch.bad) == (rows, plan.keys, plan.again, plan.bad)
    return plan


@pytest.mark.parametrize("buckets", [1, 16])
async def test_every_planted_fault_is_found_and_none_invented(tmp_path: Path, buckets: int) -> None:
    memory = Memory()
    lake = DuckLake(tmp_path / "lake", "500MB", 2, lambda rows: buckets)
    shops = await fill(memory, lake, "shops", 5000, {}, tmp_path)
    assert len(shops.faults) > 12
    await fill(memory, lake, "inspections", 3000, {"shops": (dataset_of(memory.world, "shops"), shops.keys)}, tmp_path)


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

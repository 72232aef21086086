"""Base databases: golden records by the newest links, each cell from the record that survives, versions as those of any data set."""

from collections.abc import AsyncIterator
from pathlib import Path

import duckdb
import pytest
from msgspec.structs import replace
from shell.linked import LinkDesk, silent

from northbank.core.bases import Base, Built
from northbank.core.dataset import standing
from northbank.core.refusal import Refused
from northbank.core.survive import Candidate, Survives, survivor
from northbank.core.tending import Retired
from northbank.flows.collect import collect, past_of
from northbank.flows.govern import govern
from northbank.flows.link import KEPT, link
from northbank.flows.see_datasets import see_dataset
from northbank.flows.tend import tended

SHOPS = [
    "s1,好味,914403001922038216,13800138000,2020-01-02,10,85.33,-5.12",
    "s2,独一店,,13100131000,2020-01-02,4,85.33,-5.12",
]
PERMITS = [
    "p1,北岸好味餐饮有限公司,914403001922038216,13900139000,2020-01-12,港口路1号,12",
    "p2,北岸好味餐饮,914403001922038216,13900139000,2020-01-12,港口路1号,",
]


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[LinkDesk]:
    found = LinkDesk(tmp_path)
    await found.bring("shops", SHOPS)
    await found.bring("permits", PERMITS)
    yield found
    found.memory.check()


def base_of(desk: LinkDesk) -> Base:
    return desk.memory.world.city.bases["legal_persons"]


async def golden(
    desk: LinkDesk, what: str = "name, credit_code, phone, address, seats", n: int | None = None
) -> list[tuple[object, ...]]:
    dataset = base_of(desk).dataset
    batches = standing(dataset, await past_of(desk.memory.world, dataset.code), n)
    return sorted(await desk.lake.rows(dataset, batches, what), key=str)


async def build(desk: LinkDesk) -> Built | None:
    await link(desk.platform, "keepers", False, silent)
    return (await govern(desk.platform, "legal_persons", silent)).built


async def test_each_entity_is_one_row_whose_cells_survive_by_their_rules(desk: LinkDesk) -> None:
    built = await build(desk)
    assert built is not None
    assert (built.rows, built.run, built.inputs) == (2, 1, {"shops": 1, "permits": 1})
    assert await golden(desk) == [
        ("北岸好味餐饮有限公司", "914403001922038216", "13900139000", "港口路1号", 10),
        ("独一店", None, "13100131000", None, 4),
    ]
    seen = await see_dataset(desk.memory.world, desk.lake, "legal_persons")
    assert (seen.rows, len(seen.batches)) == (2, 1)
    assert await build(desk) is None, "the same rows and links make no new version"


async def test_each_cell_tells_which_record_it_is_from(desk: LinkDesk) -> None:
    built = await build(desk)
    assert built is not None
    folder = desk.root / "lake" / "legal_persons" / "batches" / built.folder
    run = next((desk.root / "links" / "keepers" / "runs").iterdir())
    columns = [one.column.code for one in base_of(desk).columns]
    with duckdb.connect() as duck:
        members = {
            (e, n): key
            for e, n, key in duck.execute(
                "select entity, n, key[1] from read_parquet($1)", [str(run / "members.parquet")]
            ).fetchall()
        }
        entity, numbers = duck.execute(
            "select entity, _from from read_parquet($1) where address is not null", [str(folder / "rows-*.parquet")]
        ).fetchone()  # type: ignore[misc]
    came = {code: members.get((entity, n)) for code, n in zip(columns, numbers, strict=True)}
    assert (came["name"], came["seats"], came["lon"]) == ("p1", "s1", "s1")
    assert came["address"] in ("p1", "p2")


@pytest.mark.parametrize("rule", ["trusted", "recent", "longest", "frequent"])
async def test_the_engine_lets_the_same_cell_survive_as_core(desk: LinkDesk, rule: Survives) -> None:
    """Names of up to nine records of one shop, from both registers and several batches."""
    for batch in range(3):
        rows = [f"x{batch}{n},{'好味' * (n + 1)}{batch % 2 or ''},914403001922038216,,2020-01-12,," for n in range(3)]
        await desk.bring("permits", rows, f"batch{batch}")
    base = base_of(desk)
    columns = tuple(replace(one, rule=rule) for one in base.columns)
    city = replace(desk.memory.world.city, bases={"legal_persons": replace(base, columns=columns)})
    desk.memory.world = replace(desk.memory.world, city=city)
    await build(desk)
    run = next((desk.root / "links" / "keepers" / "runs").iterdir())
    world = desk.memory.world
    with duckdb.connect() as duck:
        parts = []
        for code, column in (("shops", "name"), ("permits", "holder")):
            dataset = world.city.datasets[code]
            batches = standing(dataset, await past_of(world, code))
            times = {one.n: one.happened_at.timestamp() for one in batches if one.happened_at}
            query = f"select {column}, n, _batch from ({desk.lake.relation(dataset, batches)}) r join read_parquet($1) m on m.key[1] = r.{dataset.key[0]} where credit_code is not null"
            parts += [
                Candidate(name, ("shops", "permits").index(code), (float(int(times[batch])),), n)
                for name, n, batch in duck.execute(query, [str(run / "members.parquet")]).fetchall()
            ]
    wanted = survivor(rule, sorted(parts, key=lambda one: one.record))
    assert wanted is not None
    assert (wanted.value,) in await golden(desk, "name")


async def test_an_older_version_stays_as_it_was_and_ids_last(desk: LinkDesk) -> None:
    await build(desk)
    before = await golden(desk, "entity, name")
    await desk.bring("permits", ["p9,北岸好味餐饮服务管理有限公司,914403001922038216,,2020-01-12,,"], "later")
    built = await build(desk)
    assert built is not None
    assert built.n == 2
    assert await golden(desk, "entity, name", 1) == before
    after = dict(await golden(desk, "entity, name"))  # type: ignore[arg-type]
    assert set(after) == {entity for entity, _ in before}
    assert "北岸好味餐饮服务管理有限公司" in after.values()


async def test_a_version_that_landed_before_a_kill_is_told_of_first(
    desk: LinkDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    await link(desk.platform, "keepers", False, silent)
    commit = desk.memory.world.journal.commit

    async def killed(change: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(desk.memory.world.journal, "commit", killed)
    with pytest.raises(KeyboardInterrupt):
        await govern(desk.platform, "legal_persons", silent)
    monkeypatch.setattr(desk.memory.world.journal, "commit", commit)
    done = await govern(desk.platform, "legal_persons", silent)
    assert (done.healed, done.built) == (1, None)
    assert len(await golden(desk)) == 2


async def test_old_versions_go_and_the_journal_tells_of_it_also_after_a_kill(
    desk: LinkDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    folders = []
    for n in range(KEPT + 1):
        await desk.bring("permits", [f"q{n},北岸第{n}店,,1350013500{n},2020-01-12,,"], f"later{n}")
        if n == KEPT:  # a kill after files went and before the journal heard of it
            monkeypatch.setattr("northbank.flows.tend._tell", killed)
            with pytest.raises(KeyboardInterrupt):
                await build(desk)
            monkeypatch.undo()
        built = await build(desk)
        folders += [built.folder] if built else []
    past = await past_of(desk.memory.world, "legal_persons")
    on_disk = sorted(one.name for one in (desk.root / "lake" / "legal_persons" / "batches").iterdir())
    assert on_disk == [one.folder for one in past][-KEPT:]
    told = await tended(desk.memory.world, "legal_persons")
    assert told == [Retired(folders=(folders[0],), quarantine=())]
    await golden(desk, n=2)
    with pytest.raises(Refused, match="legal_persons"):
        await golden(desk, n=1)
    assert await build(desk) is None
    assert await tended(desk.memory.world, "legal_persons") == told, "told once"


async def killed(*of: object) -> None:
    raise KeyboardInterrupt


async def test_what_cannot_be_built_is_refused(tmp_path: Path) -> None:
    desk = LinkDesk(tmp_path)
    with pytest.raises(Refused, match="no base database nothing"):
        await govern(desk.platform, "nothing", silent)
    with pytest.raises(Refused, match="linked by keepers yet"):
        await govern(desk.platform, "legal_persons", silent)
    with pytest.raises(Refused, match="made of other data sets"):
        await collect(desk.memory.world, desk.lake, "legal_persons", tmp_path, silent)

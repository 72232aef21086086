"""A person who is forgotten is found nowhere below the data folder: rows, quarantine, links, golden records, copies for grants; others stay."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, cast

import duckdb
import pytest
from msgspec.structs import replace
from shell.linked import LinkDesk, silent
from template import NOW, city

from northbank.core.dataset import standing
from northbank.core.refusal import Refused
from northbank.core.rowfilter import Compare
from northbank.core.tending import referring
from northbank.core.terms import Terms
from northbank.flows.collect import dataset_of, past_of
from northbank.flows.forget_record import forget_record
from northbank.flows.govern import govern
from northbank.flows.link import link
from northbank.flows.platform import Platform, Sharing
from northbank.ports.sharing import Given
from northbank.shell.lake.answers import DuckAnswerer

SHOPS = [
    "s1,张伟的店,914403001922038216,13800138000,2020-01-02,10,85.33,-5.12",
    "s2,大江百货,91110000802100433B,13700137000,2019-01-01,0,85.33,-5.12",
]
PERMITS = [
    "p1,张伟,914403001922038216,13900139000,2020-01-12,港口路1号,12",
    "p2,大江百货商场,91110000802100433B,13700137001,2019-01-05,港口路3号,5",
    "p3,大江百货商店,91110000802100433B,,2019-01-05,港口路3号,",
]


class Desk(LinkDesk):
    """With grants' copies on the disk."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.answerer = DuckAnswerer(root / "granted", self.lake, b"secret", "300MB", 1)

    @property
    def platform(self) -> Platform:
        sharing = Sharing(*cast(Any, (None, None)), answerer=self.answerer)
        return replace(super().platform, sharing=sharing)

    async def build(self) -> None:
        await link(self.platform, "keepers", False, silent)
        await govern(self.platform, "legal_persons", silent)

    async def given(self, code: str) -> Given:
        """A grant of names and phones, of rows by a filter: a copy is made of what it gives."""
        dataset = dataset_of(self.memory.world, code)
        batches = tuple(standing(dataset, await past_of(self.memory.world, code)))
        fields = tuple(one.code for one in dataset.columns)
        rows = Compare(column=dataset.key[0], op="filled")
        return Given(
            name=code,
            grant="g",
            dataset=dataset,
            batches=batches,
            terms=Terms(fields=fields, rows=rows, until=NOW.date(), shown=dict.fromkeys(fields, "plain")),
        )

    def found(self, *cells: str) -> list[str]:
        """The files below the data folder that hold any of these cells."""
        holding = []
        with duckdb.connect() as duck:
            for path in sorted(one for one in self.root.rglob("*") if one.is_file()):
                if "inbox" in path.parts:
                    continue
                if path.suffix == ".parquet":
                    rows = duck.execute("select to_json(t)::varchar from read_parquet($1) t", [str(path)]).fetchall()
                    text = "\n".join(row for (row,) in rows)
                else:
                    text = path.read_bytes().decode("utf-8", "ignore")
                if any(cell in text for cell in cells):
                    holding.append(str(path.relative_to(self.root)))
        return holding


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    """Two registers, linked and built, and a copy of each for a grant."""
    found = Desk(tmp_path)
    await found.bring("shops", SHOPS)
    await found.bring("permits", PERMITS)
    await found.build()
    for code in ("shops", "permits", "legal_persons"):
        assert await found.answerer.rows(await found.given(code), ["x"], 1) == []
    yield found
    found.answerer.close()
    found.memory.check()


PERSON = ("张伟", "914403001922038216", "13800138000", "13900139000", '"s1"', '"p1"')


async def test_with_linked_records_nothing_of_the_person_is_left(desk: Desk) -> None:
    await desk.bring("shops", ["s1,张伟新店,914403001922038216,13800138000,2020-01-02,10,85.33,-5.12"], "again")
    await desk.build()
    before = desk.found(*PERSON)
    for part in ("lake/shops/", "lake/permits/", "lake/legal_persons/", "links/keepers/runs/", "granted/"):
        assert any(part in one for one in before), part
    told = await forget_record(desk.platform, "shops", ("s1",), "asked to be", linked=True)
    assert desk.found(*PERSON) == []
    assert set(told) == {"shops", "permits"}
    ((shop,), (permit,)) = (told["shops"], told["permits"])
    assert (shop.rows, permit.rows) == (2, 1)
    assert (permit.golden, shop.golden) == (2, 0), "of both versions, gone with the first of its records"
    assert shop.links + permit.links >= 4
    assert not any(word in str(told) for word in ("张伟", "s1", "p1"))


async def test_who_is_not_meant_stays_and_links_and_bases_go_on(desk: Desk) -> None:
    await forget_record(desk.platform, "shops", ("s1",), "asked to be", linked=True)
    assert desk.found("大江百货商店")
    (row,) = await desk.answerer.rows(await desk.given("shops"), ["s2"], 5)
    assert row["name"] == "大江百货"
    await desk.bring("permits", ["p9,新来的店,,,2024-01-01,,"], "later")
    await desk.build()
    base = desk.memory.world.city.bases["legal_persons"].dataset
    batches = standing(base, await past_of(desk.memory.world, base.code))
    assert len(await desk.lake.rows(base, batches)) == 2
    assert desk.found(*PERSON) == []


async def test_without_linked_the_other_register_keeps_its_own_row(desk: Desk) -> None:
    await forget_record(desk.platform, "shops", ("s1",), "sold")
    held = desk.found("13900139000")
    assert held
    assert all(one.startswith("lake/permits/") for one in held)
    assert desk.found("张伟的店", "13800138000") == []


async def test_what_a_kill_left_is_forgotten_by_the_same_command(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    commit = desk.memory.world.journal.commit

    async def killed(change: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(desk.memory.world.journal, "commit", killed)
    with pytest.raises(KeyboardInterrupt):
        await forget_record(desk.platform, "shops", ("s1",), "asked to be", linked=True)
    monkeypatch.setattr(desk.memory.world.journal, "commit", commit)
    assert desk.found(*PERSON)
    await forget_record(desk.platform, "shops", ("s1",), "asked to be", linked=True)
    assert desk.found(*PERSON) == []


async def test_a_copy_that_is_being_made_meanwhile_is_made_again(desk: Desk) -> None:
    """The mark changes between the reading of the rows and the look at it."""
    given = await desk.given("shops")
    making, looks = desk.answerer._copies, []
    make = making._forgotten

    def look() -> str:
        looks.append(1)
        if len(looks) == 2:
            desk.answerer.forget()
        return make()

    making._forgotten = look  # type: ignore[method-assign]
    desk.answerer.forget()
    looks.clear()
    await desk.answerer.rows(given, ["s2"], 1)
    assert len(looks) == 4, "made a second time"


def test_data_sets_that_refer_to_a_record_are_known_by_their_contracts() -> None:
    assert referring(city().datasets, "shops") == {"inspections": ("shop",)}
    assert referring(city().datasets, "inspections") == {}


async def test_a_base_is_forgotten_by_the_records_it_is_made_of(desk: Desk) -> None:
    with pytest.raises(Refused, match="made of other data sets"):
        await forget_record(desk.platform, "legal_persons", ("x",), "asked to be")
    with desk.links.hold("keepers"), pytest.raises(Refused):
        await forget_record(desk.platform, "shops", ("s1",), "asked to be")
    assert desk.found("张伟的店")

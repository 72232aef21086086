"""Whom and what a case concerns: near rows of built bases and of their data sets, masked; persons for a purpose, on record; outsiders learn nothing."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, cast

import pytest
from flows.memory import Memory
from msgspec.structs import replace
from shell.linked import LinkDesk, silent
from template import ADMIN, CLEAN, DUTY, INTAKE, LEADER, OLD_TOWN, WORKER, point

from northbank.core.bases import Base, Golden
from northbank.core.dataset import Column, Mask
from northbank.core.name import Name
from northbank.core.refusal import Refused
from northbank.flows.govern import govern
from northbank.flows.link import link
from northbank.flows.platform import Platform, Sharing
from northbank.flows.report import NewReport, Where, report
from northbank.flows.see_concerns import Concern, Concerns, ConcernsQuery, see_concerns
from northbank.shell.lake.concerns import DuckSurroundings

LON, LAT = point("TW-H1-G1")
NORTH = 1 / 111_195  # degrees of latitude in a meter
SHOPS = [
    f"s1,好味,914403001922038216,13800138000,2020-01-02,10,{LON},{LAT + 12 * NORTH:.7f}",
    f"s2,远处,,13100131000,2020-01-02,4,{LON},{LAT + 90 * NORTH:.7f}",
    "s3,无处,,13200132000,2020-01-02,4,,",
]
PERMITS = [
    "p1,好味,914403001922038216,13900139000,2020-01-12,港口路１号 2-3,12",
    "p2,张伟,,13700137000,2021-01-12,港口路1号2-3,1",
    "p3,李娜,,13600136000,2021-01-12,港口路99号,1",
]


class Desk:
    """A center with rows, and a case in the middle of them."""

    def __init__(self, root: Path) -> None:
        self.rows = LinkDesk(root)
        self.around = DuckSurroundings(self.rows.lake, "a secret of the tests")

    @property
    def memory(self) -> Memory:
        return self.rows.memory

    @property
    def platform(self) -> Platform:
        sharing = Sharing(*cast(Any, (None, None, None)))
        return replace(self.rows.platform, sharing=sharing, surroundings=self.around)

    def bases(self, *bases: Base) -> None:
        city = replace(self.memory.world.city, bases={one.code: one for one in bases})
        self.memory.world = replace(self.memory.world, city=city)

    def base(self, **change: Any) -> Base:
        return replace(self.memory.world.city.bases["legal_persons"], **change)

    def people(self, level: str = "L3") -> Base:
        """Persons of the register of permits, where its addresses are."""
        mask = Mask(first=1)
        columns = (
            Golden(column=Column(code="name", name=Name("姓名", "name"), personal=True, mask=mask), of={"permits": "holder"}),
            Golden(column=Column(code="address", name=Name("住址", "address"), personal=True), of={"permits": "address"}),
        )  # fmt: skip
        base = self.base()
        dataset = replace(base.dataset, code="people", level=level)
        return replace(
            base, code="people", kind="population", link="", inputs=("permits",), columns=columns, dataset=dataset,
            title="name", point=(),
        )  # fmt: skip

    async def case(self, place: bool = True) -> str:
        where = Where(LON, LAT) if place else Where(address="港口路")
        new = NewReport(type="street.pothole", place=where, text="a hole")
        return (await report(self.memory.world, INTAKE, new, None, ())).id

    async def look(self, actor: Any = DUTY, id: str = "", purpose: str | None = None) -> Concerns:
        return await see_concerns(self.platform, actor, id or await self.case(), ConcernsQuery(purpose))


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    found = Desk(tmp_path)
    await found.rows.bring("shops", SHOPS)
    await found.rows.bring("permits", PERMITS)
    yield found
    found.memory.check()


async def build(desk: Desk) -> None:
    await link(desk.platform, "keepers", False, silent)
    await govern(desk.platform, "legal_persons", silent)


def said(one: Concern) -> list[tuple[str, int | None, dict[str, str]]]:
    return [(row.title, row.meters, {cell.code: cell.text.en for cell in row.cells}) for row in one.rows]


async def test_businesses_near_a_case_are_shown_masked_with_their_distance(desk: Desk) -> None:
    """Before the base is built its most trusted data set answers; afterwards the golden records, which know more."""
    (before,) = (await desk.look()).found
    assert (before.base, before.total, before.built, before.counted) == ("legal_persons", 1, False, False)
    assert [(row.title, row.meters) for row in before.rows] == [("好味", 12)]
    await build(desk)
    (after,) = (await desk.look()).found
    assert after.built
    ((title, meters, cells),) = said(after)
    assert (title, meters, cells["address"], cells["phone"]) == ("好味", 12, "港口路１号 2-3", "*******9000")
    assert [cell.code for cell in after.rows[0].cells if cell.masked] == ["phone"]
    assert desk.memory.store.readings == [], "what is masked needs no record"


async def test_how_near_is_near_stands_in_the_base(desk: Desk) -> None:
    desk.bases(desk.base(within=100))
    (found,) = (await desk.look()).found
    assert [meters for _, meters, _ in said(found)] == [12, 90]
    desk.bases(desk.base(within=5))
    (found,) = (await desk.look()).found
    assert (found.total, found.rows) == (0, [])


async def test_what_is_no_more_is_left_out(desk: Desk) -> None:
    opened = Golden(column=Column(code="ended", name=Name("止", "ended"), kind="date"), of={"shops": "opened"})
    desk.bases(desk.base(columns=(*desk.base().columns, opened), gone="ended"))
    assert [one.total for one in (await desk.look()).found] == [0]


async def test_people_are_counted_and_shown_only_for_a_purpose_which_goes_on_record(desk: Desk) -> None:
    await build(desk)
    desk.bases(desk.base(kind="places"), desk.people())
    id = await desk.case()
    _, people = (await desk.look(id=id)).found
    assert (people.total, people.addresses, people.counted, people.rows) == (2, 1, True, [])
    assert desk.memory.store.readings == []
    _, people = (await desk.look(id=id, purpose="handling")).found
    assert {(row.title, row.meters) for row in people.rows} == {("好*", None), ("张*", None)}
    assert all(cell.masked and set(cell.text.en) == {"*"} for row in people.rows for cell in row.cells)
    readings = desk.memory.store.readings
    assert {(one.actor, one.purpose, one.kind, one.case) for _, one in readings} == {
        (DUTY.login, "read.handling", "records", id)
    }
    assert len({subject for subject, _ in readings}) == 2
    assert not any("p1" in subject or "p2" in subject for subject, _ in readings), "a key may be an identity number"


async def test_a_base_that_is_built_finds_people_by_its_homes_as_all_rows_would(desk: Desk) -> None:
    """Before it is built every address of the register is looked at; afterwards only those near the case."""
    more = [f"q{n},路人{n},,1380013{n:04d},20{10 + n % 20}-01-12,港口路{n}号,1" for n in range(40)]
    await desk.rows.bring("permits", [*more, "r1,王五,,13500135000,2030-01-12,港口路1号2-3,1"], "more")
    await build(desk)
    granted = Golden(column=Column(code="left", name=Name("迁出", "left"), kind="date"), of={"permits": "granted"})
    people = replace(desk.people(), gone="left")
    columns = (*people.columns, granted)
    own = replace(people.dataset, columns=(people.dataset.columns[0], *(one.column for one in columns)))
    desk.bases(desk.base(kind="places"), replace(people, columns=columns, dataset=own))
    id = await desk.case()
    _, before = (await desk.look(id=id, purpose="handling")).found
    assert (before.built, before.total, before.addresses, [row.title for row in before.rows]) == (False, 1, 1, ["王*"])
    city = desk.memory.world.city
    datasets = {**city.datasets, "people": city.bases["people"].dataset}
    desk.memory.world = replace(desk.memory.world, city=replace(city, datasets=datasets))
    await govern(desk.platform, "people", silent)
    (homes,) = (desk.rows.root / "lake" / "people").rglob("homes.parquet")
    _, after = (await desk.look(id=id, purpose="handling")).found
    assert after == replace(before, built=True)
    homes.unlink()
    _, whole = (await desk.look(id=id, purpose="handling")).found
    assert whole == after


async def test_posts_that_do_not_deal_with_people_get_counts_whatever_they_name(desk: Desk) -> None:
    await build(desk)
    desk.bases(desk.base(kind="places"), desk.people())
    found = await desk.look(LEADER, purpose="handling")
    assert not found.may_read
    assert (found.found[1].total, found.found[1].counted, found.found[1].rows) == (2, True, [])
    desk.bases(desk.base(kind="places"), desk.people("L4"))
    found = await desk.look(ADMIN, purpose="handling")
    assert found.may_read
    assert found.found[1].counted, "single rows of the highest level are shown to nobody here"
    assert desk.memory.store.readings == []


async def test_outsiders_learn_nothing_and_a_purpose_must_be_one_of_the_pack(desk: Desk) -> None:
    id = await desk.case()
    for actor in (OLD_TOWN, CLEAN):
        with pytest.raises(Refused) as refused:
            await desk.look(actor, id, "handling")
        with pytest.raises(Refused) as nothing:
            await desk.look(actor, "there is no such case")
        assert (refused.value.code, str(refused.value)) == ("not_found", str(nothing.value))
    assert (await desk.look(WORKER, id)).may_read
    with pytest.raises(Refused) as unknown:
        await desk.look(DUTY, id, "curiosity")
    assert unknown.value.code == "unknown_purpose"


async def test_a_case_without_a_place_and_a_lake_without_rows_concern_nobody(desk: Desk, tmp_path: Path) -> None:
    found = await desk.look(id=await desk.case(place=False))
    assert (found.placed, found.found) == (False, [])
    empty = Desk(tmp_path / "empty")
    assert await empty.look() == Concerns(True, True, [])

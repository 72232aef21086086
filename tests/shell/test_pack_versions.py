"""Pack versions: a running case keeps the rules it began with, a new one gets the new; only the version in force takes cases."""

import shutil
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace
from rich.console import Console
from shell.stored import Stored, store
from template import ADMIN, NOW, PACK, city, point

from northbank.core.city import City
from northbank.core.moves import Act
from northbank.core.policy import Result
from northbank.core.refusal import Refused
from northbank.core.rules import under
from northbank.flows.act import ActBody, act
from northbank.flows.mark_due import mark_due
from northbank.flows.publish_pack import publish, versions
from northbank.flows.report import NewReport, Where, report
from northbank.flows.see_cases import detail
from northbank.flows.simulate import simulate
from northbank.pack.bundle import bundle, open_bundle, rules_in
from northbank.pack.load import load
from northbank.ports import World
from northbank.shell.settings import Settings, SettingsError
from northbank.shell.store.embedded import Embedded
from northbank.shell.store.packs import PgRulebooks
from northbank.shell.store.simulations import PgSimulations
from northbank.verbs.past import publish_pack, run_simulation
from northbank.wiring import PackNotPublished, open_center


def edited(folder: Path, **edits: tuple[str, str]) -> Path:
    """A copy of the template pack with a text replaced in some tables."""
    shutil.copytree(PACK, folder)
    for table, (before, after) in edits.items():
        path = folder / f"{table}.csv"
        text = path.read_text("utf-8")
        assert before in text
        path.write_text(text.replace(before, after), "utf-8")
    return folder


@pytest.fixture
def strict(tmp_path: Path) -> Path:
    """The template with a day instead of three for potholes, a sharper ladder, and another owner of potholes."""
    return edited(
        tmp_path / "strict",
        limits=("L15,street.pothole,solve,false,3,working_day", "L15,street.pothole,solve,false,1,working_day"),
        routing=("R20,street.pothole street.light,*,roads", "R20,street.pothole street.light,*,clean"),
    )


async def under_versions(one: Stored, *cities: tuple[City, Path]) -> list[World]:
    """A world for each version, over the same database, all of them kept there."""
    books = PgRulebooks(one.pool)
    for each, folder in cities:
        await books.keep(each.version, each.id, NOW, bundle(folder))
    return [replace(one.world, city=each, rulebooks=PgRulebooks(one.pool)) for each, _ in cities]


async def pothole(world: World) -> str:
    return (await report(world, ADMIN, NewReport(type="street.pothole", place=Where(*point("TW-H1-G1"))))).id


async def test_a_bundle_gives_the_rules_of_the_pack_back(strict: Path) -> None:
    data = bundle(strict)
    assert data == bundle(strict)
    found, whole = open_bundle(data, load(strict).version), load(strict)
    assert found == rules_in(strict) or found.version == whole.version
    for name in ("version", "routes", "limits", "ladder", "handling", "look_back", "periods", "types", "attributes"):
        assert getattr(found, name) == getattr(whole, name)


async def test_an_old_case_keeps_its_limits_and_a_new_one_gets_the_new(fresh_database: str, strict: Path) -> None:
    async with store(fresh_database) as one:
        old, new = await under_versions(one, (city(), PACK), (load(strict), strict))
        before = await pothole(old)
        after = await pothole(new)
        cases = {id: await one.case(id) for id in (before, after)}
        assert [cases[id].pack for id in (before, after)] == [old.city.version, new.city.version]
        assert [cases[id].owner for id in (before, after)] == ["roads", "clean"]
        assert [cases[id].deadline("solve").amount for id in (before, after)] == [3, 1]  # type: ignore[union-attr]
        # What is decided later on, in a center that runs the new version, goes by the version each began with.
        for id, days in ((before, 3), (after, 1)):
            await returned(new, id)
            await act(new, ADMIN, id, Act.RETYPE, ActBody(type="street.light"))
            await act(new, ADMIN, id, Act.RETYPE, ActBody(type="street.pothole"))
            solve = (await one.case(id)).deadline("solve")
            assert solve is not None
            assert (solve.limit, solve.amount) == ("L15", days)
            owner, pack = (await one.case(id)).owner, [e.pack async for e in one.journal.read(f"case:{id}")]
            assert owner == ("roads" if id == before else "clean")
            assert set(pack) == {cases[id].pack}
            words = [step.en for view in (await detail(new, ADMIN, id)).deadlines for step in view.steps]
            assert not any("no longer" in one or "as it was at the start" in one for one in words)
        await one.check()


async def returned(world: World, id: str) -> None:
    """Back at the desk."""
    reason = next(code for code in world.city.reasons if code.startswith("return."))
    await act(world, ADMIN, id, Act.RETURN, ActBody(reason=reason))


async def test_the_timer_climbs_the_ladder_of_the_version_a_case_began_with(
    fresh_database: str, tmp_path: Path
) -> None:
    """The new version asks for nothing but its own rungs; the old case still gets those of the old one."""
    bare = edited(tmp_path / "bare", ladder=("", ""))
    lines = (bare / "ladder.csv").read_text("utf-8").splitlines()
    (bare / "ladder.csv").write_text(lines[0] + "\n", "utf-8")
    async with store(fresh_database) as one:
        old, new = await under_versions(one, (city(), PACK), (load(bare), bare))
        before, after = await pothole(old), await pothole(new)
        for _ in range(12):
            one.clock.advance(NOW - NOW.replace(day=3))
            await mark_due(new)
        assert (await one.case(before)).orders
        assert not (await one.case(after)).orders
        await one.check()


async def test_new_units_and_calendars_reach_old_cases(strict: Path) -> None:
    live, then = city(), load(strict)
    both = under(live, then)
    assert both.limits == then.limits
    assert (both.units, both.areas, both.calendar, both.places) == (live.units, live.areas, live.calendar, live.places)
    assert under(live, live) is live


async def test_a_version_that_was_never_kept_leaves_the_live_rules(fresh_database: str, strict: Path) -> None:
    async with store(fresh_database) as one:
        (new,) = await under_versions(one, (load(strict), strict))
        id = await pothole(one.world)  # under a version whose files nobody kept
        await returned(new, id)
        last = [entry async for entry in one.journal.read(f"case:{id}")][-1]
        assert last.pack == new.city.version, "the entry says honestly what decided"


async def test_publishing_wants_a_reason_or_a_simulation_of_this_version(fresh_database: str, strict: Path) -> None:
    async with store(fresh_database) as one:
        old, new = await under_versions(one, (city(), PACK), (load(strict), strict))
        for given in ((None, None), ("  ", None)):
            with pytest.raises(Refused, match="needs a reason"):
                await publish(old, *given)
        await publish(old, "first")
        with pytest.raises(Refused, match="in force already"):
            await publish(old, "again")
        for stranger in ("nonsense", "0192d3a0-0000-7000-8000-000000000001"):
            with pytest.raises(Refused, match="is not one of pack version"):
                await publish(new, None, stranger)
        done = await publish(new, " tighter limits ")
        assert (done.before, done.version, done.reason) == (old.city.version, new.city.version, "tighter limits")
        assert [each.fact.version for each in await versions(new)] == [old.city.version, new.city.version]


@pytest.mark.parametrize("mode", ["live", "simulated"])
async def test_only_the_version_in_force_takes_cases(embedded: Embedded, fresh_database: str, tmp_path: Path, strict: Path, mode: str) -> None:  # fmt: skip
    def settings(pack: Path) -> Settings:
        return Settings(pack=pack, data=tmp_path / "data", database=fresh_database, mode=mode)

    async with open_center(settings(PACK), cases=True) as center:
        assert [one.fact.reason for one in await versions(center.world)] == [
            "first start" if mode == "live" else "demonstration"
        ]
    if mode == "simulated":
        async with open_center(settings(strict), cases=True) as center:
            assert len(await versions(center.world)) == 2
        return
    with pytest.raises(PackNotPublished, match=r"northbank pack publish .*--reason"):
        async with open_center(settings(strict), cases=True):
            pass
    said = Console(record=True, width=200)
    await publish_pack(settings(strict), "tighter limits", None, said)
    assert "Published" in said.export_text()
    async with open_center(settings(strict), cases=True) as center:
        assert [one.fact.reason for one in await versions(center.world)] == ["first start", "tighter limits"]


async def test_simulate_then_publish_by_its_id(
    embedded: Embedded, fresh_database: str, tmp_path: Path, strict: Path
) -> None:
    """From the command line: a center with a few days, a simulation of another pack, publishing on the strength of it."""

    def settings(pack: Path) -> Settings:
        return Settings(pack=pack, data=tmp_path / "data", database=fresh_database)

    async with open_center(settings(PACK), cases=True) as center:
        for _ in range(5):
            await pothole(center.world)
        store = PgSimulations(center.pool)
        now = center.world.clock.now()
        since, until = now - timedelta(days=1), now + timedelta(days=1)
        same = await simulate(center.world, center.city, since, until, store.cases(since, until))
        assert (same.summary.reproduced, same.summary.moved, same.changed) == (5, 0, [])
    said, file = Console(record=True, width=200), tmp_path / "result.json"
    await run_simulation(settings(strict), since, until, file, said)
    result = msgspec.json.decode(file.read_bytes(), type=Result)
    assert (result.summary.cases, result.summary.reproduced, result.summary.moved) == (5, 5, 5)
    assert [(one.unit, one.before, one.after) for one in result.units] == [("clean", 0, 5), ("roads", 5, 0)]
    assert "5 change hands" in said.export_text()
    await publish_pack(settings(strict), None, result.id, said)
    async with open_center(settings(strict), cases=True) as center:
        assert [one.fact.simulation for one in await versions(center.world)] == [None, result.id]
        assert await PgSimulations(center.pool).get(result.id) == result
        assert [one.moved for one in await PgSimulations(center.pool).newest(5)] == [5]
    with pytest.raises(SettingsError, match="No case"):
        await run_simulation(settings(strict), since - timedelta(days=9), since, None, said)

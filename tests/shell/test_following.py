"""Links and bases that follow the data by themselves: after batches and a pause, by a schedule, once each, and again after a failure."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace
from shell.linked import LinkDesk, silent

from northbank.core.access import Actor, Role
from northbank.core.refusal import Refused
from northbank.core.schedule import AnyRun, Failed, Ran, Schedule
from northbank.flows.follow_batches import Followed, Follower
from northbank.flows.govern import govern
from northbank.flows.link import link, links_past
from northbank.flows.scheduled import last_run
from northbank.flows.see_following import run_follower, see_following

SHOPS = ["s1,好味,914403001922038216,13800138000,2020-01-02,10,85.33,-5.12", "s2,独一店,,13100131000,2020-01-02,4,,"]
PERMITS = ["p1,北岸好味餐饮有限公司,914403001922038216,13900139000,2020-01-12,港口路1号,12"]


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[LinkDesk]:
    found = LinkDesk(tmp_path)
    runs(found, pause=60)
    yield found
    found.memory.check()


def runs(desk: LinkDesk, **when: object) -> None:
    """The model and the base of the template, which run by themselves so."""
    city = desk.memory.world.city
    base = replace(city.bases["legal_persons"], **when)
    city = replace(city, links={"keepers": replace(desk.model, **when)}, bases={"legal_persons": base})
    desk.memory.world = replace(desk.memory.world, city=city)


async def look(desk: LinkDesk, follower: Follower | None = None) -> list[tuple[str, int | None]]:
    """One look; without a follower that of a center that was started again."""
    found = await (follower or Follower()).follow(desk.platform, lambda what: silent)
    return [(one.what, one.n) for one in found]


async def newest(desk: LinkDesk, what: str) -> AnyRun:
    _, last = await last_run(desk.memory.world, what)
    assert last is not None
    return last[0]


async def test_new_batches_are_linked_and_built_after_the_pause_and_only_then(desk: LinkDesk) -> None:
    follower = Follower()
    assert await look(desk, follower) == [], "there is nothing yet"
    await desk.bring("shops", SHOPS)
    await desk.bring("permits", PERMITS)
    assert await look(desk, follower) == [("link.keepers", 1), ("base.legal_persons", 1)]
    assert await look(desk, follower) == await look(desk) == []
    await desk.bring("shops", ["s3,新店,,13200132000,2020-01-02,4,,"], "more")
    desk.memory.advance(minutes=59)
    assert await look(desk, follower) == [], "too soon after the last run"
    desk.memory.advance(minutes=1)
    assert await look(desk) == [("link.keepers", 2), ("base.legal_persons", 2)], "also after a restart"
    desk.memory.advance(days=1)
    assert await look(desk, follower) == await look(desk) == [], "no batch touched it"


async def test_what_was_done_by_hand_is_not_done_again(desk: LinkDesk) -> None:
    await desk.bring("shops", SHOPS)
    await link(desk.platform, "keepers", False, silent)
    assert await look(desk) == [("base.legal_persons", 1)]
    await govern(desk.platform, "legal_persons", silent)
    assert await look(desk) == []


async def test_without_schedule_or_pause_nothing_runs_by_itself(desk: LinkDesk) -> None:
    runs(desk, pause=0)
    await desk.bring("shops", SHOPS)
    assert await look(desk) == []


async def test_a_schedule_runs_at_its_moments_whatever_came(desk: LinkDesk) -> None:
    runs(desk, pause=0, schedule=Schedule(every="day", at="02:00"))
    await desk.bring("shops", SHOPS)
    assert await look(desk) == [("link.keepers", 1), ("base.legal_persons", 1)]
    await desk.bring("permits", PERMITS)
    assert await look(desk) == [], "its moment has not come"
    desk.memory.advance(days=1)
    assert await look(desk) == [("link.keepers", 2), ("base.legal_persons", 2)]
    desk.memory.advance(days=3)
    assert await look(desk) == [("link.keepers", None), ("base.legal_persons", None)]
    ran = await newest(desk, "link.keepers")
    assert isinstance(ran, Ran)
    assert (ran.batch, ran.left_out) == (None, 2)


async def test_a_failure_is_told_and_tried_again(desk: LinkDesk) -> None:
    await desk.bring("shops", SHOPS)
    await look(desk)
    await desk.bring("permits", PERMITS)
    desk.memory.advance(hours=2)
    folder = next((desk.root / "links" / "keepers" / "runs").iterdir())
    kept = (folder / "members.parquet").rename(desk.root / "kept")  # a disk that lost a file
    (failed,) = await Follower().follow(desk.platform, lambda what: silent)
    assert (failed.what, failed.n, failed.why and failed.why.code) == ("link.keepers", None, "links_lost")
    told = await newest(desk, "link.keepers")
    assert isinstance(told, Failed)
    assert told.attempt == 1
    assert await look(desk) == [], "not before its time"
    kept.rename(folder / "members.parquet")
    desk.memory.advance(minutes=1)
    assert await look(desk) == [("link.keepers", 2), ("base.legal_persons", 2)]


async def test_where_somebody_is_at_it_the_next_look_does_it(desk: LinkDesk) -> None:
    await desk.bring("shops", SHOPS)
    with desk.links.hold("keepers"):
        (busy,) = await Follower().follow(desk.platform, lambda what: silent)
        assert busy == Followed("link.keepers", None, busy.why)
        assert isinstance(busy.why, Refused)
        assert busy.why.code == "linking"
    assert await last_run(desk.memory.world, "link.keepers") == (0, None)
    assert await look(desk) == [("link.keepers", 1), ("base.legal_persons", 1)]


async def test_a_run_that_a_kill_kept_from_the_journal_is_told_and_not_made_twice(
    desk: LinkDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    await desk.bring("shops", SHOPS)
    commit = desk.memory.world.journal.commit

    async def killed(change: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(desk.memory.world.journal, "commit", killed)
    with pytest.raises(KeyboardInterrupt):
        await look(desk)
    monkeypatch.setattr(desk.memory.world.journal, "commit", commit)
    assert await look(desk) == [("link.keepers", None), ("base.legal_persons", 1)]
    assert len((await links_past(desk.memory.world, "keepers")).runs) == 1


async def test_a_steward_sees_when_they_run_and_has_one_run_at_once(desk: LinkDesk) -> None:
    steward, clerk = Actor("steward", Role.STEWARD), Actor("clerk", Role.UNIT_OFFICER, unit="watch")
    await desk.bring("shops", SHOPS)
    seen = await see_following(desk.platform, steward)
    link_row, base_row = seen.rows
    assert (seen.may_run, [one.what for one in seen.rows]) == (True, ["link.keepers", "base.legal_persons"])
    assert (link_row.behind, link_row.next, link_row.made, link_row.runs) == (True, seen.at, 0, [])
    assert (base_row.behind, base_row.next) == (False, None), "it waits for links"
    assert (await run_follower(desk.platform, steward, "link.keepers")).made == 1
    assert (await run_follower(desk.platform, steward, "base.legal_persons")).made == 1
    assert (await run_follower(desk.platform, steward, "base.legal_persons")).made is None, "nothing is new"
    assert await look(desk) == []
    await desk.bring("permits", PERMITS)
    link_row, base_row = (await see_following(desk.platform, clerk)).rows
    assert (link_row.made, [one.batch for one in link_row.runs]) == (1, [1])
    assert (link_row.behind, link_row.next) == (True, desk.memory.world.clock.now() + timedelta(minutes=60))
    assert (base_row.behind, base_row.next, [one.batch for one in base_row.runs]) == (False, None, [None, 1])
    runs(desk, pause=0, schedule=Schedule(every="day", at="02:00"))
    assert all(one.next for one in (await see_following(desk.platform, clerk)).rows)
    for actor, what, code in ((clerk, "link.keepers", "forbidden"), (steward, "link.nobody", "not_found")):
        with pytest.raises(Refused) as refused:
            await run_follower(desk.platform, actor, what)
        assert refused.value.code == code
    with desk.links.hold("keepers"), pytest.raises(Refused) as refused:
        await run_follower(desk.platform, steward, "link.keepers")
    assert refused.value.code == "linking"

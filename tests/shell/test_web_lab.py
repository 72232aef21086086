"""The policy lab by HTTP: who may, what can be tried, one at a time, and that a result says what changed and for whom."""

import asyncio
import io
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from running import Running
from template import point

from northbank.core.access import WHOLE_DISTRICT, Role
from northbank.core.policy import Asked
from northbank.flows.simulate import Told
from northbank.flows.try_policy import LEADS
from northbank.pack.load import load
from northbank.ports.lab import SimulationRun
from northbank.shell.jobs.trials import Trials
from northbank.shell.store.pool import open_pool
from northbank.shell.store.simulations import PgSimulations

UNKNOWN = "00000000-0000-7000-8000-00000000dead"
ADDRESSES = (
    "/api/v1/simulations", f"/api/v1/simulations/{UNKNOWN}", f"/api/v1/simulations/{UNKNOWN}/cases", "/api/v1/packs",
    "/api/v1/packs/abc/file?name=limits.csv", "/api/v1/packs/abc/zip",
)  # fmt: skip
A_DAY = ("L15,street.pothole,solve,false,3,working_day", "L15,street.pothole,solve,false,1,working_day")
OTHER_OWNER = ("R20,street.pothole street.light,*,roads", "R20,street.pothole street.light,*,clean")


@pytest.fixture(scope="module")
def lab(center: Running) -> Running:
    """The center with its pack kept and some potholes."""
    center.call(center.center.keep_pack())
    with center.client("desk") as client:
        place = dict(zip(("lon", "lat"), point("TW-H1-G1"), strict=True))
        for _ in range(5):
            client.post("/api/v1/reports", json={"type": "street.pothole", "place": place}).raise_for_status()
    return center


@pytest.fixture
def leader(lab: Running) -> Iterator[httpx.Client]:
    """Somebody who leads."""
    with lab.client("leader") as client:
        yield client


def span(**more: Any) -> dict[str, Any]:
    now = datetime.now(UTC)
    return {"since": (now - timedelta(days=1)).isoformat(), "until": (now + timedelta(days=1)).isoformat()} | more


def edited(client: httpx.Client, name: str, change: tuple[str, str]) -> dict[str, str]:
    """A file of rules of the live version with a line written anew."""
    live = client.get("/api/v1/packs").json()["live"]
    text = client.get(f"/api/v1/packs/{live}/file", params={"name": name}).json()["text"]
    assert change[0] in text
    return {name: text.replace(*change)}


def ended(lab: Running, reply: httpx.Response) -> str:
    """The id of a simulation that was begun, when it has ended."""
    assert reply.status_code == 202, reply.text
    id = str(reply.json()["id"])

    async def end() -> None:
        while (task := lab.center.trials._tasks.get(id)) is not None:
            await asyncio.wait([task])

    lab.call(end())
    return id


def test_whoever_leads_sees_the_whole_district() -> None:
    assert LEADS <= WHOLE_DISTRICT
    assert Role.WALL not in LEADS


@pytest.mark.parametrize("login", ["town", "unit", "grid", "intake", "wall"])
def test_others_are_refused(lab: Running, login: str) -> None:
    with lab.client(login) as client:
        for address in ADDRESSES:
            assert client.get(address).status_code == 403, address
        assert client.post("/api/v1/simulations", json=span()).status_code == 403
        assert client.post(f"/api/v1/simulations/{UNKNOWN}/stop").status_code == 403
    with lab.client() as stranger:
        assert {stranger.get(address).status_code for address in ADDRESSES} == {401}


def test_the_version_in_force_gives_history_again(lab: Running, leader: httpx.Client) -> None:
    id = ended(lab, leader.post("/api/v1/simulations", json=span(note="as it is")))
    found = leader.get(f"/api/v1/simulations/{id}").json()
    sums = found["result"]["summary"]
    assert found["run"]["state"] == "done"
    assert found["run"]["done"] == found["run"]["total"] == sums["entries"]
    assert (found["result"]["live"], found["result"]["asked"]["note"], found["result"]["rules"]) == (
        True,
        "as it is",
        [],
    )
    assert sums["cases"] == sums["reproduced"] >= 5
    assert (sums["moved"], sums["redated"], found["result"]["listed"]) == (0, 0, 0)
    assert found["people"]["leader"]["en"] == "The leader"
    page = leader.get("/api/v1/simulations", params={"limit": 1}).json()
    assert [one["id"] for one in page["rows"]] == [id]
    assert (page["rows"][0]["by"], page["run"]) == ("leader", None)


def test_rewritten_rules_say_who_gains_and_which_cases_change(
    lab: Running, leader: httpx.Client, tmp_path: Path
) -> None:
    files = edited(leader, "limits.csv", A_DAY) | edited(leader, "routing.csv", OTHER_OWNER)
    reply = leader.post("/api/v1/simulations", json=span(files=files, note="a day, by the cleaners"))
    id = ended(lab, reply)
    found = leader.get(f"/api/v1/simulations/{id}").json()["result"]
    assert found["asked"]["files"] == ["limits.csv", "routing.csv"]
    moved = found["summary"]["moved"]
    assert moved >= 5
    units = {one["unit"]: one for one in found["units"]}
    assert units["clean"]["after"] - units["clean"]["before"] == moved
    assert [(one["table"], one["code"], one["what"]) for one in found["rules"]] == [
        ("routes", "R20", "changed"), ("limits", "L15", "changed"),
    ]  # fmt: skip
    assert {"name": "amount", "before": "3", "after": "1"} in found["rules"][1]["fields"]
    # Page by page, each case once, each openable.
    address, rows, after = f"/api/v1/simulations/{id}/cases", [], 0
    while after is not None:
        page = leader.get(address, params={"limit": 2, "after": after, "unit": "clean", "kind": "moved"}).json()
        rows += page["rows"]
        assert page["total"] == moved
        after = page["next"]
    assert len({row["case"]["id"] for row in rows}) == len(rows) == moved
    assert leader.get(f"/api/v1/cases/{rows[0]['case']['id']}").status_code == 200
    for kind, many in (("redated", True), ("newly_late", False), ("no_longer_late", False)):
        assert bool(leader.get(address, params={"kind": kind}).json()["total"]) == many
    assert leader.get(address, params={"unit": "nobody"}).json() == {"rows": [], "total": 0, "next": None}
    # The version is kept: whole, under its digest, and to be tried again as it is.
    packed = leader.get(f"/api/v1/packs/{found['version']}/zip")
    assert packed.headers["content-type"] == "application/zip"
    zipfile.ZipFile(io.BytesIO(packed.content)).extractall(tmp_path / "taken")
    assert load(tmp_path / "taken").version == found["version"] == reply.json()["version"]
    again = ended(lab, leader.post("/api/v1/simulations", json=span(base=found["version"])))
    assert leader.get(f"/api/v1/simulations/{again}").json()["result"]["summary"]["moved"] == moved
    kept = leader.get("/api/v1/packs").json()
    assert [one["note"] for one in kept["versions"] if one["version"] == found["version"]] == ["a day, by the cleaners"]
    older = leader.get("/api/v1/simulations", params={"limit": 1, "after": again}).json()
    assert [one["id"] for one in older["rows"]] == [id]


def test_what_cannot_be_tried_is_refused_in_words(leader: httpx.Client) -> None:
    now = datetime.now(UTC)
    wrong: list[tuple[dict[str, Any], int, str]] = [
        ({"since": "2026-05-01", "until": "2026-06-01T00:00:00Z"}, 422, "invalid"),
        (span(until="tomorrow"), 422, "invalid"),
        (span(until=(now - timedelta(days=2)).isoformat()), 422, "ends_first"),
        ({"since": "1999-01-01T00:00:00Z", "until": "1999-02-01T00:00:00Z"}, 422, "no_cases"),
        ({"since": "0001-01-01T00:00:00Z", "until": now.isoformat()}, 422, "invalid"),
        (span(base="feedbeef"), 404, "not_found"),
        (span(base="../../etc"), 422, "invalid"),
        (span(base="feedbeef", files={"limits.csv": ""}), 404, "not_found"),
        (span(files={"../pack.toml": "x"}), 422, "no_rule_file"),
        (span(files={"units.csv": "x"}), 422, "no_rule_file"),
        (span(files={"UNITS": "x"}), 422, "invalid"),
        (span(files={"limits.csv": "nonsense"}), 422, "bad_rules"),
        (span(files={"routing.csv": ""}), 422, "bad_rules"),
        (span(files=edited(leader, "routing.csv", ("*,roads", "*,nobody"))), 422, "bad_rules"),
        (span(more=1), 422, "invalid"),
    ]
    for body, status, code in wrong:
        reply = leader.post("/api/v1/simulations", json=body)
        assert (reply.status_code, reply.json()["code"]) == (status, code), (body, reply.text)
    assert (
        "routing.csv:" in leader.post("/api/v1/simulations", json=wrong[-2][0], params={"lang": "zh"}).json()["detail"]
    )
    for address in ADDRESSES[1:3]:
        assert leader.get(address).json()["code"] == "not_found"
    assert leader.get("/api/v1/simulations/nonsense").status_code == 404
    assert leader.post(f"/api/v1/simulations/{UNKNOWN}/stop").status_code == 404
    assert leader.get("/api/v1/simulations", params={"limit": 0}).status_code == 422
    live = leader.get("/api/v1/packs").json()["live"]
    assert leader.get(f"/api/v1/packs/{live}/file", params={"name": "demo.toml"}).json()["code"] == "no_rule_file"
    assert leader.get("/api/v1/packs/feedbeef/zip").status_code == 404


def test_one_runs_at_a_time_is_watched_and_stopped(lab: Running, leader: httpx.Client) -> None:
    now = datetime.now(UTC)
    held = SimulationRun(
        id=UNKNOWN, state="running", asked=Asked("leader"), version="v", at=now, since=now, until=now, cases=9, total=90
    )

    begun = asyncio.Event()

    async def half(told: Told) -> None:
        told(45)
        begun.set()
        await asyncio.Event().wait()

    async def begin() -> None:
        await lab.center.trials.start(held, half)
        await begun.wait()

    lab.call(begin())
    refused = leader.post("/api/v1/simulations", json=span())
    assert (refused.status_code, refused.json()["code"]) == (409, "simulating")
    assert leader.get("/api/v1/simulations").json()["run"]["done"] == 45
    assert leader.get(f"/api/v1/simulations/{UNKNOWN}").json()["run"]["state"] == "running"
    assert leader.post(f"/api/v1/simulations/{UNKNOWN}/stop").json()["state"] == "stopped"
    assert leader.post(f"/api/v1/simulations/{UNKNOWN}/stop").json()["state"] == "stopped"
    assert leader.get(f"/api/v1/simulations/{UNKNOWN}").json()["result"] is None
    ended(lab, leader.post("/api/v1/simulations", json=span()))


def test_one_that_fails_says_so_and_makes_room(lab: Running, leader: httpx.Client) -> None:
    now, id = datetime.now(UTC), UNKNOWN.replace("dead", "beef")
    run = SimulationRun(
        id=id, state="running", asked=Asked("leader"), version="v", at=now, since=now, until=now, cases=1, total=1
    )

    async def fail(told: Told) -> None:
        raise KeyError("rules")

    async def begin() -> None:
        await lab.center.trials.start(run, fail)
        await asyncio.wait(lab.center.trials._tasks.values())

    lab.call(begin())
    found = leader.get(f"/api/v1/simulations/{id}").json()["run"]
    assert (found["state"], found["fault"]["en"]) == ("failed", "The program failed (KeyError); the log says more.")
    assert lab.center.trials.current is None


async def forever(told: Told) -> None:
    told(7)
    await asyncio.Event().wait()


async def fails(told: Told) -> None:
    raise KeyError("rules")


@pytest.mark.parametrize("killed", [True, False])
async def test_one_that_a_stop_of_the_center_cut_off_is_interrupted_never_running(
    fresh_database: str, killed: bool
) -> None:
    """killed: the program had no time to say so itself."""
    pool, now = await open_pool(fresh_database), datetime.now(UTC)
    runs = [
        SimulationRun(id=f"00000000-0000-7000-8000-00000000000{n}", state="running", asked=Asked("leader"), version="v",
                      at=now + timedelta(seconds=n), since=now, until=now, cases=1, total=9)
        for n in range(3)
    ]  # fmt: skip
    before = Trials(PgSimulations(pool))
    await before.start(runs[0], forever)
    await before.stop(runs[0].id)
    await before.start(runs[1], fails)
    await asyncio.wait(before._tasks.values())
    await before.start(runs[2], forever)
    if not killed:
        await before.close()
    after = Trials(PgSimulations(pool))
    await after.recall()
    found = [after.get(one.id) for one in runs]
    assert [one.state for one in found if one is not None] == ["stopped", "failed", "interrupted"]
    assert after.current is None
    assert after.interrupted == found[2]
    again = Trials(PgSimulations(pool))
    await again.recall()
    assert again.interrupted is not None, "it stays so, however often the center starts"
    await again.start(msgspec.structs.replace(runs[0], id=UNKNOWN), fails)
    assert again.interrupted is None, "whoever began another one is told of that"
    await before.close()
    await again.close()
    await pool.close()

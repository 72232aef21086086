"""Models on the disk, reads across many cases in PostgreSQL, and suggestions and hot issues over HTTP."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
from msgspec.structs import replace
from running import Running
from shell.stored import Stored, store
from template import ADMIN, DUTY, ROADS, city, point

from northbank.core.access import Scope, scope
from northbank.core.city import HotRules
from northbank.core.moves import Act
from northbank.core.suggest import Model, advise
from northbank.core.suggest_fit import Example, fit
from northbank.flows.act import ActBody, act
from northbank.flows.erase_subject import EraseBody, erase
from northbank.flows.hot_issues import hot_issues, look
from northbank.flows.report import Where
from northbank.flows.train import examples, record
from northbank.ports import CaseQuery
from northbank.shell.store.modelfile import ModelError, NewestModel, next_version, read_model, write_model
from northbank.shell.store.rebuild import rebuild
from northbank.shell.store.scans import PgScans

AT = datetime(2026, 5, 1, tzinfo=UTC)
CLOSING = ("accept", "dispatch", "sign", "start", "feed_back", "check", "close")


@pytest.fixture(scope="module")
def model() -> Model:
    said = {"street.light": "路灯不亮", "street.pothole": "路面坑洞"}
    told = [
        Example(f"{text} {chr(0x4E00 + 3 * n)}{chr(0x6E00 + 5 * n)}", type)
        for n in range(150)
        for type, text in said.items()
    ]
    return fit(told, version="suggest-0001", made_at=AT, pack="p")


def test_a_model_is_read_back_as_it_was_written(tmp_path: Path, model: Model) -> None:
    assert next_version(tmp_path / "models") == "suggest-0001"
    path = write_model(tmp_path / "models", model)
    again = read_model(path)
    assert again.about == model.about
    one, other = advise(again, "桥边路灯不亮"), advise(model, "桥边路灯不亮")
    assert one is not None
    assert other is not None
    assert [s.type for s in one.suggestions] == [s.type for s in other.suggestions]
    assert one.suggestions[0].confidence == pytest.approx(other.suggestions[0].confidence, abs=0.01)
    assert next_version(tmp_path / "models") == "suggest-0002"


def test_a_model_holds_no_words(tmp_path: Path, model: Model) -> None:
    data = write_model(tmp_path, model).read_bytes()
    assert all(word.encode(code) not in data for word in ("路灯", "坑洞") for code in ("utf-8", "utf-16-le", "gb18030"))


def test_a_broken_model_is_refused_and_the_one_in_use_stays(tmp_path: Path, model: Model) -> None:
    newest = NewestModel(tmp_path)
    assert newest.refresh() is None
    assert newest.advise("路灯") is None
    path = write_model(tmp_path, model)
    assert newest.refresh() is not None
    assert newest.refresh() is None
    second = tmp_path / "suggest-0002.model"
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    second.write_bytes(data)
    with pytest.raises(ModelError):
        newest.refresh()
    assert newest.about is not None
    assert newest.about.version == "suggest-0001"
    second.write_bytes(b"")
    with pytest.raises(ModelError):
        newest.refresh()


async def close(one: Stored, id: str) -> None:
    case = await one.case(id)
    for word in CLOSING[2 if case.state == "dispatched" else 0 :]:
        await act(one.world, ADMIN, id, Act(word), ActBody(note="done"))


async def test_closed_cases_come_block_by_block_and_without_the_erased(
    fresh_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("northbank.shell.store.scans.BLOCK", 2)
    async with store(fresh_database) as one:
        ids = []
        for n in range(5):
            ids.append((await one.report(text=f"hole {n}")).id)
            one.clock.advance(timedelta(minutes=1))
        await one.report(text="still open")
        for id in ids:
            await close(one, id)
        gone = await one.case(ids[3])
        await erase(one.world, DUTY, gone.subject, EraseBody("request"))
        scans = PgScans(one.pool)
        found = await examples(one.world, scans.closed(), lambda _: None)
        assert [(e.text, e.type) for e in found] == [(f"hole {n}", "street.pothole") for n in (0, 1, 2, 4)]


async def test_a_scan_reads_placed_cases_and_its_result_survives_a_rebuild(fresh_database: str, model: Model) -> None:
    async with store(fresh_database) as one:
        scans = PgScans(one.pool)
        rules = HotRules(history_days=10, window_days=2, radius_km=1.0, least=3, alpha=0.2, shuffles=99)
        world = replace(one.world, city=replace(city(), hot=rules), scans=scans)
        grids = sorted(code for code, area in city().areas.items() if area.level == "grid")
        for n in range(20):
            await one.report(place=Where(*point(grids[n % len(grids)])))
            one.clock.advance(timedelta(hours=10))
        hot = [(await one.report(type="water.burst", text="涨水")).id for _ in range(6)]
        fact = await look(world, scans, 0)
        assert fact is not None
        assert fact.cases == 26
        assert len(scans.sketches) == 26
        listed = (await hot_issues(world, DUTY)).issues
        assert set(hot) <= set(listed[0].issue.cases)
        page = await one.cases.page(CaseQuery(ids=",".join(listed[0].issue.cases)), scope(DUTY))
        assert {row.id for row in page.rows} == set(listed[0].issue.cases)
        assert page.total == listed[0].count
        assert [card.id for card in await scans.cards([hot[0], str(uuid4())], Scope(everything=True))] == [hot[0]]
        assert (await hot_issues(world, ROADS)).issues == []
        assert await look(world, scans, 0) is None  # somebody else was first
        await record(world, model.about)
        await rebuild(one.pool)
        assert (await hot_issues(world, DUTY)).issues == listed


@pytest.fixture
def taught(center: Running, model: Model) -> None:
    """The running center has the model."""
    write_model(center.center.adviser.folder, model)
    center.center.adviser.refresh()


def test_suggestions_over_http(center: Running, taught: None) -> None:
    with center.client("desk") as desk, center.client("leader") as leader, center.client() as stranger:
        found = desk.post("/api/v1/suggestions", json={"text": "桥边路灯不亮"}).raise_for_status().json()
        assert (found["suggestions"][0]["type"], found["model"]) == ("street.light", "suggest-0001")
        assert desk.post("/api/v1/suggestions", json={"text": ""}).status_code == 422
        assert leader.post("/api/v1/suggestions", json={"text": "路灯"}).status_code == 403
        assert stranger.post("/api/v1/suggestions", json={"text": "路灯"}).status_code == 401
        about = desk.get("/api/v1/suggestions/model").raise_for_status().json()["about"]
        assert about["cases"] == 300
        waiting = _report(center, desk)
        for_it = desk.get(f"/api/v1/cases/{waiting}/suggestions").raise_for_status().json()
        assert for_it["suggestions"][0]["type"] == "street.pothole"
        assert leader.get(f"/api/v1/cases/{waiting}/suggestions").status_code == 403


def test_hot_issues_over_http(center: Running) -> None:
    with center.client("desk") as desk, center.client() as stranger:
        found = desk.get("/api/v1/hot-issues").raise_for_status().json()
        assert found["issues"] == []
        assert desk.get("/api/v1/hot-issues/0123456789abcdef").status_code == 404
        assert stranger.get("/api/v1/hot-issues").status_code == 401
        one = _report(center, desk)
        assert [row["id"] for row in desk.get("/api/v1/cases", params={"ids": one}).json()["rows"]] == [one]
        assert desk.get("/api/v1/cases", params={"ids": "x"}).status_code == 422


def _report(center: Running, desk: httpx.Client) -> str:
    places = center.center.city.places
    lon, lat = places.center(next(iter(places.shapes)))
    sent = desk.post("/api/v1/reports", json={"place": {"lon": lon, "lat": lat}, "text": "这里路面坑洞"})
    return str(sent.raise_for_status().json()["id"])

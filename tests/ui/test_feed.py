"""The live feed in the browser: what arrives, that nothing jumps, and that a dead line is said, taken up again, and whole."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect
from running import PASSWORD, Running, running
from ui.processes import Process, free_port
from ui.screens import LAPTOP, SCREEN, Lang, Screens, number, screens, tile
from ui.seeding import report, spots
from ui.wire import wire

SHIFTED = "() => shifts.reduce((sum, one) => sum + one.value, 0)"
GREY = re.compile(r"\bgone\b")
DEAD: dict[Lang, str] = {"en": r"^no data since \d\d:\d\d$", "zh": r"^\d\d:\d\d 起无数据$"}


@pytest.fixture
def desk(city: Running) -> Iterator[httpx.Client]:
    """Somebody who reports."""
    with city.client("desk") as client:
        yield client


@pytest.fixture
def place(city: Running) -> dict[str, float]:
    """A point of the city."""
    return next(iter(spots(city).values()))


def big(page: Page, title: str) -> int:
    """The figure of a tile."""
    return number(tile(page, title).locator(".big").inner_text())


def stands(page: Page, title: str = "Open") -> None:
    """The wall is there, with figures and its map."""
    expect(tile(page, title).locator(".big")).to_have_text(re.compile(r"\d"))
    expect(page.locator(".map-box")).to_have_attribute("aria-busy", "false")


def test_a_report_appears_and_counts(visit: Screens, desk: httpx.Client, place: dict[str, float]) -> None:
    page = visit.open("/wall", "desk", size=SCREEN)
    stands(page)
    before, today = big(page, "Open"), big(page, "Reported today")
    stream = tile(page, "Live").get_by_role("listitem")
    report(desk, type="green.tree", place=place)
    expect(stream.filter(has_text="Fallen tree").filter(has_text="Reported").first).to_be_visible()
    expect(tile(page, "Open").locator(".big")).to_have_text(f"{before + 1:,}")
    expect(tile(page, "Reported today").locator(".big")).to_have_text(f"{today + 1:,}")
    waited = datetime.now(UTC) - timedelta(hours=5)
    report(desk, type="safety.fire_lane", place=place, urgent=True, happened_at=waited.isoformat())
    first = tile(page, "Most urgent three").get_by_role("listitem").first
    expect(first).to_contain_text("Blocked fire lane")
    expect(first).to_have_class("urgent")
    expect(page.get_by_role("status").first).to_contain_text("Urgent cases")
    expect(tile(page, "Open").locator(".big")).to_have_text(f"{before + 2:,}")


@pytest.mark.parametrize(("path", "size"), [("/wall", SCREEN), ("/wall", LAPTOP), ("/desk", LAPTOP)])
def test_nothing_jumps_while_fifty_reports_stream_in(
    visit: Screens, desk: httpx.Client, place: dict[str, float], path: str, size: Any
) -> None:
    page = visit.open(path, "desk", size=size)
    count = page.locator(".status .figure").first if path == "/desk" else tile(page, "Open").locator(".big")
    expect(count).to_have_text(re.compile(r"\d"))
    expect(page.locator(".map-canvas canvas")).to_be_visible()
    if path == "/desk":
        expect(page.get_by_role("option").first).to_be_visible()
    before = number(count.inner_text())
    page.evaluate("() => { shifts.length = 0 }")
    for n in range(50):
        report(desk, type="street.pothole" if n % 5 else "water.burst", place=place)
    expect(count).to_have_text(re.compile(rf"^{before + 50:,}\b"))
    assert page.evaluate(SHIFTED) < 0.02, page.evaluate("() => shifts")


@pytest.mark.parametrize("how", ["cut", "mute"])
def test_what_arrived_while_the_network_was_gone_is_not_missing(
    browser: Browser, city: Running, desk: httpx.Client, place: dict[str, float], how: str
) -> None:
    with wire(city.base) as line, screens(browser, line.base, PASSWORD) as visit:
        visit.expects("ERR_CONNECTION", "ERR_EMPTY_RESPONSE", "ERR_INCOMPLETE_CHUNKED_ENCODING", "ERR_SOCKET")
        page = visit.open("/wall", "desk", size=SCREEN)
        stands(page)
        before = big(page, "Open")
        getattr(line, how)()
        for _ in range(7):
            report(desk, type="green.tree", place=place)
        expect(tile(page, "Open")).to_have_class(GREY, timeout=5_000)
        expect(tile(page, "Open").locator(".age")).to_have_text(re.compile(DEAD["en"]))
        assert big(page, "Open") == before
        line.mend()
        expect(tile(page, "Open")).not_to_have_class(GREY)
        expect(tile(page, "Open").locator(".big")).to_have_text(f"{before + 7:,}")
        trees = tile(page, "Live").get_by_role("listitem").filter(has_text="Fallen tree").filter(has_text="Reported")
        assert trees.count() >= 7


@pytest.fixture
def mortal(tmp_path: Path, browser: Browser) -> Iterator[tuple[Screens, list[Process], Path, int]]:
    """A center as a process that a test may kill, with its people, and pages of it."""
    data, port = tmp_path / "data", free_port()
    with running(None, data, reports_per_minute=0) as first, first.client("desk") as client:
        for point in list(spots(first).values())[:8]:
            report(client, type="street.pothole", place=point)
    processes = [Process("run", "_template", data, port)]
    try:
        with screens(browser, processes[0].base, PASSWORD) as visit:
            visit.expects(
                "ERR_CONNECTION_REFUSED",
                "ERR_INCOMPLETE_CHUNKED_ENCODING",
                "ERR_CONNECTION_RESET",
                "ERR_EMPTY_RESPONSE",
            )
            yield visit, processes, data, port
    finally:
        for one in processes:
            one.stop()


TILES: dict[Lang, tuple[str, str]] = {"en": ("Open", "Live"), "zh": ("在办", "实时动态")}


def test_a_killed_server_turns_the_tiles_grey_and_they_recover(
    mortal: tuple[Screens, list[Process], Path, int],
) -> None:
    visit, processes, data, port = mortal
    walls: list[tuple[Lang, Page]] = [
        (lang, visit.open("/wall", "desk", lang, SCREEN, flat=lang == "zh")) for lang in ("en", "zh")
    ]
    desk = visit.open("/desk", "desk", flat=True)
    expect(desk.get_by_role("option")).to_have_count(8)
    for lang, page in walls:
        expect(tile(page, TILES[lang][0]).locator(".big")).to_have_text("8")
    processes[0].kill()
    for lang, page in walls:
        for one in page.locator(".tile").all():
            expect(one).to_have_class(GREY, timeout=5_000)
            expect(one.locator(".tile-head .age")).to_have_text(re.compile(DEAD[lang]))
        expect(page.get_by_role("status").first).to_contain_text({"en": "No data", "zh": "无数据"}[lang])
        lost = page.locator(".map-box").get_by_role("alert")
        expect(lost).to_have_text(re.compile(DEAD[lang]))
    expect(desk.locator(".status").get_by_role("alert")).to_have_text(re.compile(DEAD["en"]))

    processes.append(Process("run", "_template", data, port))
    with httpx.Client(base_url=processes[1].base, trust_env=False, timeout=30) as client:
        token = client.post("/api/v1/session", json={"login": "desk", "password": PASSWORD}).json()["token"]
        client.headers["authorization"] = f"Bearer {token}"
        row = client.get("/api/v1/cases?limit=1").json()["rows"][0]
        made = report(client, type="safety.cave_in", place={"lon": row["lon"], "lat": row["lat"]})
        assert client.get("/api/v1/cases?open=true").json()["total"] == 9
    for lang, page in walls:
        title, stream = TILES[lang]
        expect(tile(page, title).locator(".big")).to_have_text("9")
        expect(page.locator(".tile.gone")).to_have_count(0)
        urgent = {"en": "Road cave-in", "zh": "路面塌陷"}[lang]
        expect(tile(page, stream).get_by_role("listitem").filter(has_text=urgent).first).to_be_visible()
        expect(
            tile(page, stream).get_by_role("listitem").filter(has_text={"en": "Reported", "zh": "上报"}[lang])
        ).to_have_count(9)
    expect(desk.locator(".status")).to_contain_text("1 changed")
    desk.get_by_role("button", name=re.compile("changed")).click()
    expect(desk.get_by_role("option")).to_have_count(9)
    desk.goto(f"/desk?case={made['id']}")
    expect(desk.get_by_text(made["number"])).to_be_visible()

"""The wall: every figure is the number of rows it opens, at the same position, with its age and its source."""

import re
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect
from running import Running
from ui.screens import LED, SCREEN, Screens, number, tile

TITLES = ("Open", "Due soon", "Reported today", "Closed today")
PLAIN = ("Open by board", "Open by quarter", "By stage", "Reported and closed, 24 hours", "Most urgent three")


@pytest.fixture
def wall(visit: Screens) -> Page:
    """The wall of an officer, with figures."""
    page = visit.open("/wall", "desk", size=SCREEN, flat=True)
    expect(tile(page, "Open").locator(".big")).to_have_text(re.compile(r"\d"))
    return page


def figures(page: Page) -> list[tuple[Locator, int, int | None]]:
    """Every figure of the wall: what opens it, what it says, and how many of them it says are late."""
    found: list[tuple[Locator, int, int | None]] = [
        (
            tile(page, title).get_by_role("button", name=title),
            number(tile(page, title).locator(".big").inner_text()),
            None,
        )
        for title in TITLES
    ]
    needs = tile(page, "Need a person")
    found.append((needs.locator(".tile-head button"), number(needs.locator(".huge").inner_text()), None))
    found += [(part, number(part.inner_text()), None) for part in needs.locator(".parts button").all()]
    for title in ("Open by board", "Open by quarter"):
        for row in tile(page, title).get_by_role("listitem").get_by_role("button").all():
            late = row.locator(".late")
            is_late = "none" not in (late.get_attribute("class") or "")
            found.append((row, number(row.locator(".count").inner_text()), number(late.inner_text()) if is_late else 0))
    found += [(one, number(one.inner_text()), None) for one in tile(page, "By stage").get_by_role("button").all()]
    on_time = tile(page, "Closed on time")
    due = re.search(r"of (\d+) due", on_time.inner_text())
    assert due
    return [*found, (on_time.get_by_role("button"), int(due[1]), None)]


def rows_behind(page: Page, opener: Locator) -> int:
    """Open a figure and ask for all its rows: as many as the drawer says there are."""
    opener.click()
    drawer = page.get_by_role("dialog")
    note = drawer.get_by_text(re.compile(r"\d+ cases?\b"))
    expect(note).to_be_visible()
    rows, more = drawer.get_by_role("listitem"), drawer.get_by_role("button", name=re.compile("more$"))
    while more.count():
        before = rows.count()
        more.click()
        expect(rows.nth(before)).to_be_visible()
    total = number(note.inner_text())
    expect(rows).to_have_count(total)
    page.keyboard.press("Escape")
    expect(drawer).to_have_count(0)
    return total


def test_every_figure_is_the_number_of_its_rows(wall: Page) -> None:
    shown = figures(wall)
    assert len(shown) > 25
    assert sum(count > 0 for _, count, _ in shown) > 15, "the seed reaches too few figures"
    wrong = [n for n, (opener, count, _) in enumerate(shown) if rows_behind(wall, opener) != count]
    # Time goes on while all of them are opened: one that has changed since is read and opened again.
    again = figures(wall) if wrong else shown
    assert [again[n][0].inner_text() for n in wrong if rows_behind(wall, again[n][0]) != again[n][1]] == []


def test_the_screen_shows_what_the_list_counts(wall: Page, city: Running) -> None:
    with city.client("desk") as client:

        def total(query: str) -> int:
            return int(client.get(f"/api/v1/cases?{query}&limit=1").json()["total"])

        tiles: dict[str, Any] = client.get("/api/v1/wall").json()["tiles"]
        names = {
            row["code"]: row["name"]["en"]
            for key in ("boards", "areas")
            for row in client.get("/api/v1/city").json()[key]
        }
        for title, key in zip(TITLES, ("open", "soon", "reported_today", "closed_today"), strict=True):
            assert number(tile(wall, title).locator(".big").inner_text()) == total(tiles[key]["query"]), title
        for title, key in (("Open by board", "by_board"), ("Open by quarter", "by_town")):
            for row in tile(wall, title).get_by_role("listitem").all():
                code = next(code for code, name in names.items() if name == row.get_by_role("button").get_attribute("title"))
                query = tiles[key].get(code, {}).get("query")
                assert number(row.locator(".count").inner_text()) == (total(query) if query else 0), code
                late = row.locator(".late").inner_text()
                assert (number(late) if re.search(r"\d", late) else 0) == (total(f"{query}&late=true") if query else 0)
        for hour in tiles["hours"]:
            assert (hour["reported"], hour["closed"]) == (total(hour["reported_query"]), total(hour["closed_query"]))
        assert sum(tiles["by_grid"].values()) == sum(total(f"open=true&grid={code}") for code in tiles["by_grid"])
        assert (tiles["on_time"]["due"], tiles["on_time"]["met"]) == (
            total(tiles["on_time"]["query"]),
            total(tiles["on_time"]["met_query"]),
        )


def test_every_tile_shows_its_age_and_on_hover_its_source(wall: Page, city: Running) -> None:
    for title in (*TITLES, *PLAIN, "Need a person", "Closed on time"):
        expect(tile(wall, title).locator(".age")).to_have_text(re.compile(r"^(now|\d+ (s|min|h|d) ago)$"))
        source = tile(wall, title).locator(".tile-head [title]").get_attribute("title")
        assert re.match(r"Source: journal, entry \d+", source or ""), title
    with city.client("desk") as client:
        position = client.get("/api/v1/wall").json()["position"]
    expect(tile(wall, "Open").locator(f"[title*='entry {position}']")).to_have_count(1)


def test_a_bar_of_the_curve_opens_the_reports_of_its_hour(wall: Page, city: Running) -> None:
    with city.client("desk") as client:
        last = client.get("/api/v1/wall").json()["tiles"]["hours"][-1]
    canvas = tile(wall, "Reported and closed, 24 hours").locator("canvas")
    expect(canvas).to_be_visible()
    box = canvas.bounding_box()
    assert box
    canvas.click(position={"x": box["width"] * 0.965, "y": box["height"] * 0.7})
    drawer = wall.get_by_role("dialog")
    expect(drawer.get_by_text(re.compile(rf"{last['reported']} cases?\b"))).to_be_visible()


def test_the_most_urgent_three_say_what_where_who_and_how_long(wall: Page) -> None:
    top = tile(wall, "Most urgent three").get_by_role("listitem")
    expect(top).to_have_count(3)
    expect(top.first).to_have_class("urgent")
    for one in top.all():
        expect(one.locator(".time")).to_have_text(re.compile(r"(left|over)$"))
        expect(one.locator(".where")).to_have_text(re.compile(r"\S+ · \S+"))


def test_a_vital_sign_opens_where_it_comes_from_and_a_row_of_the_stream_its_case(wall: Page) -> None:
    wall.locator(".signs button.sign").first.click()
    expect(wall).to_have_url(re.compile(r"/data/lineage\?vital_sign=passed$"))
    expect(wall.locator("main")).to_contain_text("Inspections passed")
    wall.go_back()
    tile(wall, "Live").get_by_role("listitem").first.get_by_role("button").click()
    expect(wall).to_have_url(re.compile(r"/desk\?case="))
    expect(wall.get_by_role("heading", name="What happened")).to_be_visible()


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_map_is_drawn(visit: Screens, lang: Any) -> None:
    page = visit.open("/wall", "desk", lang, LED)
    canvas = page.locator(".map-canvas canvas")
    expect(canvas).to_be_visible()
    word = {"zh": "合成示意", "en": "synthetic"}[lang]
    expect(page.get_by_text(word).first).to_be_visible()

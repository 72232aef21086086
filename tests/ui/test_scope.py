"""A town's and a department's account in the browser: their own rows, their own figures, their own live changes."""

import re
from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Page, expect
from running import Running
from ui.screens import Screens, number, tile
from ui.seeding import act, report, spots


@pytest.fixture
def client(city: Running) -> Iterator[httpx.Client]:
    """The duty officer's program."""
    with city.client("desk") as one:
        yield one


def spot_of(city: Running, town: str) -> dict[str, float]:
    """A point inside a town."""
    return next(spot for code, spot in spots(city).items() if code.startswith(town))


def own(city: Running, login: str) -> tuple[int, set[str]]:
    """How many open cases an account has, and which stand on its first page."""
    with city.client(login) as one:
        page = one.get("/api/v1/cases?open=true&sort=due&limit=60").json()
        return page["total"], {row["id"] for row in page["rows"]}


def drawn(page: Page) -> set[str]:
    """The cases whose rows are drawn."""
    return {
        one.removeprefix("row-") for one in page.get_by_role("option").evaluate_all("all => all.map(one => one.id)")
    }


def count(page: Page) -> int:
    """The total over the list."""
    return number(page.locator(".status .figure").first.inner_text())


@pytest.mark.parametrize(("login", "screen"), [("town", "/town"), ("unit", "/unit")])
def test_an_account_sees_its_own_rows_and_counts(visit: Screens, city: Running, login: str, screen: str) -> None:
    total, mine = own(city, login)
    everything, _ = own(city, "desk")
    assert 0 < total < everything
    page = visit.open(screen, login, flat=True)
    expect(page.locator(".status .figure").first).to_have_text(f"{total} cases")
    expect(page.get_by_role("option").first).to_be_visible()
    assert drawn(page) <= mine
    chip = page.get_by_role("toolbar").get_by_role("button", name=re.compile("^All open"))
    expect(chip).to_have_text(re.compile(rf"{total}$"))
    page.reload()
    expect(page.get_by_role("option").first).to_be_visible()


def test_the_wall_of_a_town_is_the_town(visit: Screens, city: Running) -> None:
    total, _ = own(city, "town")
    page = visit.open("/wall", "town", flat=True)
    expect(tile(page, "Open").locator(".big")).to_have_text(f"{total}")
    towns = tile(page, "Open by quarter").get_by_role("listitem")
    expect(towns).to_have_count(3)
    shown = {row.locator(".name").inner_text(): number(row.locator(".count").inner_text()) for row in towns.all()}
    with city.client("town") as one:
        tiles = one.get("/api/v1/wall").json()["tiles"]
    assert sum(shown.values()) == sum(figure["count"] for figure in tiles["by_town"].values())
    assert shown["Harbor"] == tiles["by_town"]["TW-H"]["count"]


def test_a_foreign_case_does_not_exist(visit: Screens, city: Running, client: httpx.Client) -> None:
    visit.expects("404")
    foreign = report(client, type="water.quay", place=spot_of(city, "TW-O"))
    for login, screen in (("unit", "/unit"), ("town", "/town")):
        page = visit.open(f"{screen}?case={foreign['id']}", login, flat=True)
        expect(page.locator(".pane-case").get_by_role("alert")).to_be_visible()
        expect(page.locator(".timeline")).to_have_count(0)
        page.goto(f"{screen}?q={foreign['number']}")
        expect(page.get_by_text("No case fits these filters.")).to_be_visible()


def test_live_changes_reach_only_whose_they_are(visit: Screens, city: Running, client: httpx.Client) -> None:
    town = visit.open("/town", "town", flat=True)
    unit = visit.open("/unit", "unit", flat=True)
    for page in (town, unit):
        expect(page.get_by_role("option").first).to_be_visible()
    towns, units = count(town), count(unit)
    report(client, type="water.quay", place=spot_of(city, "TW-O"))  # nobody's of the two
    report(client, type="street.light", place=spot_of(city, "TW-O"))  # the roads office's
    expect(unit.locator(".status .figure").first).to_have_text(f"{units + 1} cases")
    mine = report(client, type="green.tree", place=spot_of(city, "TW-H"))  # the town's
    expect(town.locator(".status .figure").first).to_have_text(f"{towns + 1} cases")
    town.get_by_role("button", name=re.compile("1 changed")).click()
    expect(unit.get_by_role("button", name=re.compile("1 changed"))).to_be_visible()
    town.goto(f"/town?q={mine['number']}")
    expect(town.get_by_role("option")).to_have_count(1)


def test_a_case_that_is_given_away_leaves_the_screen_live(visit: Screens, city: Running, client: httpx.Client) -> None:
    made = report(client, type="street.light", place=spot_of(city, "TW-O"))
    page = visit.open(f"/unit?q={made['number']}", "unit", flat=True)
    expect(page.get_by_role("option")).to_have_count(1)
    wall = visit.open("/unit", "unit", flat=True)
    expect(wall.get_by_role("option").first).to_be_visible()
    units = count(wall)
    act(client, made["id"], "dispatch", unit="clean")
    expect(wall.locator(".status .figure").first).to_have_text(f"{units - 1} cases")
    expect(page.get_by_role("option")).to_have_count(0)

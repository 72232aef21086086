"""The duty desk with the keyboard and the mouse: signing in, the list, the whole life of a case, conflicts, forms, themes."""

import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from playwright.sync_api import Locator, Page, expect
from running import PASSWORD, Running
from ui.screens import Screens
from ui.seeding import act, report, spots


@pytest.fixture
def client(city: Running) -> Iterator[httpx.Client]:
    """The duty officer's program."""
    with city.client("desk") as one:
        yield one


@pytest.fixture
def place(city: Running) -> dict[str, float]:
    """A point of the city."""
    return next(iter(spots(city).values()))


def stated(page: Page, state: str) -> None:
    """The open case says that it is in this state."""
    expect(page.locator(".case header .line .state")).to_have_text(state)


def acts(page: Page) -> Locator:
    """The acts of the open case."""
    return page.get_by_role("region", name="Acts")


def picked(page: Page, name: str) -> None:
    """Choose one of the open picker's rows."""
    page.locator(".picker-item", has_text=name).click()


def cursor(page: Page) -> str:
    """The row the keys stand on."""
    return page.get_by_role("listbox", name="Cases").get_attribute("aria-activedescendant") or ""


def test_signing_in_by_keyboard_alone(visit: Screens) -> None:
    visit.expects("401")
    page = visit.open("/desk")
    expect(page.get_by_text("Sign in to open the Duty desk.")).to_be_visible()
    expect(page.get_by_label("Account")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert").first).to_have_text("Enter your account.")
    page.keyboard.type("desk")
    page.keyboard.press("Tab")
    page.keyboard.type("not it")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("The login or the password is wrong.")
    expect(page.get_by_label("Account")).to_have_value("desk")
    expect(page.get_by_label("Password")).to_be_focused()
    page.keyboard.press("ControlOrMeta+A")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/desk"))
    expect(page.get_by_role("option").first).to_be_visible()


def test_signing_out_leads_back(visit: Screens) -> None:
    page = visit.open("/desk", "desk", flat=True)
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    page.goto("/desk")
    expect(page.get_by_label("Account")).to_be_visible()


def test_the_list_moves_and_opens_by_keys(visit: Screens) -> None:
    page = visit.open("/desk", "desk", flat=True)
    rows = page.get_by_role("option")
    expect(rows.nth(3)).to_be_visible()
    for key in ("j", "j", "j", "k"):
        page.keyboard.press(key)
    expect(rows.nth(1)).to_have_class(re.compile("cursor"))
    assert cursor(page) == rows.nth(1).get_attribute("id")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"case="))
    expect(page.get_by_role("heading", name="What happened")).to_be_visible()
    expect(rows.nth(1)).to_have_attribute("aria-selected", "true")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_contain_text("Previous, next")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.keyboard.press("Escape")
    expect(page).not_to_have_url(re.compile(r"case="))


def test_a_case_from_report_to_closed_by_two_people(
    visit: Screens, client: httpx.Client, place: dict[str, float]
) -> None:
    made = report(client, type="street.vendor", place=place, text="A stall blocks the walkway")
    desk = visit.open(f"/desk?case={made['id']}", "desk", flat=True)
    stated(desk, "Reported")
    expect(desk.get_by_text("A stall blocks the walkway")).to_be_visible()
    desk.keyboard.press("a")
    stated(desk, "Accepted")
    desk.keyboard.press("d")
    who = acts(desk).get_by_label("Who handles it?")
    expect(who).to_be_focused()
    who.press_sequentially("roads")
    picked(desk, "Roads office")
    desk.keyboard.press("ControlOrMeta+Enter")
    stated(desk, "Dispatched")

    unit = visit.open(f"/unit?case={made['id']}", "unit", flat=True)
    stated(unit, "Dispatched")
    unit.keyboard.press("s")
    stated(unit, "Signed for")
    acts(unit).get_by_role("button", name="Start work").click()
    stated(unit, "In hand")
    unit.keyboard.press("f")
    acts(unit).get_by_label("How did it end?").select_option("solved")
    acts(unit).get_by_label("Anything to add?").fill("Moved to the market")
    acts(unit).get_by_role("button", name="Report back").last.click()
    stated(unit, "Reported back")

    stated(desk, "Reported back")
    desk.keyboard.press("v")
    stated(desk, "Checked")
    desk.keyboard.press("c")
    acts(desk).get_by_role("button", name="Close", exact=True).last.click()
    stated(desk, "Closed")
    expect(desk.get_by_text("Finished")).to_be_visible()
    line = desk.locator(".timeline li")
    told = [("Reported", "The desk"), ("Routed by rule", "rule row R23")]
    told += [("Accepted", "The desk"), ("Dispatched", "The desk")]
    told += [
        ("Signed for", "The unit"),
        ("Work started", "The unit"),
        ("Reported back", "The unit"),
        ("Check passed", "The desk"),
        ("Closed", "The desk"),
    ]
    expect(line).to_have_count(len(told))
    for row, (what, who_or_why) in zip(line.all(), told, strict=True):
        expect(row).to_contain_text(what)
        expect(row).to_contain_text(who_or_why)
        expect(row.locator("time")).to_have_text(re.compile(r"\d\d:\d\d"))
    expect(line.filter(has_text="Reported back")).to_contain_text("Moved to the market")
    expect(line.filter(has_text="Dispatched")).to_contain_text("Roads office")


def test_returning_needs_a_reason(visit: Screens, client: httpx.Client, place: dict[str, float]) -> None:
    made = report(client, type="street.pothole", place=place)
    unit = visit.open(f"/unit?case={made['id']}", "unit", flat=True)
    stated(unit, "Dispatched")
    unit.keyboard.press("r")
    acts(unit).get_by_role("button", name="Return", exact=True).last.click()
    expect(acts(unit).get_by_role("alert")).to_have_text("Say why in one sentence.")
    acts(unit).get_by_role("radio", name="Not the duty of this unit").check()
    unit.keyboard.press("ControlOrMeta+Enter")
    stated(unit, "Returned")
    expect(unit.locator(".timeline li").last).to_contain_text("Not the duty of this unit")
    desk = visit.open("/desk?desk=true", "desk")
    expect(desk.locator(f"#row-{made['id']}")).to_be_visible()


def test_impossible_acts_are_absent_and_explained_on_demand(
    visit: Screens, client: httpx.Client, place: dict[str, float]
) -> None:
    made = report(client, type="safety.cave_in", place=place)
    page = visit.open(f"/unit?case={made['id']}", "unit", flat=True)
    expect(acts(page).get_by_role("button", name="Sign for it")).to_be_visible()
    for name in ("Accept", "Close", "Start work", "Report back", "Return"):
        expect(acts(page).get_by_role("button", name=name, exact=True)).to_have_count(0)
    page.keyboard.press("c")
    expect(acts(page).get_by_role("heading")).to_have_count(0)
    acts(page).get_by_role("button", name="Why nothing else is possible").click()
    expect(acts(page).get_by_role("definition").first).to_be_visible()
    expect(acts(page)).to_contain_text("does not let its owner return this case")
    untyped = report(client, place=place)
    act(client, untyped["id"], "accept")
    desk = visit.open(f"/desk?case={untyped['id']}", "desk", flat=True)
    expect(acts(desk).get_by_role("button", name="Change type")).to_have_class(re.compile("large"))
    expect(acts(desk).get_by_role("button", name="Dispatch")).to_have_count(0)
    acts(desk).get_by_role("button", name="Why nothing else is possible").click()
    expect(acts(desk)).to_contain_text("The case has no type yet.")


def test_a_conflict_is_said_in_words_and_loses_nothing(
    visit: Screens, client: httpx.Client, place: dict[str, float]
) -> None:
    visit.expects("409", "ERR_FAILED")
    made = report(client, type="street.vendor", place=place)
    page = visit.open(f"/desk?case={made['id']}", "desk", flat=True)
    stated(page, "Reported")
    page.keyboard.press("x")
    reason = acts(page).get_by_label("Why?")
    reason.fill("Reported twice this morning")
    page.route("**/live*", lambda route: route.abort())
    page.route("**/api/v1/cases/*", lambda route: route.abort())
    act(client, made["id"], "note", note="Somebody else was here")
    page.keyboard.press("ControlOrMeta+Enter")
    wrong = acts(page).get_by_role("alert")
    expect(wrong).to_contain_text("Somebody else changed this case")
    expect(reason).to_have_value("Reported twice this morning")
    page.unroute_all()
    wrong.get_by_role("button", name="Show the newest state").click()
    expect(page.locator(".timeline li").last).to_contain_text("Somebody else was here")
    expect(reason).to_have_value("Reported twice this morning")
    page.keyboard.press("ControlOrMeta+Enter")
    stated(page, "Rejected")


def test_filters_are_chips_in_the_address_and_survive_a_reload(visit: Screens, client: httpx.Client) -> None:
    page = visit.open("/desk", "desk", flat=True)
    chips = page.get_by_role("toolbar", name="Filter")
    chips.get_by_role("button", name=re.compile("^Overdue")).click()
    expect(page).to_have_url(re.compile("late=true"))
    page.get_by_role("button", name="Filter", exact=True).click()
    town = page.get_by_role("dialog").get_by_label("Town")
    town.click()
    town.press_sequentially("Harb")
    picked(page, "Harbor")
    expect(page).to_have_url(re.compile("town=TW-H"))
    page.keyboard.press("Escape")
    for _ in range(2):
        expect(chips.get_by_role("button", name=re.compile("^Harbor"))).to_have_attribute("aria-pressed", "true")
        expect(chips.get_by_role("button", name=re.compile("^Overdue"))).to_have_attribute("aria-pressed", "true")
        total = client.get("/api/v1/cases?open=true&late=true&town=TW-H").json()["total"]
        expect(page.locator(".status .figure").first).to_have_text(f"{total} cases")
        expect(page.get_by_role("option")).to_have_count(total)
        page.reload()
    chips.get_by_role("button", name=re.compile("^Harbor")).click()
    expect(page).not_to_have_url(re.compile("town="))
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox")).to_be_focused()
    wanted = client.get("/api/v1/cases?limit=1").json()["rows"][0]["number"]
    page.keyboard.type(wanted)
    page.keyboard.press("Enter")
    expect(page.get_by_role("option")).to_have_count(1)


def test_scrolling_shows_every_row(visit: Screens, client: httpx.Client, city: Running) -> None:
    for point in list(spots(city).values()) * 6:
        report(client, type="green.tree", place=point)
    wanted: set[str] = set()
    after = ""
    while after is not None:
        page_of = client.get(
            f"/api/v1/cases?type=green.tree&sort=reported&limit=200{after and '&after=' + after}"
        ).json()
        wanted |= {row["id"] for row in page_of["rows"]}
        after = page_of["next"]
    assert len(wanted) > 130
    page = visit.open("/desk?type=green.tree&sort=reported", "desk")
    box, rows = page.get_by_role("listbox", name="Cases"), page.get_by_role("option")
    expect(page.locator(".status .figure").first).to_have_text(f"{len(wanted)} cases")
    seen: set[str] = set()
    while seen != wanted:
        expect(rows.first).to_be_visible()
        seen |= {one.removeprefix("row-") for one in rows.evaluate_all("all => all.map(one => one.id)")}
        last = rows.last.get_attribute("id")
        box.evaluate("box => box.scrollBy(0, box.clientHeight)")
        if seen != wanted:
            expect(rows.last).not_to_have_id(last or "")
    assert rows.count() < 60, "rows out of sight are not drawn"


def test_placing_a_case_by_a_click_on_the_map(visit: Screens, client: httpx.Client) -> None:
    made = report(client, type="street.pothole", place={"address": "behind the salt store"})
    page = visit.open(f"/desk?case={made['id']}", "desk")
    expect(page.get_by_text("This case has no place yet.")).to_be_visible()
    expect(page.get_by_text("behind the salt store")).to_be_visible()
    expect(page.locator(".map-canvas canvas")).to_be_visible()
    page.keyboard.press("m")
    acts(page).get_by_role("button", name="Place").last.click()
    expect(acts(page).get_by_role("alert")).to_have_text("Click the map first.")
    page.locator(".map-canvas canvas").click()
    expect(acts(page)).to_contain_text("Place chosen:")
    acts(page).get_by_role("button", name="Place").last.click()
    expect(page.locator(".timeline li").filter(has_text="Placed")).to_be_visible()
    row: dict[str, Any] = client.get(f"/api/v1/cases/{made['id']}").json()["case"]
    assert row["grid"]
    assert row["town"]


def test_taking_a_report_by_phone(visit: Screens, client: httpx.Client) -> None:
    page = visit.open("/desk", "desk")
    expect(page.locator(".map-canvas canvas")).to_be_visible()
    page.keyboard.press("i")
    expect(page.get_by_label("What happened?")).to_be_focused()
    page.keyboard.press("ControlOrMeta+Enter")
    expect(page.get_by_role("alert")).to_have_text(["Write what happened.", "Click the map, or write the address."])
    page.keyboard.type("A lamp is dark at the quay")
    page.get_by_label("Where is it?").fill("the quay")
    page.locator(".map-canvas canvas").click()
    kind = page.get_by_label("Type", exact=True)
    kind.click()
    kind.press_sequentially("light")
    picked(page, "Street light out")
    page.get_by_label("Phone").fill("139-0000-0000")
    page.keyboard.press("ControlOrMeta+Enter")
    expect(page.get_by_role("heading", name=re.compile("Reported as TW"))).to_be_visible()
    page.get_by_role("button", name="Open it").click()
    expect(page.get_by_text("A lamp is dark at the quay")).to_be_visible()
    expect(page.get_by_text("139****00")).to_be_visible()
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page.get_by_text("139-0000-0000")).to_be_visible()
    number_of = page.locator(".case .meta").inner_text().split(" ")[0]
    assert client.get(f"/api/v1/cases?q={number_of}").json()["rows"][0]["type"] == "street.light"


def test_light_and_dark(visit: Screens) -> None:
    page = visit.open("/desk", "desk", flat=True)
    ground = "() => getComputedStyle(document.querySelector('.desk')).backgroundColor + getComputedStyle(document.body).backgroundColor"
    expect(page.get_by_role("option").first).to_be_visible()
    dark = page.evaluate(ground)
    page.get_by_role("button", name="Light").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "light")
    assert page.evaluate(ground) != dark
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-theme", "light")
    page.get_by_role("button", name="Dark").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    assert page.evaluate(ground) == dark


def test_the_language_changes_at_once_and_is_kept(visit: Screens) -> None:
    page = visit.open("/desk", "desk", flat=True)
    page.get_by_role("button", name="Language").click()
    expect(page.get_by_role("listbox", name="事件")).to_be_visible()
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
    page.reload()
    expect(page.get_by_role("listbox", name="事件")).to_be_visible()
    expect(page.locator(".status .figure").first).to_have_text(re.compile(r"^[1-9][\d,]* 件$"))


def view_menu(page: Page) -> Locator:
    """What the list shows, opened."""
    page.get_by_role("button", name="Columns and density").click()
    return page.get_by_role("dialog", name="Columns and density")


def test_columns_and_density_are_kept_for_each_person(visit: Screens) -> None:
    page = visit.open("/desk", "desk", flat=True)
    row = page.get_by_role("option").first
    expect(row).to_be_visible()
    low = row.evaluate("row => row.clientHeight")
    menu = view_menu(page)
    menu.get_by_label("Number").check()
    menu.get_by_label("Place").uncheck()
    menu.get_by_label("Comfortable").check()
    expect(row).to_contain_text("TW-")
    page.reload()
    expect(row).to_contain_text("TW-")
    assert row.evaluate("row => row.clientHeight") > low
    expect(view_menu(page).get_by_label("Place")).not_to_be_checked()
    visit.sign_in(page.context, "admin")
    page.goto("/desk")
    expect(row).to_be_visible()
    expect(row).not_to_contain_text("TW-")
    assert row.evaluate("row => row.clientHeight") == low


def test_columns_are_chosen_by_keys(visit: Screens) -> None:
    page = visit.open("/desk", "desk", flat=True)
    row = page.get_by_role("option").first
    expect(row).to_be_visible()
    page.get_by_role("button", name="Columns and density").focus()
    page.keyboard.press("Enter")
    place = page.get_by_role("dialog", name="Columns and density").get_by_label("Place")
    expect(place).to_be_focused()
    page.keyboard.press("Space")
    expect(place).not_to_be_checked()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_role("button", name="Columns and density")).to_be_focused()


def test_the_list_on_paper_has_every_row_and_dark_ink(visit: Screens, client: httpx.Client) -> None:
    total = client.get("/api/v1/cases?open=true&limit=1").json()["total"]
    page = visit.open("/desk", "desk", flat=True)
    expect(page.get_by_role("option").first).to_be_visible()
    page.evaluate(
        "() => { window.print = () => { window.rows = document.querySelectorAll('.paper tbody tr').length; }; }"
    )
    page.get_by_role("button", name="Print the list").click()
    page.wait_for_function("() => window.rows !== undefined")
    assert page.evaluate("window.rows") == total
    page.emulate_media(media="print")
    paper = page.locator(".paper")
    expect(paper.get_by_role("heading", name="Cases")).to_be_visible()
    expect(paper).to_contain_text("All open")
    expect(page.locator("div.desk")).not_to_be_visible()
    assert page.evaluate("getComputedStyle(document.documentElement).colorScheme") == "light"
    page.emulate_media(media="screen")
    expect(paper).to_have_count(0)
    expect(page.locator("div.desk")).to_be_visible()


def test_a_case_on_paper_tells_what_happened_by_whom_without_the_contact(
    visit: Screens, client: httpx.Client, place: dict[str, float]
) -> None:
    contact = {"name": "Ada Quill", "phone": "139-1111-2222"}
    made = report(client, type="street.vendor", place=place, text="A stall blocks the walkway", contact=contact)
    act(client, made["id"], "accept", note="seen on the camera")
    page = visit.open(f"/desk?case={made['id']}", "desk", flat=True)
    stated(page, "Accepted")
    page.emulate_media(media="print")
    paper = page.locator(".paper")
    for words in (
        made["number"],
        "A stall blocks the walkway",
        "Accepted",
        "The desk",
        "seen on the camera",
        "rule row",
    ):
        expect(paper).to_contain_text(words)
    expect(paper).not_to_contain_text("Ada")
    expect(paper).not_to_contain_text("2222")

"""The long life of a case at the desks: more time, parts of others, orders and answers, merging, ratings, in a real browser."""

import io
import re
from collections.abc import Iterator

import httpx
import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect
from running import Running
from ui.screens import PHONE, Screens
from ui.seeding import act, report, spots
from ui.test_access import judge, no_overflow
from ui.test_desk import acts, picked, stated


@pytest.fixture
def client(city: Running) -> Iterator[httpx.Client]:
    """The duty officer's program."""
    with city.client("desk") as one:
        yield one


@pytest.fixture
def worked(client: httpx.Client, city: Running) -> str:
    """A pothole that the roads office is at work on."""
    return _worked(client, city)


def _worked(client: httpx.Client, city: Running) -> str:
    made = report(client, type="street.pothole", place=next(iter(spots(city).values())), text="A hole by the quay")
    for name in ("sign", "start"):
        act(client, made["id"], name)
    return str(made["id"])


def press(page: Page, name: str) -> None:
    """Choose an act, behind "More" where it is put away."""
    wanted = acts(page).get_by_role("button", name=name, exact=True)
    if wanted.count() == 0:
        acts(page).get_by_role("button", name="More", exact=True).click()
    wanted.first.click()


def send(page: Page, name: str) -> None:
    """Send the form of an act."""
    acts(page).locator("form").get_by_role("button", name=name, exact=True).click()


def region(page: Page, name: str) -> Locator:
    """One of the panels of the case."""
    return page.locator(".case").get_by_role("region", name=name)


def photo() -> dict[str, object]:
    """A file as a camera gives it."""
    held = io.BytesIO()
    Image.new("RGB", (64, 48), "#808080").save(held, "JPEG")
    return {"name": "work.jpg", "mimeType": "image/jpeg", "buffer": held.getvalue()}


def test_more_time_is_asked_for_by_the_unit_and_granted_at_the_desk(visit: Screens, worked: str) -> None:
    unit = visit.open(f"/unit?case={worked}", "unit", flat=True)
    stated(unit, "In hand")
    unit.keyboard.press("e")
    amount = acts(unit).get_by_label("How much more time?")
    expect(amount).to_be_focused()
    expect(acts(unit)).to_contain_text("In working days, at most")
    amount.fill("99")
    unit.keyboard.press("ControlOrMeta+Enter")
    expect(acts(unit).get_by_role("alert").first).to_contain_text("A whole number from 1 to")
    amount.fill("1")
    acts(unit).get_by_role("textbox", name="Why?").fill("The paving stones come on Friday")
    assert not judge(unit)
    unit.keyboard.press("ControlOrMeta+Enter")
    stated(unit, "Extension asked for")
    desk = visit.open(f"/desk?desk=wish&case={worked}", "desk", flat=True)
    expect(desk.locator(f"#row-{worked}")).to_be_visible()
    expect(desk.get_by_text("The unit asks for 1 more working day")).to_be_visible()
    desk.keyboard.press("g")
    expect(acts(desk).get_by_label("How much more time?")).to_have_value("1")
    desk.keyboard.press("ControlOrMeta+Enter")
    stated(desk, "In hand")
    granted = desk.locator(".timeline > li").filter(has_text="More time granted")
    expect(granted).to_contain_text("1 working day")
    expect(desk.locator(".timeline > li").filter(has_text="More time asked for")).to_contain_text("paving stones")


def test_another_unit_does_its_part_and_shows_a_photo_of_it(visit: Screens, worked: str) -> None:
    unit = visit.open(f"/unit?case={worked}", "unit", flat=True)
    press(unit, "Ask for support")
    who = acts(unit).get_by_label("Who shall help?")
    who.press_sequentially("Harbor")
    picked(unit, "Harbor station")
    send(unit, "Ask for support")
    parts = region(unit, "Supporting units")
    expect(parts).to_contain_text("Asked")
    press(unit, "Report back")
    send(unit, "Report back")
    expect(acts(unit).get_by_role("alert")).to_contain_text("has not finished its part")
    visit.expects("409")
    unit.keyboard.press("Escape")

    town = visit.open("/town", "town", flat=True)
    town.get_by_role("toolbar").get_by_role("button", name="Parts asked of us").click()
    town.locator(f"#row-{worked}").click()
    press(town, "Take the part")
    expect(region(town, "Supporting units")).to_contain_text("Taken on")
    press(town, "Part done")
    acts(town).locator("input[type=file]").set_input_files(photo())  # type: ignore[arg-type]
    expect(acts(town).get_by_role("img", name="Photo 1")).to_be_visible()
    send(town, "Part done")
    done = town.locator(".timeline > li").filter(has_text="Part done")
    expect(done.get_by_role("img", name="Photo 1")).to_be_visible()
    expect(town.locator(f"#row-{worked}")).to_have_count(1)
    town.reload()
    expect(town.locator(f"#row-{worked}")).to_have_count(0)
    expect(parts).to_contain_text("Done")
    press(unit, "Report back")
    send(unit, "Report back")
    stated(unit, "Reported back")


def test_two_cases_are_merged_and_split_again(visit: Screens, client: httpx.Client, city: Running) -> None:
    mine, other = _worked(client, city), _worked(client, city)
    number = client.get(f"/api/v1/cases/{other}").json()["case"]["number"]
    desk = visit.open(f"/desk?case={mine}", "desk", flat=True)
    press(desk, "Merge")
    send(desk, "Merge")
    expect(acts(desk).get_by_role("alert")).to_have_text("Choose the other case.")
    acts(desk).get_by_role("searchbox").fill(number)
    acts(desk).get_by_role("radio", name=re.compile(number)).check()
    assert not judge(desk)
    send(desk, "Merge")
    stated(desk, "Merged")
    related = region(desk, "Related cases")
    expect(related).to_contain_text(number)
    related.get_by_role("button", name=re.compile(number)).click()
    expect(desk.locator(".case .meta")).to_contain_text(number)
    expect(region(desk, "Related cases")).to_contain_text("Merged into this one")
    desk.go_back()
    stated(desk, "Merged")
    press(desk, "Undo the merging")
    acts(desk).get_by_role("textbox", name="Why?").fill("Another hole, two doors on")
    send(desk, "Undo the merging")
    stated(desk, "In hand")
    expect(region(desk, "Related cases")).to_have_count(0)


def test_an_order_is_answered_and_the_reporter_is_asked(visit: Screens, client: httpx.Client, worked: str) -> None:
    desk = visit.open(f"/desk?case={worked}", "desk", flat=True)
    expect(region(desk, "Supervision")).to_have_count(0)
    press(desk, "Supervise")
    send(desk, "Supervise")
    expect(acts(desk).get_by_role("alert").last).to_be_visible()
    acts(desk).get_by_role("textbox", name="Why?").fill("The mayor asks")
    send(desk, "Supervise")
    expect(region(desk, "Supervision")).to_contain_text("answer by")

    unit = visit.open("/unit", "unit", flat=True)
    unit.get_by_role("toolbar").get_by_role("button", name="Orders to answer").click()
    unit.locator(f"#row-{worked}").click()
    press(unit, "Answer the order")
    acts(unit).get_by_role("textbox", name="Why?").fill("Closed off, filled tonight")
    send(unit, "Answer the order")
    expect(region(unit, "Supervision")).to_contain_text("answered")
    for name in ("feed_back", "check", "close"):
        act(client, worked, name)
    stated(desk, "Closed")
    press(desk, "Rate")
    acts(desk).get_by_role("radio", name=re.compile("very good")).check(force=True)
    send(desk, "Rate")
    stated(desk, "Rated")
    expect(desk.locator(".timeline > li").last).to_contain_text("5 of 5")


def test_the_long_life_fits_a_phone(visit: Screens, client: httpx.Client, worked: str) -> None:
    act(client, worked, "ask_help", unit="watch")
    act(client, worked, "supervise", note="hurry")
    page = visit.open(f"/desk?case={worked}", "desk", "zh", PHONE, flat=True)
    expect(page.get_by_role("region", name="配合单位")).to_be_visible()
    page.get_by_role("button", name="更多操作").click()
    no_overflow(page)
    assert not judge(page)


def test_a_report_of_two_matters_is_split_and_its_attributes_corrected(
    visit: Screens, client: httpx.Client, city: Running
) -> None:
    """The other matter is named with its type and what of the words is meant; each case then tells of the other."""
    near = next(iter(spots(city).values()))
    made = report(client, type="water.quality", place=near, text="Brown water at the tap, and rubbish at the door")
    desk = visit.open(f"/desk?case={made['id']}", "desk", flat=True)
    press(desk, "Correct attributes")
    send(desk, "Correct attributes")
    expect(acts(desk).get_by_role("alert")).to_have_text("Change something first.")
    acts(desk).get_by_label("Indoors").fill("Yes")
    desk.get_by_role("option", name="Yes", exact=True).click()
    expect(acts(desk).get_by_label("Indoors")).to_have_value("Yes")
    assert not judge(desk)
    send(desk, "Correct attributes")
    expect(desk.locator(".attribute", has_text="Indoors: Yes")).to_be_visible()
    press(desk, "Split into several")
    send(desk, "Split into several")
    expect(acts(desk).get_by_role("alert")).to_have_text("Choose a type for each matter.")
    acts(desk).get_by_label("Type").fill("Waste")
    desk.get_by_role("option", name="Waste left in the street", exact=True).click()
    acts(desk).get_by_label("Which part of the words is meant?").fill("the rubbish at the door")
    assert not judge(desk)
    send(desk, "Split into several")
    region(desk, "Related cases").get_by_role("button", name=re.compile("Waste left in the street")).click()
    stated(desk, "Dispatched")
    expect(region(desk, "Related cases")).to_contain_text("Split off from")
    expect(desk.get_by_text("the rubbish at the door", exact=True)).to_be_visible()
    expect(desk.get_by_text("Brown water at the tap, and rubbish at the door").first).to_be_visible()
    assert not judge(desk)
    no_overflow(desk)

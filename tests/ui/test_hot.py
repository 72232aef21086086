"""Hot issues on the wall: a line opens exactly its cases, whoever may not see all of them sees none, and the past has its own."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect
from running import Running
from ui.screens import LAPTOP, LED, PHONE, Lang, Screens, Size, number, tile
from ui.seeding import hot_issue, report, spots
from ui.test_access import judge

AGE = {"en": re.compile(r"^(now|\d+ s ago)$"), "zh": re.compile(r"^(刚刚|\d+ 秒前)$")}  # of this minute, on any machine
TITLE: dict[Lang, str] = {"en": "Hot issues", "zh": "热点问题"}


@pytest.fixture
def found(city: Running) -> int:
    """A search has just found an issue of three cases at the harbor; gives how many."""
    grid, spot = next((code, spot) for code, spot in spots(city).items() if code.startswith("TW-H"))
    with city.client("desk") as client:
        cases = [report(client, type="green.tree", place=spot)["id"] for _ in range(3)]
    hot_issue(city, cases, grid, "green.tree")
    return len(cases)


def lines(page: Page, lang: Lang) -> Locator:
    """The issues on the wall."""
    return tile(page, TITLE[lang]).get_by_role("listitem")


@pytest.mark.parametrize(("lang", "size"), [("zh", LED), ("en", LAPTOP), ("zh", PHONE)], ids=["led", "laptop", "phone"])
def test_a_line_opens_exactly_its_cases_and_the_past_has_its_own(
    lang: Lang, size: Size, visit: Screens, found: int
) -> None:
    visit.expects("422")  # an hour ago this journal had not begun: its first moment is shown instead
    page = visit.open("/wall", "desk", lang, size, flat=True)
    line = lines(page, lang)
    expect(line).to_have_count(1)
    assert number(line.locator(".count").inner_text()) == found
    expect(tile(page, TITLE[lang]).locator(".age")).to_have_text(AGE[lang])
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert not judge(page)
    line.get_by_role("button").click()
    expect(page.get_by_role("dialog").get_by_role("listitem")).to_have_count(found)
    page.keyboard.press("Escape")
    page.get_by_role("button", name={"en": "Look back", "zh": "回看"}[lang]).click()
    expect(page.locator(".wall.past")).to_have_count(1)
    expect(line).to_have_count(0)
    expect(tile(page, TITLE[lang])).to_contain_text({"en": "Not looked for yet", "zh": "尚未查找"}[lang])
    page.get_by_role("button", name={"en": "Back to now", "zh": "回到现在"}[lang]).click()
    expect(line).to_have_count(1)


def test_who_may_not_see_every_case_sees_nothing_of_an_issue(visit: Screens, found: int) -> None:
    town = visit.open("/wall", "town", "en", flat=True)
    expect(lines(town, "en")).to_have_count(1)
    page = visit.open("/wall", "unit", "en", flat=True)
    expect(tile(page, "Hot issues")).to_contain_text("Nothing unusual found")

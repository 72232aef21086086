"""The policy lab, and one case as it stood: try rules, see who gains work, open a case that changes hands, look back and return."""

import re

import pytest
from playwright.sync_api import Page, expect
from running import Running
from ui.screens import LAPTOP, PHONE, Lang, Screens, Size
from ui.test_access import judge

WORDS: dict[Lang, dict[str, str]] = {
    "en": {"start": "New simulation", "what": "What is tried", "rules": "Rewrite rules", "text": "What routing.csv says", "send": "Start the simulation",
           "moved": "Change hands", "back": "All simulations", "mark": "PAST", "now": "Back to now"},
    "zh": {"start": "新的模拟", "what": "试什么", "rules": "改写规则", "text": "routing.csv 的内容", "send": "开始模拟",
           "moved": "换单位", "back": "全部模拟", "mark": "历史画面", "now": "回到现在"},
}  # fmt: skip
POTHOLES = re.compile(r"^(R20,[^,]*,[^,]*),roads,", re.MULTILINE)


@pytest.fixture(scope="module")
def kept(city: Running) -> Running:
    """The center with its own pack kept, as every center that was started by its verb has it."""
    city.call(city.center.keep_pack())
    return city


def fits(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


@pytest.mark.parametrize(("lang", "size"), [("zh", LAPTOP), ("en", PHONE)])
def test_rules_are_tried_and_a_case_that_changes_hands_is_opened(
    kept: Running, lang: Lang, size: Size, visit: Screens
) -> None:
    words = WORDS[lang]
    visit.expects("422")
    page = visit.open("/lab", "leader", lang, size, flat=True)
    page.get_by_role("button", name=words["start"]).click()
    page.get_by_label(words["what"]).fill("cleaners")
    page.get_by_label(words["rules"]).select_option("routing.csv")
    text = page.get_by_label(words["text"], exact=True)
    expect(text).to_be_focused()
    before = text.input_value()
    text.fill(before.replace("*,roads,", "*,nobody,"))
    assert fits(page)
    page.keyboard.press("Control+Enter")  # refused in words, and nothing that was written is lost
    expect(page.get_by_role("alert")).to_contain_text(re.compile(r"routing\.csv:\d+"))
    assert not judge(page)
    text.fill(POTHOLES.sub(r"\1,clean,", before))
    page.get_by_role("button", name=words["send"]).click()
    expect(page.locator(".tiles strong").nth(1)).to_have_text(re.compile("[1-9]"))
    expect(page.locator(".units .gain, .units .loss")).to_have_count(2)
    expect(page.locator(".rules li")).to_have_count(1)
    page.locator(".changed").get_by_role("button", name=words["moved"]).click()
    page.locator(".units .pick").first.click()
    expect(page.locator(".changed tbody tr").first).to_be_visible()
    assert fits(page)
    assert not judge(page)
    page.locator(".changed tbody a").first.click()
    expect(page.locator("article.case")).to_be_visible()
    page.go_back()
    page.get_by_text(words["back"]).click()
    expect(page.locator("tbody th a").first).to_have_text("cleaners")
    assert fits(page)
    assert not judge(page)


def test_others_are_told_that_it_is_not_for_them(visit: Screens) -> None:
    visit.expects("403")
    page = visit.open("/lab", "town", "en", flat=True)
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.locator("nav a[href='/lab']")).to_have_count(0)


@pytest.mark.parametrize(("lang", "size"), [("zh", LAPTOP), ("en", PHONE)])
def test_a_case_is_looked_at_as_it_stood(city: Running, lang: Lang, size: Size, visit: Screens) -> None:
    words = WORDS[lang]
    with city.client("desk") as client:
        rows = client.get("/api/v1/cases", params={"state": "handling", "limit": 1}).json()["rows"]
        states = client.get("/api/v1/city").json()["states"]
    word = next(one["name"][lang] for one in states if one["code"] == "handling")
    present = re.compile(f"^{re.escape(word)}$", re.IGNORECASE)
    page = visit.open(f"/desk?state=handling&case={rows[0]['id']}", "desk", lang, size, flat=True)
    now = page.locator("header .state")
    expect(now).to_have_text(present)
    steps = page.locator(".timeline > li")
    many = steps.count()
    expect(page.locator(".acts")).to_be_visible()
    page.locator(".timeline button.at").first.press("Enter")
    expect(page.locator(".then .mark")).to_have_text(words["mark"])
    expect(page.locator(".work.past")).to_be_visible()
    expect(now).not_to_have_text(present)
    expect(page.locator(".acts")).to_have_count(0)
    expect(steps).to_have_count(many)  # what came later is there, marked as later, and leads there
    expect(page.locator(".timeline .later")).not_to_have_count(0)
    assert fits(page)
    assert not judge(page)
    page.reload()
    expect(page.locator(".then .mark")).to_be_visible()
    page.get_by_role("button", name=words["now"]).click()
    expect(page.locator(".then")).to_have_count(0)
    expect(now).to_have_text(present)

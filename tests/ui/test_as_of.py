"""The list and the figures as of a moment of the past: marked, still, read-only, in the address, and back to now."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect
from running import Running
from ui.screens import LAPTOP, PHONE, Lang, Screens, Size

WORDS: dict[Lang, dict[str, str]] = {
    "en": {"look": "See this as of a moment", "mark": "PAST", "now": "Back to now", "new": "New report"},
    "zh": {"look": "回看过去某一时刻", "mark": "历史画面", "now": "回到现在", "new": "新建上报"},
}  # fmt: skip


def choose(page: Page, words: dict[str, str], at: str) -> None:
    """Open the control by its key and send a moment."""
    page.get_by_role("button", name=words["look"]).press("Enter")
    page.locator("#as-of-moment").fill(at)
    page.locator("#as-of-moment").press("Enter")


def fits(page: Page) -> bool:
    """Nothing hangs over the edge."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


@pytest.mark.parametrize(("lang", "size"), [("zh", LAPTOP), ("en", PHONE)])
def test_the_list_of_the_past_stands_still(city: Running, lang: Lang, size: Size, visit: Screens) -> None:
    words = WORDS[lang]
    with city.client("desk") as desk:
        tip = desk.get("/api/v1/cases", params={"limit": 1}).json()["position"]
        then = desk.get("/api/v1/cases", params={"open": True, "as_of": tip // 2, "sort": "due"}).json()
        state = {one["code"]: one["name"][lang] for one in desk.get("/api/v1/city").json()["states"]}
    page = visit.open("/desk", "desk", lang, size, flat=True)
    page.goto(f"/desk?as_of={tip // 2}")
    expect(page.locator(".panes.past .pane-list .then .mark")).to_have_text(words["mark"])
    expect(page.locator(".status > .figure")).to_contain_text(str(then["total"]))
    expect(page.locator(".chip.all .count")).to_have_text(str(then["total"]))
    expect(page.locator(".status").get_by_text(words["new"])).to_have_count(0)
    assert fits(page)
    first = page.get_by_role("option").first
    expect(first).to_contain_text(re.compile(re.escape(state[then["rows"][0]["state"]]), re.IGNORECASE))
    with city.client("desk") as desk:  # what happens now changes nothing here
        desk.post("/api/v1/reports", json={"source": "phone", "type": "street.pothole", "urgent": True})
    first.click()
    expect(page).to_have_url(re.compile(rf"as_of={tip // 2}.*case="))
    expect(page.locator(".case .then .mark")).to_be_visible()
    expect(page.locator(".acts")).to_have_count(0)
    page.go_back()
    expect(page.locator(".status > .figure")).to_contain_text(str(then["total"]))
    expect(page.locator(".arrived")).to_have_count(0)
    if size is LAPTOP:
        page.keyboard.press("Escape")
    else:
        page.get_by_role("button", name=words["now"]).click()
    expect(page.locator(".past")).to_have_count(0)
    expect(page.locator(".status").get_by_text(words["new"])).to_be_visible()
    page.go_back()
    expect(page.locator(".panes.past")).to_be_visible()


def test_a_moment_that_cannot_be_is_one_sentence(visit: Screens) -> None:
    visit.expects("422")
    page = visit.open("/desk", "desk", flat=True)
    ahead = (datetime.now(UTC) + timedelta(days=30)).strftime("%Y-%m-%dT%H:%M")
    choose(page, WORDS["en"], ahead)
    expect(page.locator("#as-of-said")).to_contain_text("not come yet")
    page.locator("#as-of-moment").fill("1999-01-01T08:00")
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page).to_have_url(re.compile("as_of=1999-01-01T02:15:00Z$"))  # the city's own clock
    expect(page.get_by_role("button", name=WORDS["en"]["look"])).to_be_focused()
    for asked, said in (
        (f"{ahead}:00Z", "not come yet"),
        ("1999-01-01T00:00:00Z", "before the center's first entry"),
        ("soon", "cannot be read"),
    ):
        page.goto(f"/desk?as_of={asked}")
        expect(page.locator(".pane-list").get_by_role("alert")).to_contain_text(said)
        expect(page.get_by_role("option")).to_have_count(0)
    page.get_by_role("button", name="Back to now").click()
    expect(page.get_by_role("option").first).to_be_visible()


@pytest.mark.parametrize(("lang", "size"), [("en", LAPTOP), ("zh", PHONE)])
def test_the_figures_of_the_past_open_the_list_of_the_past(
    city: Running, lang: Lang, size: Size, visit: Screens
) -> None:  # fmt: skip
    words = WORDS[lang]
    with city.client("desk") as desk:
        tip = desk.get("/api/v1/cases", params={"limit": 1}).json()["position"]
    page = visit.open(f"/reports?as_of={tip // 2}&by=unit", "desk", lang, size, flat=True)
    expect(page.locator(".reports.past .then .mark")).to_have_text(words["mark"])
    expect(page.locator(".signs")).to_be_visible()
    cell = page.locator("tbody tr.total a.cell").first
    assert fits(page)
    above = re.search(r"([\d,]+) / ([\d,]+)", cell.inner_text())
    assert above is not None
    cell.click()
    expect(page).to_have_url(re.compile(rf"/desk\?.*as_of={tip // 2}"))
    expect(page.locator(".panes.past .then .mark")).to_be_visible()
    expect(page.locator(".status > .figure")).to_contain_text(above[1])
    page.go_back()
    page.get_by_role("button", name=words["now"]).click()
    expect(page.locator(".reports.past")).to_have_count(0)
    expect(page.locator("tbody tr.total")).to_be_visible()
    expect(page.locator(".signs")).to_be_visible()

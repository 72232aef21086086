"""The time machine of the wall: the past is marked on the whole screen, opens the rows of its moment, plays and leads back."""

import pytest
from playwright.sync_api import expect
from ui.screens import LAPTOP, PHONE, Lang, Screens, Size

WORDS: dict[Lang, dict[str, str]] = {
    "en": {"open": "Look back", "mark": "PAST", "play": "Play", "pause": "Pause", "now": "Back to now"},
    "zh": {"open": "回看", "mark": "历史画面", "play": "播放", "pause": "暂停", "now": "回到现在"},
}


@pytest.mark.parametrize(("lang", "size"), [("zh", LAPTOP), ("en", PHONE)])
def test_the_past_is_marked_and_leads_back(lang: Lang, size: Size, visit: Screens) -> None:
    words = WORDS[lang]
    visit.expects("422")  # an hour ago this journal had not begun: its first moment is shown instead
    page = visit.open("/wall", "desk", lang, size, flat=True)
    page.get_by_role("button", name=words["open"]).click()
    expect(page.locator(".wall.past .play .mark")).to_have_text(words["mark"])
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    with page.expect_request("**/api/v1/cases?*as_of=*") as asked:
        page.locator(".four button").first.click()
    assert asked.value.response() is not None
    page.keyboard.press("Escape")
    page.get_by_label({"en": "Speed", "zh": "倍速"}[lang]).select_option("600")
    page.get_by_role("button", name=words["play"]).click()
    expect(page.locator(".wall.past")).to_have_count(0)  # played up to the present: back by itself
    expect(page.get_by_role("button", name=words["open"])).to_be_visible()

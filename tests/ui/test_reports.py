"""The figures: every one opens its rows, says how sure it is, and stands in both languages, themes and sizes."""

import re

import pytest
from playwright.sync_api import expect
from ui.screens import LAPTOP, PHONE, Lang, Screens, Size
from ui.test_access import judge

WORDS: dict[Lang, dict[str, str]] = {
    "en": {"title": "Figures", "by": "by unit", "how": "How these are counted", "default": "default definition", "signs": "Signs worth a look",
           "chip": "Cases of the figure"},
    "zh": {"title": "考核指标", "by": "按单位", "how": "怎样计算", "default": "默认定义", "signs": "异常办理迹象", "chip": "指标"},
}  # fmt: skip


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_figure_opens_exactly_its_cases(lang: Lang, visit: Screens) -> None:
    words = WORDS[lang]
    page = visit.open("/reports", "desk", lang, flat=True)
    expect(page.locator("h2")).to_have_text(words["title"])
    page.get_by_role("button", name=words["by"]).click()
    cell = page.locator("tbody tr.total a.cell").first
    above = re.search(r"([\d,]+) / ([\d,]+)", cell.inner_text())
    assert above is not None
    cell.click()
    expect(page.locator(".chip.set")).to_contain_text(words["chip"])
    shown = page.locator(".case-list [role=row], .list [role=option]").count()
    listed = page.request.get("/api/v1/cases?" + page.url.partition("?")[2]).json()
    assert listed["total"] == int(above[1].replace(",", ""))
    assert shown <= listed["total"] + 1


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_it_says_how_it_counts_and_what_is_odd(lang: Lang, visit: Screens) -> None:
    words = WORDS[lang]
    page = visit.open("/reports?by=unit&all=1", "desk", lang, flat=True)
    expect(page.locator(".signs")).to_contain_text(words["signs"])
    page.get_by_text(words["how"]).click()
    expect(page.locator(".how")).to_contain_text(words["default"])
    assert page.locator("thead th").count() == 20


def test_a_department_sees_its_own_and_no_signs(visit: Screens) -> None:
    page = visit.open("/reports?by=unit", "unit", flat=True)
    expect(page.locator("tbody tr")).not_to_have_count(0)
    expect(page.locator(".signs")).to_have_count(0)
    expect(page.locator("tbody a.cell").first).to_have_attribute("href", re.compile("^/unit"))


@pytest.mark.parametrize("size", [PHONE, LAPTOP], ids=["phone", "laptop"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_hangs_over_the_edge(size: Size, scheme: str, visit: Screens) -> None:
    page = visit.open(f"/reports?by=type&theme={scheme}", "desk", "zh", size, flat=True)
    expect(page.locator("tbody tr.total")).to_be_visible()
    expect(page.locator("html")).to_have_attribute("data-theme", scheme)
    assert not judge(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")

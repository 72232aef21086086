"""For everybody, on everything: axe-core, sizes from phone to LED, 200 % zoom, and the word SIMULATED on every screen.

What the pages are watched for (console, foreign requests, the page's own policy) fails these tests too.
"""

from contextlib import suppress
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, TimeoutError, expect
from running import Running
from ui.demo import PASSWORD
from ui.processes import Process
from ui.screens import LAPTOP, LED, PHONE, SCREEN, Lang, Screens, screens
from ui.seeding import report, spots

SIMULATED = {"zh": "模拟数据", "en": "SIMULATED"}
SIZES = (PHONE, LAPTOP, SCREEN, LED)
OVERFLOW = """() => {
  const page = document.documentElement;
  if (page.scrollWidth <= page.clientWidth) return "";
  const wide = [...document.querySelectorAll("body *")].filter((one) => one.getBoundingClientRect().right > page.clientWidth + 1);
  return `${page.scrollWidth} > ${page.clientWidth}: ` + wide.slice(0, 5).map((one) => `${one.tagName}.${one.className}`).join(" ");
}"""
# Names of towns and owners that do not fit where they stand.
CUT = """() => [...document.querySelectorAll(".row .where, .one .where, .row .name, .case .where, .who")]
  .filter((one) => one.clientWidth > 0 && one.scrollWidth > one.clientWidth + 1).map((one) => one.textContent)"""
# Each screen: its address, who looks, and what has to stand there before it is judged.
PLACES: dict[str, tuple[str, str | None, str]] = {
    "start": ("/", None, "form"),
    "wall": ("/wall", None, ".stream li"),
    "desk": ("/desk", "duty", "[role=option]"),
    "town": ("/town", "guanyinqiao", "[role=option]"),
    "unit": ("/unit", "urban", "[role=option]"),
    "receipt": ("/portal/receipt", None, ".choose"),
    "form": ("/desk?new=1", "duty", "form.report"),
}


def judge(page: Page) -> list[str]:
    """What axe-core finds serious or critical: rule, element and why."""
    found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    return [
        f"{one['id']} {node['target']}: {node['failureSummary']}"
        for one in found
        if one["impact"] in ("serious", "critical")
        for node in one["nodes"]
    ]


def no_overflow(page: Page) -> None:
    """Nothing is wider than the screen."""
    with suppress(TimeoutError):
        page.wait_for_function(f"() => ({OVERFLOW})() === ''", timeout=5_000)
    assert page.evaluate(OVERFLOW) == ""


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("name", PLACES)
def test_every_screen_is_for_everybody(browser: Browser, jiangbei: Process, name: str, lang: Lang) -> None:
    path, login, stands = PLACES[name]
    with screens(browser, jiangbei.base, PASSWORD) as visit:
        page = visit.open(path, login, lang, LAPTOP, flat=lang == "en", reduced_motion="reduce")
        expect(page.locator(stands).first).to_be_visible()
        if name in ("desk", "town", "unit"):
            page.get_by_role("option").first.click()
            expect(page.locator(".timeline li").first).to_be_visible()
        assert not judge(page)
        if name == "desk":
            page.locator("header.bar").get_by_role("button").nth(1).click()
            expect(page.locator("html")).to_have_attribute("data-theme", "light")
            assert not judge(page)
        for width, height in SIZES:
            page.set_viewport_size({"width": width, "height": height})
            expect(page.get_by_role("note")).to_have_text(SIMULATED[lang])
            expect(page.get_by_role("note")).to_be_in_viewport(ratio=0.9)
            no_overflow(page)
            assert not page.evaluate(CUT), "towns or owners are cut"
            if name == "wall" and (width, height) != PHONE:
                hidden = page.locator("main.left").evaluate("left => left.scrollHeight - left.clientHeight")
                assert hidden <= 1, f"{hidden} px of the left side are out of sight at {width}x{height}"


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_what_opens_over_a_screen_is_for_everybody(visit: Screens, lang: Lang) -> None:
    page = visit.open("/wall", "desk", lang, LAPTOP, flat=True, reduced_motion="reduce")
    page.locator(".tile .open").first.click()
    expect(page.get_by_role("dialog").get_by_role("listitem").first).to_be_visible()
    assert not judge(page)
    desk = visit.open("/desk", "desk", lang, LAPTOP, flat=True, reduced_motion="reduce")
    expect(desk.get_by_role("option").first).to_be_visible()
    desk.keyboard.press("?")
    expect(desk.get_by_role("dialog")).to_be_visible()
    assert not judge(desk)
    desk.keyboard.press("Escape")
    for opener in (".menu-button", ".list-menu-button"):
        desk.locator(opener).click()
        expect(desk.get_by_role("dialog")).to_be_visible()
        assert not judge(desk)
        desk.keyboard.press("Escape")


def test_a_screen_at_200_percent_is_whole(visit: Screens) -> None:
    width, height = LAPTOP
    page = visit.open("/desk", "desk", "en", (width // 2, height // 2), device_scale_factor=2)
    rows = page.get_by_role("option")
    expect(rows.first).to_be_in_viewport()
    no_overflow(page)
    rows.first.click()
    expect(page.get_by_role("heading", name="What happened")).to_be_visible()
    no_overflow(page)
    page.get_by_role("heading", name="What happened").scroll_into_view_if_needed()
    expect(page.get_by_role("heading", name="What happened")).to_be_in_viewport()
    page.get_by_role("button", name="Back to the list").click()
    expect(rows.first).to_be_in_viewport()


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("query", ["", "&case="])
def test_paper_says_that_it_is_simulated(browser: Browser, jiangbei: Process, lang: Lang, query: str) -> None:
    with screens(browser, jiangbei.base, PASSWORD) as visit:
        page = visit.open("/desk?open=true", "duty", lang, LAPTOP, flat=True)
        page.get_by_role("option").first.wait_for()
        if query:
            page.get_by_role("option").first.click()
            expect(page.locator(".timeline li").first).to_be_visible()
        page.emulate_media(media="print")
        expect(page.locator(".paper-mode")).to_have_text(SIMULATED[lang])
        assert not judge(page)
        assert page.pdf(prefer_css_page_size=True).startswith(b"%PDF")


LONG = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft" * 3
WIDE = "观音桥步行街地下商场东侧出入口旁边的雨水箅子破损积水严重行人无法通过请尽快处理" * 6


@pytest.mark.parametrize("size", [PHONE, LAPTOP])
@pytest.mark.parametrize("text", [LONG, WIDE])
def test_long_words_break(visit: Screens, city: Running, text: str, size: Any) -> None:
    with city.client("desk") as client:
        place = {**next(iter(spots(city).values())), "address": text[:200]}
        made = report(
            client, type="street.vendor", place=place, text=text, contact={"name": text[:60], "phone": "1" * 40}
        )
    page = visit.open(f"/desk?case={made['id']}", "desk", "en", size)
    expect(page.get_by_text(text[:200]).last).to_be_visible()
    no_overflow(page)
    inside = page.locator(".pane-case").evaluate("pane => pane.scrollWidth <= pane.clientWidth")
    assert inside, "the case is wider than its pane"

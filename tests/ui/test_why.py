"""Why did this come to me: the panel of a case says the row, its version, what was known, and what came close."""

from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import expect
from running import Running
from ui.screens import Lang, Screens
from ui.seeding import spots

WORDS: dict[Lang, dict[str, str]] = {
    "en": {
        "open": "How this was decided, and what came close", "row": "This row was followed", "no": "does not fit",
        "later": "It comes later in the library", "decided": "by rules", "unit": "Harbor office", "value": "Indoors",
    },
    "zh": {
        "open": "依据与其他规则", "row": "按此办理", "no": "不符", "later": "排在后面", "decided": "依据规则版本",
        "unit": "港务署", "value": "室内",
    },
}  # fmt: skip


@pytest.fixture
def client(city: Running) -> Iterator[httpx.Client]:
    """The duty officer's program."""
    with city.client("desk") as one:
        yield one


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_panel_tells_the_row_condition_by_condition(
    lang: Lang, visit: Screens, client: httpx.Client, city: Running
) -> None:
    words, place = WORDS[lang], spots(city)["TW-H1-G1"]
    body = {"type": "water.quality", "place": place, "source": "phone", "attributes": {"indoors": False}}
    id = client.post("/api/v1/reports", json=body).raise_for_status().json()["id"]
    page = visit.open(f"/desk?case={id}", "desk", lang, flat=True)
    page.get_by_text(words["open"]).click()
    panel = page.locator(".why-here")
    expect(panel).to_contain_text(words["decided"])
    expect(panel.locator(".values")).to_contain_text(words["value"])
    followed = panel.locator("li.followed")
    expect(followed).to_contain_text("R32")
    expect(followed).to_contain_text(words["row"])
    expect(followed).to_contain_text(words["unit"])
    expect(panel.locator("li", has_text="R31")).to_contain_text(words["later"])


def test_the_form_asks_what_reports_of_the_type_may_say(visit: Screens) -> None:
    page = visit.open("/desk", "desk", flat=True)
    page.get_by_role("button", name="New report").click()
    form = page.locator("form.report")
    form.get_by_label("What happened?").fill("water in the street")
    form.get_by_label("Where is it?").fill("by the old bridge")
    kind = form.get_by_label("Type", exact=True)
    kind.fill("burst")
    page.locator(".picker-item", has_text="Burst water pipe").click()
    form.get_by_label("Pipe diameter").fill("300")
    expect(form).to_contain_text("10 to 3000 mm")
    kind.fill("quality")
    page.locator(".picker-item", has_text="Water quality").click()
    expect(form.get_by_label("Pipe diameter")).to_have_count(0)
    form.get_by_label("Indoors").click()
    page.locator(".picker-item", has_text="No").click()
    form.get_by_role("button", name="Send the report").click()
    page.get_by_role("button", name="Open it").click()
    page.get_by_text("How this was decided").click()
    expect(page.locator(".why-here .values")).to_contain_text("Indoors")

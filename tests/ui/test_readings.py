"""The record of who read personal data: reached from a case, narrowed by its filters, and for administrators alone."""

import pytest
from playwright.sync_api import expect
from running import Running
from ui.screens import LAPTOP, PHONE, Lang, Screens, Size
from ui.seeding import report, spots
from ui.test_access import judge


@pytest.fixture
def read(city: Running) -> dict[str, str]:
    """A case whose words somebody read to call back."""
    with city.client("desk") as desk:
        made = report(desk, place=next(iter(spots(city).values())), text="a lamp is out")
        assert desk.get(f"/api/v1/cases/{made['id']}?purpose=call_back").status_code == 200
    return made


@pytest.mark.parametrize(("lang", "size"), [("zh", LAPTOP), ("en", PHONE)], ids=["laptop", "phone"])
def test_a_steward_sees_who_read_this_and_narrows_it(
    lang: Lang, size: Size, visit: Screens, read: dict[str, str]
) -> None:
    page = visit.open(f"/reports/readings?case={read['id']}", "admin", lang, size, flat=True)
    rows = page.locator("tbody tr")
    expect(rows).to_have_count(1)
    expect(rows.first).to_contain_text({"zh": "回访当事人", "en": "Calling the person back"}[lang])
    expect(rows.first).to_contain_text(read["number"])
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert not judge(page)
    page.get_by_label({"zh": "用途", "en": "Purpose"}[lang]).select_option("read.oversight")
    find = page.get_by_role("button", name={"zh": "查询", "en": "Find"}[lang], exact=True)
    find.click()
    expect(rows).to_have_count(0)
    expect(page.get_by_role("status")).to_contain_text({"zh": "没有符合条件", "en": "No record fits"}[lang])
    page.get_by_role("button", name={"zh": "清除条件", "en": "Clear"}[lang]).click()
    page.get_by_label({"zh": "事件编号", "en": "Case number"}[lang]).fill(read["number"])
    find.click()
    expect(rows).to_have_count(1)
    rows.first.get_by_role("button").click()  # everything read of this person
    expect(rows).to_have_count(1)
    assert "subject=" in page.url


def test_a_case_leads_an_administrator_to_its_readings_and_nobody_else(visit: Screens, read: dict[str, str]) -> None:
    page = visit.open(f"/desk?case={read['id']}", "admin", flat=True)
    page.get_by_role("link", name="Who read this person's data").click()
    expect(page.locator("tbody tr").first).to_be_visible()
    visit.expects("403")
    other = visit.open("/reports/readings", "desk", flat=True)
    expect(other.get_by_role("status")).to_contain_text("An administrator sees this record.")
    other.goto(f"/desk?case={read['id']}")
    expect(other.get_by_role("link", name="Who read this person's data")).to_have_count(0)

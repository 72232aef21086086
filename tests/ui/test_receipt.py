"""The page that checks receipts: from a QR code without an account, from a file, for a case at the desk; and what does not fit."""

import json
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from running import Running
from ui.screens import PHONE, Screens
from ui.seeding import report, spots

from northbank.core.receipt import code_of
from northbank.flows.seal import seal


@pytest.fixture
def receipt(city: Running) -> dict[str, Any]:
    """A receipt as the desk gets it, with the id of its case and the code of its QR."""
    with city.client("desk") as desk:
        made = report(desk, place=next(iter(spots(city).values())), text="a lamp is out")
        one = city.center
        city.call(seal(one.world, one.ledger, one.signer))
        found = dict(desk.get(f"/api/v1/cases/{made['id']}/receipt").json())
    [(_, entry)] = city.call(one.ledger.entries(found["position"], 1))
    return {"file": found, "id": made["id"], "code": code_of(found["position"], entry.digest)}


def said(page: Page, words: str) -> None:
    expect(page.locator(".result .verdict")).to_have_text(words)


def test_whoever_scans_the_code_sees_that_the_report_is_recorded(visit: Screens, receipt: dict[str, Any]) -> None:
    page = visit.open(f"/portal/receipt#{receipt['code']}", None, "en", PHONE)
    said(page, "The report is recorded, unchanged.")
    expect(page.locator(".result li")).to_have_count(2)
    assert page.locator(".result li strong").all_inner_texts() == ["Holds.", "Holds."]
    other = visit.open(f"/portal/receipt#{receipt['code']}", None, "zh", PHONE)
    said(other, "该上报已记录，未被改动。")


def test_the_address_that_an_open311_app_is_handed_leads_to_the_check(visit: Screens, city: Running) -> None:
    place = next(iter(spots(city).values()))
    form = {
        "api_key": city.token("intake"),
        "service_code": "street.pothole",
        "lat": place["lat"],
        "long": place["lon"],
    }
    with city.client() as app:
        made = app.post("/open311/v2/requests.json", data={**form, "description": "a hole"}).json()[0]
    one = city.center
    city.call(seal(one.world, one.ledger, one.signer))
    page = visit.open(made["service_notice"].split()[-1], None, "en", PHONE)
    said(page, "The report is recorded, unchanged.")


def test_a_code_that_does_not_fit_is_told(visit: Screens, receipt: dict[str, Any]) -> None:
    position, digest = receipt["code"].split(".")
    wrong = "B" if digest[0] == "A" else "A"
    page = visit.open(f"/portal/receipt#{position}.{wrong}{digest[1:]}")
    said(page, "This receipt does not fit the journal.")
    assert page.locator(".result li strong").all_inner_texts() == ["Does not hold.", "Holds."]
    page = visit.open("/portal/receipt#12.cut")
    said(page, "The address holds no complete receipt code. Scan the code again.")
    visit.expects("404")
    page = visit.open(f"/portal/receipt#999999.{digest}")
    expect(page.locator(".result")).to_contain_text("There is no such")


def test_a_receipt_file_is_checked_and_a_changed_one_is_told(
    visit: Screens, receipt: dict[str, Any], tmp_path: Path
) -> None:
    file = tmp_path / "receipt.json"
    page = visit.open("/portal/receipt")
    for changes, words in (
        ({}, "The report is recorded, unchanged."),
        ({"number": "X"}, "This receipt does not fit the journal."),
        ({"entry": receipt["file"]["entry"].replace("desk", "dusk")}, "This receipt does not fit the journal."),
        (
            {"checkpoint": receipt["file"]["checkpoint"].replace("time 2", "time 3")},
            "This receipt does not fit the journal.",
        ),
        ({"format": "other"}, "receipt.json is no receipt file, or it is damaged."),
        ({"checkpoint": "x"}, "receipt.json is no receipt file, or it is damaged."),
    ):
        file.write_text(json.dumps(receipt["file"] | changes), "utf-8")
        page.get_by_label("Check a receipt file").set_input_files(file)
        said(page, words)


def test_the_desk_prints_and_saves_the_receipt_of_a_case(visit: Screens, receipt: dict[str, Any]) -> None:
    page = visit.open(f"/portal/receipt?case={receipt['id']}", "desk")
    said(page, "The report is recorded, unchanged.")
    code = page.get_by_alt_text("QR code of the receipt of case")
    expect(code).to_be_visible()
    assert code.evaluate("image => image.naturalWidth") > 100
    with page.expect_download() as download:
        page.get_by_role("button", name="Save receipt").click()
    assert json.loads(download.value.path().read_text("utf-8")) == receipt["file"]
    assert download.value.suggested_filename == f"{receipt['file']['number']}.receipt.json"


def test_the_receipt_of_a_case_needs_an_account(visit: Screens, receipt: dict[str, Any]) -> None:
    page = visit.open(f"/portal/receipt?case={receipt['id']}")
    expect(page.get_by_text("Sign in to open the receipt page.")).to_be_visible()

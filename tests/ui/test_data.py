"""The data platform's screens: figures equal the API's, each page is for everybody, requests and the console work from the keyboard alone."""

import os
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from playwright.sync_api import Page, expect
from running import Running
from ui.screens import LAPTOP, PHONE, Lang, Screens, Size, number
from ui.test_access import judge, no_overflow

from northbank.flows.collect import collect
from northbank.flows.link import link

HEAD = "编号,名称,类别,店主身份证号,电话,经度,纬度"
KEEPER = "110105194912310021"  # its check digit is wrong
ROWS = {
    "shops-1.csv": [f"s{n},店{n},food,,13800138000,85.33,-5.12" for n in range(8)],
    "shops-2.csv": [*(f"t{n},店{n},goods,,,85.32,-5.11" for n in range(9)), f"t9,坏店,food,{KEEPER},13800138001,,"],
    "shops-3.csv": [f"u{n},店{n},drink,,,," for n in range(4)],
}
PAGES = {
    "/data": ".came tbody tr", "/data/catalog": "tbody tr", "/data/catalog?view=warehouses": ".warehouses tbody tr", "/data/sets/shops": ".lineage .box", "/data/quality": "tbody tr",
    "/data/lineage?dataset=shops": ".box.start", "/data/requests": "tbody tr", "/data/console": ".table", "/data/inventory": "tbody tr",
    "/data/inventory?view=coverage": "tbody tr", "/data/links": ".pair tbody tr", "/data/quarantine?set=shops": ".bad",
}  # fmt: skip
MATTER: dict[str, Any] = {
    "dataset": "shops", "purpose": "沿街店铺巡查", "application": "九小场所",
    "terms": {"fields": ["shop", "name", "kind", "lon", "lat"], "until": "2027-06-30"},
}  # fmt: skip


@pytest.fixture(scope="module")
def filled(city: Running, tmp_path_factory: pytest.TempPathFactory) -> Running:
    """Three batches of shops, nine days old, the last one turned away; one request that waits and one that was granted."""
    folder, platform = tmp_path_factory.mktemp("inbox"), city.center.platform
    made = (datetime.now(UTC) - timedelta(days=9)).timestamp()
    for name, rows in ROWS.items():
        path: Path = folder / name
        path.write_text("\n".join((HEAD, *rows, "")), "utf-8")
        os.utime(path, (made, made))
        city.call(collect(platform.world, platform.lake, "shops", path, lambda step, share: None))
    permits = folder / "permits.csv"
    permits.write_text("permit,holder,credit_code,phone,granted,address,seats\np1,店0,,13800138000,2020-01-12,港口路1号,12\n", "utf-8")
    city.call(collect(platform.world, platform.lake, "permits", permits, lambda step, share: None))
    unsure = msgspec.structs.replace(platform.world.city.links["keepers"], review=1e-9, match=0.9999999)  # every pair waits
    changed = msgspec.structs.replace(platform.world.city, links={"keepers": unsure})
    world = msgspec.structs.replace(platform.world, city=changed)
    city.call(link(msgspec.structs.replace(platform, world=world), "keepers", False, lambda step, share: None))
    with city.client("unit") as unit, city.client("steward") as steward:
        for _ in range(2):
            reply = unit.post("/api/v1/data/requests", json=MATTER)
            assert reply.status_code == 201, reply.text
        grant = reply.json()["grant"]["id"]
        with city.client("admin") as admin:
            for client, act in ((steward, "clear"), (admin, "approve")):
                done = client.post(f"/api/v1/data/grants/{grant}/act", json={"act": act})
                assert done.status_code == 200, done.text
    return city


def stands(page: Page, path: str) -> None:
    expect(page.locator(PAGES[path]).first).to_be_visible()


def facts(page: Page) -> list[int]:
    return [number(text) for text in page.locator(".facts strong").all_inner_texts() if re.search(r"\d", text)]


def test_what_is_shown_is_what_the_api_says(filled: Running, visit: Screens) -> None:
    with filled.client("steward") as client:
        today = client.get("/api/v1/data/today").json()
        shops = client.get("/api/v1/datasets/shops").json()
    page = visit.open("/data", "steward", "en", LAPTOP)
    stands(page, "/data")
    assert facts(page) == [today["rows"], today["batches"], today["bad"], len(today["late"])]
    assert page.locator(".came tbody tr").count() == len(today["arrivals"])
    expect(page.locator(".needs .tag")).to_have_text(["turned away", "late"])
    page.locator(".needs a").first.click()
    stands(page, "/data/sets/shops")
    assert facts(page)[0] == shops["rows"] == 17
    bad = page.get_by_role("table", name="Batches").locator("tbody tr").nth(1).get_by_role("link")
    assert number(bad.inner_text()) == 1
    bad.click()
    expect(page.locator(".bad .wrong dd")).to_have_text("110105********1")
    page.get_by_label("Purpose").select_option(index=1)
    page.get_by_role("button", name="Show").click()
    expect(page.locator(".bad .wrong dd")).to_have_text(KEEPER)
    assert "purpose" not in page.url  # a link reads nobody's data


@pytest.mark.parametrize(("lang", "size", "theme"), [("zh", PHONE, "light"), ("en", LAPTOP, "dark")])
def test_every_page_is_for_everybody(filled: Running, visit: Screens, lang: Lang, size: Size, theme: str) -> None:
    page = visit.open(f"/data?theme={theme}", "unit" if size == PHONE else "steward", lang, size, reduced_motion="reduce")
    for path in PAGES:
        if "quarantine" in path and size == PHONE or path == "/data/console" and size != PHONE:
            continue
        page.goto(f"{path}{'&' if '?' in path else '?'}theme={theme}")
        stands(page, path)
        assert not judge(page), path
        no_overflow(page)


def test_a_request_is_sent_and_cleared_with_the_keyboard_alone(filled: Running, visit: Screens) -> None:
    page = visit.open("/data/requests?new=shops", "unit", "en", LAPTOP)
    expect(page.get_by_role("checkbox").first).to_be_visible()
    page.keyboard.press("Control+Enter")  # refused beside the fields, nothing lost
    expect(page.get_by_role("alert")).to_have_count(3)
    page.get_by_role("checkbox", name="name").first.focus()
    page.keyboard.press("Space")
    page.get_by_role("button", name="Add a condition").press("Enter")
    page.get_by_label("Column", exact=True).select_option("kind")
    page.get_by_role("group", name="Value").get_by_role("checkbox", name="food").press("Space")
    page.get_by_label("Purpose").focus()
    page.keyboard.type("inspections by the keyboard")
    page.get_by_label("Used in").focus()
    page.keyboard.type("small places")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("compliance check").first).to_be_visible()
    id = re.search(r"id=([0-9a-f-]{36})", page.url)
    assert id
    other = visit.open(f"/data/requests?id={id.group(1)}", "steward", "en", LAPTOP)
    expect(other.get_by_text("inspections by the keyboard")).to_be_visible()
    expect(other.get_by_text("kind is food")).to_be_visible()
    other.get_by_role("button", name="Clear").focus()
    other.keyboard.press("Enter")
    other.locator("form").get_by_role("button", name="Clear").press("Enter")
    expect(other.get_by_text("provider's answer").first).to_be_visible()


def test_the_console_answers_as_a_table_a_chart_and_a_map(filled: Running, visit: Screens) -> None:
    page = visit.open("/data/console", "unit", "en", LAPTOP)
    page.get_by_role("button", name="shops").first.press("Enter")
    page.keyboard.press("Control+Enter")
    rows = page.locator(".frame tbody tr")
    expect(rows).to_have_count(17)
    page.get_by_role("button", name="Map").press("Enter")
    expect(page.locator(".points circle")).to_have_count(17)
    page.get_by_label("SQL").fill("select kind, count(*) as shops from shops group by kind order by kind")
    page.keyboard.press("Control+Enter")
    page.get_by_role("button", name="Chart").press("Enter")
    expect(page.locator(".bars .value")).to_have_text(["8", "9"])
    with page.expect_download() as saved:
        page.get_by_role("button", name="CSV").press("Enter")
    assert saved.value.path().read_text().replace('"', "").splitlines()[1:] == ["food,8", "goods,9"]
    visit.expects("4[0-9][0-9]")
    page.get_by_label("SQL").fill("select keeper from shops")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("alert")).to_be_visible()


def test_a_place_of_the_lineage_shows_its_way_by_the_keyboard(filled: Running, visit: Screens) -> None:
    page = visit.open("/data/lineage?dataset=shops", "leader", "en", LAPTOP)
    stands(page, "/data/lineage?dataset=shops")
    before = page.locator(".box").count()
    page.locator(".box.batch").first.press("Enter")
    expect(page.locator("path.lit").first).to_be_attached()
    page.get_by_role("button", name="File", exact=True).press("Space")
    expect(page.locator(".box")).not_to_have_count(before)
    page.get_by_role("button", name="As a table").press("Enter")
    expect(page.get_by_role("table").locator("tbody tr").first).to_be_visible()


def test_pairs_are_reviewed_by_keys(filled: Running, visit: Screens) -> None:
    visit.expects("4[0-9][0-9]")
    page = visit.open("/data/links", "steward", "en", LAPTOP)
    place = page.locator(".pager [role=status]")
    expect(place).to_have_text(re.compile("^Pair 1 of"))
    total = int(place.inner_text().split()[-1])
    page.keyboard.press("j")
    expect(place).to_have_text(f"Pair 2 of {total}")
    page.keyboard.press("k")
    expect(place).to_have_text(f"Pair 1 of {total}")
    page.get_by_label("Reason").fill("another address")
    page.get_by_label("Reason").press("Tab")
    page.keyboard.press("d")
    expect(place).to_have_text(f"Pair 2 of {total}")
    page.keyboard.press("k")
    expect(page.locator(".said")).to_contain_text("a second person has to say the same")
    page.keyboard.press("u")
    expect(place).to_have_text(f"Pair 1 of {total - 1}")
    base = page.locator("tr").filter(has=page.locator("a[href='/data/sets/legal_persons']"))
    expect(base).to_contain_text("never ran")
    base.get_by_role("button", name="Run now").click()
    expect(base.locator(".runs")).to_contain_text("version 1")


def test_a_file_is_brought_in_and_what_became_of_it_is_said(filled: Running, visit: Screens) -> None:
    visit.expects("4[0-9][0-9]")
    page = visit.open("/data/sets/permits", "steward", "en", LAPTOP)
    choose, send = page.get_by_label("Bring a file"), page.get_by_role("button", name="Upload and collect")
    choose.set_input_files({"name": "permits.pdf", "mimeType": "application/pdf", "buffer": b"x"})
    expect(page.get_by_role("alert")).to_contain_text(".csv")
    head = "permit,holder,credit_code,phone,granted,address,seats\n"
    good = "".join(f"q{n},店{n},,13800138000,2020-01-12,港口路{n}号,12\n" for n in range(20))
    file = {"name": "permits.csv", "mimeType": "text/csv", "buffer": f"{head}{good}q20,店,,,2020-01-12,港口路,many\n".encode()}
    choose.set_input_files(file)
    send.press("Enter")
    said = page.locator(".said")
    expect(said).to_contain_text("21 rows read, 20 taken")
    expect(page.get_by_role("table", name="Batches")).to_contain_text("brought by steward")
    choose.set_input_files(file)
    send.press("Enter")
    expect(said).to_contain_text("nothing was taken twice")
    assert not judge(page)

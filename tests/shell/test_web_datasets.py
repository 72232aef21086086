"""Data sets by HTTP: what came in, what is late, how good; bad rows for those who answer for them, masked, each look written down."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from running import Running

from northbank.core.access import Role
from northbank.core.quarantine import QuarantineRead
from northbank.core.shelf import lines_of
from northbank.flows.collect import collect
from northbank.flows.govern import govern
from northbank.flows.link import link
from northbank.flows.platform import READERS

HEAD = "编号,名称,类别,店主身份证号,电话,备注"
KEEPER = "110105194912310021"  # its check digit is wrong
OLD = timedelta(days=9)  # shops are weekly
BATCHES = (
    ("shops-1.csv", OLD, [f"s{n},店{n},food,,13800138000," for n in range(6)]),
    ("shops-2.csv", OLD, [f"t{n},店{n},goods,,," for n in range(9)] + [f"t9,坏店,food,{KEEPER},13800138001,老王的店"]),
    ("shops-3.csv", OLD - timedelta(hours=1), [f"u{n},店{n},drink,,," for n in range(4)]),
)
ADDRESSES = ("/api/v1/datasets", "/api/v1/data/today", "/api/v1/datasets/shops", "/api/v1/datasets/shops/quarantine")


@pytest.fixture(scope="module")
def shops(center: Running, tmp_path_factory: pytest.TempPathFactory) -> Running:
    """Three batches of shops: a good one, one with a bad row, one that is turned away."""
    folder = tmp_path_factory.mktemp("inbox")
    platform = center.center.platform
    for name, age, rows in BATCHES:
        path: Path = folder / name
        path.write_text("\n".join((HEAD, *rows, "")), "utf-8")
        made = (datetime.now(UTC) - age).timestamp()
        os.utime(path, (made, made))
        center.call(collect(platform.world, platform.lake, "shops", path, lambda step, share: None))
    return center


@pytest.fixture
def steward(shops: Running) -> Iterator[httpx.Client]:
    """Somebody who keeps data in order."""
    with shops.client("steward") as client:
        yield client


def asked(client: httpx.Client, path: str, **params: Any) -> Any:
    return client.get(path, params=params).raise_for_status().json()


def test_the_list_says_how_each_data_set_stands(steward: httpx.Client) -> None:
    rows = {row["code"]: row for row in asked(steward, "/api/v1/datasets")["rows"]}
    shops, inspections = rows["shops"], rows["inspections"]
    assert (shops["owner"], shops["level"], shops["share"], shops["cycle"]) == ("watch", "L2", "conditional", "weekly")
    assert (shops["rows"], shops["batches"], shops["turned_away"], shops["bad"]) == (15, 3, 1, 5)
    assert shops["late"]
    assert shops["mine"]
    assert shops["personal"]
    assert shops["age"] > 9 * 24 - 2
    assert shops["trend"][-1] == shops["score"] < shops["trend"][0] == 100
    assert (inspections["batches"], inspections["score"], inspections["late"]) == (0, None, False)


def test_today_says_what_came_in_and_from_whom(steward: httpx.Client) -> None:
    today = asked(steward, "/api/v1/data/today")
    assert (today["batches"], today["turned_away"], today["rows"], today["good"], today["bad"]) == (3, 1, 20, 15, 5)
    assert [(one["n"], one["taken"], one["good"]) for one in today["arrivals"]] == [
        (3, False, 0),
        (2, True, 9),
        (1, True, 6),
    ]
    assert [one["dataset"] for one in today["late"]] == ["shops"]
    (watch,) = (one for one in today["departments"] if one["unit"] == "watch")
    assert (watch["batches"], watch["rows"], watch["turned_away"], watch["late"]) == (3, 20, 1, 1)
    shops = next(one for one in asked(steward, "/api/v1/datasets")["rows"] if one["code"] == "shops")
    assert watch["score"] == shops["score"]
    assert sum(one["batches"] for one in today["days"]) == 3


def test_warehouses_hold_data_sets_of_departments_and_bases_and_subjects_of_the_district(
    shops: Running, steward: httpx.Client
) -> None:
    district, *departments = asked(steward, "/api/v1/data/warehouses")["warehouses"]
    assert (district["unit"], {one["holds"] for one in district["tables"]}) == ("", {"base", "subject"})
    assert [one["code"] for one in district["tables"]] == ["legal_persons", "shop_checks"]
    assert (district["rows"], district["score"]) == (0, None), (
        "no base is built yet, and a subject table has no rows of its own"
    )
    sets = {row["code"]: row for row in asked(steward, "/api/v1/datasets")["rows"]}
    lying = {one["code"]: one for each in departments for one in each["tables"]}
    assert set(lying) | {"legal_persons"} == set(sets)
    for code, one in lying.items():
        for field in ("owner", "rows", "batches", "newest", "late", "score", "level"):
            assert one[field] == sets[code][field], (code, field)
    watch = next(one for one in departments if one["unit"] == "watch")
    assert (watch["rows"], watch["batches"], watch["late"]) == (15, 3, 1)
    (subject,) = (one for one in district["tables"] if one["holds"] == "subject")
    assert (subject["rows"], subject["late"], subject["reach"]) == (0, True, "owns"), (
        "its first data set has no rows, its second is late"
    )


def test_warehouses_say_what_the_reader_may_do(shops: Running) -> None:
    reach = {}
    for login in ("unit", "leader"):
        with shops.client(login) as client:
            found = asked(client, "/api/v1/data/warehouses")["warehouses"]
        reach[login] = {one["code"]: one["reach"] for each in found for one in each["tables"]}
    assert reach["leader"]["shops"] == "ask"
    assert set(reach["unit"].values()) <= {"owns", "ask", "open", "closed"}
    with shops.client("grid") as client:
        assert client.get("/api/v1/data/warehouses").status_code == 403


def test_a_data_set_tells_its_contract_and_its_batches(steward: httpx.Client) -> None:
    page = asked(steward, "/api/v1/datasets/shops")
    assert page["rows"] == 15
    assert [one["n"] for one in page["batches"]] == [3, 2, 1]
    turned, second, _ = page["batches"]
    assert (turned["taken"], turned["why"], turned["allowed"]) == (False, "bad", 20)
    assert second["faults"] == {"id_card(keeper)": 1}
    assert second["files"][0]["name"] == "shops-2.csv"
    assert {"id": "id_card(keeper)", "check": "id_card"}.items() <= next(
        one for one in page["rules"] if one["check"] == "id_card"
    ).items()
    assert asked(steward, "/api/v1/datasets/shops", as_of=1)["rows"] == 6
    assert steward.get("/api/v1/datasets/shops", params={"as_of": 9}).status_code == 404
    assert steward.get("/api/v1/datasets/none").status_code == 404


def test_bad_rows_are_masked_until_a_purpose_is_named(shops: Running, steward: httpx.Client) -> None:
    page = asked(steward, "/api/v1/datasets/shops/quarantine", batch=2)
    assert (page["n"], page["total"], page["clear"]) == (2, 1, False)
    (row,) = page["rows"]
    cells = {cell["header"]: cell["value"] for cell in row["cells"]}
    assert (row["file"], row["row"], row["faults"]) == ("shops-2.csv", 10, ["id_card(keeper)"])
    assert cells["店主身份证号"] == "110105" + "*" * 8 + "1"
    assert cells["电话"] == "*" * 7 + "8001"
    assert "王" not in cells["备注"]  # no contract says how personal it is
    assert cells["名称"] == "坏店"
    clear = asked(steward, "/api/v1/datasets/shops/quarantine", batch=2, purpose="handling", case="TW-1")
    assert KEEPER in {cell["value"] for cell in clear["rows"][0]["cells"]}
    last = shops.call(shops.center.world.scans.last("quarantine:shops"))  # type: ignore[union-attr]
    assert last.actor == "steward"
    assert last.data == QuarantineRead(dataset="shops", batch=2, purpose="read.handling", case="TW-1", rows=1)
    assert steward.get("/api/v1/datasets/shops/quarantine", params={"purpose": "curiosity"}).status_code == 422


def test_bad_rows_are_found_by_their_rule_and_by_the_page(steward: httpx.Client) -> None:
    page = asked(steward, "/api/v1/datasets/shops/quarantine", fault="code(kind)", limit=3, skip=2)
    assert (page["n"], page["total"], len(page["rows"])) == (3, 4, 2)
    assert [(one["id"], one["rows"]) for one in page["faults"]] == [("code(kind)", 4)]
    assert [(one["n"], one["bad"], one["taken"]) for one in page["batches"]] == [(3, 4, False), (2, 1, True)]


@pytest.mark.parametrize(
    "login", [role.value for role in (Role.LEADER, Role.WALL, Role.INTAKE)] + ["unit", "town", "grid", "desk"]
)
def test_who_may_look(shops: Running, login: str) -> None:
    reads = {"leader", "unit", "town", "desk"}
    assert {"wall", "intake", "grid"}.isdisjoint({role.value for role in READERS})
    with shops.client(login) as client:
        for address in ADDRESSES[:3]:
            assert client.get(address).status_code == (200 if login in reads else 403)
        assert client.get(ADDRESSES[3]).status_code == 403


def test_the_shelf_is_what_the_journal_tells(shops: Running) -> None:
    async def both() -> tuple[list[Any], list[Any]]:
        told = [entry async for entry in shops.center.world.journal.read("dataset:shops")]
        platform = shops.center.platform
        assert platform.shelf is not None
        return list((await platform.shelf.lines())["shops"]), lines_of("shops", told)  # type: ignore[arg-type]

    shelf, told = shops.call(both())
    assert shelf == told
    assert len(told) == 3


def test_a_base_that_was_built_lies_in_the_warehouse_of_the_district_and_did_not_come_in(
    shops: Running, steward: httpx.Client
) -> None:
    before, platform = asked(steward, "/api/v1/data/today"), shops.center.platform
    shops.call(link(platform, "keepers", False, lambda step, share: None))
    shops.call(govern(platform, "legal_persons", lambda step, share: None))
    district = asked(steward, "/api/v1/data/warehouses")["warehouses"][0]
    (base,) = (one for one in district["tables"] if one["code"] == "legal_persons")
    assert (base["rows"], base["batches"], base["score"]) == (15, 1, 100)
    assert (district["rows"], district["batches"], base["newest"] is not None) == (15, 1, True)
    today = asked(steward, "/api/v1/data/today")
    assert [today[key] for key in ("batches", "rows", "datasets")] == [
        before[key] for key in ("batches", "rows", "datasets")
    ]

"""Cases, the wall, the map and the documents over HTTP."""

import io
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from PIL import Image
from running import Running

from northbank.core.moves import Act, State


@pytest.fixture
def desk(center: Running) -> Iterator[httpx.Client]:
    """The duty desk's client."""
    with center.client("desk") as client:
        yield client


def report(center: Running, client: httpx.Client, **more: Any) -> dict[str, Any]:
    """A report inside the city."""
    places = center.center.city.places
    lon, lat = places.center(next(iter(places.shapes)))
    reply = client.post("/api/v1/reports", json={"place": {"lon": lon, "lat": lat}, **more})
    assert reply.status_code == 201, reply.text
    return dict(reply.json())


def test_a_case_goes_its_way_one_url_an_act(center: Running, desk: httpx.Client) -> None:
    made = report(center, desk, type="street.pothole")
    detail = desk.get(f"/api/v1/cases/{made['id']}").json()
    first = next(one["act"] for one in detail["acts"] if one["primary"])
    reply = desk.post(f"/api/v1/cases/{made['id']}/{first}", json={"version": detail["case"]["version"]})
    assert reply.status_code == 200, reply.text
    again = desk.post(f"/api/v1/cases/{made['id']}/{first}", json={"version": detail["case"]["version"]})
    assert (again.status_code, again.json()["code"]) == (409, "conflict")
    steps = desk.get(f"/api/v1/cases/{made['id']}").json()["timeline"]
    assert [step["what"] for step in steps][:2] == ["reported", "routed"]


def test_an_act_may_come_without_a_body(center: Running, desk: httpx.Client) -> None:
    made = report(center, desk, type="street.pothole")
    reply = desk.post(f"/api/v1/cases/{made['id']}/note")
    assert (reply.status_code, reply.json()["code"]) == (422, "words_needed")


def test_every_act_has_its_url_and_unknown_ones_have_none(desk: httpx.Client) -> None:
    nowhere = "01a202b3-264e-7695-aa54-026be293d29f"
    for act in Act:
        assert desk.post(f"/api/v1/cases/{nowhere}/{act.value}", json={}).json()["code"] == "not_found"
    assert desk.post(f"/api/v1/cases/{nowhere}/explode", json={}).status_code == 404
    assert desk.get(f"/api/v1/cases/{nowhere}/accept").status_code == 405


@pytest.mark.parametrize("id", ["1", "x' or 1=1 --", "%00", "..%2f..", "%ff", "a" * 500, "🂡"])
def test_an_id_that_cannot_be_is_not_found(desk: httpx.Client, id: str) -> None:
    assert desk.get(f"/api/v1/cases/{id}").status_code == 404


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=501",
        "limit=ten",
        "limit=1&limit=2",
        "bogus=1",
        "open=maybe",
        "sort=color",
        "after=zzz",
        "reported_from=yesterday",
        "reported_from=2026-01-01T00:00:00",
        "reported_from=0001-01-01T00:00:00%2B14:00",
        "q=%00",
        "q=%ff",
        "state=%ed%a0%80",
    ],
)
def test_bad_filters_name_the_parameter(desk: httpx.Client, query: str) -> None:
    reply = desk.get(f"/api/v1/cases?{query}")
    assert reply.status_code in (400, 422), reply.text
    assert reply.json()["code"] in ("invalid", "malformed")


def test_pages_join_up(center: Running, desk: httpx.Client) -> None:
    for _ in range(5):
        report(center, desk, type="street.pothole")
    whole = [row["id"] for row in desk.get("/api/v1/cases?limit=5").json()["rows"]]
    first = desk.get("/api/v1/cases?limit=3").json()
    second = desk.get("/api/v1/cases", params={"limit": 2, "after": first["next"]}).json()
    assert [row["id"] for row in first["rows"] + second["rows"]] == whole


def test_a_department_sees_only_its_own(center: Running, desk: httpx.Client) -> None:
    foreign = report(center, desk)  # untyped: it waits at the center's desk
    with center.client("unit") as unit:
        assert unit.get(f"/api/v1/cases/{foreign['id']}").status_code == 404
        owner = unit.get("/api/v1/session").json()["account"]["unit"]
        rows = unit.get("/api/v1/cases?limit=500").json()["rows"]
        assert {row["owner"] for row in rows} <= {owner}


def test_every_tile_opens_as_many_rows_as_it_says(center: Running, desk: httpx.Client) -> None:
    report(center, desk, type="street.pothole")
    position = report(center, desk)["position"]
    while (wall := desk.get("/api/v1/wall").json())["position"] < position:
        pass  # the wall follows the journal; its position says how far it has come
    tiles = wall["tiles"]
    figures = [tiles["open"], tiles["soon"], tiles["reported_today"], tiles["closed_today"]]
    figures += [*tiles["by_board"].values(), *tiles["by_town"].values(), *tiles["by_state"].values()]
    for figure in figures:
        total = desk.get(f"/api/v1/cases?{figure['query']}&limit=1").json()["total"]
        assert total == figure["count"], figure


def test_a_person_is_erased_and_the_case_stays(center: Running, desk: httpx.Client) -> None:
    made = report(center, desk, text="call me", contact={"name": "Ada", "phone": "1"})
    case = desk.get(f"/api/v1/cases/{made['id']}").json()
    assert case["person"]["contact"]["name"] == "Ada"
    path = f"/api/v1/subjects/{case['case']['subject']}/erase"
    with center.client("unit") as unit:
        assert unit.post(path, json={"reason": "request"}).status_code == 403
    assert desk.post(path, json={}).status_code == 422
    assert desk.post(path, json={"reason": "request"}).status_code == 200
    after = desk.get(f"/api/v1/cases/{made['id']}").json()
    assert after["person"] is None
    assert after["erased"] is True


def test_the_pack_and_the_map_are_documents_with_a_tag(desk: httpx.Client) -> None:
    city = desk.get("/api/v1/city")
    assert city.json()["id"] == "tidewater"
    assert len(city.json()["states"]) == len(State)
    for path in ("/api/v1/city", "/api/v1/map/grids"):
        first = desk.get(path)
        second = desk.get(path, headers={"if-none-match": first.headers["etag"]})
        assert (second.status_code, second.content) == (304, b"")
    grids = desk.get("/api/v1/map/grids").json()
    assert grids["type"] == "FeatureCollection"
    assert grids["outline"]["type"] in ("Polygon", "MultiPolygon")
    assert {"code", "name_zh", "name_en", "town", "community", "kind", "synthetic"} <= set(
        grids["features"][0]["properties"]
    )
    assert grids["towns"]["features"]


def test_the_document_lists_every_route_and_every_refusal(desk: httpx.Client) -> None:
    document = desk.get("/api/openapi.json").json()
    assert document["openapi"] == "3.1.0"
    assert "/api/v1/cases/{id}/dispatch" in document["paths"]
    operation = document["paths"]["/api/v1/reports"]["post"]
    assert "multipart/form-data" in operation["requestBody"]["content"]
    assert {"201", "400", "401", "403", "413", "415", "422", "429"} <= set(operation["responses"])
    assert operation["x-summary-zh"]
    codes = {one["code"] for one in desk.get("/api/problems").json()}
    assert {"outside", "wrong_state", "key_reused"} <= codes


def test_methods_and_addresses_that_are_not_there(desk: httpx.Client) -> None:
    refused = desk.put("/api/v1/reports", json={})
    assert (refused.status_code, refused.headers["allow"]) == (405, "POST")
    assert desk.post("/healthz").status_code == 405
    assert desk.get("/api/v1/nothing").headers["content-type"] == "application/problem+json"
    assert desk.head("/api/v1/session").status_code == 200
    assert desk.get("/api/v1/session?x=1").status_code == 422
    assert desk.request("BREW", "/api/v1/session").status_code in (400, 405)


def test_health_says_what_it_knows(desk: httpx.Client) -> None:
    assert desk.get("/healthz").json() == {"status": "ok"}
    assert desk.get("/readyz").json()["ready"] is True
    metrics = desk.get("/metrics").text
    assert "northbank_journal_position" in metrics
    assert "northbank_ready 1" in metrics


def test_a_purpose_goes_with_reading_a_person(center: Running, desk: httpx.Client) -> None:
    made = report(center, desk, type="street.pothole", text="a hole")
    reply = desk.get(f"/api/v1/cases/{made['id']}?purpose=oversight")
    assert reply.json()["person"] == {"text": "a hole"}
    kept = center.call(
        center.center.pool.fetch('select purpose, actor, kind from reading where "case" = $1', made["id"])
    )
    assert [tuple(row) for row in kept] == [("read.oversight", "desk", "words")]
    wrong = desk.get(f"/api/v1/cases/{made['id']}?purpose=curiosity")
    assert (wrong.status_code, wrong.json()["code"]) == (422, "unknown_purpose")
    assert desk.get(f"/api/v1/cases/{made['id']}?reason=x").json()["code"] == "invalid"


def test_lists_of_what_is_asked_of_a_unit(center: Running, desk: httpx.Client) -> None:
    """Parts and orders by unit, in SQL; a helper sees the case it has a part in."""
    made = report(center, desk, type="street.pothole")
    path = f"/api/v1/cases/{made['id']}"
    assert desk.post(f"{path}/ask_help", json={"unit": "watch"}).status_code == 200
    assert desk.post(f"{path}/supervise", json={"unit": "harbor", "note": "hurry"}).status_code == 200

    def ids(query: str) -> list[str]:
        return [row["id"] for row in desk.get(f"/api/v1/cases?{query}&limit=500").json()["rows"]]

    assert made["id"] in ids("part=watch")
    assert made["id"] in ids("answer=harbor")
    assert made["id"] not in ids("part=harbor") + ids("answer=watch")
    seen = desk.get(path).json()
    task = next(one for one in seen["tasks"] if one["unit"] == "watch")
    photo = ("done.png", _png(), "image/png")
    done = desk.post(f"{path}/finish_task", files={"act": (None, f'{{"task": {task["n"]}}}'), "photo": photo})
    assert done.status_code == 200, done.text
    assert desk.post(f"{path}/answer", json={"note": "we are there"}).status_code == 200
    assert made["id"] not in ids("part=watch") + ids("answer=harbor")
    step = next(one for one in desk.get(path).json()["timeline"] if one["what"] == "task_finished")
    assert desk.get(step["photos"][0]["url"]).status_code == 200
    assert desk.get("/api/v1/cases?desk=WISH").status_code == 422


def _png() -> bytes:
    held = io.BytesIO()
    Image.new("RGB", (8, 8), "white").save(held, "PNG")
    return held.getvalue()

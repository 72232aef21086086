"""Likely duplicates over HTTP: while entering, of a case, and the answer; nothing of it for those who may not."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from running import Running

DRAFT = {"type": "street.waste", "text": "垃圾堆在路口，没人清运", "contact": {"phone": "13811110000"}}


@pytest.fixture
def desk(center: Running) -> Iterator[httpx.Client]:
    """The duty desk's client."""
    with center.client("desk") as client:
        yield client


def place(center: Running) -> dict[str, Any]:
    places = center.center.city.places
    lon, lat = places.center(sorted(places.shapes)[-1])
    return {"lon": lon, "lat": lat, "address": "河街 3 号"}


def test_found_while_entering_and_told_apart(center: Running, desk: httpx.Client) -> None:
    draft = {**DRAFT, "place": place(center)}
    made = [desk.post("/api/v1/reports", json=draft).json() for _ in range(2)]
    found = desk.post("/api/v1/duplicates", json=draft)
    assert found.status_code == 200, found.text
    rows = found.json()["rows"]
    assert {one["id"] for one in made} <= {one["id"] for one in rows}
    assert all(0 < one["probability"] < 1 and len(one["parts"]) == 7 for one in rows)
    assert "垃圾" not in found.text.replace("street.waste", ""), "words are compared, not told"
    first, second = (one["id"] for one in made)
    address = f"/api/v1/cases/{first}/duplicates"
    assert second in {one["id"] for one in desk.get(address).json()["rows"]}
    said = desk.post(f"{address}/{second}", json={"apart": True})
    assert (said.status_code, said.json()["apart"]) == (200, True)
    assert second not in {one["id"] for one in desk.get(address).json()["rows"]}
    assert desk.post(f"{address}/{second}", json={"apart": False}).json()["apart"] is False


def test_what_cannot_be_is_refused(center: Running, desk: httpx.Client) -> None:
    nowhere = "01a202b3-264e-7695-aa54-026be293d29f"
    assert desk.get(f"/api/v1/cases/{nowhere}/duplicates").json()["code"] == "not_found"
    assert desk.post(f"/api/v1/cases/{nowhere}/duplicates/x", json={"apart": True}).status_code == 404
    assert desk.post(f"/api/v1/cases/{nowhere}/duplicates/{nowhere}", json={"apart": True}).status_code == 422
    for body in (
        {"place": {"lon": 500, "lat": 1}},
        {"words": "x"},
        {"place": {"lon": 1.0}},
        {"happened_at": "2026-05-01T00:00:00"},
    ):
        assert desk.post("/api/v1/duplicates", json=body).status_code == 422, body
    with httpx.Client(base_url=center.base, trust_env=False) as stranger:
        assert stranger.post("/api/v1/duplicates", json={}).status_code == 401
        assert stranger.get(f"/api/v1/cases/{nowhere}/duplicates").status_code == 401

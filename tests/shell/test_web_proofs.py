"""Keys, checkpoints, proofs, receipts and the record of readings over HTTP."""

import re
from base64 import b64decode
from collections.abc import Iterator
from hashlib import sha256
from typing import Any

import httpx
import pytest
from running import Running

from northbank.core import checkpoint, merkle
from northbank.flows.seal import seal


@pytest.fixture
def desk(center: Running) -> Iterator[httpx.Client]:
    with center.client("desk") as client:
        yield client


@pytest.fixture
def made(center: Running, desk: httpx.Client) -> dict[str, Any]:
    """A report under a checkpoint."""
    places = center.center.city.places
    lon, lat = places.center(next(iter(places.shapes)))
    reply = desk.post("/api/v1/reports", json={"place": {"lon": lon, "lat": lat}, "text": "a hole"})
    assert reply.status_code == 201, reply.text
    one = center.center
    center.call(seal(one.world, one.ledger, one.signer))
    return dict(reply.json())


def unpack(note: str) -> checkpoint.Checkpoint:
    return checkpoint.read_checkpoint(checkpoint.read_note(note).text)


def test_anybody_may_ask_for_proofs_and_gets_no_words(center: Running, made: dict[str, Any]) -> None:
    with center.client() as stranger:
        keys = stranger.get("/api/v1/audit/keys").json()
        assert keys["keys"][-1]["verifier"] == center.center.signer.verifier
        newest = stranger.get("/api/v1/audit/checkpoint").json()
        point = unpack(newest["note"])
        assert point.origin == keys["origin"]
        proof = stranger.get(
            "/api/v1/audit/inclusion", params={"position": made["position"], "size": point.size}
        ).json()
        assert proof["checkpoint"] == newest["note"]
        rows = stranger.get("/api/v1/audit/checkpoints?limit=1").json()
        assert rows["rows"] == [newest]
        grown = stranger.get("/api/v1/audit/consistency", params={"old": point.size}).json()
        assert (grown["old"], grown["proof"]) == (newest["note"], [])
        assert stranger.get(f"/api/v1/cases/{made['id']}/receipt").status_code == 401
        assert stranger.get("/api/v1/readings").status_code == 401


def test_a_receipt_and_its_code_lead_to_the_signed_root(
    center: Running, desk: httpx.Client, made: dict[str, Any]
) -> None:
    receipt = desk.get(f"/api/v1/cases/{made['id']}/receipt").json()
    assert receipt["number"] == made["number"]
    assert "a hole" not in receipt["entry"]
    point = unpack(receipt["checkpoint"])
    leaf = merkle.leaf_hash(sha256(receipt["entry"].encode()).digest())
    proof = [b64decode(one) for one in receipt["proof"]]
    assert merkle.included(leaf, receipt["position"] - 1, point.size, proof, point.root)
    drawn = desk.get(f"/api/v1/cases/{made['id']}/receipt/qr")
    assert drawn.headers["content-type"].startswith("image/svg+xml")
    assert re.search(rf"<title>{made['number']}</title>", drawn.text)
    assert desk.get(f"/api/v1/cases/{made['id']}/receipt/qr", headers={"host": "evil/@x"}).status_code in (400, 422)


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("audit/inclusion", 422, "invalid"),
        ("audit/inclusion?position=0", 422, "invalid"),
        ("audit/inclusion?position=-1", 422, "invalid"),
        ("audit/inclusion?position=x", 422, "invalid"),
        ("audit/inclusion?position=99999999", 404, "not_found"),
        ("audit/inclusion?position=99999999999999999999", 422, "invalid"),
        ("audit/inclusion?position=1&size=99999999", 404, "not_found"),
        ("audit/inclusion?position=1&more=1", 422, "invalid"),
        ("audit/consistency", 422, "invalid"),
        ("audit/consistency?old=0", 422, "invalid"),
        ("audit/consistency?old=99999999", 404, "not_found"),
        ("audit/checkpoints?limit=0", 422, "invalid"),
        ("audit/checkpoints?below=x", 422, "invalid"),
        ("cases/01a202b3-264e-7695-aa54-026be293d29f/receipt", 404, "not_found"),
        ("cases/01a202b3-264e-7695-aa54-026be293d29f/receipt/qr", 404, "not_found"),
        ("readings", 403, "forbidden"),
        ("readings?subject=x", 403, "forbidden"),
    ],
)
def test_what_cannot_be_answered_is_refused(
    desk: httpx.Client, made: dict[str, Any], path: str, status: int, code: str
) -> None:
    reply = desk.get(f"/api/v1/{path}")
    assert (reply.status_code, reply.json()["code"]) == (status, code), reply.text


def test_a_steward_sees_who_read_a_person(center: Running, desk: httpx.Client, made: dict[str, Any]) -> None:
    desk.get(f"/api/v1/cases/{made['id']}?purpose=call_back")
    with center.client("admin") as admin:
        page = admin.get("/api/v1/readings", params={"case": made["id"]}).json()
        [row] = [one for one in page["rows"] if one["actor"] != "system"]  # the scan for hot issues reads words too
        assert (row["actor"], row["purpose"], row["kind"]) == ("desk", "read.call_back", "words")
        assert row["name"]["en"] == "The desk"
        assert row["number"] == made["number"]

        def found(**more: str) -> list[int]:
            return [
                one["id"] for one in admin.get("/api/v1/readings", params={"case": made["id"], **more}).json()["rows"]
            ]

        assert found(purpose="read.call_back", since=row["at"]) == [row["id"]]
        assert found(purpose="read.handling") == found(until=row["at"]) == []
        assert admin.get("/api/v1/readings?since=yesterday").json()["code"] == "invalid"
        assert admin.get("/api/v1/readings?subject=x").json()["code"] == "invalid"
        assert admin.get("/api/v1/readings?after=0").json()["code"] == "invalid"

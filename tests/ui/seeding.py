"""Fills a center over its API: reports of every kind and place, led as far along their lives as asked, late ones too."""

from datetime import UTC, datetime, timedelta
from itertools import cycle
from typing import Any

import httpx
from running import Running

from northbank.core.hotspots import Issue, Scanned
from northbank.flows.entries import note
from northbank.flows.hot_issues import STREAM

TYPES = ("street.pothole", "street.waste", "street.light", "street.vendor", "water.quay", "safety.dispute", "other")
REASONED = {"return", "reject", "suspend", "rework", "reopen"}


def report(client: httpx.Client, **report: Any) -> dict[str, Any]:
    """One report, as the API answers it."""
    reply = client.post("/api/v1/reports", json=report)
    assert reply.status_code == 201, reply.text
    return dict(reply.json())


def act(client: httpx.Client, id: str, name: str, **body: Any) -> dict[str, Any]:
    """One act on a case, as the API answers it."""
    reply = client.post(f"/api/v1/cases/{id}/{name}", json=body)
    assert reply.status_code == 200, reply.text
    return dict(reply.json())


def lead(clients: list[httpx.Client], id: str, steps: int) -> None:
    """Do the likely next act so many times; two people take turns, for nobody checks their own work."""
    for client, _ in zip(cycle(clients), range(steps), strict=False):
        detail = client.get(f"/api/v1/cases/{id}").json()
        likely = next((one["act"] for one in detail["acts"] if one["primary"]), None)
        waits = likely == "feed_back" and any(one["state"] in ("asked", "taken") for one in detail["tasks"])  # at night
        if likely in (None, "retype", "place") or waits or not detail["case"]["open"]:
            return
        body: dict[str, Any] = {"unit": detail["why"]["owner"] or "roads"} if likely == "dispatch" else {}
        act(client, id, likely, **body)


def spots(center: Running) -> dict[str, dict[str, float]]:
    """A point inside each grid."""
    places = center.center.city.places
    return {code: dict(zip(("lon", "lat"), places.center(code), strict=True)) for code in places.shapes}


def seed(center: Running, count: int = 60) -> list[str]:
    """So many cases; gives their ids. A third waited so long for their first act that they are late."""
    now = datetime.now(UTC)
    places = list(spots(center).values())
    made: list[str] = []
    with center.client("desk") as desk, center.client("admin") as admin:
        for n in range(count):
            late = n % 3 == 0
            body: dict[str, Any] = {"source": "phone", "urgent": n % 10 == 1}
            body["place"] = {"address": "by the old bridge"} if n % 12 == 5 else places[(n * 7) % len(places)]
            if n % 9 != 4:
                body["type"] = TYPES[n % len(TYPES)]
            if late:
                body["happened_at"] = (now - timedelta(minutes=35 + n)).isoformat()
            made.append(report(desk, **body)["id"])
            lead([desk, admin], made[-1], 0 if late else n % 8)
        for id in made[1:40:13]:
            _turn(desk, id)
    return made


def _turn(client: httpx.Client, id: str) -> None:
    """Return, reject or suspend, whatever is possible first."""
    detail = client.get(f"/api/v1/cases/{id}").json()
    for one in detail["acts"]:
        if one["act"] in REASONED:
            act(client, id, one["act"], note="not ours")
            return


def hot_issue(center: Running, cases: list[str], grid: str, type: str) -> str:
    """Write down a search that found one hot issue of these cases; gives its id."""
    one = center.center
    last = center.call(one.world.scans.last(STREAM))
    issue = Issue(
        id=f"{len(cases):016x}", what="type", type=type, grids=(grid,), radius_km=0.8, days=3, cases=tuple(cases),
        expected=0.6, ratio=9.1, p=0.005,
    )  # fmt: skip
    fact = Scanned(
        cases=60, groups=9, digest="d", seed=1, rules=one.city.hot, issues=(issue,), strongest=issue.p,
    )  # fmt: skip
    center.call(note(one.world, STREAM, 0 if last is None else last.version, fact))
    return issue.id

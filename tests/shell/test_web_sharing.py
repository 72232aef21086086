"""Sharing by HTTP: from the asking to the answer, the limits of what SQL may do, and that each question is recorded."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from running import PASSWORD, Running, running

from northbank.core.access import Actor, Role
from northbank.core.account import Account
from northbank.core.city import Name
from northbank.flows.collect import collect

UNTIL = (date.today() + timedelta(days=90)).isoformat()
KEEPERS = ["110105194912310029", "110105194912310037"]
HEAD = "编号,名称,类别,店主身份证号,电话,开业日期,座位数"
ROWS = [
    f"s{n:03d},店{n},{'food' if n % 3 else 'goods'},,1380013{n:04d},2020-01-{n % 28 + 1:02d},{n}" for n in range(120)
]


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A center with a register of shops, an officer of the city watch, who owns it, and a second steward."""
    with running(None, tmp_path_factory.mktemp("sharing") / "data") as one:
        path: Path = tmp_path_factory.mktemp("inbox") / "shops.csv"
        path.write_text("\n".join((HEAD, *ROWS, "")), "utf-8")
        platform = one.center.platform
        one.call(collect(platform.world, platform.lake, "shops", path, lambda step, share: None))
        stored = one.call(one.center.passwords.hash(PASSWORD))
        for login, role, unit in (("watch", Role.UNIT_OFFICER, "watch"), ("steward2", Role.STEWARD, "center")):
            account = Account(Name(login), Actor(login, role, unit))
            one.call(one.center.accounts.add(account, stored, datetime.now(UTC)))
        yield one


def as_(shared: Running, login: str) -> httpx.Client:
    return shared.client(login)


def test_it_runs(shared: Running) -> None:
    with as_(shared, "unit") as roads, as_(shared, "steward") as steward:
        body = {
            "dataset": "shops",
            "purpose": "inspections",
            "application": "nine small places",
            "terms": {
                "fields": ["shop", "name", "kind", "phone", "seats"],
                "until": UNTIL,
                "by_key": True,
                "answers": ["opened"],
            },
        }
        r = roads.post("/api/v1/data/requests", json=body)
        assert r.status_code == 201
        id = r.json()["grant"]["id"]
        for act in ("clear", "approve"):
            r = steward.post(f"/api/v1/data/grants/{id}/act", json={"act": act})
            assert r.status_code == 200
        for format in ("json", "csv", "arrow", "parquet"):
            r = roads.post(
                "/api/v1/data/query",
                json={
                    "sql": "select kind, count(*) n, sum(seats) s, min(phone) p from shops group by kind order by kind",
                    "grants": [id],
                    "purpose": "x",
                    "format": format,
                },
            )
            assert r.status_code == 200
        r = roads.post("/api/v1/datasets/shops/rows", json={"grant": id, "key": ["s007"], "purpose": "x"})
        r = roads.post(
            "/api/v1/datasets/shops/answer",
            json={
                "grant": id,
                "key": ["s007"],
                "purpose": "x",
                "ask": {"what": "age_at_least", "column": "opened", "years": 6, "on": "2026-01-08"},
            },
        )

"""Sharing by HTTP: from the asking to the answer, the limits of what SQL may do, and that each question is recorded."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx
import pyarrow as pa
import pyarrow.parquet as pa_parquet
import pytest
from running import PASSWORD, Running, running

from northbank.core.access import Actor, Role
from northbank.core.account import Account
from northbank.core.city import Name
from northbank.flows.collect import collect
from northbank.flows.keep_sharing import prepare_sharing
from northbank.shell.lake import answers
from northbank.shell.web.sharing import MEDIA

UNTIL = (date.today() + timedelta(days=90)).isoformat()
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


TERMS = {"fields": ["shop", "name", "kind", "phone", "seats"], "answers": ["opened"], "by_key": True, "until": UNTIL}


def given(shared: Running, **terms: Any) -> str:
    """A grant to the roads office, asked for and given."""
    body = {"dataset": "shops", "purpose": "inspections", "application": "small places", "terms": TERMS | terms}
    with shared.client("unit") as unit, shared.client("steward") as steward, shared.client("watch") as watch:
        id = unit.post("/api/v1/data/requests", json=body).raise_for_status().json()["grant"]["id"]
        steward.post(f"/api/v1/data/grants/{id}/act", json={"act": "clear"}).raise_for_status()
        watch.post(f"/api/v1/data/grants/{id}/act", json={"act": "approve"}).raise_for_status()
    return str(id)


@pytest.fixture(scope="module")
def grant(shared: Running) -> str:
    return given(shared)


@pytest.fixture
def unit(shared: Running) -> Iterator[httpx.Client]:
    with shared.client("unit") as client:
        yield client


def asked(client: httpx.Client, grant: str, sql: str, **more: Any) -> httpx.Response:
    return client.post("/api/v1/data/query", json={"sql": sql, "grants": [grant], "purpose": "planning"} | more)


BY_KIND = (
    "select kind, count(*) as shops, sum(seats) as seats, min(phone) as phone from shops group by kind order by kind"
)


def test_an_answer_comes_in_four_formats(unit: httpx.Client, grant: str) -> None:
    rows = [["food", 80, 4800, "*******0001"], ["goods", 40, 2340, "*******0000"]]
    assert asked(unit, grant, BY_KIND).json()["rows"] == rows
    csv = asked(unit, grant, BY_KIND, format="csv")
    assert csv.text.splitlines() == [
        '"kind","shops","seats","phone"',
        '"food",80,4800,"*******0001"',
        '"goods",40,2340,"*******0000"',
    ]
    assert csv.headers["x-rows"] == "2"
    arrow = pa.ipc.open_stream(asked(unit, grant, BY_KIND, format="arrow").content).read_all()
    parquet = pa_parquet.read_table(BytesIO(asked(unit, grant, BY_KIND, format="parquet").content))
    assert [
        list(map(int, row)) for row in zip(arrow["shops"].to_pylist(), parquet["seats"].to_pylist(), strict=True)
    ] == [[80, 4800], [40, 2340]]
    cut = asked(unit, grant, "select shop from shops order by shop", limit=2).json()
    assert (cut["rows"], cut["cut"]) == ([["s000"], ["s001"]], True)


def test_csv_runs_no_formula(unit: httpx.Client, grant: str) -> None:
    sql = """select '=1+1' as "=a", '-2' as b, -2 as c, chr(9) || 'x' as d, '＋cmd' as e, 'a=1' as f, '@x' as g, cast(null as varchar) as h"""
    text = sql.replace("chr(9) || 'x'", "'\tx'")
    found = asked(unit, grant, text, format="csv").text.splitlines()
    assert found == ['''"'=a","b","c","d","e","f","g","h"''', """"'=1+1","'-2",-2,"'\tx","'＋cmd","a=1","'@x","""]
    assert asked(unit, grant, text).json()["rows"] == [["=1+1", "-2", -2, "\tx", "＋cmd", "a=1", "@x", None]]


def test_the_formats_of_an_answer_stand_in_the_description(unit: httpx.Client) -> None:
    paths = unit.get("/api/openapi.json").json()["paths"]
    content = paths["/api/v1/data/query"]["post"]["responses"]["200"]["content"]
    assert list(content) == [one.decode() for one in MEDIA.values()]


def test_rows_and_answers_by_key(unit: httpx.Client, grant: str) -> None:
    def ask(path: str, **more: Any) -> Any:
        body = {"grant": grant, "key": ["s007"], "purpose": "planning"} | more
        return unit.post(f"/api/v1/datasets/shops/{path}", json=body).raise_for_status().json()

    assert ask("rows") == {
        "rows": [{"shop": "s007", "name": "店7", "kind": "food", "phone": "*******0007", "seats": 7}]
    }
    assert ask("rows", key=["nobody"]) == {"rows": []}
    age = {"what": "age_at_least", "column": "opened", "years": 6}
    assert ask("answer", ask=age | {"on": "2026-01-08"}) == {"answer": "yes"}
    assert ask("answer", ask=age | {"on": "2026-01-07"}) == {"answer": "no"}
    assert ask("answer", ask=age | {"on": "2026-01-07"}, key=["nobody"]) == {"answer": "unknown"}
    assert ask("answer", ask={"what": "exists"}) == {"answer": "yes"}


def test_a_filter_hides_rows_from_every_way_in(shared: Running, unit: httpx.Client) -> None:
    rows = {"kind": "cell", "column": "kind", "op": "eq", "values": ["goods"]}
    one = given(shared, rows=rows, fields=["shop", "seats"])
    assert asked(unit, one, "select count(*) from shops").json()["rows"] == [[40]]
    for key, found in (("s007", []), ("s006", [{"shop": "s006", "seats": 6}])):
        body = {"grant": one, "key": [key], "purpose": "x"}
        assert unit.post("/api/v1/datasets/shops/rows", json=body).json() == {"rows": found}
        answer = unit.post("/api/v1/datasets/shops/answer", json=body | {"ask": {"what": "exists"}}).json()
        assert answer == {"answer": "yes" if found else "no"}
    assert (
        asked(unit, one, "select kind from shops").json()["code"].endswith("bad_sql")
    )  # not even its own filter's column


def test_what_questions_wait_for_is_made_ahead(shared: Running, unit: httpx.Client) -> None:
    rows = {"kind": "cell", "column": "kind", "op": "eq", "values": ["food"]}
    one, platform = given(shared, rows=rows, fields=["shop", "kind"]), shared.center.platform
    shared.call(prepare_sharing(platform))
    assert shared.call(prepare_sharing(platform)) == 0
    folder = shared.center.settings.data / "granted"
    made = sorted(path.name for path in folder.glob("*.parquet"))
    assert asked(unit, one, "select count(*) from shops").json()["rows"] == [[80]]
    unit.post("/api/v1/datasets/shops/rows", json={"grant": one, "key": ["s007"], "purpose": "x"}).raise_for_status()
    assert sorted(path.name for path in folder.glob("*.parquet")) == made
    assert len(list(folder.glob("profiles/shops-*.json"))) == 1


ATTACKS = [
    "select * from read_csv('/etc/passwd')", "select * from read_parquet('/tmp/*.parquet')", "select * from '/etc/passwd'",
    "select * from glob('/*')", "select getenv('HOME')", "attach '/tmp/x.db'", "copy shops to '/tmp/x.csv'", "install httpfs",
    "load httpfs", "pragma database_list", "set memory_limit = '64GB'", "select * from duckdb_settings()", "call pragma_version()",
    "select * from information_schema.tables", "select * from duckdb_tables", "select * from sqlite_master", "select 1; select 2",
    "create table x as select 1", "drop view shops", "select current_setting('temp_directory')", "select * from read_text('/etc/passwd')",
    "with recursive t as (select 1 as n union all select n + 1 from t) select count(*) from t", "select * from inspections",
    "select repeat('x', 1000000000)", "select * from range(1000000000)", "select unnest(range(1000000000))", "select random()",
    "select query('select 1')", "select (select * from secrets)", "explain select 1", "select list_transform([1], x -> getenv('HOME'))",
    "select * from shops tablesample 1%", "select columns('.*') from shops", "select $1", "from shops at (version => 1)", "se lect",
]  # fmt: skip


def test_nothing_but_granted_tables_can_be_asked(unit: httpx.Client, grant: str) -> None:
    for sql in ATTACKS:
        reply = asked(unit, grant, sql)
        assert reply.status_code == 422, sql
        assert reply.json()["code"] in ("sql_not_allowed", "no_table", "bad_sql"), sql
        assert "root:" not in reply.text


BOMBS = [
    "select count(*) from shops a, shops b, shops c, shops d, shops e where a.seats + b.seats + c.seats + d.seats + e.seats = -1",
    "select max(s) from (select a.name || b.name || c.name || d.name as s from shops a, shops b, shops c, shops d order by s)",
]


def test_a_question_is_stopped_at_its_limits(unit: httpx.Client, grant: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answers, "SECONDS", 0.5)
    for sql in BOMBS:
        assert asked(unit, grant, sql).json()["code"] in ("query_too_slow", "query_too_large")
    assert asked(unit, grant, "select count(*) from shops").json()["rows"] == [[120]]  # the engine is free again


def test_errors_of_the_engine_tell_no_cell(unit: httpx.Client, grant: str) -> None:
    found = asked(unit, grant, "select cast(name as integer) from shops").json()
    assert found["code"] == "query_failed"
    assert "店" not in found["detail"]
    assert asked(unit, grant, "select try_cast(name as integer) as n from shops limit 1").json()["rows"] == [[None]]


def test_who_has_no_grant_gets_nothing(shared: Running, grant: str) -> None:
    for login in ("desk", "watch", "steward", "admin", "town"):
        with shared.client(login) as other:
            assert asked(other, grant, "select 1").json()["code"] == "no_grant"
            body = {"grant": grant, "key": ["s007"], "purpose": "x"}
            assert other.post("/api/v1/datasets/shops/rows", json=body).json()["code"] == "no_grant"
            assert (
                other.post("/api/v1/datasets/shops/answer", json=body | {"ask": {"what": "exists"}}).status_code == 403
            )
    with shared.client("grid") as grid:
        assert grid.get("/api/v1/data/grants").status_code == 403


def test_every_question_is_recorded_and_none_of_its_cells(shared: Running, unit: httpx.Client) -> None:
    one = given(shared)
    asked(unit, one, BY_KIND, case="TW-1")
    asked(unit, one, "select nope from shops")
    unit.post("/api/v1/datasets/shops/rows", json={"grant": one, "key": ["s007"], "purpose": "call back"})
    rows = unit.get("/api/v1/data/uses", params={"grant": one}).json()["rows"]
    assert [(row["what"], row["purpose"], row["case"], row["rows"], row["outcome"]) for row in rows] == [
        ("rows", "call back", "", 1, "ok"), ("query", "planning", "", 0, "bad_sql"), ("query", "planning", "TW-1", 2, "ok"),
    ]  # fmt: skip
    with shared.client("watch") as owner:
        assert owner.get("/api/v1/data/uses", params={"grant": one}).json()["rows"] == rows
        owner.post(
            f"/api/v1/data/grants/{one}/act", json={"act": "revoke", "reason": "no longer needed"}
        ).raise_for_status()
    assert asked(unit, one, "select 1").json()["code"] == "no_grant"  # at once


def test_nobody_searches_by_yes_and_no(shared: Running) -> None:
    one, body = given(shared), {"key": ["s007"], "purpose": "x", "ask": {"what": "exists"}}
    login = "quick"
    account = Account(Name(login), Actor(login, Role.UNIT_OFFICER, "roads"))
    shared.call(
        shared.center.accounts.add(account, shared.call(shared.center.passwords.hash(PASSWORD)), datetime.now(UTC))
    )
    with shared.client(login) as quick:
        found = [quick.post("/api/v1/datasets/shops/answer", json=body | {"grant": one}) for _ in range(160)]
        codes = [reply.status_code for reply in found]
        assert codes[:120] == [200] * 120
        assert 429 in codes
        assert found[codes.index(429)].json()["code"] == "rate"
    with shared.client("unit") as unit:
        assert unit.post("/api/v1/datasets/shops/answer", json=body | {"grant": one}).status_code == 200


def test_a_retry_asks_once(unit: httpx.Client) -> None:
    body = {"dataset": "inspections", "purpose": "p", "application": "a", "terms": {"fields": ["shop"], "until": UNTIL}}
    key = {"idempotency-key": "asks-once"}
    first, again = (unit.post("/api/v1/data/requests", json=body, headers=key).json() for _ in range(2))
    assert first["grant"]["id"] == again["grant"]["id"]
    other = unit.post("/api/v1/data/requests", json=body | {"purpose": "q"}, headers=key)
    assert other.json()["code"] == "key_reused"


def test_the_catalog_shows_a_data_set_without_its_persons(unit: httpx.Client) -> None:
    entry = unit.get("/api/v1/data/catalog", params={"q": "register"}).json()["rows"][0]
    assert (entry["code"], entry["rows"], entry["owner"]) == ("shops", 120, "watch")
    sample = unit.get("/api/v1/datasets/shops/sample").json()
    assert sample["made_up"]  # conditional data show no real row to whoever has no grant
    assert "店" not in str(sample["rows"])
    profile = {one["code"]: one for one in unit.get("/api/v1/datasets/shops/profile").json()["columns"]}
    assert [(one["value"], one["rows"]) for one in profile["kind"]["frequent"]] == [("food", 80), ("goods", 40)]
    assert set(profile["phone"]) == {"code", "filled", "distinct"}
    assert "frequent" not in profile["shop"]  # each value is of one row

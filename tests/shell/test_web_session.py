"""Signing in and out, roles, other sites, throttles, and what every response carries."""

import socket
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from running import PASSWORD, Running, running

from northbank.core.access import Actor, Role
from northbank.core.account import Account
from northbank.core.city import Name
from northbank.core.refusal import Refused

REPORT = {"place": {"address": "by the harbor"}}


def test_a_browser_gets_a_strict_cookie_and_works_with_it(center: Running) -> None:
    with center.client() as browser:
        reply = browser.post("/api/v1/session", json={"login": "desk", "password": PASSWORD})
        assert reply.status_code == 200
        cookie = reply.headers["set-cookie"]
        assert all(part in cookie for part in ("HttpOnly", "SameSite=Strict", "Path=/"))
        account = browser.get("/api/v1/session").json()["account"]
        assert (account["login"], account["role"]) == ("desk", "duty_officer")
        assert "dispatch" in account["acts"]


def test_the_cookie_is_secure_where_a_proxy_on_this_machine_speaks_https(center: Running) -> None:
    with center.client(headers={"x-forwarded-proto": "https"}) as browser:
        reply = browser.post("/api/v1/session", json={"login": "desk", "password": PASSWORD})
        assert "; Secure" in reply.headers["set-cookie"]


def test_signing_out_ends_the_session_at_once(center: Running) -> None:
    with center.client("desk") as client:
        assert client.get("/api/v1/cases").status_code == 200
        assert client.delete("/api/v1/session").status_code == 204
        assert client.get("/api/v1/cases").status_code == 401
        assert client.delete("/api/v1/session").status_code == 401
        assert client.get("/api/v1/session").json()["account"] is None


@pytest.mark.parametrize(
    ("login", "password"),
    [("desk", "wrong"), ("nobody", PASSWORD), ("DESK", PASSWORD), ("desk'--", "x"), ("desk\u00e9", "x")],
)
def test_every_way_to_be_wrong_gets_the_same_answer(center: Running, login: str, password: str) -> None:
    with center.client() as client:
        reply = client.post("/api/v1/session", json={"login": login, "password": password})
        assert (reply.status_code, reply.json()["code"]) == (401, "wrong_password")
        assert "set-cookie" not in reply.headers


def test_a_disabled_account_is_out_and_stays_out(center: Running) -> None:
    from datetime import UTC, datetime

    from northbank.core.access import Actor, Role
    from northbank.core.account import Account

    accounts, now = center.center.accounts, datetime.now(UTC)
    hashed = center.call(center.center.passwords.hash(PASSWORD))
    made = Account(Name(en="Leaving"), Actor("leaving", Role.DUTY_OFFICER))
    assert center.call(accounts.add(made, hashed, now))
    assert not center.call(accounts.add(made, hashed, now))
    assert center.call(accounts.find("leaving")).account == made
    with center.client() as client:
        token = center.token("leaving")
        assert center.call(accounts.set_enabled("leaving", False, now))
        reply = client.post("/api/v1/session", json={"login": "leaving", "password": PASSWORD})
        assert reply.json()["code"] == "wrong_password"
        assert client.get("/api/v1/cases", headers={"authorization": f"Bearer {token}"}).status_code == 401
    assert center.call(accounts.set_enabled("leaving", True, now))
    old = center.token("leaving")
    assert center.call(accounts.set_password("leaving", hashed, now))
    with center.client() as client:
        assert client.get("/api/v1/cases", headers={"authorization": f"Bearer {old}"}).status_code == 401
    assert not center.call(accounts.set_password("nobody", hashed, now))
    assert "leaving" in {one.account.actor.login for one in center.call(accounts.everyone())}


def test_roles_and_strangers_are_kept_out(center: Running) -> None:
    with center.client() as stranger, center.client("wall") as wall, center.client("intake") as intake:
        for path in ("/api/v1/cases", "/api/v1/wall", "/live", "/api/v1/city", "/api/v1/map/grids"):
            assert stranger.get(path).json()["code"] == "signed_out", path
        assert stranger.post("/api/v1/reports", json=REPORT).status_code == 401
        assert wall.post("/api/v1/reports", json=REPORT).json()["code"] == "forbidden"
        assert wall.get("/api/v1/wall").status_code == 200
        assert intake.post("/api/v1/reports", json=REPORT).status_code == 201
        assert intake.get("/api/v1/wall").json()["code"] == "forbidden"


def test_a_cookie_needs_proof_that_our_own_page_sent_it(center: Running) -> None:
    token = center.token("desk")
    host = center.base.removeprefix("http://")
    tries = {
        ("sec-fetch-site", "same-origin"): 201,
        ("sec-fetch-site", "none"): 201,
        ("sec-fetch-site", "cross-site"): 403,
        ("sec-fetch-site", "same-site"): 403,
        ("origin", f"http://{host}"): 201,
        ("origin", "http://evil.example"): 403,
        ("origin", "null"): 403,
        ("x-nothing", "1"): 403,
    }
    with center.client() as client:
        client.cookies.set("nb_session", token)
        for (name, value), status in tries.items():
            reply = client.post("/api/v1/reports", json=REPORT, headers={name: value})
            assert reply.status_code == status, (name, value, reply.text)
        assert client.post("/open311/v2/requests.json", data={"service_code": "x"}).status_code == 403


def test_odd_tokens_are_strangers(center: Running) -> None:
    with center.client() as client:
        for value in ("Bearer", "Bearer x", "Basic ZGVzazp4", "Bearer \xff", "Bearer " + "x" * 5000):
            reply = client.get("/api/v1/cases", headers={"authorization": value.encode("latin-1")})
            assert reply.status_code == 401
        for cookie in ("nb_session=", "nb_session=x", 'nb_session="', "nb_session;;;=\xff", "a=b"):
            assert client.get("/api/v1/cases", headers={"cookie": cookie.encode("latin-1")}).status_code == 401


def test_every_response_carries_the_defenses(center: Running) -> None:
    with center.client() as client:
        for path in ("/", "/nope", "/healthz", "/api/v1/cases", "/open311/v2/services.xml"):
            headers = client.get(path).headers
            policy = headers["content-security-policy"]
            assert "default-src 'none'" in policy
            assert "script-src 'self';" in policy
            assert "frame-ancestors 'none'" in policy
            assert headers["x-content-type-options"] == "nosniff"
            assert "server" not in headers


def test_sign_in_is_throttled_by_login_and_says_how_long(tmp_path: Path, fresh_database: str) -> None:
    with running(fresh_database, tmp_path / "data", login_rate="3/minute") as small, small.client() as client:
        replies = [client.post("/api/v1/session", json={"login": "desk", "password": "no"}) for _ in range(5)]
        assert [one.status_code for one in replies] == [401, 401, 401, 429, 429]
        assert int(replies[-1].headers["retry-after"]) > 0
        assert client.post("/api/v1/session", json={"login": "town", "password": PASSWORD}).status_code == 200


def test_reports_of_an_account_are_limited_and_the_wall_can_be_open(tmp_path: Path, fresh_database: str) -> None:
    knobs = {"reports_per_minute": 2, "wall_open": True}
    with running(fresh_database, tmp_path / "data", **knobs) as small, small.client("desk") as desk:
        replies = [desk.post("/api/v1/reports", json=REPORT) for _ in range(3)]
        assert [one.status_code for one in replies] == [201, 201, 429]
        position = replies[1].json()["position"]
        with small.client() as stranger:
            while (wall := stranger.get("/api/v1/wall").json())["position"] < position:
                pass  # the wall follows the journal
            assert wall["tiles"]["open"]["count"] == 2
            rows = stranger.get("/api/v1/cases?open=true").json()
            assert rows["total"] == 2
            assert stranger.get(f"/api/v1/cases/{rows['rows'][0]['id']}").status_code == 401
            assert stranger.post("/api/v1/reports", json=REPORT).status_code == 401
            assert stranger.get("/api/v1/session").json()["center"]["wall_open"] is True


def test_bad_sign_in_bodies(center: Running) -> None:
    with center.client() as client:
        for body in (
            {},
            {"login": "desk"},
            {"login": "", "password": ""},
            {"login": 1, "password": "x"},
            {"login": "a" * 65, "password": "x"},
        ):
            reply: httpx.Response = client.post("/api/v1/session", json=body)
            assert (reply.status_code, reply.json()["code"]) == (422, "invalid")


RAW = [
    b"GET / HTTP/1.1\r\nx: " + b"a" * 200_000,
    b"GET /" + b"a" * 200_000,
    b"GET / HTTP/1.1\r\n" + b"a: b\r\n" * 40_000,
    b"\x00\x01\x02 garbage\r\n\r\n",
    b"GET /\xff HTTP/1.1\r\nhost: x\r\n\r\n",
    b"GET http:// HTTP/1.1\r\nhost: x\r\n\r\n",
    b"POST /api/v1/session HTTP/1.1\r\nhost: x\r\ncontent-length: -5\r\n\r\n",
    b"POST /api/v1/session HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n",
    b"POST /api/v1/session HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n",
]


@pytest.mark.parametrize("raw", RAW, ids=lambda raw: str(raw[:40]))
def test_requests_that_are_no_http_are_cut_off(center: Running, raw: bytes) -> None:
    host, _, port = center.base.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), timeout=20) as line:
        answer = b""
        try:
            line.sendall(raw)
            while part := line.recv(65536):
                answer += part
        except ConnectionError:
            pass  # cut off while still talking
        assert answer == b"" or answer.startswith(b"HTTP/1.1 4"), answer[:200]
    with center.client() as client:
        assert client.get("/healthz").status_code == 200


def test_nobody_signs_in_under_a_name_of_the_program(center: Running) -> None:
    for login in ("system", "import", "replay", "anonymous", "guest"):
        with pytest.raises(Refused, match="system's own"):
            center.call(
                center.center.accounts.add(Account(Name(en="x"), Actor(login, Role.ADMIN)), "hash", datetime.now(UTC))
            )


def test_a_closed_account_names_somebody_and_lets_nobody_in(center: Running) -> None:
    accounts, now = center.center.accounts, datetime.now(UTC)
    named = Account(Name("供水企业承办员", "Water officer"), Actor("water.works", Role.UNIT_OFFICER, "waterworks"))
    assert center.call(accounts.add(named, center.call(center.center.passwords.hash(PASSWORD)), now, enabled=False))
    assert center.call(accounts.names(["water.works", "nobody"])) == {"water.works": named.name}
    with center.client() as client:
        reply = client.post("/api/v1/session", json={"login": "water.works", "password": PASSWORD})
        assert reply.json()["code"] == "wrong_password"

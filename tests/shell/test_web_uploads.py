"""A file of a data set is uploaded: collected once whatever it is called, its name never trusted, nothing left of what was not taken."""

import gzip
import http.client
from collections.abc import Iterator
from pathlib import Path

import httpx
import msgspec
import pytest
from running import PASSWORD, Running, running

from northbank.core.access import Actor, Role
from northbank.core.refusal import Refused
from northbank.flows.bring import Brought, bring_file
from northbank.flows.see_contract import MOST_MB

ADDRESS = "/api/v1/datasets/shops/files"
ROWS = (
    "编号,名称,类别,店主身份证号\n"
    + "".join(f"up{n},店{n},food,\n" for n in range(9))
    + "up9,坏店,food,110105194912310021\n"
)


@pytest.fixture(scope="module")
def center(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A center of its own: what is uploaded here would be in the way of others who count."""
    with running(None, tmp_path_factory.mktemp("uploads") / "data") as one:
        yield one


@pytest.fixture
def steward(center: Running) -> Iterator[httpx.Client]:
    """Somebody who keeps data in order."""
    with center.client("steward") as client:
        yield client


def send(client: httpx.Client, name: str, content: str = ROWS, **headers: str) -> httpx.Response:
    return client.post(ADDRESS, files={"file": (name, content.encode())}, headers=headers)


def left(center: Running) -> list[str]:
    """What lies in the folder of uploaded files."""
    folder = center.center.settings.data / "inbox" / "uploaded" / "shops"
    return sorted(path.name for path in folder.glob("*/*"))


def test_a_file_becomes_one_batch_whatever_it_is_called(center: Running, steward: httpx.Client) -> None:
    before, lay = steward.get("/api/v1/datasets/shops").json(), left(center)
    reply = send(steward, "../../../etc/九月 shops.CSV")
    assert reply.status_code == 200, reply.text
    batch = reply.json()["batch"]
    assert (batch["taken"], batch["rows"], batch["good"], batch["bad"], batch["by"]) == (True, 10, 9, 1, "steward")
    assert [one["name"] for one in batch["files"]] == ["etc-九月-shops.csv"]
    assert sorted({*left(center)} - {*lay}) == ["etc-九月-shops.csv"]
    again = send(steward, "another.csv").json()
    assert (again["batch"], again["known"]) == (None, {"another.csv": batch["n"]})
    assert "another.csv" not in left(center)
    page = steward.get("/api/v1/datasets/shops").json()
    assert (page["rows"], len(page["batches"])) == (before["rows"] + 9, len(before["batches"]) + 1)
    how = page["collecting"]
    assert (how["uploads"], how["fetches"], how["schedule"], how["runs"]) == (True, False, None, [])
    assert steward.get("/api/v1/datasets/shops", params={"as_of": 1}).json()["collecting"] is None


def test_what_is_no_such_file_is_refused_and_leaves_nothing(center: Running, steward: httpx.Client) -> None:
    lay = left(center)
    wrong = send(steward, "shops.exe")
    assert (wrong.status_code, wrong.json()["code"]) == (422, "file_format")
    assert ".csv" in wrong.json()["detail"]
    packed = steward.post(ADDRESS, files={"file": ("shops.csv", gzip.compress(ROWS.encode()))})
    assert packed.json()["code"] == "file_format", "nobody knows how much is in it"
    assert steward.post(ADDRESS, json={}).status_code == 415
    assert steward.post(ADDRESS, files={"other": ("a.csv", b"x")}).json()["code"] == "invalid"
    assert steward.post("/api/v1/datasets/none/files", files={"file": ("a.csv", b"x")}).status_code == 404
    cut = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\nhalf'
    half = steward.post(ADDRESS, content=cut, headers={"content-type": "multipart/form-data; boundary=x"})
    assert (half.status_code, half.json()["code"]) == (400, "malformed")
    assert left(center) == lay


def test_a_file_that_is_too_large_is_refused_before_it_is_read(center: Running, steward: httpx.Client) -> None:
    connection = http.client.HTTPConnection(center.base.removeprefix("http://"), timeout=30)
    connection.putrequest("POST", ADDRESS)
    connection.putheader("Authorization", steward.headers["authorization"])
    connection.putheader("Content-Type", "multipart/form-data; boundary=x")
    connection.putheader("Content-Length", str((MOST_MB + 1) * 1024 * 1024))
    connection.endheaders()
    assert connection.getresponse().status == 413
    connection.close()


@pytest.mark.parametrize(("login", "status"), [("unit", 403), ("leader", 403), ("desk", 403), (None, 401)])
def test_only_who_answers_for_the_data_may(center: Running, login: str | None, status: int) -> None:
    lay = left(center)
    with center.client(login) as client:
        assert send(client, "a.csv").status_code == status
        assert client.post("/api/v1/datasets/shops/collect").status_code == status
    assert left(center) == lay


def test_no_other_site_can_send_one(center: Running) -> None:
    with center.client() as client:
        client.post("/api/v1/session", json={"login": "steward", "password": PASSWORD}).raise_for_status()
        reply = send(client, "a.csv", **{"sec-fetch-site": "cross-site"})
        assert (reply.status_code, reply.json()["code"]) == (403, "cross_site")


def test_a_set_without_an_origin_cannot_be_fetched(steward: httpx.Client) -> None:
    reply = steward.post("/api/v1/datasets/shops/collect")
    assert (reply.status_code, reply.json()["code"]) == (422, "no_origin")


def test_a_file_that_cannot_be_read_says_so_and_not_where_it_lay(center: Running, tmp_path: Path) -> None:
    platform = center.center.platform
    city = platform.world.city
    sheets = msgspec.structs.replace(city.datasets["shops"], format="xlsx")
    world = msgspec.structs.replace(platform.world, city=msgspec.structs.replace(city, datasets={"shops": sheets}))
    changed, lay = msgspec.structs.replace(platform, world=world), left(center)

    async def bring() -> Brought:
        assert changed.inbox is not None
        with changed.inbox.arriving(sheets) as file:
            file.begin("书.xlsx")
            file.write(b"no workbook")
            return await bring_file(changed, Actor("steward", Role.STEWARD), sheets, file)

    with pytest.raises(Refused) as refused:
        center.call(bring())
    assert refused.value.code == "file_unreadable"
    assert "书.xlsx" in refused.value.say("zh")
    assert str(center.center.settings.data) not in refused.value.say("en")
    assert left(center) == lay

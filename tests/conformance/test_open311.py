"""Open311 GeoReport v2 as its specification words it: documents, formats, filters, errors."""

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

import httpx
import jsonschema
import pytest
from defusedxml.ElementTree import fromstring
from PIL import Image
from running import Running, running

from northbank.core.receipt import code_of
from northbank.flows.seal import seal

BASE = "/open311/v2"
MAYBE_TEXT = {"type": ["string", "null"]}
MAYBE_TIME = {"type": ["string", "null"], "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$"}

SERVICES = {
    "type": "array",
    "minItems": 1,
    "items": {
        "required": ["service_code", "service_name", "metadata", "type"],
        "properties": {
            "service_code": {"type": "string"},
            "service_name": {"type": "string"},
            "metadata": {"type": "boolean"},
            "type": {"enum": ["realtime", "batch", "blackbox"]},
            "keywords": {"type": "string"},
            "group": {"type": "string"},
        },
    },
}
REQUESTS = {
    "type": "array",
    "items": {
        "required": ["service_request_id", "status", "service_code", "requested_datetime"],
        "additionalProperties": False,
        "properties": {
            "service_request_id": {"type": "string"},
            "status": {"enum": ["open", "closed"]},
            "status_notes": MAYBE_TEXT,
            "service_name": MAYBE_TEXT,
            "service_code": {"type": "string"},
            "description": MAYBE_TEXT,
            "agency_responsible": MAYBE_TEXT,
            "service_notice": MAYBE_TEXT,
            "requested_datetime": {**MAYBE_TIME, "type": "string"},
            "updated_datetime": MAYBE_TIME,
            "expected_datetime": MAYBE_TIME,
            "address": MAYBE_TEXT,
            "address_id": MAYBE_TEXT,
            "zipcode": MAYBE_TEXT,
            "lat": {"type": ["number", "null"]},
            "long": {"type": ["number", "null"]},
            "media_url": MAYBE_TEXT,
        },
    },
}
ERRORS = {
    "type": "array",
    "minItems": 1,
    "items": {"required": ["code", "description"], "properties": {"code": {"type": "string"}}},
}


@pytest.fixture
def public(center: Running) -> Iterator[httpx.Client]:
    """Somebody without an account."""
    with center.client() as client:
        yield client


@pytest.fixture
def form(center: Running) -> dict[str, Any]:
    """A request as a phone sends it."""
    places = center.center.city.places
    lon, lat = places.center(next(iter(places.shapes)))
    return {
        "jurisdiction_id": "tidewater",
        "service_code": "street.pothole",
        "lat": lat,
        "long": lon,
        "description": "A hole <deep> & wide 坑",
        "first_name": "Ada",
        "last_name": "L",
        "phone": "123",
        "email": "ada@example.org",
        "device_id": "d",
        "attribute[DEPTH]": "20 cm",
    }


def xml(reply: httpx.Response) -> Element:
    """The parsed document, its type and declaration checked."""
    assert reply.headers["content-type"] == "text/xml; charset=utf-8"
    assert reply.text.startswith('<?xml version="1.0" encoding="utf-8"?>')
    return fromstring(reply.content)


def post(center: Running, form: dict[str, Any], ending: str = "json", **more: Any) -> httpx.Response:
    """A request sent with the intake account's key."""
    with center.client() as client:
        return client.post(f"{BASE}/requests.{ending}", data={"api_key": center.token("intake"), **form}, **more)


def test_discovery_names_the_endpoint(public: httpx.Client) -> None:
    found = public.get(f"{BASE}/discovery.json").json()
    endpoint = found["endpoints"][0]
    assert endpoint["url"] == f"{str(public.base_url).rstrip('/')}{BASE}"
    assert endpoint["specification"] == "http://wiki.open311.org/GeoReport_v2"
    tree = xml(public.get(f"{BASE}/discovery.xml"))
    assert tree.tag == "discovery"
    assert tree.findtext("endpoints/endpoint/url") == endpoint["url"]
    assert [one.text for one in tree.findall("endpoints/endpoint/formats/format")] == ["application/json", "text/xml"]


def test_services_in_both_formats_agree(public: httpx.Client) -> None:
    listed = public.get(f"{BASE}/services.json?jurisdiction_id=tidewater").json()
    jsonschema.validate(listed, SERVICES)
    tree = xml(public.get(f"{BASE}/services.xml"))
    assert tree.tag == "services"
    assert [one.findtext("service_code") for one in tree.findall("service")] == [one["service_code"] for one in listed]
    chinese = public.get(f"{BASE}/services.json?lang=zh").json()
    assert chinese[0]["service_name"] != listed[0]["service_name"]


def test_a_definition_says_what_a_report_may_say_besides_and_the_answer_decides(
    center: Running, public: httpx.Client, form: dict[str, Any]
) -> None:
    listed = {one["service_code"]: one for one in public.get(f"{BASE}/services.json").json()}
    assert [listed[code]["metadata"] for code in ("water.quality", "water.burst", "street.pothole")] == [
        True,
        True,
        False,
    ]
    (asked,) = public.get(f"{BASE}/services/water.quality.json?lang=en").json()["attributes"]
    assert (asked["code"], asked["datatype"], asked["required"]) == ("indoors", "singlevaluelist", False)
    assert asked["values"] == [{"key": "yes", "name": "yes"}, {"key": "no", "name": "no"}]
    tree = xml(public.get(f"{BASE}/services/water.burst.xml"))
    assert tree.findtext("attributes/attribute/datatype") == "number"
    assert tree.findtext("attributes/attribute/datatype_description") == "10 - 3000 mm"
    assert (
        xml(public.get(f"{BASE}/services/water.quality.xml")).findtext("attributes/attribute/values/value/key") == "yes"
    )
    form |= {"service_code": "water.quality", "attribute[indoors]": "no"}
    made = post(center, form).json()[0]["service_request_id"]
    with center.client("desk") as desk:
        assert desk.get(f"/api/v1/cases/{made}").json()["why"]["row"] == "R32"
    refused = post(center, form | {"attribute[indoors]": "perhaps"})
    assert refused.status_code == 400
    assert "indoors" in refused.json()[0]["description"]


def test_a_definition_says_that_nothing_more_is_asked(public: httpx.Client) -> None:
    assert public.get(f"{BASE}/services/street.pothole.json").json() == {
        "service_code": "street.pothole",
        "attributes": [],
    }
    assert xml(public.get(f"{BASE}/services/street.pothole.xml")).findtext("service_code") == "street.pothole"
    assert public.get(f"{BASE}/services/no.such.json").status_code == 404


def test_a_request_goes_in_and_comes_out_without_the_person(
    center: Running, public: httpx.Client, form: dict[str, Any]
) -> None:
    reply = post(center, form)
    assert reply.status_code == 201, reply.text
    made = reply.json()[0]
    listed = public.get(f"{BASE}/requests/{made['service_request_id']}.json").json()
    jsonschema.validate(listed, REQUESTS)
    assert listed[0]["service_code"] == "street.pothole"
    assert listed[0]["agency_responsible"]
    tree = xml(public.get(f"{BASE}/requests/{made['service_request_id']}.xml"))
    assert tree.tag == "service_requests"
    assert tree.findtext("request/service_request_id") == made["service_request_id"]
    for text in (str(listed), public.get(f"{BASE}/requests.xml").text):
        assert not any(secret in text for secret in ("Ada", "hole <deep>", "123456", "example.org", "intake"))
    with center.client("desk") as desk:
        person = desk.get(f"/api/v1/cases/{made['service_request_id']}").json()["person"]
        assert person["contact"] == {"name": "Ada L", "phone": "123", "email": "ada@example.org"}
        assert person["text"] == "A hole <deep> & wide 坑\nDEPTH: 20 cm"
    token = public.get(f"{BASE}/tokens/{made['service_request_id']}.json").json()
    assert token == [{"service_request_id": made["service_request_id"], "token": made["service_request_id"]}]


@pytest.mark.parametrize("ending", ["json", "xml"])
def test_the_sender_is_handed_the_address_of_the_receipt(
    center: Running, public: httpx.Client, form: dict[str, Any], ending: str
) -> None:
    reply = post(center, form, ending)
    made = reply.json()[0] if ending == "json" else {one.tag: one.text for one in xml(reply)[0]}
    address = made["service_notice"].split()[-1]
    assert address.startswith(f"{center.base}/portal/receipt#")
    position = address.partition("#")[2].partition(".")[0]
    one = center.center
    center.call(seal(one.world, one.ledger, one.signer))
    proof = public.get("/api/v1/audit/inclusion", params={"position": position}).json()
    [(_, entry)] = center.call(one.ledger.entries(int(position), 1))
    assert proof["position"] == int(position)
    assert entry.stream == f"case:{made['service_request_id']}"
    assert address.endswith(code_of(int(position), entry.digest))
    token = public.get(f"{BASE}/tokens/{made['service_request_id']}.json").json()[0]
    read = public.get(f"{BASE}/requests/{token['service_request_id']}.json").json()[0]
    assert read["service_notice"].endswith(address), "whoever came by a token reads it with the request"


def test_xml_posts_and_pictures(center: Running, form: dict[str, Any]) -> None:
    picture = io.BytesIO()
    Image.new("RGB", (4, 4)).save(picture, "PNG")
    reply = post(center, form, "xml", files={"media": ("a.png", picture.getvalue(), "image/png")})
    assert reply.status_code == 201
    id = xml(reply).findtext("request/service_request_id")
    with center.client("desk") as desk:
        assert len(desk.get(f"/api/v1/cases/{id}").json()["photos"]) == 1


def test_an_address_in_words_waits_at_the_desk(center: Running, public: httpx.Client, form: dict[str, Any]) -> None:
    words = {k: v for k, v in form.items() if k not in ("lat", "long")} | {"address_string": "by the old harbor"}
    id = post(center, words).json()[0]["service_request_id"]
    listed = public.get(f"{BASE}/requests/{id}.json").json()[0]
    assert (listed["lat"], listed["long"], listed["status"]) == (None, None, "open")
    assert "old harbor" not in str(listed)


def test_lists_are_filtered_and_paged(center: Running, public: httpx.Client, form: dict[str, Any]) -> None:
    ids = [post(center, form).json()[0]["service_request_id"] for _ in range(3)]
    every = public.get(f"{BASE}/requests.json?service_code=street.pothole&status=open,closed").json()
    jsonschema.validate(every, REQUESTS)
    pages = [public.get(f"{BASE}/requests.json", params={"page_size": 2, "page": n}).json() for n in (1, 2)]
    together = public.get(f"{BASE}/requests.json?page_size=4").json()
    assert pages[0] + pages[1] == together
    assert [one["service_request_id"] for one in together[:3]] == ids[::-1]
    by_id = public.get(f"{BASE}/requests.json", params={"service_request_id": f"{ids[0]},{ids[2]},nonsense"}).json()
    assert {one["service_request_id"] for one in by_id} == {ids[0], ids[2]}
    assert all(one["status"] == "closed" for one in public.get(f"{BASE}/requests.json?status=closed").json())
    assert public.get(f"{BASE}/requests.json?end_date=2020-01-01T00:00:00Z").json() == []
    later = public.get(f"{BASE}/requests.json?start_date=2020-01-01T00:00:00Z").json()
    assert later == []


BAD_LISTS = [
    ("requests.json?status=maybe", 400),
    ("requests.json?start_date=today", 400),
    ("requests.json?start_date=2020-01-01T00:00:00", 400),
    ("requests.json?start_date=2020-01-01T00:00:00Z&end_date=2020-12-01T00:00:00Z", 400),
    ("requests.json?start_date=9999-12-31T00:00:00Z", 400),
    ("requests.json?page=0", 400),
    ("requests.json?bogus=1", 400),
    ("requests.json?jurisdiction_id=elsewhere", 404),
    ("services.json?jurisdiction_id=elsewhere", 404),
    ("requests/nonsense.json", 404),
    ("requests/01a202b3-264e-7695-aa54-026be293d29f.json", 404),
    ("tokens/nonsense.json", 404),
    ("services/%01.json", 404),
    ("requests.json?service_request_id=%00", 400),
]


@pytest.mark.parametrize(("path", "status"), BAD_LISTS)
def test_errors_have_the_standards_shape(public: httpx.Client, path: str, status: int) -> None:
    reply = public.get(f"{BASE}/{path}")
    assert reply.status_code == status, reply.text
    jsonschema.validate(reply.json(), ERRORS)
    assert reply.json()[0]["code"] == str(status)
    tree = xml(public.get(f"{BASE}/{path}".replace(".json", ".xml")))
    assert tree.tag == "errors"
    assert tree.findtext("error/code") == str(status)


BAD_POSTS = [
    ({"service_code": ""}, 400),
    ({"service_code": "no.such"}, 400),
    ({"service_code": "no.such\x01"}, 400),
    ({"lat": "91"}, 400),
    ({"lat": "north"}, 400),
    ({"lat": "nan"}, 400),
    ({"lat": ""}, 400),
    ({"lat": "", "long": ""}, 400),
    ({"lat": "1", "long": "2"}, 400),
    ({"description": "x" * 4001}, 400),
    ({"bogus": "1"}, 400),
    ({"jurisdiction_id": "elsewhere"}, 404),
    ({"api_key": "wrong"}, 403),
    ({"description": "\x00"}, 400),
]


@pytest.mark.parametrize(("change", "status"), BAD_POSTS, ids=str)
def test_bad_posts_store_nothing(
    center: Running, public: httpx.Client, form: dict[str, Any], change: dict[str, Any], status: int
) -> None:
    before = public.get(f"{BASE}/requests.json").json()
    for ending in ("json", "xml"):
        reply = post(center, form | change, ending)
        assert reply.status_code == status, reply.text
    assert public.get(f"{BASE}/requests.json").json() == before


def test_strangers_and_other_forms_are_refused(public: httpx.Client, form: dict[str, Any]) -> None:
    assert public.post(f"{BASE}/requests.json", data=form).status_code == 403
    assert public.post(f"{BASE}/requests.json", json=form).status_code == 415
    assert public.post(f"{BASE}/requests.json", content=b"a=%ff").status_code == 400
    assert public.delete(f"{BASE}/requests.json").status_code == 405
    assert public.get(f"{BASE}/services.yaml").status_code == 404
    assert public.get(f"{BASE}/nothing").status_code == 404


def test_a_center_may_let_strangers_report_but_seldom(tmp_path: Path, form: dict[str, Any]) -> None:
    center = running(None, tmp_path / "data", anonymous_open311=True, anonymous_per_minute=2)
    with center as small, small.client() as stranger:
        replies = [stranger.post(f"{BASE}/requests.json", data=form) for _ in range(3)]
        assert [one.status_code for one in replies] == [201, 201, 429]
        assert "/portal/receipt#" in replies[0].json()[0]["service_notice"]
        jsonschema.validate(replies[-1].json(), ERRORS)
        assert stranger.post(f"{BASE}/requests.json", data={"api_key": "wrong", **form}).status_code == 403
        assert stranger.post("/api/v1/reports", json={"place": {"address": "x"}}).status_code == 401

"""Reports over HTTP: what goes in comes out, and every kind of bad input is a problem that stored nothing."""

import io
import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from PIL import Image
from running import Running


@pytest.fixture
def desk(center: Running) -> Iterator[httpx.Client]:
    """The duty desk's client."""
    with center.client("desk") as client:
        yield client


@pytest.fixture
def point(center: Running) -> dict[str, float]:
    """A point of the city."""
    places = center.center.city.places
    lon, lat = places.center(next(iter(places.shapes)))
    return {"lon": lon, "lat": lat}


def count(client: httpx.Client) -> int:
    """How many cases there are."""
    return int(client.get("/api/v1/cases?limit=1").json()["total"])


def jpeg(size: tuple[int, int] = (40, 20), orientation: int = 1) -> bytes:
    """A picture with a camera's metadata, place included."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = "SecretCamera"
    exif.get_ifd(0x8825)[1] = "N"
    out = io.BytesIO()
    Image.new("RGB", size, "red").save(out, "JPEG", exif=exif)
    return out.getvalue()


def test_a_report_is_routed_and_found_again(desk: httpx.Client, point: dict[str, float]) -> None:
    reply = desk.post("/api/v1/reports", json={"type": "street.pothole", "place": point, "text": "坑 hole"})
    assert reply.status_code == 201
    made = reply.json()
    assert (made["grid"], made["owner"], made["at_desk"]) == ("TW-H1-G1", "roads", False)
    detail = desk.get(f"/api/v1/cases/{made['id']}").json()
    assert detail["person"]["text"] == "坑 hole"
    assert detail["case"]["number"] == made["number"]


def test_a_retry_gives_the_first_answer(desk: httpx.Client, point: dict[str, float]) -> None:
    headers = {"idempotency-key": "phone-1"}
    body = {"type": "street.pothole", "place": point}
    first = desk.post("/api/v1/reports", json=body, headers=headers)
    before = count(desk)
    again = desk.post("/api/v1/reports", json=body, headers=headers)
    assert again.json() == first.json()
    assert count(desk) == before
    other = desk.post("/api/v1/reports", json={**body, "urgent": True}, headers=headers)
    assert (other.status_code, other.json()["code"]) == (422, "key_reused")


BAD = [
    (b"", 400, "malformed"),
    (b"{", 400, "malformed"),
    (b"\xff\xfe", 400, "malformed"),
    (b'{"text":"\xff"}', 400, "malformed"),
    (b'{"text":"\\ud800"}', 400, "malformed"),
    (b'{"text":"a\\u0000b"}', 422, "invalid"),
    (b'{"text":"1","text":"2"}', 422, "invalid"),
    (b'{"place":{"lon":1,"lon":2,"lat":3}}', 422, "invalid"),
    (b'{"place":{"lon":NaN,"lat":1}}', 400, "malformed"),
    (b'{"place":{"lon":1e999,"lat":1}}', 422, "invalid"),
    (b'{"place":{"lon":"85.3","lat":1}}', 422, "invalid"),
    (b'{"place":{"lon":true,"lat":1}}', 422, "invalid"),
    (b'{"place":{"lon":181,"lat":1}}', 422, "invalid"),
    (b'{"place":{"lon":85.3}}', 422, "invalid"),
    (b'{"place":{}}', 422, "no_place"),
    (b'{"bogus":1}', 422, "invalid"),
    (b"[]", 422, "invalid"),
    (b"null", 422, "invalid"),
    (b'{"a":' + b"[" * 30_000, 422, "invalid"),
    (b'{"text":"' + b"x" * 4001 + b'"}', 422, "invalid"),
    (b'{"place":{"address":"x"},"type":"no.such"}', 422, "unknown_type"),
    (b'{"place":{"address":"x"},"source":"no-such"}', 422, "unknown_source"),
    (b'{"place":{"address":"x"},"happened_at":"2999-01-01T00:00:00Z"}', 422, "future"),
    (b'{"place":{"address":"x"},"happened_at":"1800-01-01T00:00:00Z"}', 422, "too_old"),
    (b'{"place":{"address":"x"},"happened_at":"2026-01-01T00:00:00"}', 422, "invalid"),
    (b'{"place":{"address":"x"},"happened_at":"0001-01-01T00:00:00+23:00"}', 422, "too_old"),
    (b'{"place":{"address":"x"},"happened_at":"9999-12-31T23:59:59-23:00"}', 422, "future"),
    (b'{"place":{"address":"x"},"happened_at":1e18}', 422, "invalid"),
]


@pytest.mark.parametrize(("body", "status", "code"), BAD, ids=lambda value: str(value)[:40])
def test_bad_reports_are_refused_and_nothing_is_stored(desk: httpx.Client, body: bytes, status: int, code: str) -> None:
    before = count(desk)
    reply = desk.post("/api/v1/reports", content=body, headers={"content-type": "application/json"})
    problem = reply.json()
    assert (reply.status_code, problem["code"]) == (status, code), problem
    assert reply.headers["content-type"] == "application/problem+json"
    assert problem["detail"]
    assert problem["do"]
    assert count(desk) == before


def test_swapped_coordinates_are_told(desk: httpx.Client, point: dict[str, float]) -> None:
    swapped = {"lon": point["lat"], "lat": point["lon"]}
    problem = desk.post("/api/v1/reports", json={"place": swapped}).json()
    assert problem["code"] == "swapped"


def test_problems_speak_the_readers_language(desk: httpx.Client) -> None:
    by_header = desk.post("/api/v1/reports", json={"x": 1}, headers={"accept-language": "zh-CN,zh;q=0.9"}).json()
    by_query = desk.post("/api/v1/reports?lang=zh", json={"x": 1}).json()
    english = desk.post("/api/v1/reports?lang=en", json={"x": 1}, headers={"accept-language": "zh"}).json()
    assert by_header["detail"] == by_query["detail"]
    assert "字段有误" in by_query["detail"]
    assert "A field is wrong" in english["detail"]
    assert english["errors"] == [{"path": "$.x", "message": "Object contains unknown field `x`"}]


def test_a_body_too_large_is_refused_announced_or_not(desk: httpx.Client) -> None:
    huge = b'{"text":"' + b"x" * 70_000 + b'"}'
    headers = {"content-type": "application/json"}
    announced = desk.post("/api/v1/reports", content=huge, headers=headers)
    streamed = desk.post("/api/v1/reports", content=iter([huge[:40_000], huge[40_000:]]), headers=headers)
    assert (announced.status_code, streamed.status_code) == (413, 413)


def test_other_media_types_are_refused(desk: httpx.Client) -> None:
    for media in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data"):
        reply = desk.post("/api/v1/reports", content=b"{}", headers={"content-type": media})
        assert (reply.status_code, reply.json()["code"]) == (415, "media_type")


def send_form(client: httpx.Client, report: Any, files: list[tuple[str, bytes]]) -> httpx.Response:
    """A multipart report."""
    parts: list[Any] = [("report", (None, json.dumps(report), "application/json"))]
    parts += [("photo", (name, data, "image/jpeg")) for name, data in files]
    return client.post("/api/v1/reports", files=parts)


def test_photos_lose_their_metadata_and_stand_upright(desk: httpx.Client, point: dict[str, float]) -> None:
    reply = send_form(desk, {"place": point}, [("a.jpg", jpeg((40, 20), orientation=6)), ("b.jpg", jpeg())])
    assert reply.status_code == 201, reply.text
    detail = desk.get(f"/api/v1/cases/{reply.json()['id']}").json()
    assert len(detail["photos"]) == 2
    kept = desk.get(detail["photos"][0]["url"])
    assert kept.headers["content-type"] == "image/jpeg"
    image = Image.open(io.BytesIO(kept.content))
    assert image.size == (20, 40)
    assert not image.getexif()
    assert b"SecretCamera" not in kept.content


def test_png_with_alpha_and_text_chunks_becomes_a_bare_jpeg(desk: httpx.Client, point: dict[str, float]) -> None:
    out = io.BytesIO()
    Image.new("RGBA", (8, 8), (0, 0, 0, 0)).save(out, "PNG")
    reply = send_form(desk, {"place": point}, [("a.png", out.getvalue())])
    assert reply.status_code == 201
    photo = desk.get(f"/api/v1/cases/{reply.json()['id']}").json()["photos"][0]
    image = Image.open(io.BytesIO(desk.get(photo["url"]).content)).convert("RGB")
    assert image.getpixel((4, 4)) == (255, 255, 255)


def png_bomb() -> bytes:
    """A PNG that announces 900 megapixels in a few hundred bytes."""
    out = io.BytesIO()
    Image.new("1", (8, 8)).save(out, "PNG")
    raw = bytearray(out.getvalue())
    import struct
    import zlib

    raw[16:24] = struct.pack(">II", 30_000, 30_000)
    raw[29:33] = struct.pack(">I", zlib.crc32(bytes(raw[12:29])))
    return bytes(raw)


BAD_PHOTOS = [
    ([("a.txt", b"hello")], 422, "photo_unreadable"),
    ([("a.jpg", jpeg()[:200])], 422, "photo_unreadable"),
    ([("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>")], 422, "photo_unreadable"),
    ([("bomb.png", png_bomb())], 413, "too_large"),
    ([(f"{n}.jpg", jpeg()) for n in range(5)], 422, "invalid"),
    ([("big.jpg", b"\xff\xd8" + b"0" * (8 * 1024 * 1024))], 413, "too_large"),
]


@pytest.mark.parametrize(("files", "status", "code"), BAD_PHOTOS, ids=lambda value: str(value)[:20])
def test_bad_photos_refuse_the_whole_report(
    desk: httpx.Client, point: dict[str, float], files: list[tuple[str, bytes]], status: int, code: str
) -> None:
    before = count(desk)
    reply = send_form(desk, {"place": point}, files)
    assert (reply.status_code, reply.json()["code"]) == (status, code), reply.text
    assert count(desk) == before


def raw_form(*parts: bytes, end: bytes = b"--B--\r\n") -> bytes:
    """A hand-made multipart body."""
    return b"".join(b"--B\r\n" + part + b"\r\n" for part in parts) + end


REPORT = b'Content-Disposition: form-data; name="report"\r\n\r\n{"place":{"address":"x"}}'
BAD_FORMS = [
    (b"", 400),
    (b"garbage", 400),
    (raw_form(REPORT, end=b""), 400),
    (raw_form(), 422),
    (raw_form(REPORT, REPORT), 422),
    (raw_form(b'Content-Disposition: form-data; name="other"\r\n\r\n1'), 422),
    (raw_form(REPORT, b'Content-Disposition: form-data; name="evil"; filename="x"\r\n\r\n1'), 422),
    (raw_form(b"Content-Disposition: form-data\r\n\r\n1"), 422),
    (raw_form(b'Content-Disposition: form-data; name="report"\r\n\r\n{"text":"\xff"}'), 400),
    (raw_form(b'Content-Disposition: form-data; name="\xff"\r\n\r\n1'), 400),
    (raw_form(b'Content-Disposition: form-data; name="report"\r\n\r\n' + b"x" * 70_000), 413),
]


@pytest.mark.parametrize(("body", "status"), BAD_FORMS, ids=lambda value: str(value)[:30])
def test_bad_forms_are_refused(desk: httpx.Client, body: bytes, status: int) -> None:
    reply = desk.post("/api/v1/reports", content=body, headers={"content-type": "multipart/form-data; boundary=B"})
    assert reply.status_code == status, reply.text
    assert reply.json()["code"]

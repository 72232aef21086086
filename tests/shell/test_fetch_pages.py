"""Rows of an HTTP service: each kind of paging, a service that dies, changes, floods or leads elsewhere; the version before stays."""

from pathlib import Path

import pytest
from shell.desk import SourceDesk
from shell.pages_server import Answer, Script, half, ok, serving

from northbank.core.origin import Pages
from northbank.core.refusal import Refused

SHOPS = [{"编号": str(n), "名称": f"店 {n}", "座位数": n, "店主": {"姓": "王"}} for n in range(1, 8)]


def page(path: str, query: dict[str, str], n: int) -> Answer:
    at = int(query["page"])
    return ok({"data": {"list": SHOPS[(at - 1) * 3 : at * 3]}})


def offset(path: str, query: dict[str, str], n: int) -> Answer:
    at, size = int(query["from"]), int(query["rows"])
    return ok(SHOPS[at : at + size])


def cursor(path: str, query: dict[str, str], n: int) -> Answer:
    at = int(query.get("after", "0"))
    return ok({"rows": SHOPS[at : at + 2], "next": str(at + 2) if at + 2 < len(SHOPS) else None})


def link(path: str, query: dict[str, str], n: int) -> Answer:
    at = int(query.get("at", "0"))
    more = {"link": f'</shops?at={at + 3}>; rel="next"'} if at + 3 < len(SHOPS) else {}
    return ok(SHOPS[at : at + 3], **more)


def link_inside(path: str, query: dict[str, str], n: int) -> Answer:
    at = int(query.get("at", "0"))
    return ok({"rows": SHOPS[at : at + 4], "links": {"next": "?at=4" if at == 0 else ""}})


KINDS: dict[str, tuple[Script, dict[str, object], int]] = {
    "page": (page, {"rows": "data.list", "paging": "page", "param": "page", "size_param": "size", "size": 3}, 3),
    "page, no size": (page, {"rows": "data.list", "paging": "page", "param": "page"}, 4),
    "offset": (offset, {"paging": "offset", "param": "from", "size_param": "rows", "size": 4}, 2),
    "cursor": (cursor, {"rows": "rows", "paging": "cursor", "param": "after", "next": "next"}, 4),
    "link": (link, {"paging": "link"}, 3),
    "link inside": (link_inside, {"rows": "rows", "paging": "link", "next": "links.next"}, 2),
    "none": (lambda path, query, n: ok(SHOPS), {}, 1),
}


@pytest.mark.parametrize("kind", KINDS)
async def test_pages_come_one_after_the_other(tmp_path: Path, kind: str) -> None:
    script, origin, asked = KINDS[kind]
    desk = SourceDesk(tmp_path, TOKEN="Bearer s3cret")
    with serving(script) as server:
        said = {**origin, "url": f"{server.url}/shops", "headers": {"Authorization": "env:TOKEN"}}
        desk.comes_from(Pages(**said))  # type: ignore[arg-type]
        batch = (await desk.fetch()).statement
        assert batch is not None
        assert (batch.rows, batch.good, batch.bad) == (7, 7, 0)
        assert batch.origin == f"http {server.url}/shops"
        assert [name for _, name in await desk.rows()] == [shop["名称"] for shop in SHOPS]
        assert len(server.asked) == asked
        assert {headers["authorization"] for _, _, headers in server.asked} == {"Bearer s3cret"}
        assert (await desk.fetch()).statement is None, "the same rows again are known"
    assert not (tmp_path / "lake" / "shops" / "fetched").exists()
    desk.memory.check()


async def test_a_service_that_dies_in_the_middle_leaves_the_version_before(tmp_path: Path) -> None:
    desk = SourceDesk(tmp_path)
    dead = False

    def script(path: str, query: dict[str, str], n: int) -> Answer:
        answer = page(path, query, n)
        return half({"data": {"list": SHOPS}}) if dead and query["page"] == "2" else answer

    with serving(script) as server:
        desk.comes_from(Pages(url=server.url, rows="data.list", paging="page", param="page", size_param="size", size=3))
        await desk.fetch()
        SHOPS.append({"编号": "8", "名称": "店 8", "座位数": 8, "店主": {"姓": "李"}})
        try:
            dead = True
            with pytest.raises(Refused, match=r"does not answer: page 2: .*Nothing was taken"):
                await desk.fetch()
            assert desk.waited == [1, 2, 4, 8], "tried again, each time after twice as long"
            assert len(await desk.rows()) == 7
            assert len(await desk.past()) == 1
            dead = False
            batch = (await desk.fetch()).statement
            assert batch is not None
            assert batch.n == 2
            assert len(await desk.rows()) == 8
        finally:
            SHOPS.pop()


async def test_what_passes_is_tried_again(tmp_path: Path) -> None:
    desk = SourceDesk(tmp_path)
    answers = [(503, {"retry_after": "7"}, b""), (429, {}, b""), half(SHOPS), ok(SHOPS)]
    with serving(lambda path, query, n: answers[n - 1]) as server:
        desk.comes_from(Pages(url=server.url))
        batch = (await desk.fetch()).statement
    assert batch is not None
    assert (batch.good, desk.waited) == (7, [7, 2, 4])


REFUSED: dict[str, tuple[Script, dict[str, object], str]] = {
    "another shape": (lambda path, query, n: ok({"items": SHOPS}), {"rows": "data.list"}, "data.list is not there, no list of rows"),
    "no list": (lambda path, query, n: ok({"data": {"list": "x"}}), {"rows": "data.list"}, "is varchar, no list of rows"),
    "no objects": (lambda path, query, n: ok([1, 2]), {}, "2 of its rows are no objects"),
    "turned down": (lambda path, query, n: (403, {}, b"{}"), {}, "answers with status 403"),
    "another host": (lambda path, query, n: (302, {"location": "http://localhost:1/x"}, b""), {}, "leads to another host"),
    "another scheme": (lambda path, query, n: (302, {"location": "file:///etc/passwd"}, b""), {}, "leads to another host"),
    "in circles": (lambda path, query, n: (302, {"location": "/again"}, b""), {}, "redirects without end"),
    "link elsewhere": (lambda path, query, n: ok(SHOPS, link='<http://localhost:1/>; rel="next"'), {"paging": "link"}, "another host"),
    "the same page": (lambda path, query, n: ok(SHOPS), {"paging": "page", "param": "page"}, "page 2 is page 1 again"),
    "too many pages": (lambda path, query, n: ok([{"编号": str(n)}]), {"paging": "page", "param": "p", "most_pages": 3}, "more than the contract allows"),
    "too large": (lambda path, query, n: (200, {}, b" " * (1 << 21)), {"most_mb": 1}, "more than the contract allows"),
    "no json": (lambda path, query, n: (200, {}, b"<html>"), {}, "no JSON, or half of one"),
}  # fmt: skip


@pytest.mark.parametrize("kind", REFUSED)
async def test_a_service_that_is_not_as_the_contract_says_is_refused(tmp_path: Path, kind: str) -> None:
    script, origin, words = REFUSED[kind]
    desk = SourceDesk(tmp_path)
    with serving(script) as server:
        desk.comes_from(Pages(url=server.url, **origin))  # type: ignore[arg-type]
        with pytest.raises(Refused, match=words):
            await desk.fetch()
    assert await desk.past() == []
    assert not (tmp_path / "lake" / "shops" / "fetched").exists()


async def test_nothing_new_is_no_batch_and_a_missing_secret_is_named(tmp_path: Path) -> None:
    desk = SourceDesk(tmp_path)
    with serving(lambda path, query, n: ok([])) as server:
        desk.comes_from(Pages(url=server.url))
        assert (await desk.fetch()).statement is None
        for reference in ("env:TOKEN", "file:token", "file:..", "env:PATH"):
            desk.comes_from(Pages(url=server.url, headers={"X-Key": reference}))
            with pytest.raises(Refused, match="is not there"):
                await desk.fetch()
        (tmp_path / "secrets").mkdir()
        (tmp_path / "secrets" / "token").write_text("abc\n")
        desk.comes_from(Pages(url=server.url, headers={"X-Key": "file:token"}))
        await desk.fetch()
        assert server.asked[-1][2]["x-key"] == "abc"
    desk.contract(origin=None)
    with pytest.raises(Refused, match="does not say where its rows come from"):
        await desk.fetch()

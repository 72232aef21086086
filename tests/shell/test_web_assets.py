"""The screens' files: what is served, how long it may be kept, and that nothing outside the folder is."""

import gzip
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from running import PACK

from northbank.pack.load import load
from northbank.shell.web.assets import Assets
from northbank.shell.web.security import Guard


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A built user interface, with a secret beside it."""
    dist = tmp_path / "dist"
    (dist / "assets").mkdir(parents=True)
    (dist / "index.html").write_text("<!doctype html><title>screen</title>")
    (dist / "assets" / "main-abc123.js").write_text("let a = 1")
    (dist / "assets" / "main-abc123.js.gz").write_bytes(gzip.compress(b"let a = 1"))
    (tmp_path / "secret.txt").write_text("secret")
    (dist / "link.txt").symlink_to(tmp_path / "secret.txt")
    return dist


@pytest.fixture
async def client(folder: Path) -> Iterator[httpx.AsyncClient]:  # type: ignore[misc]
    """A client of the files alone, through the guard that turns refusals into problems."""
    app = Guard(Assets(folder), load(PACK), False, ())
    transport = httpx.ASGITransport(app=app)  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as one:
        yield one


async def test_screens_get_the_page_and_hashed_files_stay_for_good(client: httpx.AsyncClient) -> None:
    for path in ("/", "/wall", "/desk", "/desk/", "/data/catalog", "/data/sets/shops"):
        page = await client.get(path)
        assert page.headers["content-type"] == "text/html; charset=utf-8"
        assert page.headers["cache-control"] == "no-cache"
    script = await client.get("/assets/main-abc123.js")
    assert script.text == "let a = 1"
    assert "immutable" in script.headers["cache-control"]
    assert script.headers["content-encoding"] == "gzip"
    plain = await client.get("/assets/main-abc123.js", headers={"accept-encoding": "identity"})
    assert "content-encoding" not in plain.headers
    again = await client.get("/", headers={"if-none-match": page.headers["etag"]})
    assert again.status_code == 304


@pytest.mark.parametrize(
    "path",
    [
        "/../secret.txt",
        "/data/sets/",
        "/data/sets/a/b",
        "/assets/../../secret.txt",
        "/%2e%2e/secret.txt",
        "/..%2fsecret.txt",
        "/..%5csecret.txt",
        "//etc/passwd",
        "/%00",
        "/link.txt",
        "/assets",
        "/assets/main-abc123.js.gz",
        "/" + "a" * 5000,
        "/nope",
    ],
)
async def test_nothing_outside_the_folder_is_served(client: httpx.AsyncClient, path: str) -> None:
    reply = await client.get(f"http://test{path}")
    assert reply.status_code == 404
    assert "secret" not in reply.text.replace("secret.txt", "")

"""The built screens from disk: hashed files for good, the page for each screen's address, nothing outside the folder."""

import mimetypes
import os
from pathlib import Path
from stat import S_ISREG

import anyio
import msgspec

from northbank.core.refusal import Refused
from northbank.shell.web.wire import Receive, Reply, Scope, Send, header, send_reply

SCREENS = (
    "/",
    "/wall",
    "/desk",
    "/town",
    "/unit",
    "/reports",
    "/reports/readings",
    "/lab",
    "/portal/receipt",
    "/data",
    "/data/catalog",
    "/data/quality",
    "/data/lineage",
    "/data/inventory",
    "/data/requests",
    "/data/console",
    "/data/links",
    "/data/quarantine",
)  # grows with the screens: an address without a screen is a 404, not an empty page
ONE_OF = ("/data/sets/",)  # screens of one thing each, whose code follows
_FOREVER = b"public, max-age=31536000, immutable"
_ASK_AGAIN = b"no-cache"
_PACKED = ((b"br", ".br"), (b"gzip", ".gz"))

_NOT_BUILT = b"""<!doctype html><meta charset="utf-8"><title>Northbank</title>
<p>The screens are not built. Run <code>make ui</code>.</p><p>\xe7\x95\x8c\xe9\x9d\xa2\xe5\xb0\x9a\xe6\x9c\xaa\xe6\x9e\x84\xe5\xbb\xba\xef\xbc\x8c\xe8\xaf\xb7\xe8\xbf\x90\xe8\xa1\x8c <code>make ui</code>\xe3\x80\x82</p>"""

_NO_PAGE = """<!doctype html><meta charset="utf-8"><title>404 · Northbank</title>
<p>There is no such page. <a href="/">Start</a></p><p>没有该页面。<a href="/">首页</a></p>""".encode()


class _File(msgspec.Struct, frozen=True):
    """One file as it was last read, with its packed copies."""

    stamp: tuple[int, int]
    body: bytes
    packed: tuple[tuple[bytes, bytes], ...]


class Assets:
    """Answers GET and HEAD for every path no route claims."""

    def __init__(self, folder: Path | None) -> None:
        self.folder = folder.resolve() if folder is not None else None
        self.files: dict[Path, _File] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a file, a screen's page, or a 404 problem."""
        if scope["method"] not in ("GET", "HEAD"):
            raise Refused("method", method=scope["method"], allowed="GET, HEAD")
        try:
            reply = await self.reply(scope)
        except Refused:
            if b"text/html" not in header(scope, b"accept"):
                raise
            reply = Reply(404, _NO_PAGE, b"text/html; charset=utf-8")
        await send_reply(scope, send, reply)

    async def reply(self, scope: Scope) -> Reply:
        """The answer for the scope's path."""
        path: str = scope["path"]
        if _is_screen(path):
            found = await self.load("index.html")
            if found is None:
                return Reply(200, _NOT_BUILT, b"text/html; charset=utf-8", ((b"cache-control", _ASK_AGAIN),))
            return _answer(scope, "index.html", found)
        found = await self.load(path.removeprefix("/"))
        if found is None:
            raise Refused("not_found", what="page")
        return _answer(scope, path, found)

    async def load(self, name: str) -> _File | None:
        """The file under the folder, or None for anything else, links leading out included."""
        if self.folder is None or not name or "\x00" in name or "\\" in name or name.endswith((".br", ".gz")):
            return None
        return await anyio.to_thread.run_sync(self._load, self.folder, name)

    def _load(self, folder: Path, name: str) -> _File | None:
        try:
            path = (folder / name).resolve(strict=True)
            status = path.stat()
        except (OSError, ValueError, RuntimeError):
            return None
        if not path.is_relative_to(folder) or not S_ISREG(status.st_mode):
            return None
        stamp = (status.st_mtime_ns, status.st_size)
        have = self.files.get(path)
        if have is None or have.stamp != stamp:
            have = self.files[path] = _File(stamp, path.read_bytes(), _packed(path))
        return have


def _packed(path: Path) -> tuple[tuple[bytes, bytes], ...]:
    found = ((coding, Path(f"{path}{ending}")) for coding, ending in _PACKED)
    return tuple((coding, copy.read_bytes()) for coding, copy in found if copy.is_file())


def _is_screen(path: str) -> bool:
    """Whether a screen has this address; whether there is such a thing is for the screen to say."""
    before, _, code = path.rstrip("/").rpartition("/")
    one = f"{before}/" in ONE_OF and bool(code)
    return one or path in SCREENS or path.rstrip("/") in SCREENS


def _answer(scope: Scope, name: str, found: _File) -> Reply:
    tag = f'"{found.stamp[0]:x}-{found.stamp[1]:x}"'.encode()
    cache = _FOREVER if "/assets/" in f"/{name}" else _ASK_AGAIN
    headers = [(b"cache-control", cache), (b"etag", tag), (b"vary", b"accept-encoding")]
    if header(scope, b"if-none-match") == tag:
        return Reply(304, b"", headers=tuple(headers))
    body, wanted = found.body, header(scope, b"accept-encoding")
    for coding, packed in found.packed:
        if coding in wanted:
            headers.append((b"content-encoding", coding))
            body = packed
            break
    return Reply(200, body, media_for(name), tuple(headers))


def media_for(name: str) -> bytes:
    """The media type by the file's ending."""
    ending = os.path.splitext(name)[1]
    if ending in (".js", ".mjs"):
        return b"text/javascript; charset=utf-8"
    if ending == ".webmanifest":
        return b"application/manifest+json"
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    return f"{kind}; charset=utf-8".encode() if kind.startswith("text/") else kind.encode()

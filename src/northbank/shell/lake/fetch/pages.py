"""Rows of a service that answers in JSON, page by page: streamed to a file, taken apart by the engine, never by Python.

A page counts whole or not at all. Redirects and links lead nowhere but to the same host; every limit is a refusal.
"""

import asyncio
import hashlib
import shutil
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import duckdb
import httpx
import msgspec

from northbank.core.origin import Pages
from northbank.core.refusal import Refused
from northbank.ports.data import Progress
from northbank.ports.sources import Waiting
from northbank.shell.lake.fetch.secrets import Secrets

TRIES = 5
REDIRECTS = 3
LONGEST = 60.0  # seconds that a server may ask to wait
TIMEOUT = httpx.Timeout(60.0, connect=10.0)
PASSING = {408, 425, 429, 500, 502, 503, 504}
PAGE_MB = 256
OPEN = ("http", "https")


class _Failed(Exception):
    """A try that may pass another time. wait: what the server asked for in seconds."""

    def __init__(self, why: str, wait: float | None = None) -> None:
        super().__init__(why)
        self.wait = wait


class Page(msgspec.Struct, frozen=True):
    """One page that came whole. rows: in it. next: the cursor or link that stands in it. digest: of its bytes."""

    rows: int
    next: str
    digest: str


async def fetch_pages(
    pages: Pages, folder: Path, code: str, secrets: Secrets, wait: Waiting, engine: Mapping[str, str], tell: Progress,
    transport: httpx.AsyncBaseTransport | None = None,
) -> Path | None:  # fmt: skip
    """All pages as one file of JSON lines; None where there are no rows. Refused: see ports/sources."""
    headers = {"accept": "application/json", "user-agent": "northbank"}
    headers |= {name: secrets.read(reference) for name, reference in pages.headers.items()}
    config = {
        **engine,
        "temp_directory": str(folder / "spill"),
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
    }
    duck = duckdb.connect(config=config)  # type: ignore[arg-type]
    options = {
        "timeout": TIMEOUT,
        "follow_redirects": False,
        "trust_env": False,
        "headers": headers,
        "transport": transport,
    }
    try:
        async with httpx.AsyncClient(**options) as client:  # type: ignore[arg-type]
            return await _Run(pages, folder, code, client, wait, duck, tell).all()
    finally:
        duck.close()


class _Run:
    """One run through all pages."""

    def __init__(
        self, pages: Pages, folder: Path, code: str, client: httpx.AsyncClient, wait: Waiting, duck: duckdb.DuckDBPyConnection,
        tell: Progress,
    ) -> None:  # fmt: skip
        self._pages = pages
        self._code = code
        self._client = client
        self._wait = wait
        self._duck = duck
        self._tell = tell
        self._body, self._part, self._all = folder / "page.json", folder / "page.jsonl", folder / f"{code}.jsonl"
        self._bytes = 0

    async def all(self) -> Path | None:
        """Page after page until there are no more."""
        url: str | None = self._pages.url
        asked = dict(self._pages.query)
        if self._pages.size_param:
            asked[self._pages.size_param] = str(self._pages.size)
        at, cursor, rows, last = self._pages.first if self._pages.paging == "page" else 0, "", 0, ""
        for n in range(1, self._pages.most_pages + 1):
            page = await self._page(url or "", self._asked(asked, at, cursor, n), n)
            if page.rows and page.digest == last:
                raise self._refused(
                    "source_changed",
                    why=f"page {n} is page {n - 1} again: it does not go by {self._pages.param or 'links'}",
                )
            rows, last = rows + page.rows, page.digest
            self._tell("fetch", n / (n + 10))
            match self._pages.paging:
                case "none":
                    more = False
                case "page":
                    more, at = self._goes_on(page), at + 1
                case "offset":
                    more, at = self._goes_on(page), at + page.rows
                case "cursor":
                    more, cursor = bool(page.next) and page.next != cursor, page.next
                case "link":
                    more, url = bool(page.next), self._same_host(urljoin(url or "", page.next)) if page.next else None
            if not more:
                self._tell("fetch", 1.0)
                return self._all if rows else None
        raise self._refused("source_too_large", most=f"{self._pages.most_pages} pages")

    def _goes_on(self, page: Page) -> bool:
        """A page that is not full is the last one; where no size was asked for, an empty one is."""
        return page.rows >= max(1, self._pages.size)

    def _asked(self, asked: Mapping[str, str], at: int, cursor: str, n: int) -> dict[str, str]:
        """The parameters of a page."""
        match self._pages.paging:
            case "page" | "offset":
                return {**asked, self._pages.param: str(at)}
            case "cursor" if cursor:
                return {**asked, self._pages.param: cursor}
            case "link" if n > 1:
                return {}  # a link says all of it
            case _:
                return dict(asked)

    async def _page(self, url: str, asked: Mapping[str, str], n: int) -> Page:
        """One page, tried again while it may pass."""
        wait = 1.0
        for attempt in range(1, TRIES + 1):
            try:
                header, digest = await self._stream(url, asked)
                return await asyncio.to_thread(self._take, n, header, digest)
            except (_Failed, httpx.TransportError) as error:
                if attempt == TRIES:
                    why = str(error) or type(error).__name__
                    raise self._refused("source_down", why=f"page {n}: {why}") from None
                asked_for = error.wait if isinstance(error, _Failed) else None
                await self._wait(min(LONGEST, asked_for or wait))
                wait *= 2
        raise AssertionError("a try ends in a page or a refusal")

    async def _stream(self, url: str, asked: Mapping[str, str]) -> tuple[str, str]:
        """The bytes of one answer into the file of the page; the link of its header, and its digest."""
        for _ in range(REDIRECTS + 1):
            request = self._client.build_request("GET", url, params=asked or None)
            answer = await self._client.send(request, stream=True)
            try:
                if answer.is_redirect:
                    url, asked = self._same_host(urljoin(url, answer.headers.get("location", ""))), {}
                    continue
                if answer.status_code in PASSING:
                    raise _Failed(f"it answers {answer.status_code}", _seconds(answer.headers.get("retry-after", "")))
                if answer.status_code != 200:
                    raise self._refused("source_refused", status=answer.status_code)
                return _next_link(answer), await self._keep(answer)
            finally:
                await answer.aclose()
        raise self._refused("source_changed", why="it redirects without end")

    async def _keep(self, answer: httpx.Response) -> str:
        sha, size, most = hashlib.sha256(), 0, min(PAGE_MB, self._pages.most_mb) << 20
        with self._body.open("wb") as file:
            async for block in answer.aiter_bytes():
                size += len(block)
                if size > most or self._bytes + size > self._pages.most_mb << 20:
                    raise self._refused(
                        "source_too_large",
                        most=f"{min(PAGE_MB, self._pages.most_mb)} MB a page, {self._pages.most_mb} MB in all",
                    )
                sha.update(block)
                file.write(block)
        self._bytes += size
        return sha.hexdigest()

    def _take(self, n: int, header: str, digest: str) -> Page:
        """The rows of the page are put behind those that came before. A page that is no JSON may be half of one."""
        path, body = _json_path(self._pages.rows), str(self._body)
        try:
            found = self._duck.execute(
                "select json_valid(content), case when json_valid(content) then json_type(content, $2) end, "
                "case when json_valid(content) then json_extract_string(content, $3) end from read_text($1)",
                [body, path, _json_path(self._pages.next)],
            ).fetchone()
        except duckdb.Error as error:
            raise _Failed(f"its answer cannot be read ({str(error).splitlines()[0][:120]})") from None
        valid, kind, following = found or (False, None, None)
        if not valid:
            raise _Failed("its answer is no JSON, or half of one")
        if kind != "ARRAY":
            where = self._pages.rows or "the answer"
            raise self._refused(
                "source_changed", why=f"page {n}: {where} is {str(kind or 'not there').lower()}, no list of rows"
            )
        rows = self._append(body, path, n)
        if not self._pages.next:
            following = header if self._pages.paging == "link" else ""
        return Page(rows, following or "", digest)

    def _append(self, body: str, path: str, n: int) -> int:
        """One line for each row, by the engine."""
        others = self._duck.execute(
            "select count(*) filter (where json_type(r) <> 'OBJECT') from "
            "(select unnest(from_json(json_extract(content, $2), '[\"JSON\"]')) as r from read_text($1))",
            [body, path],
        ).fetchone()  # fmt: skip
        if others and others[0]:
            raise self._refused("source_changed", why=f"page {n}: {others[0]} of its rows are no objects")
        self._duck.execute(
            "copy (select unnest(from_json(json_extract(content, $2), '[\"JSON\"]'))::varchar from read_text($1)) to $3 "
            "(format csv, header false, quote '', escape '', delimiter '\x01')",
            [body, path, str(self._part)],
        )
        with self._part.open("rb") as part, self._all.open("ab") as whole:
            shutil.copyfileobj(part, whole, 1 << 20)
        row = self._duck.execute("select json_array_length(content, $2) from read_text($1)", [body, path]).fetchone()
        return int(row[0]) if row else 0

    def _same_host(self, url: str) -> str:
        """The address itself, where it leads to the host of the contract."""
        here, there = urlsplit(self._pages.url), urlsplit(url)
        if there.scheme not in OPEN or (there.scheme, there.hostname, there.port) != (
            here.scheme,
            here.hostname,
            here.port,
        ):
            raise self._refused("source_changed", why=f"it leads to another host ({there.scheme}://{there.hostname})")
        return url

    def _refused(self, code: str, **values: object) -> Refused:
        parts = urlsplit(self._pages.url)
        return Refused(code, code=self._code, source=f"{parts.scheme}://{parts.netloc}{parts.path}", **values)


def _json_path(dotted: str) -> str:
    return "$" + "".join(f'."{part}"' for part in dotted.split(".") if part)


def _next_link(answer: httpx.Response) -> str:
    try:
        return str(answer.links.get("next", {}).get("url", ""))
    except (ValueError, KeyError):
        return ""


def _seconds(text: str) -> float | None:
    return float(text) if text.isascii() and text.isdigit() else None

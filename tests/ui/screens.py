"""Pages of real Chromium over a running center, watched: an error, a foreign request or a broken rule fails the test."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, Locator, Page

Lang = Literal["zh", "en"]
Size = tuple[int, int]

PHONE: Size = (390, 844)
LAPTOP: Size = (1440, 900)
SCREEN: Size = (1920, 1080)
LED: Size = (3840, 1080)

FLAGS = (
    "--no-sandbox",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--enable-unsafe-swiftshader",
)
LOCALES = {"zh": "zh-CN", "en": "en-US"}

# Rules of the page's own policy that were broken, and shifts of the layout, from the first moment on.
SPY = """
addEventListener("securitypolicyviolation", (event) => console.error(`policy: ${event.violatedDirective} ${event.blockedURI}`));
window.shifts = [];
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) {
    const from = entry.sources.map((source) => source.node?.className ?? source.node?.nodeName ?? "?");
    window.shifts.push({ value: entry.value, at: entry.startTime, from });
  }
}).observe({ type: "layout-shift", buffered: true });
"""

# A machine without WebGL: the map says what it would show, everything else works, and drawing costs nothing.
FLAT = """
const getContext = HTMLCanvasElement.prototype.getContext;
HTMLCanvasElement.prototype.getContext = function (kind, ...more) {
  return kind.startsWith("webgl") ? null : getContext.call(this, kind, ...more);
};
"""


class Screens:
    """Opens pages of one center. Every page is a visitor of its own."""

    def __init__(self, browser: Browser, base: str, password: str) -> None:
        self.browser = browser
        self.base = base
        self.password = password
        self.faults: list[str] = []
        self.expected: list[re.Pattern[str]] = []
        self.contexts: list[BrowserContext] = []

    def open(
        self,
        path: str,
        login: str | None = None,
        lang: Lang = "en",
        size: Size = LAPTOP,
        flat: bool = False,
        **more: Any,
    ) -> Page:
        """A new page at `path`, signed in where a login is given. flat: the machine has no WebGL."""
        width, height = size
        context = self.browser.new_context(
            viewport={"width": width, "height": height}, locale=LOCALES[lang], base_url=self.base, **more
        )
        context.set_default_timeout(20_000)
        context.add_init_script(SPY + FLAT if flat else SPY)
        self.contexts.append(context)
        self._watch(context)
        if login is not None:
            self.sign_in(context, login)
        page = context.new_page()
        page.goto(path)
        return page

    def sign_in(self, context: BrowserContext, login: str) -> None:
        """Take a session without the form."""
        reply = context.request.post(
            "/api/v1/session", data={"login": login, "password": self.password}, headers={"origin": self.base}
        )
        assert reply.ok, reply.text()

    def expects(self, *patterns: str) -> None:
        """Say beforehand which console errors belong to what the test does."""
        self.expected += [re.compile(one) for one in patterns]

    def close(self) -> None:
        """End every visit and say what went wrong in any of them."""
        for context in self.contexts:
            context.close()
        found = [fault for fault in self.faults if not any(rule.search(fault) for rule in self.expected)]
        assert not found, "\n".join(found)

    def _watch(self, context: BrowserContext) -> None:
        own = urlsplit(self.base).netloc

        def asked(url: str) -> None:
            where = urlsplit(url)
            if where.scheme not in ("data", "blob") and where.netloc != own:
                self.faults.append(f"left the server: {url}")

        context.on("request", lambda request: asked(request.url))
        context.on("weberror", lambda error: self.faults.append(f"error: {error.error}"))
        context.on(
            "console",
            lambda said: said.type == "error" and self.faults.append(f"console: {said.text} {said.location['url']}"),
        )


@contextmanager
def screens(browser: Browser, base: str, password: str) -> Iterator[Screens]:
    """Pages for the time of the block; faults are raised at its end unless the block failed by itself."""
    one = Screens(browser, base, password)
    try:
        yield one
    except BaseException:
        for context in one.contexts:
            context.close()
        raise
    one.close()


def number(text: str) -> int:
    """The first whole number of a text: `1,096 cases` is 1096."""
    found = re.search(r"\d[\d,]*", text)
    assert found, f"no number in {text!r}"
    return int(found.group().replace(",", ""))


def tile(page: Page, title: str) -> Locator:
    """The tile with this title."""
    return page.locator(
        ".tile", has=page.locator(".tile-head h2", has_text=re.compile(f"^\\s*{re.escape(title)}\\s*$"))
    )

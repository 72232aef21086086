"""Real Chromium over a real center. The center of most suites is packs/_template in a thread, shared by all of them.

Suites that kill a center, or need the demo, start one as a process of its own (processes.py).
"""

import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect, sync_playwright
from running import PASSWORD, Running, center
from ui.demo import demo
from ui.processes import Process
from ui.screens import FLAGS, Screens, screens
from ui.seeding import seed

__all__ = ["center"]  # a fixture too


def pytest_addoption(parser: pytest.Parser) -> None:
    """--keep-pictures writes what the browser saw to docs/pictures."""
    parser.addoption("--keep-pictures", action="store_true", help="write the pictures of the screens to docs/pictures")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One Chromium a file: Playwright holds the thread's event loop, which other suites need back."""
    expect.set_options(timeout=15_000)
    with sync_playwright() as playwright:
        path = os.environ.get("CHROMIUM") or "/usr/bin/chromium"
        with playwright.chromium.launch(executable_path=path, args=list(FLAGS)) as one:
            yield one


@pytest.fixture(scope="session")
def city(center: Running) -> Running:
    """The center with some sixty cases in every state, late and soon ones too."""
    seed(center)
    return center


@pytest.fixture
def visit(browser: Browser, city: Running) -> Iterator[Screens]:
    """Watched pages of the filled center."""
    with screens(browser, city.base, PASSWORD) as one:
        yield one


@pytest.fixture(scope="session")
def jiangbei(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    """The demo, caught up with its day."""
    with demo(tmp_path_factory.mktemp("demo")) as one:
        yield one

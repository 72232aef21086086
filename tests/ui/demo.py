"""The demo of Jiangbei as a person starts it, caught up with its simulated day, for the suites that look at it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
from ui.processes import Process, free_port

PASSWORD = "northbank-demo"  # the demo prints it for everybody


@contextmanager
def demo(folder: Path) -> Iterator[Process]:
    """A running demo."""
    one = Process("demo", "jiangbei", folder / "data", free_port())
    try:
        await_now(one.base)
        yield one
    finally:
        one.stop()


def await_now(base: str) -> None:
    """Until the center says that its invented past has come to the present; each look at it waits for news."""
    client = httpx.Client(base_url=base, timeout=60, trust_env=False)
    with client, client.stream("GET", "/live") as live:
        for line in live.iter_lines():
            if line.startswith("data: ") and client.get("/readyz").json()["told"]:
                return
    raise AssertionError("the demo hung up")

"""The demo of Jiangbei as a person starts it, caught up with its simulated day, for the suites that look at it."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import httpx
from ui.processes import Process, free_port

PASSWORD = "northbank-demo"  # the demo prints it for everybody
RECENT = timedelta(minutes=10)


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
    """Until the stream tells of the present: the simulated day before it has been played."""
    client = httpx.Client(base_url=base, timeout=60, trust_env=False)
    with client, client.stream("GET", "/live") as live:
        for line in live.iter_lines():
            if line.startswith("data: "):
                tick = json.loads(line.removeprefix("data: "))
                now = datetime.fromisoformat(tick["at"])
                if any(now - datetime.fromisoformat(row["at"]) < RECENT for row in tick.get("stream", ())):
                    return
    raise AssertionError("the demo hung up")

"""Linkage of two registers of invented persons: minutes, memory and F1 against the planted truth, beside Splink used by hand.

Both are processes of their own with the same model, cleaning, engine and memory limit, one after the other; on a machine that does other
work compare the processor time. by hand means: clean, predict, group, write.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import msgspec
from result import Result, machine, tidy

HERE = Path(__file__).resolve().parent


class Size(msgspec.Struct, frozen=True):
    """rows: of each register. memory: of the engine."""

    rows: int = 1_000_000
    memory: str = "3GB"


TINY = Size(rows=2_000, memory="500MB")


async def measure(size: Size) -> Result:
    """Make the registers once, link them by both."""
    where = machine()
    with tempfile.TemporaryDirectory(prefix="nb-link-") as folder:
        found = {way: _once(way, Path(folder), size) for way in ("make", "house", "hand")}
    house, hand = found["house"], found["hand"]
    figures = {
        "rows_each": size.rows, "seconds": house["seconds"], "cpu_s": house["cpu_s"], "peak_mb": house["peak_mb"], "f1": house["f1"],
        "precision": house["precision"], "recall": house["recall"], "entities": house["entities"],
    }  # fmt: skip
    ceiling = {f"by_hand_{name}": hand[name] for name in ("seconds", "cpu_s", "peak_mb", "f1")}
    return Result(
        name="link", machine=where, figures={name: tidy(value) for name, value in figures.items()},
        ceiling={name: tidy(value) for name, value in ceiling.items()},
        ratio={name: tidy(house[name] / hand[name]) for name in ("seconds", "cpu_s", "peak_mb")},
    )  # fmt: skip


def _once(way: str, folder: Path, size: Size) -> dict[str, float]:
    command = [sys.executable, str(HERE / "link_once.py"), way, str(folder), str(size.rows), size.memory]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found

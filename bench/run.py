"""Runs one benchmark and shows it: `python bench/run.py NAME [--json] [--tiny] [--rows N]`. NAME: intake, live, place, import, duplicates, proof, setup, suggest, page, lifecycle, growth, feed, replay, simulate,
metrics, collect, delta, lookup, collect-growth, dashboard, link, all.

--tiny is for the test that every benchmark still runs; its figures mean nothing.
"""

import argparse
import importlib
import sys

import msgspec
import uvloop
from result import Result, show
from rich.console import Console

MODULES = {
    "intake": "intake",
    "live": "live",
    "place": "place",
    "import": "import_file",
    "duplicates": "duplicates",
    "proof": "proof",
    "setup": "setup",
    "suggest": "suggest",
    "page": "page",
    "lifecycle": "lifecycle",
    "growth": "growth",
    "feed": "feed",
    "replay": "replay",
    "simulate": "simulate",
    "metrics": "metrics",
    "collect": "collect",
    "delta": "delta",
    "lookup": "lookup",
    "collect-growth": "collect_growth",
    "dashboard": "dashboard",
    "link": "link",
}


def run(name: str, tiny: bool, rows: int | None = None) -> Result:
    """Measure one. rows: where it is a benchmark of rows."""
    module = importlib.import_module(MODULES[name])
    size = module.TINY if tiny else module.Size()
    if rows is not None and hasattr(size, "rows"):
        size = msgspec.structs.replace(size, rows=rows)
    result: Result = uvloop.run(module.measure(size))
    return result


def main() -> int:
    """Entry point."""
    reader = argparse.ArgumentParser(
        prog="northbank bench", description="Measure against a ceiling taken in the same run."
    )
    reader.add_argument("name", choices=[*MODULES, "all"])
    reader.add_argument("--json", action="store_true", help="one JSON object instead of a table")
    reader.add_argument(
        "--tiny", action="store_true", help="too small to mean anything: for the test of the benchmarks"
    )
    reader.add_argument(
        "--rows", type=int, help="rows of collect, delta, lookup, collect-growth (58000000) and link (1000000)"
    )
    asked = reader.parse_args()
    for name in MODULES if asked.name == "all" else [asked.name]:
        result = run(name, asked.tiny, asked.rows)
        if asked.json:
            sys.stdout.write(msgspec.json.encode(result).decode() + "\n")
        else:
            show(result, Console())
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

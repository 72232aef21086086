"""Runs one benchmark and shows it: `python bench/run.py NAME [--json] [--tiny]`. NAME: intake, live, place, import, duplicates, proof, setup, suggest, page, lifecycle, growth, feed, replay, simulate, metrics, all.

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
}


def run(name: str, tiny: bool) -> Result:
    """Measure one."""
    module = importlib.import_module(MODULES[name])
    result: Result = uvloop.run(module.measure(module.TINY if tiny else module.Size()))
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
    asked = reader.parse_args()
    for name in MODULES if asked.name == "all" else [asked.name]:
        result = run(name, asked.tiny)
        if asked.json:
            sys.stdout.write(msgspec.json.encode(result).decode() + "\n")
        else:
            show(result, Console())
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

"""Collecting what the departments of a district delivered: seconds and peak memory, beside DuckDB alone over the same files.

The ceilings are taken in the same run: `bare` reads and casts only, `script` is the best that was written by hand (collect_once.py).
A batch of changes follows, a hundredth of the rows; then rows are looked up and grouped (asked.py) in the same lake.
"""

import asyncio
import os
import shutil
import sys
import tempfile
import time
from asyncio.subprocess import PIPE
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
from asked import look_up
from bodies import the_city
from departments import Delivery, deliver, rows_of
from result import Result, machine, tidy

HERE = Path(__file__).resolve().parent


class Size(msgspec.Struct, frozen=True):
    """How much is measured. looks: rows that are looked up."""

    rows: int = 58_000_000
    looks: int = 2000
    pack: str = "jiangbei"


TINY = Size(400, 20, "_template")


async def work(what: str, pack: str, data: Path, deliveries: Path, planted: list[Delivery]) -> dict[str, Any]:
    """One way of collecting, in a process of its own."""
    command = [
        str(HERE / "collect_once.py"),
        what,
        pack,
        str(data),
        str(deliveries),
        msgspec.json.encode(planted).decode(),
    ]
    process = await asyncio.create_subprocess_exec(sys.executable, *command, stdout=PIPE)
    said, _ = await process.communicate()
    if process.returncode:
        raise RuntimeError(f"{what} ended with code {process.returncode}")
    found: dict[str, Any] = msgspec.json.decode(said.splitlines()[-1])
    return found


async def collected(size: Size, folder: Path) -> tuple[list[Delivery], float, dict[str, Any]]:
    """Deliver and collect: what was planted, seconds of delivering, how it went."""
    city = the_city(size.pack)
    begun = time.perf_counter()
    planted = await deliver(city, rows_of(city, size.rows), folder / "files")
    took = time.perf_counter() - begun
    return planted, took, await work("ours", size.pack, folder / "data", folder / "files", planted)


async def changed(size: Size, folder: Path, share: int = 100) -> dict[str, Any]:
    """A second batch of every data set that brings changes, of the hundredth part of its rows."""
    city = the_city(size.pack)
    base = rows_of(city, size.rows)
    rows = {code: max(60, n // share) for code, n in base.items() if city.datasets[code].each == "changes"}
    planted = await deliver(city, rows, folder / "changes", 2, base)
    return await work("ours", size.pack, folder / "data", folder / "changes", planted)


@contextmanager
def scratch() -> Iterator[Path]:
    """A folder for one run, in the temporary one or where NORTHBANK_BENCH_FOLDER says; gone with its files afterwards."""
    where = os.environ.get("NORTHBANK_BENCH_FOLDER")
    if where is not None:
        Path(where).mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="northbank-bench-", dir=where) as name:
        yield Path(name)


async def measure(size: Size) -> Result:
    """Ours first, then what else is asked of the lake, then DuckDB alone."""
    where = machine()
    with scratch() as folder:
        planted, inventing, found = await collected(size, folder)
        changes = await changed(size, folder)
        looked = await look_up(size.pack, folder / "data", size.looks)
        lake_mb = sum(one.stat().st_size for one in (folder / "data" / "lake").rglob("*.parquet")) / 1e6
        shutil.rmtree(folder / "data")
        alone = {}
        for what in ("bare", "script"):
            alone[what] = await work(what, size.pack, folder / what, folder / "files", [])
            shutil.rmtree(folder / what)
        csv_mb = sum(one.stat().st_size for one in (folder / "files").rglob("*.csv")) / 1e6
    figures = {
        "rows": found["rows"], "csv_mb": tidy(csv_mb), "lake_mb": tidy(lake_mb), "invent_s": tidy(inventing), "collect_s": tidy(found["seconds"]), "collect_cpu_s": tidy(found["cpu"]),
        "rows_per_s": tidy(found["rows"] / found["seconds"]), "peak_mb": tidy(found["peak_mb"]),
        "planted": sum(one.planted.bad for one in planted), "wrong": found["wrong"] + changes["wrong"],
        "delta_s": tidy(changes["seconds"]), "delta_rows": changes["rows"],
    }  # fmt: skip
    figures |= {name: tidy(value) for name, value in looked.items()}
    ceiling = {
        f"{what}_{unit}": tidy(one[key])
        for what, one in alone.items()
        for unit, key in (("s", "seconds"), ("cpu_s", "cpu"), ("peak_mb", "peak_mb"))
    }
    ratio = {f"over_{what}": tidy(found["seconds"] / max(1e-3, one["seconds"])) for what, one in alone.items()}
    ratio["cpu_over_script"] = tidy(found["cpu"] / max(1e-3, alone["script"]["cpu"]))
    ratio["delta_over_whole"] = tidy(changes["seconds"] / found["seconds"])
    return Result(name="collect", machine=where, figures=figures, ceiling=ceiling, ratio=ratio)

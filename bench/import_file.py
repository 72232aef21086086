"""Import of a file of records: rows a second beside parsing and COPY, and whether memory stays flat as files grow."""

import tempfile
from pathlib import Path
from typing import Any

import msgspec
from bodies import ROOT, the_city
from child import child
from records import write_map, write_records
from result import Result, machine, median, tidy


class Size(msgspec.Struct, frozen=True):
    """How much is measured."""

    records: int = 10_000
    long: int = 100_000
    rounds: int = 3
    pack: str = "jiangbei"


TINY = Size(records=200, long=0, rounds=1, pack="_template")


async def measure(size: Size) -> Result:
    """The short file several times, alternating with the ceiling; the long one once each, for the memory."""
    where = machine()
    city = the_city(size.pack)
    with tempfile.TemporaryDirectory(prefix="northbank-bench-") as name:
        folder = Path(name)
        write_map(folder / "map.toml", city)
        write_records(folder / "short.csv", city, size.records)
        write_records(folder / "long.csv", city, size.long)
        rounds = [await _both(size, folder, "short.csv", f"{n}") for n in range(size.rounds)]
        ours, bare = median([one for one, _ in rounds]), median([one for _, one in rounds])
        long, bare_long = await _both(size, folder, "long.csv", "long") if size.long else (ours, bare)
    figures = {"rows_per_s": ours["rows_per_s"], "rows_per_s_long": tidy(long["rows_per_s"])}
    figures |= {"peak_mb": ours["peak_mb"], "peak_mb_long": tidy(long["peak_mb"]), "before_mb": ours["before_mb"]}
    figures |= {"records": size.records, "records_long": size.long, "table_rows_per_record": ours["table_rows"]}
    ceiling = {"rows_per_s": bare["rows_per_s"], "rows_per_s_long": tidy(bare_long["rows_per_s"])}
    ratio = {name: tidy(figures[name] / ceiling[name]) for name in ceiling}
    ratio["peak_long_over_short"] = tidy(figures["peak_mb_long"] / figures["peak_mb"])
    return Result(name="import", machine=where, figures=figures, ceiling=ceiling, ratio=ratio)


async def _both(size: Size, folder: Path, file: str, mark: str) -> tuple[dict[str, float], dict[str, float]]:
    pack = str(ROOT / "packs" / size.pack)
    async with child("once_import.py", pack, f"{folder}/real-{mark}", f"{folder}/{file}", f"{folder}/map.toml") as one:
        found: dict[str, Any] = one.hello
    if found["taken"] != found["records"]:
        raise RuntimeError(f"{found['records'] - found['taken']} records were turned down")
    tables = found["tables"]
    async with child(
        "once_copy.py", f"{folder}/bare-{mark}", f"{folder}/{file}", msgspec.json.encode(tables).decode()
    ) as other:
        bare = other.hello
    ours = {
        "rows_per_s": found["records"] / found["seconds"], "peak_mb": found["peak_mb"], "before_mb": found["before_mb"],
        "table_rows": sum(table["rows"] for table in tables.values()),
    }  # fmt: skip
    return ours, {"rows_per_s": bare["records"] / bare["seconds"]}

"""Looking rows up by key, and grouping all rows by person. The ceiling is the same look-up as a plain query over the whole data set."""

from asked import look_up, scan
from collect import Size, collected, scratch
from result import Result, machine, tidy

TINY = Size(400, 20, "_template")


async def measure(size: Size) -> Result:
    """A lake that is filled, then asked."""
    where = machine()
    with scratch() as folder:
        await collected(size, folder)
        found = await look_up(size.pack, folder / "data", size.looks)
        bare = await scan(size.pack, folder / "data")
    figures = {name: tidy(value) for name, value in found.items()}
    ratio = {"lookup_over_scan": tidy(figures["lookup_p50_ms"] / max(1e-3, bare))}
    return Result(name="lookup", machine=where, figures=figures, ceiling={"scan_ms": tidy(bare)}, ratio=ratio)

"""A second batch that changes a hundredth of the rows: its time as a share of the first batch's."""

from collect import Size, changed, collected, scratch
from result import Result, machine, tidy

TINY = Size(400, 0, "_template")


async def measure(size: Size) -> Result:
    """The whole, then the changes."""
    where = machine()
    with scratch() as folder:
        _, _, whole = await collected(size, folder)
        part = await changed(size, folder)
    figures = {
        "rows": part["rows"],
        "delta_s": tidy(part["seconds"]),
        "peak_mb": tidy(part["peak_mb"]),
        "wrong": part["wrong"],
    }
    ceiling = {"rows": whole["rows"], "collect_s": tidy(whole["seconds"]), "peak_mb": tidy(whole["peak_mb"])}
    ratio = {"delta_over_whole": tidy(part["seconds"] / whole["seconds"])}
    return Result(name="delta", machine=where, figures=figures, ceiling=ceiling, ratio=ratio)

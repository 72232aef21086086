"""Collecting a tenth, three tenths and all of the rows: whether the time grows as the rows do."""

import msgspec
from collect import Size as One
from collect import collected, scratch
from result import Result, machine, tidy


class Size(msgspec.Struct, frozen=True):
    """How much is measured."""

    rows: int = 58_000_000
    pack: str = "jiangbei"


TINY = Size(1200, "_template")


async def measure(size: Size) -> Result:
    """Each size in a center of its own. The ceiling is the cost of a row at the smallest size."""
    where = machine()
    figures, ceiling, ratio = {}, {}, {}
    for rows in (size.rows // 10, size.rows * 3 // 10, size.rows):
        with scratch() as folder:
            _, _, found = await collected(One(rows, 0, size.pack), folder)
        cost = found["seconds"] / found["rows"] * 1e6
        ceiling = ceiling or {"us_a_row": tidy(cost)}
        figures |= {
            f"collect_s_{rows}": tidy(found["seconds"]),
            f"us_a_row_{rows}": tidy(cost),
            f"peak_mb_{rows}": tidy(found["peak_mb"]),
        }
        ratio[f"us_a_row_{rows}"] = tidy(cost / max(1e-9, ceiling["us_a_row"]))
    return Result(name="collect-growth", machine=where, figures=figures, ceiling=ceiling, ratio=ratio)

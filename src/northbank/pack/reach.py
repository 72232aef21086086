"""Whether the calendars of a pack reach as far as its limits do, for cases of a given day.

The only check that can fail without a change of the pack: time goes by. It runs where the day is known.
"""

from collections.abc import Iterator
from datetime import date, timedelta

from northbank.core.city import City
from northbank.core.horizon import WARN, Horizon, horizons
from northbank.pack.fault import Fault
from northbank.pack.files import PackFiles


def reach_faults(files: PackFiles, city: City, today: date) -> Iterator[Fault]:
    """A fault for each limit that cannot be dated for a case of `today`; a warning where that comes within 60 days."""
    lines = {row.id: (line, row) for line, row in files.table("limits")}
    for end in horizons(city):
        if end.last is not None and today + WARN <= end.last:
            continue
        line, row = lines[end.limit]
        hours = f" in the hours of '{end.office}'" if end.office else ""
        span = f"limit '{end.limit}' ({row.amount} {row.unit}){hours}"
        over = end.last is None or today > end.last
        since = today if end.last is None or over else end.last + timedelta(days=1)
        yield Fault(
            "limits.csv",
            line,
            f"{span} running into {end.year}, which has no calendar, for cases from {since} on",
            _file(end),
            warning=not over,
            chinese=(
                f"时限 '{end.limit}'（{row.amount} {row.unit}）自 {since} 起的事件将跨入 {end.year} 年，而该年没有工作日历",
                f"文件 calendar/{end.year}.toml，并在 pack.toml 的 [years] 中将 last 改为 {end.year}",
            ),
        )


def _file(end: Horizon) -> str:
    return f"a file calendar/{end.year}.toml, and last = {end.year} in [years] of pack.toml"

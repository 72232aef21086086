"""A long file out of a short real one: the same requests again and again, later each time, with numbers of their own."""

import csv
import gzip
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path

STEP = timedelta(weeks=2)  # whole weeks: a Monday's requests stay a Monday's


def write_repeated(extract: Path, target: Path, count: int, number: str, times: Mapping[str, str]) -> None:
    """Write `count` records. number: the column of the sender's numbers; times: column of a time -> its format."""
    with target.open("w", encoding="utf-8", newline="") as written:
        out: csv.DictWriter[str] | None = None
        left, again = count, 0
        while left > 0:
            with gzip.open(extract, "rt", encoding="utf-8", newline="") as opened:
                for row in csv.DictReader(opened):
                    if out is None:
                        out = csv.DictWriter(written, list(row))
                        out.writeheader()
                    if left == 0:
                        return
                    row[number] = f"{row[number]}-{again}"
                    for column, form in times.items():
                        row[column] = _later(row[column], form, again)
                    out.writerow(row)
                    left -= 1
            again += 1


def _later(found: str, form: str, again: int) -> str:
    return f"{datetime.strptime(found, form) + again * STEP:{form}}" if found else found

"""A center full of cases, made quickly: a few true ones, repeated with times, ids and numbers of their own, put in by COPY.

The true ones are a city's real requests where that file lies beside the checkout, else reports that walked part of their way
(lives.py). Every row is the card of its folded case, as the journal writes it, except that no copy asks to be woken: years of due times
would all be marked while something else is measured. The journal is filled only by who needs it (growth.py).
"""

import asyncio
import re
import tempfile
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
from bodies import ROOT
from lives import walk_some

from northbank.core.card import Card
from northbank.core.case import Case, Task
from northbank.core.number import case_number
from northbank.shell.settings import Settings
from northbank.shell.sources.importer import import_file
from northbank.shell.store.journal import case_row
from northbank.wiring import Center

REAL = ROOT.parent / "shared" / "data" / "la_311"
PACK = ROOT / "packs" / "losangeles"
STEP = timedelta(weeks=2)  # whole weeks: a Monday's cases stay a Monday's
FIRST_SERIAL = 5_000_000  # copies are numbered from here on
HELPED = 50  # of so many copies one has a second unit asked for its part
REPORTERS = 40  # the copies are spread over so many people who report
COLUMNS = [*Card.__struct_fields__, "doc"]
WAKE = COLUMNS.index("wake_at")
_TIME = re.compile(r'"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d))"')
_decode = msgspec.json.Decoder(Case).decode


def settings(data: Path, pack: str, real: bool) -> Settings:
    """Of a center for it: the city of the real file, or the one asked for."""
    if real and REAL.is_dir():
        return Settings(pack=PACK, areas=REAL, data=data, port=0)
    return Settings(pack=ROOT / "packs" / pack, data=data, port=0)


async def seed(center: Center, seeds: int) -> None:
    """The true cases."""
    if center.settings.areas == REAL:
        with tempfile.TemporaryDirectory(prefix="northbank-bench-") as folder:
            file = PACK / "maps" / "requests.toml"
            await import_file(
                center,
                REAL / "requests_2018-12.csv.gz",
                file,
                rejects=Path(folder) / "rejects.csv",
                stop=asyncio.Event(),
            )
    await walk_some(center.world, seeds)


async def fill(center: Center, cases: int) -> None:
    """Repeat the cases there are until there are so many."""
    async with center.pool.acquire() as connection:
        docs = [
            row["doc"]
            for row in await connection.fetch(
                "select doc from cases where reporter not like 'desk%' order by reported_at, id"
            )
        ]
        have = await connection.fetchval("select count(*) from cases")
        units, patterns = sorted(center.city.units), [Pattern(doc) for doc in docs]
        made = copies(patterns, center.city.prefix, units, have - len(docs), cases - have)
        while part := list(islice(made, 20_000)):
            await connection.copy_records_to_table("cases", records=part, columns=COLUMNS, timeout=600)
        await connection.execute("vacuum analyze cases", timeout=3600)


class Pattern:
    """The text of a folded case, cut where its times, id and number stand."""

    def __init__(self, doc: str) -> None:
        case = _decode(doc)
        doc = doc.replace(f'"{case.id}"', '"\x00id"').replace(f'"{case.number}"', '"\x00no"')
        if case.external:
            doc = doc.replace(msgspec.json.encode(case.external).decode(), '"\x00ex"')
        self.external = case.external
        pieces = _TIME.split(doc)
        self.texts, self.times = pieces[::2], [datetime.fromisoformat(one) for one in pieces[1::2]]

    def copy(self, again: float, serial: int, prefix: str) -> str:
        """The same, `again` steps of two weeks earlier."""
        back = STEP * again
        parts = [self.texts[0]]
        for text, at in zip(self.texts[1:], self.times, strict=True):
            parts += ['"', (at - back).isoformat().replace("+00:00", "Z"), '"', text]
        whole = "".join(parts)
        for mark, value in (
            ("id", new_id(serial)),
            ("no", case_number(prefix, serial)),
            ("ex", f"{self.external}-{serial}"),
        ):
            whole = whole.replace(f"\x00{mark}", value)
        return whole


def new_id(serial: int) -> str:
    """Ids that grow, as those of a center do."""
    return str(UUID(int=(0x0170_0000_0000 + serial) << 80 | 0x7000 << 64 | 0x8 << 60 | serial * 2654435761 % (1 << 60)))


def copies(patterns: list[Pattern], prefix: str, units: list[str], made: int, wanted: int) -> Iterator[tuple[Any, ...]]:
    """Rows of the case view. made: how many copies there are already."""
    for n in range(made, made + wanted):
        serial = FIRST_SERIAL + n
        case = _decode(patterns[n % len(patterns)].copy(n // len(patterns) + 1, serial, prefix))
        if serial % HELPED == 0 and case.owner:
            task = Task(n=1, unit=units[serial // HELPED % len(units)], state="asked", asked_at=case.reported_at)
            case = msgspec.structs.replace(case, tasks=(task,))
        row = list(case_row(msgspec.structs.replace(case, reporter=f"desk{serial % REPORTERS}"), 0))
        row[WAKE] = None
        yield tuple(row)

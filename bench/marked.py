"""Requests of a city that marked its own duplicates, as pairs to learn from and to measure on. Read where they lie, never copied.

A request is asked about with what was known when it came: earlier requests near it, and whether they were still open.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path

import duckdb
import msgspec

from northbank.core.duplicates import Part, Sight, compare
from northbank.core.likeness import sketch

FILE = "chicago_311_sanitation/requests.parquet"
RADIUS = 150.0  # meters
DAYS = 30
RECENT = 7  # days after its end in which a request is still a candidate

# The file says one type of request and the nature of the matter in words; these are its natures by class. The
# others ("Other", nothing) say nothing and are compared as unknown.
CLASSES = {
    "Garbage in yard": "garbage",
    "Garbage in alley": "garbage",
    "Dumpster not being emptied": "garbage",
    "Overflowing carts": "garbage",
    "Dog feces in yard": "animals",
    "Construction Site Cleanliness/Fence": "building",
    "Standing water": "water",
    "Graffiti Commercial Vehicle": "graffiti",
}


class Question(msgspec.Struct, frozen=True):
    """One request and its candidates as of its coming: their parts, and whether the candidate ended on the same day."""

    number: str
    at: date
    marked: bool
    pairs: tuple[tuple[tuple[Part, ...], bool], ...]
    plain_rule: bool


_READ = """
create temp table request as
select row_number() over (order by Service_Request_Number, Completion_Date nulls last) as id,
  Service_Request_Number as number, Creation_Date::date as day, Completion_Date::date as ended,
  contains(Status, 'Dup') as marked, nullif(What_is_the_Nature_of_this_Code_Violation, '') as nature,
  upper(trim(Street_Address)) as address, Longitude as lon, Latitude as lat, substr(Service_Request_Number, 4)::int as serial
from read_parquet($1) where Creation_Date >= $2::date and Creation_Date < $3::date
"""
# Days have no hours here. Numbers are given to all requests of the city in turn, so a number's place among those of
# its day tells the hour well enough: some 6,000 a day.
_HOURS = """
create temp table asked as
select r.*, day + to_microseconds((86399e6 * (serial - low) / greatest(high - low, 1))::bigint) as moment
from request r join (select day, min(serial) as low, max(serial) as high from request group by day) using (day)
"""
# The squares of the product's index and their neighbors, so that the join is by equality.
_PAIRS = """
with square as (
  select *, floor(lon * 500)::bigint as x, floor(lat * 500)::bigint as y from asked
), around as (
  select s.*, x + dx as nx, y + dy as ny from square s, unnest([-1, 0, 1]) i(dx), unnest([-1, 0, 1]) j(dy)
), near as (
  select a.id as later, b.id as earlier from around a join square b on b.x = a.nx and b.y = a.ny
   and abs(a.lat - b.lat) * 111320 <= $1 and abs(a.lon - b.lon) * 111320 * cos(radians(a.lat)) <= $1
  union
  select a.id, b.id from asked a join asked b on a.address = b.address
)
select a.id, b.id from near join asked a on a.id = later join asked b on b.id = earlier
where b.number < a.number and b.day between a.day - $2::int and a.day and (b.ended is null or b.ended >= a.day - $3::int)
order by a.number, a.id, b.id
"""
_RULE = """
select distinct a.id from asked a join asked b on a.address = b.address and b.number < a.number
 and b.day between a.day - 7 and a.day
"""


def questions(file: Path, since: date, until: date) -> list[Question]:
    """Every request of [since, until) in the order in which they came; candidates may be older than `since` by none."""
    lake = duckdb.connect()
    lake.execute(_READ, [str(file), since, until])
    lake.execute(_HOURS)
    rows = lake.execute(
        "select id, number, day, ended, marked, nature, address, lon, lat, moment from asked order by number, id"
    ).fetchall()
    sights = {row[0]: _sight(row) for row in rows}
    ended: Mapping[int, date | None] = {row[0]: row[3] for row in rows}
    rule = {row[0] for row in lake.execute(_RULE).fetchall()}
    pairs: dict[int, list[tuple[tuple[Part, ...], bool]]] = {}
    for one, other in lake.execute(_PAIRS, [RADIUS, DAYS, RECENT]).fetchall():
        same_end = ended[one] is not None and ended[one] == ended[other]
        pairs.setdefault(one, []).append((compare(sights[other], sights[one]), same_end))
    return [Question(row[1], row[2], row[4], tuple(pairs.get(row[0], ())), row[0] in rule) for row in rows]


def _sight(row: Sequence[object]) -> Sight:
    _, _, _, ended, _, nature, address, lon, lat, at = row
    klass = CLASSES.get(str(nature))
    assert isinstance(at, datetime)
    # The day of the end has no hour: at its beginning, so that a request that ended on the day of another's coming
    # counts as just closed, not as open.
    return Sight(
        at=at, lon=lon, lat=lat, words=sketch(None, str(address)), type=str(nature) if klass else None, klass=klass,
        closed_at=datetime(ended.year, ended.month, ended.day) if isinstance(ended, date) else None,
    )  # type: ignore[arg-type]  # fmt: skip


def learnable(asked: Sequence[Question]) -> list[tuple[tuple[Part, ...], bool]]:
    """Pairs with marks. The file marks requests, not pairs: of a marked one, the candidate it most likely repeats.

    That is the nearest in time among those that ended on the same day, as the city ends both together; else the nearest of
    all. Ends serve here as marks, for learning only. The other candidates of a marked request are left out.
    """
    found: list[tuple[tuple[Part, ...], bool]] = []
    for one in asked:
        if not one.marked:
            found.extend((parts, False) for parts, _ in one.pairs)
        elif one.pairs:
            together = [parts for parts, same_end in one.pairs if same_end] or [parts for parts, _ in one.pairs]
            found.append((min(together, key=_gap), True))
    return found


def _gap(parts: tuple[Part, ...]) -> tuple[bool, float]:
    values = {part.name: part for part in parts}
    return values["address"].level != "same", values["time"].value or 0.0


def split(asked: Sequence[Question], day: date) -> tuple[list[Question], list[Question]]:
    """Those before a day and those from it on."""
    return [one for one in asked if one.at < day], [one for one in asked if one.at >= day]


SINCE = date(2011, 1, 1)
DAY = timedelta(days=1)

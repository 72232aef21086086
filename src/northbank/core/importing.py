"""A record of somebody else's system, read through a map: which column is what, which of their words is which of ours.

Pure: a record and a map give a Draft or Unfit. Files are read in shell/sources, drafts become cases in history.py.
"""

import math
from collections.abc import Mapping
from datetime import datetime
from typing import Literal

import msgspec

from northbank.core.refusal import Refused
from northbank.core.timeformats import TimeFormats

Names = tuple[str, ...]
Ending = Literal["open", "closed", "rejected"]
Encoding = Literal["utf-8", "gb18030", "gbk", "big5", "cp1252", "latin-1"]
Record = Mapping[str, object]

ANY = "*"  # in a table of words: every other word
LONGEST = {"external": 120, "address": 500, "name": 200, "phone": 40, "email": 200, "text": 20_000}


class Columns(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Field -> column names, tried in order: the first that holds something counts. text: all of them, one per line."""

    reported: Names
    external: Names = ()
    closed: Names = ()
    state: Names = ()
    type: Names = ()
    source: Names = ()
    lon: Names = ()
    lat: Names = ()
    address: Names = ()
    text: Names = ()
    name: Names = ()
    phone: Names = ()
    email: Names = ()
    outcome: Names = ()


class Defaults(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What holds where a record says nothing. reason: why a case was turned down, from the pack's list."""

    source: str = ""
    type: str = ""
    reason: str = ""


class Check(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A column in which the file itself says the area: compared with ours and reported, never followed."""

    columns: Names
    level: Literal["town", "community", "grid"] = "grid"
    prefix: str = ""


class RecordMap(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A MAP.toml. format: left out, the file's ending says it. timezone: of times that name none.

    begins: when a case begins, by the record's own time or when it is imported (old messages handed over today:
    limits run from today, the record's time is kept in its words).
    closed_by_day: a closing at midnight names a day and counts as its end.
    """

    columns: Columns
    times: Names
    timezone: str
    title: str = ""
    format: Literal["csv", "jsonl", "parquet"] | None = None
    encoding: Encoding = "utf-8"
    delimiter: str = ","
    datum: Literal["wgs84", "gcj02"] = "wgs84"
    begins: Literal["record", "import"] = "record"
    closed_by_day: bool = False
    defaults: Defaults = Defaults()
    types: dict[str, str] = {}
    sources: dict[str, str] = {}
    states: dict[str, Ending] = {}
    outcomes: dict[str, str] = {}
    check: Check | None = None


class Draft(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One record in our words. place: its number in the file from 1. line: where it begins. area: what the file calls it."""

    place: int
    line: int
    external: str
    source: str
    reported_at: datetime
    end: Ending = "open"
    ended_at: datetime | None = None
    type: str | None = None
    lon: float | None = None
    lat: float | None = None
    address: str | None = None
    text: str | None = None
    name: str | None = None
    phone: str | None = None
    email: str | None = None
    outcome: str | None = None
    area: str | None = None


class Unfit(Exception):
    """A record that cannot be taken: the column and what stands in it, and the refusal that says why."""

    def __init__(self, column: str, found: object, refusal: Refused) -> None:
        super().__init__(str(refusal))
        self.column = column
        self.found = "" if found is None else str(found)
        self.refusal = refusal


class Mapper:
    """A map made ready. `fallback`: what stands for the number of a record that has none (with the record's place)."""

    def __init__(self, map: RecordMap, fallback: str) -> None:
        self.map = map
        self.fallback = fallback
        self._times = TimeFormats(map.times, map.timezone)
        texts = ("name", "phone", "email", "address")
        self._texts = [(one, getattr(map.columns, one)) for one in texts if getattr(map.columns, one)]

    def external(self, record: Record, place: int) -> str:
        """The sender's own number of the record, or a made one that is the same each time the file is read."""
        found = first(record, self.map.columns.external)[1]
        if found is None:
            return f"{self.fallback}-{place}"
        return _short("external", self.map.columns.external, str(found))

    def reported(self, record: Record) -> datetime:
        """When the record says it was reported."""
        at = self._time(record, "reported", self.map.columns.reported)
        if at is None:
            raise Unfit(" / ".join(self.map.columns.reported), "", Refused("missing", field="reported"))
        return at

    def draft(self, record: Record, place: int, line: int) -> Draft:
        """The record in our words, or Unfit with the first fault found."""
        map, columns = self.map, self.map.columns
        external = self.external(record, place)
        reported = self.reported(record)
        end, ended = self._end(record, reported)
        lon, lat = self._point(record)
        texts = {name: _text(record, name, names) for name, names in self._texts}
        outcome = first(record, columns.outcome)[1]
        area = first(record, map.check.columns)[1] if map.check else None
        return Draft(
            place=place, line=line, external=external, reported_at=reported, end=end, ended_at=ended,
            source=_word(record, columns.source, map.sources, map.defaults.source, "source"),
            type=_word(record, columns.type, map.types, map.defaults.type, "type") or None,
            lon=lon, lat=lat, text=_joined(record, columns.text),
            outcome=map.outcomes.get(str(outcome), map.outcomes.get(ANY)) if outcome is not None else None,
            area=f"{map.check.prefix}{area}" if map.check and area is not None else None, **texts,
        )  # fmt: skip

    def _time(self, record: Record, field: str, names: Names) -> datetime | None:
        column, found = first(record, names)
        if found is None:
            return None
        at = self._times.read(found)
        if at is None:
            raise Unfit(column, found, Refused("no_time", field=field, formats=", ".join(self.map.times)))
        return at

    def _end(self, record: Record, reported: datetime) -> tuple[Ending, datetime | None]:
        columns, map = self.map.columns, self.map
        end: Ending = "open"
        ended = None
        if columns.state:
            column, found = first(record, columns.state)
            known = map.states.get(str(found), map.states.get(ANY)) if found is not None else "open"
            if known is None:
                raise Unfit(column, found, Refused("unmapped", field="state", found=found, table="states"))
            end = known
            if end != "open":
                ended = self._time(record, "closed", columns.closed)
        elif (ended := self._time(record, "closed", columns.closed)) is not None:
            end = "closed"
        if end != "open" and ended is None:
            raise Unfit(" / ".join(columns.closed), "", Refused("missing", field="closed"))
        if ended is not None and map.closed_by_day:
            ended = self._times.end_of_day(ended)
        if ended is not None and ended < reported:
            raise Unfit(
                first(record, columns.closed)[0], ended.isoformat(), Refused("ends_before", at=ended, since=reported)
            )
        return end, ended

    def _point(self, record: Record) -> tuple[float | None, float | None]:
        columns = self.map.columns
        lon, lat = _number(record, columns.lon, "lon"), _number(record, columns.lat, "lat")
        if (lon is None) != (lat is None):
            names = columns.lon if lon is None else columns.lat
            raise Unfit(" / ".join(names), "", Refused("missing", field="lon" if lon is None else "lat"))
        return lon, lat


def first(record: Record, names: Names) -> tuple[str, object]:
    """The first of these columns that holds something, and what; blanks of every script around it are cut off."""
    for name in names:
        found = record.get(name)
        if isinstance(found, str):
            found = found.strip()
        if found is not None and found != "":
            return name, found
    return (names[0] if names else ""), None


def _word(record: Record, names: Names, table: Mapping[str, str], default: str, field: str) -> str:
    column, found = first(record, names)
    if found is None:
        return default
    word = table.get(str(found), table.get(ANY))
    if word is None:
        raise Unfit(column, found, Refused("unmapped", field=field, found=found, table=f"{field}s"))
    return word


def _number(record: Record, names: Names, field: str) -> float | None:
    column, found = first(record, names)
    if found is None:
        return None
    try:
        number = float(str(found))
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise Unfit(column, found, Refused("no_number", field=field))
    return number


def _text(record: Record, field: str, names: Names) -> str | None:
    found = first(record, names)[1]
    return None if found is None else _short(field, names, str(found))


def _joined(record: Record, names: Names) -> str | None:
    found = [str(value) for name in names if (value := first(record, (name,))[1]) is not None]
    return _short("text", names, "\n".join(found)) if found else None


def _short(field: str, names: Names, text: str) -> str:
    if len(text) > LONGEST[field]:
        raise Unfit(" / ".join(names), text[:40], Refused("too_long", field=field, limit=LONGEST[field]))
    if "\0" in text:
        raise Unfit(" / ".join(names), text[:40], Refused("unreadable", why="it holds a NUL character"))
    return text

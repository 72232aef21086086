"""What differs between two versions of a city, by table and code: for a person who is about to switch packs."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import msgspec

from northbank.core.city import City
from northbank.core.worktime import Calendar
from northbank.pack.load import load

TABLES = (
    "areas",
    "units",
    "boards",
    "posts",
    "classes",
    "types",
    "attributes",
    "periods",
    "sources",
    "divisions",
    "datasets",
    "links",
    "bases",
    "reasons",
    "words",
)
LISTS = ("routes", "limits", "ladder", "look_back")
FIELDS = ("id", "name", "prefix", "languages", "timezone", "center", "district")


class Change(msgspec.Struct, frozen=True, order=True):
    """One difference: where, which code, what happened, and the fields with their values before and after."""

    table: str
    code: str
    kind: Literal["added", "removed", "changed", "moved"]
    fields: tuple[tuple[str, str, str], ...] = ()

    def __str__(self) -> str:
        detail = "; ".join(f"{name}: {before} -> {after}" for name, before, after in self.fields)
        return f"{self.table} {self.code} {self.kind}" + (f" ({detail})" if detail else "")


def diff(a: Path, b: Path, areas: Path | None = None) -> list[Change]:
    """Every difference between two pack folders; raises PackFaults where one of them does not load."""
    return compare(load(a, areas), load(b, areas))


def compare(a: City, b: City) -> list[Change]:
    """Every difference from `a` to `b`, in order. Equal versions have none."""
    if a.version == b.version:
        return []
    changes = list(
        _values("city", {name: getattr(a, name) for name in FIELDS}, {name: getattr(b, name) for name in FIELDS})
    )
    for table in TABLES:
        changes += _values(table, getattr(a, table), getattr(b, table))
    for table in LISTS:
        before, after = getattr(a, table), getattr(b, table)
        changes += _values(table, {row.id: row for row in before}, {row.id: row for row in after})
        changes += _moved(table, [row.id for row in before], [row.id for row in after])
    changes += _values("calendar", _days(a.calendar), _days(b.calendar))
    for code in sorted(a.offices.keys() | b.offices.keys()):
        before, after = (_days(city.offices[code]) if code in city.offices else {} for city in (a, b))
        changes += _values(f"office {code}", before, after)
    changes += _values("shapes", _shapes(a), _shapes(b))
    return changes


def _values(table: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Change]:
    for code in sorted(before.keys() | after.keys()):
        if code not in after:
            yield Change(table, code, "removed")
        elif code not in before:
            yield Change(table, code, "added")
        elif before[code] != after[code]:
            yield Change(table, code, "changed", tuple(_fields(before[code], after[code])))


def _fields(before: Any, after: Any) -> Iterator[tuple[str, str, str]]:
    if isinstance(before, msgspec.Struct) and type(before) is type(after):
        for name in before.__struct_fields__:
            if getattr(before, name) != getattr(after, name):
                yield name, _shown(getattr(before, name)), _shown(getattr(after, name))
    else:
        yield "value", _shown(before), _shown(after)


def _moved(table: str, before: Sequence[str], after: Sequence[str]) -> Iterator[Change]:
    """Rows of an ordered list that stand elsewhere now: the first row that fits holds, so order matters."""
    common = set(before) & set(after)
    old = [id for id in before if id in common]
    new = [id for id in after if id in common]
    for place, (was, now) in enumerate(zip(old, new, strict=True), 1):
        if was != now:
            yield Change(table, now, "moved", (("place", str(old.index(now) + 1), str(place)),))


def _days(calendar: Calendar) -> dict[str, Any]:
    week = {f"weekday {number}": spans for number, spans in enumerate(calendar.weekly, 1)}
    return week | {day.isoformat(): spans for day, spans in calendar.days.items()}


def _shapes(city: City) -> dict[str, str]:
    return {code: shape.wkb_hex for code, shape in city.places.shapes.items()}


def _shown(value: Any) -> str:
    text = str(msgspec.to_builtins(value)) if not isinstance(value, str) else value
    return text if len(text) <= 60 else text[:57] + "..."

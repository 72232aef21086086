"""A city as one frozen value: what a pack becomes once it is read and found without fault.

Only shapes and look-ups by key live here. How files become this value is the business of `northbank.pack`.
"""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Literal, TypeVar

import msgspec

from northbank.core.place import Places
from northbank.core.words import OWN
from northbank.core.worktime import Calendar
from northbank.core.worktime import Unit5 as Unit5

Level = Literal["city", "district", "town", "community", "grid"]
T = TypeVar("T")

Stage = Literal["accept", "dispatch", "sign", "solve", "check"]


class Name(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A name in Chinese and English; either may stand in for the other."""

    zh: str = ""
    en: str = ""

    def say(self, language: str) -> str:
        """The name in `language`, or the other one where it is missing."""
        return (self.zh or self.en) if language.startswith("zh") else (self.en or self.zh)


class Area(msgspec.Struct, frozen=True, kw_only=True):
    """A piece of ground. The tree district > town > community > grid hangs on `parent`.

    valid_from, valid_to: first day in force, first day no longer in force (None: open).
    division: the official division code now (`City.division` knows that of any day). successor: the area it was merged into.
    """

    code: str
    name: Name
    level: Level
    parent: str | None = None
    kind: str = ""
    division: str | None = None
    population: int | None = None
    households: int | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    successor: str | None = None
    synthetic: bool = False


class Division(msgspec.Struct, frozen=True, kw_only=True):
    """The official division code that an area bears from a day until before another (None: open)."""

    code: str
    valid_from: date | None = None
    valid_to: date | None = None


class Unit(msgspec.Struct, frozen=True, kw_only=True):
    """An organization that owns cases: the district center, a town center, a department, a utility.

    area: the area it serves (town centers: their town; None: the whole district).
    duty: its duty areas in words.
    """

    code: str
    name: Name
    kind: Literal["center", "town_center", "department", "utility", "agency"]
    area: str | None = None
    boards: tuple[str, ...] = ()
    duty: Name = Name()
    valid_from: date | None = None
    valid_to: date | None = None


class Board(msgspec.Struct, frozen=True, kw_only=True):
    """One of the boards (板块) of a level: eight at a Chinese district, four at a town."""

    code: str
    name: Name
    level: Level = "district"


class Post(msgspec.Struct, frozen=True, kw_only=True):
    """A post (岗) and the role it gives; `per` says where it exists and `count` how many stand there."""

    code: str
    name: Name
    role: str
    per: str
    count: int = 1
    board: str | None = None


class CaseType(msgspec.Struct, frozen=True, kw_only=True):
    """One event type of the catalog.

    gb: national code (GB/T 30428.2 class + subclass) where one exists. klass: code of its class.
    board, town_board: where it is counted. urgent: the clock runs by the calendar, limits are the urgent ones.
    standing: "V" read in a source, "U" a default of the pack.
    """

    code: str
    name: Name
    klass: str
    board: str
    town_board: str | None = None
    gb: str | None = None
    urgent: bool = False
    important: bool = False
    keywords: tuple[str, ...] = ()
    standing: Literal["V", "U"] = "U"


class CaseClass(msgspec.Struct, frozen=True, kw_only=True):
    """A class of event types (GB/T 30428.2: 01 to 05 and 21)."""

    code: str
    name: Name


class Limit(msgspec.Struct, frozen=True, kw_only=True):
    """One time limit: the first row that fits type, urgency and stage holds.

    types: codes, `prefix*`, or `*`. urgent: None fits both. source: where the figure was read.
    """

    id: str
    types: str
    stage: Stage
    amount: int
    unit: Unit5
    urgent: bool | None = None
    source: str = ""
    standing: Literal["V", "U"] = "U"


class Route(msgspec.Struct, frozen=True, kw_only=True):
    """One row of the routing library: type x level -> owner.

    types: codes separated by spaces, `prefix*`, or `*`. level: where the report came in (`*`: any).
    owner: a unit code, or `@town` for the town center of the place. may_refuse: the owner may return it.
    escalate_to: unit code or `@center`, for what the owner may not or cannot solve.
    auto: the row is sure enough to accept and dispatch at once without an officer.
    """

    id: str
    types: str
    level: str
    owner: str
    may_refuse: bool = True
    escalate_to: str = "@center"
    support: tuple[str, ...] = ()
    auto: bool = False
    note: Name = Name()


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """A channel that reports come through; `level` is the center that receives it."""

    code: str
    name: Name
    level: Level = "district"


class City(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """Everything rules may know of a city. `version` is the digest of the pack's files."""

    id: str
    name: Name
    version: str
    prefix: str
    languages: tuple[str, ...]
    timezone: str
    center: str  # code of the unit that is the district duty desk
    district: str  # code of the district's area
    areas: Mapping[str, Area]
    units: Mapping[str, Unit]
    boards: Mapping[str, Board]
    posts: Mapping[str, Post]
    classes: Mapping[str, CaseClass]
    types: Mapping[str, CaseType]
    routes: tuple[Route, ...]
    limits: tuple[Limit, ...]
    sources: Mapping[str, Source]
    calendar: Calendar
    places: Places
    divisions: Mapping[str, tuple[Division, ...]] = {}
    reasons: Mapping[str, Name] = {}
    words: Mapping[str, Name] = {}
    notes: tuple[Name, ...] = ()  # what the pack invents, in words, shown on screen
    synthetic: bool = False

    def memo(self, name: str, build: Callable[[], T]) -> T:
        """An index compiled from this value: built once, kept beside the fields, gone with the value."""
        found: T | None = self.__dict__.get(name)
        return self.__dict__.setdefault(name, build()) if found is None else found

    def division(self, code: str, day: date) -> str | None:
        """The official division code of area `code` on `day`, or None where the pack knows none."""
        for span in self.divisions.get(code, ()):
            if (span.valid_from is None or span.valid_from <= day) and (span.valid_to is None or day < span.valid_to):
                return span.code
        return None

    def word(self, family: str, code: str) -> Name:
        """The pack's own word for a state, an act, a role; else the program's; else the plain code."""
        key = f"{family}.{code}"
        return self.words.get(key) or Name(*OWN.get(key, ("", code.replace("_", " "))))

    def above(self, code: str | None, level: Level) -> str | None:
        """The area of `level` that holds area `code` (itself counts), or None."""
        while code is not None:
            area = self.areas.get(code)
            if area is None:
                return None
            if area.level == level:
                return code
            code = area.parent
        return None

    def town_center(self, town: str | None) -> str | None:
        """Code of the unit that is the center of `town`, or None."""
        if town is None:
            return None
        for unit in self.units.values():
            if unit.kind == "town_center" and unit.area == town:
                return unit.code
        return None

"""A city as one frozen value: what a pack becomes once it is read and found without fault.

Only shapes and look-ups by key live here. How files become this value is the business of `northbank.pack`.
"""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Literal, TypeVar

import msgspec

from northbank.core.bases import Base
from northbank.core.dataset import Dataset
from northbank.core.indicator import Indicator
from northbank.core.inventory import Inventory
from northbank.core.match import Model
from northbank.core.name import Name as Name
from northbank.core.place import Places
from northbank.core.sharing_rules import SharingRules
from northbank.core.subject import Subject
from northbank.core.vital_sign import VitalSign
from northbank.core.words import OWN
from northbank.core.worktime import Calendar
from northbank.core.worktime import Unit5 as Unit5

Level = Literal["city", "district", "town", "community", "grid"]
T = TypeVar("T")
Given = bool | int | str  # the value of an attribute, as a report gives it

Stage = Literal["accept", "dispatch", "sign", "solve", "check", "support"]


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
    duty: its duty areas in words. office: whose hours it keeps (a key of `City.offices`; "": the city's).
    """

    code: str
    name: Name
    kind: Literal["center", "town_center", "department", "utility", "agency"]
    area: str | None = None
    boards: tuple[str, ...] = ()
    duty: Name = Name()
    office: str = ""
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
    attributes: codes of what a report of this type may say besides. evidence: what a report of it as solved must bring.
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
    attributes: tuple[str, ...] = ()
    evidence: Literal["", "note", "photo"] = ""
    standing: Literal["V", "U"] = "U"


class Attribute(msgspec.Struct, frozen=True, kw_only=True):
    """One thing a report may say of itself, such as the diameter of a pipe.

    kind: yes or no, one of `values`, or a whole number from `least` to `most` in `unit`.
    """

    code: str
    name: Name
    kind: Literal["yes_no", "choice", "number"]
    values: tuple[str, ...] = ()
    least: int = 0
    most: int = 0
    unit: str = ""


class Period(msgspec.Struct, frozen=True, kw_only=True):
    """A named time of the week, such as the night. when: as in the `time` column of the library (see conditions.py)."""

    code: str
    name: Name
    when: str


class Rung(msgspec.Struct, frozen=True, kw_only=True):
    """One rung of the supervision ladder of a case whose solving time runs out.

    when: `50%` (or another share of the solving time), `overdue`, or `unanswered` (the order before it was not answered in
    time). to: `@owner`, `@town`, `@center` or a unit. amount, unit: time to answer; None: no answer is owed.
    """

    id: str
    when: str
    kind: Literal["reminder", "order", "leader", "interview"]
    to: str = "@owner"
    amount: int = 0
    unit: Unit5 | None = None
    source: str = ""
    standing: Literal["V", "U"] = "U"

    @property
    def percent(self) -> int | None:
        """The share of the solving time, where the rung hangs on one."""
        return int(self.when[:-1]) if self.when.endswith("%") else None


class LookBackRow(msgspec.Struct, frozen=True, kw_only=True):
    """How cases of some types are looked at again: how many, and after how many days.

    share: percent at least. confidence, margin: percent; the sample tells the share of rebounds to within `margin`.
    """

    id: str
    types: str
    share: float
    days: tuple[int, ...]
    confidence: float = 95
    margin: float = 0
    source: str = ""
    standing: Literal["V", "U"] = "U"


class Handling(msgspec.Struct, frozen=True, kw_only=True):
    """How a district handles cases; all of it defaults of ours [U].

    two_person: acts that another person must do than the one before (check: who solved, close: who checked).
    dissatisfied: a rating of so many points or fewer reopens the case. extensions: most a case may be granted.
    extension_share: percent of the limit that one extension may add. suspension_days: longest until a review.
    """

    two_person: tuple[str, ...] = ()
    dissatisfied: int = 2
    extensions: int = 2
    extension_share: int = 100
    suspension_days: int = 180


class SuggestRules(msgspec.Struct, frozen=True, kw_only=True):
    """auto: a report without type gets the one its words speak of, where the model is sure; else a person chooses."""

    auto: bool = False


class HotRules(msgspec.Struct, frozen=True, kw_only=True):
    """How hot issues are looked for; all of it defaults of ours [U].

    every_hours: cadence; 0: not at all. history_days: cases compared. window_days: longest a cluster may last, ending now.
    radius_km: widest it may be. least: fewest cases. alpha: chance of a false alarm per scan. shuffles: of the times, for the p-value.
    """

    every_hours: int = 24
    history_days: int = 28
    window_days: int = 7
    radius_km: float = 3.0
    least: int = 4
    alpha: float = 0.01
    shuffles: int = 999


class Metric(msgspec.Struct, frozen=True, kw_only=True):
    """One version of a figure of the catalog: `counts` of those that are `of`, in a period. The highest version is in force.

    period: which moment must fall inside the period. of, counts: what a case must be to count below the line, and above it.
    All three are words of core/metrics.py. better: which way is good. source: where the formula was read.
    """

    code: str
    version: int = 1
    name: Name
    period: str
    of: tuple[str, ...]
    counts: tuple[str, ...]
    better: Literal["more", "less"] = "more"
    source: str = ""
    standing: Literal["V", "U"] = "U"


class GamingRules(msgspec.Struct, frozen=True, kw_only=True):
    """When a pattern that flatters the figures is called out (core/gaming.py); all of it defaults of ours [U].

    alpha: chance of a false alarm per pattern, over all units together. ratio: how many times as often as elsewhere, at least.
    least: fewest cases behind a finding. last_share: the last part of the time limit, percent. burst_minutes: span of a burst.
    flaps: turns that make a case one that flaps. split_cases, split_meters, split_minutes: so many reports of one matter within.
    few: a denominator below it is a small number.
    """

    alpha: float = 0.01
    ratio: float = 2.0
    least: int = 8
    last_share: int = 5
    burst_minutes: int = 10
    flaps: int = 3
    split_cases: int = 4
    split_meters: int = 50
    split_minutes: int = 60
    few: int = 30


class CaseClass(msgspec.Struct, frozen=True, kw_only=True):
    """A class of event types (GB/T 30428.2: 01 to 05 and 21)."""

    code: str
    name: Name


class Limit(msgspec.Struct, frozen=True, kw_only=True):
    """One time limit: the first row that fits type, urgency and stage holds.

    types: codes, `prefix*`, or `*`. urgent: None fits both. source: where the figure was read.
    office: whose hours working time is counted in: "" the city's, `@owner` the owning unit's, or an office by its code.
    """

    id: str
    types: str
    stage: Stage
    amount: int
    unit: Unit5
    urgent: bool | None = None
    office: str = ""
    source: str = ""
    standing: Literal["V", "U"] = "U"


class Route(msgspec.Struct, frozen=True, kw_only=True):
    """One row of the routing library: type x level x place x time x attributes -> owner.

    types: codes separated by spaces, `prefix*`, or `*`. level: where the report came in (`*`: any).
    place, time, attributes: conditions as conditions.py reads them (`*` and nothing: any).
    owner: a unit code, or `@town` for the town center of the place. may_refuse: the owner may return it.
    escalate_to: unit code or `@center`, for what the owner may not or cannot solve. support: units that help.
    auto: the row is sure enough to accept and dispatch at once without an officer.
    duty_list: the list of the towns' duties the matter stands on; what was taken back is not dispatched to a town.
    basis: the rule that says so, in words.
    """

    id: str
    types: str
    level: str
    owner: str
    place: str = "*"
    time: str = "*"
    attributes: str = ""
    may_refuse: bool = True
    escalate_to: str = "@center"
    support: tuple[str, ...] = ()
    auto: bool = False
    duty_list: Literal["own", "assist", "taken_back"] | None = None
    basis: Name = Name()
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
    offices: Mapping[str, Calendar] = {}  # hours that differ from the city's, by code
    office_names: Mapping[str, Name] = {}
    days: Mapping[date, Name] = {}  # what a holiday or make-up workday is called
    attributes: Mapping[str, Attribute] = {}
    periods: Mapping[str, Period] = {}
    ladder: tuple[Rung, ...] = ()
    look_back: tuple[LookBackRow, ...] = ()
    handling: Handling = Handling()
    divisions: Mapping[str, tuple[Division, ...]] = {}
    reasons: Mapping[str, Name] = {}
    words: Mapping[str, Name] = {}
    suggest: SuggestRules = SuggestRules()
    hot: HotRules = HotRules()
    metrics: tuple[Metric, ...] = ()  # of the pack; core/metric_catalog.py has the program's own
    gaming: GamingRules = GamingRules()
    datasets: Mapping[str, Dataset] = {}
    inventory: Inventory = Inventory()
    subjects: Mapping[str, Subject] = {}
    indicators: Mapping[str, Indicator] = {}
    vital_signs: Mapping[str, VitalSign] = {}
    sharing: SharingRules = SharingRules()
    links: Mapping[str, Model] = {}
    bases: Mapping[str, Base] = {}
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

"""The TOML files of a pack: pack.toml, the calendar, words, stories and the demonstration, one struct each.

Unknown keys are refused. Only shapes live here; the tables are in `rows`.
"""

from datetime import date, datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from northbank.core.city import Name
from northbank.core.dataset import Sensitivity
from northbank.pack.rows import Code, Role, Standing

FORMAT = 1
Hours = Annotated[str, Meta(pattern=r"^\d{2}:\d{2}-\d{2}:\d{2}$")]
Local = Annotated[datetime, Meta(tz=False)]  # the time on the clocks of the city
Share = Annotated[float, Meta(ge=0)]


class Shape(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A table of a TOML file: unknown keys are faults."""


class Years(Shape, frozen=True, kw_only=True):
    """The years, first to last, that the pack promises a calendar for."""

    first: Annotated[int, Meta(ge=1970, le=2200)]
    last: Annotated[int, Meta(ge=1970, le=2200)]


class Properties(Shape, frozen=True, kw_only=True):
    """How the features of a foreign file are read: names of its properties, and its parents' codes."""

    code: str = "code"
    code_prefix: str = ""
    name_zh: str = ""
    name_en: str = ""
    kind: str = ""
    parent: str = ""
    parents: dict[str, Code] = {}


class Geometry(Shape, frozen=True, kw_only=True):
    """Where the shapes are. The first file of a list that exists is taken.

    required: without a grids file the pack does not load. bring: what to bring and from where, in words.
    coordinates: what the numbers of the files in areas/ are; shapes shipped beside pack.toml are WGS84.
    properties: how a file in areas/ is read.
    overlap: shapes over one another are refused, or the ground belongs to the first in the file (official files do overlap).
    tolerance: degrees by which shapes may miss one another or the outline.
    """

    grids: tuple[str, ...] = ()
    outline: tuple[str, ...] = ()
    required: bool = True
    bring: Name = Name()
    coordinates: Literal["wgs84", "cgcs2000", "gcj02"] = "wgs84"
    properties: Properties = Properties()
    tolerance: Annotated[float, Meta(ge=0, le=0.01)] = 0.00002
    overlap: Literal["refuse", "first"] = "refuse"


class Expect(Shape, frozen=True, kw_only=True):
    """Counts that must hold on a day, and posts that every grid must have."""

    on: date
    towns: int | None = None
    communities: int | None = None
    grids: int | None = None
    units: int | None = None
    types: int | None = None
    population: int | None = None
    every_grid_has: tuple[Code, ...] = ()


class SuggestToml(Shape, frozen=True, kw_only=True):
    """What becomes of suggested types. auto: a sure one is set at intake; without it a person always chooses."""

    auto: bool = False


class HotToml(Shape, frozen=True, kw_only=True):
    """How hot issues are looked for; left out, the program's own defaults [U] hold.

    every_hours: cadence, 0 for never. history_days: cases compared. window_days: longest cluster, ending now.
    radius_km: widest cluster. least: fewest cases. alpha: chance of a false alarm per scan. shuffles: for the p-value.
    """

    every_hours: Annotated[int, Meta(ge=0, le=24 * 31)] = 24
    history_days: Annotated[int, Meta(ge=2, le=366)] = 28
    window_days: Annotated[int, Meta(ge=1, le=90)] = 7
    radius_km: Annotated[float, Meta(gt=0, le=100)] = 3.0
    least: Annotated[int, Meta(ge=2, le=1000)] = 4
    alpha: Annotated[float, Meta(gt=0, le=0.2)] = 0.01
    shuffles: Annotated[int, Meta(ge=99, le=9999)] = 999


SharingDays = Annotated[int, Meta(ge=1, le=60)]
Levels = Annotated[tuple[Sensitivity, ...], Meta(max_length=4)]


class SharingToml(Shape, frozen=True, kw_only=True):
    """pack.toml, [sharing]: working days of each step of a request for data, and what its level asks for (core/sharing_rules.py)."""

    check_days: SharingDays = 2
    review_days: SharingDays = 5
    unpublished_days: SharingDays = 10
    again_days: SharingDays = 2
    longest_days: Annotated[int, Meta(ge=1, le=3660)] = 365
    two_persons: Levels = ("L4",)
    case: Levels = ("L3", "L4")
    few: Annotated[int, Meta(ge=2, le=1000)] = 10


class GamingToml(Shape, frozen=True, kw_only=True):
    """pack.toml, [gaming]: when a pattern that flatters the figures is called out (see GamingRules in core/city.py)."""

    alpha: Annotated[float, Meta(gt=0, le=0.2)] = 0.01
    ratio: Annotated[float, Meta(ge=1, le=100)] = 2.0
    least: Annotated[int, Meta(ge=3, le=1000)] = 8
    last_share: Annotated[int, Meta(ge=1, le=25)] = 5
    burst_minutes: Annotated[int, Meta(ge=1, le=240)] = 10
    flaps: Annotated[int, Meta(ge=2, le=100)] = 3
    split_cases: Annotated[int, Meta(ge=3, le=100)] = 4
    split_meters: Annotated[int, Meta(ge=1, le=1000)] = 50
    split_minutes: Annotated[int, Meta(ge=1, le=1440)] = 60
    few: Annotated[int, Meta(ge=2, le=1000)] = 30


class HandlingToml(Shape, frozen=True, kw_only=True):
    """pack.toml, [handling]: how cases are handled (see Handling in core/city.py)."""

    two_person: tuple[Literal["check", "close"], ...] = ()
    dissatisfied: Annotated[int, Meta(ge=0, le=4)] = 2
    extensions: Annotated[int, Meta(ge=0, le=10)] = 2
    extension_share: Annotated[int, Meta(ge=1, le=1000)] = 100
    suspension_days: Annotated[int, Meta(ge=1, le=3660)] = 180


class PackToml(Shape, frozen=True, kw_only=True):
    """pack.toml: what the pack is."""

    format: Literal[1]
    id: Code
    version: str
    name: Name
    prefix: Annotated[str, Meta(pattern=r"^[A-Z]{2,4}$")]
    timezone: str
    languages: Annotated[tuple[Literal["zh", "en"], ...], Meta(min_length=1)]
    center: Code
    district: Code
    years: Years
    levels: dict[Literal["city", "district", "town", "community", "grid"], Name] = {}
    geometry: Geometry = Geometry()
    expect: Expect | None = None
    to_desk: tuple[str, ...] = ()  # types (codes, prefix*) left without a route on purpose: the duty desk decides
    handling: HandlingToml = HandlingToml()
    suggest: SuggestToml = SuggestToml()
    hot: HotToml = HotToml()
    gaming: GamingToml = GamingToml()
    sharing: SharingToml = SharingToml()
    notes: tuple[Name, ...] = ()
    synthetic: bool = False


class Day(Shape, frozen=True, kw_only=True):
    """A day that differs from its weekday. A workday takes `hours`, or those of weekday `like`."""

    date: date
    kind: Literal["holiday", "workday"]
    name: Name = Name()
    hours: tuple[Hours, ...] | None = None
    like: Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"] | None = None


class YearToml(Shape, frozen=True, kw_only=True):
    """calendar/<year>.toml: the days of one year that differ from the week."""

    year: int
    source: str = ""
    standing: Standing = "U"
    days: tuple[Day, ...] = ()


class WeekToml(Shape, frozen=True, kw_only=True):
    """calendar/week.toml: office hours by weekday. An end past 24:00 runs into the next day."""

    monday: tuple[Hours, ...] = ()
    tuesday: tuple[Hours, ...] = ()
    wednesday: tuple[Hours, ...] = ()
    thursday: tuple[Hours, ...] = ()
    friday: tuple[Hours, ...] = ()
    saturday: tuple[Hours, ...] = ()
    sunday: tuple[Hours, ...] = ()
    source: str = ""
    standing: Standing = "U"


class OfficeToml(WeekToml, frozen=True, kw_only=True):
    """calendar/offices/<code>.toml: an office whose hours are not the city's.

    kinds: kinds of units that keep these hours where units.csv names none. city_days: the city's holidays, make-up
    workdays and half days hold here too. days: what differs at this office alone; it goes before the city's.
    """

    name: Name
    kinds: tuple[Literal["center", "town_center", "department", "utility", "agency"], ...] = ()
    city_days: bool = True
    days: tuple[Day, ...] = ()


class StoryReport(Shape, frozen=True, kw_only=True):
    """What is reported: when (local time of the city), where, what, through which source."""

    at: Local
    source: Code
    type: str | None = None
    point: tuple[float, float] | None = None
    grid: Code | None = None
    urgent: bool | None = None
    attributes: dict[Code, bool | int | str] = {}


class StoryExpect(Shape, frozen=True, kw_only=True):
    """What must come of it. Only what is written is compared; due times are local times of the city."""

    refused: str | None = None
    desk: bool | None = None
    grid: str | None = None
    community: str | None = None
    town: str | None = None
    row: str | None = None
    owner: str | None = None
    board: str | None = None
    auto: bool | None = None
    accept_due: Local | None = None
    dispatch_due: Local | None = None
    sign_due: Local | None = None
    solve_due: Local | None = None
    check_due: Local | None = None


class StoryToml(Shape, frozen=True, kw_only=True):
    """stories/<name>.toml: one report and what must come of it, run as a test."""

    name: Name
    report: StoryReport
    expect: StoryExpect


class Account(Shape, frozen=True, kw_only=True):
    """A demonstration login. Passwords are made when the demonstration is set up, never kept in a pack."""

    login: Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9.\-]{1,31}$")]
    name: Name
    role: Role
    unit: str | None = None
    town: str | None = None
    grid: str | None = None


class DemoDay(Shape, frozen=True, kw_only=True):
    """The simulated day: reports by hour, and how often each type, source and town is drawn."""

    reports: Annotated[int, Meta(ge=1)]
    hours: Annotated[tuple[Share, ...], Meta(min_length=24, max_length=24)]
    types: dict[str, Share]
    sources: dict[str, Share]
    urgent: Annotated[float, Meta(ge=0, le=1)] = 0.05
    unplaced: Annotated[float, Meta(ge=0, le=1)] = 0.05
    untyped: Annotated[float, Meta(ge=0, le=1)] = 0.05


class Sample(Shape, frozen=True, kw_only=True):
    """Invented words of a report of one type; {place} stands for the place."""

    type: str
    text: Name


class DemoToml(Shape, frozen=True, kw_only=True):
    """demo.toml: accounts and the simulated day. Everything in it is invented and shown as SIMULATED."""

    simulated: Literal[True]
    accounts: tuple[Account, ...] = ()
    day: DemoDay
    samples: tuple[Sample, ...] = ()


Where = tuple[float, float]


class TownSeed(Shape, frozen=True, kw_only=True):
    """One town to be drawn: its middle, its people, and how far from the middle most of them live (km)."""

    code: Code
    middle: Where
    people: Annotated[int, Meta(ge=1)]
    reach: Annotated[float, Meta(gt=0)] = 3.0


class Dedicated(Shape, frozen=True, kw_only=True):
    """Grids made for one institution, such as a hospital: how many stand in each town."""

    name: Name
    towns: dict[Code, Annotated[int, Meta(ge=0)]]


class GenerateToml(Shape, frozen=True, kw_only=True):
    """generate.toml: from what `generate-grids` invents shapes and people. All of it ends up flagged synthetic.

    ring: the hand-drawn outline. households: fewest and most of an ordinary grid.
    scattered: area kinds whose grids lie at the rim of their town (villages).
    """

    grids: Annotated[int, Meta(ge=1, le=100_000)]
    people_per_household: Annotated[float, Meta(gt=0)]
    households: tuple[int, int] = (300, 500)
    ring: Annotated[tuple[Where, ...], Meta(min_length=4)]
    towns: Annotated[tuple[TownSeed, ...], Meta(min_length=1)]
    dedicated: tuple[Dedicated, ...] = ()
    scattered: tuple[str, ...] = ("village",)
    digits: Annotated[int, Meta(ge=4, le=7)] = 5

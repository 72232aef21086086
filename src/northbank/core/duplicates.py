"""Whether two reports tell of one matter: parts that are compared, what each weighs, and the probability they make.

Weights are data: the defaults are in duplicate_weights.py, those of a district are learned in duplicate_fit.py.
"""

import math
from bisect import bisect_left
from collections.abc import Mapping
from datetime import datetime
from typing import Literal

import msgspec

from northbank.core.likeness import Sketch, likeness

PartName = Literal["place", "address", "time", "state", "type", "text", "reporter"]
PARTS: tuple[PartName, ...] = ("place", "address", "time", "state", "type", "text", "reporter")
UNKNOWN = "unknown"  # the level of a part that one of the two says nothing about; it weighs nothing
EARTH = 111_320.0  # meters of one degree of latitude

# Upper bounds of the levels of a part, and the name of what lies beyond the last.
METERS = (1.0, 10.0, 30.0, 75.0, 150.0)
HOURS = (0.25, 1.0, 6.0, 24.0, 48.0, 60.0, 72.0, 84.0, 120.0, 168.0, 336.0, 720.0)
ALIKE = (0.05, 0.1, 0.2, 0.4)  # likeness of two texts
BEYOND = "more"
JUST = 24.0  # hours after its end in which a case counts as just closed


NOTHING = Sketch()


class Sight(msgspec.Struct, frozen=True, kw_only=True):
    """What of a report is compared. `at`: when it was reported. `klass`: the class of its type.

    words: the sketch of its text, address and reporter, None where there are none or they may not be compared.
    closed_at: when its case ended, if it did.
    """

    at: datetime
    lon: float | None = None
    lat: float | None = None
    type: str | None = None
    klass: str | None = None
    words: Sketch | None = None
    closed_at: datetime | None = None


class Part(msgspec.Struct, frozen=True):
    """One thing compared: its level, what the level adds to the log-odds, and the measure behind it.

    value: meters (place), hours (time; state: since its end), likeness 0 to 1 (text); None otherwise.
    """

    name: PartName
    level: str
    weight: float = 0.0
    value: float | None = None


class Weights(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What each level adds to the log-odds, from `prior` on. origin says whether anybody measured it.

    bends: (log-odds, probability) points of the calibration, rising; without any the logistic function holds.
    radius, days: how far and how long before a report its candidates are looked for; days_of: for single types.
    pairs, marked: how many pairs it was learned from, and how many of them were marked as the same.
    """

    origin: Literal["default", "fitted"]
    prior: float
    parts: Mapping[PartName, Mapping[str, float]]
    bends: tuple[tuple[float, float], ...] = ()
    radius: float = 150.0
    days: int = 30
    days_of: Mapping[str, int] = {}
    pairs: int = 0
    marked: int = 0

    def window(self, type: str | None) -> int:
        """Days before a report of `type` in which its candidates lie."""
        return self.days if type is None else self.days_of.get(type, self.days)


class Opinion(msgspec.Struct, frozen=True):
    """How likely two reports tell of one matter. odds: log-odds, the sum of prior and parts, before calibration."""

    probability: float
    odds: float
    prior: float
    parts: tuple[Part, ...]


def distance(a: Sight, b: Sight) -> float | None:
    """Meters between two points on a plane fitted to their latitude; exact enough for a few hundred meters."""
    if a.lon is None or a.lat is None or b.lon is None or b.lat is None:
        return None
    east = (a.lon - b.lon) * math.cos(math.radians((a.lat + b.lat) / 2))
    return EARTH * math.hypot(a.lat - b.lat, east)


def level(value: float, bounds: tuple[float, ...]) -> str:
    """The name of the level `value` falls into: its upper bound, which belongs to it, or `more`."""
    place = bisect_left(bounds, value)
    return f"{bounds[place]:g}" if place < len(bounds) else BEYOND


def _measured(name: PartName, value: float | None, bounds: tuple[float, ...]) -> Part:
    return Part(name, UNKNOWN) if value is None else Part(name, level(value, bounds), value=value)


def _equal(name: PartName, a: bytes, b: bytes) -> Part:
    return Part(name, UNKNOWN if not a or not b else "same" if a == b else "other")


def _type(a: Sight, b: Sight) -> Part:
    if a.type is None or b.type is None:
        return Part("type", UNKNOWN)
    if a.type == b.type:
        return Part("type", "same")
    return Part("type", "related" if a.klass is not None and a.klass == b.klass else "other")


def _state(earlier: Sight, at: datetime) -> Part:
    """Whether the earlier case was still open when the later report came: only that, never what became of it since."""
    if earlier.closed_at is None or earlier.closed_at > at:
        return Part("state", "open")
    hours = (at - earlier.closed_at).total_seconds() / 3600
    return Part("state", "just_closed" if hours <= JUST else "closed", value=hours)


def compare(a: Sight, b: Sight) -> tuple[Part, ...]:
    """The parts of two reports, in either order, unweighed."""
    earlier, later = (a, b) if a.at <= b.at else (b, a)
    one, other = a.words or NOTHING, b.words or NOTHING
    return (
        _measured("place", distance(a, b), METERS),
        _equal("address", one.address, other.address),
        _measured("time", (later.at - earlier.at).total_seconds() / 3600, HOURS),
        _state(earlier, later.at),
        _type(a, b),
        _measured("text", likeness(one, other), ALIKE),
        _equal("reporter", one.reporter, other.reporter),
    )


def probability(odds: float, bends: tuple[tuple[float, float], ...]) -> float:
    """The calibrated probability of log-odds: straight lines between the bends, the end values beyond them."""
    if not bends:
        return 1 / (1 + math.exp(-max(-700.0, min(700.0, odds))))
    place = bisect_left(bends, (odds, -1.0))
    if place == 0:
        return bends[0][1]
    if place == len(bends):
        return bends[-1][1]
    (x0, y0), (x1, y1) = bends[place - 1], bends[place]
    return y1 if x1 == x0 else y0 + (y1 - y0) * (odds - x0) / (x1 - x0)


def judge(a: Sight, b: Sight, weights: Weights) -> Opinion:
    """How likely two reports tell of one matter, and what each part adds; the order of the two does not matter."""
    parts = tuple(
        msgspec.structs.replace(part, weight=weights.parts.get(part.name, {}).get(part.level, 0.0))
        for part in compare(a, b)
    )
    odds = weights.prior + sum(part.weight for part in parts)
    return Opinion(probability(odds, weights.bends), odds, weights.prior, parts)

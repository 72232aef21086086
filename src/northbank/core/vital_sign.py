"""Vital signs (城市体征): which of four warning levels a reading stands at, with hysteresis and hold; unknown where it is stale.

Pure. Where readings come from is the business of flows/see_vital_signs.py; packs write signs in vital_signs/*.toml.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Literal

import msgspec

from northbank.core.name import Name

SignLevel = Literal["unknown", "normal", "blue", "yellow", "orange", "red"]
LEVELS: tuple[SignLevel, ...] = ("normal", "blue", "yellow", "orange", "red")


class VitalSign(msgspec.Struct, frozen=True, kw_only=True):
    """A sign. indicator: the figure it reads. object: what it is a sign of (an asset or an area), in words. period: between readings.

    normal: the band, in `unit`. levels: where blue, yellow, orange and red begin, at most four, each further out; above: they are
    reached by rising. hysteresis: how far a value must come back before the level falls. hold: minutes it must last before the level rises.
    plan: the plan that is started by it, in words or a code.
    """

    code: str
    name: Name
    board: str
    runway: str = ""
    object: Name = Name()
    unit: str = ""
    indicator: str
    owner: str
    period_minutes: int = 60
    normal: tuple[float, float]
    levels: tuple[float, ...] = ()
    above: bool = True
    hysteresis: float = 0
    hold: int = 0
    stale_hours: float
    plan: str = ""
    digits: int = 0
    note: Name = Name()
    standing: Literal["V", "U"] = "U"
    synthetic: bool = False


class SignReading(msgspec.Struct, frozen=True):
    """A value at a time."""

    at: datetime
    value: float


def level_of(sign: VitalSign, readings: Sequence[SignReading], now: datetime) -> SignLevel:
    """The level after readings, the oldest first. Stale or missing: unknown, whatever it was before."""
    if not readings or now - readings[-1].at > timedelta(hours=sign.stale_hours):
        return "unknown"
    level = 0
    since: dict[int, datetime] = {}  # when each level was reached and not left since
    for one in readings:
        reached = _reached(sign, one.value)
        for step in range(1, len(sign.levels) + 1):
            if reached < step:
                since.pop(step, None)
            else:
                since.setdefault(step, one.at)
        while level < reached and one.at - since[level + 1] >= timedelta(minutes=sign.hold):
            level += 1
        while level and not _beyond(sign, one.value, sign.levels[level - 1], -sign.hysteresis):
            level -= 1
    return LEVELS[level]


def _reached(sign: VitalSign, value: float) -> int:
    """How many levels a value has passed."""
    return sum(_beyond(sign, value, bound, 0) for bound in sign.levels)


def _beyond(sign: VitalSign, value: float, bound: float, room: float) -> bool:
    """Whether a value is at a bound or past it, which lies so much further out."""
    return value >= bound + room if sign.above else value <= bound - room

"""Vital signs as the wall shows them: value, band, level, how old; unknown where the data are late, never green. Nothing is changed."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import msgspec

from northbank.core.city import City
from northbank.core.indicator import Indicator
from northbank.core.name import Name
from northbank.core.refusal import Refused
from northbank.core.vital_sign import SignLevel, SignReading, VitalSign, level_of
from northbank.flows.prepare_figures import Counting, prepared

SHOWN = 48  # readings of a small picture
LOOKED_AT = 500  # readings that the level is made of


class VitalSignView(msgspec.Struct, frozen=True, kw_only=True):
    """A sign now. value: the newest reading, also of a stale sign, whose level is unknown. at: its time. age: hours.

    readings: the newest, the oldest first. score: of the data behind it, percent. board: its name.
    """

    sign: VitalSign
    board: Name
    value: float | None
    level: SignLevel
    inside: bool | None
    at: datetime | None
    age: float | None
    stale: bool
    readings: list[SignReading]
    score: float | None
    rows: int


class VitalSignList(msgspec.Struct, frozen=True):
    """Every sign, the most urgent first, unknown ones before normal ones."""

    signs: list[VitalSignView]


ORDER: tuple[SignLevel, ...] = ("red", "orange", "yellow", "blue", "unknown", "normal")


async def vital_signs(platform: Counting) -> VitalSignList:
    """Every sign. It holds no personal data; whoever may see the wall may see it."""
    found = [await _view(platform, one) for one in platform.world.city.vital_signs.values()]
    return VitalSignList(sorted(found, key=lambda one: (ORDER.index(one.level), one.sign.code)))


async def _view(platform: Counting, sign: VitalSign) -> VitalSignView:
    city, now = platform.world.city, platform.world.clock.now()
    indicator = city.indicators[sign.indicator]
    readings, score, rows = await _readings(platform, indicator)
    last = readings[-1] if readings else None
    level = level_of(sign, readings, now)
    return VitalSignView(
        sign=sign, board=city.boards[sign.board].name, value=last.value if last else None, level=level,
        inside=None if last is None or level == "unknown" else sign.normal[0] <= last.value <= sign.normal[1],
        at=last.at if last else None, age=(now - last.at).total_seconds() / 3600 if last else None,
        stale=last is not None and level == "unknown", readings=readings[-SHOWN:], score=score, rows=rows,
    )  # fmt: skip


async def _readings(platform: Counting, indicator: Indicator) -> tuple[list[SignReading], float | None, int]:
    """The values of a figure by the time they are of: its groups, where it is grouped by time; else one of each batch."""
    try:
        found = await prepared(platform, indicator)
    except Refused:
        found = None
    if found is None:
        return [], None, 0
    if indicator.group is not None and indicator.group.per:
        parts = found.measured.parts[:LOOKED_AT]
        readings = [
            SignReading(moment_of(platform.world.city, part.key), part.value)
            for part in parts
            if part.key and part.value is not None
        ]
    else:
        history = await platform.figures.history(indicator.code, indicator.version)
        readings = [SignReading(one.as_of, one.measured.value) for one in history if one.measured.value is not None]
    return sorted(readings, key=lambda one: one.at)[-LOOKED_AT:], found.score, found.measured.rows


def moment_of(city: City, key: str) -> datetime:
    """The time that the key of a group stands for: the city's own clock."""
    return datetime.fromisoformat(key).replace(tzinfo=ZoneInfo(city.timezone)).astimezone(UTC)

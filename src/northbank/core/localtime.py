"""The local clock: instants as whole microseconds, and where a local time of day lies through changes of the clock.

No working time and no calendar here; those are worktime.py's business.
"""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SECOND = 1_000_000  # everything is counted in whole microseconds, so that nothing is lost by rounding
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE


def micros(at: datetime) -> int:
    """Microseconds since 1970 of an aware instant; a naive one raises TypeError."""
    return length(at - EPOCH)


def instant(at: int) -> datetime:
    """The UTC datetime of microseconds since 1970."""
    return EPOCH + timedelta(0, 0, at)


def length(span: timedelta | None) -> int:
    """A timedelta in microseconds; none counts as nothing (a clock without offset)."""
    return 0 if span is None else (span.days * 86_400 + span.seconds) * SECOND + span.microseconds


def wall(zone: ZoneInfo, at: int) -> int:
    """What the local clock shows at `at`, counted as if it were UTC."""
    return at + length(instant(at).astimezone(zone).utcoffset())


def first_instant(zone: ZoneInfo, shown: datetime) -> int:
    """The first instant at which the local clock shows the (naive) time `shown` or a later one.

    In the hour that is skipped in spring that is its end; in the hour that comes twice in autumn, its first coming.
    One rule for every boundary, so that spans side by side stay side by side through a change of the clock.
    """
    local = shown.replace(tzinfo=zone, fold=0)
    before, after = length(local.utcoffset()), length(local.replace(fold=1).utcoffset())
    naive = micros(shown.replace(tzinfo=UTC))
    if before >= after:
        return naive - before
    # the clock skips `shown`: look for the second at which it jumps
    low, high = (naive - after) // SECOND, -((before - naive) // SECOND)
    while high - low > 1:
        middle = (low + high) // 2
        if length(instant(middle * SECOND).astimezone(zone).utcoffset()) == before:
            low = middle
        else:
            high = middle
    return high * SECOND

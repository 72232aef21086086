"""Time and chance enter here and nowhere else: clocks, ids and keys.

Everything further in takes them as arguments, so that replay, simulation and tests can bring their own.
"""

import random
import secrets
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Protocol

import uuid_utils


class Clock(Protocol):
    """What time it is for the center, which need not be the time of the machine."""

    def now(self) -> datetime:
        """The moment, aware, in UTC."""
        ...

    def seconds_until(self, moment: datetime) -> float:
        """How many real seconds a timer has to wait for `moment`; 0 when it has passed."""
        ...


class Ids(Protocol):
    """Where new ids come from."""

    def new(self) -> str:
        """A fresh id: 36 characters of UUID text that sort in order of making."""
        ...


class SystemClock:
    """The clock of the machine."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def seconds_until(self, moment: datetime) -> float:
        return max(0.0, (moment - datetime.now(UTC)).total_seconds())


class ReplayClock:
    """A clock that starts at `start` and runs `speed` times as fast as the machine's steady clock.

    anchor: the reading of the steady clock at which it showed `start` (None: now). That clock is used because
    a correction of the machine's clock must not jump a replay by `speed` times as much.
    """

    def __init__(
        self,
        start: datetime,
        speed: float = 1.0,
        anchor: float | None = None,
        steady: Callable[[], float] = time.monotonic,
    ) -> None:
        if start.tzinfo is None:
            raise ValueError("a replay clock needs an aware start")
        if not speed > 0:
            raise ValueError("a replay clock needs a speed above 0")
        self.start = start.astimezone(UTC)
        self.speed = speed
        self.anchor = steady() if anchor is None else anchor
        self._steady = steady

    def now(self) -> datetime:
        return self.start + timedelta(seconds=(self._steady() - self.anchor) * self.speed)

    def seconds_until(self, moment: datetime) -> float:
        return max(0.0, (moment - self.now()).total_seconds() / self.speed)


class SteppedClock:
    """A clock that stands still until it is moved: for tests and for deciding recorded commands again."""

    def __init__(self, start: datetime) -> None:
        if start.tzinfo is None:
            raise ValueError("a stepped clock needs an aware start")
        self._now = start.astimezone(UTC)

    def now(self) -> datetime:
        return self._now

    def seconds_until(self, moment: datetime) -> float:
        return max(0.0, (moment - self._now).total_seconds())

    def advance(self, span: timedelta) -> datetime:
        """Move forward by `span` and say the new time."""
        return self.move_to(self._now + span)

    def move_to(self, moment: datetime) -> datetime:
        """Move forward to `moment`; a clock never goes back."""
        moment = moment.astimezone(UTC)
        if moment < self._now:
            raise ValueError("a clock never goes back")
        self._now = moment
        return moment


class SystemIds:
    """UUIDv7 from the machine's clock and chance; one process never makes them out of order."""

    def new(self) -> str:
        return str(uuid_utils.uuid7())


class SeededIds:
    """The same ids for the same seed: valid UUIDv7 text, in order, one millisecond apart."""

    def __init__(self, seed: int = 0, start: datetime = datetime(2026, 1, 1, tzinfo=UTC)) -> None:
        self._chance = random.Random(seed)
        self._millisecond = int(start.timestamp() * 1000)

    def new(self) -> str:
        self._millisecond += 1
        low = self._chance.getrandbits(74)
        number = self._millisecond << 80 | 0x7 << 76 | (low >> 62) << 64 | 0b10 << 62 | (low & (1 << 62) - 1)
        text = f"{number:032x}"
        return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def monotonic() -> float:
    """Seconds of the steady clock: for measuring spans and for giving up, never for what is stored."""
    return time.monotonic()


def new_key(size: int = 32) -> bytes:
    """A secret key nobody can guess."""
    return secrets.token_bytes(size)


def new_token(size: int = 32) -> str:
    """A secret of `size` random bytes as text that fits a URL or a cookie."""
    return secrets.token_urlsafe(size)

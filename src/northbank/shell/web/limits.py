"""How often somebody may knock: sign-in attempts, reports of an account, reports of strangers.

Buckets live in this process; a restart forgives. Sizes of bodies are bounded in wire.py and forms.py.
"""

from collections.abc import Callable
from math import ceil

from limits import parse
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import MovingWindowRateLimiter

from northbank.core.refusal import Refused
from northbank.shell.web.wire import Scope

_FORGET_ABOVE = 10_000


def address_of(scope: Scope) -> str:
    """The peer's address; a reverse proxy's word is taken only where uvicorn was told to trust it."""
    client = scope.get("client")
    return str(client[0]) if client else "?"


class Buckets:
    """Token buckets, one for each name: cheap enough for every report.

    `per_minute` is both the size of a bucket and what flows in each minute; 0 lifts the limit.
    """

    def __init__(self, per_minute: int, clock: Callable[[], float]) -> None:
        self.size = float(per_minute)
        self.rate = per_minute / 60
        self.clock = clock
        self.levels: dict[str, tuple[float, float]] = {}

    def take(self, name: str) -> None:
        """Take one token of that name or refuse with the seconds to wait."""
        if not self.rate:
            return
        now = self.clock()
        level, at = self.levels.get(name, (self.size, now))
        level = min(self.size, level + (now - at) * self.rate)
        if level < 1:
            raise Refused("rate", seconds=ceil((1 - level) / self.rate))
        if len(self.levels) > _FORGET_ABOVE:
            self._forget(now)
        self.levels[name] = (level - 1, now)

    def _forget(self, now: float) -> None:
        """Drop the buckets that are full again."""
        self.levels = {
            name: (level, at) for name, (level, at) in self.levels.items() if level + (now - at) * self.rate < self.size
        }


class LoginThrottle:
    """Sign-in attempts per address and login, and per address over all logins."""

    def __init__(self, per_login: str, per_address: str) -> None:
        self.per_login = parse(per_login)
        self.per_address = parse(per_address)
        self.limiter = MovingWindowRateLimiter(MemoryStorage())

    async def knock(self, address: str, login: str) -> None:
        """Count one attempt or refuse it."""
        for limit, names in ((self.per_address, (address,)), (self.per_login, (address, login))):
            if not await self.limiter.hit(limit, *names):
                raise Refused("rate", seconds=limit.get_expiry())

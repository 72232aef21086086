"""Live frames: what changed goes to every screen of an audience as one pre-encoded frame, seven times a second at most.

What changed is asked of a feed (the tail); how a screen is reached is in stream.py. See docs/decisions/0005.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from datetime import datetime
from typing import Protocol

import msgspec

from northbank.core.access import Scope
from northbank.core.refusal import Refused
from northbank.shell.web.knobs import WebSettings

log = logging.getLogger(__name__)

REFRESH = 30.0  # seconds after which figures are sent again though nothing happened: hours pass, days begin

LOOKS = 8  # a tick: how often the journal's position is looked at

RESET = b'event: reset\ndata: {"why":"too_old"}\n\n'


class Tick(msgspec.Struct, frozen=True):
    """Everything that changed for a scope up to `position`, as JSON bytes. quiet: nothing did; only figures age."""

    position: int
    data: bytes
    quiet: bool = False


class Feed(Protocol):
    """What knows the changes: the tail of the journal."""

    @property
    def position(self) -> int:
        """The last position folded."""

    def tick(self, scope: Scope, after: int) -> Tick | None:
        """What changed for `scope` after that position, or None when that is no longer remembered."""


class Client(Protocol):
    """One screen that listens."""

    def write(self, payload: bytes, framed: bytes) -> bool:
        """Hand over one event, plain and chunk-framed; False when the screen is gone or too slow."""

    def close(self) -> None:
        """Hang up."""


def event(scope: Scope, tick: Tick) -> bytes:
    """One server-sent event. Its id says whose position it is: an account that moved cannot go on from it."""
    return b"id: %b\nevent: tick\ndata: %b\n\n" % (scope.cursor(tick.position).encode(), tick.data)


def framed(payload: bytes) -> bytes:
    """The payload as one HTTP/1.1 chunk."""
    return b"%x\r\n%b\r\n" % (len(payload), payload)


class Audience:
    """The screens that share a scope, and the frames they were sent last."""

    def __init__(self, scope: Scope, position: int, ring: int) -> None:
        self.scope = scope
        self.position = position
        self.clients: set[Client] = set()
        self.ring: deque[tuple[int, int, bytes]] = deque(maxlen=ring)  # (position before, after, payload)
        self.sent_at = float("-inf")
        self.fresh_at = float("-inf")
        self.figures_at = float("-inf")  # when figures were sent last

    def remembered(self, after: int) -> bytes | None:
        """All frames after that position in one piece, or None if the ring no longer holds them."""
        if after == self.position:
            return b""
        if not self.ring or not self.ring[0][0] <= after < self.position:
            return None
        return b"".join(payload for _, end, payload in self.ring if end > after)


class Broadcaster:
    """Sends ticks and heartbeats. One task for all screens; a screen costs one write per tick and no task."""

    def __init__(
        self, feed: Feed, settings: WebSettings, now: Callable[[], datetime], ticks: Callable[[], float]
    ) -> None:
        self.feed = feed
        self.settings = settings
        self.now = now
        self.ticks = ticks
        self.audiences: dict[str, Audience] = {}
        self.count = 0
        self.deliveries = 0
        self.dropped = 0

    async def run(self) -> None:
        """Look often, send at most once a tick: a lone event goes out at once, a storm goes out coalesced."""
        try:
            while True:
                try:
                    self.beat()
                except Exception:
                    log.exception("a tick failed; screens wait for the next one")
                await asyncio.sleep(self.settings.live_tick / LOOKS)
        finally:
            self.hang_up()

    def beat(self) -> None:
        """Send to each audience what changed, or a heartbeat where nothing did for a second."""
        for key, audience in list(self.audiences.items()):
            if not audience.clients:
                del self.audiences[key]
                continue
            payload = self._news(audience)
            if payload is None and self.ticks() - audience.sent_at >= self.settings.live_heartbeat:
                payload = self._beat_of(audience)
            if payload is not None:
                self._send(audience, payload)

    def _news(self, audience: Audience) -> bytes | None:
        age, old = self.ticks() - audience.fresh_at, self.ticks() - audience.figures_at >= REFRESH
        if age < self.settings.live_tick or (not old and self.feed.position <= audience.position):
            return None
        audience.fresh_at = self.ticks()
        tick = self.feed.tick(audience.scope, audience.position)
        if tick is None:
            audience.ring.clear()
            audience.position = self.feed.position
            return RESET
        before, audience.position = audience.position, max(audience.position, tick.position)
        if tick.quiet and not old:
            return None  # what happened elsewhere is not even felt as a frame; the next heartbeat has the position
        audience.figures_at = audience.fresh_at
        payload = event(audience.scope, tick)
        if tick.position > before:
            audience.ring.append((before, tick.position, payload))
        return payload

    def _beat_of(self, audience: Audience) -> bytes:
        data = msgspec.json.encode({"position": audience.position, "at": self.now()})
        return event(audience.scope, Tick(audience.position, data))

    def _send(self, audience: Audience, payload: bytes) -> None:
        chunk = framed(payload)
        gone = [client for client in audience.clients if not client.write(payload, chunk)]
        self.deliveries += len(audience.clients) - len(gone)
        self.dropped += len(gone)
        audience.sent_at = self.ticks()
        for client in gone:
            self.leave(audience.scope, client)
            client.close()

    def admit(self) -> None:
        """Refuse a screen too many."""
        if self.count >= self.settings.live_clients:
            raise Refused("busy", seconds=5)

    def join(self, scope: Scope, client: Client, after: int | None, foreign: bool = False) -> None:
        """Register a screen; first it is sent what it missed since `after`. No await: nothing falls in between.

        foreign: what it holds is of another scope, and so nothing to go on from.
        """
        key = scope.key
        audience = self.audiences.get(key)
        if audience is None:
            audience = self.audiences[key] = Audience(scope, self.feed.position, self.settings.live_ring)
        first = (RESET if foreign else self._missed(audience, after)) + self._beat_of(audience)
        audience.clients.add(client)
        self.count += 1
        client.write(first, framed(first))

    def _missed(self, audience: Audience, after: int | None) -> bytes:
        if after is None:
            return b""
        if after > self.feed.position:
            return RESET  # the screen knows a later past than this journal: another database
        found = audience.remembered(after)
        if found is not None:
            return found
        tick = self.feed.tick(audience.scope, after)
        return RESET if tick is None else event(audience.scope, tick)

    def leave(self, scope: Scope, client: Client) -> None:
        """Forget a screen; twice does no harm."""
        audience = self.audiences.get(scope.key)
        if audience is not None and client in audience.clients:
            audience.clients.discard(client)
            self.count -= 1

    def hang_up(self) -> None:
        """Close every screen: the server stops, and they come back by themselves."""
        for audience in self.audiences.values():
            for client in audience.clients:
                client.close()
        self.audiences.clear()
        self.count = 0

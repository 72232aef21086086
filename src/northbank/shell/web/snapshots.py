"""Snapshots of the wall as bytes, shared by all who ask at about the same time.

After a restart a thousand screens may ask at once; encoding and packing megabytes for each would stop everything else.
"""

import asyncio
import gzip
from collections import defaultdict

import msgspec

from northbank.core.access import Scope as Rows
from northbank.shell.web.registry import Face
from northbank.shell.web.wire import NO_STORE, Reply, Scope, takes_gzip

SHARED = 0.25  # seconds a snapshot may be shared although something happened: the live stream brings what is newer
KEPT = 16


class Shot(msgspec.Struct, frozen=True):
    """One snapshot, plain and packed. taken: when, on the steady clock."""

    position: int
    taken: float
    body: bytes
    packed: bytes


class Snapshots:
    """The newest snapshot of each scope that was asked for."""

    def __init__(self) -> None:
        self.shots: dict[str, Shot] = {}
        self.locks: dict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def reply(self, face: Face, scope: Scope, rows: Rows) -> Reply:
        """The snapshot, made now or shared."""
        shot = self._usable(face, rows.key)
        if shot is None:
            async with self.locks[rows.key]:
                shot = self._usable(face, rows.key) or await self._take(face, rows)
        headers = (*NO_STORE, (b"vary", b"accept-encoding"))
        if takes_gzip(scope):
            return Reply(200, shot.packed, headers=(*headers, (b"content-encoding", b"gzip")))
        return Reply(200, shot.body, headers=headers)

    def _usable(self, face: Face, key: str) -> Shot | None:
        shot = self.shots.get(key)
        if shot is None:
            return None
        age = face.sessions.ticks() - shot.taken
        current = shot.position == face.broadcaster.feed.position
        return shot if age < SHARED or (current and age < face.settings.live_heartbeat) else None

    async def _take(self, face: Face, rows: Rows) -> Shot:
        taken = face.sessions.ticks()
        snapshot = await face.snapshot(rows)
        body = msgspec.json.encode(snapshot)
        packed = await asyncio.to_thread(gzip.compress, body, 1)
        if len(self.shots) >= KEPT:
            self.shots.clear()
        shot = self.shots[rows.key] = Shot(snapshot.position, taken, body, packed)
        return shot

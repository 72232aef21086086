"""The vault: every subject has its own AES-256-GCM key, wrapped by the center's key; no key, no words.

Destroying the wrapped key (and the sealed pieces) erases a subject for good. Nothing here is ever logged.
"""

import os
from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256

import asyncpg
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from northbank.core.case import Sealed
from northbank.core.likeness import Sketch
from northbank.core.reading import Reading, reading_digest
from northbank.core.refusal import Refused
from northbank.ports import Envelope, Ids, Secret
from northbank.shell.store.sql import statements
from northbank.shell.store.together import Together

SQL = statements("journal")
DUPLICATES = statements("duplicates")
AUDIT = statements("audit")
_KEY = 32
_NONCE = 12
_SALT = 16


class PgVault:
    """Seals in memory, opens from the database. `master`: the 32-byte key that wraps all others."""

    def __init__(self, pool: asyncpg.Pool, master: bytes, ids: Ids) -> None:
        self._pool = pool
        self._master = AESGCM(master)
        self._ids = ids
        self._keys = Together(self._some)

    async def seal(self, subject: str, pieces: Sequence[tuple[str, bytes]], *, fresh: bool) -> Envelope:
        """Encrypt pieces under the subject's key; makes the key when the subject is new (or has none yet)."""
        wrapped: bytes | None = None
        key = None if fresh else await self._key(subject)
        if key is None:
            chance = os.urandom(_KEY + _NONCE)
            key = chance[:_KEY]
            wrapped = self._wrap(subject, key, chance[_KEY:])
        box = AESGCM(key)
        secrets: list[Secret] = []
        refs: list[Sealed] = []
        for kind, plain in pieces:
            id = self._ids.new()
            chance = os.urandom(_SALT + _NONCE)
            salt, nonce = chance[:_SALT], chance[_SALT:]
            secrets.append(Secret(id, subject, kind, nonce + box.encrypt(nonce, salt + plain, id.encode())))
            refs.append(Sealed(id, sha256(salt + plain).hexdigest()))
        return Envelope(wrapped, tuple(secrets), tuple(refs))

    async def knows(self, subject: str) -> bool:
        """Whether the subject has a key."""
        return await self._keys.get(subject) is not None

    async def sketches(self, subjects: Sequence[str], draw: Callable[[bytes], Sketch]) -> dict[str, Sketch]:
        """Sketches by subject; erased ones are missing. The words do not leave this method, so no reading is recorded."""
        found: dict[str, Sketch] = {}
        for row in await self._pool.fetch(DUPLICATES.words, list(subjects)):
            box = AESGCM(self._unwrap(row["subject"], row["wrapped"]))
            found[row["subject"]] = draw(_open(box, row["id"], row["sealed"]))
        return found

    async def open(self, subject: str, ids: Sequence[str], reading: Reading) -> dict[str, bytes]:
        """Plaintexts by secret id. Erased ones are missing; one that was changed outside raises `tampered`.

        The statement that fetches them writes the record of the reading: neither is there without the other.
        """
        pieces = sorted(ids)
        digest = reading_digest(reading, subject, pieces)
        record = (reading.at, reading.actor, reading.purpose, reading.kind, reading.case, digest)
        rows = [row for row in await self._pool.fetch(AUDIT.open, subject, pieces, *record) if row["id"] is not None]
        if not rows:
            return {}
        box = AESGCM(self._unwrap(subject, rows[0]["wrapped"]))
        return {str(row["id"]): _open(box, str(row["id"]), row["sealed"]) for row in rows}

    async def note(self, subjects: Sequence[str], reading: Reading) -> None:
        """Record that records of the lake are read, before their cells are shown."""
        digests = [reading_digest(reading, one, [one]) for one in subjects]
        await self._pool.execute(
            AUDIT.note_readings, list(subjects), digests, reading.at, reading.actor, reading.purpose, reading.kind, reading.case
        )  # fmt: skip

    def _wrap(self, subject: str, key: bytes, nonce: bytes) -> bytes:
        return nonce + self._master.encrypt(nonce, key, subject.encode())

    async def _key(self, subject: str) -> bytes | None:
        wrapped = await self._keys.get(subject)
        return None if wrapped is None else self._unwrap(subject, wrapped)

    async def _some(self, subjects: list[str]) -> Mapping[str, bytes]:
        return {row["subject"]: row["wrapped"] for row in await self._pool.fetch(SQL.subject_keys, subjects)}

    def _unwrap(self, subject: str, wrapped: bytes) -> bytes:
        try:
            return self._master.decrypt(wrapped[:_NONCE], wrapped[_NONCE:], subject.encode())
        except InvalidTag as error:
            raise Refused("vault_key") from error


def _open(box: AESGCM, id: str, sealed: bytes) -> bytes:
    try:
        return box.decrypt(sealed[:_NONCE], sealed[_NONCE:], id.encode())[_SALT:]
    except (InvalidTag, ValueError) as error:  # ValueError: so short that it cannot hold a nonce
        raise Refused("tampered") from error

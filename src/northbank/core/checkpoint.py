"""Checkpoints of the journal as signed notes: the text that is signed, the lines of signatures, names of keys.

Formats: C2SP tlog-checkpoint and signed-note (c2sp.org). Signing itself is done in shell; nothing here holds a key.
"""

import base64
import binascii
from datetime import UTC, datetime
from hashlib import sha256

import msgspec

ED25519 = b"\x01"  # the signature type of signed-note that Ed25519 has
_MARK = "— "


class Checkpoint(msgspec.Struct, frozen=True):
    """What is signed: the root of the tree over the first `size` entries, and when that was said.

    origin: whose journal it is. at: to the second; an extension line of the format, `time 2026-05-04T04:00:00Z`.
    """

    origin: str
    size: int
    root: bytes
    at: datetime

    def text(self) -> str:
        """The lines that are signed, the last one with its line end."""
        at = self.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        return f"{self.origin}\n{self.size}\n{_b64(self.root)}\ntime {at}\n"


class Note(msgspec.Struct, frozen=True):
    """A signed text taken apart. signatures: (name, key id, signature)."""

    text: str
    signatures: tuple[tuple[str, bytes, bytes], ...]


def key_id(name: str, public: bytes) -> bytes:
    """The four bytes by which a signature names its key."""
    return sha256(name.encode() + b"\n" + ED25519 + public).digest()[:4]


def verifier_key(name: str, public: bytes) -> str:
    """A public key as people pass it on: `name+id+key`."""
    return f"{name}+{key_id(name, public).hex()}+{_b64(ED25519 + public)}"


def read_verifier_key(text: str) -> tuple[str, bytes]:
    """(name, public key). Raises ValueError."""
    name, id, key = text.strip().split("+", 2)
    raw = _unb64(key)
    if len(raw) != 33 or raw[:1] != ED25519 or key_id(name, raw[1:]).hex() != id:
        raise ValueError("no Ed25519 verifier key")
    return name, raw[1:]


def seal(text: str, name: str, public: bytes, signature: bytes) -> str:
    """The signed note: text, an empty line, the signature."""
    return f"{text}\n{_MARK}{name} {_b64(key_id(name, public) + signature)}\n"


def read_note(note: str) -> Note:
    """Take a signed note apart. Raises ValueError where it is none."""
    text, gap, lines = note.rpartition("\n\n")
    if not gap or not lines.endswith("\n"):
        raise ValueError("no signed note")
    signatures = []
    for line in lines[:-1].split("\n"):
        name, _, value = line.removeprefix(_MARK).partition(" ")
        raw = _unb64(value)
        if not line.startswith(_MARK) or not name or len(raw) < 5:
            raise ValueError("no signature line")
        signatures.append((name, raw[:4], raw[4:]))
    return Note(text + "\n", tuple(signatures))


def read_checkpoint(text: str) -> Checkpoint:
    """The checkpoint a signed text says. Raises ValueError."""
    origin, size, root, time, end = text.split("\n")
    raw = _unb64(root)
    if end or not origin or str(int(size)) != size or int(size) < 0 or len(raw) != 32 or not time.startswith("time "):
        raise ValueError("no checkpoint")
    at = datetime.strptime(time, "time %Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    return Checkpoint(origin, int(size), raw, at)


def _b64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def _unb64(text: str) -> bytes:
    try:
        raw = base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise ValueError("no base64") from error
    if _b64(raw) != text:
        raise ValueError("no base64: spare bits are set")
    return raw

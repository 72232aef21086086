"""The key that checkpoints are signed with: an Ed25519 key in a PEM file. It never leaves this file's values."""

from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from northbank.core import checkpoint
from northbank.shell.clock import new_key
from northbank.shell.store.pool import DatabaseError


def new_pem() -> bytes:
    """A new key as it is kept."""
    return Ed25519PrivateKey.from_private_bytes(new_key()).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


class Signer:
    """Signs as `name`, the origin of the journal. pem: an Ed25519 private key; raises ValueError on any other."""

    def __init__(self, name: str, pem: bytes) -> None:
        key = serialization.load_pem_private_key(pem, None)
        if not isinstance(key, Ed25519PrivateKey):
            raise ValueError("an Ed25519 key is needed")
        self._key = key
        self.name = name
        self._public = key.public_key().public_bytes_raw()
        self.verifier = checkpoint.verifier_key(name, self._public)

    def sign(self, text: str) -> str:
        """The signed note of a text."""
        return checkpoint.seal(text, self.name, self._public, self._key.sign(text.encode()))


def read_signer(name: str, path: Path) -> Signer:
    """The signer of a PEM file; raises DatabaseError with one sentence."""
    try:
        return Signer(name, path.read_bytes())
    except (OSError, ValueError, TypeError) as error:
        raise DatabaseError(
            f"The audit key {path} cannot be used ({error}); give the path of an Ed25519 private key in PEM."
        ) from error


def signed_by(note: str, verifiers: list[str]) -> bool:
    """Whether one of these keys signed the note."""
    try:
        parts = checkpoint.read_note(note)
    except ValueError:
        return False
    for name, public in map(checkpoint.read_verifier_key, verifiers):
        for signer, id, signature in parts.signatures:
            if (signer, id) == (name, checkpoint.key_id(name, public)) and _fits(public, signature, parts.text):
                return True
    return False


def _fits(public: bytes, signature: bytes, text: str) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, text.encode())
    except (InvalidSignature, ValueError):
        return False
    return True

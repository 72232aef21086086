"""Secrets that a contract names: a variable NORTHBANK_SECRET_<name>, or a file below `secrets` in the data folder.

A pack can name nothing else of the machine, and what is read here is neither logged nor told.
"""

from collections.abc import Mapping
from pathlib import Path

from northbank.core.refusal import Refused

PREFIX = "NORTHBANK_SECRET_"


class Secrets:
    """folder: where files of secrets lie. variables: of this process."""

    def __init__(self, folder: Path, variables: Mapping[str, str]) -> None:
        self._folder = folder
        self._variables = variables

    def __repr__(self) -> str:
        """Nothing of what is inside."""
        return f"Secrets({self._folder})"

    def read(self, reference: str) -> str:
        """The secret of `env:NAME` or `file:NAME`. Refused: `no_secret`."""
        kind, _, name = reference.partition(":")
        if kind == "env":
            found = self._variables.get(PREFIX + name, "")
        else:
            path = self._folder / name
            try:
                found = path.read_text("utf-8").strip() if path.parent == self._folder else ""
            except (OSError, UnicodeDecodeError):
                found = ""
        if not found or any(ord(sign) < 32 for sign in found):
            raise Refused("no_secret", reference=reference, variable=PREFIX + name, file=name)
        return found

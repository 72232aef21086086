"""How far the weeks before a demonstration were filled in: a note in the data folder, so that a restart goes on with them."""

import os
from datetime import datetime
from pathlib import Path

import msgspec

NAME = "weeks.json"


class Filling(msgspec.Struct, frozen=True):
    """first: the moment the weeks end at. day: the day before it that is being told, from 1; told: how many of its reports are."""

    first: datetime
    day: int = 1
    told: int = 0


def read_filling(folder: Path) -> Filling | None:
    """The note, or None where there is none that can be read."""
    try:
        return msgspec.json.decode((folder / NAME).read_bytes(), type=Filling)
    except (OSError, msgspec.DecodeError):
        return None


def write_filling(folder: Path, filling: Filling) -> None:
    """The note put in place whole."""
    part = folder / f".{NAME}.part"
    part.write_bytes(msgspec.json.encode(filling))
    os.replace(part, folder / NAME)

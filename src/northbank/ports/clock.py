"""Time and ids: the only two things a flow cannot make itself. No implementation lives here."""

from datetime import datetime
from typing import Annotated, Protocol

import msgspec

Moment = Annotated[datetime, msgspec.Meta(tz=True)]  # a time that names its zone


class Clock(Protocol):
    """The only source of time."""

    def now(self) -> datetime:
        """Now, aware, UTC."""


class Ids(Protocol):
    """The only source of chance."""

    def new(self) -> str:
        """A new UUIDv7 as text."""

    def number(self) -> str:
        """A new case number, unique in this center."""

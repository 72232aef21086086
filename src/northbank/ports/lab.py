"""What the policy lab needs from the world: the files of pack versions, and kept simulations. No implementation lives here."""

from collections.abc import AsyncGenerator, Sequence
from datetime import datetime
from typing import Any, Literal, Protocol

import msgspec

from northbank.core.city import City, Name
from northbank.core.journal import Entry
from northbank.core.policy import Asked, Changed, Result

Kind = Literal["moved", "redated", "newly_late", "no_longer_late"]


class Listed(msgspec.Struct, frozen=True):
    """A kept simulation as lists show it. by: the login that asked for it, None for the command line. note: what was tried."""

    id: str
    at: datetime
    version: str
    by: str | None
    note: str
    since: datetime
    until: datetime
    cases: int
    moved: int
    late_before: int
    late_after: int


class SimulationRun(msgspec.Struct, frozen=True, kw_only=True):
    """A simulation under way, or one that ended without a result. done, total: entries. fault: why it failed, for people.

    interrupted: the center stopped meanwhile; it can be begun anew, because the version it tries is kept.
    """

    id: str
    state: Literal["running", "done", "stopped", "interrupted", "failed"]
    asked: Asked
    version: str
    at: datetime
    since: datetime
    until: datetime
    cases: int
    total: int
    done: int = 0
    fault: Name | None = None


class KeptPack(msgspec.Struct, frozen=True):
    """A pack version whose files are kept. note: what was tried with it first, empty where nothing was."""

    version: str
    at: datetime
    note: str


class ChangedRow(msgspec.Struct, frozen=True):
    """A case that changes, with its place among those of its simulation, from 1."""

    n: int
    case: Changed


class Packs(Protocol):
    """Pack versions with their files."""

    async def keep(self, version: str, city: str, at: datetime, files: bytes) -> None:
        """Keep the files of a version; the first to come stays."""

    async def version(self, version: str) -> City | None:
        """The city of a version, without ground; None where it was never kept or cannot be read any more."""

    async def files(self, version: str) -> bytes | None:
        """The zipped files of a version; None where they were never kept."""

    async def kept(self, city: str, limit: int) -> list[KeptPack]:
        """The versions of a city's pack kept last, the newest first."""


class Simulations(Protocol):
    """Recorded cases to live again, and the results that are kept."""

    async def size(self, since: datetime, until: datetime) -> tuple[int, int]:
        """How many cases were reported in a span, and how many entries they have."""

    def cases(self, since: datetime, until: datetime) -> AsyncGenerator[list[Entry[Any]], None]:
        """The whole history of each case reported in a span."""

    async def note(self, run: SimulationRun) -> None:
        """Note that one began, or how it ended; a later note of the same one replaces it."""

    async def noted(self, limit: int) -> list[SimulationRun]:
        """Those begun last that have no result, the oldest first, as they were noted."""

    async def keep(self, result: Result) -> None:
        """Keep a result."""

    async def sums(self, id: str) -> Result | None:
        """A kept result without the cases that change."""

    async def newest(self, limit: int, after: str | None = None) -> list[Listed]:
        """The newest results, or those older than the result `after`."""

    async def changed(
        self, id: str, unit: str | None, kind: Kind | None, after: int, limit: int
    ) -> tuple[int, Sequence[ChangedRow]]:
        """Cases of a result that change: how many there are in all, and those behind place `after`. unit: before or after."""

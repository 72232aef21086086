"""Putting a version of the pack in force: what the journal says of it. The files themselves lie beside the journal."""

from northbank.core.journal import Fact


class Published(Fact, frozen=True, tag="published"):
    """A version of the pack was put in force, for a stated reason or on the strength of a simulation (its id)."""

    version: str
    before: str | None = None
    reason: str | None = None
    simulation: str | None = None


def stream_of(city: str) -> str:
    """The stream that the versions of a city's pack are told in."""
    return f"pack:{city}"

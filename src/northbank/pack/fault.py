"""What is wrong with a pack: one `Fault` per place, and the error that carries all of them.

Only the value and how it is worded live here; finding faults is the business of the readers and checks.
"""

from collections.abc import Iterable

import msgspec


class Fault(msgspec.Struct, frozen=True, order=True):
    """One fault: where it is, what stands there, what may stand there."""

    file: str
    line: int
    found: str
    allowed: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: found {self.found}; allowed: {self.allowed}"


class PackFaults(Exception):
    """A pack that was read and turned down, with every fault that was found."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults: list[Fault] = sorted(set(faults))
        super().__init__("\n".join(str(fault) for fault in self.faults))


MANY = 8


def listed(values: Iterable[str]) -> str:
    """The allowed values in a sentence, cut when there are many."""
    names = sorted(values)
    if not names:
        return "nothing yet: the list is empty"
    more = f" ... ({len(names)} in all)" if len(names) > MANY else ""
    return ", ".join(names[:MANY]) + more

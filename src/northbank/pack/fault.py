"""What is wrong with a pack: one `Fault` per place, and the error that carries all of them.

Only the value and how it is worded live here; finding faults is the business of the readers and checks.
"""

from collections.abc import Iterable
from difflib import get_close_matches

import msgspec


class Fault(msgspec.Struct, frozen=True, order=True):
    """One fault: where it is, what stands there, what may stand there. chinese: found and allowed, where they are known.

    warning: the pack loads and works, but probably not as it is meant.
    """

    file: str
    line: int
    found: str
    allowed: str
    warning: bool = False
    chinese: tuple[str, str] | None = None

    def __str__(self) -> str:
        grade = "warning: " if self.warning else ""
        return f"{self.file}:{self.line}: {grade}found {self.found}; allowed: {self.allowed}"

    def in_chinese(self) -> str | None:
        """The same in Chinese, or None."""
        if self.chinese is None:
            return None
        grade = "提醒：" if self.warning else ""
        return f"{self.file}:{self.line}：{grade}{self.chinese[0]}；应为：{self.chinese[1]}"


class PackFaults(Exception):
    """A pack that was read and turned down, with every fault that was found."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults: list[Fault] = sorted(set(faults))
        super().__init__("\n".join(str(fault) for fault in self.faults))


MANY = 8
SEARCHED = 300  # looking for likeness in longer lists takes too long when everything is wrong


def listed(values: Iterable[str], found: str = "") -> str:
    """The allowed values in a sentence, cut when there are many; those that look like `found` come first."""
    names = sorted(values)
    if not names:
        return "nothing yet: the list is empty"
    close = get_close_matches(found, names, n=3, cutoff=0.5) if found and MANY < len(names) <= SEARCHED else []
    shown = list(dict.fromkeys(close + names))[:MANY]
    more = f" ... ({len(names)} in all)" if len(names) > MANY else ""
    return ", ".join(shown) + more

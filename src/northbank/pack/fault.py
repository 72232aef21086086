"""What is wrong with a pack: one `Fault` per place, and the error that carries all of them.

Only the value and how it is worded live here; finding faults is the business of the readers and checks.
"""

from collections.abc import Iterable
from difflib import get_close_matches

import msgspec

from northbank.core.mendable import Mendable
from northbank.core.name import Name


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


def told(file: str, line: int, found: Name | str, allowed: Name | str, warning: bool = False) -> Fault:
    """A fault in both languages; plain text is the same in both."""
    en = [one if isinstance(one, str) else one.en for one in (found, allowed)]
    zh = [one if isinstance(one, str) else one.zh for one in (found, allowed)]
    return Fault(file, line, en[0], en[1], warning, (zh[0], zh[1]))


def in_cell(column: str, value: object) -> Name:
    """What stands in a column or under a key."""
    return Name(f"{column} 为 '{value}'", f"{column} '{value}'")


class PackFaults(Mendable):
    """A pack that was read and turned down, with every fault that was found."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults: list[Fault] = sorted(set(faults))
        super().__init__("\n".join(str(fault) for fault in self.faults))


MANY = 8
SEARCHED = 300  # looking for likeness in longer lists takes too long when everything is wrong


def listed(values: Iterable[str], found: str = "") -> str:
    """The allowed values in a sentence, cut when there are many; those that look like `found` come first."""
    return choice(values, found).en


def choice(values: Iterable[str], found: str = "", before: Name | str = "") -> Name:
    """The same in both languages. before: what may stand there too, said first."""
    first = Name(before, before) if isinstance(before, str) else before
    zh, en = _listed(sorted(values), found)
    return Name("，".join(filter(None, (first.zh, zh))), ", ".join(filter(None, (first.en, en))))


def _listed(names: list[str], found: str) -> tuple[str, str]:
    if not names:
        return "（尚无可选值）", "nothing yet: the list is empty"
    close = get_close_matches(found, names, n=3, cutoff=0.5) if found and MANY < len(names) <= SEARCHED else []
    shown = list(dict.fromkeys(close + names))[:MANY]
    if len(names) <= MANY:
        return ", ".join(shown), ", ".join(shown)
    return f"{', '.join(shown)} 等（共 {len(names)} 个）", f"{', '.join(shown)} ... ({len(names)} in all)"

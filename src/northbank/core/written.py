"""How days and times stand in files of one source, such as `%m/%d/%Y %I:%M:%S %p`: as replacements that lead to 2024-02-03 14:05:06.

The replacements are the same in Python and in an engine; no engine's own time formats are used. What is read then is in celltypes.
"""

import re
from functools import cache

from northbank.core.expression import Expression, call

TWO = "([0-9]{1,2})"
PARTS = {
    "Y": "([12][0-9]{3})", "m": TWO, "d": TWO, "H": TWO, "I": TWO, "M": "([0-9]{2})", "S": "([0-9]{2})",
    "p": "(AM|PM|am|pm|上午|下午)",
}  # fmt: skip
ALLOWED = f"parts {' '.join('%' + part for part in PARTS)}, each once: %Y %m %d, of a time %H or %I %p, and %M"
MORNING, AFTERNOON = "(?:AM|am|上午)", "(?:PM|pm|下午)"
_PART = re.compile(r"%(.)|( +)|(.)", re.DOTALL)
Replacement = tuple[str, str]


def fault(format: str, kind: str) -> str | None:
    """What is wrong with a format; None where nothing is."""
    parts = [found[1] for found in _PART.finditer(format) if found[1]]
    if unknown := [part for part in parts if part not in PARTS]:
        return f"unknown part %{unknown[0]}"
    if twice := [part for part in parts if parts.count(part) > 1]:
        return f"%{twice[0]} twice"
    if not {"Y", "m", "d"} <= set(parts):
        return "no whole day"
    clock = {"H", "M"} <= set(parts) or {"I", "p", "M"} <= set(parts)
    if kind == "time" and not clock:
        return "no time of day"
    return "both %H and %I" if {"H", "I"} <= set(parts) else None


@cache
def replacements(format: str, kind: str) -> tuple[Replacement, ...]:
    """Patterns and what takes their place, one after the other; a cell that is written otherwise stays as it is."""
    order = [found[1] for found in _PART.finditer(format) if found[1]]
    pattern = "".join(
        PARTS[found[1]] if found[1] else " +" if found[2] else _plainly(found[3]) for found in _PART.finditer(format)
    )
    place = {part: f"\\{number}" for number, part in enumerate(order, 1)}
    day = f"{place['Y']}-{place['m']}-{place['d']}"
    if kind == "date":
        return ((f"^{pattern}$", day),)
    seconds = f":{place['S']}" if "S" in place else ""
    hour = place.get("H") or place["I"]
    half = f" {place['p']}" if "p" in place else ""
    first = (f"^{pattern}$", f"{day} {hour}:{place['M']}{seconds}{half}")
    return (first, *(_halves() if half else ()), ("^([^ ]+) ([0-9]:[^ ]+)$", r"\1 0\2"))


def _halves() -> tuple[Replacement, ...]:
    """From the clock of twelve hours to that of twenty-four."""
    later = tuple((f"^([^ ]+) 0?{hour}(:[^ ]+) {AFTERNOON}$", rf"\1 {hour + 12}\2") for hour in range(1, 12))
    return (
        (f"^([^ ]+) 12(:[^ ]+) {MORNING}$", r"\1 00\2"),
        (f"^([^ ]+) ((?:0?[1-9]|1[01]):[^ ]+) {MORNING}$", r"\1 \2"),
        (f"^([^ ]+) (12:[^ ]+) {AFTERNOON}$", r"\1 \2"),
        *later,
    )


def _plainly(sign: str) -> str:
    return sign if sign.isalnum() or ord(sign) > 127 else f"\\{sign}"


def plain(text: str, formats: tuple[str, ...], kind: str) -> str:
    """The text of a cell as every day or time may stand."""
    for format in formats:
        for pattern, instead in replacements(format, kind):
            text = re.sub(pattern, instead, text, count=1)
    return text


def plainly(cell: Expression, formats: tuple[str, ...], kind: str) -> Expression:
    """The same as an expression."""
    for format in formats:
        for pattern, instead in replacements(format, kind):
            cell = call("replace", cell, pattern, instead)
    return cell

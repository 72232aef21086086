"""How a file writes its times: formats compiled once to patterns, tried in order, and the zone of what names none.

No file is read here and no clock; which column holds a time is the business of importing.py.
"""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

ISO = "iso"
EPOCH = {"epoch": 1, "epoch_ms": 1_000}
_PARTS = {
    "Y": r"(\d{4})", "y": r"(\d{2})", "m": r"(\d{1,2})", "d": r"(\d{1,2})", "H": r"(\d{1,2})", "I": r"(\d{1,2})",
    "M": r"(\d{1,2})", "S": r"(\d{1,2})", "f": r"(\d{1,6})", "p": r"(AM|PM|am|pm|上午|下午)",
    "z": r"(Z|[+-]\d{2}:?\d{2})",
}  # fmt: skip
ALLOWED = f"{ISO}, {', '.join(EPOCH)}, or parts {' '.join('%' + part for part in _PARTS)} with what stands between them"
_START = datetime(1970, 1, 1, tzinfo=UTC)
Parser = Callable[[str], datetime | None]


class BadFormat(ValueError):
    """A time format that cannot be used."""


class TimeFormats:
    """The formats of one file. Digits may lack their leading zero; blanks between parts may be any number."""

    def __init__(self, formats: tuple[str, ...], zone: str) -> None:
        self._zone = ZoneInfo(zone)
        self._parsers = [_parser(one) for one in formats]

    def read(self, found: object) -> datetime | None:
        """The instant in UTC, or None where no format fits.

        A local time that the clock skips counts as the one an hour later, one that comes twice as its first coming.
        """
        if isinstance(found, datetime):
            return self._utc(found)
        if isinstance(found, date):
            return self._utc(datetime(found.year, found.month, found.day))  # noqa: DTZ001 - the zone follows
        text = str(found)
        for parse in self._parsers:
            moment = parse(text)
            if moment is not None:
                return self._utc(moment)
        return None

    def end_of_day(self, at: datetime) -> datetime:
        """The last second of the local day, where `at` is its midnight; any other moment stays."""
        local = at.astimezone(self._zone)
        if local.hour or local.minute or local.second:
            return at
        return local.replace(hour=23, minute=59, second=59).astimezone(UTC)

    def _utc(self, moment: datetime) -> datetime | None:
        try:
            return (moment if moment.tzinfo else moment.replace(tzinfo=self._zone)).astimezone(UTC)
        except OverflowError:
            return None


def _parser(format: str) -> Parser:
    if format == ISO:
        return _iso
    if format in EPOCH:
        return _epoch(EPOCH[format])
    pattern, parts = _compile(format)
    return lambda text: _fit(pattern, parts, text)


def _iso(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _epoch(scale: int) -> Parser:
    def parse(text: str) -> datetime | None:
        try:
            return _START + timedelta(microseconds=round(float(text) * 1_000_000 / scale))
        except (ValueError, OverflowError):
            return None

    return parse


def _compile(format: str) -> tuple[re.Pattern[str], str]:
    pieces: list[str] = []
    parts = ""
    for piece in re.findall(r"%.|\s+|[^%\s]+|%", format):
        if piece.isspace():
            pieces.append(r"\s+")
        elif not piece.startswith("%"):
            pieces.append(re.escape(piece))
        elif piece[1:] in _PARTS and piece[1:] not in parts:
            pieces.append(_PARTS[piece[1]])
            parts += piece[1]
        else:
            raise BadFormat(piece)
    if not ({"m", "d"} <= set(parts) and set(parts) & {"Y", "y"}) or ("I" in parts) != ("p" in parts):
        raise BadFormat(format)
    return re.compile("".join(pieces), re.ASCII), parts


def _fit(pattern: re.Pattern[str], parts: str, text: str) -> datetime | None:
    found = pattern.fullmatch(text)
    if found is None:
        return None
    of = dict(zip(parts, found.groups(), strict=True))
    year = int(of["Y"]) if "Y" in of else 2000 + int(of["y"])
    hour = int(of.get("H", 0))
    if "I" in of:
        if not 1 <= int(of["I"]) <= 12:
            return None
        hour = int(of["I"]) % 12 + (12 if of["p"] in ("PM", "pm", "下午") else 0)
    micro = int(of["f"].ljust(6, "0")) if "f" in of else 0
    try:
        moment = datetime(  # noqa: DTZ001 - the zone follows
            year, int(of["m"]), int(of["d"]), hour, int(of.get("M", 0)), int(of.get("S", 0)), micro
        )
        return datetime.fromisoformat(f"{moment.isoformat()}{of['z']}") if "z" in of else moment
    except ValueError:
        return None

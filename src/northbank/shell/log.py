"""How the program speaks to its operator: one line per message, plain for people or JSON for machines.

No personal data: messages are fixed sentences with ids and counts; the words of strangers' errors are left out.
"""

import json
import logging
import sys
import traceback
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, TextIO

# Attributes of a record that are not facts somebody passed with extra=.
_OWN = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName", "color_message"}


def configure(
    form: Literal["plain", "json"] = "plain", level: int = logging.INFO, stream: TextIO | None = None
) -> None:
    """Send all log messages of the process to `stream` (standard error) in one form; may be called again."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonLines() if form == "json" else Plain())
    root = logging.getLogger()
    for old in root.handlers[:]:
        root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(level)
    # Addresses of requests may carry names and phone numbers in their query: they are not logged.
    logging.getLogger("uvicorn.access").setLevel(logging.WARNING)
    # The same messages once, not twice: uvicorn brings handlers of its own.
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logging.getLogger(name).handlers.clear()
        logging.getLogger(name).propagate = True


class JsonLines(logging.Formatter):
    """One JSON object a line: at, level, logger, message, the facts passed with extra=, error."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "at": _at(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **_facts(record),
        }
        if record.exc_info and record.exc_info[1]:
            line["error"] = describe(record.exc_info[1])
            line["trace"] = _trace(record.exc_info[1])
        return json.dumps(line, ensure_ascii=False, default=str)


class Plain(logging.Formatter):
    """Time, level where it matters, message, facts; a trace in the lines below."""

    def format(self, record: logging.LogRecord) -> str:
        level = "" if record.levelno == logging.INFO else f"{record.levelname.lower()}: "
        facts = "".join(f" {name}={value}" for name, value in _facts(record).items())
        text = f"{_at(record)} {level}{record.getMessage()}{facts}".replace("\n", "\\n")
        if record.exc_info and record.exc_info[1]:
            text += "\n  " + "\n  ".join([*_trace(record.exc_info[1]), describe(record.exc_info[1])])
        return text


def describe(error: BaseException) -> str:
    """Which error it was, without what strangers put into its words.

    Our own errors speak in sentences meant to be read. Others repeat the value that broke them (a row, a field).
    """
    kind = type(error)
    name = f"{kind.__module__}.{kind.__qualname__}".removeprefix("builtins.")
    if kind.__module__.startswith("northbank."):
        return f"{name}: {error}"
    state = getattr(error, "sqlstate", None)
    if isinstance(error, OSError) and error.strerror:
        return f"{name}: {error.strerror}"
    return f"{name} {state}" if state else name


def _trace(error: BaseException) -> list[str]:
    frames = traceback.extract_tb(error.__traceback__)
    steps = [f"{_short(frame.filename)}:{frame.lineno} {frame.name}" for frame in frames]
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return [*_trace(cause), f"{describe(cause)}; then", *steps] if cause else steps


def _short(path: str) -> str:
    """The path from the package on: where it is installed tells the reader nothing."""
    parts = Path(path).parts
    for mark in ("site-packages", "src"):
        if mark in parts:
            return "/".join(parts[parts.index(mark) + 1 :])
    return "/".join(parts[-2:])


def _facts(record: logging.LogRecord) -> dict[str, object]:
    return {name: value for name, value in vars(record).items() if name not in _OWN}


def _at(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")

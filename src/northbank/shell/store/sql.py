"""SQL has names: each file in sql/ is parsed once into statements that begin with `-- name: x`."""

import re
from functools import cache
from importlib.resources import files
from types import SimpleNamespace

_NAME = re.compile(r"^-- name: (\w+)\s*$", re.MULTILINE)


@cache
def statements(file: str) -> SimpleNamespace:
    """The statements of sql/<file>.sql as attributes."""
    text = (files("northbank.shell.store") / "sql" / f"{file}.sql").read_text("utf-8")
    parts = _NAME.split(text)[1:]
    return SimpleNamespace(**dict(zip(parts[::2], (body.strip().rstrip(";") for body in parts[1::2]), strict=True)))


def migrations() -> list[tuple[str, str]]:
    """(name, SQL) of every migration in order."""
    folder = files("northbank.shell.store") / "migrations"
    names = sorted(one.name for one in folder.iterdir() if one.name.endswith(".sql"))
    return [(name.removesuffix(".sql"), (folder / name).read_text("utf-8")) for name in names]

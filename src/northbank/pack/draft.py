"""A draft of a pack version: the files of a kept version with some files of rules written anew. Nothing is put in force here.

Only what a simulation decides again by may be rewritten; units, ground, people and words stay those of the base.
"""

import io
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path

from northbank.core.city import City
from northbank.pack.build import build_city
from northbank.pack.bundle import bundle
from northbank.pack.fault import PackFaults
from northbank.pack.files import read_files
from northbank.pack.geometry import Shapes
from northbank.pack.offices import office_faults
from northbank.pack.refs import reference_faults
from northbank.pack.workweek import calendar_faults

RULES = tuple(f"{name}.csv" for name in ("routing", "limits", "ladder", "look_back", "types", "periods", "attributes"))


def rule_files(data: bytes) -> list[str]:
    """The files of a bundle that a draft may rewrite; tables that the pack could have count too."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        years = (name for name in archive.namelist() if name.startswith("calendar/") and name.endswith(".toml"))
        return [*RULES, *sorted(years)]


def text_of(data: bytes, name: str) -> str:
    """A file of a bundle as text; empty where the pack does without it."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return archive.read(name).decode("utf-8-sig") if name in archive.namelist() else ""


def redraw(data: bytes, texts: Mapping[str, str]) -> tuple[bytes, City]:
    """The bundle with these files written anew (empty: left out), and its city without ground. Raises PackFaults.

    texts: only names that `rule_files` gives.
    """
    with tempfile.TemporaryDirectory(prefix="northbank-draft-") as name:
        folder = Path(name)
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            archive.extractall(folder)
        for file, text in texts.items():
            if text.strip():
                (folder / file).write_bytes(text.encode())
            else:
                (folder / file).unlink(missing_ok=True)
        return bundle(folder), _city(folder)


def _city(folder: Path) -> City:
    files = read_files(folder)
    files.faults += [*reference_faults(files), *calendar_faults(files), *office_faults(files)]
    if files.faults:
        raise PackFaults(files.faults)
    return build_city(files, Shapes([], "", None, "", [], False))

"""A pack as one piece of bytes, to be kept with the journal, and the rules read back from it.

Shapes that an operator brings from outside are not in it: rules are read without geometry.
"""

import io
import tempfile
import zipfile
from pathlib import Path

from msgspec.structs import replace

from northbank.core.city import City
from northbank.pack.build import build_city
from northbank.pack.fault import PackFaults
from northbank.pack.files import read_files
from northbank.pack.geometry import Shapes

_EPOCH = (1980, 1, 1, 0, 0, 0)  # the same files give the same bytes


def bundle(folder: Path) -> bytes:
    """The files of a pack that count for its version, zipped."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.rglob("*")):
            name = path.relative_to(folder)
            if (
                path.is_file()
                and name.parts[0] != "maps"
                and not any(one.startswith((".", "__")) for one in name.parts)
            ):
                archive.writestr(zipfile.ZipInfo(name.as_posix(), _EPOCH), path.read_bytes(), zipfile.ZIP_DEFLATED)
    return made.getvalue()


def open_bundle(data: bytes, version: str) -> City:
    """The city of a bundle, without ground: its rules, units and calendars. Raises PackFaults, zipfile.BadZipFile."""
    with tempfile.TemporaryDirectory(prefix="northbank-pack-") as folder:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            archive.extractall(folder)
        return rules_in(Path(folder), version)


def rules_in(folder: Path, version: str | None = None) -> City:
    """The city of a pack folder without its ground; fast, because no shape is read. Raises PackFaults."""
    files = read_files(folder)
    if files.faults:
        raise PackFaults(files.faults)
    city = build_city(files, Shapes([], "", None, "", [], False))
    return city if version is None else replace(city, version=version)

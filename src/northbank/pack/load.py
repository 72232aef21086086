"""A pack folder becomes one frozen City, or PackFaults with every fault that reading it shows.

Reading is in `files` and `geometry`, joining in `build`; the slow checks (coverage, stories) are in `check`.
"""

import hashlib
from pathlib import Path

from northbank.core.city import City
from northbank.pack.bases import base_faults
from northbank.pack.build import build_city
from northbank.pack.datasets import dataset_faults
from northbank.pack.fault import Fault as Fault
from northbank.pack.fault import PackFaults as PackFaults
from northbank.pack.files import PackFiles, read_files
from northbank.pack.geometry import Shapes, read_shapes
from northbank.pack.governed import governed_faults
from northbank.pack.inventory import inventory_faults
from northbank.pack.joins import geometry_faults
from northbank.pack.links import link_faults
from northbank.pack.offices import office_faults
from northbank.pack.refs import reference_faults
from northbank.pack.workweek import calendar_faults


def load(path: Path, areas: Path | None = None) -> City:
    """The city in folder `path`; `areas` is a folder of shapes the operator brings. Raises PackFaults."""
    files, shapes = read(path, areas)
    if files.faults:
        raise PackFaults(files.faults)
    return build_city(files, shapes)


def read(path: Path, areas: Path | None = None) -> tuple[PackFiles, Shapes]:
    """Files and shapes of a pack with the faults of all quick checks in `files.faults`."""
    if not Path(path).is_dir():
        raise PackFaults([Fault(str(path), 1, "no folder", "the folder of a pack, with pack.toml in it")])
    if areas is not None and not Path(areas).is_dir():
        raise PackFaults(
            [Fault(str(areas), 1, "no folder", "a folder with the files of shapes that the pack asks for")]
        )
    files = read_files(Path(path))
    line = files.pack.line("geometry", "grids")
    shapes = read_shapes(files.folder, Path(areas) if areas else None, files.pack.value.geometry, line, files.faults)
    files.faults += reference_faults(files)
    files.faults += calendar_faults(files)
    files.faults += office_faults(files)
    files.faults += geometry_faults(files, shapes)
    files.faults += dataset_faults(files)
    files.faults += inventory_faults(files)
    files.faults += governed_faults(files)
    files.faults += link_faults(files)
    files.faults += base_faults(files)
    files.digest = digest_with(files, shapes)
    return files, shapes


def digest_with(files: PackFiles, shapes: Shapes) -> str:
    """The pack's digest; files that were brought from outside of its folder count too."""
    outside = [path for path in shapes.read if not path.is_relative_to(files.folder)]
    if not outside:
        return files.digest
    total = hashlib.sha256(files.digest.encode())
    for path in outside:
        total.update(path.name.encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()[:16]

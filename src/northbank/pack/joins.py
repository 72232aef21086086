"""Checks that shapes and tables tell of the same grids, and that the counts of pack.toml's [expect] hold.

Whether the shapes themselves are good is checked in `check`.
"""

from collections.abc import Iterator

from northbank.pack.fault import Fault, listed
from northbank.pack.files import PackFiles
from northbank.pack.geometry import Shapes
from northbank.pack.refs import in_force


def geometry_faults(files: PackFiles, shapes: Shapes) -> Iterator[Fault]:
    """Grids without a shape, shapes without a grid, codes twice, counts that do not hold."""
    yield from _twice(shapes)
    if shapes.foreign and files.pack.value.geometry.properties.parent:
        yield from _foreign_parents(files, shapes)
    elif shapes.grids:
        yield from _both_sides(files, shapes)
    if shapes.grids or not files.pack.value.geometry.required:
        yield from _counts(files, shapes)


def _twice(shapes: Shapes) -> Iterator[Fault]:
    seen: dict[str, int] = {}
    for feature in shapes.grids:
        if feature.code in seen:
            found = f"code '{feature.code}' a second time (first in feature {seen[feature.code]})"
            yield Fault(shapes.grids_file, feature.line, found, "each code once")
        seen.setdefault(feature.code, feature.number)


def _foreign_parents(files: PackFiles, shapes: Shapes) -> Iterator[Fault]:
    areas = {row.code for _, row in files.table("areas") if row.level in ("town", "community")}
    for feature in shapes.grids:
        if feature.parent not in areas:
            yield Fault(shapes.grids_file, feature.line, f"parent '{feature.parent}'", listed(areas, feature.parent))


def _both_sides(files: PackFiles, shapes: Shapes) -> Iterator[Fault]:
    drawn = {feature.code for feature in shapes.grids}
    rows = {row.code for _, row in files.table("grids")}
    for line, row in files.table("grids"):
        if row.code not in drawn and row.valid_to is None:
            yield Fault("grids.csv", line, f"grid '{row.code}' without a shape", f"a feature in {shapes.grids_file}")
    for feature in shapes.grids:
        if feature.code not in rows:
            found = f"a shape for '{feature.code}', which is no grid"
            yield Fault(shapes.grids_file, feature.line, found, f"a code of grids.csv: {listed(rows)}")


def _counts(files: PackFiles, shapes: Shapes) -> Iterator[Fault]:
    expect = files.pack.value.expect
    if expect is None:
        return
    areas = [row for _, row in files.table("areas") if in_force(row.valid_from, row.valid_to, expect.on)]
    grids = [row for _, row in files.table("grids") if in_force(row.valid_from, row.valid_to, expect.on)]
    leaves = grids or [row for row in areas if row.level == "community"]
    found = {
        "towns": sum(row.level == "town" for row in areas),
        "communities": sum(row.level == "community" for row in areas),
        "grids": len(grids) if grids else len(shapes.grids),
        "units": sum(in_force(row.valid_from, row.valid_to, expect.on) for _, row in files.table("units")),
        "types": len(files.table("types")),
        "population": sum(row.population or 0 for row in leaves),
    }
    for name, number in found.items():
        wanted = getattr(expect, name)
        if wanted is not None and wanted != number:
            line = files.pack.line("expect", name)
            yield Fault(
                files.pack.file, line, f"{number} {name} in the tables on {expect.on}", f"{wanted}, as [expect] says"
            )

"""What `pack check` says of a routing library: cells that cannot be read, and rows that hide or leave out cases."""

from collections.abc import Callable
from pathlib import Path

import pytest

from northbank.pack.check import check
from northbank.pack.fault import Fault, PackFaults
from northbank.pack.load import load

Edit = Callable[[str, str, str], None]
# How to break the template in one place -> (file, what stands there, what to write), then where and what must be said.
CELLS: dict[str, tuple[str, str, str, str, int, str, str]] = {
    "place of no area": ("routing.csv", ",TW-H,,indoors=no", ",TW-Y,,indoors=no", "routing.csv", 9, "place 'TW-Y'", "TW-H"),
    "prefix of no area": ("routing.csv", ",TW-H,,indoors=no", ",TX*,,indoors=no", "routing.csv", 9, "place 'TX*'", "prefix"),
    "place taken out of no area": ("routing.csv", ",TW-H,,indoors=no", ",!TW-Y,,indoors=no", "routing.csv", 9, "'TW-Y'", "TW-H"),
    "time that is no period": ("routing.csv", ",,night,,,,", ",,nigth,,,,", "routing.csv", 11, "time 'nigth'", "periods: night"),
    "hours of no clock": ("routing.csv", ",,night,,,,", ",,22-06,,,,", "routing.csv", 11, "time '22-06'", "22:00-06:00"),
    "unknown attribute": ("routing.csv", "indoors=no", "indors=no", "routing.csv", 9, "attribute 'indors'", "indoors, pipe_mm"),
    "wrong value": ("routing.csv", "indoors=no", "indoors=false", "routing.csv", 9, "value 'false'", "urgent=yes"),
    "wrong sign": ("routing.csv", "indoors=no", "indoors<no", "routing.csv", 9, "no number", "<="),
    "unknown duty list": ("routing.csv", ",,,,own,,", ",,,,mine,,", "routing.csv", 7, "duty_list 'mine'", "own, assist, taken_back"),
    "taken back and given to a town": ("routing.csv", ",,,,own,,", ",,,,taken_back,,", "routing.csv", 7, "owner '@town' of a matter that was taken back", "own or assist"),
    "attribute of a type": ("types.csv", ",pipe_mm", ",pipe_m", "types.csv", 7, "attribute 'pipe_m'", "pipe_mm"),
    "attribute every report has": ("attributes.csv", "indoors,室内", "urgent,室内", "attributes.csv", 2, "code 'urgent'", "has that one"),
    "number without bounds": ("attributes.csv", "number,,10,3000", "number,,10,", "attributes.csv", 3, "'pipe_mm' from 10 to None", "least and most"),
    "number upside down": ("attributes.csv", "number,,10,3000", "number,,10,3", "attributes.csv", 3, "from 10 to 3", "least and most"),
    "bounds of no number": ("attributes.csv", "yes_no,,,,", "yes_no,,1,,", "attributes.csv", 2, "of 'indoors'", "a number only"),
    "values of no choice": ("attributes.csv", "yes_no,,,,", "yes_no,a b,,,", "attributes.csv", 2, "values 'a b'", "choice only"),
    "choice without values": ("attributes.csv", "yes_no,,,,", "choice,,,,", "attributes.csv", 2, "'indoors' without values", "codes"),
    "period that cannot be read": ("periods.csv", "22:00-06:00", "22:00-6:00", "periods.csv", 2, "when '22:00-6:00'", "22:00-06:00"),
    "period that takes out": ("periods.csv", "22:00-06:00", "!08:00-18:00", "periods.csv", 2, "when '!08:00-18:00'", "routing.csv"),
    "period with a word of the language": ("periods.csv", "night,", "Mon,", "periods.csv", 2, "code 'Mon'", "meaning already"),
}  # fmt: skip


@pytest.mark.parametrize("kind", CELLS)
def test_a_cell_that_cannot_be_read_is_found_before_the_center_starts(kind: str, copy: Path, edit: Edit) -> None:
    file, old, new, at, line, found, allowed = CELLS[kind]
    edit(file, old, new)
    with pytest.raises(PackFaults) as caught:
        load(copy)
    hits = [
        f for f in caught.value.faults if (f.file, f.line) == (at, line) and found in f.found and allowed in f.allowed
    ]
    assert hits, str(caught.value)


def one_fault(copy: Path) -> Fault:
    (found,) = (fault for fault in check(copy) if not fault.file.startswith("stories/"))
    assert found.in_chinese()
    return found


def test_a_row_that_is_never_reached(copy: Path, edit: Edit) -> None:
    edit("routing.csv", "R41,safety.dispute,*,watch", "R41,street.noise,*,watch")
    found = one_fault(copy)
    assert str(found).startswith(
        "routing.csv:11: found a row that is never reached after R23: block TW-H1-G1, Monday 00:00, Noise: "
        "R23 takes it; allowed: "
    )
    assert not found.warning
    assert "网格 TW-H1-G1，周一 00:00，噪音，由 R23 先取" in (found.in_chinese() or "")


def test_the_same_conditions_with_another_owner(copy: Path, edit: Edit) -> None:
    edit(
        "routing.csv",
        "R31,water.quality,*,waterworks,true,@center,,false,,,,,,,,",
        "R31,water.quay,*,waterworks,true,@center,,false,,,,,,,,",
    )
    found = [str(fault) for fault in check(copy) if not fault.warning]
    assert any("the conditions of R30 with another owner ('harbor' there, 'waterworks' here)" in text for text in found)
    assert any(
        text.startswith("types.csv:9: found block TW-H1-G1, Water quality, Indoors not said: nobody") for text in found
    )


def test_nobody_at_night_is_said_with_block_hour_and_type(copy: Path, edit: Edit) -> None:
    edit(
        "routing.csv",
        "R23,street.vendor street.noise,*,@town,true,watch,,false,,,,,,own,,",
        "R23,street.vendor street.noise,*,@town,true,watch,,false,,,,!night,,own,,",
    )
    found = [str(fault) for fault in check(copy)]
    assert found == [
        "types.csv:5: found block TW-H1-G1, Monday 00:00, Stall on the walkway: nobody; "
        "allowed: a row that takes it, such as a last one that gives it to @center",
        "types.csv:6: found block TW-H1-G1, Monday 00:00, Noise: nobody; "
        "allowed: a row that takes it, such as a last one that gives it to @center",
    ]
    edit("pack.toml", 'to_desk = ["other"]', 'to_desk = ["other", "street*"]')
    assert all(fault.warning for fault in check(copy)), "the pack says that the desk has them"


def test_an_owner_that_ends(copy: Path, edit: Edit) -> None:
    edit("routing.csv", "R51,green*,*,nature", "R51,green*,*,parks")
    found = [fault.found for fault in check(copy)]
    assert any(
        "Fallen tree: nobody (the owner of R50, R51 does not exist then)" in text and "2026-07-" in text
        for text in found
    )


def test_warnings_do_not_keep_a_pack_from_loading(copy: Path, edit: Edit) -> None:
    edit("units.csv", "roads,department,,streets safety", "roads,department,,streets")
    found = one_fault(copy)
    assert found.warning
    assert str(found).startswith("routing.csv:3: warning: found owner 'roads' without a duty for type safety.cave_in")
    assert load(copy).id == "tidewater"


def test_a_helper_that_is_gone(copy: Path, edit: Edit) -> None:
    edit("routing.csv", "R40,safety*,*,@town,true,watch,,", "R40,safety*,*,@town,true,watch,parks,")
    found = one_fault(copy)
    assert "support 'parks', which does not exist then: block TW-H1-G1, " in found.found
    assert found.warning


def test_a_level_that_no_source_has(copy: Path, edit: Edit) -> None:
    edit("routing.csv", "R41,safety.dispute,*,", "R41,safety.dispute,community,")
    assert one_fault(copy).found == "a row that no case can fit: no source is of level 'community'"

"""`check` finds each kind of fault in a broken copy of the template, at its file and line, in words that help."""

from collections.abc import Callable
from pathlib import Path

import pytest

from northbank.pack.check import check
from northbank.pack.load import PackFaults, load

Edit = Callable[[str, str, str], None]

# file, text that stands once, what it becomes, where the fault is (file, line), words found, words allowed
BROKEN: dict[str, tuple[str, str, str, str, int, str, str]] = {
    "unknown column": (
        "boards.csv", "code,level,name_zh", "code,levle,name_zh", "boards.csv", 1, "column 'levle'", "code, level, name_en"),
    "missing column": ("types.csv", ",klass,", ",,", "types.csv", 1, "no column 'klass'", "klass"),
    "cell too many": ("boards.csv", "Streets\n", "Streets,x\n", "boards.csv", 3, "5 cells", "4 cells"),
    "wrong choice": (
        "boards.csv", "nature,district", "nature,distrikt", "boards.csv", 6, "level 'distrikt'", "city, district, town"),
    "wrong number": ("limits.csv", "L01,*,accept,true,5,", "L01,*,accept,true,five,", "limits.csv", 2, "amount 'five'", "a whole number"),
    "number too small": ("limits.csv", "L01,*,accept,true,5,", "L01,*,accept,true,0,", "limits.csv", 2, "amount '0'", ">= 1"),
    "wrong yes or no": ("types.csv", ",true,true,水管爆裂", ",ja,true,水管爆裂", "types.csv", 7, "urgent 'ja'", "true or false"),
    "wrong date": ("units.csv", "2026-07-01\n", "2026-7-1\n", "units.csv", 10, "valid_to '2026-7-1'", "a date like"),
    "empty cell": ("sources.csv", "phone,district", ",district", "sources.csv", 2, "nothing in column 'code'", "required"),
    "wrong code": ("sources.csv", "phone,district", "ph one,district", "sources.csv", 2, "code 'ph one'", "regex"),
    "code twice": ("units.csv", "harbor,department", "roads,department", "units.csv", 8, "'roads' a second time (first in line 6)", "once"),
    "reason twice": ("reasons.csv", "reject,twice", "reject,not_ours", "reasons.csv", 3, "'reject.not_ours' a second time", "once"),
    "no name": ("boards.csv", "water,district,水与港,Water and harbor", "water,district,,", "boards.csv", 2, "'water' without a name", "name_zh"),
    "dangling parent": ("areas.csv", "TW-H1,community,TW-H,", "TW-H1,community,TW-X,", "areas.csv", 7, "parent 'TW-X'", "TW-F, TW-H"),
    "parent of a wrong level": (
        "areas.csv", "TW-H1,community,TW-H,", "TW-H1,community,TW-H2,", "areas.csv", 7, "parent 'TW-H2', a community", "town"),
    "no parent": ("areas.csv", "TW-H1,community,TW-H,", "TW-H1,community,,", "areas.csv", 7, "a community without a parent", "town"),
    "dangling successor": ("areas.csv", "2025-07-01,TW-H,", "2025-07-01,TW-X,", "areas.csv", 6, "successor 'TW-X'", "TW-H"),
    "days the wrong way": ("units.csv", ",,2026-07-01\n", ",2027-01-01,2026-07-01\n", "units.csv", 10, "valid_from 2027-01-01", "before"),
    "division twice on a day": ("divisions.csv", "TW,900100,,2025-07-01", "TW,900100,,2025-08-01", "divisions.csv", 3, "line 2 has too", "one code"),
    "dangling board of a unit": ("units.csv", "streets living,清洁署", "streets lving,清洁署", "units.csv", 7, "board 'lving'", "living"),
    "center that is no town's": ("units.csv", "q-old,town_center,TW-O,", "q-old,town_center,TW-O1,", "units.csv", 4, "a town center for 'TW-O1'", "TW-O"),
    "town without a center": ("units.csv", "q-old,town_center,TW-O,", "q-old,town_center,TW-H,", "areas.csv", 4, "town 'TW-O' without a town center", "units.csv"),
    "dangling class": ("types.csv", "green.tree,04", "green.tree,05", "types.csv", 13, "klass '05'", "01, 02, 03, 04"),
    "dangling board of a type": ("types.csv", "green.tree,04,nature", "green.tree,04,natur", "types.csv", 13, "board 'natur'", "nature"),
    "town board for a district's": ("types.csv", "green.tree,04,nature,q_service", "green.tree,04,q_service,q_order", "types.csv", 13, "board 'q_service'", "living"),
    "dangling type in a route": ("routing.csv", "R10,water.burst,", "R10,water.burts,", "routing.csv", 2, "type 'water.burts'", "water.burst"),
    "dangling type in a limit": ("limits.csv", "L14,street.light,", "L14,stret*,", "limits.csv", 12, "type 'stret*'", "a prefix"),
    "dangling owner": ("routing.csv", "R30,water.quay,*,harbor,", "R30,water.quay,*,harbour,", "routing.csv", 8, "owner 'harbour'", "@town, @center"),
    "dangling escalation": ("routing.csv", "roads,false,@center,watch q-old", "roads,false,@centre,watch q-old", "routing.csv", 3, "escalate_to '@centre'", "@center"),
    "dangling support": ("routing.csv", "watch q-old", "watch q-new", "routing.csv", 3, "support 'q-new'", "@town"),
    "type without a route": ("routing.csv", "R30,water.quay,", "R30,water.quality,", "types.csv", 8, "'water.quay' without a row in routing.csv", "to_desk"),
    "type without a limit": ("limits.csv", "L17,*,solve,false,", "L17,street*,solve,false,", "types.csv", 13, "'green.tree' without a limit to solve ordinary", "stage solve"),
    "source that is not evidence": ("boards.csv", "code,level,name_zh,name_en\nwater,district,水与港,Water and harbor\n", "code,level,name_zh,source\nwater,district,水与港,HEARSAY\n", "boards.csv", 2, "source 'HEARSAY'", "evidence.csv"),
    "sure without a source": ("limits.csv", "minute,,,U\nL02", "minute,,,V\nL02", "limits.csv", 2, "standing V without a source", "standing U"),
    "unknown key": ("pack.toml", 'version = "1"', 'verzion = "1"', "pack.toml", 4, "key 'verzion'", "version"),
    "unknown key of a table": ("pack.toml", "towns = 3", "twons = 3", "pack.toml", 40, "key 'expect.twons'", "towns"),
    "wrong format": ("pack.toml", "format = 1", "format = 2", "pack.toml", 2, "format = 2", "1"),
    "wrong prefix": ("pack.toml", 'prefix = "TW"', 'prefix = "tw"', "pack.toml", 6, "prefix = 'tw'", "regex"),
    "wrong coordinates": ("pack.toml", '"wgs84"', '"utm"', "pack.toml", 35, "geometry.coordinates = 'utm'", "wgs84"),
    "dangling center": ("pack.toml", 'center = "center"', 'center = "centre"', "pack.toml", 9, "center 'centre'", "center"),
    "dangling district": ("pack.toml", 'district = "TW"', 'district = "WT"', "pack.toml", 10, "district 'WT'", "TW"),
    "unknown time zone": ("pack.toml", "Asia/Kathmandu", "Asia/Katmandoo", "pack.toml", 7, "timezone 'Asia/Katmandoo'", "IANA"),
    "year without a calendar": ("pack.toml", "last = 2035", "last = 2036", "pack.toml", 27, "year 2036 without a calendar", "calendar/2036.toml"),
    "count that does not hold": ("pack.toml", "communities = 8", "communities = 9", "pack.toml", 41, "8 communities", "9, as [expect] says"),
    "people that do not add up": ("grids.csv", "Quayside block 3,340,", "Quayside block 3,341,", "pack.toml", 43, "12001 population", "12000"),
    "grid without a worker": ("posts.csv", "grid_worker,grid_worker,grid,", "grid_worker,grid_worker,grid:general,", "grids.csv", 13, "'TW-O1-G3' of kind 'dedicated' without a grid_worker", "posts.csv"),
    "post of a kind that is not there": ("posts.csv", "grid_helper,grid_worker,grid,", "grid_helper,grid_worker,grid:micro,", "posts.csv", 8, "per 'grid:micro'", "grid:dedicated, grid:general"),
    "broken TOML": ("calendar/2025.toml", "year = 2025", "year = ", "calendar/2025.toml", 1, "broken TOML", "TOML 1.0"),
    "year of another file": ("calendar/2025.toml", "year = 2025", "year = 2024", "calendar/2025.toml", 1, "year 2024", "calendar/2024.toml"),
    "day of another year": ("calendar/2025.toml", "2025-06-22", "2026-06-22", "calendar/2025.toml", 9, "the day 2026-06-22", "a day of 2025"),
    "day twice": ("calendar/2025.toml", "2025-06-22", "2025-01-01", "calendar/2025.toml", 9, "2025-01-01 a second time", "once"),
    "wrong kind of a day": ("calendar/2026.toml", 'kind = "workday"\nlike', 'kind = "work"\nlike', "calendar/2026.toml", 21, "days.3.kind = 'work'", "holiday, workday"),
    "hours on a holiday": ("calendar/2026.toml", 'kind = "workday"\nhours', 'kind = "holiday"\nhours', "calendar/2026.toml", 27, "hours on the holiday", "workday"),
    "hours of no clock": ("calendar/week.toml", 'sunday = ["08:00-12:00"', 'sunday = ["8-12"', "calendar/week.toml", 3, "'8-12'", "regex"),
    "hours out of order": ("calendar/week.toml", 'sunday = ["08:00-12:00"', 'sunday = ["14:00-16:00"', "calendar/week.toml", 3, "overlap or are out of order", "in order"),
    "hours past midnight of no day": ("calendar/week.toml", 'sunday = ["08:00-12:00"', 'sunday = ["25:00-26:00"', "calendar/week.toml", 3, "hours from minute 1500", "24:00"),
    "word that is no name": ("words.toml", 'reported = { zh = "已上报", en = "reported" }', 'reported = 1', "words.toml", 3, "state.reported", "zh and en"),
    "short name of nothing": ("words.toml", '[short_board]', '[short_unit]', "words.toml", 1, "[short_unit] 'water'", "waterworks"),
    "word with an unknown language": ("words.toml", 'reported = { zh = "已上报", en = "reported" }', 'reported = { fr = "x" }', "words.toml", 3, "state.reported", "zh and en"),
    "story that does not come true": ("stories/burst.toml", 'owner = "waterworks"', 'owner = "roads"', "stories/burst.toml", 15, "owner waterworks", "roads, as the story says"),
    "story with another due time": ("stories/burst.toml", "solve_due = 2026-01-03T01:30:00", "solve_due = 2026-01-03T01:31:00", "stories/burst.toml", 19, "solve_due 2026-01-03T01:30:00", "01:31"),
    "story that is refused": ("stories/waste_by_phone.toml", "2026-01-08T23:00:00", "2024-01-08T23:00:00", "stories/waste_by_phone.toml", 3, "a report refused as no_calendar", "refused"),
    "story with an unknown key": ("stories/burst.toml", 'row = "R10"', 'rwo = "R10"', "stories/burst.toml", 14, "key 'expect.rwo'", "row"),
    "account of no unit": ("demo.toml", 'unit = "roads"', 'unit = "raods"', "demo.toml", 42, "unit 'raods'", "roads"),
    "account of no role": ("demo.toml", 'role = "wall"', 'role = "mayor"', "demo.toml", 29, "'mayor'", "duty_officer"),
    "account twice": ("demo.toml", 'login = "harbor"', 'login = "duty"', "demo.toml", 33, "login 'duty' a second time", "once"),
    "demonstration of no type": ("demo.toml", '"water.quay" = 2', '"water.key" = 2', "demo.toml", 71, "type 'water.key'", "water.quay"),
    "day of 23 hours": ("demo.toml", "hours = [1, 1, 0.5,", "hours = [1, 0.5,", "demo.toml", 59, "day.hours", "length >= 24"),
    "demonstration that is not simulated": ("demo.toml", "simulated = true", "simulated = false", "demo.toml", 2, "simulated = False", "True"),
    "broken GeoJSON": ("grids.geojson", '{"type":"FeatureCollection"', '{"type":"FeatureCollection",', "grids.geojson", 1, "no GeoJSON", "FeatureCollection"),
    "shape for no grid": ("grids.geojson", '"code":"TW-H2-G1"', '"code":"TW-H2-G9"', "grids.geojson", 5, "'TW-H2-G9', which is no grid", "grids.csv"),
    "shape twice": ("grids.geojson", '"code":"TW-H2-G1"', '"code":"TW-H1-G1"', "grids.geojson", 5, "'TW-H1-G1' a second time (first in feature 1)", "once"),
    "shape without a code": ("grids.geojson", '"code":"TW-H2-G1"', '"cod":"TW-H2-G1"', "grids.geojson", 5, "feature 4 without property 'code'", "code"),
    "grid without a shape": ("grids.csv", "TW-H2-G1,", "TW-H2-G9,", "grids.csv", 5, "grid 'TW-H2-G9' without a shape", "grids.geojson"),
    "latitude first": ("grids.geojson", "[[[85.3,-5.14],[85.31,-5.14]", "[[[-5.14,185.3],[-5.14,85.31]", "grids.geojson", 2, "feature 1", "longitude, latitude"),
    "open ring": ("grids.geojson", "[85.3,-5.13],[85.3,-5.14]]]}},", "[85.3,-5.13]]]}},", "grids.geojson", 2, "a ring that is not closed", "rings closed"),
    "point for a grid": ("grids.geojson", '{"type":"Polygon","coordinates":[[[85.3,-5.14]', '{"type":"Point","coordinates":[[[85.3,-5.14]', "grids.geojson", 2, "Point", "Polygon"),
    "crossing ring": ("grids.geojson", "[85.31,-5.14],[85.31,-5.13],[85.3,-5.13],[85.3,-5.14]]]}},", "[85.31,-5.13],[85.31,-5.14],[85.3,-5.13],[85.3,-5.14]]]}},", "grids.geojson", 2, "broken shape (Self-intersection", "a valid polygon"),
    "overlap": ("grids.geojson", "[[[85.3,-5.14],[85.31,-5.14],[85.31,-5.13],[85.3,-5.13]", "[[[85.3,-5.14],[85.312,-5.14],[85.312,-5.13],[85.3,-5.13]", "grids.geojson", 6, "'TW-H2-G2' over 'TW-H1-G1'", "share borders"),
    "outside of the outline": ("grids.geojson", "[[[85.3,-5.14],[85.31,-5.14],[85.31,-5.13],[85.3,-5.13],[85.3,-5.14]", "[[[85.29,-5.14],[85.31,-5.14],[85.31,-5.13],[85.29,-5.13],[85.29,-5.14]", "grids.geojson", 2, "'TW-H1-G1' outside of the outline", "outline.geojson"),
    "gap": ("grids.geojson", "[[[85.3,-5.14],[85.31,-5.14],[85.31,-5.13],[85.3,-5.13],[85.3,-5.14]", "[[[85.302,-5.14],[85.31,-5.14],[85.31,-5.13],[85.302,-5.13],[85.302,-5.14]", "grids.geojson", 1, "ground without a grid", "cover"),
}  # fmt: skip


@pytest.mark.parametrize("kind", BROKEN)
def test_a_fault_is_found(kind: str, copy: Path, edit: Edit) -> None:
    file, old, new, at, line, found, allowed = BROKEN[kind]
    edit(file, old, new)
    faults = check(copy)
    hits = [fault for fault in faults if fault.file == at and fault.line == line and found in fault.found]
    assert hits, "\n".join(str(fault) for fault in faults)
    assert any(allowed in fault.allowed for fault in hits), str(hits)


def test_a_figure_is_made_of_the_words_there_are(copy: Path) -> None:
    rows = (
        "code,version,name_zh,name_en,period,of,counts",
        "solved,2,处置率,solved,report,registered,solved",
        "solved,2,处置率,solved,reprot,registred,solved slved",
        "mine,1,,,report,reported,valid",
    )
    (copy / "metrics.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    found = {(fault.line, fault.found) for fault in check(copy) if fault.file == "metrics.csv"}
    assert found == {
        (3, "period 'reprot'"), (3, "of 'registred'"), (3, "counts 'slved'"), (3, "version 2 of 'solved' twice"),
        (4, "metric 'mine' without a name"),
    }  # fmt: skip
    (copy / "metrics.csv").write_text("\n".join(rows[:2]) + "\n", encoding="utf-8")
    assert [(one.code, one.version, one.of, one.standing) for one in load(copy).metrics] == [
        ("solved", 2, ("registered",), "U")
    ]


def test_all_faults_come_at_once(copy: Path, edit: Edit) -> None:
    edit("boards.csv", "nature,district", "nature,distrikt")
    edit("limits.csv", "L01,*,accept,true,5,", "L01,*,accept,maybe,five,")
    edit("pack.toml", 'prefix = "TW"', 'prefix = "tw"\nmotto = "x"')
    edit("calendar/week.toml", 'sunday = ["08:00-12:00"', 'sunday = ["8-12"')
    text = {(fault.file, fault.line) for fault in check(copy)}
    assert {("pack.toml", 6), ("pack.toml", 7)} <= text
    edit("pack.toml", 'prefix = "tw"\nmotto = "x"', 'prefix = "TW"')
    faults = check(copy)
    assert {("boards.csv", 6), ("limits.csv", 2), ("calendar/week.toml", 3)} <= {(f.file, f.line) for f in faults}
    assert len([fault for fault in faults if fault.file == "limits.csv" and fault.line == 2]) == 2


def test_faults_read_as_sentences(copy: Path, edit: Edit) -> None:
    edit("routing.csv", "R30,water.quay,*,harbor,", "R30,water.quay,*,harbour,")
    (fault,) = [fault for fault in check(copy) if "harbour" in fault.found and fault.file == "routing.csv"]
    assert str(fault).startswith("routing.csv:8: found owner 'harbour'; allowed: @town, @center, ")


@pytest.mark.parametrize(
    "file", ["areas.csv", "pack.toml", "words.toml", "grids.geojson", "stories/burst.toml", "calendar/week.toml"]
)
@pytest.mark.parametrize("data", [b"", b"\xff\xfe\x00", b"\x00", b'"', b"[[[[", "，".encode() * 50, b"a,b\n1,2\n"])
def test_rubbish_is_a_fault_and_no_crash(file: str, data: bytes, copy: Path) -> None:
    (copy / file).write_bytes(data)
    faults = check(copy)
    if file != "words.toml" or data:
        assert any(fault.file == file for fault in faults), faults


@pytest.mark.parametrize(
    "file", ["areas.csv", "types.csv", "pack.toml", "grids.geojson", "calendar/week.toml", "calendar/2026.toml"]
)
def test_a_missing_file_is_named(file: str, copy: Path) -> None:
    (copy / file).unlink()
    assert any(Path(file).name in f"{fault.file} {fault.found} {fault.allowed}" for fault in check(copy))


def test_a_file_that_is_no_part_is_named(copy: Path) -> None:
    (copy / "routin.csv").write_text("id\n", encoding="utf-8")
    (copy / "story").mkdir()
    assert {fault.file for fault in check(copy)} == {"routin.csv", "story"}


def test_no_pack_at_all_is_a_fault(tmp_path: Path) -> None:
    assert "no folder" in check(tmp_path / "nowhere")[0].found
    assert check(tmp_path)[0].file == "pack.toml"
    assert "no folder" in check(Path(__file__).parents[2] / "packs" / "_template", tmp_path / "nowhere")[0].found


def test_load_refuses_what_check_finds_quickly(copy: Path, edit: Edit) -> None:
    edit("routing.csv", "R30,water.quay,*,harbor,", "R30,water.quay,*,harbour,")
    with pytest.raises(PackFaults) as caught:
        load(copy)
    assert [fault.line for fault in caught.value.faults] == [8]
    assert "routing.csv:8" in str(caught.value)


@pytest.mark.parametrize(
    ("file", "data"),
    [
        ("pack.toml", "a = " + "[" * 5000),
        ("words.toml", "a = " + "[" * 5000),
        ("pack.toml", "year = 1" + "0" * 5000),
        ("grids.geojson", '{"type":"FeatureCollection","features":[{"a":' + "[" * 5000 + "]" * 5000 + "}]}"),
        (
            "grids.geojson",
            '{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"code":' + "[" * 5000,
        ),
        ("grids.geojson", '{"type":"FeatureCollection","features":[null,1,"x",{}]}'),
        ("areas.csv", "code,level\n" + "x" * 200_000 + ",town\n"),
        ("areas.csv", 'code,level\n"x,town\n'),
        (
            "stories/burst.toml",
            'name = { en = "x" }\n[report]\nat = 2026-01-02T23:30:00Z\nsource = "phone"\n[expect]\n',
        ),
    ],
)
def test_hostile_files_are_faults(file: str, data: str, copy: Path) -> None:
    (copy / file).write_text(data, encoding="utf-8")
    assert any(fault.file == file for fault in check(copy))


def test_a_folder_where_a_file_belongs_is_a_fault(copy: Path) -> None:
    (copy / "limits.csv").unlink()
    (copy / "limits.csv").mkdir()
    assert any(fault.file == "limits.csv" for fault in check(copy))

"""Real data are collected by the contracts of lakepack; what their READMEs warn of is found by the checks, with the counts the data have.

Of the 3.5 million hourly values the 38 stations whose code begins with 19 are read here, among them the one in the dust storm.
"""

import gzip
import shutil
from pathlib import Path

import duckdb
import msgspec
import pytest
from shell.desk import SourceDesk
from template import PACK

from northbank.core.dataset import AnyStatement, Collected
from northbank.pack.load import load

PACKED = Path(__file__).parent / "lakepack" / "datasets"


@pytest.fixture
def desk(tmp_path: Path) -> SourceDesk:
    """A center with the invented city and the contracts of real data."""
    pack = tmp_path / "pack"
    shutil.copytree(PACK, pack)
    for one in PACKED.glob("*.toml"):
        shutil.copy(one, pack / "datasets")
    made = SourceDesk(tmp_path)
    city = msgspec.structs.replace(made.memory.world.city, datasets=load(pack).datasets)
    made.memory.world = msgspec.structs.replace(made.memory.world, city=city)
    return made


async def taken(desk: SourceDesk, code: str, *files: Path) -> AnyStatement:
    """Collect files as one batch, unpacked where they are packed."""
    inbox = desk.root / code
    inbox.mkdir()
    for file in files:
        if file.suffix == ".gz":
            with gzip.open(file) as packed, (inbox / file.stem).open("wb") as plain:
                shutil.copyfileobj(packed, plain)
        else:
            shutil.copy(file, inbox)
    batch = (await desk.collect(inbox, code)).statement
    assert isinstance(batch, Collected)
    return batch


async def test_three_marks_mean_that_nothing_is_known(desk: SourceDesk, real_data: Path) -> None:
    day = sorted((real_data / "cnemc_air" / "raw_2026-04-09").glob("*.csv.gz"))
    assert len(day) == 24
    known = await taken(desk, "air", *day)
    assert (known.rows, known.good, known.faults) == (38_424, 38_424, {})
    assert known.noted == {"required(pm10)": 3_957, "required(co)": 2_618, "required(primary)": 25_735}
    marks = await taken(desk, "air_marks", *day)
    assert marks.faults["type(pm10)"] == 3_957, "NA"
    assert marks.faults["type(co)"] == 659 + 1_959, "NA and /"
    assert marks.faults["codes(primary)"] == 2_700, "NA, and not those that name two pollutants"
    assert marks.good == 38_424 - marks.bad


async def test_hours_are_missing_and_a_dust_storm_is_no_fault(desk: SourceDesk, real_data: Path) -> None:
    chongqing = await taken(desk, "air", real_data / "cnemc_air" / "chongqing_raw.csv.gz")
    assert (chongqing.rows, chongqing.bad) == (76_908, 0)
    assert chongqing.noted["steps(at)"] == 60
    assert chongqing.noted["steps(station,at)"] == 2_192
    assert chongqing.noted["required(primary)"] == 60_075 + 4_695
    part = desk.root / "part.parquet"
    with duckdb.connect() as duck:
        hours = str(real_data / "cnemc_air" / "hourly.parquet")
        duck.execute("copy (from read_parquet($1) where stationcode like '19%') to $2", [hours, str(part)])
    storm = await taken(desk, "air_hours", part)
    assert (storm.rows, storm.good) == (84_458, 84_458)
    assert storm.noted["range(pm10)"] == 149
    assert storm.noted["steps(at)"] == 13
    assert await desk.rows("max(pm10)", "air_hours") == [(13_251,)]
    stations = await taken(desk, "stations", real_data / "cnemc_air" / "stations.csv")
    assert (stations.good, stations.bad, stations.noted) == (1_607, 0, {"range(places)": 1})


async def test_premises_are_inspected_licensed_and_visited(desk: SourceDesk, real_data: Path) -> None:
    folder = real_data / "chicago_food_premises"
    inspections = await taken(desk, "food_inspections", folder / "inspections.parquet")
    assert (inspections.good, inspections.bad) == (17_823, 0)
    assert inspections.noted == {"required(lat)": 78, "required(zip)": 4}
    licences = await taken(desk, "food_licences", folder / "licences.parquet")
    assert (licences.good, licences.faults) == (17_823, {}), "one to one with inspections"
    assert licences.noted == {"required(starts)": 1_960, "required(lat)": 2_192}
    visits = await taken(desk, "food_visits", folder / "inspector_visits.parquet")
    assert visits.rows == 57_874
    assert visits.faults["type(licence)"] == 4_857, "such as 1980406-1006 and CPS41111"
    assert visits.faults["unique(inspector,name,address,licence,at,purpose)"] == 90, (
        "told twice, with a licence that is a number"
    )


async def test_addresses_and_people_are_there_twice(desk: SourceDesk, real_data: Path) -> None:
    pairs = await taken(desk, "address_pairs", real_data / "zh_addresses" / "address_pairs.csv.gz")
    assert (pairs.rows, pairs.faults) == (11_502, {"unique(query,candidate)": 181})
    people = await taken(desk, "people", real_data / "rldata" / "RLdata500.csv.gz")
    assert (people.rows, people.faults, people.noted) == (
        500, {"range(year)": 1, "unique(identity)": 49}, {"required(first2)": 425},
    ), "fifty are there twice, one of them with a year of birth that has not come yet"  # fmt: skip


async def test_requests_that_end_before_they_begin(desk: SourceDesk, real_data: Path) -> None:
    batch = await taken(desk, "nyc_311", real_data / "nyc_311_feb2023" / "requests.csv.gz")
    assert (batch.rows, batch.faults) == (2_533, {"in_order(created,closed)": 1})
    assert batch.noted == {"after(created,closed)": 74, "required(closed)": 272, "required(due)": 2_533 - 1 - 51}


async def test_columns_that_drift_between_two_extracts(desk: SourceDesk, real_data: Path) -> None:
    folder = real_data / "la_311"
    batch = await taken(desk, "la_311", folder / "requests_2018-12.csv.gz", folder / "requests_2020-01.csv.gz")
    assert (batch.rows, batch.repeated, batch.faults) == (20_000, 0, {"in_order(created,closed)": 23})
    assert batch.noted == {"required(closed)": 19 + 49, "required(lat)": 5 + 11}
    before, after = batch.drift["requests_2018-12.csv"], batch.drift["requests_2020-01.csv"]
    assert "Census Tracts" in before.added
    assert "_daystoclose" in after.added
    assert (before.missing, after.missing) == ((), ())
    assert await desk.rows("count(*)", "la_311") == [(19_977,)]

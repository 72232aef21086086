"""Real data are collected by the contracts of lakepack; what their READMEs warn of is found by the checks, with the counts the data have.

Of the 3.5 million hourly values the 38 stations whose code begins with 19 are read here, among them the one in the dust storm.
"""

from pathlib import Path

import duckdb
from real.lakedesk import LakeDesk


async def test_three_marks_mean_that_nothing_is_known(desk: LakeDesk, real_data: Path) -> None:
    day = sorted((real_data / "cnemc_air" / "raw_2026-04-09").glob("*.csv.gz"))
    assert len(day) == 24
    known = await desk.taken("air", *day)
    assert (known.rows, known.good, known.faults) == (38_424, 38_424, {})
    assert known.noted == {"required(pm10)": 3_957, "required(co)": 2_618, "required(primary)": 25_735}
    marks = await desk.taken("air_marks", *day)
    assert marks.faults["type(pm10)"] == 3_957, "NA"
    assert marks.faults["type(co)"] == 659 + 1_959, "NA and /"
    assert marks.faults["codes(primary)"] == 2_700, "NA, and not those that name two pollutants"
    assert marks.good == 38_424 - marks.bad


async def test_hours_are_missing_and_a_dust_storm_is_no_fault(desk: LakeDesk, real_data: Path) -> None:
    chongqing = await desk.taken("air", real_data / "cnemc_air" / "chongqing_raw.csv.gz")
    assert (chongqing.rows, chongqing.bad) == (76_908, 0)
    assert chongqing.noted["steps(at)"] == 60
    assert chongqing.noted["steps(station,at)"] == 2_192
    assert chongqing.noted["required(primary)"] == 60_075 + 4_695
    part = desk.root / "part.parquet"
    with duckdb.connect() as duck:
        hours = str(real_data / "cnemc_air" / "hourly.parquet")
        duck.execute("copy (from read_parquet($1) where stationcode like '19%') to $2", [hours, str(part)])
    storm = await desk.taken("air_hours", part)
    assert (storm.rows, storm.good) == (84_458, 84_458)
    assert storm.noted["range(pm10)"] == 149
    assert storm.noted["steps(at)"] == 13
    assert await desk.rows("max(pm10)", "air_hours") == [(13_251,)]
    stations = await desk.taken("stations", real_data / "cnemc_air" / "stations.csv")
    assert (stations.good, stations.bad, stations.noted) == (1_607, 0, {"range(places)": 1})


async def test_premises_are_inspected_licensed_and_visited(desk: LakeDesk, real_data: Path) -> None:
    folder = real_data / "chicago_food_premises"
    inspections = await desk.taken("food_inspections", folder / "inspections.parquet")
    assert (inspections.good, inspections.bad) == (17_823, 0)
    assert inspections.noted == {"required(lat)": 78, "required(zip)": 4}
    licences = await desk.taken("food_licences", folder / "licences.parquet")
    assert (licences.good, licences.faults) == (17_823, {}), "one to one with inspections"
    assert licences.noted == {"required(starts)": 1_960, "required(lat)": 2_192}
    visits = await desk.taken("food_visits", folder / "inspector_visits.parquet")
    assert visits.rows == 57_874
    assert visits.faults["type(licence)"] == 4_857, "such as 1980406-1006 and CPS41111"
    assert visits.faults["unique(inspector,name,address,licence,at,purpose)"] == 90, (
        "told twice, with a licence that is a number"
    )


async def test_addresses_and_people_are_there_twice(desk: LakeDesk, real_data: Path) -> None:
    pairs = await desk.taken("address_pairs", real_data / "zh_addresses" / "address_pairs.csv.gz")
    assert (pairs.rows, pairs.faults) == (11_502, {"unique(query,candidate)": 181})
    people = await desk.taken("people", real_data / "rldata" / "RLdata500.csv.gz")
    assert (people.rows, people.faults, people.noted) == (
        500, {"range(year)": 1, "unique(identity)": 49}, {"required(first2)": 425},
    ), "fifty are there twice, one of them with a year of birth that has not come yet"  # fmt: skip


async def test_requests_that_end_before_they_begin(desk: LakeDesk, real_data: Path) -> None:
    batch = await desk.taken("nyc_311", real_data / "nyc_311_feb2023" / "requests.csv.gz")
    assert (batch.rows, batch.faults) == (2_533, {"in_order(created,closed)": 1})
    assert batch.noted == {"after(created,closed)": 74, "required(closed)": 272, "required(due)": 2_533 - 1 - 51}


async def test_columns_that_drift_between_two_extracts(desk: LakeDesk, real_data: Path) -> None:
    folder = real_data / "la_311"
    batch = await desk.taken("la_311", folder / "requests_2018-12.csv.gz", folder / "requests_2020-01.csv.gz")
    assert (batch.rows, batch.repeated, batch.faults) == (20_000, 0, {"in_order(created,closed)": 23})
    assert batch.noted == {"required(closed)": 19 + 49, "required(lat)": 5 + 11}
    before, after = batch.drift["requests_2018-12.csv"], batch.drift["requests_2020-01.csv"]
    assert "Census Tracts" in before.added
    assert "_daystoclose" in after.added
    assert (before.missing, after.missing) == ((), ())
    assert await desk.rows("count(*)", "la_311") == [(19_977,)]

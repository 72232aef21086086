"""Records of real registers are linked as well as is stated: floors below the figures of docs/performance.md, against the truth the sets have.

The truth is never among what is compared. What it allows is said with each floor.
"""

from pathlib import Path

from real.lakedesk import LakeDesk, quality


async def test_food_premises_are_found_by_name_and_address(desk: LakeDesk, real_data: Path) -> None:
    """Of three registers. Truth: licence numbers, of which one premises may hold several and which may move."""
    folder = real_data / "chicago_food_premises"
    files = {"food_inspections": "inspections", "food_licences": "licences", "food_visits": "inspector_visits"}
    for code, name in files.items():
        await desk.taken(code, folder / f"{name}.parquet")
    run = await desk.linked("premises")
    truths = (
        (folder / "inspections.parquet", "food_inspections", "Inspection_ID", "License"),
        (folder / "licences.parquet", "food_licences", "Inspection_ID", "LICENSE_NUMBER"),
    )
    numbers = " union all ".join(
        f"select '{code}' as dataset, [{key}::varchar] as key, {number}::bigint as truth from read_parquet('{file}')"
        for file, code, key, number in truths
    )
    precision, recall, f1 = quality(
        f"select entity, nullif(coalesce(truth, case when dataset = 'food_visits' then key[4]::bigint end), 0) as truth "
        f"from read_parquet('{run / 'members.parquet'}') left join ({numbers}) using (dataset, key)"
    )
    assert precision >= 0.80, "an airport is one address with a hundred licences: 0.89 at most"
    assert recall >= 0.95
    assert f1 >= 0.87, "0.936 at most by name and address"


async def test_people_who_are_there_twice_are_found(desk: LakeDesk, real_data: Path) -> None:
    """Fifty of 500, one with a year that has not come and so in quarantine. Truth: the identity, which the contract would else check."""
    kept = tuple(one for one in desk.contract("people").rules if one.check != "unique")
    desk.contract("people", rules=kept)
    packed = real_data / "rldata" / "RLdata500.csv.gz"
    batch = await desk.taken("people", packed)
    assert (batch.good, batch.bad) == (499, 1)
    run = await desk.linked("people")
    precision, recall, f1 = quality(
        f"select entity, identity as truth from read_parquet('{run / 'members.parquet'}') join (select [rec_id::varchar] as key, identity from read_csv('{packed}')) using (key)"
    )
    assert precision == 1
    assert recall >= 0.97, "48 of the 49 pairs that are left"
    assert f1 >= 0.98

"""Questions to a lake that was filled: rows looked up by key over HTTP under a grant, all rows grouped by person. Filling is in collect.py."""

import asyncio
import random
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import msgspec
from bodies import ROOT, the_city
from child import child
from departments import filled
from result import quantile

from northbank.core.dataset import Collected, Dataset, standing
from northbank.shell.lake.compile import quoted
from northbank.shell.lake.lake import DuckLake
from northbank.shell.settings import Settings
from northbank.wiring import lake_of


def batches_of(lake: DuckLake, dataset: Dataset) -> list[Collected]:
    """What stands of a data set now."""
    return standing(dataset, lake.landed(dataset.code))


async def keys_of(lake: DuckLake, dataset: Dataset, count: int) -> list[list[str]]:
    """So many keys anywhere."""
    key = ", ".join(f"cast({quoted(one)} as varchar)" for one in dataset.key)
    batches = batches_of(lake, dataset)
    query = f"select {key} from ({lake.relation(dataset, batches)}) using sample {count} rows (reservoir, 7)"
    return [[str(cell) for cell in row] for row in await lake.ask([(dataset, batches)], query)]


async def look_up(pack: str, data: Path, looks: int, together: int = 4) -> dict[str, Any]:
    """Milliseconds of a look-up through the share API, one after another and several at once; seconds of grouping."""
    city = the_city(pack)
    lake = lake_of(Settings(pack=ROOT / "packs" / pack, data=data, port=0, lake_memory="3GB"))
    async with child("serve_shares.py", str(ROOT / "packs" / pack), str(data)) as served:
        grants: dict[str, str] = served.hello["grants"]
        asked = []
        for dataset in (city.datasets[code] for code in grants):
            keys = await keys_of(lake, dataset, max(1, looks // len(grants)))
            asked += [(dataset.code, question(dataset, grants[dataset.code], key)) for key in keys]
        random.Random(7).shuffle(asked)
        asking = {"authorization": f"Bearer {served.hello['token']}", "content-type": "application/json"}
        async with httpx.AsyncClient(
            base_url=f"http://127.0.0.1:{served.hello['port']}", headers=asking, timeout=60
        ) as http:

            async def look(turns: Iterator[tuple[str, bytes]]) -> list[float]:
                took = []
                for code, body in turns:
                    begun = time.perf_counter()
                    reply = await http.post(f"/api/v1/datasets/{code}/rows", content=body)
                    took.append((time.perf_counter() - begun) * 1000)
                    if len(reply.raise_for_status().json()["rows"]) != 1:
                        raise RuntimeError(f"{code} {body!r} was not found")
                return took

            await look(iter(asked[: max(1, len(asked) // 20)]))  # does not count: engines start, plans are made
            alone = await look(iter(asked))
            shared = iter(asked)
            several = [one for some in await asyncio.gather(*(look(shared) for _ in range(together))) for one in some]
    found = {"lookups": len(asked), "lookup_p50_ms": quantile(alone, 0.5), "lookup_p99_ms": quantile(alone, 0.99)}
    found |= {f"lookup_p50_ms_{together}": quantile(several, 0.5), f"lookup_p99_ms_{together}": quantile(several, 0.99)}
    return found | await group(lake, list(filled(city).values()))


def question(dataset: Dataset, grant: str, key: list[str]) -> bytes:
    """The body that asks for the row of a key."""
    number = {"integer": int, "number": float}
    kinds = {one.code: number.get(one.kind, str) for one in dataset.columns}
    typed = [kinds[code](cell) for code, cell in zip(dataset.key, key, strict=True)]
    return msgspec.json.encode({"grant": grant, "key": typed, "purpose": "measuring", "case": "B-1"})


async def group(lake: DuckLake, datasets: list[Dataset]) -> dict[str, Any]:
    """Rows of every data set that names a person: by person, and by division and day of birth, which are fewer."""
    parts, tables = [], []
    for dataset in datasets:
        card = next((rule.columns[0] for rule in dataset.rules if rule.check == "id_card"), None)
        batches = batches_of(lake, dataset)
        if card and batches:
            parts.append(f"select {quoted(card)} as who from ({lake.relation(dataset, batches)})")
            tables.append((dataset, batches))
    found: dict[str, Any] = {}
    for name, what in (("", "who"), ("_by_birth", "left(who, 14)")):
        query = f"select count(*), sum(n) from (select {what} as what, count(*) as n from ({' union all '.join(parts)}) group by what)"
        begun = time.perf_counter()
        ((groups, rows),) = await lake.ask(tables, query)
        found |= {
            f"groups{name}": groups,
            f"group{name}_s": time.perf_counter() - begun,
            "grouped_rows": int(str(rows or 0)),
        }
    return found


async def scan(pack: str, data: Path) -> float:
    """Milliseconds of the same look-up as a plain query over the whole data set."""
    lake = lake_of(Settings(pack=ROOT / "packs" / pack, data=data, port=0, lake_memory="3GB"))
    took = []
    for dataset in filled(the_city(pack)).values():
        batches = batches_of(lake, dataset)
        for key in await keys_of(lake, dataset, 3) if batches and dataset.key else []:
            same = " and ".join(f"cast({quoted(one)} as varchar) = ${n}" for n, one in enumerate(dataset.key, 1))
            begun = time.perf_counter()
            await lake.ask([(dataset, batches)], f"select * from ({lake.relation(dataset, batches)}) where {same}", key)
            took.append((time.perf_counter() - begun) * 1000)
    return quantile(took, 0.5)

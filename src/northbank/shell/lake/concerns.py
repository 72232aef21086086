"""Rows of the lake near a point or at an address, each look one query of the engine. Who may see what is decided elsewhere."""

import math
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from northbank.core.alike import EARTH
from northbank.core.bases import ENTITY
from northbank.ports.concerns import Found, Seen
from northbank.shell.lake.compile import Words, quoted
from northbank.shell.lake.fast import literal
from northbank.shell.lake.homes import GONE, HOMES, PLACE, place_of
from northbank.shell.lake.lake import DuckLake
from northbank.shell.lake.linking import AS_UUID

NOTHING = "null::varchar"


class DuckSurroundings:
    """Rows of a lake by place. secret: keys the digests of records."""

    def __init__(self, lake: DuckLake, secret: str) -> None:
        self._lake = lake
        self._secret = secret

    async def near(
        self, seen: Seen, point: tuple[float, float], within: float, today: date, limit: int
    ) -> tuple[int, list[Found]]:
        """A box first, which files answer by their statistics; then meters on the flat, which is right to centimeters so near."""
        words, (lon, lat) = Words(), point
        east, north = meters_of_degrees(lat)
        x, y = quoted(seen.lon), quoted(seen.lat)
        box = [
            f"{cell} between {words.value(middle - within / unit)} and {words.value(middle + within / unit)}"
            for cell, middle, unit in ((x, lon, east), (y, lat, north))
        ]
        meters = f"sqrt(pow(({x} - {words.value(lon)}) * {words.value(east)}, 2) + pow(({y} - {words.value(lat)}) * {words.value(north)}, 2))"
        query = (
            f"select count(*) over (), {self._row(words, seen, 'meters')} from (select *, {meters} as meters from "  # house: sql
            f"({self._lake.relation(seen.dataset, seen.batches)}) where {' and '.join((*box, self._stays(words, seen, today)))}) "
            f"where meters <= {words.value(within)} order by meters, 3 limit {words.value(limit)}"
        )
        rows = await self._lake.ask([(seen.dataset, seen.batches)], query, words.values)
        return int(str(rows[0][0])) if rows else 0, [_found(seen, one[1:]) for one in rows]

    async def at(self, seen: Seen, addresses: Sequence[str], today: date, limit: int) -> tuple[int, int, list[Found]]:
        """By the homes of a base that was built: the cost follows the addresses. While none is, every address is cleaned and looked at."""
        homes = self._lake.beside(seen.dataset, seen.batches, HOMES)
        return await (
            self._all(seen, addresses, today, limit)
            if homes is None
            else self._homes(seen, homes, addresses, today, limit)
        )

    async def _homes(
        self, seen: Seen, homes: Path, addresses: Sequence[str], today: date, limit: int
    ) -> tuple[int, int, list[Found]]:
        """Sorted by address: only the groups of rows between the first and the last are read. Rows of people are fetched by their ids."""
        words = Words()
        here = (
            f"(from read_parquet({literal(str(homes))}) where {PLACE} between {words.value(min(addresses))} and {words.value(max(addresses))} "  # house: sql
            f"and {PLACE} in (select unnest({words.value(tuple(addresses))}::varchar[])) and coalesce({GONE} > {words.value(today)}, true))"
        )
        query = (
            f"select count(*) over (), (select count(distinct {PLACE}) from {here}), {ENTITY} from {here} "  # house: sql
            f"order by {PLACE}, 3 limit {words.value(max(1, limit))}"
        )
        rows = await self._lake.ask([(seen.dataset, seen.batches)], query, words.values)
        if not rows:
            return 0, 0, []
        found: list[Found] = []
        if limit:
            words = Words()
            ids = ", ".join(words.value(str(one[2])) for one in rows)
            query = (
                f"select {self._row(words, seen, 'null::double')} from ({self._lake.relation(seen.dataset, seen.batches)}) "  # house: sql
                f"where {ENTITY} in ({ids}) order by 3, 2"
            )
            found = [
                _found(seen, one) for one in await self._lake.ask([(seen.dataset, seen.batches)], query, words.values)
            ]
        return int(str(rows[0][0])), int(str(rows[0][1])), found

    async def _all(self, seen: Seen, addresses: Sequence[str], today: date, limit: int) -> tuple[int, int, list[Found]]:
        """The addresses are parameters; how many of them anybody is at is counted in the same pass."""
        words = Words()
        place = place_of(seen.address)
        query = (
            f"with here as (select *, {place} as place from ({self._lake.relation(seen.dataset, seen.batches)}) "  # house: sql
            f"where {place} in (select unnest({words.value(tuple(addresses))}::varchar[])) and {self._stays(words, seen, today)}) "
            f"select (select count(*) from here), (select count(distinct place) from here), {self._row(words, seen, 'null::double')} "
            f"from here order by place, 4 limit {words.value(max(1, limit))}"
        )
        rows = await self._lake.ask([(seen.dataset, seen.batches)], query, words.values)
        if not rows:
            return 0, 0, []
        return int(str(rows[0][0])), int(str(rows[0][1])), [_found(seen, one[2:]) for one in rows[:limit]]

    def _row(self, words: Words, seen: Seen, meters: str) -> str:
        key = ", ".join(f"cast({quoted(code)} as varchar)" for code in seen.dataset.key) or NOTHING
        ref = f"sha256(concat_ws(chr(31), {words.value(self._secret)}, {words.value(seen.dataset.code)}, {key}))"
        cells = "".join(f", {quoted(code)}" for code in seen.show)
        address = place_of(seen.address) if seen.address else NOTHING
        return f"{meters}, {AS_UUID.format(ref)}, {address}{cells}"

    def _stays(self, words: Words, seen: Seen, today: date) -> str:
        return f"coalesce({quoted(seen.gone)} > {words.value(today)}, true)" if seen.gone else "true"


def meters_of_degrees(lat: float) -> tuple[float, float]:
    """Meters of one degree of longitude and of latitude there; at a pole a degree of longitude counts as a meter."""
    north = math.radians(EARTH)
    return max(1.0, north * math.cos(math.radians(lat))), north


def _found(seen: Seen, row: Sequence[object]) -> Found:
    meters, ref, address, *cells = row
    return Found(
        str(ref), None if meters is None else float(str(meters)), None if address is None else str(address),
        dict(zip(seen.show, cells, strict=True)),
    )  # fmt: skip

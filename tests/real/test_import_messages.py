"""Real messages of residents without coordinates: every one waits at the duty desk, words in the vault, times of all spellings read.

Everything is read from ../shared/data at run time; nothing of it is kept.
"""

import asyncio
from pathlib import Path

import msgspec
from template import READING

from northbank.core.access import Scope
from northbank.flows.report import Words
from northbank.ports import CaseQuery
from northbank.shell.settings import Settings
from northbank.shell.sources.importer import import_file
from northbank.wiring import open_center

PACK = Path(__file__).resolve().parents[2] / "packs" / "jiangbei"
MAP = PACK / "maps" / "zh_messages.toml"
EVERYTHING = Scope(everything=True)


async def test_messages_without_coordinates_wait_at_the_desk(real_data: Path, tmp_path: Path) -> None:
    folder, stop, rejects = real_data / "zh_gov_messages", asyncio.Event(), tmp_path / "rejects.csv"
    async with open_center(Settings(pack=PACK, data=tmp_path / "data")) as center:
        messages = await import_file(center, folder / "附件3_messages.csv.gz", MAP, rejects=rejects, stop=stop)
        labelled = await import_file(center, folder / "附件2_sample_fulltext.csv.gz", MAP, rejects=rejects, stop=stop)
        page = await center.cases.page(CaseQuery(desk="true", limit=1), EVERYTHING)
        waiting = await center.pool.fetchval("select count(*) from cases where desk is not null")
        typed = await center.pool.fetchval("select count(*) from cases where type is not null and desk = 'no_place'")
        row = await center.pool.fetchrow("select subject::text, doc from cases where external = '188007'")
        doc = msgspec.json.decode(row["doc"])
        opened = await center.vault.open(row["subject"], [doc["words"]["id"]], READING)
        plain = await center.pool.fetchval("select count(*) from journal where data::text like '%道路命名%'")
    assert (messages.records, messages.figures.taken, messages.figures.desk) == (4326, 4326, 4326)
    assert messages.missing == ("type",)
    assert (labelled.records, labelled.figures.taken, labelled.codes) == (457, 456, {"repeated": 1})
    assert (page.capped, waiting) == (True, 4326 + 456)
    assert typed == 456
    words = msgspec.json.decode(opened[doc["words"]["id"]], type=Words)
    assert words.text is not None
    assert words.text.startswith("咨询A6区道路命名规划")
    assert words.text.endswith("[2019-02-14 20:00:00]")
    assert "\u3000" not in words.text[:2]
    assert plain == 0

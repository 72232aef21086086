"""Files of the lake that change after they landed: merged into one folder, rewritten without a key, taken away. Each at once or not at all.

Whether they should, and what is told of it, is decided elsewhere.
"""

import os
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

import duckdb
import msgspec

from northbank.core.bases import ENTITY
from northbank.core.buckets import SEPARATOR, digits_of
from northbank.core.celltypes import BLANKS
from northbank.core.dataset import Dataset
from northbank.core.tending import Compacted
from northbank.shell.lake.apart import BAD, GROUP, KEPT
from northbank.shell.lake.compile import quoted
from northbank.shell.lake.fast import literal
from northbank.shell.lake.held import emptied, place, sync, take_away
from northbank.shell.lake.homes import GROUP as HOMES_GROUP
from northbank.shell.lake.homes import HOMES, PLACE
from northbank.shell.lake.judging import FILE, ROW
from northbank.shell.lake.parts import ABOUT, BATCH, BATCHES, MERGED, Merged, Part, as_text, key_of, newest_of

NEW = ".new"  # a file that is going to replace another one
LINE = 6  # characters a key needs for it to be looked for in lines that could not be read


def merge(
    duck: duckdb.DuckDBPyConnection, root: Path, dataset: Dataset, parts: Sequence[Part], of: Sequence[str], buckets: int
) -> Compacted:  # fmt: skip
    """Write one folder in place of parts, which stand for the batches `of`, and put it in its place by one rename."""
    folder = f"{len(of):06d}-{sha256(' '.join(of).encode()).hexdigest()[:12]}"
    into = root / dataset.code / MERGED
    if (into / folder).is_dir():  # a run put it there and was killed before anybody was told
        made = f"select count(*) from read_parquet({literal(str(into / folder / 'rows-*.parquet'))})"  # house: sql
        return Compacted(folder=folder, of=tuple(of), rows=(duck.execute(made).fetchone() or (0,))[0])
    staging = emptied(root / dataset.code)
    columns = ", ".join(quoted(one.code) for one in dataset.columns)
    key = ", ".join(quoted(one) for one in dataset.key)
    text = ", ".join(f"cast({quoted(one)} as varchar)" for one in dataset.key)
    digits, rows = digits_of(buckets), 0
    for n in range(buckets):
        mine = ""
        if digits:
            mine = f"where left(md5(concat_ws({literal(SEPARATOR)}, {text})), {digits}) = {literal(f'{n:0{digits}x}')}"
        order = f"order by {key}" if key else ""
        done = duck.execute(
            f"copy (select {columns}, {BATCH}, {FILE}, {ROW} from ({newest_of(dataset, parts)}) {mine} {order}) "  # house: sql
            f"to {literal(str(staging / f'rows-{n:04d}.parquet'))} ({KEPT}, row_group_size {GROUP})"
        ).fetchone()
        rows += int(done[0]) if done else 0
    (staging / ABOUT).write_bytes(msgspec.json.encode(Merged(folder, tuple(of), rows, buckets)))
    into.mkdir(exist_ok=True, mode=0o700)
    place(staging, into, folder)
    return Compacted(folder=folder, of=tuple(of), rows=rows)


def forget(duck: duckdb.DuckDBPyConnection, root: Path, dataset: Dataset, key: Sequence[str]) -> tuple[int, int]:
    """Rewrite every file that has rows of a key without them: how many good and bad rows were taken out. Safe to do again."""
    for left in (root / dataset.code).glob(f"*/*/*{NEW}"):  # of a run that was killed
        left.unlink()
    values = key_of(dataset, key)
    rows = 0
    if values is not None:
        same = " and ".join(
            f"cast({quoted(one)} as varchar) = {literal(as_text(value))}"
            for one, value in zip(dataset.key, values, strict=True)
        )
        for path in sorted((root / dataset.code).glob("*/*/rows-*.parquet")):
            order = f"order by {', '.join(quoted(one) for one in dataset.key)}"
            rows += without(duck, path, same, f"{order}", f"{KEPT}, row_group_size {GROUP}")
        if dataset.key == (ENTITY,):
            for path in sorted((root / dataset.code / BATCHES).glob(f"*/{HOMES}")):
                without(
                    duck,
                    path,
                    same,
                    f"order by {PLACE}, {ENTITY}",
                    f"format parquet, compression zstd, row_group_size {HOMES_GROUP}",
                )
    bad = 0
    for path in sorted((root / dataset.code / BATCHES).glob(f"*/{BAD}")):
        bad += without(duck, path, _names_key(key), "", KEPT)
    return rows, bad


def without(duck: duckdb.DuckDBPyConnection, path: Path, which: str, order: str, options: str) -> int:
    """A file without some of its rows; it is rewritten only where it has any."""
    file = literal(str(path))
    found = duck.execute(f"select count(*) from read_parquet({file}) where {which}").fetchone()  # house: sql
    if not found or not found[0]:
        return 0
    new = path.with_name(path.name + NEW)
    duck.execute(
        f"copy (select * from read_parquet({file}) where ({which}) is not true {order}) to {literal(str(new))} ({options})"  # house: sql
    )
    sync(new)
    os.replace(new, path)
    sync(path.parent)
    return int(found[0])


def _names_key(key: Sequence[str]) -> str:
    """Whether a bad row has every cell of a key: among its cells as they stood, or in a line that could not be read."""
    cells = f"list_transform(json_extract_string(cells, '$.*'), lambda x: upper(trim(x, {literal(BLANKS)})))"
    among = " and ".join(f"list_contains({cells}, {literal(one.upper())})" for one in key)
    line = " and ".join(f"contains(upper(line), {literal(one.upper())})" for one in key if len(one) >= LINE) or "false"
    return f"(coalesce({among}, false) or coalesce({line}, false))"


def retire(root: Path, dataset: str, folders: Sequence[str], quarantine: Sequence[str]) -> tuple[list[str], list[str]]:
    """Take folders away, and the bad rows of others: what there was of them. A folder is there whole, or not at all."""
    batches, gone = root / dataset / BATCHES, take_away(root / dataset, BATCHES, folders)
    bad = [one for one in quarantine if (batches / one / BAD).is_file()]
    for one in bad:
        (batches / one / BAD).unlink()
    return gone, bad

"""Proof of what is in the journal: checked, written out, its key renewed."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from northbank.shell.clock import SystemClock
from northbank.shell.settings import Settings
from northbank.wiring import open_beside

if TYPE_CHECKING:
    pass


async def audit_verify(settings: Settings, out: Console) -> int:
    """Walk the whole journal against the tree, the checkpoints and the records of readings; 1 where something is wrong."""
    from rich.progress import Progress

    from northbank.shell.store.inspect import inspect

    async with open_beside(settings) as center:
        total = await center.journal.position()
        with Progress(console=Console(stderr=True), transient=True) as bar:
            step = bar.add_task("journal", total=total)
            flaws = await inspect(center.ledger, center.pool, lambda done: bar.update(step, completed=done))
        latest = await center.ledger.latest()
    for flaw in flaws:
        out.print(str(flaw), markup=False)
    if flaws:
        out.print(f"{len(flaws)} flaws; the first is at position {flaws[0].position}.")
        return 1
    signed = f"{latest.size} of them under signed checkpoints" if latest else "no checkpoint is signed yet"
    out.print(f"{total} entries are as they were recorded; {signed}.")
    return 0


async def audit_prove(
    settings: Settings, file: Path, case: str | None, first: int | None, last: int | None, since: int | None, out: Console
) -> None:  # fmt: skip
    """Write what an outsider can check: a receipt, a proof of growth since a checkpoint, or a range of entries."""
    from northbank.core.refusal import Refused
    from northbank.flows.export_proofs import export, growth_line, receipt_line
    from northbank.flows.seal import seal
    from northbank.shell.settings import SettingsError

    async with open_beside(settings) as center:
        await center.ledger.admit(center.signer.verifier, SystemClock().now())
        await seal(center.world, center.ledger, center.signer)
        if case is not None:
            lines = receipt_line(center.world, center.ledger, case)
        elif since is not None:
            lines = growth_line(center.ledger, since)
        else:
            lines = export(center.ledger, first or 1, last)
        try:
            count = await _write_lines(file, lines)
        except Refused as refused:
            raise SettingsError(f"{refused.say()} {refused.advise()}") from refused
        except OSError as error:
            raise SettingsError(f"The file {file} cannot be written: {error}.") from error
    out.print(f"{count} bytes written to {file}. Check: python tools/verify_receipt.py --key KEY {file}", markup=False)


async def _write_lines(file: Path, lines: AsyncIterator[bytes]) -> int:
    """Write lines as they come; nothing is made where there is not even a first one."""
    before = await anext(lines)
    count = 0
    with await asyncio.to_thread(file.open, "wb") as written:
        count += written.write(before)
        async for line in lines:
            count += written.write(line)
    return count


async def audit_key(settings: Settings, renew: bool, out: Console) -> None:
    """Print the public keys, one a line; with `renew`, sign with this folder's key from now on."""
    async with open_beside(settings) as center:
        now = SystemClock().now()
        await (center.ledger.renew if renew else center.ledger.admit)(center.signer.verifier, now)
        for key in await center.ledger.keys():
            out.print(key.verifier, markup=False)


async def audit_rebuild(settings: Settings, out: Console) -> None:
    """Forget the tree and let it grow again from the journal alone."""
    from rich.progress import Progress

    async with open_beside(settings) as center:
        total = await center.journal.position()
        await center.ledger.clear()
        with Progress(console=Console(stderr=True), transient=True) as bar:
            step = bar.add_task("tree", total=total)
            size = await center.ledger.grow(lambda done: bar.update(step, completed=done))
    out.print(f"The tree holds {size} entries. Next: northbank audit verify")

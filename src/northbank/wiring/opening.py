"""Opening a center: pack, data folder, database, keys, clock."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path

import msgspec

from northbank.core.city import City
from northbank.pack.load import load
from northbank.ports import Clock
from northbank.shell.clock import ReplayClock, SystemClock
from northbank.shell.settings import Settings
from northbank.shell.store.embedded import Embedded
from northbank.shell.store.folder import DataFolder, DataFolderError, holder, owner_of
from northbank.shell.store.pool import open_pool
from northbank.shell.store.server import reach
from northbank.shell.store.signer import Signer, new_pem, read_signer
from northbank.wiring.center import Center


def clock_of(settings: Settings, start: datetime | None) -> Clock:
    """The machine's clock, or one that plays from `start` at the set speed."""
    return SystemClock() if start is None else ReplayClock(start, settings.speed)


def signer_of(settings: Settings, city: City, own: Path) -> Signer:
    """Who signs this center's checkpoints: the key named by a setting, else the data folder's own."""
    name = f"northbank/{city.id}" + ("" if settings.mode == "live" else f"/{settings.mode}")
    return read_signer(name, settings.audit_key_file or own)


def _load(settings: Settings) -> City:
    """The pack with its indexes built, so that the first report does not wait for them."""
    city = load(settings.pack, settings.areas)
    city.places.find(0.0, 0.0)
    return city


def _owner(settings: Settings, city: City) -> str:
    """Whose data a folder holds: invented and replayed data never mix with real ones, nor do their accounts."""
    return city.id if settings.mode == "live" else f"{city.id} ({settings.mode})"


@asynccontextmanager
async def open_center(
    settings: Settings, *, start: datetime | None = None, live: bool = True, cases: bool = False,
    before: timedelta = timedelta(),
) -> AsyncIterator[Center]:  # fmt: skip
    """Everything but the web: pack, data folder, database, journal. Raises the typed errors of each part.

    live: keep screens and deadlines up to date; an import leaves that to the center that runs afterwards.
    cases: it will take cases, so that its pack has to be the version in force. before: data begin so long before the start.
    """
    city = await asyncio.to_thread(_load, settings)
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(DataFolder.open(settings.data, pack=_owner(settings, city)))
        dsn = settings.database_url()
        if dsn is None:
            server = await asyncio.to_thread(Embedded.start, folder)
            stack.callback(server.stop)
            dsn = server.dsn
        else:
            await reach(dsn)
        signer = signer_of(settings, city, folder.audit_key(new_pem))
        center = Center(settings, city, await open_pool(dsn), folder.vault_key(), signer, clock_of(settings, start))
        try:
            await center.start(live)
            if cases:
                await center.admit_pack(before)
            yield center
        finally:
            await center.close()


@asynccontextmanager
async def open_beside(settings: Settings) -> AsyncIterator[Center]:
    """A center that does not live: beside the one that runs on this folder now, where one does, on the same database."""
    note = holder(settings.data)
    dsn = str(note["url"]) if note and "url" in note else settings.database_url() if note else None
    mark = owner_of(settings.data) or ""
    mode = next((one for one in ("simulated", "replay") if mark.endswith(f"({one})")), "live")
    settings = msgspec.structs.replace(settings, mode=mode)
    if dsn is None:
        async with open_center(settings, live=False) as center:
            yield center
        return
    city = await asyncio.to_thread(_load, settings)
    if mark != _owner(settings, city):
        raise DataFolderError(f"The data folder {settings.data} belongs to the pack {mark}, not to {city.id}.")
    key = (settings.data / "keys" / "vault.key").read_bytes()
    signer = signer_of(settings, city, settings.data / "keys" / "audit.pem")
    center = Center(settings, city, await open_pool(dsn), key, signer, clock_of(settings, None))
    try:
        await center.start(live=False)
        yield center
    finally:
        await center.close()

"""Files of real records: taken in, or replayed on the wall."""

import asyncio
import contextlib
import signal
import threading
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from northbank.shell.log import configure
from northbank.shell.settings import Settings
from northbank.shell.store.pool import UNAVAILABLE, DatabaseError
from northbank.verbs.center import greet
from northbank.wiring import listen_on, open_center, serve, settle, web_settings

if TYPE_CHECKING:
    from northbank.shell.sources.rows import Standing
    from northbank.shell.sources.timeline import Timeline


async def run_import(
    settings: Settings, file: Path, map: Path, rejects: Path, limit: int | None, out: Console
) -> int:  # fmt: skip
    """Import a file; 0 when it is done, 130 when it was stopped and can be taken up again."""
    from northbank.shell.sources.importer import import_file
    from northbank.shell.sources.progress import shown

    configure(settings.log)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    async with open_center(settings, live=False, cases=True) as center:
        settle()
        with shown() as progress:
            try:
                report = await import_file(
                    center, file, map, progress=progress, rejects=rejects, stop=stop, limit=limit
                )
            except UNAVAILABLE as error:
                raise DatabaseError("The database went away; the same command goes on where it ended.") from error
    out.print(str(report), markup=False)
    return 130 if stop.is_set() and not report.finished else 0


async def run_replay(settings: Settings, file: Path, map: Path, out: Console) -> None:
    """Recorded reports on a live wall."""
    from northbank.shell.sources.mapfile import read_map
    from northbank.shell.sources.replay import replay_file

    configure(settings.log)
    listening = listen_on(settings.host, settings.port)
    with contextlib.closing(await _sorted(file, map)) as timeline:
        start = await _resume(settings, timeline.first)
        async with open_center(settings, start=start, cases=True) as center:
            rules = read_map(map, center.city)
            greet(center, listening.getsockname()[1], out)
            stop = asyncio.Event()
            center.spawn(replay_file(center, timeline, rules, stop=stop))
            await serve(center, listening, web_settings(settings))
            stop.set()
    out.print("Stopped. The next start goes on where this one ended.")


async def _sorted(file: Path, map: Path) -> "Timeline":
    """The file in order of time, with a bar while it is read; a Ctrl-C ends the reading too."""
    from northbank.shell.sources.progress import shown
    from northbank.shell.sources.timeline import Timeline

    given_up = threading.Event()
    with shown(doing="Sorting by time") as show:

        def tell(standing: "Standing") -> None:
            if given_up.is_set():
                raise asyncio.CancelledError
            show(standing)

        try:
            return await asyncio.to_thread(Timeline.of, file, map, tell)
        finally:
            given_up.set()


async def _resume(settings: Settings, first: datetime) -> datetime:
    """Where the clock of a replay begins: at the last recorded moment of an earlier run, else a minute before the file."""
    async with open_center(settings, start=first) as center:
        last, _ = await center.cases.resume_point()
    return last if last is not None else first - timedelta(minutes=1)

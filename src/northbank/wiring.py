"""The only place that builds the parts of a center and joins them."""

import asyncio
import contextlib
import gc
import hmac
import logging
import os
import signal
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import asyncpg
import msgspec
import uvicorn

from northbank.core.city import City, Name
from northbank.flows.platform import Platform, Sharing
from northbank.flows.publish_pack import publish, versions
from northbank.flows.try_policy import Lab
from northbank.pack.bundle import bundle
from northbank.pack.load import load
from northbank.ports import Clock, World
from northbank.shell.clock import ReplayClock, SteppedClock, SystemClock, monotonic
from northbank.shell.jobs.collecting import run_collecting
from northbank.shell.jobs.following import run_following
from northbank.shell.jobs.governing import run_governing
from northbank.shell.jobs.hot import run_hot
from northbank.shell.jobs.look_back import run_look_back
from northbank.shell.jobs.marking import run_marking
from northbank.shell.jobs.refresh import run_refresh
from northbank.shell.jobs.sealing import run_sealing
from northbank.shell.jobs.sharing import run_preparing, run_sharing
from northbank.shell.jobs.timer import run_timer
from northbank.shell.jobs.trials import Trials
from northbank.shell.lake.answers import DuckAnswerer
from northbank.shell.lake.concerns import DuckSurroundings
from northbank.shell.lake.fetch.secrets import Secrets
from northbank.shell.lake.fetch.sources import LakeSources
from northbank.shell.lake.figures import DuckFigures
from northbank.shell.lake.inbox import LakeInbox
from northbank.shell.lake.lake import DuckLake
from northbank.shell.lake.links import LinkLake
from northbank.shell.lake.quarantine import LakeQuarantine
from northbank.shell.lake.spark.lake import SparkLake
from northbank.shell.lake.trail import FileTrail
from northbank.shell.settings import Settings
from northbank.shell.store.accounts import PgAccounts
from northbank.shell.store.cases import PgCases
from northbank.shell.store.checkpoints import PgLedger
from northbank.shell.store.duplicates import PgDuplicates
from northbank.shell.store.embedded import Embedded
from northbank.shell.store.film import PgHistory
from northbank.shell.store.folder import DataFolder, DataFolderError, holder, owner_of
from northbank.shell.store.grants import PgGrants, PgUses
from northbank.shell.store.journal import PgJournal
from northbank.shell.store.marks import PgMarks
from northbank.shell.store.metrics import PgMetrics
from northbank.shell.store.modelfile import NewestModel
from northbank.shell.store.packs import PgRulebooks
from northbank.shell.store.pool import UNAVAILABLE, open_pool
from northbank.shell.store.scans import PgScans
from northbank.shell.store.serials import CenterIds
from northbank.shell.store.server import reach
from northbank.shell.store.shelf import PgShelf
from northbank.shell.store.signer import Signer, new_pem, read_signer
from northbank.shell.store.simulations import PgSimulations
from northbank.shell.store.tail import Tail
from northbank.shell.store.vault import PgVault
from northbank.shell.web.app import build_app
from northbank.shell.web.knobs import WebSettings
from northbank.shell.web.limits import Buckets
from northbank.shell.web.live import Broadcaster, Tick
from northbank.shell.web.passwords import Passwords
from northbank.shell.web.photos import Darkroom
from northbank.shell.web.protocol import LiveProtocol
from northbank.shell.web.registry import Face
from northbank.shell.web.session import Sessions

log = logging.getLogger(__name__)
PACKED = Path(__file__).resolve().parent / "screens"  # in an installed package; in a checkout they lie in ui/dist
UI = PACKED if PACKED.is_dir() else Path(__file__).resolve().parents[2] / "ui" / "dist"

NOTES: Mapping[str, Name] = {
    "live": Name("", ""),
    "simulated": Name("模拟数据", "SIMULATED"),
    "replay": Name("历史回放", "REPLAY"),
}


PUBLISHED_BY_ITSELF = {"live": "first start", "simulated": "demonstration", "replay": "replay of records"}


class PortBusy(RuntimeError):
    """The address is taken; the message is one sentence."""


class PackNotPublished(RuntimeError):
    """The pack is not the version in force; the message says what to do."""


class Center:
    """One running center. `world` is what flows are given."""

    def __init__(
        self, settings: Settings, city: City, pool: asyncpg.Pool, vault_key: bytes, signer: Signer, clock: Clock
    ) -> None:  # fmt: skip
        self.settings = settings
        self.city = city
        self.pool = pool
        self.ids = CenterIds(pool, city.prefix)
        self.journal = PgJournal(pool)
        self.cases = PgCases(pool, self.journal.recent)
        self.ledger = PgLedger(pool)
        self.signer = signer
        self.vault = PgVault(pool, vault_key, self.ids)
        self.accounts = PgAccounts(pool)
        self.passwords = Passwords()
        self.adviser = NewestModel(settings.data / "models")
        self.rulebooks = PgRulebooks(pool)
        self.world = World(
            city,
            clock,
            self.ids,
            self.journal,
            self.cases,
            self.vault,
            self.accounts,
            PgDuplicates(pool),
            adviser=self.adviser,
            scans=PgScans(pool),
            metrics=PgMetrics(pool),
            rulebooks=self.rulebooks,
            history=PgHistory(pool, ZoneInfo(city.timezone)),
        )
        lake = lake_of(settings)
        self.platform = Platform(
            self.world, lake, DuckFigures(lake, settings.data / "prepared"), sharing_of(settings, pool, vault_key, lake),
            sources=sources_of(settings), inbox=LakeInbox(settings.data / "inbox"), shelf=PgShelf(pool), quarantine=LakeQuarantine(settings.data / "lake", settings.lake_memory),
            linker=links_of(settings, vault_key), surroundings=DuckSurroundings(lake, links_secret(vault_key)),
            filling=lambda: not self.gathered.is_set(), scheduled=settings.mode == "live",
        )  # fmt: skip
        simulations = PgSimulations(pool)
        self.trail = FileTrail(settings.data / "lineage", settings.lineage_url)
        self.trials = Trials(simulations)
        self.lab = Lab(self.world, self.rulebooks, simulations, self.trials)
        self.tail = Tail(pool, self.cases, self.world, Tick, monotonic)
        self.timing = asyncio.Event()  # cleared while the past is told, which has its own times
        self.timing.set()
        self.gathered = asyncio.Event()  # cleared while the data platform of a demonstration is filled
        self.gathered.set()
        self.told: Callable[[], bool] = lambda: True  # whether invented data have come to the present
        self._tasks: list[asyncio.Task[Any]] = []

    async def start(self, live: bool = True) -> None:
        """Begin committing and, where the center is to live, following, timing and sealing."""
        await self.ids.start()
        await self.journal.start()
        if not live:
            return
        await self.ledger.admit(self.signer.verifier, SystemClock().now())
        await self.trials.recall()
        await self.tail.start()
        self.journal.tell(self.tail.hear)
        self.spawn(self.tail.run())
        self.spawn(run_timer(self.world, self.timing))
        self.spawn(run_sharing(self.platform, self.timing))
        self.spawn(run_preparing(self.platform, self.timing, self.journal.position))
        self.spawn(run_refresh(self.adviser.refresh))
        if self.settings.mode == "live":  # invented and replayed days have their own clock: no source keeps to it
            self.spawn(run_collecting(self.platform))
        self.spawn(run_hot(self.world))
        self.spawn(run_look_back(self.world))
        self.spawn(run_sealing(self.world, self.ledger, self.signer))
        self.spawn(run_marking(PgMarks(self.pool), monotonic))
        self.spawn(run_following(self.platform, self.gathered))
        self.spawn(run_governing(self.platform, self.trail, self.journal.position))

    async def keep_pack(self) -> None:
        """Keep the files of the pack at hand with the journal, so that its cases find their rules for good."""
        files = await asyncio.to_thread(bundle, self.settings.pack)
        await self.rulebooks.keep(self.city.version, self.city.id, SystemClock().now(), files)

    async def admit_pack(self, before: timedelta = timedelta()) -> None:
        """Only the version in force takes cases. The first one publishes itself, and so do those of invented and replayed data.

        before: so long before the start invented data begin; the first pack was in force then.
        """
        past = await versions(self.world)
        if past and past[-1].fact.version == self.city.version:
            return
        if past and self.settings.mode == "live":
            raise PackNotPublished(
                f"The pack {self.settings.pack} is version {self.city.version}; in force is {past[-1].fact.version}. "
                f"Publish it first: northbank pack publish {self.settings.pack} --data {self.settings.data} --reason WHY"
            )
        await self.keep_pack()
        clock = self.world.clock if past else SteppedClock(self.world.clock.now() - before)
        await publish(msgspec.structs.replace(self.world, clock=clock), PUBLISHED_BY_ITSELF[self.settings.mode])

    def spawn(self, work: Awaitable[Any]) -> asyncio.Task[Any]:
        """Run something as long as the center runs."""
        task = asyncio.ensure_future(work)
        self._tasks.append(task)
        task.add_done_callback(_tell_end)
        return task

    async def close(self) -> None:
        """Stop in order: producers, then the journal's queue, then connections."""
        await self.trials.close()
        running = set(self._tasks)
        while running:  # asked again: a library may swallow one cancellation
            for task in running:
                task.cancel()
            _, running = await asyncio.wait(running, timeout=1.0)
        self.platform.sharing.answerer.close()
        await self.journal.close()
        try:
            await asyncio.wait_for(self.pool.close(), 5)
        except TimeoutError:  # a fault of ours, and no reason to stand still
            log.warning("a connection was not given back when the center stopped")
            self.pool.terminate()

    async def alive(self) -> Mapping[str, Any]:
        """The state of the parts, for /readyz and /metrics."""
        position = await self.journal.position()
        lag = position - self.tail.position
        return {
            "ready": monotonic() - self.tail.fresh_at < 15,
            "position": position,
            "tail_lag": lag,
            "tail_age_seconds": monotonic() - self.tail.fresh_at,
            "told": self.told(),
            "filled": self.gathered.is_set(),
        }

    def face(self, web: WebSettings) -> Face:
        """The HTTP face over this center. Sessions live by the machine's clock, whatever the center's clock does."""
        broadcaster = Broadcaster(self.tail, web, self.world.clock.now, monotonic)  # type: ignore[arg-type]
        sessions = Sessions(self.accounts, self.passwords, web, SystemClock().now, monotonic)
        self.tail.on_account = sessions.changed
        return Face(
            world=self.world, ledger=self.ledger, lab=self.lab, platform=self.platform, settings=web,
            sessions=sessions,
            broadcaster=broadcaster, darkroom=Darkroom(web.photo_pixels, web.photo_edge),
            reports_by_account=Buckets(web.reports_per_minute, monotonic),
            reports_by_address=Buckets(web.anonymous_per_minute, monotonic),
            answers_by_account=Buckets(web.answers_per_minute, monotonic),
            snapshot=self.tail.snapshot, alive=self.alive,
            unavailable=UNAVAILABLE,
        )  # fmt: skip


def _tell_end(task: asyncio.Task[Any]) -> None:
    """What should run as long as the center does never ends unheard."""
    if not task.cancelled() and (error := task.exception()) is not None:
        log.error("a part of the center stopped and will not go on", exc_info=error)


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


def sharing_of(settings: Settings, pool: asyncpg.Pool, secret: bytes, lake: DuckLake) -> Sharing:
    """Grants, the record of uses, and the engine that answers from copies beside the lake."""
    answerer = DuckAnswerer(
        settings.data / "granted", lake, secret, settings.lake_memory, settings.lake_threads
    )  # fmt: skip
    return Sharing(PgGrants(pool), PgUses(pool, secret), answerer)


def lake_of(settings: Settings) -> DuckLake:
    """The lake of a data folder, with so much of the machine as the settings give it, and the engine they name."""
    if settings.lake_engine == "spark":
        return SparkLake(settings.data / "lake", settings.spark_master, settings.lake_memory, settings.lake_threads)
    return DuckLake(settings.data / "lake", settings.lake_memory, settings.lake_threads)


def sources_of(settings: Settings) -> LakeSources:
    """Where rows come from; secrets of this process and of the data folder are read only where a contract names them."""
    data = settings.data
    secrets = Secrets(data / "secrets", os.environ)
    return LakeSources(
        data / "lake", data / "inbox", secrets, asyncio.sleep, settings.lake_memory, settings.lake_threads
    )


def links_secret(vault_key: bytes) -> str:
    """What digests of records are keyed with: a key of their own, made of the vault's."""
    return hmac.new(vault_key, b"links", "sha256").hexdigest()


def links_of(settings: Settings, vault_key: bytes) -> LinkLake:
    """Links of records beside the lake; the digests that name records are keyed with a key of their own, made of the vault's."""
    return LinkLake(
        settings.data / "links", lake_of(settings), links_secret(vault_key), settings.lake_memory, settings.lake_threads
    )


def web_settings(settings: Settings, **more: Any) -> WebSettings:
    """The knobs of the HTTP face that follow from the settings of the run."""
    note = NOTES[settings.mode]
    if settings.mode == "replay":
        note = Name(f"{note.zh} {settings.speed:g} 倍", f"{note.en} {settings.speed:g}x")
    told: dict[str, Any] = {
        "mode": settings.mode, "mode_note": note, "speed": settings.speed, "wall_open": settings.wall_open,
        "secure": settings.secure, "anonymous_open311": settings.anonymous_open311, "ui": UI if UI.is_dir() else None,
    }  # fmt: skip
    return WebSettings(**(told | more))


def listen_on(host: str, port: int) -> socket.socket:
    """A bound socket, or PortBusy."""
    listening = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError as error:
        listening.close()
        raise PortBusy(
            f"Port {port} on {host} cannot be used ({error.strerror}); choose another with --port."
        ) from error
    listening.listen(2048)
    return listening


def settle() -> None:
    """What lives as long as the program is no longer searched for garbage, what comes and goes less often.

    Packs are large and reports many: by Python's own settings a fifth of the intake goes into searching (bench intake).
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


async def serve(center: Center, listening: socket.socket, web: WebSettings) -> None:
    """Serve HTTP until told to stop (Ctrl-C, SIGTERM)."""
    face = center.face(web)
    beat = center.spawn(face.broadcaster.run())
    server = server_of(face)
    settle()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, server.stop)
    try:
        await server.serve(sockets=[listening])
    finally:
        beat.cancel()


class Server(uvicorn.Server):
    """uvicorn without its own signal handling: the center stops in its own order and ends with status 0."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals to whoever serves."""
        yield

    def stop(self) -> None:
        """The first call ends politely, a second one at once."""
        self.force_exit = self.should_exit
        self.should_exit = True


def server_of(face: Face) -> Server:
    """The HTTP server over a face, ready to serve."""
    config = uvicorn.Config(
        build_app(face), http=LiveProtocol, loop="uvloop", lifespan="off", log_config=None, access_log=False,
        server_header=False, timeout_graceful_shutdown=3, timeout_keep_alive=75, backlog=2048,
    )  # fmt: skip
    return Server(config)

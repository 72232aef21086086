"""One running center: its parts, joined, begun and stopped in order."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import asyncpg
import msgspec

from northbank.core.city import City
from northbank.core.mendable import Mendable
from northbank.flows.platform import Platform
from northbank.flows.publish_pack import publish, versions
from northbank.flows.try_policy import Lab
from northbank.pack.bundle import bundle
from northbank.ports import Clock, World
from northbank.shell.clock import SteppedClock, SystemClock, monotonic
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
from northbank.shell.lake.concerns import DuckSurroundings
from northbank.shell.lake.figures import DuckFigures
from northbank.shell.lake.inbox import LakeInbox
from northbank.shell.lake.quarantine import LakeQuarantine
from northbank.shell.lake.trail import FileTrail
from northbank.shell.settings import Settings
from northbank.shell.store.accounts import PgAccounts
from northbank.shell.store.cases import PgCases
from northbank.shell.store.checkpoints import PgLedger
from northbank.shell.store.duplicates import PgDuplicates
from northbank.shell.store.film import PgHistory
from northbank.shell.store.journal import PgJournal
from northbank.shell.store.marks import PgMarks
from northbank.shell.store.metrics import PgMetrics
from northbank.shell.store.modelfile import NewestModel
from northbank.shell.store.packs import PgRulebooks
from northbank.shell.store.pool import UNAVAILABLE
from northbank.shell.store.scans import PgScans
from northbank.shell.store.serials import CenterIds
from northbank.shell.store.shelf import PgShelf
from northbank.shell.store.signer import Signer
from northbank.shell.store.simulations import PgSimulations
from northbank.shell.store.tail import Tail
from northbank.shell.store.vault import PgVault
from northbank.shell.web.knobs import WebSettings
from northbank.shell.web.limits import Buckets
from northbank.shell.web.live import Broadcaster, Tick
from northbank.shell.web.passwords import Passwords
from northbank.shell.web.photos import Darkroom
from northbank.shell.web.registry import Face
from northbank.shell.web.session import Sessions
from northbank.wiring.data_platform import lake_of, links_of, links_secret, sharing_of, sources_of

log = logging.getLogger(__name__)

PUBLISHED_BY_ITSELF = {"live": "first start", "simulated": "demonstration", "replay": "replay of records"}


class PackNotPublished(Mendable):
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

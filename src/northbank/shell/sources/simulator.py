"""The simulated day: invented reports and the work they cause, through the same flows as real ones.

Everything it makes is invented; the center that runs it shows SIMULATED on every screen.
"""

import asyncio
import heapq
import logging
import math
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

from northbank.core.access import Actor, Role, Scope
from northbank.core.account import Account
from northbank.core.case import Case
from northbank.core.city import Area, Name
from northbank.core.moves import ENDED, Act
from northbank.core.refusal import Refused
from northbank.flows.act import ActBody, MatterBody, act
from northbank.flows.report import Contact, NewReport, Where, report
from northbank.pack.spec import DemoDay, Sample
from northbank.ports import CaseQuery, Stale, World
from northbank.shell.clock import monotonic
from northbank.shell.sources.behavior import Ground, Move, answer, next_move
from northbank.shell.sources.crew import Crew
from northbank.shell.sources.filling import Filling
from northbank.shell.sources.lives import Life, Lives

log = logging.getLogger(__name__)
BACK = timedelta(hours=24)
BEFORE = BACK + timedelta(days=5)  # what a first play begins with is younger than this
SLOT = timedelta(minutes=15)
CARRIED_DAYS = 4  # before the first day: over a weekend, what is late on Sunday was due on Friday
CARRIED = 0.11  # share of a day's reports: so many are late
BEHIND = timedelta(minutes=2)  # older than this, a life is caught up in one change instead of act by act
AT_ONCE = 64
TOGETHER = 50  # lives of the past that are made in one go
AT_DOORS = 0.3  # of reports: so many are of a home or a business that data of the demonstration tell of
REST = 2.0  # the days before rest so many times as long as they work


class Simulator:
    """Plays a day over and over. `seed` makes what is drawn repeatable; times come from the center's clock.

    doors: grids in whose middle there is a building of which the invented data of the demonstration know something.
    """

    def __init__(
        self, world: World, day: DemoDay, samples: Sequence[Sample], staff: Sequence[Account], zone: Any, seed: int = 0,
        doors: Sequence[Area] = (),
    ) -> None:  # fmt: skip
        self.world = world
        self.day = day
        self.zone = zone
        self.chance = random.Random(seed)
        self.words: dict[str, list[Name]] = {}
        for sample in samples:
            self.words.setdefault(sample.type, []).append(sample.text)
        city = world.city
        self.crew = Crew(staff, city)
        grids = [area for area in city.areas.values() if area.level == "grid" and area.valid_to is None]
        self.ground = Ground(grids, [area.population or 1 for area in grids], self._point)
        self.doors = doors
        self.shapes: dict[str, BaseGeometry] = {}
        self.heap: list[tuple[datetime, int, str, object]] = []
        self.order = 0
        self.answered: set[tuple[str, int]] = set()
        self.gate = asyncio.Semaphore(AT_ONCE)
        self.past_told = asyncio.Event()  # nobody else may write in the cases of the past before
        self.caught_up = asyncio.Event()  # the play has come to the present once
        self.rest = REST
        self.lives = Lives(world, self.chance, self.crew, self.ground, self._said)

    def push(self, when: datetime, kind: str, what: object) -> None:
        """Plan something."""
        self.order += 1
        heapq.heappush(self.heap, (when, self.order, kind, what))

    async def run(self, since: datetime | None, open_cases: list[Case]) -> None:
        """Play from `since` (or a day ago) until cancelled; open cases of an earlier run are worked on."""
        self.begin(since, open_cases)
        while True:
            await self.play()
            await asyncio.sleep(min(self._seconds(self.heap[0][0]), 5.0))

    def begin(self, since: datetime | None, open_cases: list[Case]) -> None:
        """Plan what comes first."""
        now = self.world.clock.now()
        start = max(since or now - BACK, now - BACK)
        for case in open_cases:
            self.plan(case, start)
        if since is not None:
            self.past_told.set()
        self.push(start, "past" if since is None else "slot", None)

    def _carried_over(self, start: datetime) -> Iterator[datetime]:
        """When what the days before left behind was reported: their work is late, so that the day begins as any other."""
        hours = range(24)
        for day in range(1, CARRIED_DAYS + 1):
            midnight = (start - timedelta(days=day)).astimezone(self.zone).replace(hour=0, minute=0, second=0)
            for _ in range(round(self.day.reports * CARRIED)):
                hour = self.chance.choices(hours, self.day.hours)[0] + self.chance.random()
                yield (midnight + timedelta(hours=hour)).astimezone(UTC)

    async def play(self) -> None:
        """Everything that is planned up to now, and what follows from it up to now."""
        running: set[asyncio.Task[None]] = set()
        while True:
            now = self.world.clock.now()
            if not self.heap or self.heap[0][0] > now:
                if not running:
                    self.caught_up.set()
                    return
                await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
                continue
            when, _, kind, what = heapq.heappop(self.heap)
            if kind == "slot":
                self._draw_slot(when)
                continue
            if kind == "past":
                await self._past(when, now)
                self.past_told.set()
                continue
            await self.gate.acquire()
            if kind == "answers" and when < now - SLOT:
                self.gate.release()
                continue
            task = asyncio.create_task(self._do(when, kind, what, now))
            running.add(task)
            task.add_done_callback(running.discard)

    def _seconds(self, when: datetime) -> float:
        left: Any = getattr(self.world.clock, "seconds_until", None)
        return float(left(when)) if left else 0.2

    async def _do(self, when: datetime, kind: str, what: object, now: datetime) -> None:
        try:
            if kind == "answers":
                await self._answer(now)
            elif kind == "report":
                await self._report(when, now)
            else:
                await self._move(when, *what)  # type: ignore[misc]
        except (Refused, Stale) as refused:
            log.debug("the simulator was refused: %r", refused)
        except Exception:
            log.exception("the simulator stumbled and goes on")
        finally:
            self.gate.release()

    def _slot(self, start: datetime, chance: random.Random | None = None) -> list[datetime]:
        """When reports come in a quarter of an hour, as many as chance gives for this hour."""
        chance = chance or self.chance
        hour = start.astimezone(self.zone).hour
        share = self.day.hours[hour] / sum(self.day.hours)
        wanted = poisson(chance, self.day.reports * share / 4)
        return [start + SLOT * chance.random() for _ in range(wanted)]

    def _draw_slot(self, start: datetime) -> None:
        """Plan the reports of a quarter of an hour."""
        for when in self._slot(start):
            self.push(when, "report", None)
        self.push(start + SLOT, "slot", None)
        self.push(start + SLOT, "answers", None)

    def draw(self, when: datetime) -> NewReport:
        """One invented report."""
        chance = self.chance
        kind = pick(chance, self.day.types)
        door = bool(self.doors) and chance.random() < AT_DOORS
        area = chance.choice(self.doors) if door else chance.choices(self.ground.grids, self.ground.weights)[0]
        unplaced, untyped = chance.random() < self.day.unplaced, chance.random() < self.day.untyped
        lon, lat = self.world.city.places.center(area.code) if door else self._point(area.code)
        serial = chance.randrange(10_000)
        return NewReport(
            type=None if untyped else kind,
            place=Where(address=self._said(area.name, " / ")) if unplaced else Where(lon=lon, lat=lat),
            text=self._words(kind, area), contact=Contact(name=f"SIM {serial:04d}", phone=f"000-0000-{serial:04d}"),
            source=pick(chance, self.day.sources), happened_at=when,
            urgent=True if chance.random() < self.day.urgent else None,
        )  # fmt: skip

    def _words(self, kind: str, area: Area) -> str:
        """What somebody says of it, once in each language of the city: whoever reads it finds theirs."""
        plain = self.world.city.types[kind].name
        usual = Name(f"{{place}}：{plain.say('zh')}", f"{plain.say('en')}, {{place}}")
        told = self.chance.choice(self.words.get(kind) or [usual])
        zh, en = (told.say(one).replace("{place}", area.name.say(one)) for one in ("zh", "en"))
        return self._said(Name(zh, en), "\n")

    def _said(self, name: Name, between: str) -> str:
        return between.join(dict.fromkeys(name.say(language) for language in self.world.city.languages))

    def _point(self, grid: str) -> tuple[float, float]:
        shape = self.shapes.get(grid)
        if shape is None:
            shape = self.shapes[grid] = self.world.city.places.merged([grid])
            shapely.prepare(shape)
        west, south, east, north = shape.bounds
        for _ in range(50):
            lon, lat = round(self.chance.uniform(west, east), 6), round(self.chance.uniform(south, north), 6)
            if shapely.contains_xy(shape, lon, lat):
                return lon, lat
        return self.world.city.places.center(grid)

    async def _report(self, when: datetime, now: datetime) -> None:
        if now - when > BEHIND:
            life = await self._life(when, now, None, now)
            await self.lives.store([life])
            self._go_on(life)  # not before the case is there
            return
        new = self.draw(when)
        reply = await report(self.world, Actor(f"sim.{new.source}", Role.ADMIN), new)
        case = await self.world.cases.get(reply.id)
        if case is not None:
            self.plan(case, when)

    async def _past(self, start: datetime, now: datetime) -> None:
        """The day before a first start, and what the days before left behind, each thing recorded when it happened."""
        told: list[tuple[datetime, bool | None]] = [(when, True) for when in self._carried_over(start)]
        slot = start
        while slot <= now:
            told += [(when, None) for when in self._slot(slot)]
            slot += SLOT
        told.sort(key=lambda one: one[0])
        lives: list[Life] = []
        for end in [*(start - timedelta(days=day) for day in range(CARRIED_DAYS - 1, -1, -1)), now]:
            for life in lives:
                self.lives.go_on(life, end)
            while told and told[0][0] <= end:
                when, late = told.pop(0)
                lives.append(await self._life(when, end, late, None))
                if len(lives) % TOGETHER == 0:
                    await asyncio.sleep(0)  # screens are served meanwhile
            await self.lives.store(lives)
        for life in lives:
            self._go_on(life)
        for when, _ in told:
            self.push(when, "report", None)
        self.push(slot, "slot", None)

    async def recall(self, days: int, filling: Filling, note: Callable[[Filling], None]) -> None:
        """The days before those, told now, beside the play and slower than it: what figures over weeks are counted from.

        They are recorded when they are told, as an import would be: looking back, they are not there before.
        filling: where to begin; note: is given how far it is. What was told after the last note is told again.
        """
        await self.caught_up.wait()
        for day in range(filling.day, days):
            carried, whens = day <= CARRIED_DAYS, self._day_before(filling.first, day)
            for n in range(filling.told if day == filling.day else 0, len(whens), TOGETHER):
                begun, now = monotonic(), self.world.clock.now()
                late = False if carried else None  # who was late in those days is there already
                made = [await self._life(when, now, late, now) for when in whens[n : n + TOGETHER]]
                lives = [life for life in made if life.case.state in ENDED]  # what is open from then is there already
                await self.lives.store(lives)
                for life in lives:
                    self._go_on(life)
                note(Filling(filling.first, day, n + TOGETHER))
                await asyncio.sleep(self.rest * (monotonic() - begun))

    def _day_before(self, first: datetime, day: int) -> list[datetime]:
        """When the reports of a day before came, the same ones whenever it is asked; who was late in the last of them is there."""
        chance, start = random.Random(f"{first.isoformat()} {day}"), first - timedelta(days=day)
        whens = [when for slot in range(96) for when in self._slot(start + slot * SLOT, chance)]
        return [when for when in whens if day > CARRIED_DAYS or chance.random() >= CARRIED]

    async def _life(self, when: datetime, now: datetime, late: bool | None, told_at: datetime | None) -> Life:
        new = self.draw(when)
        return await self.lives.live(new, Actor(f"sim.{new.source}", Role.ADMIN), when, now, late, told_at)

    def _go_on(self, life: Life) -> None:
        """What comes next in a life that was stored."""
        for move in ([life.next] if life.next is not None else []) + life.answers:
            self.push(move.at, "move", (life.case.id, move))
        self.answered |= {(life.case.id, n) for n in life.asked}

    def plan(self, case: Case, after: datetime) -> None:
        """Think about what happens to a case next."""
        since = max(after, case.changed_at)
        move = next_move(self.chance, case, self.world.city, since, self.crew, self.ground)
        if move is not None:
            self.push(move.at, "move", (case.id, move))

    async def _move(self, when: datetime, id: str, move: Move) -> None:
        do = move.do
        where = Where(lon=do.lon, lat=do.lat) if do.lon is not None else None
        body = ActBody(
            reason=do.reason, unit=do.unit, place=where, type=do.type, outcome=do.outcome, happened_at=when, task=do.task,
            order=do.order, amount=do.amount, until=do.until, score=do.score,
            note=self._said(move.words, " / ") if move.words is not None else None, attributes=do.attributes,
            matters=tuple(MatterBody(type=one.type) for one in do.matters),
        )  # fmt: skip
        await act(self.world, move.actor, id, Act(do.act), body)
        case = await self.world.cases.get(id)
        if case is not None and do.act is not Act.ANSWER:  # an answer comes beside what was planned for the case
            self.plan(case, when)
        if case is not None and do.act is Act.DIVIDE:
            for born in await self.world.cases.many(case.offspring):
                self.plan(born, when)

    async def _answer(self, now: datetime) -> None:
        """Plan the answers to orders that came since the last look: orders are the timer's, not of this play."""
        late = await self.world.cases.page(CaseQuery(open=True, late=True, limit=500), Scope(everything=True))
        for case in await self.world.cases.many([row.id for row in late.rows]):
            for order in case.orders:
                if not order.waits() or (case.id, order.n) in self.answered:
                    continue
                self.answered.add((case.id, order.n))
                move = answer(self.chance, case, order.n, now, self.crew)
                if move is not None:
                    self.push(move.at, "move", (case.id, move))


def poisson(chance: random.Random, mean: float) -> int:
    """A Poisson draw (Knuth's product method; the mean of a slot is small)."""
    edge, n, product = math.exp(-mean), 0, chance.random()
    while product > edge:
        n += 1
        product *= chance.random()
    return n


def pick(chance: random.Random, shares: Mapping[str, float]) -> str:
    """One key, as often as its share says."""
    return chance.choices(list(shares), list(shares.values()))[0]

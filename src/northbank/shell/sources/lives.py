"""Whole lives of invented cases, decided by the same rules as any other and stored many at once: what is past when a play begins.

Everything here is invented; when it is told and how much of it is simulator.py.
"""

import random
from collections.abc import Callable, Sequence
from datetime import datetime

import msgspec

from northbank.core import intake
from northbank.core.access import SYSTEM, Actor
from northbank.core.case import Case, Sealed
from northbank.core.case_facts import CaseFact
from northbank.core.city import Name
from northbank.core.handling import decide, watch
from northbank.core.journal import NewEntry
from northbank.core.moves import Act
from northbank.core.refusal import Refused
from northbank.core.wake import wake_at
from northbank.flows.entries import fold
from northbank.flows.report import NewReport, Where, pieces, raw
from northbank.ports import Change, Envelope, Secret, World
from northbank.shell.sources.behavior import Ground, Move, answer, next_move
from northbank.shell.sources.crew import Crew
from northbank.shell.sources.habits import WORDS

NOTED = (Act.SELF_HANDLE, Act.ASK_SUSPENSION, Act.ANSWER)  # acts of the past that say something, each once in a case


class Life:
    """A case up to a moment. next: what comes after it, once it was drawn; answers: those to orders that come after it.

    entries, subjects, secrets: what is not stored yet; version: of the case that is. told_to: no entry of it is earlier from now on;
    over: nothing more can be told in advance.
    """

    def __init__(self, case: Case, entries: list[NewEntry], sealed: Envelope, late: bool | None) -> None:
        self.case = case
        self.late = late
        self.version = 0
        self.moved_at = self.told_to = entries[-1].at
        self.drawn = self.over = False
        self.entries = entries
        self.subjects = {case.subject: sealed.wrapped} if sealed.wrapped else {}
        self.secrets: list[Secret] = list(sealed.secrets)
        self.spare: dict[Act, tuple[Secret, Sealed]] = {}
        self.next: Move | None = None
        self.answers: list[Move] = []
        self.asked: set[int] = set()  # orders that were thought about

    def words_of(self, act: Act) -> Sealed:
        """The note of an act, which is kept from now on."""
        secret, ref = self.spare.pop(act)
        self.secrets.append(secret)
        return ref


class Lives:
    """Makes them. said: words in the languages of the city."""

    def __init__(
        self, world: World, chance: random.Random, crew: Crew, ground: Ground, said: Callable[[Name, str], str]
    ) -> None:
        self.world = world
        self.chance = chance
        self.crew = crew
        self.ground = ground
        self.said = said

    async def live(
        self, new: NewReport, actor: Actor, when: datetime, until: datetime, late: bool | None, told_at: datetime | None
    ) -> Life:
        """What becomes of a report of `when` up to `until`. late: whether its work will be; None: as it comes.

        told_at: when all of it is recorded, long after; None: each thing is recorded when it happens, and the timer's part with it.
        """
        life = await self._born(new, actor, when, late, told_at)
        life.moved_at = when
        self.go_on(life, until, told_at)
        return life

    def go_on(self, life: Life, until: datetime, told_at: datetime | None = None) -> None:
        """The same up to a later moment."""
        while not life.over:
            if not life.drawn:  # once: that nothing comes next is drawn as well
                life.drawn = True
                life.next = next_move(
                    self.chance, life.case, self.world.city, life.moved_at, self.crew, self.ground, life.late
                )
            move = life.next
            if told_at is None:
                self._watch(life, until if move is None else min(move.at, until))
            if move is None or move.at > until:
                life.told_to = max(life.told_to, until)
                return
            life.over = not self._do(life, move, told_at)
            if not life.over:
                life.moved_at, life.drawn = move.at, False

    async def _born(
        self, new: NewReport, actor: Actor, when: datetime, late: bool | None, told_at: datetime | None
    ) -> Life:
        world, now = self.world, told_at or when
        new = msgspec.structs.replace(new, happened_at=when if told_at is not None else None)
        told = pieces(new)
        notes = [("note", self.said(self.chance.choice(WORDS[what]), " / ").encode()) for what in NOTED]
        subject = world.ids.new()
        both = await world.vault.seal(subject, [*told, *notes], fresh=True)
        sealed = Envelope(both.wrapped, both.secrets[: len(told)], both.refs[: len(told)])
        what = raw(world, actor, new, new.place or Where(), new.source or "", subject, sealed)
        facts = intake.receive(what, world.city, now)
        life = Life(*fold(world, None, f"case:{world.ids.new()}", actor.login, facts, now), sealed, late)
        spare = zip(both.secrets[len(told) :], both.refs[len(told) :], strict=True)
        life.spare = dict(zip(NOTED, spare, strict=True))
        return life

    def _do(self, life: Life, move: Move, told_at: datetime | None) -> bool:
        """An act of somebody; False where it has to be done later: its words cannot be sealed yet, or the rules are against it."""
        do = msgspec.structs.replace(move.do, happened_at=move.at if told_at is not None else None)
        if move.words is not None:
            if do.act not in life.spare:
                return False
            do = msgspec.structs.replace(do, note=life.words_of(do.act))
        at = told_at or move.at
        try:
            facts = decide(do, life.case, self.world.city, at, move.actor)
        except Refused:
            return False
        self._tell(life, move.actor.login, facts, at)
        return True

    def _tell(self, life: Life, actor: str, facts: Sequence[CaseFact], at: datetime) -> None:
        life.case, more = fold(self.world, life.case, f"case:{life.case.id}", actor, facts, at)
        life.entries += more
        life.told_to = at

    def _watch(self, life: Life, until: datetime) -> None:
        """What the timer writes down up to a moment, and the answers to the orders it gives."""
        while True:
            wake = wake_at(life.case)
            wake = None if wake is None else max(wake, life.told_to)  # never before what made it due
            coming = min(life.answers, key=lambda one: one.at, default=None)
            if coming is not None and coming.at <= until and (wake is None or coming.at <= wake):
                life.answers.remove(coming)
                self._do(life, coming, None)
            elif wake is not None and wake <= until and (facts := watch(life.case, self.world.city, wake)):
                self._tell(life, SYSTEM.login, facts, wake)
                self._ask(life, wake)
            else:
                return

    def _ask(self, life: Life, at: datetime) -> None:
        for order in life.case.orders:
            if order.waits() and order.n not in life.asked:
                life.asked.add(order.n)
                move = answer(self.chance, life.case, order.n, at, self.crew)
                if move is not None:
                    life.answers.append(move)

    async def store(self, lives: Sequence[Life]) -> None:
        """What is new of all of them as one change, in the order in which things were recorded."""
        new = [life for life in lives if life.entries]
        await self.world.journal.commit(
            Change(
                actor=SYSTEM.login, entries=sorted((one for life in new for one in life.entries), key=lambda one: one.at),
                expected={f"case:{life.case.id}": life.version for life in new}, cases=[life.case for life in new],
                subjects={key: one for life in new for key, one in life.subjects.items()},
                secrets=[one for life in new for one in life.secrets],
            )
        )  # fmt: skip
        for life in new:
            life.version, life.entries, life.subjects, life.secrets = life.case.version, [], {}, []

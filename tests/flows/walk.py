"""A random walk of people over cases: reports, acts that fit and acts that do not, the timer, erasures, time passing.

The same seed walks the same way over any store that behaves alike.
"""

import random
from collections import Counter
from collections.abc import Callable
from datetime import timedelta

from template import ADMIN, DUTY, EVERYBODY, city, point

from northbank.core.access import Actor, Role
from northbank.core.case import Case
from northbank.core.handling import IN_WORDS
from northbank.core.moves import MOVES, Act
from northbank.core.refusal import Refused
from northbank.flows.act import ActBody, MatterBody, act
from northbank.flows.erase_subject import EraseBody, erase
from northbank.flows.mark_due import mark_due
from northbank.flows.report import Contact, NewReport, Where, report
from northbank.ports import World

WORDS = ("水管漏水", "a hole in the road", "the lamp is out 💡", "x" * 300)


class Walk:
    """One walk. `ids`: the cases it knows; `outcomes`: what came of each step, in words that two stores can be compared by.

    seen: the states reached and the acts that led there.
    """

    def __init__(self, world: World, seed: int, advance: Callable[[timedelta], object]) -> None:
        self.world = world
        self.chance = random.Random(seed)
        self.advance = advance
        self.ids: list[str] = []
        self.outcomes: list[str] = []
        self.seen: set[tuple[str, str]] = set()
        self.tried: Counter[tuple[str, Act]] = Counter()

    async def go(self, steps: int) -> list[str]:
        """Walk on."""
        for _ in range(steps):
            do = self.chance.choices((self.report, self.act, self.mark, self.erase), (9, 83, 5, 3))[0]
            self.advance(timedelta(minutes=self.chance.choice((0, 1, 7, 45))))
            try:
                self.outcomes.append(await do())
            except Refused as refused:
                self.outcomes.append(f"refused {refused.code}")
        return self.outcomes

    async def report(self) -> str:
        """Somebody reports something, now and then with the number of another system or a key."""
        chance, types = self.chance, list(city().types)
        lon, lat = point(chance.choice(GRIDS)) if chance.random() < 0.9 else (0.0, 0.0)
        place = Where(lon, lat) if chance.random() < 0.85 else Where(address="桥边 by the bridge")
        new = NewReport(
            type=chance.choice([*types, *types, *DESCRIBED, None]), place=place, source=chance.choice([*city().sources, None]),
            text=chance.choice((*WORDS, None)), contact=Contact(phone="13900001234") if chance.random() < 0.5 else None,
            urgent=chance.choice((None, None, True)), external=str(chance.randrange(40)) if chance.random() < 0.2 else None,
        )  # fmt: skip
        photos = (b"\x89PNG photo",) if chance.random() < 0.1 else ()
        key = f"r{chance.randrange(30)}" if chance.random() < 0.2 else None
        reply = await report(self.world, chance.choice(EVERYBODY), new, key, photos)
        if reply.id not in self.ids:
            self.ids.append(reply.id)
        return f"reported {reply.number} {reply.state} {reply.owner} {reply.row} {reply.due_at} at {reply.position}"

    async def act(self) -> str:
        """Somebody acts, mostly in a way the state allows."""
        if not self.ids:
            return "nobody to act on"
        chance = self.chance
        case = await self.world.cases.get(chance.choice(self.ids[-6:]))
        assert case is not None
        possible = list(MOVES[case.state])
        rare = min(possible, key=lambda one: (self.tried[case.state, one], one), default=Act.NOTE)
        what = chance.choice([*possible[:1], rare, rare, chance.choice([*possible, *Act])])
        self.tried[case.state, what] += 1
        lon, lat = point(chance.choice(GRIDS))
        reasons = [code for code in city().reasons if code.startswith(f"{what.value}.")]
        body = ActBody(
            version=case.version if chance.random() < 0.3 else None,
            reason=chance.choice(reasons) if reasons and chance.random() < 0.8 else None,
            note=chance.choice(WORDS) if chance.random() < 0.3 or what in IN_WORDS or not reasons else None,
            unit=chance.choice((None, "roads", "clean", "watch")) if what in TO_UNITS else None,
            amount=chance.choice((None, 1, 1, 99)) if what is Act.ASK_EXTENSION else None,
            until=self.world.clock.now() + timedelta(days=chance.choice((-1, 5, 5, 999))) if what in DATED else None,
            score=chance.choice((None, 1, 3, 5)) if what in (Act.RATE, Act.RATE_HELP) else None,
            into=chance.choice(self.ids) if what is Act.MERGE else None,
            place=Where(lon, lat) if what is Act.PLACE else None,
            type=chance.choice([*city().types, *DESCRIBED]) if what is Act.RETYPE else None,
            attributes=self.said(case) if what is Act.DESCRIBE else {},
            matters=self.matters() if what is Act.DIVIDE else (),
            happened_at=case.changed_at if what is Act.ASK_EXTENSION and chance.random() < 0.8 else None,  # asked in time
            outcome="done" if what in (Act.FEED_BACK, Act.CLOSE) and chance.random() < 0.5 else None,
        )  # fmt: skip
        owner = Actor("owner", Role.UNIT_OFFICER, case.owner)
        helper = Actor("helper", Role.UNIT_OFFICER, case.support[-1] if case.support else None)
        actor = chance.choice((ADMIN, DUTY, owner, owner, helper, chance.choice(EVERYBODY)))
        key = f"a{chance.randrange(60)}" if chance.random() < 0.2 else None
        card = await act(self.world, actor, case.id, what, body, key)
        self.seen.add((card.state, what.value))
        if what is Act.DIVIDE and (after := await self.world.cases.get(case.id)) is not None:
            self.ids += [one for one in after.offspring if one not in self.ids]
        return f"{what.value} by {actor.login}: {card.number} is {card.state} {card.version} at {card.position}"

    def said(self, case: Case) -> dict[str, bool | int | str | None]:
        """Attributes of its type, now and then taken back, of another type, or out of bounds."""
        kind = city().types.get(case.type or "")
        codes = kind.attributes if kind is not None and self.chance.random() < 0.8 else tuple(city().attributes)
        values = {"indoors": (True, False, False, None), "pipe_mm": (100, 900, None, 5)}
        return {code: self.chance.choice(values[code]) for code in codes}

    def matters(self) -> tuple[MatterBody, ...]:
        """What else the report tells of, now and then nothing or something wrong."""
        chance = self.chance
        made = []
        for _ in range(chance.choice((0, 1, 1, 2, 3))):
            lon, lat = point(chance.choice(GRIDS)) if chance.random() < 0.9 else (0.0, 0.0)
            made.append(MatterBody(
                type=chance.choice([*city().types, "water.quality"]), note=chance.choice((*WORDS, None, None)),
                place=Where(lon, lat) if chance.random() < 0.5 else None,
                attributes=chance.choice(({}, {}, {}, {"indoors": False})),
            ))  # fmt: skip
        return tuple(made)

    async def mark(self) -> str:
        """The timer comes by, perhaps after a long night."""
        self.advance(timedelta(hours=self.chance.choice((0, 3, 40))))
        return f"marked {await mark_due(self.world)}"

    async def erase(self) -> str:
        """A person asks to be forgotten."""
        if not self.ids:
            return "nobody to forget"
        case = await self.world.cases.get(self.chance.choice(self.ids))
        assert case is not None
        return f"erased at {(await erase(self.world, DUTY, case.subject, EraseBody('request'))).position}"


DESCRIBED = tuple(code for code, kind in city().types.items() if kind.attributes) * 3
TO_UNITS = (Act.DISPATCH, Act.ARBITRATE, Act.ASK_HELP)
DATED = (Act.ASK_SUSPENSION, Act.SUSPEND, Act.SUPERVISE)
GRIDS = sorted(code for code, area in city().areas.items() if area.level == "grid")

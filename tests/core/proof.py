"""Random lives of deadlines, reckoned by core and by counting minutes: `python -m tests.core.proof 1000000 [SEED]`.

Random zones, weeks, night shifts, holidays, worked and half days, offices; starts, units, pauses, extensions, returns.
Every step is compared to the microsecond. test_proof.py runs a share of it in the tests; `make proof` the whole million.
"""

import random
import sys
import time
from collections import Counter
from datetime import UTC, date, datetime, timedelta

from northbank.core.amend import assign, charge, date_again, extend, recount
from northbank.core.city import City, Limit, Name, Unit, Unit5
from northbank.core.deadline import Deadline, begin, pause, resume
from northbank.core.localtime import instant, micros
from northbank.core.office import OWNER
from northbank.core.place import Places
from northbank.core.refusal import Refused
from northbank.core.worktime import Calendar, Spans
from tests.core.minutes import MIN, Minutes, Rules, Unknown, between, due_of, on

ZONES = (
    "Asia/Shanghai", "America/Los_Angeles", "Australia/Lord_Howe", "America/Havana", "Europe/London", "Asia/Kathmandu",
    "America/St_Johns", "Pacific/Chatham",
)  # fmt: skip
YEARS = range(2024, 2026)
MOST = {"minute": 3000, "hour": 200, "day": 40, "working_hour": 90, "working_day": 30}
UNITS: tuple[Unit5, ...] = ("minute", "hour", "day", "working_hour", "working_day")
OFFICES = ("", "night", "other")
OWNERS = {"dc": "", "b": "night", "c": "other", "d": ""}
PER_WORLD = 20_000


class World:
    """One city with three calendars in one zone, and the minutes of each."""

    def __init__(self, chance: random.Random) -> None:
        self.zone = chance.choice(ZONES)
        calendars: dict[str, Calendar] = {}
        self.minutes: dict[str, Minutes] = {}
        for office in OFFICES:
            weekly = tuple(_spans(chance, office == "night") if chance.random() < 0.8 else () for _ in range(7))
            weekly = weekly if any(weekly) else (((540, 1020),), *weekly[1:])
            days = _days(chance, weekly)
            calendars[office] = Calendar(
                version=office or "city", timezone=self.zone, weekly=weekly, days=days, years=frozenset(YEARS)
            )
            self.minutes[office] = Minutes(self.zone, weekly, days, YEARS)
        units = {code: Unit(code=code, name=Name(en=code), kind="agency", office=o) for code, o in OWNERS.items()}
        self.city = City(
            id="c", name=Name(en="C"), version="1", prefix="C", languages=("en",), timezone=self.zone, center="dc",
            district="d", areas={}, units=units, boards={}, posts={}, classes={}, types={}, routes=(), limits=(),
            sources={}, calendar=calendars[""], places=Places.none(),
            offices={code: found for code, found in calendars.items() if code},
        )  # fmt: skip

    def city_with(self, limit: Limit) -> City:
        """The city with this one limit."""
        fields = {name: getattr(self.city, name) for name in self.city.__struct_fields__}
        return City(**fields | {"limits": (limit,)})


def _spans(chance: random.Random, night: bool) -> Spans:
    """Up to three spans of a day, to the minute or to the quarter; nights run into the next day."""
    grain = chance.choice((1, 15, 30))
    if night:
        start = chance.randrange(17 * 60, 24 * 60, grain)
        return ((start, start + chance.randrange(60, 600, grain)),)
    cuts = sorted(chance.sample(range(0, 1440, grain), 2 * chance.randint(1, 3)))
    return tuple((a, b) for a, b in zip(cuts[::2], cuts[1::2], strict=True))


def _days(chance: random.Random, weekly: tuple[Spans, ...]) -> Rules:
    """Holidays in runs, worked days, half days, and the days on which the clock changes among them."""
    found: Rules = {}
    for _ in range(chance.randint(0, 25)):
        first = date(2024, 1, 1) + timedelta(days=chance.randrange(731))
        for n in range(chance.choice((1, 1, 3, 8))):
            day = first + timedelta(days=n)
            kind = chance.random()
            if day.year in YEARS:
                found[day] = () if kind < 0.6 else chance.choice(weekly) if kind < 0.8 else ((480, 720),)
    return found


class Naive:
    """The same deadline, kept by counting minutes. Times in microseconds; None where they lie beyond what is known."""

    def __init__(self, world: World, limit: Limit, at: int, owner: str) -> None:
        self.world, self.limit, self.start = world, limit, at
        self.owner, self.amount, self.used = owner, limit.amount, 0
        self.events: list[tuple[str, int, int, str]] = []  # what, from, to, unit
        self.paused: int | None = None
        self.held: dict[str, int] = {}
        self.returner: str | None = None
        self.count()

    @property
    def table(self) -> Minutes:
        """The minutes of the office whose hours count."""
        office = OWNERS[self.owner] if self.limit.office == OWNER else self.limit.office
        return self.world.minutes[office]

    def count(self) -> None:
        """Due and soon, from the beginning through everything that happened."""
        try:
            self.due, self.soon = self._count()
        except Unknown:
            self.due = self.soon = None

    def _count(self) -> tuple[int | None, int | None]:
        table, unit, at = self.table, self.limit.unit, self.start
        due = due_of(table, at, self.amount, unit)
        span = between(table, unit, at, due)
        if self.used:
            span = max(span - self.used, 0)
            due = on(table, unit, at, span)
        soon = on(table, unit, at, span * 4 // 5)
        for what, since, to, more in self.events:
            if what == "pause" and due >= since:
                left = between(table, unit, since, due)
                ahead = min(between(table, unit, since, soon), left) if soon > since else 0
                soon = max(soon, on(table, unit, to, ahead)) if soon > since else soon
                due = max(due, on(table, unit, to, left))
            elif what == "extend":
                due = due_of(table, due, to, more)
                soon = on(table, unit, since, between(table, unit, since, due) * 4 // 5) if since < due else due
        return due, soon

    def resume(self, at: int) -> None:
        assert self.paused is not None
        self.events.append(("pause", self.paused, at, ""))
        self.paused = None
        self.count()

    def extend(self, at: int, amount: int, unit: str) -> None:
        self.events.append(("extend", at if self.paused is None else self.paused, amount, unit))
        self.count()

    def give_back(self, since: int, at: int) -> int | None:
        """Minutes the owner has used since it got the case, pauses left out."""
        start, table, unit = max(since, self.start), self.table, self.limit.unit
        self.returner = self.owner
        try:
            used = between(table, unit, start, at) if at > start else 0
            for what, a, b, _ in self.events:
                a, b = max(a, start), min(b, at)
                used -= between(table, unit, a, b) if what == "pause" and a < b else 0
        except Unknown:
            return None
        used = max(used, 0) // MIN
        self.held[self.owner] = self.held.get(self.owner, 0) + used
        return used

    def give(self, at: int, owner: str) -> None:
        """To a new owner: a new clock after a return by another; else the case's own runs on, in the new owner's hours."""
        afresh = self.returner is not None and self.returner != owner
        self.owner, self.returner = owner, None
        if afresh:
            self.start, self.events, self.used = at, [], self.held.get(owner, 0) * MIN
        self.count()


class Differs(Exception):
    """Core and the minutes do not say the same."""


def compare(one: Deadline, naive: Naive) -> None:
    """Raises Differs unless due, soon and what is missing are the same to the microsecond."""
    found = tuple(None if at is None else micros(at) for at in (one.due_at, one.soon_at))
    if found != (naive.due, naive.soon) or (one.missing is None) != (naive.due is not None):
        raise Differs(f"core {one.due_at}, {one.soon_at}, missing {one.missing}; minutes {naive.due}, {naive.soon}")


def live(world: World, chance: random.Random, seen: Counter[str]) -> None:
    """One random life of one deadline, compared after each step."""
    unit = chance.choice(UNITS)
    office = chance.choice(("", "", OWNER, "night", "other")) if unit.startswith("working") else ""
    limit = Limit(id="a", types="*", stage="solve", amount=chance.randint(1, MOST[unit]), unit=unit, office=office)
    city, owner = world.city_with(limit), chance.choice(tuple(OWNERS))
    first = micros(datetime(2024, 1, 3, tzinfo=UTC))
    at = first + chance.randrange(724 * 1440) * MIN + (chance.randrange(MIN) if chance.random() < 0.5 else 0)
    one, naive, since = begin(city, None, False, "solve", instant(at), owner), Naive(world, limit, at, owner), at
    assert one is not None
    compare(one, naive)
    seen[unit] += 1
    for _ in range(chance.choice((0, 1, 2, 4, 6))):
        at = _later(chance, at, naive)
        what = chance.choice(("pause", "pause", "extend", "return", "give"))
        if what == "pause":
            if naive.paused is None:
                one, naive.paused = pause(one, city, instant(at)), at
            else:
                one = resume(one, city, instant(at))
                naive.resume(at)
        elif what == "extend":
            amount, more = chance.randint(1, 9), chance.choice(UNITS)
            try:
                one = extend(one, city, amount, more, instant(at), asked_at=instant(min(at, naive.due or at)))
            except Refused:
                if naive.due is None or (naive.paused or at) <= naive.due:
                    raise
                continue
            naive.extend(at, amount, more)
        elif what == "return" and naive.paused is None and naive.returner is None:
            one = charge(one, city, naive.owner, instant(since), instant(at))
            used = naive.give_back(since, at)
            if one.amended[-1].minutes != used:
                raise Differs(f"charged {one.amended[-1].minutes}, minutes {used}")
        elif what == "give" and naive.paused is None:
            owner = chance.choice(tuple(OWNERS))
            one = assign(one, city, owner, instant(at))
            naive.give(at, owner)
            since = at
        else:
            continue
        seen[what] += 1
        compare(one, naive)
    seen["missing"] += one.missing is not None
    again = recount(one, city)
    if (again.due_at, again.soon_at) != (one.due_at, one.soon_at) or date_again(one, city, instant(at)) is not None:
        raise Differs(f"counted again {again.due_at}, {again.soon_at}; it was {one.due_at}, {one.soon_at}")


def _later(chance: random.Random, at: int, naive: Naive) -> int:
    """A moment not before `at`: soon, days on, or exactly when something is due."""
    if chance.random() < 0.1 and naive.due is not None and naive.due >= at:
        return naive.due
    gap = chance.choice((0, chance.randrange(600) * MIN, chance.randrange(9 * 1440) * MIN))
    return at + gap + (chance.randrange(MIN) if chance.random() < 0.3 else 0)


def prove(cases: int, seed: int, per_world: int = PER_WORLD) -> Counter[str]:
    """Live `cases` lives; returns how often each thing happened. Raises Differs with what is needed to see it again."""
    seen: Counter[str] = Counter()
    for number in range(-(-cases // per_world)):
        world = World(random.Random(f"{seed} {number}"))
        for case in range(min(per_world, cases - number * per_world)):
            chance = random.Random(f"{seed} {number} {case}")
            try:
                live(world, chance, seen)
            except Exception as error:
                raise Differs(f"seed {seed}, world {number} ({world.zone}), case {case}: {error}") from error
            if case % 200 == 0:
                _walk(world, chance)
                seen["walked"] += 1
    return seen


def _walk(world: World, chance: random.Random) -> None:
    """The oracle against itself: looking minutes up is walking from one to the next."""
    table = chance.choice(tuple(world.minutes.values()))
    at = (table.base + chance.randrange(10_000, 700_000)) * MIN + chance.randrange(MIN)
    span = chance.randrange(1, 3000 * MIN)
    if table.after(at, span) != table.walked(at, span):
        raise Differs(f"walked {table.walked(at, span)}, looked up {table.after(at, span)}")


def main() -> None:
    """The command line: how many cases, and from which seed."""
    cases = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 2026
    began = time.monotonic()
    seen = prove(cases, seed)
    worlds = -(-cases // PER_WORLD)
    took = time.monotonic() - began
    print(f"{cases:,} cases in {worlds} cities with 3 calendars each, seed {seed}: no difference ({took:,.0f} s)")
    print(", ".join(f"{name} {count:,}" for name, count in sorted(seen.items())))


if __name__ == "__main__":
    main()

"""Looking for hot issues when it is time, writing down what was found, and showing an issue with its cases and its words.

The statistic is core/hotspots.py. Words are opened once a case, and kept in memory as keyed hashes only.
"""

import asyncio
from collections.abc import MutableMapping, Sequence
from datetime import datetime, timedelta
from hashlib import sha256

import msgspec

from northbank.core.access import READS_PERSONS, SYSTEM, Actor, scope
from northbank.core.card import Card
from northbank.core.city import City
from northbank.core.facts import AnyFact
from northbank.core.hotspots import Found, Ground, Issue, Scanned, Spotted, digest_of, ground, scan
from northbank.core.journal import Entry
from northbank.core.past import Then
from northbank.core.reading import Reading, purpose_of
from northbank.core.refusal import Refused
from northbank.core.spoken import Term, hash_of, hashed, over_represented
from northbank.flows.entries import note
from northbank.flows.report import Words
from northbank.flows.see_past import cases_then, then
from northbank.ports import PlacedCase, Scans, Stale, World

STREAM = "scan:hot"
PURPOSE = "read.hot_issues"
DAY = timedelta(days=1)


class IssueView(msgspec.Struct, frozen=True):
    """An issue as it is listed. count: its cases. since: when its time begins. query: the case list of exactly its cases."""

    issue: Issue
    count: int
    since: datetime
    town: str | None
    query: str


class HotIssues(msgspec.Struct, frozen=True):
    """What the last scan found, as far as the actor may see all of it. at: when it was; None: never yet.

    position: of the scan in the journal. cases: it looked at, of so many days; 0 for those who do not see the whole district.
    alpha: chance of a false alarm per scan.
    """

    issues: list[IssueView]
    at: datetime | None = None
    position: int | None = None
    cases: int = 0
    alpha: float = 0.0
    every_hours: int = 0
    history_days: int = 0


class HotIssue(msgspec.Struct, frozen=True):
    """One issue with its cases, newest first, and what they say more than others do; no terms for those who may not read."""

    view: IssueView
    cards: list[Card]
    terms: list[Term]


async def look_if_due(world: World) -> Scanned | None:
    """Scan when the pack says it is time; None when it is not."""
    rules, scans = world.city.hot, world.scans
    if scans is None or rules.every_hours == 0:
        return None
    before = await scans.last(STREAM)
    now = world.clock.now()
    if before is not None and now - before.at < timedelta(hours=rules.every_hours):
        return None
    return await look(world, scans, before.version if before is not None else 0)


async def look(world: World, scans: Scans, version: int) -> Scanned | None:
    """Scan now and write down what was found; None where there is too little to look at or somebody else did so meanwhile."""
    now, rules, city = world.clock.now(), world.city.hot, world.city
    placed = await scans.placed(now - rules.history_days * DAY)
    if len(placed) < rules.least:
        return None  # nothing can be found in so few; the next look comes soon
    await _read_words(world, scans, placed)
    cases = [_spotted(one, now, scans.sketches) for one in placed if one.reported_at <= now]
    seed = int.from_bytes(sha256(f"{STREAM} {version + 1} {city.version}".encode()).digest()[:4], "big")
    found: Found = await asyncio.to_thread(scan, cases, ground_of(city), rules, seed)
    fact = Scanned(
        cases=len(cases), groups=found.groups, digest=digest_of(cases), seed=seed, rules=rules, issues=found.issues,
        strongest=found.strongest,
    )  # fmt: skip
    try:
        await note(world, STREAM, version, fact, at=now)
    except Stale:
        return None
    return fact


def ground_of(city: City) -> Ground:
    """The middles of the grids, made once."""
    return city.memo("hot ground", lambda: ground({code: city.places.center(code) for code in city.places.shapes}))


def _spotted(one: PlacedCase, now: datetime, sketches: MutableMapping[str, frozenset[int]]) -> Spotted:
    return Spotted(one.id, one.grid, (now - one.reported_at) // DAY, one.type, sketches.get(one.id, frozenset()))


async def _read_words(world: World, scans: Scans, placed: Sequence[PlacedCase]) -> None:
    """Sketches of the words of these cases; those of cases that left the time looked at, or were erased, are dropped."""
    readable = {one.id for one in placed if one.words is not None}
    for id in set(scans.sketches) - readable:
        del scans.sketches[id]
    for one in placed:
        if one.words is None or one.id in scans.sketches:
            continue
        reading = Reading(world.clock.now(), SYSTEM.login, PURPOSE, "words", one.id)
        words = (await world.vault.open(one.subject, [one.words], reading)).get(one.words)
        text = msgspec.json.decode(words, type=Words).text if words else None
        scans.sketches[one.id] = hashed(text or "", scans.key)


async def hot_issues(world: World, actor: Actor, as_of: str | None = None) -> HotIssues:
    """The issues of the last scan whose cases the actor may see, all of them.

    as_of: a position or time of the past; of the scan that was the last one then, with the cases as they were then.
    """
    rules = world.city.hot
    point = None if as_of is None else await then(world, as_of)
    until = None if point is None else point.position
    entry = await world.scans.last(STREAM, until) if world.scans is not None else None
    if world.scans is None or entry is None or not isinstance(entry.data, Scanned):
        return HotIssues([], every_hours=rules.every_hours)
    seen = [one for one in entry.data.issues if await _sees_all(world, actor, one, point)]
    views = [_view(world.city, entry, one) for one in seen]
    used = entry.data.rules
    looked_at = entry.data.cases if scope(actor).everything else 0
    return HotIssues(views, entry.at, entry.position, looked_at, used.alpha, rules.every_hours, used.history_days)


async def hot_issue(world: World, actor: Actor, id: str) -> HotIssue:
    """One issue of the last scan; `not_found` also where a part of it may not be seen."""
    entry = await world.scans.last(STREAM) if world.scans is not None else None
    found = entry.data.issues if entry is not None and isinstance(entry.data, Scanned) else ()
    issue = next((one for one in found if one.id == id), None)
    cards = await world.scans.cards(issue.cases, scope(actor)) if issue is not None and world.scans is not None else []
    if entry is None or issue is None or len(cards) != len(issue.cases):
        raise Refused("not_found", what="issue")
    terms = await _terms(world, actor, issue) if actor.role in READS_PERSONS else []
    return HotIssue(_view(world.city, entry, issue), cards, terms)


async def _sees_all(world: World, actor: Actor, issue: Issue, point: Then | None) -> bool:
    """Whether every case of an issue lies in the actor's scope, now or as the cases were then."""
    rows = scope(actor)
    if point is not None:
        return rows.everything or all(rows.holds(one) for one in await cases_then(world, list(issue.cases), point))
    return world.scans is not None and len(await world.scans.cards(issue.cases, rows)) == len(issue.cases)


def _view(city: City, entry: Entry[AnyFact], issue: Issue) -> IssueView:
    town = city.above(issue.grids[0], "town")
    since = entry.at - issue.days * DAY
    return IssueView(issue, len(issue.cases), since, town, "ids=" + ",".join(issue.cases))


async def _terms(world: World, actor: Actor, issue: Issue) -> list[Term]:
    """What the words of these cases have in common; each reading is recorded."""
    scans, texts = world.scans, []
    for id in issue.cases:
        case = await world.cases.get(id)
        if case is None or case.words is None:
            continue
        reading = Reading(world.clock.now(), actor.login, purpose_of(world.city, None), "words", id)
        words = (await world.vault.open(case.subject, [case.words.id], reading)).get(case.words.id)
        if words and (text := msgspec.json.decode(words, type=Words).text):
            texts.append(text)
    outside = [scans.sketches[id] for id in await _others(scans, actor, issue)] if scans is not None else []

    def share(term: str) -> float:
        mark = hash_of(term, scans.key) if scans is not None else 0
        return sum(mark in one for one in outside) / len(outside) if outside else 0.0

    return over_represented(texts, share) if texts else []


async def _others(scans: Scans, actor: Actor, issue: Issue) -> list[str]:
    """The cases that an issue's words are compared with: those beside it that the actor may see."""
    beside = [id for id in scans.sketches if id not in issue.cases]
    if scope(actor).everything:
        return beside
    return [card.id for card in await scans.cards(beside, scope(actor))]

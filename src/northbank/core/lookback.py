"""Looking back: which closed cases are looked at again after weeks and months, how many, when, and what comes of it.

Working mechanism of look-back (glossary: 回头看). The checker is not the solver; a rebound reopens the case.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from math import ceil
from statistics import NormalDist

from northbank.core.case import Case, Review
from northbank.core.case_facts import CaseFact, LookBackDue, LookBackPlanned, LookedBack, Reopened
from northbank.core.city import City, LookBackRow
from northbank.core.doing import Want, told
from northbank.core.intake import begin
from northbank.core.journal import Fact
from northbank.core.refusal import Refused
from northbank.core.routing import fits
from northbank.core.standing import ended_well


class Drawn(Fact, frozen=True, tag="drawn"):
    """The sample of a month was drawn by one row of the plan. population: cases that ended; grave: looked at all.

    seed: whoever has it and the cases draws the same sample again. confidence, margin: percent.
    """

    row: str
    since: datetime
    until: datetime
    population: int
    sampled: int
    grave: int
    seed: str
    confidence: float
    margin: float


HELD, REBOUND, UNSOLVED = "held", "rebound", "unsolved"
RESULTS = (HELD, REBOUND, UNSOLVED)


def row_of(city: City, case: Case) -> LookBackRow | None:
    """The first row of the plan that fits the type of the case."""
    return next((row for row in city.look_back if fits(row.types, case.type)), None)


def grave(city: City, case: Case) -> bool:
    """Whether every case like this one is looked at again: its type is marked important."""
    kind = city.types.get(case.type) if case.type else None
    return kind is not None and kind.important


def sample_size(population: int, confidence: float, margin: float) -> int:
    """How many of `population` tell a share to within `margin` with `confidence` (both between 0 and 1), at worst.

    Cochran 1977, Sampling Techniques, ch. 4: n0 = z^2 / (4 margin^2), with the correction for small populations.
    """
    if population < 1:
        return 0
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    many = z * z / (4 * margin * margin)
    return min(population, ceil(many / (1 + (many - 1) / population)))


def wanted(population: int, row: LookBackRow) -> int:
    """How many a row asks for: what its confidence needs, never fewer than its share."""
    share = ceil(population * row.share / 100)
    stated = sample_size(population, row.confidence / 100, row.margin / 100) if row.margin else 0
    return min(population, max(share, stated))


def sample(ids: Sequence[str], count: int, seed: str) -> list[str]:
    """`count` of `ids`, each as likely as any other; the same seed gives the same ones, whatever order they come in."""
    return sorted(ids, key=lambda id: sha256(f"{seed}:{id}".encode()).digest())[:count]


def plan(case: Case, row: LookBackRow) -> list[CaseFact]:
    """The days on which a sampled case is looked at again, counted from its end."""
    if case.closed_at is None or case.reviews:
        return []
    return [
        LookBackPlanned(row=row.id, reviews=tuple(_review(case.closed_at, n, day) for n, day in enumerate(row.days, 1)))
    ]


def _review(closed_at: datetime, n: int, day: int) -> Review:
    return Review(n, day, closed_at + timedelta(days=day))


def due(case: Case, now: datetime) -> list[CaseFact]:
    """The look-backs whose day has come; of several the last one stands for all."""
    if not ended_well(case):
        return []
    come = [one for one in case.reviews if one.waits and not one.called and one.due_at <= now]
    return [LookBackDue(n=one.n) for one in come]


def look_back(want: Want) -> list[CaseFact]:
    """Somebody looked again: it held, or it rebounded or never was solved, which reopens the case."""
    case, do, actor = want.case, want.do, want.actor
    called = [one for one in case.reviews if one.called and one.waits]
    if not called:
        raise Refused("no_look_back")
    if actor.login == case.solver or (actor.unit is not None and actor.unit == case.owner):
        raise Refused("own_work", owner=case.owner)
    if do.outcome not in RESULTS:
        raise Refused("invalid", why=f"outcome: one of {', '.join(RESULTS)}")
    if do.note is None and not do.photos:
        raise Refused("words_needed")
    facts: list[CaseFact] = [LookedBack(**told(do), n=called[-1].n, result=do.outcome)]
    if do.outcome != HELD:
        begun = begin(want.city, case.type, case.urgent, ("dispatch", "solve"), want.at, case.owner)
        facts.append(Reopened(happened_at=do.happened_at, begun=begun))
    return facts

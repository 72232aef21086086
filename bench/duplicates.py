"""Likely duplicates: how good, against a city's own marks and the plain rule; and how fast, over a center full of cases.

Good: weights are learned before a day and measured after it, on what was known when each request came (marked.py).
Fast: questions as the desk asks them while a report is entered; the ceiling is the bare statement that finds the candidates.
"""

import random
import statistics
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import asyncpg
import marked
import msgspec
from bodies import ROOT, bodies
from result import Result, machine, quantile, tidy
from verdicts import Verdicts

from northbank.core.access import Actor, Role, Scope
from northbank.core.card import Card
from northbank.core.duplicate_fit import fit
from northbank.core.duplicate_weights import DEFAULT
from northbank.core.duplicates import Sight, Weights, judge
from northbank.core.likeness import sketch
from northbank.flows.report import NewReport, report
from northbank.flows.see_duplicates import MOST, RECENT, Draft, while_entering
from northbank.ports import Neighborhood
from northbank.shell.settings import Settings
from northbank.wiring import Center, open_center

DATA = ROOT.parent / "shared" / "data" / marked.FILE
SPLIT = date(2012, 7, 1)  # learned before, measured from here on
WANTED = 0.986  # the recall that the plain rule "same address within 7 days" is known for


class Size(msgspec.Struct, frozen=True):
    """How much is measured. until: end of the requests measured (None: all there are)."""

    cases: int = 200_000
    seeds: int = 2_000
    questions: int = 300
    pairs: int = 20_000
    since: date = marked.SINCE
    until: date = date(2100, 1, 1)
    pack: str = "jiangbei"


TINY = Size(
    cases=400, seeds=20, questions=5, pairs=50, since=date(2012, 5, 1), until=date(2012, 8, 1), pack="_template"
)


async def measure(size: Size) -> Result:
    """Quality where the marked requests lie beside the checkout, speed everywhere."""
    where = machine()
    figures, ceiling, ratio = _good(size) if DATA.is_file() else ({}, {}, {})
    figures["judge_pairs_per_s"] = tidy(_judged_per_second(size))
    asked, bare = await _asked(size)
    figures |= asked
    ceiling |= bare
    ratio["question_p50_ms"] = tidy(figures["question_p50_ms"] / ceiling["question_p50_ms"])
    return Result(name="duplicates", machine=where, figures=figures, ceiling=ceiling, ratio=ratio)


def _good(size: Size) -> tuple[dict[str, Any], dict[str, Any], dict[str, float]]:
    """Learned before SPLIT, measured after it."""
    before, after = marked.split(marked.questions(DATA, size.since, size.until), SPLIT)
    begun = time.perf_counter()
    weights = fit(marked.learnable(before), DEFAULT)
    took = time.perf_counter() - begun
    learned, default = Verdicts.of(after, weights), Verdicts.of(after, DEFAULT)
    rule = {"precision": learned.rule_precision, "recall": learned.rule_recall}
    figures: dict[str, Any] = {
        "learned_from": weights.pairs, "learned_in_s": tidy(took), "measured_on": len(after), "marked": learned.marked,
        "precision_at_0.986": tidy(learned.precision(WANTED)), "precision_at_rule_recall": tidy(learned.precision(rule["recall"])),
        "precision_at_0.95": tidy(learned.precision(0.95)), "precision_at_0.90": tidy(learned.precision(0.90)),
        "brier": tidy(learned.brier), "calibration_error": tidy(learned.calibration_error),
        "default_precision_at_rule_recall": tidy(default.precision(rule["recall"])),
        "default_brier": tidy(default.brier), "default_calibration_error": tidy(default.calibration_error),
    }  # fmt: skip
    ceiling = {
        "rule_precision": tidy(rule["precision"]),
        "rule_recall": tidy(rule["recall"]),
        "brier": tidy(learned.base),
    }
    ratio = {
        "precision_at_rule_recall": tidy(figures["precision_at_rule_recall"] / rule["precision"]),
        "precision_at_0.986": tidy(figures["precision_at_0.986"] / rule["precision"]),
        "brier": tidy(learned.brier / learned.base),
    }
    return figures, ceiling, ratio


def _judged_per_second(size: Size) -> float:
    """Pairs with everything to compare, judged one by one in this process."""
    chance = random.Random(5)
    words = [
        "小区门口路灯不亮已经三天了",
        "井盖破损，行人容易摔倒",
        "street lamp out near number 12",
        "garbage in the alley",
    ]
    at = marked.datetime(2026, 3, 2)
    sights = [
        Sight(
            at=at + timedelta(minutes=chance.randrange(40_000)), lon=106.5 + chance.random() / 1000, lat=29.5, type="a",
            klass="b", words=sketch(chance.choice(words) * 2, f"{n} Main Street", f"1380000{n % 50:04d}"),
        )
        for n in range(200)
    ]  # fmt: skip
    pairs = [(chance.choice(sights), chance.choice(sights)) for _ in range(size.pairs)]
    rounds = []
    for _ in range(3):
        begun = time.perf_counter()
        for a, b in pairs:
            judge(a, b, DEFAULT)
        rounds.append(len(pairs) / (time.perf_counter() - begun))
    return statistics.median(rounds)


DUTY = Actor("bench", Role.DUTY_OFFICER, "center")


async def _asked(size: Size) -> tuple[dict[str, Any], dict[str, Any]]:
    with tempfile.TemporaryDirectory(prefix="northbank-bench-") as name:
        async with open_center(Settings(pack=ROOT / "packs" / size.pack, data=Path(name)), live=False) as center:
            drafts = [msgspec.json.decode(one, type=NewReport) for one in bodies(center.city)[: size.seeds]]
            drafts = (drafts * (size.seeds // len(drafts) + 1))[: size.seeds]
            for one in drafts:
                await report(center.world, DUTY, one)
            await fill(center.pool, size.cases)
            return await _questions(center, size, drafts)


async def fill(pool: asyncpg.Pool, count: int) -> None:
    """Copies of the cases there are, moved up to 90 m away and up to a year back, until there are `count`; words are shared."""
    changed = {
        "id": "gen_random_uuid()", "number": "number || '-' || n", "external": "null", "wake_at": "null",
        "lon": "lon + 0.0009 * sin(n * 12.9898 + lat * 1e6)", "lat": "lat + 0.0008 * sin(n * 78.233 + lon * 1e6)",
        "reported_at": "reported_at - make_interval(mins => (n * 7919 % 525600)::int)",
    }  # fmt: skip
    columns = [*Card.__struct_fields__, "doc"]
    values = ", ".join(changed.get(name, name) for name in columns)
    async with pool.acquire() as connection:
        have = await connection.fetchval("select count(*) from cases where lon is not null")
        copies = max(0, count // max(1, have) - 1)
        sql = f"insert into cases ({', '.join(columns)}) select {values} from cases, generate_series(1, $1::int) n where lon is not null"
        await connection.execute(sql, copies, timeout=3600)
        await connection.execute("analyze cases")


async def _questions(center: Center, size: Size, drafts: list[NewReport]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Each question asked whole, then only its statement, taking turns."""
    chance = random.Random(9)
    placed = [one for one in drafts if one.place is not None and one.place.lon is not None]
    whole, bare, compared = [], [], []
    for n in range(size.questions + 5):
        one = chance.choice(placed)
        draft = Draft(type=one.type, place=one.place, text=one.text, contact=one.contact)
        begun = time.perf_counter()
        found = await while_entering(center.world, DUTY, draft)
        middle = time.perf_counter()
        await center.world.duplicates.near(_neighborhood(center, draft, DEFAULT), Scope(everything=True))
        if n >= 5:  # the first ones find cold caches
            whole.append((middle - begun) * 1000)
            bare.append((time.perf_counter() - middle) * 1000)
            compared.append(found.compared)
    figures: dict[str, Any] = {
        "cases": await center.pool.fetchval("select count(*) from cases"), "compared": tidy(statistics.mean(compared)),
        "question_p50_ms": tidy(quantile(whole, 0.5)), "question_p99_ms": tidy(quantile(whole, 0.99)),
    }  # fmt: skip
    return figures, {"question_p50_ms": tidy(quantile(bare, 0.5)), "question_p99_ms": tidy(quantile(bare, 0.99))}


def _neighborhood(center: Center, draft: Draft, table: Weights) -> Neighborhood:
    now, place = center.world.clock.now(), draft.place
    assert place is not None
    return Neighborhood(
        lon=place.lon, lat=place.lat, radius=table.radius, since=now - timedelta(days=table.days), until=now,
        ended_since=now - RECENT, limit=MOST + 1,
    )  # fmt: skip

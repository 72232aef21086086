"""Random command sequences with concurrent writers against a model that knows one thing: in which state each case stands.

The model moves by the table written down by hand in test_case.LIFE. After each step journal, views and model agree; every
refusal has a code, a sentence and a next step in both languages, and leaves no trace.
"""

import asyncio
from collections.abc import Coroutine
from datetime import timedelta
from itertools import permutations
from typing import Any

import msgspec
from core.test_access import by_hand
from core.test_case import table
from flows.memory import Memory
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, multiple, rule
from msgspec.structs import replace
from template import ADMIN, CLEAN, DUTY, EVERYBODY, INTAKE, OLD_TOWN, ROADS, city, point

from northbank.core.access import Actor
from northbank.core.card import Card
from northbank.core.case import Case
from northbank.core.city import City
from northbank.core.moves import Act
from northbank.core.refusal import REFUSALS, Refused
from northbank.flows.act import ActBody, MatterBody, act
from northbank.flows.erase_subject import EraseBody, erase
from northbank.flows.mark_due import mark_due
from northbank.flows.report import NewReport, ReportReply, Where, report

ROWS = {(state, act): after for state, act, after in table() if after != "."}
BORN = {
    "street.pothole": "dispatched",
    "street.noise": "reported",
    "water.quay": "dispatched",
    "water.quality": "reported",
}  # routing.csv: auto or not
USUAL = ("accept", "dispatch", "sign", "start", "feed_back", "check", "close", "rate", "archive", "resume")
NOBODY = "00000000-0000-7000-8000-00000000beef"
UNITS = st.sampled_from([None, "roads", "clean", "watch", "q-old", "no-such-unit"])
BODIES = st.fixed_dictionaries({
    "note": st.sampled_from(["said so", "said so", None]),
    "unit": UNITS,
    "support": st.sampled_from([None, None, ("clean",), ("clean", "no-such-unit")]),
    "type": st.sampled_from(["street.light", "no.such.type", None]),
    "reason": st.sampled_from([None, None, "return.outside", "no.such.reason"]),
    "amount": st.sampled_from([1, None, 9999]),
    "days": st.sampled_from([5, None, -1, 999]),
    "score": st.sampled_from([5, 1, None]),
    "task": st.sampled_from([None, None, 1, 77]),
    "place": st.sampled_from(["TW-H1-G2", None, "sea"]),
    "outcome": st.sampled_from([None, "done", "held", "rebound"]),
    "attributes": st.sampled_from([{"indoors": False}, {"indoors": None}, {"pipe_mm": 100}, {"no_such": 1}, {}]),
    "matters": st.sampled_from([("street.waste",), ("street.noise", "water.quality"), ("no.such.type",), (), ("other",) * 10]),
})  # fmt: skip
GOOD: dict[str, Any] = {
    "note": "said so", "unit": "watch", "type": "street.light", "amount": 1, "days": 5, "score": 5, "place": "TW-H1-G2",
    "attributes": {"indoors": False}, "matters": ("street.waste", "street.noise"),
}  # fmt: skip
LIKELY = st.one_of(st.just(GOOD), st.just(GOOD), BODIES)
WHO = st.sampled_from(["admin", "admin", "duty", "owner", "owner", "helper", "wrong", "anybody"])
WHEN = st.sampled_from([None, None, None, None, "now", "now", "stale"])
KEYS = st.sampled_from([None, None, None, None, None, None, "k1", "k2"])


def proving() -> City:
    """The city where noise is not solved without a photo."""
    noise = replace(city().types["street.noise"], evidence="photo")
    return replace(city(), types={**city().types, noise.code: noise})


class Command(msgspec.Struct, frozen=True):
    """One act somebody is about to send."""

    id: str
    actor: Actor
    act: Act
    body: ActBody
    key: str | None
    stale: bool
    photos: tuple[bytes, ...] = ()


COMMAND = st.tuples(st.sampled_from(Act), WHO, LIKELY, WHEN, KEYS, st.integers(0, 9), st.integers(0, 4))


class Center(RuleBasedStateMachine):
    """Several cases and everybody at once. `model`: the state of each case; `under`: where merged and archived ones were;
    `families`: the case each one was split off from."""

    ids = Bundle("ids")

    def __init__(self) -> None:
        super().__init__()
        self.memory = Memory()
        self.memory.world = replace(self.memory.world, city=proving())
        self.runner = asyncio.Runner()
        self.model: dict[str, str] = {}
        self.under: dict[str, str] = {}
        self.families: dict[str, str] = {}
        self.answers: dict[tuple[str, str], Card] = {}

    def teardown(self) -> None:
        self.runner.close()

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return self.runner.run(work)

    @initialize(target=ids)
    def first(self) -> Any:
        return multiple(*(self.report(kind, "TW-H1-G1") for kind in BORN))

    @rule(target=ids, type=st.sampled_from(sorted(BORN)), grid=st.sampled_from(["TW-H1-G1", "TW-O1-G1"]))
    def report(self, type: str, grid: str) -> str:
        reply: ReportReply = self.run(
            report(self.memory.world, INTAKE, NewReport(type=type, place=Where(*point(grid))))
        )
        assert reply.state == BORN[type]
        self.model[reply.id] = reply.state
        return reply.id

    @rule(wrong=st.sampled_from(["type", "source", "place", "sea", "post", "future"]))
    def report_badly(self, wrong: str) -> None:
        place = {"place": Where(), "sea": Where(0.0, 0.0)}.get(wrong, Where(*point("TW-H1-G1")))
        new = NewReport(
            type="no.such" if wrong == "type" else None, source="pigeon" if wrong == "source" else None, place=place,
            happened_at=self.memory.clock.now() + timedelta(days=1) if wrong == "future" else None,
        )  # fmt: skip
        before = self.memory.image()
        try:
            self.run(report(self.memory.world, OLD_TOWN if wrong != "post" else Actor("w", EVERYBODY[3].role), new))
        except Refused as refused:
            self.in_words(refused)
        else:
            raise AssertionError(wrong)
        assert self.memory.image() == before

    @rule(id=ids, likely=st.integers(0, 9), who=WHO, body=LIKELY, when=WHEN, key=KEYS, n=st.integers(0, 9))
    def one_command(self, id: str, likely: int, who: str, body: dict[str, Any], when: Any, key: Any, n: int) -> None:
        """What the state allows, mostly."""
        row = [Act(act) for state, act in ROWS if state == self.model[id]]
        what = row[likely % len(row)] if row and likely < 8 else list(Act)[(likely + n) % len(Act)]
        self.send([self.command(id, what, who, body, when, key, n)])

    @rule(id=ids, picks=st.lists(st.integers(0, 9), min_size=3, max_size=12))
    def go_on(self, id: str, picks: list[int]) -> None:
        """Mostly the usual way, so that every state is reached."""
        for pick in picks:
            row = [act for (state, act), after in ROWS.items() if state == self.model[id] != after]
            if not row or self.model[id] == "merged":
                return
            usual = [one for one in USUAL if one in row]
            what = Act(usual[0] if usual and pick < 6 else row[pick % len(row)])
            who = "duty" if what in (Act.GRANT, Act.DENY) else "admin"  # nobody grants what they asked for
            self.send([self.command(id, what, who, GOOD, None, None, 0)])

    @rule(
        target=ids,
        id=ids,
        who=st.sampled_from(["duty", "duty", "owner"]),
        bodies=st.lists(LIKELY, min_size=1, max_size=4),
    )
    def split_off(self, id: str, who: str, bodies: list[dict[str, Any]]) -> Any:
        """A report is split once and again, at once now and then; the parts live on like other cases."""
        known = set(self.model)
        made = [self.command(id, Act.DIVIDE, who, body, None, None, 1) for body in bodies]
        if len(made) > 2:
            self.send(made[:2])
        for one in made[2:] if len(made) > 2 else made:
            self.send([one])
        return multiple(*sorted(set(self.model) - known))

    @rule(id=ids, who=st.sampled_from(["duty", "duty", "owner"]), bodies=st.lists(LIKELY, min_size=1, max_size=3))
    def put_right(self, id: str, who: str, bodies: list[dict[str, Any]]) -> None:
        """What the report says is corrected, typed anew, and corrected again."""
        for body in bodies:
            self.send([self.command(id, Act.DESCRIBE, who, body, None, None, 1)])
            self.send([self.command(id, Act.RETYPE, who, body | {"type": "water.quality"}, None, None, 1)])

    @rule(id=ids)
    def merge_back(self, id: str) -> None:
        """What was split off is merged into its report again."""
        if id in self.families:
            into = sorted(self.model).index(self.families[id])
            self.send([self.command(id, Act.MERGE, "admin", GOOD, None, None, into)])

    @rule(one=ids, other=ids, commands=st.lists(COMMAND, min_size=2, max_size=3))
    def at_once(self, one: str, other: str, commands: list[Any]) -> None:
        """Two or three people at the same moment, on one case or two."""
        made = []
        for what, who, body, when, key, n, likely in commands:
            id = one if n < 7 else other
            row = [Act(act) for state, act in ROWS if state == self.model[id]]
            made.append(self.command(id, row[likely % len(row)] if row and likely else what, who, body, when, key, n))
        self.send(made)

    @rule(id=ids, times=st.integers(2, 3))
    def doubled(self, id: str, times: int) -> None:
        """The same command several times under one key: one entry, one answer; the key again with other words is refused."""
        sent = self.command(id, Act.NOTE, "admin", {"note": "once"}, None, f"d{len(self.memory.store.entries)}", 0)
        before = len(self.memory.store.entries)
        found = self.run(self._all([sent] * times))
        assert all(one == found[0] for one in found) or isinstance(found[0], Refused)
        if isinstance(found[0], Refused):
            assert found[0].code == "wrong_state"
            return
        assert len(self.memory.store.entries) == before + 1
        other = replace(sent, body=ActBody(note="twice"))
        [refused] = self.run(self._all([other]))
        assert isinstance(refused, Refused)
        assert refused.code == "key_reused"
        self.in_words(refused)

    @rule(hours=st.sampled_from([1, 30, 200]))
    def time_passes(self, hours: int) -> None:
        """The timer writes marks and orders; no state changes by it. What lapsed comes first and the next rung of the ladder
        after it, so it may have something to say twice, but not for ever."""
        self.memory.advance(hours=hours)
        for _ in range(3):
            self.run(mark_due(self.memory.world))
        assert self.run(mark_due(self.memory.world)) == 0

    @rule(id=ids, actor=st.sampled_from([DUTY, ROADS]))
    def forget(self, id: str, actor: Actor) -> None:
        subject = self.memory.store.cases[id][0].subject
        before = self.memory.image()
        try:
            self.run(erase(self.memory.world, actor, subject, EraseBody("request")))
        except Refused as refused:
            self.in_words(refused)
            assert self.memory.image() == before

    @invariant()
    def all_agree(self) -> None:
        """Journal, views and model say the same."""
        self.memory.check()
        assert {id: case.state.value for id, (case, _) in self.memory.store.cases.items()} == self.model
        assert {card.id: card.state for card in self.memory.cases.cards()} == self.model
        origins = {id: case.origin.case for id, (case, _) in self.memory.store.cases.items() if case.origin is not None}
        assert origins == self.families
        told = {one: id for id, (case, _) in self.memory.store.cases.items() for one in case.offspring}
        assert told == self.families

    # --- what the rules are made of

    def command(self, id: str, what: Act, who: str, body: dict[str, Any], when: Any, key: Any, n: int) -> Command:
        case = self.memory.store.cases[id][0]
        given = dict(body)
        days, place, matters = given.pop("days", None), given.pop("place", None), given.pop("matters", ())
        more: dict[str, Any] = {
            "until": self.memory.clock.now() + timedelta(days=days) if days is not None else None,
            "place": None if place is None else Where(0.0, 0.0) if place == "sea" else Where(*point(place)),
            "matters": tuple(MatterBody(type=one, note="and this") for one in matters),
            "version": None if when is None else case.version if when == "now" else case.version + 3,
        }
        if what is Act.MERGE:
            more["into"] = [*sorted(self.model), NOBODY][n % (len(self.model) + 1)]
        units = {"owner": case.owner, "helper": case.support[-1] if case.support else None}
        actor = {"admin": ADMIN, "duty": DUTY, "wrong": CLEAN, "anybody": EVERYBODY[n]}.get(who)
        actor = actor or Actor(who, ROADS.role, units[who])
        return Command(id, actor, what, ActBody(**given, **more), key, when == "stale", (b"photo",) * (n % 2 == 0))

    def send(self, commands: list[Command]) -> None:
        """Send them at once; each is answered or refused as the model allows, in some order."""
        before, image = {id: case for id, (case, _) in self.memory.store.cases.items()}, self.memory.image()
        known = [self.answers.get((one.actor.login, one.key or "")) for one in commands]
        entries = len(self.memory.store.entries)
        found = self.run(self._all(commands))
        for one, answer, old in zip(commands, found, known, strict=True):
            if isinstance(answer, Refused):
                self.in_words(answer)
            elif one.key is not None:
                assert old is None or old == answer, "a key is answered once"
                self.answers[one.actor.login, one.key] = answer
        new = {(one.stream, one.actor) for one in self.memory.store.entries[entries:]}
        done = [
            (one, answer)
            for one, answer in zip(commands, found, strict=True)
            if not isinstance(answer, Refused) and answer.position > entries
        ]
        done = list(
            {
                id(answer) if one.key is None else (one.actor.login, one.key): (one, answer) for one, answer in done
            }.values()
        )
        if not done:
            assert self.memory.image() == image, "a refusal left a trace"
        assert all((f"case:{one.id}", one.actor.login) in new for one, _ in done)
        for one, answer, old in zip(commands, found, known, strict=True):
            if isinstance(answer, Refused) and old is None and one.key is None:
                self.fits(one, answer, before[one.id], len(commands) == 1)
        self.moved([one for one, _ in done], before)

    async def _all(self, commands: list[Command]) -> list[Any]:
        work = (act(self.memory.world, one.actor, one.id, one.act, one.body, one.key, one.photos) for one in commands)
        return await asyncio.gather(*(self._caught(one) for one in work))

    @staticmethod
    async def _caught(work: Coroutine[Any, Any, Card]) -> Card | Refused:
        try:
            return await work
        except Refused as refused:
            return refused

    def fits(self, one: Command, refused: Refused, case: Case, alone: bool) -> None:
        """The refusal is the one that the model foresees; of commands at once the state may have moved meanwhile."""
        if not alone:
            return
        if not by_hand(one.actor, case):
            assert refused.code == "not_found"
        elif one.act is Act.MERGE:
            pass  # the other case speaks too
        elif one.stale:
            assert refused.code == "conflict"
        elif (self.model[one.id], one.act.value) not in ROWS:
            assert refused.code == "wrong_state"
        else:
            assert refused.code not in ("conflict", "wrong_state", "not_found")

    def moved(self, done: list[Command], before: dict[str, Case]) -> None:
        """Some order of what was done is a way through the table, and the model goes that way."""
        assert not [one for one in done if one.stale], "a stale version was taken"
        assert len(done) > 1 or all(by_hand(one.actor, before[one.id]) for one in done)
        now = {id: case.state.value for id, (case, _) in self.memory.store.cases.items()}
        for id in now.keys() - self.model.keys():
            self.born(id, done)
        for order in permutations(done):
            way = self.walk(list(order))
            if way is not None and way[0] == now:
                self.model, self.under = way
                return
        raise AssertionError([(one.act.value, self.model[one.id], now[one.id]) for one in done])

    def born(self, id: str, done: list[Command]) -> None:
        """A new case is of a report that was split just now, and stands where a report of its type does."""
        case = self.memory.store.cases[id][0]
        assert case.origin is not None
        first = self.memory.store.cases[case.origin.case][0]
        assert [
            one for one in done if one.act is Act.DIVIDE and one.id == first.id and one.actor.login == case.origin.by
        ]
        assert id in first.offspring
        assert (case.subject, case.words, case.reported_at) == (first.subject, first.words, first.reported_at)
        assert first.origin is None
        assert len(first.offspring) <= 9
        assert case.state.value == BORN.get(
            case.type or "", "dispatched" if case.type == "street.waste" else "reported"
        )
        self.model[id] = case.state.value
        self.families[id] = first.id

    def walk(self, done: list[Command]) -> tuple[dict[str, str], dict[str, str]] | None:
        """Where the cases stand after these, one after the other; None where the table has no such way."""
        model, under = dict(self.model), dict(self.under)
        for one in done:
            state = model[one.id]
            after = ROWS.get((state, one.act.value))
            if after is None:
                return None
            if one.act is Act.MERGE:
                under[one.id] = state
            if one.act is Act.SPLIT:
                after = under.pop(one.id)
            if one.act is Act.RATE and (one.body.score or 5) <= city().handling.dissatisfied:
                after = "reopened"
            model[one.id] = after
        return model, under

    @staticmethod
    def in_words(refused: Refused) -> None:
        """A code, a sentence and what to do, in both languages, with nothing left to fill in."""
        assert refused.code in REFUSALS
        for language in ("zh", "en"):
            for said in (refused.say(language), refused.advise(language)):
                assert said.strip()
                assert "{" not in said, said
        assert 400 <= refused.status < 600


TestCenter = Center.TestCase
TestCenter.settings = settings(
    max_examples=100, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
)

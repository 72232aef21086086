"""Requests for data: every state and act against the table, who may do what, and that a grant only ever narrows."""

from datetime import UTC, date, datetime, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from template import ADMIN, HARBOR, LEADER, NOW, ROADS, WORKER, city

from northbank.core.access import SYSTEM, Actor, Role
from northbank.core.dataset import Dataset
from northbank.core.facts import read
from northbank.core.journal import Telling, kind_of, write
from northbank.core.refusal import Refused
from northbank.core.rowfilter import Compare, Either, Every, RowFilter, filter_faults, narrowed
from northbank.core.share_steps import Asking, Doing, acts_for, ask, decide, ends_at, usable, watch_grant
from northbank.core.sharing import SHARE_MOVES, WAITING, Grant, GrantState, ShareAct, evolve_grant
from northbank.core.sharing_facts import ShareEscalated, ShareExpired, ShareFact
from northbank.core.terms import Terms, granted, term_faults, treatment, wider

S, A = GrantState, ShareAct
STEWARD, SECOND = Actor("steward", Role.STEWARD, "center"), Actor("steward2", Role.STEWARD, "center")
WATCH = Actor("watch", Role.UNIT_OFFICER, "watch")
SHOPS = city().datasets["shops"]
UNTIL = date(2026, 8, 1)
TERMS = Terms(fields=("shop", "name", "phone"), until=UNTIL)
ASKING = Asking(purpose="inspections", application="small places", terms=TERMS)
SECRET = msgspec.structs.replace(SHOPS, level="L4")
OPEN = msgspec.structs.replace(SHOPS, share="open")
CLOSED = msgspec.structs.replace(SHOPS, share="not_shared")


class Story:
    """A grant and the acts done to it."""

    def __init__(self, dataset: Dataset = SHOPS, by: Actor = ROADS, asking: Asking = ASKING) -> None:
        self.dataset, self.now = dataset, NOW
        self.grant: Grant = self._told(None, by, ask(city(), dataset, by, asking, NOW, True))

    def _told(self, grant: Grant | None, by: Actor, fact: ShareFact) -> Grant:
        entry = write(fact, id="x", stream="grant:g", version=1, at=self.now, actor=by.login, pack="p")
        again = read(entry.type, entry.schema, entry.data)  # as the journal gives it back
        assert again == fact
        return evolve_grant(grant, Telling("grant:g", self.now, by.login, "p"), again)  # type: ignore[arg-type]

    def do(self, by: Actor, act: ShareAct, **more: object) -> "Story":
        doing = Doing(act=act, reason="because", **more)  # type: ignore[arg-type]
        fact = decide(city(), self.dataset, self.grant, by, doing, self.now, True)
        before = self.grant.state
        self.grant = self._told(self.grant, by, fact)
        assert self.grant.state in SHARE_MOVES[before][act]
        return self

    def refused(self, by: Actor, act: ShareAct, **more: object) -> str:
        with pytest.raises(Refused) as refused:
            self.do(by, act, **more)
        return refused.value.code


def test_conditional_data_wait_for_their_provider() -> None:
    story = Story()
    assert story.grant.state is S.CHECKING
    story.do(STEWARD, A.CLEAR)
    assert story.grant.state is S.REVIEWING
    assert story.grant.deadlines[-1].amount == 5
    story.do(WATCH, A.APPROVE)
    assert story.grant.state is S.GRANTED
    assert usable(story.grant, ROADS, story.now)
    assert not usable(story.grant, WATCH, story.now)
    assert not usable(story.grant, ROADS, ends_at(city(), UNTIL))


def test_open_data_are_granted_by_the_compliance_check() -> None:
    assert Story(OPEN).do(STEWARD, A.CLEAR).grant.state is S.GRANTED


def test_what_is_not_shared_is_refused_with_the_rule_and_can_be_disputed() -> None:
    story = Story(CLOSED)
    assert story.grant.state is S.REFUSED
    assert "not_shared" in story.grant.rule
    story.do(ROADS, A.DISPUTE).do(STEWARD, A.OVERRULE)
    assert story.grant.state is S.CONFIRMING  # the authority alone does not open what a contract closes
    assert story.refused(STEWARD, A.CONFIRM) == "second_person"
    assert story.do(LEADER, A.CONFIRM).grant.state is S.GRANTED
    assert Story(CLOSED).do(ROADS, A.DISPUTE).do(STEWARD, A.UPHOLD).grant.state is S.UPHELD


def test_the_highest_level_needs_two_persons_and_a_case() -> None:
    story = Story(SECRET).do(STEWARD, A.CLEAR).do(WATCH, A.APPROVE)
    assert story.grant.needs_case
    assert story.grant.state is S.CONFIRMING
    assert story.refused(WATCH, A.CONFIRM) == "second_person"
    assert story.do(SECOND, A.CONFIRM).grant.state is S.GRANTED
    assert story.refused(WATCH, A.RENEW, until=UNTIL + timedelta(days=30)) == "renew_anew"


def test_nobody_decides_on_what_they_asked_for() -> None:
    story = Story(by=STEWARD)
    assert story.refused(STEWARD, A.CLEAR) == "own_request"
    story.do(SECOND, A.CLEAR)
    assert story.refused(STEWARD, A.APPROVE) == "own_request"


def test_a_town_gets_its_own_rows() -> None:
    asking = Asking(kind="return", purpose="p", application="a", terms=TERMS, area_column="name")
    rows = Story(by=HARBOR, asking=asking).grant.asked.rows
    assert isinstance(rows, Compare)
    assert {"TW-H", "Harbor", "TW-H1-G1"} <= set(rows.values)
    assert not any(str(value).startswith("TW-O") for value in rows.values)
    with pytest.raises(Refused, match="area column"):
        Story(by=HARBOR, asking=msgspec.structs.replace(asking, area_column="seats"))
    with pytest.raises(Refused, match="no town"):
        Story(by=ROADS, asking=asking)


@pytest.mark.parametrize("state", S)
def test_acts_outside_the_table_are_refused(state: GrantState) -> None:
    story = Story()
    story.grant = msgspec.structs.replace(story.grant, state=state, given=TERMS)
    for act in A:
        if act not in SHARE_MOVES[state] or act in (A.ESCALATE, A.EXPIRE):
            for actor in (ADMIN, STEWARD, WATCH, ROADS):
                assert story.refused(actor, act) == "share_state"
    assert not acts_for(story.grant, WORKER)


def test_who_may_do_what() -> None:
    story = Story()
    assert acts_for(story.grant, ROADS) == [A.WITHDRAW]
    assert acts_for(story.grant, WATCH) == []
    assert acts_for(story.grant, STEWARD) == [A.CLEAR, A.REFUSE]
    story.do(STEWARD, A.CLEAR)
    assert acts_for(story.grant, WATCH) == [A.APPROVE, A.REFUSE]
    assert story.refused(HARBOR, A.APPROVE) == "forbidden"
    story.do(WATCH, A.APPROVE)
    assert acts_for(story.grant, WATCH) == [A.RENEW, A.REVOKE]
    assert story.do(WATCH, A.RENEW, until=UNTIL + timedelta(days=9)).grant.renewed == 1
    assert story.do(WATCH, A.REVOKE).grant.state is S.REVOKED
    assert not usable(story.grant, ROADS, NOW)


def test_silence_escalates_and_never_grants() -> None:
    story, told = Story().do(STEWARD, A.CLEAR), []
    for _ in range(60):
        story.now += timedelta(days=1)
        if (fact := watch_grant(city(), story.grant, story.now)) is not None:
            assert isinstance(fact, ShareEscalated)
            told.append(fact.to)
            story.grant = story._told(story.grant, SYSTEM, fact)
    assert told == ["steward", "leader"]
    assert story.grant.state is S.REVIEWING


def test_a_grant_ends_with_its_last_day() -> None:
    story = Story().do(STEWARD, A.CLEAR).do(WATCH, A.APPROVE)
    over = ends_at(city(), UNTIL)
    assert over == datetime(2026, 8, 1, 18, 15, tzinfo=UTC)  # midnight there
    assert watch_grant(city(), story.grant, over - timedelta(seconds=1)) is None
    assert isinstance(watch_grant(city(), story.grant, over), ShareExpired)


def test_a_grant_never_goes_beyond_what_was_asked() -> None:
    story = Story().do(STEWARD, A.CLEAR)
    for more in (
        Terms(fields=("shop", "keeper"), until=UNTIL), Terms(fields=("shop", "phone"), shown={"phone": "plain"}, until=UNTIL),
        Terms(fields=("shop",), by_key=True, until=UNTIL), Terms(fields=("shop",), answers=("opened",), until=UNTIL),
        Terms(fields=("shop",), until=UNTIL + timedelta(days=1)),
    ):  # fmt: skip
        assert story.refused(WATCH, A.APPROVE, terms=more) == "wider_terms"
    hashed = Terms(fields=("phone",), shown={"phone": "hash"}, until=UNTIL)
    assert story.do(WATCH, A.APPROVE, terms=hashed).grant.given == hashed


compares = st.sampled_from([
    Compare(column="kind", op="eq", values=("food",)), Compare(column="seats", op="ge", values=(3,)),
    Compare(column="opened", op="filled"), Compare(column="shop", op="in", values=("1", "2")),
])  # fmt: skip
filters: st.SearchStrategy[RowFilter | None] = st.one_of(
    st.none(), compares, st.lists(compares, min_size=1, max_size=3).map(lambda of: Every(tuple(of))),
    st.lists(compares, min_size=1, max_size=3).map(lambda of: Either(tuple(of))),
)  # fmt: skip
columns = st.lists(st.sampled_from([one.code for one in SHOPS.columns]), min_size=1, max_size=6, unique=True)
terms = st.builds(
    lambda fields, answers, rows, by_key, days, how: Terms(
        fields=tuple(fields), answers=tuple(answers), rows=rows, by_key=by_key, until=UNTIL + timedelta(days=days),
        shown={code: how for code in fields if code in ("phone", "keeper")},
    ),
    columns, columns, filters, st.booleans(), st.integers(-3, 3), st.sampled_from(["plain", "mask", "hash"]),
)  # fmt: skip


@given(terms, terms)
def test_what_is_granted_is_inside_what_was_asked(asked: Terms, given_: Terms) -> None:
    """Held against the plain meaning of inside: columns, how they are shown, key, last day, rows."""
    assert not list(term_faults(SHOPS, asked))
    if list(wider(SHOPS, asked, given_)):
        return
    final = granted(asked, given_)
    order = ["plain", "mask", "hash"]
    assert set(final.fields) <= set(asked.fields)
    assert set(final.answers) <= set(asked.answers) | set(asked.fields)
    for code in final.fields:
        assert order.index(treatment(SHOPS, final, code)) >= order.index(treatment(SHOPS, asked, code))
    assert asked.by_key or not final.by_key
    assert final.until <= asked.until
    assert (
        asked.rows is None
        or final.rows == asked.rows
        or (isinstance(final.rows, Every) and asked.rows in final.rows.of)
    )
    assert msgspec.json.decode(msgspec.json.encode(final), type=Terms) == final


@given(filters, filters)
def test_filters_narrow(one: RowFilter | None, other: RowFilter | None) -> None:
    both = narrowed(one, other)
    assert (both is None) == (one is None and other is None)
    assert both is None or not list(filter_faults(SHOPS, both))


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        (Compare(column="nope", op="eq", values=("1",)), "no column"),
        (Compare(column="seats", op="eq", values=("1",)), "no integer"),
        (Compare(column="seats", op="eq", values=(True,)), "no integer"),
        (Compare(column="opened", op="lt", values=("31.12.2020",)), "no date"),
        (Compare(column="shop", op="empty", values=("1",)), "no value"),
        (Compare(column="shop", op="eq"), "a value"),
        (Every(tuple(Compare(column="shop", op="filled") for _ in range(50))), "at most"),
    ],
)
def test_wrong_filters_are_named(wrong: RowFilter, why: str) -> None:
    assert why in " ".join(filter_faults(SHOPS, wrong))


def test_every_waiting_state_can_be_left_and_escalated() -> None:
    assert {S.CHECKING, S.REVIEWING, S.CONFIRMING, S.DISPUTED} == WAITING
    reached = {S.CHECKING, S.REFUSED, *(to for row in SHARE_MOVES.values() for ends in row.values() for to in ends)}
    assert reached == set(S)
    assert kind_of(ShareExpired()) == "share_expired"

"""Recorded decisions decided again under other rules: what rules made is made anew, what people chose stays.

Taken as recorded: what was reported and where it fell on the map, who did what and when, reasons, outcomes, owners and helpers an
officer chose, types and attributes given, matters split off, samples drawn for look-back, and what other cases told this one.
Made again: type's board and urgency, routing, automatic dispatch, every deadline and what befalls it, marks, rungs of the ladder.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

import msgspec
from msgspec.structs import replace

from northbank.core.access import SYSTEM, Actor, Role
from northbank.core.case import Case
from northbank.core.case_facts import (
    Accepted,
    Arbitrated,
    CaseFact,
    Described,
    Dispatched,
    Escalated,
    Extended,
    FedBack,
    HelpAsked,
    Lapsed,
    LookBackDue,
    Noted,
    Ordered,
    Overdue,
    Placed,
    Rated,
    Registered,
    Reopened,
    Reported,
    Resumed,
    Returned,
    Retyped,
    ReviewDue,
    SelfHandled,
    SoonDue,
    Step,
    Suspended,
    Unrouted,
)  # fmt: skip
from northbank.core.city import City
from northbank.core.dating import Dated, dated
from northbank.core.dividing import assigned
from northbank.core.doing import Do, Want
from northbank.core.evolve import evolve
from northbank.core.handling import follows, watch
from northbank.core.intake import assign, placed
from northbank.core.journal import Entry, Telling
from northbank.core.moves import MOVES, Act
from northbank.core.refusal import Refused
from northbank.core.routing import escalation_of, row_by_id, support_of
from northbank.core.wake import wake_at

Group = Sequence[Entry[Any]]
_TIMER = (SoonDue, Overdue, Lapsed, ReviewDue, LookBackDue)
_ACTS: dict[type, Act] = {
    Accepted: Act.ACCEPT, Dispatched: Act.DISPATCH, Arbitrated: Act.ARBITRATE, Returned: Act.RETURN, Suspended: Act.SUSPEND,
    Extended: Act.GRANT, Resumed: Act.RESUME, Escalated: Act.ESCALATE, FedBack: Act.FEED_BACK, SelfHandled: Act.SELF_HANDLE,
    Rated: Act.RATE, Reopened: Act.REOPEN, Retyped: Act.RETYPE, HelpAsked: Act.ASK_HELP,
    Described: Act.DESCRIBE,
}  # fmt: skip
_TO_DISPATCH = (Accepted, Registered, Dispatched)  # what an officer need not do where the rules have done it


class Said(msgspec.Struct, frozen=True, gc=False):
    """A recorded command as it is put to the rules again. do: None where nothing in it was made by a rule."""

    group: Group
    do: Do | None
    timer: bool


def grouped(entries: Iterable[Entry[Any]]) -> Iterator[Group]:
    """The entries of one stream by the command that wrote them: the first of a command causes the others."""
    group: list[Entry[Any]] = []
    for entry in entries:
        if group and (entry.cause != group[0].id or entry.actor != group[0].actor):
            yield group
            group = []
        group.append(entry)
    if group:
        yield group


def read_command(group: Group, case: Case | None, city: City) -> Said:
    """What was commanded, judged by the case as it was recorded and the rules it went by."""
    head = group[0].data
    if isinstance(head, _TIMER) or (
        isinstance(head, Ordered) and head.order is not None and head.order.rung is not None
    ):
        return Said(group, None, True)
    act = _ACTS.get(type(head))
    if act is None or case is None:
        return Said(group, None, False)
    do = Do(act=act, happened_at=head.happened_at)
    if isinstance(head, Step):
        do = replace(do, reason=head.reason, note=head.note, photos=head.photos, basis=head.basis)
    return Said(group, _choices(do, head, case, city), False)


def _choices(do: Do, head: CaseFact, case: Case, city: City) -> Do:
    """What a person chose in it; what the rules gave is left open."""
    match head:
        case Dispatched():
            unit = None if head.row is not None else head.owner
            return replace(do, unit=unit, support=_support(head, case, city))
        case Arbitrated():
            return replace(do, unit=head.owner)
        case Suspended():
            return replace(do, until=head.until)
        case Extended():
            last = head.begun[-1].amended[-1] if head.begun and head.begun[-1].amended else None
            return replace(do, amount=last.amount if last is not None else None)
        case Escalated():
            return _escalated(do, head, case, city)
        case FedBack() | SelfHandled():
            return replace(do, outcome=head.outcome)
        case Rated():
            return replace(do, score=head.score)
        case Retyped():
            return replace(do, type=head.type)
        case Described():
            return replace(do, attributes=head.attributes)
        case HelpAsked():
            return replace(do, unit=head.task.unit if head.task is not None else None)
        case _:
            return do


def _support(head: Dispatched, case: Case, city: City) -> tuple[str, ...] | None:
    """The helpers an officer named; None where they are those of the row."""
    at = head.tasks[0].asked_at if head.tasks else case.changed_at
    row = row_by_id(city, case.row) if case.row else None
    named = support_of(city, row, case.spot.town if case.spot else None, at) if row is not None and head.row else ()
    have = {one.unit for one in case.tasks if one.open} | {head.owner}
    asked = tuple(one.unit for one in head.tasks)
    return None if asked == tuple(one for one in named if one not in have) else asked


def _escalated(do: Do, head: Escalated, case: Case, city: City) -> Do:
    row = row_by_id(city, case.row) if case.row else None
    above = escalation_of(city, row, case.spot.town if case.spot else None) if row is not None else None
    said = replace(do, basis=None) if row is not None and head.basis == row.id else do
    return said if head.to == (above or city.center) else replace(said, unit=head.to)


class Replay:
    """One case lived again under `city`. kept: entries taken as recorded although a rule had a part in them.

    spared: acts of officers that these rules need not have. needed: officers these rules need where recorded ones did not.
    """

    def __init__(self, city: City, before: City) -> None:
        self.city = city
        self.before = before  # the rules that history went by
        self.case: Case | None = None
        self.first_owner: str | None = None
        self.decided = self.kept = self.spared = self.needed = 0

    def take(self, said: Said, recorded: Case | None) -> None:
        """One recorded command more; `recorded`: the case as it was before it."""
        head = said.group[0]
        if self.case is None or isinstance(head.data, Reported):
            self._report(said.group)
            return
        self.wake(head.at, recorded, timer=said.timer)
        if said.timer:
            self._apply(watch(self.case, self.city, head.at), head)
        elif isinstance(head.data, Dated):
            again = dated(self.case.deadlines, self.city, head.at, self.case.tasks)
            self._apply([again] if again is not None else [], head)
        elif isinstance(head.data, Placed):
            facts = placed(self.case, self.city, head.data.spot, head.data.happened_at)
            self._apply([*facts, *_words(said.group)], head)
        elif (
            isinstance(head.data, _TO_DISPATCH)
            and _ACTS.get(type(head.data), Act.REGISTER) not in MOVES[self.case.state]
        ):
            self.spared += 1
        elif said.do is None:
            self._keep(said.group)
        else:
            self._decide(said.do, said.group)

    def wake(self, until: datetime, recorded: Case | None, *, timer: bool = False) -> None:
        """What the timer would have written by now where history had nothing to write: at its own moments."""
        for _ in range(1000):
            assert self.case is not None
            at = wake_at(self.case)
            if at is None or at >= until:
                return
            waits = wake_at(recorded) if recorded is not None else None
            if waits is not None and waits <= until:
                return  # the timer had not come by in history either
            facts = watch(self.case, self.city, at)
            if not facts:
                return
            for fact in facts:
                self.case = evolve(
                    self.case, Telling(f"case:{self.case.id}", at, SYSTEM.login, self.city.version), fact
                )

    def _report(self, group: Group) -> None:
        head = group[0]
        born: Reported = head.data
        kind, was = self.city.types.get(born.type or ""), self.before.types.get(born.type or "")
        urgent = bool((kind and kind.urgent) or (born.urgent and not (was and was.urgent)))
        if kind is not None:
            born = replace(born, board=kind.board, town_board=kind.town_board, urgent=urgent)
        since = born.happened_at or head.at
        if born.origin is None:
            facts = assign(
                self.city,
                born.type,
                born.level,
                urgent,
                born.spot,
                since,
                born.happened_at,
                born.source,
                born.attributes,
            )
        else:
            at = born.origin.at
            facts = [*assigned(self.city, born, None if at == head.at else at), *_words(group)]
        self._apply([born, *facts], head)
        assert self.case is not None
        recorded = [one.data for one in group]
        if any(isinstance(one, Dispatched) for one in recorded) and not any(
            isinstance(one, Dispatched) for one in facts
        ):
            self.needed += 1
            by_desk = isinstance(facts[0], Unrouted)
            for fact in recorded:
                if isinstance(fact, Accepted | Dispatched):
                    unit = fact.owner if by_desk and isinstance(fact, Dispatched) else None
                    self._decide(Do(act=_ACTS[type(fact)], unit=unit, happened_at=fact.happened_at), group[-1:])
        self.first_owner = self.case.owner

    def _decide(self, do: Do, group: Group) -> None:
        assert self.case is not None
        head = group[0]
        want = Want(
            do, self.case, self.city, Actor(head.actor, Role.ADMIN), do.happened_at or head.at, head.at
        )  # fmt: skip
        try:
            facts = follows(want)
        except Refused as refused:
            if refused.code == "same_owner":
                self.spared += 1
                return
            self.kept += len(group)
            self._keep(group)
            return
        self._apply([*facts, *_words(group)], head)

    def _apply(self, facts: Iterable[CaseFact], head: Entry[Any]) -> None:
        for fact in facts:
            self.decided += 1
            told = Telling(head.stream, head.at, head.actor, self.city.version)
            self.case = evolve(self.case, told, fact)

    def _keep(self, group: Group) -> None:
        for entry in group:
            assert self.case is not None
            self.case = evolve(self.case, entry, entry.data)


def _words(group: Group) -> list[CaseFact]:
    """Words that came with a command whose own fact has no room for them."""
    return [one.data for one in group[1:] if isinstance(one.data, Noted)]

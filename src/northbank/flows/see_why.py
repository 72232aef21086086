"""Why did this come to me: the row that gave a case its owner, what it was judged by, and the next best rows."""

from datetime import datetime

import msgspec

from northbank.core.access import Actor
from northbank.core.case import Case
from northbank.core.case_facts import Routed, Unrouted
from northbank.core.city import City, Name, Route
from northbank.core.refusal import Refused
from northbank.core.route_reasons import Candidate, Question, candidates, question_of, values
from northbank.core.routing import escalation_of, support_of
from northbank.core.wording import in_words
from northbank.flows.act import visible
from northbank.ports import World


class ValueUsed(msgspec.Struct, frozen=True):
    """One thing the decision was made from."""

    name: Name
    value: Name


class Condition(msgspec.Struct, frozen=True):
    """One condition of a row: the column, what it asks, what the case is, whether that holds."""

    column: Name
    asked: Name
    found: Name
    holds: bool


class RowView(msgspec.Struct, frozen=True):
    """A row of the library about this case. followed: the case went by it; taken: it would today.

    fits: all conditions hold; why: why it was or was not taken. owner, support, escalate_to: the units meant here.
    """

    row: str
    note: Name
    basis: Name
    duty_list: str | None
    owner: str | None
    support: tuple[str, ...]
    escalate_to: str | None
    may_refuse: bool
    auto: bool
    followed: bool
    taken: bool
    fits: bool
    why: Name
    conditions: list[Condition]


class Reasons(msgspec.Struct, frozen=True):
    """Why a case is where it is. row: the row it went by, None where an officer chose or nobody was found.

    pack: version of the rules that decided; rows are told from the rules it goes by, `pack_now`. hindrance: why they decide
    nothing, such as a year without calendar.
    """

    row: str | None
    owner: str | None
    pack: str
    pack_now: str
    judged_at: datetime
    values: list[ValueUsed]
    rows: list[RowView]
    hindrance: Name | None = None


async def why(world: World, actor: Actor, case_id: str) -> Reasons:
    """The reasons of one case the actor may see."""
    case = await visible(world, actor, case_id)
    pack, judged_at = world.city.version, None
    async for entry in world.journal.read(f"case:{case_id}"):
        if entry.version > case.version:
            break
        if isinstance(entry.data, Routed | Unrouted):
            pack = entry.pack
            judged_at = entry.data.judged_at if isinstance(entry.data, Routed) else None
    asked = question_of(case, judged_at)
    rules = await world.rules_of(case)
    rows, hindrance = _rows(rules, case, asked)
    return Reasons(
        row=case.row, owner=case.owner, pack=pack, pack_now=rules.version, judged_at=asked.at,
        values=[ValueUsed(name, value) for name, value in values(rules, asked)], rows=rows, hindrance=hindrance,
    )  # fmt: skip


def _rows(city: City, case: Case, asked: Question) -> tuple[list[RowView], Name | None]:
    try:
        return [_view(city, one, case, asked) for one in candidates(city, asked)], None
    except Refused as refused:
        said = in_words(refused, city)
        return [], Name(said.say("zh"), said.say("en"))


def _view(city: City, one: Candidate, case: Case, asked: Question) -> RowView:
    row: Route = one.row
    town = case.spot.town if case.spot else None
    return RowView(
        row=row.id, note=row.note, basis=row.basis, duty_list=row.duty_list, owner=one.owner,
        support=support_of(city, row, town, asked.at), escalate_to=escalation_of(city, row, town, asked.at),
        may_refuse=row.may_refuse, auto=row.auto, followed=row.id == case.row, taken=one.taken, fits=one.fits,
        why=one.why, conditions=[Condition(v.column, v.asked, v.found, v.holds) for v in one.verdicts],
    )  # fmt: skip

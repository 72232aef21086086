"""One report, several matters: the duty desk splits it, and each matter becomes a case of its own beside the first.

Undoing it is the act that merges. Merging, and undoing that, are merging.py. Why it is like this: docs/decisions/0020.
"""

from collections.abc import Sequence
from datetime import datetime

from msgspec.structs import replace

from northbank.core import intake
from northbank.core.case import Case, Origin
from northbank.core.case_facts import CaseFact, Divided, Noted, Reported, Routed
from northbank.core.city import City
from northbank.core.doing import Matter, Want, told
from northbank.core.refusal import Refused

MOST = 9  # cases split off from one report in all

Births = list[tuple[Matter, list[CaseFact]]]


def hindrance(case: Case) -> Refused | None:
    """Why no matter can be split off from it; None when one can. No chains: what was split off is not split again."""
    if case.origin is not None:
        return Refused("split_off_itself")
    if len(case.offspring) >= MOST:
        return Refused("too_many_matters", most=MOST, left=0)
    return None


def left(case: Case) -> int:
    """How many more matters can be split off."""
    return max(MOST - len(case.offspring), 0)


def divide(want: Want) -> list[CaseFact]:
    """What it says of the case itself: words and place stay, and the other matters are named. Refused as `births` is."""
    births(want)
    return [Divided(**told(want.do), into=tuple(one.id for one in want.do.matters))]


def births(want: Want) -> Births:
    """The first facts of each new case, in the order given. Raises `no_matters`, `too_many_matters` and whatever a report does."""
    matters, case = want.do.matters, want.case
    if not matters:
        raise Refused("no_matters")
    if len(matters) > left(case):
        raise Refused("too_many_matters", most=MOST, left=left(case))
    return [(one, _born(one, want)) for one in matters]


def _born(one: Matter, want: Want) -> list[CaseFact]:
    case, city = want.case, want.city
    kind = city.types.get(one.type)
    if kind is None:
        raise Refused("unknown_type", type=one.type)
    intake.check_attributes(one.attributes, kind, city)
    spot = case.spot if one.lon is None or one.lat is None else intake.locate(city, one.lon, one.lat)
    was, source = city.types.get(case.type or ""), city.sources.get(case.source)
    urgent = kind.urgent or (
        case.urgent and not (was is not None and was.urgent)
    )  # of the type it was: not of this one
    born = Reported(
        happened_at=case.reported_at, number=one.number, source=case.source,
        level=source.level if source is not None else case.level, subject=case.subject, reporter=case.reporter,
        type=one.type, board=kind.board, town_board=kind.town_board, urgent=urgent, spot=spot, words=case.words,
        photos=case.photos, attributes=one.attributes,
        origin=Origin(case.id, want.actor.login, want.at, _since(case)),
    )  # fmt: skip
    words: list[CaseFact] = [] if one.note is None else [Noted(happened_at=want.do.happened_at, note=one.note)]
    return [born, *assigned(city, born, want.do.happened_at), *words]


def _since(case: Case) -> datetime:
    """The reporter has waited since the report, or since the case lived again: splitting gives nobody more time."""
    solve = case.deadline("solve")
    return solve.started_at if case.reopenings and solve is not None else case.reported_at


def assigned(city: City, born: Reported, happened: datetime | None) -> Sequence[CaseFact]:
    """Routing and deadlines of a case that was split off: solving counts from the report, each step from the split."""
    origin = born.origin
    assert origin is not None
    facts = intake.assign(
        city, born.type, born.level, born.urgent, born.spot, origin.since, happened, born.source, born.attributes,
        seen=origin.at,
    )  # fmt: skip
    if origin.since == born.happened_at:
        return facts
    return [replace(one, judged_at=origin.since) if isinstance(one, Routed) else one for one in facts]

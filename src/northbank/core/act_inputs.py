"""What each act takes besides words: the one table that act forms are drawn from, and its values for one case.

What the rules make of it is handling.py and its neighbors; a test holds the table against them.
"""

from collections.abc import Iterable, Mapping
from typing import Literal

import msgspec

from northbank.core import dividing, tasks
from northbank.core.access import Actor
from northbank.core.case import Case
from northbank.core.city import City, Name
from northbank.core.handling import IN_WORDS, needs_reason
from northbank.core.lookback import RESULTS
from northbank.core.moves import Act, State
from northbank.core.routing import escalation_of, row_by_id

Take = Literal[
    "unit",
    "support",
    "place",
    "type",
    "outcome",
    "task",
    "order",
    "amount",
    "until",
    "score",
    "into",
    "attributes",
    "matters",
    "note",
    "photos",
]

A = Act
# act -> what it takes; `!` after a name: it cannot be done without. Every act takes words; most take photos.
_UNITS: Mapping[Act, tuple[str, ...]] = {
    A.DISPATCH: ("unit", "support"), A.ARBITRATE: ("unit!",), A.ESCALATE: ("unit",), A.ASK_HELP: ("unit!",),
    A.URGE: ("unit",), A.SUPERVISE: ("unit", "until"), A.RATE_HELP: ("unit", "score!"),
}  # fmt: skip
_OTHERS: Mapping[Act, tuple[str, ...]] = {
    A.PLACE: ("place!",), A.RETYPE: ("type!",), A.RATE: ("score!",), A.MERGE: ("into!",),
    A.ASK_EXTENSION: ("amount!",), A.ASK_SUSPENSION: ("until!",), A.SUSPEND: ("until",), A.GRANT: ("amount", "until"),
    A.FEED_BACK: ("outcome",), A.SELF_HANDLE: ("outcome",), A.CLOSE: ("outcome",), A.LOOK_BACK: ("outcome!",),
    A.TAKE_TASK: ("task",), A.FINISH_TASK: ("task",), A.HAND_BACK: ("task",), A.WITHDRAW_TASK: ("task",),
    A.ANSWER: ("order",), A.DESCRIBE: ("attributes!",), A.DIVIDE: ("matters!",),
}  # fmt: skip
TAKES: Mapping[Act, tuple[str, ...]] = {act: _UNITS.get(act, ()) + _OTHERS.get(act, ()) for act in Act}
WITHOUT_PHOTOS = frozenset({A.PLACE, A.RETYPE, A.DESCRIBE})

# One press does these, where nothing is to be chosen.
_AT_ONCE = frozenset({
    A.ACCEPT, A.ASK_VERIFY, A.REGISTER, A.SIGN, A.START, A.RESUME, A.CHECK, A.ASK_CHECK, A.ARCHIVE, A.TAKE_TASK,
})  # fmt: skip
OUTCOMES = ("solved", "partly", "not_ours", "unfounded", "duplicate")


class Choice(msgspec.Struct, frozen=True):
    """One of several. code: as the act wants it; a number of a part or an order is written out."""

    code: str
    name: Name


class Input(msgspec.Struct, frozen=True, omit_defaults=True):
    """One thing an act takes. usual: what it will mostly be, as text. choices: None, anything of its kind.

    instead: the other input that will do in its place. most: the largest number; of `until`, in days from now; of `matters`, how many.
    measure: what an amount is counted in.
    """

    name: Take
    required: bool = False
    instead: Literal["reason", "photos", ""] = ""
    usual: str = ""
    choices: tuple[Choice, ...] | None = None
    most: int | None = None
    measure: Name = Name()


def inputs(act: Act, case: Case, city: City, actor: Actor) -> tuple[Input, ...]:
    """What `act` takes on this case, in the order of a form."""
    found = [_input(one.rstrip("!"), one.endswith("!"), act, case, city, actor) for one in TAKES[act]]
    return tuple(one for one in found if one is not None) + _words(act, case, city)


def at_once(act: Act, case: Case, given: Iterable[Input]) -> bool:
    """Whether one press is enough: nothing to choose among, no words owed."""
    owed = any(one.required or len(one.choices or ()) > 1 for one in given)
    return act in _AT_ONCE and not owed and not needs_reason(act, case)


def _words(act: Act, case: Case, city: City) -> tuple[Input, ...]:
    """Words and photos: what the reason of the act and the evidence of the type ask for."""
    kind = city.types.get(case.type) if case.type else None
    proof = kind.evidence if kind is not None and act in (A.FEED_BACK, A.SELF_HANDLE) else ""
    if act is A.LOOK_BACK:
        proof = "note"
    reasoned = needs_reason(act, case)
    has_reasons = any(code.partition(".")[0] == act for code in city.reasons)
    instead: Literal["reason", "photos", ""] = ""
    if reasoned and act not in IN_WORDS and has_reasons:
        instead = "reason"
    elif proof == "note":
        instead = "photos"
    note = Input("note", required=reasoned or proof == "note", instead=instead)
    return (note,) if act in WITHOUT_PHOTOS else (note, Input("photos", required=proof == "photo"))


def _input(name: str, required: bool, act: Act, case: Case, city: City, actor: Actor) -> Input | None:
    """One row of the table for this case; None where this case has no use for it."""
    wish, solve = case.wish, case.deadline("solve")
    match name:
        case "unit":
            return Input("unit", required, usual=_unit(act, case, city) or "", choices=_helpers(act, case, city, actor))
        case "outcome":
            codes = RESULTS if act is A.LOOK_BACK else OUTCOMES
            return Input("outcome", required, choices=tuple(Choice(code, city.word("outcome", code)) for code in codes))
        case "task":
            open_ = tasks.open_to(act, case, actor)
            choices = tuple(Choice(str(one.n), _unit_name(city, one.unit)) for one in open_)
            return Input("task", required, usual=choices[0].code if choices else "", choices=choices)
        case "order":
            waiting = [one for one in case.orders if one.waits()]
            return Input("order", required, usual=str(waiting[0].n) if waiting else "", choices=tuple(
                Choice(str(one.n), city.word("order", one.kind)) for one in waiting
            ))  # fmt: skip
        case "amount":
            if (act is A.GRANT and case.state is not State.EXTENSION_REQUESTED) or solve is None:
                return None
            most = max(solve.amount * city.handling.extension_share // 100, 1)
            usual = str(wish.amount) if wish is not None and wish.amount else ""
            return Input("amount", required, usual=usual, most=most, measure=city.word("time", solve.unit))
        case "until":
            if act is A.GRANT and case.state is not State.SUSPENSION_REQUESTED:
                return None
            usual = wish.until.isoformat() if wish is not None and wish.until is not None else ""
            longest = None if act is A.SUPERVISE else city.handling.suspension_days
            owed = required or (act is A.SUPERVISE and not any(one.kind == "order" and one.unit for one in city.ladder))
            return Input("until", owed, usual=usual, most=longest)
        case "score":
            return Input("score", required, most=5)
        case "matters":
            return Input("matters", required, most=dividing.left(case))
        case "type":
            return Input("type", required, usual=case.type or "")
        case _:
            return Input(name, required)  # type: ignore[arg-type]


def _unit(act: Act, case: Case, city: City) -> str | None:
    """The unit it will mostly be."""
    if act is A.DISPATCH:
        return None if case.state in (State.DISPATCHED, State.RETURNED, State.ESCALATED) else case.owner
    if act in (A.URGE, A.SUPERVISE):
        return case.owner or city.center
    if act is A.RATE_HELP:
        return next(iter(case.support), case.owner)
    if act is A.ESCALATE:
        row = row_by_id(city, case.row) if case.row else None
        town = case.spot.town if case.spot else None
        above = escalation_of(city, row, town, case.changed_at) if row is not None else None
        return above or city.center
    return None


def _helpers(act: Act, case: Case, city: City, actor: Actor) -> tuple[Choice, ...] | None:
    """Who may be chosen, where it is not every unit: only those who helped are rated."""
    if act is not A.RATE_HELP:
        return None
    units = [one for one in dict.fromkeys((*case.support, case.owner)) if one is not None and one != actor.unit]
    return tuple(Choice(one, _unit_name(city, one)) for one in units)


def _unit_name(city: City, code: str) -> Name:
    unit = city.units.get(code)
    return unit.name if unit is not None else Name(code, code)

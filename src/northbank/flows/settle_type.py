"""A report that came without a type, where the pack lets the model of suggestions set it; a person can always change it."""

from datetime import datetime

from northbank.core.case import Case
from northbank.core.intake import retype
from northbank.core.journal import NewEntry
from northbank.core.refusal import Refused
from northbank.core.suggest import named
from northbank.flows.entries import fold
from northbank.ports import World


def settle_type(world: World, case: Case, text: str | None, now: datetime, cause: str) -> tuple[Case, list[NewEntry]]:
    """The case typed by the model, where the pack lets it and it is sure; else the same case, which waits at the desk.

    The journal gets the decision, with the version of the model as its actor: a replay never asks a model.
    """
    if not world.city.suggest.auto or world.adviser is None or case.type is not None or not text:
        return case, []
    advice = named(world.adviser.advise(text), world.city.types)
    if advice is None or not advice.sure:
        return case, []
    try:
        facts = retype(case, world.city, advice.suggestions[0].type, None)
    except Refused:  # such as a year without calendar: an officer sees it
        return case, []
    return fold(world, case, f"case:{case.id}", advice.model, facts, now, cause)

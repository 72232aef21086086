"""Suggesting types to a person: for words that are being written, and for a case that waits without one.

What a text speaks of is core/suggest.py; at intake it is settle_type.py.
"""

from typing import Annotated

import msgspec

from northbank.core.access import READS_PERSONS, Actor
from northbank.core.reading import Reading, purpose_of
from northbank.core.refusal import Refused
from northbank.core.suggest import About, Advice, Suggestion, named
from northbank.flows.act import visible
from northbank.flows.report import Text, Words
from northbank.ports import World


class SuggestBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The words of a report, as far as they are written. They are not kept."""

    text: Annotated[Text, msgspec.Meta(min_length=1)]


class Suggested(msgspec.Struct, frozen=True):
    """Types the words speak of, the likely first; none where there is no model or it knows nothing in them.

    sure: the first is at or above `threshold`: so far it was right in 95 of 100 such cases. model: which model said it.
    """

    suggestions: tuple[Suggestion, ...] = ()
    sure: bool = False
    model: str | None = None
    threshold: float | None = None


class ModelView(msgspec.Struct, frozen=True):
    """The model in use, with its figures; None where none was trained."""

    about: About | None


def suggest(world: World, text: str) -> Suggested:
    """The types of these words."""
    return _reply(_ask(world, text))


async def suggest_for(world: World, actor: Actor, case_id: str) -> Suggested:
    """The types of a case's own words; the reading of them is recorded. Only for those who may read them."""
    case = await visible(world, actor, case_id)
    if actor.role not in READS_PERSONS:
        raise Refused("forbidden", role=actor.role.value)
    if case.words is None or world.adviser is None:
        return Suggested()
    reading = Reading(world.clock.now(), actor.login, purpose_of(world.city, None), "words", case.id)
    words = (await world.vault.open(case.subject, [case.words.id], reading)).get(case.words.id)
    text = msgspec.json.decode(words, type=Words).text if words else None
    return _reply(_ask(world, text)) if text else Suggested()


def _ask(world: World, text: str) -> Advice | None:
    return None if world.adviser is None else named(world.adviser.advise(text), world.city.types)


def _reply(advice: Advice | None) -> Suggested:
    if advice is None:
        return Suggested()
    return Suggested(advice.suggestions, advice.sure, advice.model, advice.threshold)

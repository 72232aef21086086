"""Somebody says of a pair of records that they are one, are not, or cannot be told; or takes that back. The next run heeds it."""

from typing import Annotated

import msgspec

from northbank.core.access import Actor
from northbank.core.clusters import Pair
from northbank.core.linking import Judgment, LinkJudged, Verdict, verdicts_stream
from northbank.core.refusal import Refused
from northbank.flows.entries import note
from northbank.flows.link import links_past, model_of, said_of
from northbank.flows.platform import Platform
from northbank.flows.review_links import may_answer, pair_of
from northbank.ports import Stale

TRIES = 5


class NewVerdict(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """same: of one person, legal person or place; different; unsure; open takes back what was said. reason: no names in it."""

    verdict: Verdict
    reason: Annotated[str, msgspec.Meta(max_length=500)] = ""


class VerdictView(msgspec.Struct, frozen=True):
    """What stands of the pair now: None where nothing is said of it."""

    judgment: Judgment | None


async def judge_pair(platform: Platform, actor: Actor, code: str, ends: Pair, said: NewVerdict) -> VerdictView:
    """Note it. Refused: `forbidden`, `no_link`, `no_pair`, `reason_needed`, `second_person`, `conflict`. Said again it changes nothing."""
    world = platform.world
    model = model_of(world, code)
    if not may_answer(world.city, actor, model):
        raise Refused("forbidden", role=actor.role.value)
    if said.verdict in ("same", "different") and not said.reason.strip():
        raise Refused("reason_needed")
    row = (await pair_of(platform, model, await links_past(world, code), ends)).row
    key = (row.left, row.right)
    for _ in range(TRIES):
        version, found = await said_of(world, model)
        before = found.get(key)
        if before is None and said.verdict == "open":
            return VerdictView(None)
        if before is not None and before.verdict == said.verdict and actor.login in before.by:
            if not before.holds:
                raise Refused("second_person")
            return VerdictView(before)
        fact = LinkJudged(left=key[0], right=key[1], verdict=said.verdict, reason=said.reason.strip())
        try:
            await note(world, verdicts_stream(code), version, fact, actor=actor.login)
        except Stale:
            continue
        _, found = await said_of(world, model)
        return VerdictView(found.get(key))
    raise Refused("conflict")

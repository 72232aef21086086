"""Linkage by HTTP: the models with their newest runs, the queue of pairs to look at, one pair with its reasons, an answer."""

import re

from northbank.core.city import Name
from northbank.core.clusters import Pair
from northbank.core.refusal import Refused
from northbank.flows.judge_pair import NewVerdict, VerdictView, judge_pair
from northbank.flows.platform import READERS
from northbank.flows.review_links import (
    LinkModelList,
    LinkModelView,
    PairPage,
    PairQuery,
    PairQuestion,
    PairView,
    see_model,
    see_models,
    see_pair,
    see_pairs,
)
from northbank.shell.web.registry import Call, Face, Operation

REF = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
TAG = "data: links"


async def list_link_models(face: Face, call: Call) -> LinkModelList:
    """All of them."""
    return await see_models(face.platform, call.actor)


async def see_link_model(face: Face, call: Call) -> LinkModelView:
    """One of them."""
    return await see_model(face.platform, call.actor, call.path["model"])


async def list_pairs(face: Face, call: Call) -> PairPage:
    """One page of the queue."""
    return await see_pairs(face.platform, call.actor, call.path["model"], call.params)


async def see_link_pair(face: Face, call: Call) -> PairView:
    """One pair."""
    return await see_pair(face.platform, call.actor, call.path["model"], _ends(call), call.params)


async def answer_pair(face: Face, call: Call) -> VerdictView:
    """An answer to one pair."""
    return await judge_pair(face.platform, call.actor, call.path["model"], _ends(call), call.body)


def _ends(call: Call) -> Pair:
    ends = (call.path["left"], call.path["right"])
    if not all(REF.fullmatch(one) for one in ends):
        raise Refused("no_pair")
    return ends


OPERATIONS = (
    Operation(
        name="list_link_models", method="GET", path="/api/v1/data/links", tag=TAG, reply=LinkModelList,
        run=list_link_models, roles=READERS, summary=Name(zh="关联模型列表", en="Link models, their newest runs and what waits in them"),
    ),
    Operation(
        name="see_link_model", method="GET", path="/api/v1/data/links/{model}", tag=TAG, reply=LinkModelView,
        run=see_link_model, roles=READERS, refusals=("no_link",), summary=Name(zh="关联模型详情", en="One link model, with the weights in force"),
    ),
    Operation(
        name="list_pairs", method="GET", path="/api/v1/data/links/{model}/pairs", tag=TAG, params=PairQuery, reply=PairPage,
        run=list_pairs, roles=READERS, refusals=("no_link", "links_lost"),
        summary=Name(zh="待人工判别的记录对", en="Pairs that no threshold decides, the least certain first, or pairs that were answered"),
    ),
    Operation(
        name="see_link_pair", method="GET", path="/api/v1/data/links/{model}/pairs/{left}/{right}", tag=TAG, params=PairQuestion,
        reply=PairView, run=see_link_pair, roles=READERS, refusals=("no_link", "no_pair", "unknown_purpose", "links_lost", "link_first"),
        summary=Name(zh="一对记录及其依据", en="One pair, with what speaks for and against it; personal cells masked without a purpose"),
    ),
    Operation(
        name="answer_pair", method="POST", path="/api/v1/data/links/{model}/pairs/{left}/{right}", tag=TAG, body=NewVerdict,
        reply=VerdictView, run=answer_pair, roles=READERS,
        refusals=("no_link", "no_pair", "reason_needed", "second_person", "conflict", "links_lost", "link_first"),
        example={"verdict": "same", "reason": "地址和出生日期一致 / same address and day of birth"},
        summary=Name(zh="判别一对记录", en="Say of a pair that the two are one, are not, or cannot be told; or take that back"),
    ),
)  # fmt: skip

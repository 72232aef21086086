"""Likely duplicates by HTTP: of a report being entered, of a case, and the answer that two cases are not the same matter."""

from northbank.core.access import REPORTERS
from northbank.core.city import Name
from northbank.flows.see_duplicates import Draft, Duplicates, of_case, while_entering
from northbank.flows.tell_apart import JUDGES, Verdict, VerdictReply, tell_apart
from northbank.shell.web.registry import Call, Face, Operation


async def find_duplicates(face: Face, call: Call) -> Duplicates:
    """Candidates for a report that is not sent yet."""
    return await while_entering(face.world, call.actor, call.body)


async def see_duplicates(face: Face, call: Call) -> Duplicates:
    """Candidates for a case."""
    return await of_case(face.world, call.actor, call.path["id"])


async def answer_duplicate(face: Face, call: Call) -> VerdictReply:
    """Whether two cases are apart."""
    return await tell_apart(face.world, call.actor, call.path["id"], call.path["other"], call.body)


OPERATIONS = (
    Operation(
        name="find_duplicates",
        method="POST",
        path="/api/v1/duplicates",
        tag="duplicates",
        summary=Name(
            zh="录入时查找可能重复的事件", en="Likely duplicates of a report being entered; nothing is stored"
        ),
        body=Draft,
        reply=Duplicates,
        run=find_duplicates,
        roles=REPORTERS,
        example={"place": {"lon": 106.57, "lat": 29.61}, "text": "路灯不亮 / The street lamp is out"},
    ),
    Operation(
        name="see_duplicates",
        method="GET",
        path="/api/v1/cases/{id}/duplicates",
        tag="duplicates",
        summary=Name(zh="可能重复的事件", en="Likely duplicates of a case"),
        reply=Duplicates,
        run=see_duplicates,
    ),
    Operation(
        name="answer_duplicate",
        method="POST",
        path="/api/v1/cases/{id}/duplicates/{other}",
        tag="duplicates",
        summary=Name(zh="回答是否为同一事件", en="Say that two cases are not the same matter, or take that back"),
        body=Verdict,
        reply=VerdictReply,
        run=answer_duplicate,
        roles=JUDGES,
        refusals=("conflict",),
    ),
)

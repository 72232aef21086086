"""Whom and what a case concerns, by HTTP: one question about a case, answered from the lake."""

from northbank.core.city import Name
from northbank.flows import see_concerns as flow
from northbank.flows.see_concerns import Concerns, ConcernsQuery
from northbank.shell.web.registry import Call, Face, Operation


async def see_concerns(face: Face, call: Call) -> Concerns:
    """Businesses, places and people where the case is; looking at single persons goes on record."""
    return await flow.see_concerns(face.platform, call.actor, call.path["id"], call.params)


OPERATIONS = (
    Operation(
        name="see_concerns", method="GET", path="/api/v1/cases/{id}/concerns", tag="cases", params=ConcernsQuery,
        reply=Concerns, run=see_concerns, refusals=("unknown_purpose", "lake_lost"),
        summary=Name(zh="事件涉及的企业、房屋和人员", en="The businesses, places and people that a case concerns, masked"),
    ),
)  # fmt: skip

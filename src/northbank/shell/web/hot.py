"""Hot issues by HTTP: those of the last scan, and one with its cases and its words."""

from typing import Annotated

import msgspec
from msgspec import Meta

from northbank.core.city import Name
from northbank.flows.hot_issues import HotIssue, HotIssues, hot_issue, hot_issues
from northbank.shell.web.registry import Call, Face, Operation


class HotQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """as_of: a journal position or a time with its zone; what was known then."""

    as_of: Annotated[str, Meta(max_length=40)] | None = None


async def list_hot(face: Face, call: Call) -> HotIssues:
    """Those of the last scan."""
    return await hot_issues(face.world, call.actor, call.params.as_of)


async def see_hot(face: Face, call: Call) -> HotIssue:
    """One of them."""
    return await hot_issue(face.world, call.actor, call.path["issue"])


OPERATIONS = (
    Operation(
        name="list_hot_issues",
        method="GET",
        path="/api/v1/hot-issues",
        tag="hot issues",
        summary=Name(zh="热点问题", en="Hot issues of the last scan"),
        reply=HotIssues,
        params=HotQuery,
        run=list_hot,
        who="wall",
        refusals=("not_yet", "before_all"),
    ),
    Operation(
        name="see_hot_issue",
        method="GET",
        path="/api/v1/hot-issues/{issue}",
        tag="hot issues",
        summary=Name(zh="热点问题详情", en="One hot issue with its cases"),
        reply=HotIssue,
        run=see_hot,
    ),
)

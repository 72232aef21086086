"""Figures by HTTP: those of a period by group, and the patterns that flatter them."""

from northbank.core.access import Role
from northbank.core.city import Name
from northbank.flows.see_metrics import GamingQuery, GamingView, MetricQuery, MetricsView, gaming, metrics
from northbank.shell.web.cases import check_moment
from northbank.shell.web.registry import Call, Face, Operation


async def see_metrics(face: Face, call: Call) -> MetricsView:
    """Every figure of every group."""
    check_moment("since", call.params.since)
    check_moment("until", call.params.until)
    return await metrics(face.world, call.actor, call.params)


async def see_gaming(face: Face, call: Call) -> GamingView:
    """Every pattern at every unit."""
    check_moment("since", call.params.since)
    check_moment("until", call.params.until)
    return await gaming(face.world, call.actor, call.params)


OPERATIONS = (
    Operation(
        name="see_metrics",
        method="GET",
        path="/api/v1/metrics",
        tag="metrics",
        summary=Name(zh="考核指标", en="Figures of a period by town, grid, unit, type, board or post"),
        params=MetricQuery,
        reply=MetricsView,
        run=see_metrics,
        refusals=("not_found", "not_yet", "before_all"),
    ),
    Operation(
        name="see_gaming",
        method="GET",
        path="/api/v1/metrics/gaming",
        tag="metrics",
        summary=Name(zh="异常办理迹象", en="Patterns that flatter figures, by unit"),
        params=GamingQuery,
        reply=GamingView,
        run=see_gaming,
        refusals=("not_found", "not_yet", "before_all"),
        roles=frozenset({Role.ADMIN, Role.DUTY_OFFICER, Role.LEADER}),
    ),
)

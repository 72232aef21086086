"""The catalog of figures the program comes with, what its words mean, and which version is in force.

The formulas are the ones of city-management products and one district's practice; several denominators differ from
site to site, so each is a version, and a pack replaces or adds rows in metrics.csv. Nothing here counts.
"""

from collections.abc import Mapping
from typing import Literal

from northbank.core.city import City, Metric, Name
from northbank.core.refusal import Refused

_Better = Literal["more", "less"]


def _own(
    code: str, zh: str, en: str, period: str, of: str, counted: str, better: _Better = "more"
) -> Metric:  # fmt: skip
    return Metric(
        code=code, name=Name(zh, en), period=period, of=tuple(of.split()), counts=tuple(counted.split()), better=better
    )


# Denominators "owed" take the cases whose limit ends inside the period or that were finished inside it [U]. What the rules
# dispatch at once has no limit to dispatch: whether it went to the right unit is asked of what is owed to be solved.
DEFAULTS: tuple[Metric, ...] = (
    _own("valid_reports", "有效上报率", "valid reports", "report", "reported", "valid"),
    _own(
        "registered_in_time", "按时立案率", "registered in time", "accept", "to_accept registered", "accepted_in_time"
    ),
    _own("registered_rightly", "准确立案率", "registered rightly", "report", "registered", "stands"),
    _own("dispatched_in_time", "按期分拨率", "dispatched in time", "dispatch", "to_dispatch", "dispatched_in_time"),
    _own("dispatched_rightly", "准确分拨率", "dispatched rightly", "solve", "to_solve", "never_returned"),
    _own("solved", "处置率", "solved", "solve", "to_solve", "solved"),
    _own("solved_in_time", "按期处置率", "solved in time", "solve", "to_solve", "solved_in_time"),
    _own("overdue_unsolved", "超期待处置率", "overdue and not solved", "solve", "to_solve", "overdue_unsolved", "less"),
    _own("extended", "延期率", "extended", "solve", "to_solve", "extended", "less"),
    _own("closed", "结案率", "closed", "close", "to_solve", "closed"),
    _own("closed_in_time", "按期结案率", "closed in time", "close", "to_solve", "closed_in_time"),
    _own("closed_late", "超期结案率", "closed late", "close", "to_solve", "closed_late", "less"),
    _own("reworked", "返工率", "reworked", "close", "to_solve", "reworked", "less"),
    _own("unfinished", "未结案率", "not closed", "report", "reported", "unfinished", "less"),
    _own("checked_in_time", "按期核查率", "checked in time", "check", "to_check", "checked_in_time"),
    _own("returned", "退回率", "returned", "solve", "to_solve", "returned", "less"),
    _own("reopened", "重开率", "reopened", "end", "closed", "reopened", "less"),
    _own("proven", "有据结案率", "closed with evidence", "end", "closed", "proven"),
    _own("satisfied", "满意率", "satisfied", "end", "rated", "satisfied"),
)

# What each word says of a case, for whoever reads a definition.
SAID: Mapping[str, tuple[str, str]] = {
    "reported": ("已上报", "was reported"),
    "valid": ("已受理，未不予受理、作废或并案", "was accepted and is neither turned down, void nor merged"),
    "registered": ("已立案（含后作废）", "is on the books, also where it was made void later"),
    "stands": ("未作废", "was not made void"),
    "unfinished": ("尚未结束", "has not ended"),
    "to_accept": ("有受理时限，未并案", "has a limit to accept it and is not merged"),
    "accepted_in_time": ("在受理时限内受理或不予受理", "was accepted or turned down within its limit"),
    "to_dispatch": (
        "有分拨时限，非不予受理、作废、并案",
        "has a limit to dispatch it and is not turned down, void or merged",
    ),
    "dispatched_in_time": ("在分拨时限内分拨", "was dispatched within its limit"),
    "never_returned": ("从未退回", "was never returned"),
    "to_solve": (
        "有处置时限，非不予受理、作废、并案",
        "has a limit to solve it and is not turned down, void or merged",
    ),
    "solved": ("已处置", "was solved"),
    "solved_in_time": ("在处置时限内处置", "was solved within its limit"),
    "overdue_unsolved": ("期末前已超期且未处置", "was due before the period ends and is not solved"),
    "extended": ("延过期", "got an extension"),
    "closed": ("已办结", "was closed with work done"),
    "closed_in_time": ("已办结且在处置时限内处置", "was closed, and solved within its limit"),
    "closed_late": ("已办结但未在处置时限内处置", "was closed, and not solved within its limit"),
    "proven": ("处置反馈附有文字或照片", "was reported as solved with words or photos"),
    "to_check": (
        "有核查时限，非不予受理、作废、并案",
        "has a limit to check it and is not turned down, void or merged",
    ),
    "checked_in_time": ("在核查时限内核查", "was checked within its limit"),
    "reworked": ("返过工", "was sent back for rework"),
    "returned": ("被退回过", "was returned"),
    "reopened": ("重开过", "was reopened"),
    "rated": ("已评价", "was rated"),
    "satisfied": ("评价 4 分及以上", "was rated with 4 points or more"),
}

# What a period rule says.
RULES: Mapping[str, tuple[str, str]] = {
    "report": ("上报时间在本期内", "reported inside the period"),
    "accept": ("受理期限在本期内或在本期内受理", "due to be accepted, or accepted, inside the period"),
    "dispatch": ("分拨期限在本期内或在本期内分拨", "due to be dispatched, or dispatched, inside the period"),
    "solve": ("处置期限在本期内或在本期内处置", "due to be solved, or solved, inside the period"),
    "check": ("核查期限在本期内或在本期内核查", "due to be checked, or checked, inside the period"),
    "close": ("处置期限在本期内或在本期内结束", "due to be solved, or ended, inside the period"),
    "end": ("在本期内结束", "ended inside the period"),
}


def versions(city: City) -> dict[tuple[str, int], Metric]:
    """Every definition by code and version; a row of the pack takes the place of the program's own of that version."""
    return city.memo("metric versions", lambda: {(one.code, one.version): one for one in (*DEFAULTS, *city.metrics)})


def in_force(city: City) -> list[Metric]:
    """The highest version of each figure, in the order of the catalog, the pack's own behind."""
    newest: dict[str, Metric] = {}
    for one in versions(city).values():
        before = newest.get(one.code)
        newest[one.code] = one if before is None or one.version > before.version else before
    return list(newest.values())


def find(city: City, name: str) -> Metric:
    """The definition of `code` (the one in force) or `code@version`. Refused (`not_found`) where there is none."""
    code, _, version = name.partition("@")
    for one in versions(city).values() if version else in_force(city):
        if one.code == code and (not version or str(one.version) == version):
            return one
    raise Refused("not_found", what="metric")

"""The program's own words for states, acts and roles, (Chinese, English): used where a pack has none of its own."""

from collections.abc import Mapping

_STATES = {
    "reported": ("已上报", "reported"),
    "accepted": ("已受理", "accepted"),
    "dispatched": ("已分派", "dispatched"),
    "signed": ("已签收", "signed for"),
    "handling": ("处置中", "in hand"),
    "suspended": ("挂账", "suspended"),
    "feedback": ("已反馈", "reported back"),
    "checked": ("已核查", "checked"),
    "closed": ("已办结", "closed"),
    "returned": ("已退回", "returned"),
    "rejected": ("不予受理", "rejected"),
    "reopened": ("重新办理", "reopened"),
}
_ACTS = {
    "accept": ("受理", "accept"),
    "reject": ("不予受理", "reject"),
    "dispatch": ("分派", "dispatch"),
    "sign": ("签收", "sign for it"),
    "start": ("开始处置", "start work"),
    "suspend": ("挂账", "suspend"),
    "resume": ("恢复办理", "resume"),
    "feed_back": ("反馈结果", "report back"),
    "check": ("核查通过", "pass the check"),
    "rework": ("返工", "send back for rework"),
    "close": ("办结", "close"),
    "return": ("退回", "return"),
    "reopen": ("重新办理", "reopen"),
    "place": ("定位", "place"),
    "retype": ("改类型", "change type"),
    "note": ("备注", "add a note"),
}
_ROLES = {
    "admin": ("管理员", "administrator"),
    "duty_officer": ("值守长", "duty officer"),
    "leader": ("带班领导", "duty leader"),
    "wall": ("大屏", "wall"),
    "town_officer": ("镇街值守员", "town officer"),
    "unit_officer": ("部门承办员", "department officer"),
    "grid_worker": ("网格员", "grid worker"),
    "intake": ("接入程序", "intake program"),
}
OWN: Mapping[str, tuple[str, str]] = {
    f"{family}.{code}": names
    for family, words in (("state", _STATES), ("act", _ACTS), ("role", _ROLES))
    for code, names in words.items()
}

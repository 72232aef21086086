"""The program's own words for states, acts and roles, (Chinese, English): used where a pack has none of its own."""

from collections.abc import Mapping

_STATES = {
    "reported": ("已上报", "reported"),
    "accepted": ("已受理", "accepted"),
    "dispatched": ("已分派", "dispatched"),
    "signed": ("已签收", "signed for"),
    "handling": ("处置中", "in hand"),
    "suspended": ("挂账", "suspended"),
    "verify_pending": ("待核实", "to be verified"),
    "registered": ("已立案", "registered"),
    "extension_requested": ("申请延期", "extension asked for"),
    "suspension_requested": ("申请挂账", "suspension asked for"),
    "escalated": ("已升级", "sent up"),
    "self_handled": ("自行处置", "settled on the spot"),
    "check_pending": ("待核查", "to be checked"),
    "rework": ("返工", "back for rework"),
    "rated": ("已评价", "rated"),
    "arbitration": ("职责协商", "in arbitration"),
    "cancelled": ("作废", "void"),
    "merged": ("已并案", "merged"),
    "archived": ("已归档", "archived"),
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
    "self_handle": ("自行处置", "settle on the spot"),
    "ask_verify": ("派人核实", "have it verified"),
    "verify": ("核实属实", "confirm on the spot"),
    "refute": ("核实不属实", "nothing found"),
    "register": ("立案", "register"),
    "cancel": ("作废", "declare void"),
    "ask_extension": ("申请延期", "ask for more time"),
    "ask_suspension": ("申请挂账", "ask to suspend"),
    "grant": ("同意", "grant"),
    "deny": ("不同意", "deny"),
    "escalate": ("升级", "send up"),
    "ask_check": ("派人核查", "have it checked"),
    "rate": ("评价", "rate"),
    "dispute": ("提请协商", "put to arbitration"),
    "arbitrate": ("裁定承办单位", "decide the owner"),
    "merge": ("并案", "merge"),
    "split": ("撤销并案", "undo the merging"),
    "archive": ("归档", "archive"),
    "ask_help": ("请求配合", "ask for support"),
    "take_task": ("接受配合任务", "take the part"),
    "finish_task": ("完成配合任务", "part done"),
    "hand_back": ("退回配合任务", "hand the part back"),
    "withdraw_task": ("撤回配合任务", "withdraw the part"),
    "rate_help": ("评价协助", "rate the help"),
    "urge": ("催办", "urge"),
    "supervise": ("督办", "supervise"),
    "answer": ("回复督办", "answer the order"),
    "note": ("备注", "add a note"),
}
_EVIDENCE = {
    "note": ("文字说明", "words"),
    "photo": ("照片", "a photo"),
}
_TIMES = {
    "minute": ("分钟", "minutes"),
    "hour": ("小时", "hours"),
    "working_hour": ("工作小时", "working hours"),
    "working_day": ("工作日", "working days"),
    "day": ("天", "days"),
}
_ORDERS = {
    "reminder": ("提醒", "reminder"),
    "urge": ("催办", "urged"),
    "order": ("督办单", "supervision order"),
    "leader": ("领导督办", "leader's order"),
    "interview": ("约谈名单", "interview list"),
}
_TASKS = {
    "asked": ("待接受", "asked"),
    "taken": ("办理中", "taken on"),
    "finished": ("已完成", "done"),
    "handed_back": ("已退回", "handed back"),
    "withdrawn": ("已撤回", "withdrawn"),
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
    for family, words in (
        ("state", _STATES),
        ("act", _ACTS),
        ("role", _ROLES),
        ("evidence", _EVIDENCE),
        ("time", _TIMES),
        ("order", _ORDERS),
        ("task", _TASKS),
    )
    for code, names in words.items()
}

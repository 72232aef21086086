"""The habits of invented people as tables: what they do in each state, how soon, how often, and the words they leave."""

from collections.abc import Mapping

from northbank.core.city import Name
from northbank.core.moves import Act, State

S, A = State, Act

# state -> (act, mean minutes until it, share of cases that go this way); where shares add up to less, the rest stays.
HABITS: dict[State, tuple[tuple[Act, float, float], ...]] = {
    S.REPORTED: ((A.ACCEPT, 6, 0.96), (A.REJECT, 9, 0.04)),
    S.ACCEPTED: ((A.DISPATCH, 5, 0.93), (A.ASK_VERIFY, 6, 0.05), (A.REGISTER, 6, 0.01), (A.CANCEL, 15, 0.01)),
    S.VERIFY_PENDING: ((A.VERIFY, 35, 0.85), (A.REFUTE, 35, 0.15)),
    S.REGISTERED: ((A.DISPATCH, 4, 1.0),),
    S.DISPATCHED: ((A.SIGN, 18, 0.92), (A.RETURN, 25, 0.07), (A.ESCALATE, 30, 0.01)),
    S.SIGNED: ((A.START, 22, 1.0),),
    S.HANDLING: ((A.FEED_BACK, 0, 0.935), (A.ASK_EXTENSION, 60, 0.035), (A.ASK_SUSPENSION, 60, 0.03)),
    S.EXTENSION_REQUESTED: ((A.GRANT, 25, 0.75), (A.DENY, 25, 0.25)),
    S.SUSPENSION_REQUESTED: ((A.GRANT, 25, 0.8), (A.DENY, 25, 0.2)),
    S.SUSPENDED: ((A.RESUME, 150, 1.0),),
    S.ESCALATED: ((A.DISPATCH, 15, 1.0),),
    S.FEEDBACK: ((A.CHECK, 30, 0.84), (A.ASK_CHECK, 20, 0.08), (A.REWORK, 35, 0.08)),
    S.SELF_HANDLED: ((A.CHECK, 30, 1.0),),
    S.CHECK_PENDING: ((A.CHECK, 60, 0.88), (A.REWORK, 60, 0.12)),
    S.CHECKED: ((A.CLOSE, 12, 1.0),),
    S.REWORK: ((A.START, 20, 1.0),),
    S.CLOSED: ((A.RATE, 120, 0.33), (A.REOPEN, 200, 0.012)),
    S.RETURNED: ((A.DISPATCH, 10, 0.9), (A.DISPUTE, 20, 0.1)),
    S.ARBITRATION: ((A.ARBITRATE, 40, 1.0),),
    S.REOPENED: ((A.DISPATCH, 8, 1.0),),
}
ON_THE_SPOT = 0.12  # of what workers of a grid report, settled by themselves
SAID_LATER = 0.5  # of the cases whose report left an attribute open, asked for and entered by the desk
SEVERAL = 0.006  # of the times the desk has a case before it, when it sees that the report tells of another matter too
TAKE_MINUTES, PART_HOURS, HANDED_BACK = 20.0, 1.0, 0.04  # until a part is taken on, work on it; share that goes back

OWNERS = frozenset({A.SIGN, A.START, A.RESUME, A.FEED_BACK, A.RETURN, A.ESCALATE, A.ASK_EXTENSION, A.ASK_SUSPENSION})
WORKERS = frozenset({A.VERIFY, A.REFUTE, A.SELF_HANDLE})  # those of the grid; a check too where it was asked for
LEADERS = frozenset({A.ARBITRATE})
OUTCOMES = {"solved": 0.93, "partly": 0.04, "unfounded": 0.03}
SCORES = {5: 0.56, 4: 0.3, 3: 0.1, 2: 0.025, 1: 0.015}
ANSWERED = 0.88  # of the orders that want an answer

WORDS: Mapping[Act, tuple[Name, ...]] = {
    A.SELF_HANDLE: (
        Name("已当场清理", "Cleared on the spot"),
        Name("已当场劝导整改", "Talked to them; put right on the spot"),
    ),
    A.ASK_SUSPENSION: (
        Name("需等雨停后施工", "The work has to wait until the rain stops"),
        Name("等待更换部件到货", "Waiting for a part to arrive"),
        Name("需先完成地下管线探测", "The pipes underground have to be found first"),
    ),
    A.ANSWER: (
        Name("已加派人员，今日完成", "More people are on it; done today"),
        Name("现场正在处置，完成后立即反馈", "Work goes on; we report as soon as it is done"),
    ),
    A.URGE: (Name("请尽快办理", "Please hurry"),),
    A.DIVIDE: (Name("同时反映了另一事项，分开办理", "It tells of another matter too, which goes its own way"),),
}  # fmt: skip

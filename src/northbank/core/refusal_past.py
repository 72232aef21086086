"""Refusals of pack versions, the past and simulations: code -> (HTTP status, sentence and what to do). See refusal.py."""

from collections.abc import Mapping

PAST: Mapping[str, tuple[int, str, str, str, str]] = {
    "publish_reason": (
        422,
        "A pack version without a simulation needs a reason.",
        "未经模拟的城市包版本须说明理由。",
        "Give one sentence with --reason, or simulate first and give its id with --simulation.",
        "请用 --reason 写明理由，或先模拟再用 --simulation 给出编号。",
    ),
    "published": (
        409,
        "The pack version {version} is in force already.",
        "城市包版本 {version} 已经生效。",
        "Nothing has to be done.",
        "无需操作。",
    ),
    "other_simulation": (
        409,
        "The simulation {id} is not one of pack version {version}.",
        "模拟 {id} 不是针对城市包版本 {version} 的。",
        "Simulate this version: northbank simulate --pack PACK, or give a reason instead.",
        "请模拟此版本：northbank simulate --pack PACK，或改为说明理由。",
    ),
    "not_yet": (
        422,
        "There is nothing to see at {asked}: the journal ends at position {tip}.",
        "{asked} 尚无内容：日志止于位置 {tip}。",
        "Choose an earlier position or time.",
        "请选择更早的位置或时间。",
    ),
    "before_all": (
        422,
        "There is nothing to see at {asked}: the journal begins later.",
        "{asked} 尚无内容：日志始于此后。",
        "Choose a later position or time.",
        "请选择更晚的位置或时间。",
    ),
}

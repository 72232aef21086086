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
    "simulating": (
        409,
        "A simulation that {by} began is still running.",
        "{by} 发起的模拟尚在运行。",
        "Wait for it or stop it in the policy lab; one runs at a time.",
        "请等待其完成，或在政策实验室中停止；同时只运行一项模拟。",
    ),
    "ends_first": (
        422,
        "The period ends at {until}, not after it begins at {since}.",
        "时间段的结束 {until} 不晚于开始 {since}。",
        "Choose a later end.",
        "请选择更晚的结束时间。",
    ),
    "no_cases": (
        422,
        "No case was reported from {since} to {until}.",
        "{since} 至 {until} 没有上报的事件。",
        "Choose another period.",
        "请另选时间段。",
    ),
    "no_rule_file": (
        422,
        "{file} is no file of rules that can be rewritten for a trial.",
        "{file} 不是可在试行中改写的规则文件。",
        "Choose one of: {allowed}.",
        "可选：{allowed}。",
    ),
    "bad_rules": (
        422,
        "With these files the pack cannot be used: {why}",
        "改写后的城市包无法使用：{why}",
        "Correct the places named and start again; nothing was kept.",
        "请更正所指位置后重新开始；未保存任何内容。",
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

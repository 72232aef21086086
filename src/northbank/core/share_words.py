"""Words for the states, acts and limits of requests for data. Nothing is decided here."""

from collections.abc import Mapping

from northbank.core.deadline import Deadline
from northbank.core.name import Name

LIMITS: Mapping[str, Name] = {
    "sharing.check_days": Name("合规性审查或复核", "compliance check or second approval"),
    "sharing.review_days": Name("提供单位答复", "the provider's answer"),
    "sharing.unpublished_days": Name(
        "提供单位答复（数据尚未发布）", "the provider's answer (nothing was published yet)"
    ),
}


def limit_words(deadline: Deadline) -> Name:
    """The limit that a due time was counted by."""
    what, n = LIMITS.get(deadline.limit, Name(deadline.limit, deadline.limit)), deadline.amount
    key = deadline.limit.removeprefix("sharing.")
    return Name(
        zh=f"时限规则 {key}：{what.zh}，{n}个工作日（pack.toml [sharing]）",
        en=f"Limit {key}: {what.en} within {n} working day{'' if n == 1 else 's'} (pack.toml [sharing])",
    )

"""When a batch calls for a case to its provider, what that case says, and which later batch answers it. Cells of rows are never told.

Pure; the flow in flows/correct.py brings time and ids.
"""

from collections.abc import Sequence
from datetime import datetime

from northbank.core.case_facts import Accepted, CaseFact, Dispatched, Reported, Routed
from northbank.core.checks import words_of
from northbank.core.city import City
from northbank.core.dataset import AnyStatement, Collected, Dataset, TurnedAway
from northbank.core.intake import Report, begin
from northbank.core.refusal import Refused
from northbank.core.routing import route

SOURCE = "data"  # the code that packs give to cases of the data platform


def external(dataset: str, n: int) -> str:
    """The number of a batch's case with its sender: there is one case for it, however often it is asked for."""
    return f"{dataset}:{n}"


def wants(dataset: Dataset, one: AnyStatement) -> bool:
    """Whether a batch calls for a case, by the contract that it was read by; under another one nobody had asked for it."""
    if dataset.ticket is None or one.contract != dataset.version:
        return False
    unread = isinstance(one, TurnedAway) and one.why == "drift"
    return unread or (one.bad > 0 and one.bad * 100 > dataset.ticket.share * one.rows)


def answered_by(one: AnyStatement, past: Sequence[AnyStatement]) -> AnyStatement | None:
    """The first batch after this one that was taken and in which no row fails a rule that rows of this one failed.

    Of one whose columns nobody could read: the first that was taken. Other faults of the later batch are a matter of its own case.
    """
    return next(
        (
            later
            for later in past
            if later.n > one.n
            and isinstance(later, Collected)
            and later.rows
            and not one.faults.keys() & later.faults.keys()
        ),
        None,
    )


def words(dataset: Dataset, one: AnyStatement) -> str:
    """What the case tells: data set, batch, files, counts per rule, columns that differ; first all of it in Chinese, then in English. No cell of any row."""
    files = ", ".join(file.name for file in one.files)
    unread = isinstance(one, TurnedAway) and one.why == "drift"
    zh = [f"请更正数据集 {dataset.code}（{dataset.name.say('zh')}）第 {one.n} 批。文件：{files}"]
    en = [f"Please correct batch {one.n} of {dataset.code} ({dataset.name.say('en')}). Files: {files}"]
    if unread:
        zh.append("字段与契约不符，未能读取。")
        en.append("The columns are not those of the contract; no row could be read.")
    else:
        zh.append(f"{one.rows} 行中 {one.bad} 行有误。")
        en.append(f"{one.bad} of {one.rows} rows are bad.")
    for rule, count in sorted(one.faults.items()):
        said = words_of(rule.partition("(")[0])
        zh.append(f"{said.say('zh')} {rule}：{count} 行")
        en.append(f"{said.say('en')} {rule}: {count}")
    for name, drift in sorted(one.drift.items()):
        zh.append(f"{name}：多出 {'、'.join(drift.added) or '无'}；缺少 {'、'.join(drift.missing) or '无'}")
        en.append(f"{name}: unknown {', '.join(drift.added) or 'none'}; missing {', '.join(drift.missing) or 'none'}")
    if isinstance(one, TurnedAway):
        zh.append("整批退回，此前版本仍在使用。")
        en.append("The whole batch was turned away; the version before is still served.")
    return "\n".join([*zh, *en])[:4000]


def answer(dataset: Dataset, one: AnyStatement, later: AnyStatement) -> str:
    """What is noted on the case when a batch has come that no longer has its faults."""
    rules = ", ".join(sorted(one.faults)) or "-"
    return (
        f"数据集 {dataset.code} 第 {later.n} 批（{later.rows} 行）已无本案所列错误：{rules}。"
        f" Batch {later.n} of {dataset.code} ({later.rows} rows) no longer has the faults of this case: {rules}."
    )[:4000]


def receive(report: Report, dataset: Dataset, city: City, now: datetime) -> list[CaseFact]:
    """The facts of the case: it needs no place and goes straight to the unit that answers for the data set.

    Refused: `unknown_source`, `unknown_type` where the pack has lost what its contract names.
    """
    source, kind = city.sources.get(report.source), city.types.get(report.type or "")
    if source is None:
        raise Refused("unknown_source", source=report.source, allowed=", ".join(sorted(city.sources)))
    if kind is None:
        raise Refused("unknown_type", type=report.type)
    row = route(city, report.type, source.level, now, source=report.source)
    urgent, owner = kind.urgent, dataset.owner
    born = Reported(
        number=report.number, source=report.source, level=source.level, subject=report.subject, reporter=report.reporter,
        type=report.type, board=kind.board, town_board=kind.town_board, urgent=urgent, spot=None, external=report.external,
        words=report.words,
    )  # fmt: skip
    accept, solve = (begin(city, report.type, urgent, (stage,), now, owner) for stage in ("accept", "solve"))
    rule = row.id if row else ""
    return [
        born,
        Routed(row=rule, owner=owner, begun=(*accept, *solve)),
        Accepted(),
        Dispatched(owner=owner, row=rule or None, begun=begin(city, report.type, urgent, ("sign",), now, owner)),
    ]

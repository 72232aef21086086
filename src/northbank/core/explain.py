"""How a due time came about, step by step, in words: the answer to "why is this due then".

Only words; the reckoning itself is in deadline.py, amend.py and worktime.py.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import groupby

from northbank.core.amend import recount
from northbank.core.city import City, Limit, Name, Stage, Unit5
from northbank.core.deadline import Amendment, Deadline
from northbank.core.localtime import micros
from northbank.core.office import calendar_of
from northbank.core.refusal import Refused
from northbank.core.words import OWN
from northbank.core.worktime import Calendar, forward

STAGES: dict[Stage, Name] = {
    "accept": Name(zh="受理", en="accept"),
    "dispatch": Name(zh="分拨", en="dispatch"),
    "sign": Name(zh="签收", en="sign"),
    "solve": Name(zh="处置", en="solve"),
    "check": Name(zh="核查", en="check"),
}
UNITS: dict[Unit5, Name] = {
    "minute": Name(zh="分钟", en="minute"),
    "hour": Name(zh="小时", en="hour"),
    "day": Name(zh="天", en="day"),
    "working_hour": Name(zh="个工作小时", en="working hour"),
    "working_day": Name(zh="个工作日", en="working day"),
}
LONGEST = 400  # days; beyond it the days are not listed


def explain(deadline: Deadline, city: City) -> list[Name]:
    """The steps from the row of the limits to the due time; never refuses, whatever pack is live by now."""
    limit = next((row for row in city.limits if row.id == deadline.limit), None)
    calendar = calendar_of(city, deadline.office)
    steps = [_rule(deadline, limit), *_hours(deadline, city), _start(deadline, calendar, city)]
    same = deadline.calendar == calendar.version
    if not same:
        same = deadline.amount > 0 and deadline.due_at is not None and recount(deadline, city).due_at == deadline.due_at
        steps.append(_version(deadline, calendar, same))
    if same:
        steps += _days(deadline, calendar, city)
    steps += [_amended(one, city) for one in deadline.amended]
    return [*steps, *_due(deadline, city), *_end(deadline, city)]


def _version(deadline: Deadline, calendar: Calendar, same: bool) -> Name:
    more = Name(zh="，结果相同", en=", which gives the same") if same else Name()
    return Name(
        zh=f"按工作日历版本 {deadline.calendar} 计算，现行版本为 {calendar.version}{more.zh}",
        en=f"Counted by calendar version {deadline.calendar}; the one in force now is {calendar.version}{more.en}",
    )


def _rule(deadline: Deadline, limit: Limit | None) -> Name:
    stage, amount, unit = _stage(deadline.stage), deadline.amount, deadline.unit
    if limit is None:
        return Name(
            zh=f"时限规则 {deadline.limit}（{stage.zh}），现行城市包中已无此条",
            en=f"Limit {deadline.limit} ({stage.en}), which the pack in force no longer has",
        )
    if not amount:
        amount, unit = limit.amount, limit.unit
    span, source = _span(amount, unit), limit.source or ("-" if limit.standing == "V" else "default")
    if (amount, unit) != (limit.amount, limit.unit):
        now = _span(limit.amount, limit.unit)
        return Name(
            zh=f"时限规则 {limit.id}：{stage.zh}，起算时为{span.zh}，按此执行（现行为{now.zh}）",
            en=f"Limit {limit.id}: {stage.en} within {span.en} as it was at the start, which holds (now {now.en})",
        )
    return Name(
        zh=f"时限规则 {limit.id}：{stage.zh}，{span.zh}（依据：{source}）",
        en=f"Limit {limit.id}: {stage.en} within {span.en} (source: {source})",
    )


def _stage(stage: Stage) -> Name:
    return STAGES.get(stage) or Name(*OWN.get(f"stage.{stage}", (stage, stage)))


def _span(amount: int, unit: Unit5) -> Name:
    word = UNITS[unit]
    return Name(zh=f"{amount}{word.zh}", en=f"{amount} {word.en}{'' if amount == 1 else 's'}")


def _minutes(amount: int | str | None) -> str:
    return f"{amount} minute{'' if amount == 1 else 's'}"


def _hours(deadline: Deadline, city: City) -> Iterator[Name]:
    """Whose office hours count, where they are not the city's or could have been others."""
    if deadline.unit not in ("working_hour", "working_day") or not (deadline.office or deadline.by_owner):
        return
    office = city.office_names.get(deadline.office, Name(zh=deadline.office, en=deadline.office))
    own = Name(zh="全市办公时间", en="the city's own") if not deadline.office else office
    if deadline.by_owner:
        owner = _unit(deadline.owner or city.center, city)
        yield Name(
            zh=f"按承办单位（{owner.zh}）的办公时间计算：{own.zh}",
            en=f"Office hours of the owner ({owner.en}): {own.en}",
        )
    else:
        yield Name(zh=f"按指定的办公时间计算：{own.zh}", en=f"Office hours: {own.en}")


def _start(deadline: Deadline, calendar: Calendar, city: City) -> Name:
    at = _local(deadline.started_at, city)
    if deadline.unit == "working_day":
        return Name(zh=f"起算：{at}，当天不计", en=f"Started: {at}; that day itself is not counted")
    if deadline.unit == "working_hour" and deadline.calendar == calendar.version:
        opened = _opened(calendar, deadline.started_at)
        if opened is not None:
            first = _local(opened, city)
            return Name(
                zh=f"起算：{at}，非工作时间，自 {first} 起计时",
                en=f"Started: {at}, outside working time; the clock runs from {first}",
            )
    return Name(zh=f"起算：{at}", en=f"Started: {at}")


def _opened(calendar: Calendar, at: datetime) -> datetime | None:
    """When working time next begins; None where it is on, or not known."""
    start = micros(at)
    try:
        first = forward(calendar, "working_hour", start, 1) - 1
    except Refused:
        return None
    return at + timedelta(microseconds=first - start) if first > start else None


def _days(deadline: Deadline, calendar: Calendar, city: City) -> Iterator[Name]:
    """Which days were counted and which were not, between start and due."""
    if deadline.unit not in ("working_hour", "working_day") or deadline.due_at is None:
        return
    first, last = (at.astimezone(calendar.zone).date() for at in (deadline.started_at, deadline.due_at))
    if deadline.unit == "working_day":
        first += timedelta(days=1)
    if (last - first).days > LONGEST:
        return
    days = [date.fromordinal(n) for n in range(first.toordinal(), last.toordinal() + 1)]
    known = [day for day in days if day.year in calendar.years]  # a night may end in a year not covered
    for open_, run in groupby(known, key=lambda day: bool(calendar.spans(day))):
        found = list(run)
        span = f"{found[0]}" if len(found) == 1 else f"{found[0]} – {found[-1]}"
        named = _named([day for day in found if day in calendar.days], city)
        if open_:
            yield Name(
                zh=f"计入：{span}，共 {len(found)} 个工作日{named.zh}",
                en=f"Counted: {span} ({len(found)} working){named.en}",
            )
        else:
            yield Name(zh=f"不计：{span}，非工作日{named.zh}", en=f"Not counted: {span} (no work){named.en}")


def _named(days: list[date], city: City) -> Name:
    """What the days that differ from their weekday are called, each name once."""
    names = list(dict.fromkeys(city.days[day] for day in days if day in city.days))
    if not names:
        return Name()
    zh, en = (", ".join(dict.fromkeys(name.say(language) for name in names)) for language in ("zh", "en"))
    return Name(zh=f"（{zh}）", en=f": {en}")


def _amended(one: Amendment, city: City) -> Name:
    """One thing that befell the deadline, with the due time before and after it."""
    at, before, after = _local(one.at, city), _moment(one.before, city), _moment(one.after, city)
    who = _unit(one.owner, city) if one.owner else Name()
    match one.why:
        case "suspended":
            since = _local(one.since or one.at, city)
            if one.before == one.after:
                return Name(
                    zh=f"{since} 至 {at} 挂起，截止仍为 {after.zh}",
                    en=f"Suspended from {since} to {at}: still due {after.en}",
                )
            return Name(
                zh=f"{since} 至 {at} 挂起，截止由 {before.zh} 顺延至 {after.zh}",
                en=f"Suspended from {since} to {at}: due {before.en} became {after.en}",
            )
        case "extended":
            by, more = one.by or "-", _span(one.amount or 0, one.unit or "minute")
            return Name(
                zh=f"{at} 经 {by} 批准延期{more.zh}，截止由 {before.zh} 延至 {after.zh}",
                en=f"Extended by {more.en}, approved by {by} at {at}: due {before.en} became {after.en}",
            )
        case "returned":
            since, used = _local(one.since or one.at, city), "?" if one.minutes is None else one.minutes
            return Name(
                zh=f"{who.zh} 自 {since} 至 {at} 持有后回退，用时 {used} 分钟计入该单位",
                en=f"{who.en} held it from {since} and returned it at {at}, charged with {_minutes(used)}",
            )
        case "transferred":
            less = Name(
                zh=f"，扣除其先前已用 {one.minutes} 分钟", en=f", less {_minutes(one.minutes)} it had used before"
            )
            less = less if one.minutes else Name()
            return Name(
                zh=f"{at} 分拨给 {who.zh}，时限重新起算{less.zh}：截止 {after.zh}（原 {before.zh}）",
                en=f"Passed to {who.en} at {at}, whose clock began anew{less.en}: due {after.en} (was {before.en})",
            )
        case "reassigned":
            return Name(
                zh=f"{at} 分拨给 {who.zh}，时限继续：截止 {after.zh}（原 {before.zh}）",
                en=f"Given to {who.en} at {at}; the clock ran on: due {after.en} (was {before.en})",
            )
        case "relimited":
            return Name(
                zh=f"{at} 改按时限规则计算：截止 {after.zh}（原 {before.zh}）",
                en=f"Counted by this limit since {at}: due {after.en} (was {before.en})",
            )
        case "dated":
            return Name(
                zh=f"{at} 工作日历补齐后算出截止：{after.zh}",
                en=f"Counted at {at}, when the calendar had come: due {after.en}",
            )


def _due(deadline: Deadline, city: City) -> Iterator[Name]:
    if deadline.due_at is None or deadline.soon_at is None:
        year = deadline.missing
        yield Name(
            zh=f"缺少 {year} 年工作日历，截止时间无法计算，不作推测；补充日历后自动计算",
            en=f"The calendar for {year} is missing: the due time cannot be computed and is not guessed; "
            "it is counted as soon as the pack has that year",
        )
        return
    soon, due = _local(deadline.soon_at, city), _local(deadline.due_at, city)
    yield Name(zh=f"用去五分之四时提醒：{soon}", en=f"Announced when four fifths are gone: {soon}")
    yield Name(zh=f"截止：{due}（含）", en=f"Due: {due}, that moment included")


def _end(deadline: Deadline, city: City) -> Iterator[Name]:
    if deadline.paused_at is not None:
        at, left = _local(deadline.paused_at, city), "?" if deadline.left is None else deadline.left
        yield Name(zh=f"{at} 起挂起，剩余 {left} 分钟", en=f"Suspended since {at} with {_minutes(left)} left")
    if deadline.met_at is not None:
        at = _local(deadline.met_at, city)
        if deadline.due_at is None:
            yield Name(zh=f"{at} 完成", en=f"Done {at}")
        else:
            late = deadline.late(deadline.met_at)
            yield Name(zh=f"{at} 完成，{'超期' if late else '按期'}", en=f"Done {at}, {'late' if late else 'on time'}")


def _unit(code: str, city: City) -> Name:
    unit = city.units.get(code)
    return Name(unit.name.say("zh"), unit.name.say("en")) if unit is not None else Name(code, code)


def _moment(at: datetime | None, city: City) -> Name:
    return Name("未知", "unknown") if at is None else Name(_local(at, city), _local(at, city))


def _local(at: datetime, city: City) -> str:
    """Local time; seconds only where there are any, so that a due time reads as people write it."""
    shown = at.astimezone(city.calendar.zone)
    return f"{shown:%Y-%m-%d %H:%M:%S}" if shown.second else f"{shown:%Y-%m-%d %H:%M}"

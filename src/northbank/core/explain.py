"""How a due time came about, step by step, in words: the answer to "why is this due then".

Only words; the reckoning itself is in deadline.py and worktime.py.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import groupby

from northbank.core.city import City, Limit, Name, Stage, Unit5
from northbank.core.deadline import Deadline
from northbank.core.localtime import micros
from northbank.core.worktime import add, forward

STAGES: dict[Stage, Name] = {
    "accept": Name(zh="受理", en="accept"),
    "dispatch": Name(zh="派遣", en="dispatch"),
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
    steps = [_rule(deadline, limit), _start(deadline, city)]
    if deadline.calendar != city.calendar.version:
        steps.append(
            Name(
                zh=f"按工作日历版本 {deadline.calendar} 计算，现行版本为 {city.calendar.version}",
                en=f"Counted by calendar version {deadline.calendar}; the one in force now is {city.calendar.version}",
            )
        )
    else:
        steps += _days(deadline, city)
        steps += _moved(deadline, limit, city)
    soon, due = _local(deadline.soon_at, city), _local(deadline.due_at, city)
    steps.append(Name(zh=f"用去五分之四时提醒：{soon}", en=f"Announced when four fifths are gone: {soon}"))
    steps.append(Name(zh=f"截止：{due}（含）", en=f"Due: {due}, that moment included"))
    return [*steps, *_end(deadline, city)]


def _rule(deadline: Deadline, limit: Limit | None) -> Name:
    stage = STAGES[deadline.stage]
    if limit is None:
        return Name(
            zh=f"时限规则 {deadline.limit}（{stage.zh}），现行城市包中已无此条",
            en=f"Limit {deadline.limit} ({stage.en}), which the pack in force no longer has",
        )
    unit, plural = UNITS[limit.unit], "" if limit.amount == 1 else "s"
    source = limit.source or ("-" if limit.standing == "V" else "default")
    return Name(
        zh=f"时限规则 {limit.id}：{stage.zh}，{limit.amount}{unit.zh}（依据：{source}）",
        en=f"Limit {limit.id}: {stage.en} within {limit.amount} {unit.en}{plural} (source: {source})",
    )


def _start(deadline: Deadline, city: City) -> Name:
    at = _local(deadline.started_at, city)
    if deadline.unit == "working_day":
        return Name(zh=f"起算：{at}，当天不计", en=f"Started: {at}; that day itself is not counted")
    if deadline.unit == "working_hour" and deadline.calendar == city.calendar.version:
        start = micros(deadline.started_at)
        first = forward(city.calendar, "working_hour", start, 1) - 1
        if first > start:
            opened = _local(deadline.started_at + timedelta(microseconds=first - start), city)
            return Name(
                zh=f"起算：{at}，非工作时间，自 {opened} 起计时",
                en=f"Started: {at}, outside working time; the clock runs from {opened}",
            )
    return Name(zh=f"起算：{at}", en=f"Started: {at}")


def _days(deadline: Deadline, city: City) -> Iterator[Name]:
    """Which days were counted and which were not, between start and due."""
    if deadline.unit not in ("working_hour", "working_day"):
        return
    zone, calendar = city.calendar.zone, city.calendar
    first, last = (at.astimezone(zone).date() for at in (deadline.started_at, deadline.due_at))
    if deadline.unit == "working_day":
        first += timedelta(days=1)
    if (last - first).days > LONGEST:
        return
    days = [date.fromordinal(n) for n in range(first.toordinal(), last.toordinal() + 1)]
    known = [day for day in days if day.year in calendar.years]  # a night may end in a year not covered
    for open_, run in groupby(known, key=lambda day: bool(calendar.spans(day))):
        found = list(run)
        span = f"{found[0]}" if len(found) == 1 else f"{found[0]} – {found[-1]}"
        if open_:
            yield Name(zh=f"计入：{span}，共 {len(found)} 个工作日", en=f"Counted: {span} ({len(found)} working)")
        else:
            yield Name(zh=f"不计：{span}，非工作日", en=f"Not counted: {span} (no work)")


def _moved(deadline: Deadline, limit: Limit | None, city: City) -> Iterator[Name]:
    if limit is None or limit.unit != deadline.unit:
        return
    plain = add(city.calendar, deadline.started_at, limit.amount, limit.unit)
    if plain < deadline.due_at:
        yield Name(
            zh=f"原定 {_local(plain, city)}，因挂起顺延",
            en=f"Without the time it was suspended it would have been due {_local(plain, city)}",
        )


def _end(deadline: Deadline, city: City) -> Iterator[Name]:
    if deadline.paused_at is not None:
        at, left = _local(deadline.paused_at, city), deadline.left or 0
        yield Name(zh=f"{at} 起挂起，剩余 {left} 分钟", en=f"Suspended since {at} with {left} minutes left")
    if deadline.met_at is not None:
        at = _local(deadline.met_at, city)
        late = deadline.late(deadline.met_at)
        yield Name(zh=f"{at} 完成，{'超期' if late else '按期'}", en=f"Done {at}, {'late' if late else 'on time'}")


def _local(at: datetime, city: City) -> str:
    """Local time; seconds only where there are any, so that a due time reads as people write it."""
    shown = at.astimezone(city.calendar.zone)
    return f"{shown:%Y-%m-%d %H:%M:%S}" if shown.second else f"{shown:%Y-%m-%d %H:%M}"

"""Faults of the routing library, each with the smallest case that shows it, in both languages.

What the rows tell apart is found in route_space.py; files and lines are the pack's business.
"""

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from typing import Literal

import msgspec

from northbank.core.city import City, Given, Name, Unit
from northbank.core.decision_table import Boxes, inside, meet_all, smallest, without_all
from northbank.core.route_reasons import attribute_name, moment_in_words, value_in_words
from northbank.core.route_space import TIME, Moment, Problem, Space
from northbank.core.routing import Tested, fits, route, stands

# empty        no case can ever fit the row
# gone         the row's owner exists on no day of the calendar
# unreachable  rows before it take every case that fits
# conflict     unreachable, because a row before it asks the same and names another owner
# missing      a case that no row takes, so that nobody owns it
# shadowed     the row names a type that it never decides (a warning)
# overlap      two rows with different owners cross, so that only their order decides (a warning)
# no_duty      the owner's boards do not count the type (a warning)
# helper_gone  the row escalates to a unit, or asks it to help, on a day on which it does not exist (a warning)
Kind = Literal[
    "empty", "gone", "unreachable", "conflict", "missing", "shadowed", "overlap", "no_duty", "helper_gone"
]  # fmt: skip
WARNINGS = frozenset({"shadowed", "overlap", "no_duty", "helper_gone"})
NOBODY = Name("无人承办", "nobody")


class Example(msgspec.Struct, frozen=True, kw_only=True):
    """One case: what `route` would be asked, and the same in words."""

    type: str
    source: str
    level: str
    grid: str | None
    at: datetime
    urgent: bool
    attributes: Mapping[str, Given]
    words: Name


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One fault. row: where it is (None: it is the type's); others: rows it has to do with. found, allowed: in words."""

    kind: Kind
    row: str | None = None
    type: str | None = None
    others: tuple[str, ...] = ()
    example: Example | None = None
    found: Name
    allowed: Name
    warning: bool = False


def find(city: City, to_desk: Collection[str] = ()) -> list[Finding]:
    """Every fault of the library. to_desk: types (codes, `prefix*`) that are left to the duty desk on purpose."""
    if not city.calendar.years or not city.sources:
        return []
    search = _Search(city)
    found = [*search.rows(), *search.overlaps(), *search.missing(to_desk)]
    return [msgspec.structs.replace(one, warning=one.warning or one.kind in WARNINGS) for one in found]


class _Search:
    """The tables of a city, and what is wrong with them."""

    def __init__(self, city: City) -> None:
        self.city = city
        self.space = Space(city)
        self.problems = self.space.problems()
        self.mine: dict[str, list[tuple[Problem, int]]] = {one.row.id: [] for one in self.space.rows}
        for problem in self.problems:
            for n, one in enumerate(problem.rows):
                self.mine[one.row.id].append((problem, n))

    # --- rows

    def rows(self) -> Iterator[Finding]:
        """What is wrong with single rows."""
        for one in self.space.rows:
            mine = self.mine[one.row.id]
            if not any(problem.fit[n] for problem, n in mine):
                yield self._empty(one)
            elif not any(problem.stand[n] for problem, n in mine):
                yield self._gone(one)
            elif not any(problem.outcome.decides[n] for problem, n in mine):
                yield self._unreachable(one)
            else:
                yield from self._shadowed(one)
                yield from self._no_duty(one)
                yield from self._helpers(one)

    def _empty(self, one: Tested) -> Finding:
        why = _impossible(self.city, self.space, one)
        return Finding(
            kind="empty", row=one.row.id, found=_with(Name("无任何事件适用：", "a row that no case can fit: "), why),
            allowed=Name("至少一种可能的情形", "conditions that some case can meet"),
        )  # fmt: skip

    def _gone(self, one: Tested) -> Finding:
        owner = one.row.owner
        return Finding(
            kind="gone", row=one.row.id,
            found=Name(f"承办单位 {owner} 在日历各年均不存在", f"owner '{owner}', which exists on no day of the calendar"),
            allowed=Name("适用之日存在的单位", "a unit that exists on a day on which the row holds"),
        )  # fmt: skip

    def _unreachable(self, one: Tested) -> Finding:
        problem, n = next((problem, n) for problem, n in self.mine[one.row.id] if problem.stand[n])
        example = self.example(problem, problem.stand[n])
        takers = tuple(
            row.row.id for row in self.space.rows if any(_meets(problem, row, n) for problem, n in self.mine[one.row.id])
        )  # fmt: skip
        same = next((other for other in self.space.rows if other.row.id in takers and self._same(other, one)), None)
        first = self._taker(example)
        if same is not None and same.row.owner != one.row.owner:
            found = Name(
                f"与 {same.row.id} 条件相同但承办单位不同（{same.row.owner} 与 {one.row.owner}）：{example.words.zh}，由 {first} 先取",
                f"the conditions of {same.row.id} with another owner ('{same.row.owner}' there, '{one.row.owner}' here): "
                f"{example.words.en}: {first} takes it",
            )
            allowed = Name("一种情形一个承办单位", "one owner for one case")
            return Finding(
                kind="conflict", row=one.row.id, others=(same.row.id,), example=example, found=found, allowed=allowed
            )
        listed = ", ".join(takers)
        found = Name(
            f"永远轮不到的规则（已被 {listed} 覆盖）：{example.words.zh}，由 {first} 先取",
            f"a row that is never reached after {listed}: {example.words.en}: {first} takes it",
        )
        allowed = Name(
            "更靠前的位置，或前面规则未覆盖的条件", "a place further up, or a case that no row before it takes"
        )
        return Finding(kind="unreachable", row=one.row.id, others=takers, example=example, found=found, allowed=allowed)

    def _shadowed(self, one: Tested) -> Iterator[Finding]:
        """Types that the row names one by one and never decides; a prefix or `*` is meant to take what is left."""
        for problem, n in self.mine[one.row.id]:
            named = [code for code in problem.types if code in one.row.types.split()]
            if not named or problem.outcome.decides[n]:
                continue
            example = self.example(problem, problem.stand[n], named[0]) if problem.stand[n] else None
            types = ", ".join(named)
            if example is None:
                found = Name(
                    f"类型 {types} 永远不适用", f"type {types}, which never fits the other conditions of the row"
                )
            else:
                first = self._taker(example)
                found = Name(
                    f"类型 {types} 在此永远轮不到：{example.words.zh}，由 {first} 先取",
                    f"type {types}, which the row never decides: {example.words.en}: {first} takes it",
                )
            allowed = Name("仅写本行真正决定的类型", "only types that the row decides")
            yield Finding(kind="shadowed", row=one.row.id, type=named[0], example=example, found=found, allowed=allowed)

    def _no_duty(self, one: Tested) -> Iterator[Finding]:
        boards = self._boards(one)
        if not boards:
            return
        town = one.row.owner == "@town" or (one.unit is not None and one.unit.kind == "town_center")
        strange = []
        for problem, n in self.mine[one.row.id]:
            for code in problem.types if problem.outcome.decides[n] else ():
                kind = self.city.types[code]
                counted = kind.town_board if town else kind.board
                if counted and counted not in boards:
                    strange.append((code, counted))
        if strange:
            code, counted = strange[0]
            types, owner = ", ".join(code for code, _ in strange), one.row.owner
            yield Finding(
                kind="no_duty", row=one.row.id, type=code,
                found=Name(
                    f"承办单位 {owner} 无此职责：类型 {types}（板块 {counted}）",
                    f"owner '{owner}' without a duty for type {types} (board '{counted}')",
                ),
                allowed=Name(f"板块为 {'、'.join(boards)} 的类型", f"types of its boards: {', '.join(boards)}"),
            )  # fmt: skip

    def _boards(self, one: Tested) -> list[str]:
        if one.unit is not None:
            return list(one.unit.boards) if one.unit.kind != "center" else []
        towns = [unit.boards for unit in self.city.units.values() if unit.kind == "town_center"]
        return sorted({board for boards in towns for board in boards}) if all(towns) else []

    def _helpers(self, one: Tested) -> Iterator[Finding]:
        """Units that take over or help, on the days on which the row decides something."""
        for column, codes in (("escalate_to", (one.row.escalate_to,)), ("support", one.row.support)):
            for code in codes:
                unit = self.city.units.get(code)
                if unit is None or not (unit.valid_from or unit.valid_to):
                    continue
                for problem, n in self.mine[one.row.id]:
                    example = self._without(problem, problem.outcome.decides[n], unit)
                    if example is not None:
                        yield Finding(
                            kind="helper_gone", row=one.row.id, example=example,
                            found=Name(
                                f"{column} {code} 届时不存在：{example.words.zh}",
                                f"{column} '{code}', which does not exist then: {example.words.en}",
                            ),
                            allowed=Name("适用期间一直存在的单位", "a unit that exists as long as the row holds"),
                        )  # fmt: skip
                        break

    # --- pairs of rows

    def overlaps(self) -> Iterator[Finding]:
        """Rows with different owners that cross: each fits cases the other does not, and both fit some."""
        seen: set[tuple[str, str]] = set()
        for problem in self.problems:
            for i, one in enumerate(problem.rows):
                for j in range(i + 1, len(problem.rows)):
                    other = problem.rows[j]
                    pair = (one.row.id, other.row.id)
                    if pair in seen or one.row.owner == other.row.owner or not _cross(problem.fit[i], problem.fit[j]):
                        continue
                    both = meet_all(problem.outcome.decides[i], problem.stand[j])
                    if both:
                        seen.add(pair)
                        yield self._overlap(problem, pair, both)

    def _overlap(self, problem: Problem, pair: tuple[str, str], both: Boxes) -> Finding:
        example = self.example(problem, both)
        return Finding(
            kind="overlap", row=pair[1], others=(pair[0],), example=example,
            found=Name(
                f"与 {pair[0]} 交叉且承办单位不同：{example.words.zh}，两条都适用，仅因排序由 {pair[0]} 取",
                f"a row that crosses {pair[0]}, which has another owner: {example.words.en}: both fit, {pair[0]} takes it "
                "only because it comes first",
            ),
            allowed=Name("互不交叉的条件，或为交叉部分另设一行", "conditions that do not cross, or a row of its own for what both fit"),
        )  # fmt: skip

    # --- what nobody takes

    def missing(self, to_desk: Collection[str]) -> Iterator[Finding]:
        """Types with a case that no row takes. Whole types without a row are the business of the pack's own checks."""
        for problem in self.problems:
            if not problem.rows or not problem.outcome.rest:
                continue
            for code in problem.types:
                example = self.example(problem, problem.outcome.rest, code)
                desk = any(fits(pattern, code) for pattern in to_desk)
                gone = self._gone_rows(problem, example)
                why = (
                    Name(f"（{gone} 的承办单位届时不存在）", f" (the owner of {gone} does not exist then)")
                    if gone
                    else Name()
                )
                yield Finding(
                    kind="missing", type=code, example=example, warning=desk,
                    found=Name(
                        f"{example.words.zh}：{NOBODY.zh}{why.say('zh')}", f"{example.words.en}: {NOBODY.en}{why.say('en')}"
                    ),
                    allowed=Name(
                        "能接住它的规则；或以最后一行写明 @center", "a row that takes it, such as a last one that gives it to @center"
                    ),
                )  # fmt: skip

    def _gone_rows(self, problem: Problem, example: Example) -> str:
        left = problem.outcome.rest
        rows = [
            one.row.id for n, one in enumerate(problem.rows)
            if smallest(meet_all(left, problem.fit[n])) == smallest(left)
        ]  # fmt: skip
        return ", ".join(rows)

    # --- cases in words

    def _taker(self, example: Example) -> str:
        row = route(
            self.city, example.type, example.level, example.at, example.grid, urgent=example.urgent,
            source=example.source, attributes=example.attributes,
        )  # fmt: skip
        return row.id if row is not None else NOBODY.en

    def _same(self, one: Tested, other: Tested) -> bool:
        """Whether two rows ask the same, of every type."""
        places = {id(problem): n for problem, n in self.mine[one.row.id]}
        others = {id(problem): n for problem, n in self.mine[other.row.id]}
        if places.keys() != others.keys():
            return False
        return all(
            inside(problem.fit[n], problem.fit[others[id(problem)]])
            and inside(problem.fit[others[id(problem)]], problem.fit[n])
            for problem, n in self.mine[one.row.id]
        )

    def example(self, problem: Problem, boxes: Boxes, type: str | None = None) -> Example:
        """The smallest case in `boxes`, which hold one at least."""
        point = smallest(boxes)
        if point is None:
            raise ValueError("an example of nothing")
        chosen = dict(zip(problem.names, (some[n] for some, n in zip(problem.atoms, point, strict=True)), strict=True))
        source, urgent, grid, moment = (chosen.pop(name) for name in ("source", "urgent", "place", "time"))
        code = type or problem.types[0]
        attributes = {name: value for name, value in chosen.items() if value is not None}
        return Example(
            type=code, source=source, level=self.city.sources[source].level, grid=grid, at=self.space.at(moment),
            urgent=urgent, attributes=attributes,
            words=self._words(problem, code, source, urgent, grid, moment, chosen),
        )  # fmt: skip

    def _without(self, problem: Problem, boxes: Boxes, unit: Unit) -> Example | None:
        """A case in `boxes` on a day on which `unit` does not exist."""
        days = sum(1 << n for n, moment in enumerate(problem.atoms[TIME]) if not stands(unit, moment.day))
        whole = tuple((1 << len(some)) - 1 for some in problem.atoms)
        left = meet_all(boxes, ((*whole[:TIME], days, *whole[TIME + 1 :]),))
        return self.example(problem, left) if left else None

    def _words(
        self, problem: Problem, type: str, source: str, urgent: bool, grid: str | None, moment: Moment,
        said: Mapping[str, Given | None],
    ) -> Name:  # fmt: skip
        city = self.city
        parts = [_with(city.word("level", city.areas[grid].level), Name(f" {grid}", f" {grid}"))] if grid else []
        if "time" in problem.shown or problem.dated:
            parts.append(moment_in_words(moment.day, moment.minute, problem.dated or moment.special))
        parts.append(city.types[type].name)
        if "source" in problem.shown:
            parts.append(_with(Name("来源：", "from: "), city.sources[source].name))
        if "urgent" in problem.shown:
            parts.append(Name("紧急", "urgent") if urgent else Name("非紧急", "not urgent"))
        for code, value in said.items():
            parts.append(_with(attribute_name(city, code), Name("：", " "), value_in_words(city, code, value)))
        return Name("，".join(part.say("zh") for part in parts), ", ".join(part.say("en") for part in parts))


def _meets(problem: Problem, row: Tested, n: int) -> bool:
    """Whether `row` stands before row `n` of the table and takes some case that fits it."""
    return any(
        one is row and bool(meet_all(problem.outcome.decides[i], problem.stand[n]))
        for i, one in enumerate(problem.rows[:n])
    )


def _cross(a: Boxes, b: Boxes) -> bool:
    return bool(meet_all(a, b)) and bool(without_all(a, b)) and bool(without_all(b, a))


def _impossible(city: City, space: Space, one: Tested) -> Name:
    """Which condition of a row can never hold."""
    row = one.row
    if not any(fits(row.types, code) for code in city.types):
        return Name(f"没有类型 {row.types}", f"there is no type '{row.types}'")
    if row.level != "*" and not any(source.level == row.level for source in city.sources.values()):
        return Name(f"没有来源属于层级 {row.level}", f"no source is of level '{row.level}'")
    if one.grids is not None and not one.grids & set(space.grids):
        return Name(f"地点 {row.place} 内没有网格", f"no ground lies in '{row.place}'")
    if one.times is not None and not space.when(row.time):
        return Name(f"时间 {row.time} 永不出现", f"'{row.time}' never comes")
    return Name(
        f"条件 {row.attributes} 无法同时成立（或其类型没有该属性）",
        f"'{row.attributes}' can never hold together, or its types do not have such attributes",
    )


def _with(*parts: Name) -> Name:
    return Name("".join(part.zh or part.en for part in parts), "".join(part.en or part.zh for part in parts))

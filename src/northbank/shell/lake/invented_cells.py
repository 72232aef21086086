"""What the cells of invented rows look like: SQL over a row's number r, its key's number i, and f, the rule that it breaks.

Which rows break what is decided in invented.py.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import msgspec

from northbank.core.checks import CREDIT_LETTERS, CREDIT_WEIGHTS, ID_DIGITS, Box
from northbank.core.dataset import Column, Dataset, Rule
from northbank.shell.lake.compile import quoted
from northbank.shell.lake.fast import CARD_SUM, literal

SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕"
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰红梅建国志文斌浩宇轩欣怡梓涵雨"
ROADS = ("建设路", "人民路", "滨江路", "新华街", "解放路", "学府路", "红星大道", "金源路")
TRADES = ("商贸有限公司", "餐饮店", "科技有限公司", "便利店", "建筑工程有限公司", "药房", "物流有限公司")
EPOCH = datetime(2000, 1, 1)  # noqa: DTZ001 - the sender's own clock
RECENT, YEARS = 1600, 1825  # days back to which moments go; days that a permit or a lease lasts
LASTS = ("expires", "ends")  # columns of its end
STEEP = 40  # the mean is the 41st part of the most
BORN_DAYS = 33_238  # days of birth, 1935 to 2025: fixed, for whoever a number belongs to is the same person whenever a batch is made
CARDS = BORN_DAYS * 1000 * 20  # identity numbers that are made
STRIDE = 7_368_787  # has no divisor in common with CARDS, so that keys in order make numbers in none
FAR = 1_000_000_000  # a reference beyond what any data set has
SIXTEEN, OF_HERE = 16, 12  # so many in sixteen of those that no contract says are residents are residents
STAYS = 8  # one in so many is gone
HOUSEHOLD = (12, 5)  # so many people live in so many homes
RADIX = 97  # values of each column of a key but its last
Others = Mapping[str, tuple[Dataset, int]]  # data sets that rows refer to, with how many keys they have


class Spot(msgspec.Struct, frozen=True):
    """A building where invented homes and businesses are. town: its name; community: the code of the smallest area with an office."""

    lon: float
    lat: float
    town: str
    community: str


class Scene(msgspec.Struct, frozen=True):
    """Where and when invented things are. division: six digits. towns: names. box: around the district.

    until: the moment, on the sender's own clock, that days and times lead up to; None: any from 2000 to 2024.
    spots: the buildings; without any, things are anywhere in the box. gone: data sets and their column that is empty as long as a thing stays.
    """

    division: str
    towns: tuple[str, ...]
    box: Box
    until: datetime | None = None
    spots: tuple[Spot, ...] = ()
    gone: frozenset[tuple[str, str]] = frozenset()


class Cells:
    """The cells of a contract. broken: the rules that rows break, by number. others: what rows refer to."""

    def __init__(
        self, dataset: Dataset, rules: Sequence[Rule], broken: Sequence[Rule], scene: Scene, others: Others, seed: int,
    ) -> None:  # fmt: skip
        self._dataset = dataset
        self._broken = {rule.id: n for n, rule in enumerate(broken)}
        self._checks = {
            rule.columns[0]: rule.check for rule in rules if rule.check in ("id_card", "credit_code", "phone")
        }
        self._known = {rule.columns[0]: rule for rule in rules if rule.check == "known" and len(rule.columns) == 1}
        self._named = {
            code: (others[rule.dataset][0], rule.to[0]) for code, rule in self._known.items() if rule.dataset in others
        }
        for code, (other, to) in self._named.items():
            found = [rule.check for rule in other.rules if rule.columns == (to,)]
            for check in {"id_card", "credit_code"} & set(found):
                self._checks[code] = check
        self._after: dict[str, list[str]] = {}
        for rule in rules:
            if rule.check == "in_order":
                self._after.setdefault(rule.columns[1], []).append(rule.columns[0])
        self._inside = [rule.columns for rule in rules if rule.check == "inside"]
        self._unique = {one for rule in rules if rule.check == "unique" for one in rule.columns}
        self._rules = rules
        self._scene = scene
        self._until = None if scene.until is None else (scene.until - EPOCH) // timedelta(minutes=1)
        self._others = others
        self._seed = seed
        self._cards = [one.code for one in dataset.columns if self._checks.get(one.code) == "id_card"]
        self._people = _people(others)

    def layers(self) -> list[list[str]]:
        """Columns that stand on those before: numbers of things, numbers made of them, texts, texts as they are written."""
        columns = self._dataset.columns
        whole = [f"{self._thing(n, one)} as {quoted('thing:' + one.code)}" for n, one in enumerate(columns)]
        drawn = [f"{_card_of(quoted('thing:' + one))} as {quoted('x:' + one)}" for one in self._cards]
        digits = [
            f"{_digits(quoted('x:' + one), self._scene.division)} as {quoted('digits:' + one)}" for one in self._cards
        ]
        digits += [f"{self._who()} as who", f"{self._place()} as place"]
        days = [[f"{self._moment(n, one)} as {quoted('at:' + one.code)}"] for n, one in self._in_order()]
        texts = [f"{self._right(n, one)} as {quoted('right:' + one.code)}" for n, one in enumerate(columns)]
        cells = [f"{self._cell(n, one)} as {quoted('cell:' + one.code)}" for n, one in enumerate(columns)]
        return [layer for layer in (whole, drawn, digits, *days, texts, cells) if layer]

    def _who(self) -> str:
        """Whose name and telephone a row tells: its first person's, but now and then somebody wrote another's identity number."""
        if not self._cards:
            return "r"
        code, at = self._cards[0], len(self._dataset.columns)
        if not self._stray(code):
            return quoted("x:" + code)
        other = _card_of(self._draw(at, self._people, 1))
        return f"case when {self._draw(at, SIXTEEN)} = 0 then {other} else {quoted('x:' + code)} end"

    def _stray(self, code: str) -> bool:
        """Whether the column names people of whom no rule says that they are in the register of people, and there is one."""
        return self._people > 0 and code not in self._dataset.key and code not in self._known

    def _place(self) -> str:
        """The number of the home or the seat that a row is about: people who live together have one."""
        if not self._dataset.key:
            return "r"
        thing = quoted("thing:" + self._dataset.key[0])
        people, homes = HOUSEHOLD
        return f"{thing} * {homes} // {people}" if self._card() else thing

    def _draw(self, place: int, most: int, salt: int = 0) -> str:
        """A number from 0 to before `most` that is another for each row, column and salt."""
        return f"(hash(r * 4096 + {place * 8 + salt + self._seed * 131}) % {most})::bigint"

    def _thing(self, place: int, column: Column) -> str:
        """The number of what a cell names: of this key, or of one of another data set."""
        key = self._dataset.key
        known = self._known.get(column.code)
        number = self._draw(place, 1000)
        if column.code in key:
            at = key.index(column.code)
            sizes = [self._radix(one) for one in key[:at]]
            number = "i" if not sizes else f"(i // {_product(sizes)})"
            number = number if at == len(key) - 1 else f"({number} % {self._radix(column.code)})"
        elif column.code in self._unique:
            number = "r"
        elif known is not None:
            number = self._draw(place, self._radix(column.code))
        elif self._checks.get(column.code) == "id_card" and self._stray(column.code):
            here, outsider = self._draw(place, self._people, 1), self._draw(place, 10_000_000)
            number = f"case when {self._draw(place, SIXTEEN, 2)} < {OF_HERE} then {here} else {outsider} end"
        elif column.code in self._checks:
            number = self._draw(place, 10_000_000)
        if known is not None:
            return f"case when f = {self._broken.get(known.id, -2)} then {FAR} + r else {number} end"
        return number

    def _radix(self, code: str) -> int:
        known = self._known.get(code)
        return max(1, self._others[known.dataset][1]) if known is not None else RADIX

    def _in_order(self) -> list[tuple[int, Column]]:
        """Columns of days and times, each after those that it must not come before."""
        left = {one.code: (n, one) for n, one in enumerate(self._dataset.columns) if one.kind in ("date", "time")}
        found: list[tuple[int, Column]] = []
        while left:
            ready = [code for code in left if not any(one in left for one in self._after.get(code, ()))] or list(left)
            found += [left.pop(code) for code in ready]
        return found

    def _moment(self, place: int, column: Column) -> str:
        """Minutes since 2000; one that must not be before another comes after it, unless that is what is broken."""
        step = 1440 if column.kind == "date" else 1
        before = [one for one in self._after.get(column.code, ()) if self._kind(one) in ("date", "time")]
        if column.code in self._dataset.key:
            return self._counted(quoted("thing:" + column.code), 1440 if column.kind == "date" else 60)
        if not before:
            if column.code.startswith("born") and (card := self._card()):
                return f"(({quoted('x:' + card)} % {BORN_DAYS} - 23741) * 1440)"
            return self._recent(place, step)
        first = f"greatest({', '.join(quoted('at:' + one) for one in before)})"
        rule = self._broken.get(f"in_order({before[0]},{column.code})", -2)
        return f"case when f = {rule} then {first} - {30 * 1440} else {self._later(place, column, first, step)} end"

    def _counted(self, thing: str, step: int) -> str:
        """Moments that are keys: one after another from 2000 on, or the newest first and the others before it."""
        return f"({thing} * {step})" if self._until is None else f"({self._until // step * step} - {thing} * {step})"

    def _recent(self, place: int, step: int) -> str:
        if self._until is None:
            return f"({self._draw(place, 9000 * 1440 // step)} * {step})"
        return f"({self._until // step * step} - {self._draw(place, RECENT * 1440 // step)} * {step})"

    def _later(self, place: int, column: Column, first: str, step: int) -> str:
        """After another moment; what runs out lasts for years, all else has happened by now."""
        if self._until is None:
            return f"{first} + {self._draw(place, 700 * 1440 // step)} * {step}"
        if column.code.startswith(LASTS):
            return f"{first} + {YEARS * 1440} - {self._draw(place, 400 * 1440 // step)} * {step}"
        return f"greatest({first}, least({first} + {self._draw(place, 700 * 1440 // step)} * {step}, {self._until // step * step}))"

    def _card(self) -> str:
        return next((one for one in self._dataset.key if self._checks.get(one) == "id_card"), "")

    def _kind(self, code: str) -> str:
        column = self._dataset.column(code)
        return column.kind if column is not None else ""

    def _right(self, place: int, column: Column) -> str:
        """The text of a cell as it should be."""
        thing, check = quoted("thing:" + column.code), self._checks.get(column.code)
        at = (
            f"timestamp '2000-01-01' + to_minutes({quoted('at:' + column.code)})"
            if column.kind in ("date", "time")
            else ""
        )
        match column.kind:
            case "date":
                return f"cast(cast({at} as date) as varchar)"
            case "time":
                return f"cast({at} as varchar)"
            case "yes_no":
                return f"(['是', '否'])[1 + {self._draw(place, 2)}]"
            case "integer" | "number":
                return self._number(place, column)
            case _ if check == "id_card":
                digits = quoted("digits:" + column.code)
                return f"{digits} || substr({literal(ID_DIGITS)}, 1 + {CARD_SUM.format(digits)} % 11, 1)"
            case _ if check == "credit_code":
                return _credit(thing, self._scene.division)
            case _ if check == "phone":
                return f"'1' || (3 + {_of('who', 7, 3)}) || lpad(cast({_of('who', 10**9, 4)} as varchar), 9, '0')"
            case _ if column.codes:
                drawn = _of("who", len(column.codes), place) if self._card() else self._draw(place, len(column.codes))
                return f"({literal(tuple(column.codes))})[1 + {drawn}]"
            case _:
                return self._text(place, column)

    def _text(self, place: int, column: Column) -> str:
        if column.code not in self._dataset.key and column.code not in self._unique and column.code not in self._known:
            if "address" in column.code:
                return self._address(column)
            if column.code == "community" and self._scene.spots:
                return self._spot([one.community for one in self._scene.spots])
            if column.personal:
                return f"{_one_of(SURNAMES, 'who', 0)} || {_one_of(GIVEN, 'who', 1)} || {_one_of((*GIVEN, '', '', ''), 'who', 2)}"
            if "name" in column.code:
                town, given = self._town(), _one_of(GIVEN, "place", 1)
                return (
                    f"{town} || {given} || {_one_of((*GIVEN, '', '', ''), 'place', 2)} || {_one_of(TRADES, 'place', 3)}"
                )
        _, like = self._named.get(column.code, (None, column.code))
        return f"{literal(like[:2].upper())} || lpad(cast({quoted('thing:' + column.code)} as varchar), 9, '0')"

    def _address(self, column: Column) -> str:
        """A number in a road and, for homes, a flat: those of one building are told apart by it."""
        spots = self._scene.spots
        building = f"place % {len(spots)}" if spots else "place"
        floor = f"(1 + place // {len(spots)})" if spots else f"(1 + {_of('place', 32, 6)})"
        house = f"{self._town()} || {_one_of(ROADS, building, 5)} || (1 + {_of(building, 400, 7)}) || '号'"
        return (
            f"{house} || {floor} || '-' || (1 + {_of('place', 8, 8)})"
            if column.personal
            else f"{house} || '附' || {floor} || '号'"
        )

    def _town(self) -> str:
        spots = self._scene.spots
        return self._spot([one.town for one in spots]) if spots else _one_of(self._scene.towns, "place", 4)

    def _spot(self, values: Sequence[str]) -> str:
        return f"({literal(tuple(values))})[1 + place % {len(values)}]"

    def _number(self, place: int, column: Column) -> str:
        for lon, lat in self._inside:
            if column.code in (lon, lat):
                if self._scene.spots:
                    return self._spot(
                        [f"{one.lon if column.code == lon else one.lat:.6f}" for one in self._scene.spots]
                    )
                west, south, east, north = self._scene.box
                least, most = (west, east) if column.code == lon else (south, north)
                return f"printf('%.6f', {least + (most - least) * 0.02} + {(most - least) * 0.96 / 10_000} * {_of('place', 10_000, 9 + (column.code == lat))})"
        least = column.least if column.least is not None else 0.0
        most = column.most if column.most is not None else least + 1000
        if column.kind == "integer":
            return f"cast({int(least)} + {self._draw(place, max(1, int(most - least) + 1))} as varchar)"
        share = f"{self._draw(place, 1000)} / 1000.0"
        if self._until is not None:  # as measurements and sums of money are: far below what a contract still believes
            share = f"pow({share}, {STEEP})"
        return f"cast(round({least} + {most - least} * {share}, 2) as varchar)"

    def _cell(self, place: int, column: Column) -> str:
        """The text of a cell as it stands in the file: broken where this row breaks its column, else now and then unusual."""
        right = quoted("right:" + column.code)
        cases = [f"when f = {n} then {wrong}" for n, wrong in self._wrong(column)]
        draw = self._draw(place, 64, 6)
        if (self._dataset.code, column.code) in self._scene.gone:
            cases.append(f"when f = -1 and {_of('place', STAYS, 11)} > 0 then ''")
        if not column.required and column.code not in self._dataset.key:
            cases += [
                f"when f = -1 and {draw} < 3 then {literal(mark)}" for mark in (self._dataset.missing or ("",))[:1]
            ]
        if column.kind == "date":
            cases.append(
                f"when {draw} = 4 then replace({right}, '-', '/') when {draw} = 5 then replace({right}, '-', '')"
            )
        elif column.kind == "text" and "address" in column.code:
            cases.append(f"when {draw} < 8 then '\"' || {right} || ',一楼\"'")
        else:
            cases.append(f"when {draw} = 4 then ' ' || {right} || ' '")
        if column.upper:
            cases.append(f"when {draw} = 5 then lower({right})")
        return f"case {' '.join(cases)} else {right} end"

    def _wrong(self, column: Column) -> list[tuple[int, str]]:
        """For rules that are about the column, what stands there in rows that break them."""
        right = quoted("right:" + column.code)
        wrong = {
            "required": "''", "code": "'zz9'", "phone": "'12345'", "type": "'2023-02-30'" if column.kind in ("date", "time") else "'1.2.3'",
            "range": literal(f"{(column.most + 1 if column.most is not None else (column.least or 0) - 1):.0f}"),
            "id_card": f"left({right}, 17) || (case when {right} like '%5' then '6' else '5' end)",
            "credit_code": f"left({right}, 17) || (case when {right} like '%5' then '6' else '5' end)",
        }  # fmt: skip
        found = [(n, wrong[check]) for check in wrong if (n := self._broken.get(f"{check}({column.code})")) is not None]
        outside = [self._broken.get(f"inside({lon},{lat})") for lon, lat in self._inside if column.code == lon]
        return found + [(n, literal(f"{self._scene.box[0] - 1:.4f}")) for n in outside if n is not None]


def _people(others: Others) -> int:
    """How many there are in the register of people: what others refer to by an identity number."""
    referred = [(rule.dataset, rule.to) for one, _ in others.values() for rule in one.rules if rule.check == "known"]
    for code, to in referred:
        other, count = others.get(code, (None, 0))
        if other is not None and any(rule.check == "id_card" and rule.columns == to for rule in other.rules):
            return count
    return 0


def _card_of(thing: str) -> str:
    return f"({thing} * {STRIDE}) % {CARDS}"


def _of(number: str, most: int, salt: int) -> str:
    """A number from 0 to before `most` that is the same in every batch, for one person or place."""
    return f"(hash(({number}) * 64 + {salt}) % {most})::bigint"


def _one_of(values: Sequence[str], number: str, salt: int) -> str:
    return f"({literal(tuple(values))})[1 + {_of(number, len(values), salt)}]"


def _digits(drawn: str, division: str) -> str:
    """17 digits: a division, a day of birth from 1935 on, a number."""
    day = f"(date '1935-01-01' + cast({drawn} % {BORN_DAYS} as integer))"
    date = f"(year({day}) * 10000 + month({day}) * 100 + day({day}))"
    area = f"({int(division)} + {drawn} // {BORN_DAYS * 1000})"
    return f"({area} * 100000000000 + {date} * 1000 + ({drawn} // {BORN_DAYS}) % 1000)"


def _credit(thing: str, division: str) -> str:
    """A social credit code: seven letters of it say which, the last one checks."""
    letters = [f"(({thing} * {STRIDE} % {31**6}) // {31**n} % 31)" for n in range(6)]
    begin = f"91{division}MA0"
    known = sum(CREDIT_LETTERS.index(c) * w for c, w in zip(begin, CREDIT_WEIGHTS, strict=False))
    weights = CREDIT_WEIGHTS[len(begin) :]
    sum_ = " + ".join([str(known), *(f"{one} * {weight}" for one, weight in zip(letters, weights, strict=True))])
    each = " || ".join(f"substr({literal(CREDIT_LETTERS)}, 1 + {one}, 1)" for one in letters)
    return f"{literal(begin)} || {each} || substr({literal(CREDIT_LETTERS)}, 1 + (31 - ({sum_}) % 31) % 31, 1)"


def _product(sizes: Sequence[int]) -> int:
    found = 1
    for one in sizes:
        found *= one
    return found

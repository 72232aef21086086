"""Steps that make cells of different sources comparable before they are linked: each a value with its words and examples.

A step is an expression over the cell before it, so that any engine of the lake can run it. Nothing is run here.
"""

from collections.abc import Callable, Mapping, Sequence

import msgspec

from northbank.core.chinese import (
    AFTER_NUMERALS,
    AREAS,
    BEFORE_NUMERALS,
    BUILDING,
    DIGITS,
    DISTRICT,
    FLOOR,
    NUMBER,
    NUMERALS,
    OFFICE,
    OFFICE_NAMES,
    OFFICES,
    PLACE,
    PUNCTUATION,
    ROAD,
    ROOM,
    SIMPLIFIED,
    TOWN,
    TRADITIONAL,
    UNIT,
)
from northbank.core.expression import Expression, call
from northbank.core.name import Name

Make = Callable[[Expression], Expression]
Examples = tuple[tuple[str, str], ...]

WIDE = "".join(chr(n) for n in range(0xFF01, 0xFF5F)) + "\u3000"
NARROW = "".join(chr(n) for n in range(0x21, 0x7F)) + " "
LEGAL_FORMS = "INC|INCORPORATED|L ?L ?C|LTD|LIMITED|CORP|CORPORATION|CO|COMPANY|L ?L ?P|L ?P|PLC|NFP|GMBH|AG|SA|BV"
STREET_TYPES = "ST|STREET|AVE|AVENUE|RD|ROAD|BLVD|BOULEVARD|DR|DRIVE|PKWY|PARKWAY|PL|PLACE|CT|COURT|LN|LANE|TER|TERRACE|SQ|SQUARE|PLZ|PLAZA|HWY|HIGHWAY|WAY|XR|XRD|ROW|CIR"
# The words behind the house numbers (a range has two), up to the type of the street or a word with a digit.
STREET = rf"^[0-9]{{1,6}}(?: [0-9]{{1,6}}){{0,3}} ((?:[NSEW] )?[A-Z0-9]+(?: [A-Z]+){{0,6}}?)(?: (?:{STREET_TYPES})(?: .*)?| [A-Z]*[0-9].*)?\z"


class Cleaner(msgspec.Struct, frozen=True):
    """One step. examples: a cell and what becomes of it; tests hold every engine against them."""

    code: str
    name: Name
    make: Make
    examples: Examples


def _wide(cell: Expression) -> Expression:
    return call("translate", cell, WIDE, NARROW)


def _forms(cell: Expression, forms: Sequence[tuple[str, str]]) -> Expression:
    """Each pattern becomes what stands beside it, one after the other."""
    for pattern, by in forms:
        cell = call("replace_all", cell, pattern, by)
    return cell


def _numerals(cell: Expression) -> Expression:
    return call("translate", _forms(cell, NUMERALS), *DIGITS)


def _address(cell: Expression) -> Expression:
    """One way of writing an address, whatever was meant by marks, remarks in brackets and words for buildings, floors and rooms."""
    plain = call("translate", call("upper", _wide(cell)), TRADITIONAL, SIMPLIFIED)
    return _forms(_numerals(_forms(plain, BEFORE_NUMERALS)), AFTER_NUMERALS)


def _road(cell: Expression) -> Expression:
    return call("extract", _forms(cell, (OFFICES, (OFFICE_NAMES, OFFICE))), ROAD)


def _area(pattern: str) -> Make:
    """A part of an address by a pattern that knows street offices by their sign. What follows the name of a city is not of it."""

    def make(cell: Expression) -> Expression:
        found = call("extract", call("replace_all", cell, *OFFICES), pattern)
        return call("replace_all", call("replace_all", found, r"市.+\z", "市"), OFFICE, "街道")

    return make


def _phone(cell: Expression) -> Expression:
    """Digits only, without the country's or a long-distance 0 before a mobile number."""
    digits = call("replace_all", _wide(cell), "[^0-9]", "")
    return call("replace", digits, r"^(0086|86|0)?(1[3-9][0-9]{9})\z", r"\2")


def _organization(cell: Expression) -> Expression:
    """The name without its legal form and without what stands in brackets, which sources write or leave out at will."""
    bare = call("replace_all", _wide(cell), r"\([^()]*\)", "")
    return call("replace_all", bare, r"(集团)?(股份)?(有限责任|有限)?公司\z|个体工商户\z|(农民)?专业合作社\z", "")


def _words(cell: Expression) -> Expression:
    """Latin words: capitals, no marks, one blank between words."""
    plain = call("replace_all", call("upper", _wide(cell)), "['.,]", "")
    return call("replace_all", call("replace_all", plain, "[^A-Z0-9]+", " "), r"^ | \z", "")


def _firm(cell: Expression) -> Expression:
    """Latin words without `the` before them and legal forms behind; other words must be left."""
    return call("replace_all", call("replace_all", cell, "^THE ", ""), rf"(?: (?:{LEGAL_FORMS})){{1,4}}\z", "")


def _part(pattern: str) -> Make:
    return lambda cell: call("extract", cell, pattern)


CLEANERS: Mapping[str, Cleaner] = {
    one.code: one
    for one in (
        Cleaner("width", Name("全角转半角", "full-width characters to plain ones"), _wide, (("Ａ１２　", "A12 "),)),
        Cleaner("upper", Name("转大写", "capitals"), lambda cell: call("upper", cell), (("ab1x", "AB1X"),)),
        Cleaner("simplify", Name("繁体转简体", "simplified characters"), lambda cell: call("translate", cell, TRADITIONAL, SIMPLIFIED), (("張偉國", "张伟国"),)),
        Cleaner("bare", Name("去空格和标点", "without blanks and punctuation"), lambda cell: call("replace_all", cell, PUNCTUATION, ""), (("阿依·古丽 （女）", "阿依古丽女"), ("3-2#", "32"))),
        Cleaner("numerals", Name("中文数字转阿拉伯数字", "Chinese numerals as digits"), _numerals, (("二十三号", "23号"), ("一百零五栋十二楼", "105栋12楼"), ("一百二十号", "120号"), ("二百号三十", "200号30"))),
        Cleaner("id_no", Name("证件号", "identity number"), lambda cell: call("replace_all", call("upper", _wide(cell)), "[^0-9A-Z]", ""), ((" 110105 19491231002x", "11010519491231002X"),)),
        Cleaner("phone", Name("电话号", "phone number"), _phone, (("+86 138-0013-8000", "13800138000"), ("013800138000", "13800138000"), ("023-6789 0123", "02367890123"))),
        Cleaner("organization", Name("单位名称", "name of an organization"), _organization, (("北岸好味餐饮有限公司", "北岸好味餐饮"), ("长江（北岸）面馆", "长江面馆"), ("大江科技股份有限公司", "大江科技"))),
        Cleaner("area", Name("去掉名称前的地名", "name without the areas before it"), lambda cell: call("replace_all", cell, AREAS, r"\1"), (("大江市北岸区鑫盛商贸", "鑫盛商贸"), ("惠民超市", "惠民超市"), ("北岸区", "北岸区"))),
        Cleaner("words", Name("拉丁文词语", "Latin words"), _words, (("Joe's  Bar & Grill, Inc.", "JOES BAR GRILL INC"),)),
        Cleaner("firm", Name("去掉拉丁文公司形式", "Latin words without the legal form"), _firm, (("THE PUBLIC HOUSE INC", "PUBLIC HOUSE"), ("K G GOURMET L L C", "K G GOURMET"), ("INC", "INC"))),
        Cleaner("street_number", Name("拉丁文地址的门牌号", "house number of Latin words"), _part("^([0-9]{1,6})"), (("2114 2118 S WABASH AVE", "2114"), ("OHARE", ""))),
        Cleaner("street", Name("拉丁文地址的街道", "street of Latin words"), _part(STREET), (("2114 2118 S WABASH AVE CHICAGO IL", "S WABASH"), ("809 E 63RD ST 1ST", "E 63RD"), ("3352 N BROADWAY 1", "N BROADWAY"), ("6100 S DR MARTIN LUTHER KING JR DR", "S DR MARTIN LUTHER KING JR"))),
        Cleaner("digits", Name("只留数字", "digits only"), lambda cell: call("replace_all", cell, "[^0-9]", ""), (("A-12/3", "123"),)),
        Cleaner("first", Name("第一个字", "first character"), lambda cell: call("part", cell, 1, 1), (("张伟", "张"),)),
        Cleaner("three", Name("前三个字", "first three characters"), lambda cell: call("part", cell, 1, 3), (("neumann", "neu"),)),
        Cleaner("text", Name("转为文本", "as text"), lambda cell: call("as_text", cell), (("7", "7"),)),
        Cleaner("address", Name("地址统一写法", "one way of writing an address"), _address, (("重慶市北岸區建新路１２號（临街）三幢２單元五楼", "重庆市北岸区建新路12号3栋2单元5层"), ("滨江花园8-2-501", "滨江花园8栋2单元501室"), ("建新路二十号3#1201", "建新路20号3栋1201室"))),
        # Parts of an address that `address`, or `width`, `bare` and `numerals`, have passed over.
        Cleaner("district", Name("区县", "district or county"), _area(DISTRICT), (("重庆市北岸区桥头街道12号", "北岸区"), ("桥头社区建新路", ""))),
        Cleaner("town", Name("街道乡镇", "street office or town"), _area(TOWN), (("重庆市北岸区桥头街道建新路12号", "桥头街道"), ("建新路12号", ""))),
        Cleaner("road", Name("道路", "road"), _road, (("重庆市北岸区桥头街道建新路12号", "建新路"), ("滨江大道8号3栋", "滨江大道"))),
        Cleaner("number", Name("门牌号", "house number"), _part(NUMBER), (("建新路12号3栋", "12"), ("建新路12号附2号", "12"))),
        Cleaner("building", Name("楼栋", "building"), _part(BUILDING), (("建新路12号3栋2单元", "3"), ("建新路12号A栋", "A"))),
        Cleaner("unit", Name("单元", "entrance"), _part(UNIT), (("3栋2单元501室", "2"),)),
        Cleaner("floor", Name("楼层", "floor"), _part(FLOOR), (("3栋5层", "5"),)),
        Cleaner("room", Name("室", "room"), _part(ROOM), (("3栋2单元501室", "501"), ("3栋2单元501", "501"))),
        Cleaner("place", Name("小区、楼宇、单位", "estate, building or firm"), lambda cell: _forms(cell, PLACE), (("重庆市北岸区桥头街道建新路12号滨江花园3栋2单元501室", "滨江花园"), ("建新路12号", ""))),
    )
}  # fmt: skip


def cleaned(cell: Expression, steps: Sequence[str]) -> Expression:
    """A cell after some steps; null where nothing is left of it."""
    for step in steps:
        cell = CLEANERS[step].make(cell)
    return call("if", call("not", call("equal", cell, "")), cell) if steps else cell

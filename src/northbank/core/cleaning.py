"""Steps that make cells of different sources comparable before they are linked: each a value with its words and examples.

A step is an expression over the cell before it, so that any engine of the lake can run it. Nothing is run here.
"""

from collections.abc import Callable, Mapping, Sequence

import msgspec

from northbank.core.expression import Expression, call
from northbank.core.name import Name

Make = Callable[[Expression], Expression]
Examples = tuple[tuple[str, str], ...]

WIDE = "".join(chr(n) for n in range(0xFF01, 0xFF5F)) + "\u3000"
NARROW = "".join(chr(n) for n in range(0x21, 0x7F)) + " "
# Frequent in names of persons, firms and places; whoever needs all of them converts before collecting.
TRADITIONAL = (
    "張陳劉楊趙黃吳孫馬羅鄭謝許韓馮鄧葉蔣盧賈範蘇呂丁閻鐘鍾譚廖鄒陸龍萬賀顧龔邵錢湯黎湯嚴倪溫華麗偉國慶軍剛強東寶學"
    "濤遠興會員責業區縣鎮鄉街號樓棟單門場廣電機車站園醫務貿實際銀術建設農產橋頭麵館飯飲茶書藥業灣嶺陽陰長東"
)
SIMPLIFIED = (
    "张陈刘杨赵黄吴孙马罗郑谢许韩冯邓叶蒋卢贾范苏吕丁阎钟钟谭廖邹陆龙万贺顾龚邵钱汤黎汤严倪温华丽伟国庆军刚强东宝学"
    "涛远兴会员责业区县镇乡街号楼栋单门场广电机车站园医务贸实际银术建设农产桥头面馆饭饮茶书药业湾岭阳阴长东"
)
PUNCTUATION = r"[\s·•・．.,，。、;；:：'\x22“”‘’()（）\[\]【】<>《》#＃_/\\*!！?？&-]+"
LEGAL_FORMS = "INC|INCORPORATED|L ?L ?C|LTD|LIMITED|CORP|CORPORATION|CO|COMPANY|L ?L ?P|L ?P|PLC|NFP|GMBH|AG|SA|BV"
STREET_TYPES = "ST|STREET|AVE|AVENUE|RD|ROAD|BLVD|BOULEVARD|DR|DRIVE|PKWY|PARKWAY|PL|PLACE|CT|COURT|LN|LANE|TER|TERRACE|SQ|SQUARE|PLZ|PLAZA|HWY|HIGHWAY|WAY|XR|XRD|ROW|CIR"
# The words behind the house numbers (a range has two), up to the type of the street or a word with a digit.
STREET = rf"^[0-9]+(?: [0-9]+)* ((?:[NSEW] )?[A-Z0-9]+(?: [A-Z]+)*?)(?: (?:{STREET_TYPES})(?: .*)?| [A-Z]*[0-9].*)?\z"
NUMERAL = "[一二三四五六七八九]"


class Cleaner(msgspec.Struct, frozen=True):
    """One step. examples: a cell and what becomes of it; tests hold every engine against them."""

    code: str
    name: Name
    make: Make
    examples: Examples


def _wide(cell: Expression) -> Expression:
    return call("translate", cell, WIDE, NARROW)


def _numerals(cell: Expression) -> Expression:
    """Tens and hundreds are spelled out digit by digit first; noughts stay Chinese until then, so that no group is misread."""
    d = NUMERAL
    steps = (
        (f"({d})百({d})十({d})", r"\1\2\3"), (f"({d})百({d})十", r"\1\2〇"), (f"({d})百[零〇]({d})", r"\1〇\2"),
        (f"({d})百", r"\1〇〇"), (f"({d})十({d})", r"\1\2"), (f"({d})十", r"\1〇"), (f"十({d})", r"一\1"), ("十", "一〇"),
    )  # fmt: skip
    for pattern, by in steps:
        cell = call("replace_all", cell, pattern, by)
    return call("translate", cell, "零〇一二三四五六七八九", "00123456789")


def _phone(cell: Expression) -> Expression:
    """Digits only, without the country's or a long-distance 0 before a mobile number."""
    digits = call("replace_all", _wide(cell), "[^0-9]", "")
    return call("replace", digits, "^(0086|86|0)?(1[3-9][0-9]{9})$", r"\2")


def _organization(cell: Expression) -> Expression:
    """The name without its legal form and without what stands in brackets, which sources write or leave out at will."""
    bare = call("replace_all", _wide(cell), r"\([^()]*\)", "")
    return call("replace_all", bare, "(集团)?(股份)?(有限责任|有限)?公司$|个体工商户$|(农民)?专业合作社$", "")


def _words(cell: Expression) -> Expression:
    """Latin words: capitals, no marks, one blank between words."""
    plain = call("replace_all", call("upper", _wide(cell)), "['.,]", "")
    return call("replace_all", call("replace_all", plain, "[^A-Z0-9]+", " "), "^ | $", "")


def _firm(cell: Expression) -> Expression:
    """Latin words without `the` before them and legal forms behind; other words must be left."""
    return call("replace_all", call("replace_all", cell, "^THE ", ""), rf"(?: (?:{LEGAL_FORMS}))+\z", "")


def _part(pattern: str) -> Make:
    return lambda cell: call("extract", cell, pattern)


# What stands before the part that is looked for: administrative names end at the first of their endings.
DIVISIONS = "(?:[^0-9]{2,8}?(?:省|自治区))?(?:[^0-9]{2,8}?市)?(?:[^0-9]{1,8}?(?:区|县))?"
TOWN = "[^0-9区县]{2,6}?(?:街道|镇|乡)"
ROAD = "(?:[^0-9区县镇乡号栋幢]|街道)*?([^0-9区县镇乡号]{1,8}?[0-9]*(?:大道|大街|路|街|巷|弄|胡同)(?:[0-9东西南北中一二三]段)?(?:[0-9]+[支巷弄])?)"

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
        Cleaner("words", Name("拉丁文词语", "Latin words"), _words, (("Joe's  Bar & Grill, Inc.", "JOES BAR GRILL INC"),)),
        Cleaner("firm", Name("去掉拉丁文公司形式", "Latin words without the legal form"), _firm, (("THE PUBLIC HOUSE INC", "PUBLIC HOUSE"), ("K G GOURMET L L C", "K G GOURMET"), ("INC", "INC"))),
        Cleaner("street_number", Name("拉丁文地址的门牌号", "house number of Latin words"), _part("^([0-9]+)"), (("2114 2118 S WABASH AVE", "2114"), ("OHARE", ""))),
        Cleaner("street", Name("拉丁文地址的街道", "street of Latin words"), _part(STREET), (("2114 2118 S WABASH AVE CHICAGO IL", "S WABASH"), ("809 E 63RD ST 1ST", "E 63RD"), ("3352 N BROADWAY 1", "N BROADWAY"), ("6100 S DR MARTIN LUTHER KING JR DR", "S DR MARTIN LUTHER KING JR"))),
        Cleaner("digits", Name("只留数字", "digits only"), lambda cell: call("replace_all", cell, "[^0-9]", ""), (("A-12/3", "123"),)),
        Cleaner("first", Name("第一个字", "first character"), lambda cell: call("part", cell, 1, 1), (("张伟", "张"),)),
        Cleaner("three", Name("前三个字", "first three characters"), lambda cell: call("part", cell, 1, 3), (("neumann", "neu"),)),
        Cleaner("text", Name("转为文本", "as text"), lambda cell: call("as_text", cell), (("7", "7"),)),
        # Parts of an address that width, bare and numerals have passed over.
        Cleaner("district", Name("区县", "district or county"), _part("([^0-9省市]{1,6}?(?:区|县))"), (("重庆市北岸区桥头街道12号", "北岸区"),)),
        Cleaner("town", Name("街道乡镇", "street office or town"), _part(f"^{DIVISIONS}([^0-9区县]{{2,6}}?(?:街道|镇|乡))"), (("重庆市北岸区桥头街道建新路12号", "桥头街道"), ("建新路12号", ""))),
        Cleaner("road", Name("道路", "road"), _part(f"^{DIVISIONS}(?:{TOWN})?{ROAD}"), (("重庆市北岸区桥头街道建新路12号", "建新路"), ("滨江大道8号3栋", "滨江大道"))),
        Cleaner("number", Name("门牌号", "house number"), _part("([0-9]+(?:附[0-9]+)?)号(?:院)?(?:[^楼]|$)"), (("建新路12号3栋", "12"), ("建新路12号附2号", "12"), ("3号楼2单元", ""))),
        Cleaner("building", Name("楼栋", "building"), _part("([0-9A-Z]+)(?:栋|幢|座|号楼)"), (("建新路12号3栋2单元", "3"), ("建新路12号5号楼", "5"))),
        Cleaner("unit", Name("单元", "entrance"), _part("([0-9A-Z]+)单元"), (("3栋2单元501室", "2"),)),
        Cleaner("room", Name("室", "room"), _part("([0-9]+)(?:室|房|户)?$"), (("3栋2单元501室", "501"), ("3栋2单元501", "501"))),
    )
}  # fmt: skip


def cleaned(cell: Expression, steps: Sequence[str]) -> Expression:
    """A cell after some steps; null where nothing is left of it."""
    for step in steps:
        cell = CLEANERS[step].make(cell)
    return call("if", call("at_least", cell, " "), cell) if steps else cell

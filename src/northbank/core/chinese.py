"""How Chinese names, numerals and addresses are written: tables of characters, and patterns with what they become. Steps are in cleaning.py.

Every pattern must mean the same to RE2 and to Java: no looking around, `\\z` instead of `$`, no class but those spelled out;
and none may repeat without end before something else, or a long cell would take Java very long.
"""

# Frequent in names of persons, firms and places; whoever needs all of them converts before collecting.
TRADITIONAL = (
    "張陳劉楊趙黃吳孫馬羅鄭謝許韓馮鄧葉蔣盧賈範蘇呂丁閻鐘鍾譚廖鄒陸龍萬賀顧龔邵錢湯黎湯嚴倪溫華麗偉國慶軍剛強東寶學"
    "濤遠興會員責業區縣鎮鄉街號樓棟單門場廣電機車站園醫務貿實際銀術建設農產橋頭麵館飯飲茶書藥業灣嶺陽陰長東辦處莊衛濱蘭興龍"
)
SIMPLIFIED = (
    "张陈刘杨赵黄吴孙马罗郑谢许韩冯邓叶蒋卢贾范苏吕丁阎钟钟谭廖邹陆龙万贺顾龚邵钱汤黎汤严倪温华丽伟国庆军刚强东宝学"
    "涛远兴会员责业区县镇乡街号楼栋单门场广电机车站园医务贸实际银术建设农产桥头面馆饭饮茶书药业湾岭阳阴长东办处庄卫滨兰兴龙"
)
BLANKS = " \t\n\x0b\x0c\r\xa0\u3000"  # spelled out: engines differ on what a blank is
MARKS = r"·•・．.,，。、;；:：'\x22“”‘’()（）\[\]【】<>《》＃_/\\*!！?？&"
PUNCTUATION = f"[{BLANKS}{MARKS}#-]+"
# Tens and hundreds are spelled out digit by digit first; noughts stay Chinese until then, so that no group is misread.
_D = "[一二三四五六七八九]"
NUMERALS = (
    (f"({_D})百({_D})十({_D})", r"\1\2\3"), (f"({_D})百({_D})十", r"\1\2〇"), (f"({_D})百[零〇]({_D})", r"\1〇\2"),
    (f"({_D})百", r"\1〇〇"), (f"({_D})十({_D})", r"\1\2"), (f"({_D})十", r"\1〇"), (f"十({_D})", r"一\1"), ("十", "一〇"),
)  # fmt: skip
DIGITS = ("零〇一二三四五六七八九", "00123456789")

# Names of areas before the name of a firm, of which two characters must be left.
AREAS = r"^(?:[^0-9A-Z省市区县]{1,5}(?:省|[^超省市区县]市|[^小社业园超省市区县]区|县)){1,3}([^省市区县].+)\z"
# Addresses. What is said in many ways becomes one: a building 栋, a floor 层, a room 室; numbers alone get the words that they lack.
BEFORE_NUMERALS = (
    (r"\([^()]*\)|\[[^\[\]]*\]", ""),
    ("[~—–－]+", "-"),
    (f"[{BLANKS}{MARKS}]+", ""),
)
AFTER_NUMERALS = (
    ("#|号楼|号栋|幢|橦|座", "栋"), ("栋楼", "栋"), ("([0-9])(?:楼|F)", r"\1层"), ("单元门|门洞", "单元"), ("([0-9])号院", r"\1号"),
    ("([0-9])(?:房间|房|户)", r"\1室"), ("弄([0-9]{1,6})号", r"弄\1栋"), ("([栋层元室])-", r"\1"),
    (r"([路街巷]|大道)([0-9]{1,6}(?:-[0-9]{1,6})?)([^0-9A-Z号弄巷支路街组段栋层室-]|\z)", r"\1\2号\3"),
    (r"([^0-9A-Z-])([0-9A-Z]{1,12})-([0-9A-Z]{1,12})-([0-9A-Z]{1,12})[室号]?\z", r"\1\2栋\3单元\4室"),
    (r"栋([0-9A-Z]{1,12})-([0-9A-Z]{1,12})[室号]?\z", r"栋\1单元\2室"),
    (r"([^0-9A-Z-])([0-9A-Z]{1,12})-([0-9A-Z]{1,12})室?\z", r"\1\2栋\3室"),
    (r"([层元])([0-9A-Z]{1,12})[号室]?([^0-9A-Z栋层-]|\z)", r"\1\2室\3"),
    (r"([栋号])([0-9A-Z]{3,5})室?\z", r"\1\2室"),
)  # fmt: skip
# A street office is one character while its parts are looked for, so that the `street` in it is none.
OFFICE = "‖"
OFFICES = ("街道(?:办事处|办)?", OFFICE)
_A = f"[^0-9A-Z省市区县旗镇乡{OFFICE}]"  # of the name of an area
_W = f"[^0-9A-Z省市区县旗镇乡村号栋层室园社弄{OFFICE}-]"  # of the name of a way
OFFICE_NAMES = f"{_A}{{1,6}}{OFFICE}"  # may end as those of roads do
DISTRICT = f"^(?:[^0-9A-Z]{{0,10}}[省市])?({_A}{{1,5}}[^0-9A-Z小社业园发]区|{_A}{{1,5}}[县旗]|{_A}{{1,5}}市{_A}{{1,6}}[镇乡{OFFICE}])"
TOWN = f"({_A}{{1,6}}[镇乡{OFFICE}])"
ROAD = f"((?:[0-9]{1, 6}号?(?:大街|路|街)|[0-9]?{_W}{{1,8}}?[0-9]{{0,3}}(?:大道|大街|公路|路|街|巷|胡同))(?:[东西南北中0-9]段)?)"
NUMBER = r"(?:^|[^0-9A-Z栋层区元-])([0-9]{1,6}(?:-[0-9]{1,6})?(?:附[0-9]{1,6})?)[号弄]"
BUILDING = "([0-9A-Z]{1,12})栋"
UNIT = "([0-9A-Z]{1,12})单元"
FLOOR = "([0-9]{1,6})层"
ROOM = r"([0-9A-Z]{1,12})(?:室|\z)"
# What tells a place from others on its street: all that is no part above, and no way of saying where it lies.
PLACE = (
    (OFFICES[0], OFFICE),
    (f"^(?:[^0-9A-Z]{{0,10}}[省市])?(?:{_A}{{1,5}}[^0-9A-Z小社业园发]区|{_A}{{1,5}}[县旗市])?", ""),
    (f"{_A}{{1,6}}[镇乡{OFFICE}]", ""),
    (
        f"(?:[0-9]?{_W}{{1,8}}?[0-9]{{0,3}}(?:大道|大街|公路|路|街|巷|胡同)(?:[东西南北中0-9]段)?)(?:与|和)?(?:[0-9]{1, 6}(?:-[0-9]{1, 6})?(?:附[0-9]{1, 6})?[号弄])?",
        "",
    ),
    ("(?:附近|对面|旁边|旁|交叉口)?[东西南北]{1,2}(?:约)?[0-9]{1,6}米|交叉口|附近|对面|旁边", ""),
    ("附?[0-9A-Z]{1,12}(?:-[0-9A-Z]{1,12})?(?:栋|单元|层|室|号|弄)", ""),
)

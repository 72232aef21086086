"""Every refusal the system can give: a code, a sentence, and what to do next, in both languages.

One table, so that the API, the screens, the command line and the docs say the same words.
Only words live here; who refuses what is decided elsewhere.
"""

import re
from collections.abc import Mapping
from typing import Protocol, runtime_checkable

import msgspec

from northbank.core.refusal_data import DATA
from northbank.core.refusal_life import LIFE
from northbank.core.refusal_past import PAST
from northbank.core.refusal_share import SHARE

_COUNTED = re.compile(r"\{\w+:[^|{}]*\|([^{}]*)\}")


class Refused(Exception):
    """A command or query that was understood and turned down; nothing was changed by it.

    code: a key of REFUSALS. values: what fills the sentence's placeholders.
    """

    def __init__(self, code: str, /, **values: object) -> None:
        super().__init__(code)
        self.code = code
        self.values = values

    def __str__(self) -> str:
        return self.say()

    def say(self, language: str = "en") -> str:
        """The sentence in `language` ("zh" or anything else for English)."""
        words = REFUSALS[self.code]
        return (words.zh if language.startswith("zh") else words.en).format_map(_said(self.values, language))

    def advise(self, language: str = "en") -> str:
        """What to do next, in `language`."""
        words = REFUSALS[self.code]
        return (words.do_zh if language.startswith("zh") else words.do_en).format_map(_said(self.values, language))

    @property
    def status(self) -> int:
        """The HTTP status this refusal is answered with."""
        return REFUSALS[self.code].status


def _said(values: Mapping[str, object], language: str) -> "_Lenient":
    """Values that have names in both languages say the right one."""
    return _Lenient({k: _Shown(v.say(language) if isinstance(v, Says) else v) for k, v in values.items()})


@runtime_checkable
class Says(Protocol):
    """Something with a name in each language."""

    def say(self, language: str) -> str: ...


class _Shown(str):
    """A value in a sentence. `{n:day|days}` stands for the word alone, by the number: one day, two days."""

    def __format__(self, spec: str) -> str:
        one, either, many = spec.partition("|")
        return (one if self == "1" else many) if either else super().__format__(spec)


class _Lenient(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return _Shown(f"({key})")


def plainly(sentence: str) -> str:
    """A sentence of the table as it reads of several: for documents, where nothing is filled in."""
    return _COUNTED.sub(r"\1", sentence)


class Words(msgspec.Struct, frozen=True):
    """One refusal: HTTP status, sentence and advice in English and Chinese."""

    status: int
    en: str
    zh: str
    do_en: str
    do_zh: str


REFUSALS: Mapping[str, Words] = {
    **{code: Words(*one) for table in (LIFE, PAST, DATA, SHARE) for code, one in table.items()},
    # --- the request itself
    "malformed": Words(
        400,
        "The request could not be read: {why}",
        "请求无法读取：{why}",
        "Send valid UTF-8 JSON with the fields of the schema.",
        "请按接口说明发送有效的 UTF-8 JSON。",
    ),
    "invalid": Words(
        422,
        "A field is wrong: {why}",
        "字段有误：{why}",
        "Correct the field named and send again; nothing was stored.",
        "请更正所指字段后重新提交；未保存任何内容。",
    ),
    "too_large": Words(
        413,
        "The request is larger than {limit}.",
        "请求超过 {limit} 的上限。",
        "Send less, or smaller files.",
        "请减少内容或缩小文件。",
    ),
    "slow": Words(
        408,
        "The request did not arrive within {seconds} {seconds:second|seconds}.",
        "请求未在 {seconds} 秒内送达。",
        "Send it again over a better connection.",
        "请在网络较好时重新发送。",
    ),
    "media_type": Words(
        415,
        "This media type is not accepted here: {found}. Accepted: {allowed}.",
        "此处不接受该类型：{found}。可接受：{allowed}。",
        "Send one of the accepted types.",
        "请改用可接受的类型。",
    ),
    "photo_unreadable": Words(
        422,
        "Photo {name} could not be read as an image.",
        "照片 {name} 无法识别为图片。",
        "Send JPEG, PNG or WebP.",
        "请发送 JPEG、PNG 或 WebP。",
    ),
    "not_found": Words(
        404,
        "There is no such {what}, or it is not yours to see.",
        "没有该{what}，或您无权查看。",
        "Check the address or number.",
        "请核对地址或编号。",
    ),
    "method": Words(
        405,
        "This address does not take {method}.",
        "该地址不支持 {method}。",
        "Use one of: {allowed}.",
        "请使用：{allowed}。",
    ),
    "rate": Words(
        429,
        "Too many requests.",
        "请求过于频繁。",
        "Wait {seconds} {seconds:second|seconds} and try again.",
        "请等待 {seconds} 秒后重试。",
    ),
    "key_reused": Words(
        422,
        "This Idempotency-Key was used before for another request.",
        "该 Idempotency-Key 已用于另一请求。",
        "Use a new key for a new request.",
        "新请求请使用新的键。",
    ),
    "busy": Words(
        503,
        "The journal could not take this command just now.",
        "日志暂时无法写入。",
        "Send it again with the same Idempotency-Key; it will be stored once.",
        "请用同一 Idempotency-Key 重发，只会保存一次。",
    ),
    "broken": Words(
        500,
        "Something broke on our side.",
        "系统内部出错。",
        "Send it again with the same Idempotency-Key; tell the operator the time if it stays.",
        "请用同一 Idempotency-Key 重发；如仍出错，请将时间告知管理员。",
    ),
    "conflict": Words(
        409,
        "Somebody else changed this case first.",
        "该事件刚被他人更改。",
        "Reload it and decide again.",
        "请刷新后重新决定。",
    ),
    # --- who
    "signed_out": Words(401, "You are not signed in.", "您尚未登录。", "Sign in and try again.", "请登录后重试。"),
    "wrong_password": Words(
        401,
        "The login or the password is wrong.",
        "账号或密码错误。",
        "Try again, or ask your administrator for a new password.",
        "请重试，或联系管理员重置密码。",
    ),
    "forbidden": Words(
        403,
        "Your post ({role}) may not do this.",
        "您的岗位（{role}）不能执行此操作。",
        "Ask the district duty desk.",
        "请联系区值守席。",
    ),
    "cross_site": Words(
        403,
        "This request came from another site.",
        "该请求来自其他网站。",
        "Open Northbank in its own tab and try again.",
        "请在本系统页面内操作。",
    ),
    # --- place and type
    "outside": Words(
        422,
        "The point {lon}, {lat} lies outside {city}.",
        "坐标 {lon}, {lat} 不在{city}范围内。",
        "Check the point; longitude comes first in GeoJSON, latitude and longitude may be swapped.",
        "请核对坐标，经纬度可能写反。",
    ),
    "no_place": Words(
        422,
        "The report says neither a point nor an address.",
        "上报未写明坐标或地址。",
        "Say where it is: a point on the map, or an address in words.",
        "请说明地点：地图位置或文字地址。",
    ),
    "unknown_type": Words(
        422,
        "There is no event type {type}.",
        "没有事件类型 {type}。",
        "Use a code from the catalog, or leave it out and the duty desk will classify it.",
        "请使用目录中的代码，或留空由值守席分类。",
    ),
    "unknown_unit": Words(
        422,
        "There is no unit {unit} on that day.",
        "该日没有单位 {unit}。",
        "Choose a unit of the pack.",
        "请选择现有单位。",
    ),
    "unknown_source": Words(
        422, "There is no source {source}.", "没有来源 {source}。", "Use one of: {allowed}.", "请使用：{allowed}。"
    ),
    "future": Words(
        422,
        "The time {at} lies in the future.",
        "时间 {at} 在未来。",
        "Check the clock and the time zone of the sender.",
        "请核对发送方的时钟和时区。",
    ),
    "too_old": Words(
        422,
        "The time {at} lies before anything this center keeps.",
        "时间 {at} 过早。",
        "Check the year.",
        "请核对年份。",
    ),
    "no_calendar": Words(
        422,
        "The pack has no working calendar for {year}.",
        "城市包没有 {year} 年的工作日历。",
        "Add calendar/{year}.toml to the pack; nothing is guessed.",
        "请在城市包中补充 calendar/{year}.toml；系统不作猜测。",
    ),
    "not_running": Words(
        409,
        "The time limit of this stage ({stage}) has ended; it cannot be extended.",
        "该阶段（{stage}）的时限已结束，不能延期。",
        "Look at the case again; it has moved on.",
        "请重新查看该事件，其状态已变化。",
    ),
    "asked_too_late": Words(
        409,
        "An extension has to be asked for before the due time ({due}).",
        "延期须在截止时间（{due}）之前申请。",
        "Finish the work; the delay stays on record.",
        "请尽快办结；超期记录予以保留。",
    ),
    # --- proofs and readings
    "not_sealed": Words(
        409,
        "Entry {position} is not under a signed checkpoint yet.",
        "第 {position} 条日志尚未被签名检查点覆盖。",
        "Ask again in a minute; a checkpoint is signed every minute in which something happens.",
        "请一分钟后再试；有新记录时每分钟签发一次检查点。",
    ),
    "past_differs": Words(
        500,
        "The first {size} {size:entry|entries} of the journal {size:is not the one that was|are not those that were} signed; nothing more is signed.",
        "日志的前 {size} 条与已签名的不一致，不再签发检查点。",
        "Run `northbank audit verify`: it names the place. Restore the journal from the backup.",
        "请运行 northbank audit verify 查明位置，并从备份恢复日志。",
    ),
    "unknown_purpose": Words(
        422,
        "'{purpose}' is no purpose for reading personal data; they are: {allowed}.",
        "“{purpose}”不是查阅个人信息的用途；可选：{allowed}。",
        "Name one of these purposes, or leave it out for work on the case itself.",
        "请选用其中一种用途；办理本事件时可不填。",
    ),
    # --- records of a file
    "unreadable": Words(
        422,
        "The record could not be read: {why}.",
        "该记录无法读取：{why}。",
        "Correct the record in the file and import the file again; what is in already stays once.",
        "请更正文件中的该记录后重新导入；已导入的不会重复。",
    ),
    "missing": Words(
        422,
        "The record does not say {field}.",
        "该记录缺少 {field}。",
        "Fill the column, or name another column for it in the map.",
        "请补全该列，或在映射中指定其他列。",
    ),
    "unmapped": Words(
        422,
        "The map does not say what the {field} {found} is here.",
        "映射未说明 {field} “{found}” 对应什么。",
        "Add it to [{table}] in the map and import the file again.",
        "请在映射的 [{table}] 中补充后重新导入。",
    ),
    "no_time": Words(
        422,
        "The time {field} is in none of the formats {formats}.",
        "{field} 的时间格式不在 {formats} 之中。",
        "Add the format to `times` in the map, or correct the record.",
        "请在映射的 times 中补充格式，或更正记录。",
    ),
    "no_number": Words(422, "{field} is not a number.", "{field} 不是数字。", "Correct the record.", "请更正该记录。"),
    "too_long": Words(
        422,
        "{field} is longer than {limit} {limit:character|characters}.",
        "{field} 超过 {limit} 个字符。",
        "Shorten it, or map another column.",
        "请缩短内容，或映射其他列。",
    ),
    "ends_before": Words(
        422,
        "It ends at {at}, before it was reported at {since}.",
        "结束时间 {at} 早于上报时间 {since}。",
        "Correct the record.",
        "请更正该记录。",
    ),
    "swapped": Words(
        422,
        "The point {lon}, {lat} lies outside {city}; with longitude and latitude exchanged it would lie inside.",
        "坐标 {lon}, {lat} 不在{city}范围内；经纬度对调后则在范围内。",
        "Exchange the two columns in the map, or correct the record.",
        "请在映射中对调两列，或更正该记录。",
    ),
    "repeated": Words(
        422,
        "The number {external} came before in this file, in line {line}.",
        "编号 {external} 在本文件第 {line} 行已出现。",
        "Keep the right one of the two records.",
        "请保留两条记录中正确的一条。",
    ),
    # --- the life cycle
    "wrong_state": Words(
        409,
        "“{act}” is not possible while the case is {state}.",
        "“{state}”状态的事件不能执行“{act}”。",
        "Possible now: {allowed}.",
        "当前可执行：{allowed}。",
    ),
    "not_yours": Words(
        403,
        "This case is with {owner}, not with your unit.",
        "该事件由{owner}承办，不在本单位。",
        "Ask the duty desk to dispatch it to you.",
        "请联系值守席分拨给本单位。",
    ),
    "may_not_return": Words(
        409,
        "Routing row {row} does not let its owner return this case.",
        "分拨规则 {row} 不允许承办单位退回。",
        "Handle it, or ask the duty desk to dispatch it elsewhere.",
        "请处置，或请值守席分拨给其他单位。",
    ),
    "taken_back": Words(
        409,
        "{unit} may not be given this case: routing row {row} says that the level above took the matter back ({basis}).",
        "不能分拨给{unit}：分拨规则 {row} 载明该事项已由上级收回（{basis}）。",
        "Dispatch it to a unit of the district.",
        "请分拨给区级单位。",
    ),
    "unknown_attribute": Words(
        422,
        "Reports of this type do not say '{attribute}'; they may say: {allowed}.",
        "该类型不填写“{attribute}”；可填写：{allowed}。",
        "Leave it out, or choose the type it belongs to; nothing was stored.",
        "请去掉该项或改选所属类型；未保存任何内容。",
    ),
    "attribute_value": Words(
        422,
        "'{attribute}' cannot be {value}; it is {allowed}.",
        "“{attribute}”不能为 {value}；应为：{allowed}。",
        "Correct the value and send again; nothing was stored.",
        "请更正后重新提交；未保存任何内容。",
    ),
    "reason_needed": Words(
        422,
        "This act needs a reason.",
        "此操作需要填写理由。",
        "Write one sentence and send again.",
        "请写明理由后重新提交。",
    ),
    "before_report": Words(
        422,
        "The time {at} lies before the case was reported.",
        "时间 {at} 早于事件上报时间。",
        "Check the clock of the sender, or leave the time out.",
        "请核对发送方的时钟，或不填写时间。",
    ),
    "unplaced": Words(
        409, "The case has no place yet.", "该事件尚未定位。", "Place it on the map first.", "请先在地图上定位。"
    ),
    "untyped": Words(409, "The case has no type yet.", "该事件尚未分类。", "Choose a type first.", "请先选择类型。"),
    "same_owner": Words(
        409, "The case is already with {owner}.", "该事件已由{owner}承办。", "Choose another unit.", "请选择其他单位。"
    ),
    "too_few_examples": Words(
        422,
        "{found} {found:case|cases} with words and a type {found:is|are} too few to learn from; {needed} are needed, {each} of each of two types.",
        "可学习的事件（有文字且有类型）仅 {found} 件；至少需要 {needed} 件，且至少两种类型各 {each} 件。",
        "Train again when more cases are closed, or give a labelled file with --file and --map.",
        "待更多事件办结后再训练，或用 --file 和 --map 提供已标注的文件。",
    ),
    # --- people
    "vault_key": Words(
        500,
        "The key of this vault does not open this subject.",
        "保险库密钥无法打开该主体。",
        "Restore the vault.key that belongs to this database; nothing was changed.",
        "请恢复与该数据库匹配的 vault.key；数据未被更改。",
    ),
    "tampered": Words(
        500,
        "Sealed words of this subject were changed outside the system and cannot be opened.",
        "该主体的加密内容在系统之外被改动，无法打开。",
        "Tell the operator: the table `secret` must be restored from the backup.",
        "请告知管理员：需从备份恢复 secret 表。",
    ),
    "already_reported": Words(
        409,
        "This report is known already as {number}.",
        "该上报已登记，编号 {number}。",
        "Follow that case; nothing was stored twice.",
        "请跟踪该事件，未重复保存。",
    ),
    "erased": Words(
        410,
        "The personal data of this subject was erased on request.",
        "该主体的个人信息已按要求删除。",
        "The case itself remains, without the person.",
        "事件本身保留，不含个人信息。",
    ),
}

"""Refusals as RFC 9457 problem documents, in the reader's language.

Every 4xx and 5xx of the API passes through here. No rule and no policy lives here.
"""

from http import HTTPStatus

import msgspec

from northbank.core.refusal import REFUSALS, Refused
from northbank.shell.web.wire import Reply, Scope, header

TYPE = "/api/problems#"
MEDIA = b"application/problem+json"
_TITLES_ZH = {
    400: "请求无法读取",
    401: "未登录",
    403: "无权限",
    404: "不存在",
    405: "方法不支持",
    406: "格式不支持",
    408: "请求超时",
    409: "与当前状态冲突",
    410: "已删除",
    413: "请求过大",
    415: "媒体类型不支持",
    422: "内容有误",
    429: "请求过于频繁",
    500: "系统错误",
    503: "暂不可用",
}


class Detail(msgspec.Struct, frozen=True):
    """One wrong field: where it stands and what is wrong with it."""

    path: str
    message: str


class Problem(msgspec.Struct, frozen=True, omit_defaults=True):
    """RFC 9457 problem details with two fields of ours: `code` for programs, `do` for people."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    do: str
    errors: tuple[Detail, ...] = ()


def language_of(scope: Scope) -> str:
    """`zh` or `en`: `?lang=` first, then the first known language of Accept-Language."""
    query: bytes = scope.get("query_string", b"")
    if b"lang=" in query:
        for part in query.split(b"&"):
            if part.startswith(b"lang="):
                return "zh" if part[5:7].lower() == b"zh" else "en"
    for wish in header(scope, b"accept-language").lower().split(b","):
        code = wish.strip()[:2]
        if code in (b"zh", b"en"):
            return code.decode()
    return "en"


def problem(refused: Refused, language: str) -> Problem:
    """The document for one refusal."""
    status = refused.status
    phrase = HTTPStatus(status).phrase
    errors = refused.values.get("errors", ())
    return Problem(
        type=TYPE + refused.code,
        title=_TITLES_ZH.get(status, phrase) if language == "zh" else phrase,
        status=status,
        detail=refused.say(language),
        code=refused.code,
        do=refused.advise(language),
        errors=tuple(errors) if isinstance(errors, (tuple, list)) else (),
    )


def problem_reply(refused: Refused, scope: Scope) -> Reply:
    """The whole response for one refusal."""
    headers = [(b"cache-control", b"no-store"), (b"vary", b"accept-language")]
    match refused.status:
        case 401:
            headers.append((b"www-authenticate", b'Bearer realm="northbank"'))
        case 405:
            headers.append((b"allow", str(refused.values.get("allowed", "")).encode()))
        case 429 | 503:
            headers.append((b"retry-after", str(refused.values.get("seconds", 1)).encode()))
    body = msgspec.json.encode(problem(refused, language_of(scope)))
    return Reply(refused.status, body, MEDIA, tuple(headers))


class Word(msgspec.Struct, frozen=True):
    """One refusal as listed under /api/problems."""

    code: str
    status: int
    en: str
    zh: str
    do_en: str
    do_zh: str


def catalog() -> list[Word]:
    """All refusals the API can give, for the docs and for programs."""
    return [Word(code, w.status, w.en, w.zh, w.do_en, w.do_zh) for code, w in REFUSALS.items()]

"""The addresses under /open311/v2: reading is public and free of personal data, reporting needs an account or leave."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

import msgspec
from starlette.routing import Route

from northbank.core.access import REPORTERS, Actor, Scope
from northbank.core.card import Card, card
from northbank.core.refusal import Refused
from northbank.core.wording import in_words
from northbank.flows.report import ReportReply, report
from northbank.ports import CaseQuery
from northbank.shell.web.door import STRANGER, UUID, client_key
from northbank.shell.web.forms import Form, Rules, media_of, read_multipart
from northbank.shell.web.limits import address_of
from northbank.shell.web.open311 import document, shapes
from northbank.shell.web.open311.reading import ListQuery, PlainQuery, open_only, read_posted, report_of, span
from northbank.shell.web.origin import origin, receipt_address
from northbank.shell.web.problems import language_of
from northbank.shell.web.registry import Face
from northbank.shell.web.security import same_site
from northbank.shell.web.strict import pairs_of, read_query
from northbank.shell.web.wire import Receive, Reply, Send, pack, query_text, read_body, send_reply
from northbank.shell.web.wire import Scope as Asgi

PREFIX = "/open311/v2"
EVERYTHING = Scope(everything=True)
_FORM = "application/x-www-form-urlencoded"
_MULTIPART = "multipart/form-data"
_PAGE = 500
_IDS = 100
# The standard has three words for what goes wrong; finer ones of ours fall back to them.
_STATUS = {401: 403, 422: 400, 409: 400, 410: 404}

Answer = Callable[["Open311", Asgi, Receive, str], Awaitable[Reply]]
Q = TypeVar("Q", ListQuery, PlainQuery)


class Open311:
    """The addresses, over the flows."""

    def __init__(self, face: Face) -> None:
        self.face = face
        self.city = face.city

    def query(self, kind: type[Q], scope: Asgi) -> Q:
        """The parameters, with the jurisdiction checked."""
        query = read_query(kind, query_text(scope))
        self.check_jurisdiction(query.jurisdiction_id)
        return query

    def check_jurisdiction(self, wish: str | None) -> None:
        """One center is one jurisdiction."""
        if wish is not None and wish != self.city.id:
            raise Refused("not_found", what="jurisdiction_id")

    async def discovery(self, scope: Asgi, receive: Receive, form: str) -> Reply:
        """Where things are."""
        self.query(PlainQuery, scope)
        url = f"{origin(self.face, scope) or 'http://localhost'}{PREFIX}"
        live = "production" if self.face.settings.mode == "live" else "test"
        formats = ["application/json", "text/xml"]
        stamp = self.face.world.clock.now().date().isoformat()
        endpoint = shapes.Endpoint("http://wiki.open311.org/GeoReport_v2", url, stamp, live, formats)
        value = shapes.Discovery(stamp, self.city.name.say("en"), "An account of this center", [endpoint])
        return document.reply(value, shapes.Discovery, form)

    async def services(self, scope: Asgi, receive: Receive, form: str) -> Reply:
        """The catalog."""
        self.query(PlainQuery, scope)
        return document.reply(shapes.services(self.city, language_of(scope)), shapes.Service, form)

    async def service(self, scope: Asgi, receive: Receive, form: str) -> Reply:
        """One service, with what reports of it may say besides."""
        self.query(PlainQuery, scope)
        code = scope["path_params"]["id"]
        kind = self.city.types.get(code)
        if kind is None:
            raise Refused("not_found", what="service_code")
        return document.reply(shapes.definition(kind, self.city, language_of(scope)), shapes.Definition, form)

    async def requests(self, scope: Asgi, receive: Receive, form: str) -> Reply:
        """The list, or a new request."""
        if scope["method"] == "POST":
            return await self.post(scope, receive, form)
        query = self.query(ListQuery, scope)
        found = await (self.by_id(query.service_request_id) if query.service_request_id else self.by_filter(query))
        return self.listed(found, scope, form)

    def listed(self, cards: list[Card], scope: Asgi, form: str) -> Reply:
        """Cards as requests."""
        language = language_of(scope)
        return document.reply([shapes.request_of(one, self.city, language) for one in cards], shapes.Request, form)

    async def by_id(self, ids: str) -> list[Card]:
        """Those of the ids that exist."""
        wanted = list(dict.fromkeys(ids.lower().split(",")))
        if len(wanted) > _IDS:
            raise Refused("invalid", why=f"service_request_id: at most {_IDS} at once")
        found = [await self.face.world.cases.get(one) for one in wanted if UUID.match(one)]
        return [card(one) for one in found if one is not None]

    async def by_filter(self, query: ListQuery) -> list[Card]:
        """One page of the list, newest first."""
        start, end = span(query, self.face.world.clock.now())
        ask = CaseQuery(
            type=query.service_code, open=open_only(query.status), reported_from=start, reported_to=end, limit=_PAGE
        )
        first = (query.page - 1) * query.page_size
        cards: list[Card] = []
        while len(cards) < first + query.page_size:
            page = await self.face.world.cases.page(ask, EVERYTHING)
            cards += page.rows
            if page.next is None:
                break
            ask = msgspec.structs.replace(ask, after=page.next)
        return cards[first : first + query.page_size]

    async def request(self, scope: Asgi, receive: Receive, form: str) -> Reply:
        """One request, with the address of its receipt: so whoever came by a token gets it too."""
        self.query(PlainQuery, scope)
        found, language = await self.known(scope), language_of(scope)
        notice = await self.notice(scope, found.id, found.number)
        one = msgspec.structs.replace(shapes.request_of(found, self.city, language), service_notice=notice)
        return document.reply([one], shapes.Request, form)

    async def token(self, scope: Asgi, receive: Receive, form: str) -> Reply:
        """The request of a token: known at once, so the token is its id."""
        self.query(PlainQuery, scope)
        id = (await self.known(scope)).id
        return document.reply([shapes.Token(id, id)], shapes.Token, form)

    async def known(self, scope: Asgi) -> Card:
        """The card of the path's id, or not_found."""
        found = await self.by_id(scope["path_params"]["id"].partition(",")[0])
        if not found:
            raise Refused("not_found", what="service_request_id")
        return found[0]

    async def post(self, scope: Asgi, receive: Receive, form: str) -> Reply:
        """A new request."""
        async with self.face.darkroom.table:
            done = await self.take(scope, receive)
        notice = await self.notice(scope, done.id, done.number)
        return document.reply([shapes.Created(done.id, notice, None)], shapes.Created, form, 201)

    async def notice(self, scope: Asgi, id: str, number: str) -> str:
        """The case number and the address where its receipt is checked, without an account."""
        ledger = self.face.ledger
        position = await ledger.first_of(f"case:{id}") or 0
        [(_, entry)] = await ledger.entries(position, 1)
        address = receipt_address(origin(self.face, scope) or "", position, entry.digest)
        if language_of(scope) == "zh":
            return f"编号 {number}。回执核验（约一分钟后）： {address}"
        return f"Case number {number}. Check the receipt (in about a minute): {address}"

    async def take(self, scope: Asgi, receive: Receive) -> ReportReply:
        """Read the form, know the sender, hand the report to the flow."""
        query = self.query(PlainQuery, scope)
        actor = await self.reporter(scope, query.api_key) if query.api_key else None
        sent = await self.read_form(scope, receive)
        posted, attributes = read_posted(sent.fields)
        self.check_jurisdiction(posted.jurisdiction_id)
        actor = actor or await self.reporter(scope, posted.api_key)
        new = report_of(posted, attributes, self.city)
        photos = await self.face.darkroom.clean(sent.files)
        return await report(self.face.world, actor, new, client_key(scope), tuple(photos))

    async def reporter(self, scope: Asgi, api_key: str | None) -> Actor:
        """Who reports: the account of the key or the session, or a stranger where the center allows strangers."""
        if api_key:
            account = await self.face.sessions.account(api_key)
        else:
            visitor = await self.face.sessions.visitor(scope)
            same_site(scope, visitor.by_cookie)
            account = visitor.account
        if account is None:
            if api_key or not self.face.settings.anonymous_open311:
                raise Refused("signed_out")
            self.face.reports_by_address.take(address_of(scope))
            return STRANGER
        if account.actor.role not in REPORTERS:
            raise Refused("forbidden", role=account.actor.role.value)
        self.face.reports_by_account.take(account.actor.login)
        return account.actor

    async def read_form(self, scope: Asgi, receive: Receive) -> Form:
        """The form in either encoding; pictures come as `media`."""
        settings = self.face.settings
        media, options = media_of(scope)
        if media == _MULTIPART and b"boundary" in options:
            rules = Rules(settings.json_limit, "media", settings.photo_count, settings.photo_limit)
            return await read_multipart(scope, receive, options[b"boundary"], rules)
        if media not in (_FORM, ""):
            raise Refused("media_type", found=media, allowed=f"{_FORM}, {_MULTIPART}")
        raw = await read_body(scope, receive, settings.json_limit)
        try:
            return Form(pairs_of(raw.decode("utf-8")), [])
        except UnicodeDecodeError:
            raise Refused("malformed", why="the form is not UTF-8") from None


class Address:
    """One address in one format; refusals become the standard's own error list."""

    def __init__(self, site: Open311, answer: Answer, methods: tuple[str, ...]) -> None:
        self.site = site
        self.answer = answer
        self.methods = methods

    async def __call__(self, scope: Asgi, receive: Receive, send: Send) -> None:
        """Answer, or say what was wrong in the format asked for."""
        form = scope["path_params"]["form"]
        try:
            if form not in ("json", "xml"):
                raise Refused("not_found", what="format")
            if scope["method"] not in self.methods:
                raise Refused("method", method=scope["method"], allowed=", ".join(self.methods))
            found = await self.answer(self.site, scope, receive, form)
        except Refused as refused:
            found = failure(in_words(refused, self.site.city), scope, form)
        await send_reply(scope, send, pack(scope, found))


def failure(refused: Refused, scope: Asgi, form: str) -> Reply:
    """The standard's error list: `code` is the HTTP status, the sentence also says what to do."""
    status = _STATUS.get(refused.status, refused.status)
    language = language_of(scope)
    text = f"{refused.say(language)} {refused.advise(language)}"
    made = document.reply([shapes.Error(str(status), text)], shapes.Error, "xml" if form == "xml" else "json", status)
    more = ((b"allow", str(refused.values.get("allowed")).encode()),) if status == 405 else ()
    return msgspec.structs.replace(made, headers=(*made.headers, *more))


def routes(face: Face) -> list[Route]:
    """All addresses, each in both formats."""
    site, read = Open311(face), ("GET", "HEAD")
    table: tuple[tuple[str, Answer, tuple[str, ...]], ...] = (
        ("/discovery.{form}", Open311.discovery, read),
        ("/services.{form}", Open311.services, read),
        ("/services/{id}.{form}", Open311.service, read),
        ("/requests.{form}", Open311.requests, (*read, "POST")),
        ("/requests/{id}.{form}", Open311.request, read),
        ("/tokens/{id}.{form}", Open311.token, read),
    )
    return [Route(PREFIX + path, Address(site, answer, methods)) for path, answer, methods in table]

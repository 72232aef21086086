"""Forms as browsers and Open311 clients send them: multipart, parsed while it streams, and urlencoded.

Every part is bounded before it is kept. What the parts mean is for the callers.
"""

from typing import Protocol

import msgspec
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from northbank.core.refusal import Refused
from northbank.shell.web.strict import clean_text, invalid
from northbank.shell.web.wire import JSON, ClientGone, Receive, Scope, content_length, header, in_time, sizes

_OVERHEAD = 64 * 1024
_MAX_PARTS = 64
_PATIENCE = 180.0  # four photos over a bad line


class Rules(msgspec.Struct, frozen=True):
    """What a form may hold: text fields up to `text` bytes in sum, and `files` named `file_name`, each up to `size`.

    patience: seconds within which it has to be here.
    """

    text: int
    file_name: str
    files: int
    size: int
    patience: float = _PATIENCE

    @property
    def whole(self) -> int:
        """The most bytes such a form can have."""
        return self.text + self.files * self.size + _OVERHEAD


class Sink(Protocol):
    """Where a large file goes while it arrives."""

    def begin(self, name: str) -> None:
        """A file comes; name: what its sender calls it."""

    def write(self, part: bytes) -> None:
        """The next bytes of it."""


class Form(msgspec.Struct):
    """What was sent: fields in order, and files with the name the client gave them."""

    fields: list[tuple[str, str]]
    files: list[tuple[str, bytes]]

    def field(self, name: str) -> str | None:
        """The first field of that name."""
        return next((value for key, value in self.fields if key == name), None)


def media_of(scope: Scope) -> tuple[str, dict[bytes, bytes]]:
    """The media type of the body, lower case, and its parameters."""
    raw = header(scope, b"content-type")
    if raw == JSON:
        return "application/json", {}
    kind, options = parse_options_header(raw)
    return kind.decode("latin-1"), options


async def read_multipart(
    scope: Scope, receive: Receive, boundary: bytes, rules: Rules, sink: Sink | None = None
) -> Form:  # fmt: skip
    """Parse a multipart body while it arrives. sink: where its files go; without one they are kept in the form."""
    content_length(scope, rules.whole)
    reading = _Reading(rules) if sink is None else _Passing(rules, sink)
    try:
        parser = MultipartParser(boundary, reading.callbacks())  # type: ignore[arg-type]
        async with in_time(rules.patience):
            async for chunk in _chunks(receive, rules.whole):
                parser.write(chunk)
        parser.finalize()
    except FormParserError as error:
        raise Refused("malformed", why=str(error)) from None
    if not reading.ended:
        raise Refused("malformed", why="the multipart body ends before its last boundary")
    return reading.form


async def _chunks(receive: Receive, limit: int):  # type: ignore[no-untyped-def]
    size = 0
    while True:
        message = await receive()
        if message["type"] != "http.request":
            raise ClientGone
        body = message.get("body", b"")
        size += len(body)
        if size > limit:
            raise Refused("too_large", limit=sizes(limit))
        yield body
        if not message.get("more_body"):
            return


class _Reading:
    """The callbacks of one parse: collects a part's header, then its bytes, bounded by the rules."""

    def __init__(self, rules: Rules) -> None:
        self.rules = rules
        self.form = Form([], [])
        self.ended = False
        self.text_left = rules.text
        self.parts = 0
        self._begin()

    def callbacks(self) -> dict[str, object]:
        return {
            "on_part_begin": self._begin,
            "on_header_field": self._header_field,
            "on_header_value": self._header_value,
            "on_header_end": self._header_end,
            "on_headers_finished": self._headers_finished,
            "on_part_data": self._data,
            "on_part_end": self._part_end,
            "on_end": self._end,
        }

    def _begin(self) -> None:
        self.key, self.value = b"", b""
        self.disposition = b""
        self.name = ""
        self.filename: str | None = None
        self.data = bytearray()

    def _header_field(self, data: bytes, start: int, end: int) -> None:
        self.key += data[start:end]

    def _header_value(self, data: bytes, start: int, end: int) -> None:
        self.value += data[start:end]

    def _header_end(self) -> None:
        if self.key.lower() == b"content-disposition":
            self.disposition = self.value
        self.key, self.value = b"", b""

    def _headers_finished(self) -> None:
        _, options = parse_options_header(self.disposition)
        self.name = _utf8(options.get(b"name", b""), "part name")
        filename = options.get(b"filename")
        self.filename = None if filename is None else _utf8(filename, "file name")
        self.parts += 1
        if not self.name or self.parts > _MAX_PARTS:
            raise invalid("form", "a part has no name" if not self.name else "too many parts")
        if self.filename is not None and self.name != self.rules.file_name:
            raise invalid(self.name, f"files are taken as `{self.rules.file_name}` only")
        if self.filename is not None and len(self.form.files) >= self.rules.files:
            raise invalid(self.name, f"at most {self.rules.files} files")

    def _data(self, data: bytes, start: int, end: int) -> None:
        limit = self.rules.size if self.filename is not None else self.text_left
        if len(self.data) + end - start > limit:
            raise Refused("too_large", limit=sizes(self.rules.size if self.filename is not None else self.rules.text))
        self.data += data[start:end]

    def _part_end(self) -> None:
        if self.filename is not None:
            self.form.files.append((self.filename, bytes(self.data)))
        else:
            self.text_left -= len(self.data)
            self.form.fields.append((self.name, clean_text(_utf8(bytes(self.data), self.name), self.name)))

    def _end(self) -> None:
        self.ended = True


class _Passing(_Reading):
    """Files go on to a sink; the form tells their names."""

    def __init__(self, rules: Rules, sink: Sink) -> None:
        super().__init__(rules)
        self.sink = sink
        self.size = 0

    def _headers_finished(self) -> None:
        super()._headers_finished()
        if self.filename is not None:
            self.sink.begin(self.filename)
            self.size = 0

    def _data(self, data: bytes, start: int, end: int) -> None:
        if self.filename is None:
            return super()._data(data, start, end)
        self.size += end - start
        if self.size > self.rules.size:
            raise Refused("too_large", limit=sizes(self.rules.size))
        self.sink.write(data[start:end])


def _utf8(raw: bytes, what: str) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        raise Refused("malformed", why=f"{what} is not UTF-8") from None

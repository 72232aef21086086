"""What goes over the connection itself: whole replies, several requests at once, old clients, heads without bodies."""

import socket

import httpx
from running import Running

QUESTION = b"GET /api/v1/%b HTTP/1.1\r\nhost: x\r\n\r\n"


def talk(center: Running, raw: bytes, answers: int) -> bytes:
    """Everything the server says until that many answers were heard, or it hangs up."""
    host, _, port = center.base.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), timeout=20) as line:
        line.sendall(raw)
        heard = b""
        while heard.count(b"HTTP/1.1 ") < answers or not heard.endswith(b"}"):
            part = line.recv(65536)
            if not part:
                return heard + b"<hung up>"
            heard += part
        return heard


def test_requests_sent_together_are_answered_in_order(center: Running) -> None:
    heard = talk(center, b"".join(QUESTION % one for one in (b"cases", b"nothing", b"cases") * 2), 6)
    assert [part[:3] for part in heard.split(b"HTTP/1.1 ")[1:]] == [b"401", b"404", b"401"] * 2


def test_old_clients_are_told_that_the_connection_ends(center: Running) -> None:
    heard = talk(center, b"GET /api/v1/cases HTTP/1.0\r\nhost: x\r\n\r\n", 2)
    assert b"\r\nconnection: close\r\n" in heard
    assert heard.endswith(b"<hung up>")


def test_a_head_is_that_of_the_answer_without_it(center: Running) -> None:
    with center.client() as client:
        whole, head = client.get("/api/v1/city"), client.head("/api/v1/city")
    assert _lines(whole) == _lines(head)
    assert head.content == b""
    assert whole.headers["x-content-type-options"] == "nosniff"
    assert whole.headers["cache-control"] == "no-store"


def _lines(reply: httpx.Response) -> dict[str, str]:
    return {name: value for name, value in reply.headers.items() if name not in ("date", "content-encoding", "vary")}


def test_a_request_in_pieces_is_read_to_its_end(center: Running) -> None:
    host, _, port = center.base.removeprefix("http://").partition(":")
    body = b'{"login":"nobody","password":"x"}'
    raw = (
        b"POST /api/v1/session HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n"
        % len(body)
    )
    with socket.create_connection((host, int(port)), timeout=20) as line:
        for n in range(0, len(raw + body), 40):
            line.sendall((raw + body)[n : n + 40])
        assert line.recv(12) in (b"HTTP/1.1 401", b"HTTP/1.1 422")

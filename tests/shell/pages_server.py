"""A small HTTP server for tests of fetching: answers are a function of the path and how often it was asked. It listens on loopback."""

import http.server
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from urllib.parse import parse_qsl, urlsplit

Answer = tuple[int, dict[str, str], bytes]
Script = Callable[[str, dict[str, str], int], Answer]


class Pages:
    """What was asked, and the address it is asked at."""

    def __init__(self, script: Script) -> None:
        self.script = script
        self.asked: list[tuple[str, dict[str, str], dict[str, str]]] = []
        self.url = ""


def ok(value: object, **headers: str) -> Answer:
    """An answer in JSON."""
    return 200, headers, json.dumps(value, ensure_ascii=False).encode()


def half(value: object) -> Answer:
    """An answer that promises all of its bytes and breaks off in the middle."""
    body = json.dumps(value).encode()
    return 200, {"content-length": str(len(body))}, body[: len(body) // 2]


@contextmanager
def serving(script: Script) -> Iterator[Pages]:
    """Serve until the context ends."""
    pages = Pages(script)

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            query = dict(parse_qsl(parts.query))
            pages.asked.append((parts.path, query, {key.lower(): value for key, value in self.headers.items()}))
            status, headers, body = pages.script(parts.path, query, len(pages.asked))
            self.send_response(status)
            for name, value in {"content-length": str(len(body)), **headers}.items():
                self.send_header(name.replace("_", "-"), value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    pages.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield pages
    finally:
        server.shutdown()
        server.server_close()
        thread.join()

"""A wire between browser and center that a test can cut, hold mute, and mend: plain bytes both ways, in threads."""

import contextlib
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal
from urllib.parse import urlsplit

State = Literal["whole", "cut", "mute"]


class Wire:
    """Listens at `base` and passes everything on. cut: connections break and none is made. mute: they stay, bytes do not pass."""

    def __init__(self, target: str) -> None:
        where = urlsplit(target)
        self.target = (where.hostname or "127.0.0.1", where.port or 80)
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.base = f"http://127.0.0.1:{self.listening.getsockname()[1]}"
        self.open: set[socket.socket] = set()
        self.flows = threading.Event()
        self.flows.set()
        self.state: State = "whole"
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        """Break every connection and make no new one."""
        self.state = "cut"
        self._break()

    def mute(self) -> None:
        """Keep the connections and let nothing through, as a router does that forgot them."""
        self.state = "mute"
        self.flows.clear()

    def mend(self) -> None:
        """As good as new; what was held is lost, as on a real network."""
        self._break()
        self.state = "whole"
        self.flows.set()

    def close(self) -> None:
        """The end of the wire."""
        self.cut()
        self.flows.set()
        self.listening.close()

    def _break(self) -> None:
        for one in list(self.open):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self.listening.accept()
            except OSError:
                return
            if self.state == "cut":
                near.close()
                continue
            far = socket.create_connection(self.target)
            self.open |= {near, far}
            for source, sink in ((near, far), (far, near)):
                threading.Thread(target=self._pump, args=(source, sink), daemon=True).start()

    def _pump(self, source: socket.socket, sink: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                self.flows.wait()
                sink.sendall(data)
        for one in (source, sink):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
        self.open.discard(source)
        source.close()


@contextmanager
def wire(target: str) -> Iterator[Wire]:
    """A wire for the time of the block."""
    one = Wire(target)
    try:
        yield one
    finally:
        one.close()

"""Serving a center over HTTP."""

import asyncio
import contextlib
import gc
import signal
import socket
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import uvicorn

from northbank.core.city import Name
from northbank.core.mendable import Mendable
from northbank.shell.settings import Settings
from northbank.shell.web.app import build_app
from northbank.shell.web.knobs import WebSettings
from northbank.shell.web.protocol import LiveProtocol
from northbank.shell.web.registry import Face
from northbank.wiring.center import Center

PACKED = Path(__file__).resolve().parents[1] / "screens"  # in an installed package; in a checkout they lie in ui/dist

UI = PACKED if PACKED.is_dir() else Path(__file__).resolve().parents[3] / "ui" / "dist"

NOTES: Mapping[str, Name] = {
    "live": Name("", ""),
    "simulated": Name("模拟数据", "SIMULATED"),
    "replay": Name("历史回放", "REPLAY"),
}


class PortBusy(Mendable):
    """The address is taken; the message is one sentence."""


def web_settings(settings: Settings, **more: Any) -> WebSettings:
    """The knobs of the HTTP face that follow from the settings of the run."""
    note = NOTES[settings.mode]
    if settings.mode == "replay":
        note = Name(f"{note.zh} {settings.speed:g} 倍", f"{note.en} {settings.speed:g}x")
    told: dict[str, Any] = {
        "mode": settings.mode, "mode_note": note, "speed": settings.speed, "wall_open": settings.wall_open,
        "secure": settings.secure, "anonymous_open311": settings.anonymous_open311, "ui": UI if UI.is_dir() else None,
    }  # fmt: skip
    return WebSettings(**(told | more))


def listen_on(host: str, port: int) -> socket.socket:
    """A bound socket, or PortBusy."""
    listening = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError as error:
        listening.close()
        raise PortBusy(
            f"Port {port} on {host} cannot be used ({error.strerror}); choose another with --port."
        ) from error
    listening.listen(2048)
    return listening


def settle() -> None:
    """What lives as long as the program is no longer searched for garbage, what comes and goes less often.

    Packs are large and reports many: by Python's own settings a fifth of the intake goes into searching (bench intake).
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


async def serve(center: Center, listening: socket.socket, web: WebSettings) -> None:
    """Serve HTTP until told to stop (Ctrl-C, SIGTERM)."""
    face = center.face(web)
    beat = center.spawn(face.broadcaster.run())
    server = server_of(face)
    settle()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, server.stop)
    try:
        await server.serve(sockets=[listening])
    finally:
        beat.cancel()


class Server(uvicorn.Server):
    """uvicorn without its own signal handling: the center stops in its own order and ends with status 0."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals to whoever serves."""
        yield

    def stop(self) -> None:
        """The first call ends politely, a second one at once."""
        self.force_exit = self.should_exit
        self.should_exit = True


def server_of(face: Face) -> Server:
    """The HTTP server over a face, ready to serve."""
    config = uvicorn.Config(
        build_app(face), http=LiveProtocol, loop="uvloop", lifespan="off", log_config=None, access_log=False,
        server_header=False, timeout_graceful_shutdown=3, timeout_keep_alive=75, backlog=2048,
    )  # fmt: skip
    return Server(config)

"""Core is pure: while its tests run, nothing may open a socket."""

import socket
from typing import NoReturn

import pytest


class _ClosedSocket(socket.socket):
    """A class still, so that a module imported meanwhile may derive from it."""

    def __init__(self, *_args: object, **_options: object) -> None:
        _closed()


def _closed(*_args: object, **_options: object) -> NoReturn:
    raise AssertionError("A core test opened a socket: core takes values and gives values, it does not reach out.")


@pytest.fixture(autouse=True)
def _no_sockets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "socket", _ClosedSocket)
    monkeypatch.setattr(socket, "create_connection", _closed)
    monkeypatch.setattr(socket, "getaddrinfo", _closed)

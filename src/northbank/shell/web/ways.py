"""Which door an address leads to: looked up by its pieces, so that it costs the same however many operations there are."""

from collections.abc import Awaitable, Callable, Mapping
from operator import itemgetter
from typing import Any

from starlette.types import ASGIApp

from northbank.shell.web.wire import Receive, Scope, Send

Pieces = list[str]


class Shape:
    """Addresses of one length with their variable parts in the same places."""

    def __init__(self, slots: tuple[int, ...], length: int) -> None:
        self.slots = slots
        self.fixed: Callable[[Pieces], Any] = itemgetter(*(n for n in range(length) if n not in slots))
        self.doors: dict[Any, tuple[ASGIApp, tuple[str, ...]]] = {}

    def add(self, pieces: Pieces, door: ASGIApp) -> None:
        """Lead here; the variable parts are written `{name}`."""
        self.doors[self.fixed(pieces)] = (door, tuple(pieces[n][1:-1] for n in self.slots))

    def find(self, pieces: Pieces) -> tuple[ASGIApp, dict[str, str]] | None:
        """The door and the values of the variable parts; none of them may be empty."""
        found = self.doors.get(self.fixed(pieces))
        if found is None:
            return None
        values = [pieces[n] for n in self.slots]
        return (found[0], dict(zip(found[1], values, strict=True))) if all(values) else None


class Ways:
    """`doors` by their address, such as `/api/v1/cases/{id}`; whatever leads to none of them goes to `rest`.

    Where several fit, the one with fewer variable parts does.
    """

    def __init__(self, doors: Mapping[str, ASGIApp], rest: ASGIApp) -> None:
        self.fixed = {path: door for path, door in doors.items() if "{" not in path}
        self.rest = rest
        shapes: dict[tuple[int, tuple[int, ...]], Shape] = {}
        for path, door in doors.items():
            pieces = path.split("/")
            slots = tuple(n for n, piece in enumerate(pieces) if piece.startswith("{"))
            if slots:
                shapes.setdefault((len(pieces), slots), Shape(slots, len(pieces))).add(pieces, door)
        self.shapes: dict[int, list[Shape]] = {}
        for (length, _), shape in sorted(shapes.items(), key=lambda one: len(one[0][1])):
            self.shapes.setdefault(length, []).append(shape)

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        """Hand over."""
        path = scope["path"]
        door = self.fixed.get(path)
        if door is not None:
            return door(scope, receive, send)
        pieces = path.split("/")
        for shape in self.shapes.get(len(pieces), ()):
            if (found := shape.find(pieces)) is not None:
                scope["path_params"] = found[1]
                return found[0](scope, receive, send)
        return self.rest(scope, receive, send)

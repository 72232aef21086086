"""Addresses lead to the same doors as a router's patterns, tried one by one, lead to."""

import asyncio
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from starlette.routing import Match, Route

from northbank.shell.web.app import all_operations
from northbank.shell.web.ways import Ways

PATHS = sorted({one.path for one in all_operations()})


class Door:
    """Says its address and what it was given."""

    def __init__(self, path: str) -> None:
        self.path = path

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        scope["reached"] = (self.path, scope.get("path_params", {}))


WAYS = Ways({path: Door(path) for path in PATHS}, Door("rest"))
# Fewer variable parts first, as Ways has it.
ROUTES = [Route(path, Door(path)) for path in sorted(PATHS, key=lambda path: path.count("{"))]


def reached(path: str) -> tuple[str, dict[str, str]]:
    scope: dict[str, Any] = {"type": "http", "path": path, "method": "GET"}

    async def go() -> None:
        await WAYS(scope, None, None)  # type: ignore[arg-type]

    asyncio.run(go())
    found: tuple[str, dict[str, str]] = scope["reached"]
    return found


def expected(path: str) -> tuple[str, dict[str, str]]:
    for route in ROUTES:
        match, more = route.matches({"type": "http", "path": path, "method": "GET"})
        if match is not Match.NONE:
            return route.path, more["path_params"]
    return "rest", {}


pieces = st.sampled_from(sorted({piece for path in PATHS for piece in path.split("/")} | {"x", "a.b", "%", "中"}))
near = st.sampled_from(PATHS).flatmap(
    lambda path: st.tuples(*(pieces if one.startswith("{") else st.sampled_from([one, "x"]) for one in path.split("/")))
)


@given(near.map("/".join) | st.lists(pieces, max_size=8).map(lambda found: "/" + "/".join(found)))
def test_the_door_is_the_one_that_patterns_find(path: str) -> None:
    assert reached(path) == expected(path)


def test_every_operation_is_reached() -> None:
    for path in PATHS:
        assert reached(path.replace("{", "v").replace("}", ""))[0] == path

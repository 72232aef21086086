"""The measured program: a real center over an embedded database, served as `northbank run` serves it.

Says on its first line where it listens and the tokens of signed-in accounts. Arguments: pack, data folder, folder of areas (or none).
"""

import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import uvloop
from answers import answer
from screens import raise_file_limit, say

from northbank import wiring
from northbank.core.access import Actor, Role
from northbank.core.account import Account
from northbank.core.city import Name
from northbank.shell.clock import SystemClock
from northbank.shell.settings import Settings
from northbank.shell.web.knobs import WebSettings
from northbank.shell.web.live import Broadcaster
from northbank.shell.web.registry import Face
from northbank.shell.web.session import digest

ACCOUNTS = 8
LIMIT = 100_000_000  # the limits of an account stay in force; they are only set where no burst reaches them


async def sign_in(center: wiring.Center) -> list[str]:
    """Accounts that may report, each with an open session."""
    now = SystemClock().now()
    tokens = [f"bench-token-{n:032d}" for n in range(ACCOUNTS)]
    for n, token in enumerate(tokens):
        actor = Actor(f"bench{n}", Role.DUTY_OFFICER, center.city.center)
        await center.accounts.add(Account(Name(en=f"Bench {n}"), actor), "no password: nobody signs in with it", now)
        await center.accounts.open_session(digest(token), actor.login, now, now + timedelta(hours=12))
    return tokens


def noted(make: Callable[[WebSettings], Face], hubs: list[Broadcaster]) -> Callable[[WebSettings], Face]:
    """The same face, with its broadcaster noted for questions."""

    def face(web: WebSettings) -> Face:
        made = make(web)
        hubs.append(made.broadcaster)
        return made

    return face


async def main(pack: str, data: str, areas: str = "") -> None:
    """Serve until SIGTERM."""
    raise_file_limit()
    settings = Settings(pack=Path(pack), data=Path(data), areas=Path(areas) if areas else None, port=0, wall_open=True)
    async with wiring.open_center(settings) as center:
        tokens = await sign_in(center)
        listening = wiring.listen_on("127.0.0.1", 0)
        hubs: list[Broadcaster] = []
        center.face = noted(center.face, hubs)  # type: ignore[method-assign]
        center.spawn(answer(center, hubs, say))
        say(port=listening.getsockname()[1], tokens=tokens)
        await wiring.serve(center, listening, wiring.web_settings(settings, reports_per_minute=LIMIT))


if __name__ == "__main__":
    uvloop.run(main(*sys.argv[1:]))

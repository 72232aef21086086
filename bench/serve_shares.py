"""A real center over data that were collected before, with a grant on every data set, served as `northbank run` serves it.

Says on its first line where it listens, the token of a signed-in officer and that officer's grants. Arguments: pack, data folder.
"""

import sys
from datetime import timedelta
from pathlib import Path

import uvloop
from departments import filled
from screens import say

from northbank import wiring
from northbank.core.access import Actor, Role
from northbank.core.account import Account
from northbank.core.city import Name
from northbank.core.dataset import Dataset
from northbank.core.share_steps import usable
from northbank.core.terms import Terms
from northbank.flows.share import DataRequest, GrantAct, act_on_grant, request_data
from northbank.flows.standing_batches import batches_of
from northbank.shell.clock import SystemClock
from northbank.shell.settings import Settings
from northbank.shell.web.session import digest

TOKEN = "bench-token-of-an-asking-officer"


def stewards(center: wiring.Center) -> tuple[Actor, Actor]:
    """Two people who answer for the data of the district: nobody decides alone on the graver ones."""
    first, second = (Actor(f"bench-steward{n}", Role.STEWARD, center.city.center) for n in (1, 2))
    return first, second


async def grant(center: wiring.Center, asker: Actor, dataset: Dataset) -> str:
    """Every column as its contract shows it, all rows, looked up by key: asked for, cleared and given."""
    platform, (first, second) = center.platform, stewards(center)
    shown = {one.code: "hash" for one in dataset.columns if one.personal and one.mask is None}
    until = center.world.clock.now().date() + timedelta(days=30)
    terms = Terms(fields=tuple(one.code for one in dataset.columns), shown=shown, by_key=True, until=until)  # type: ignore[arg-type]
    asked = DataRequest(dataset=dataset.code, purpose="measuring", application="bench", case="B-1", terms=terms)
    id = (await request_data(platform, asker, asked)).grant.id
    for actor, act in ((first, "clear"), (first, "approve"), (second, "confirm")):
        done = await platform.sharing.grants.get(id)
        if done is None or not usable(done, asker, center.world.clock.now()):
            await act_on_grant(platform, actor, id, GrantAct(act=act))  # type: ignore[arg-type]
    return id


async def main(pack: str, data: str) -> None:
    """Serve until SIGTERM."""
    settings = Settings(pack=Path(pack), data=Path(data), port=0, lake_memory="3GB")
    async with wiring.open_center(settings, live=False, cases=True) as center:  # no copies are made meanwhile
        now, city = SystemClock().now(), center.city
        sets = [one for one in filled(city).values() if one.key and one.share != "not_shared"]
        sets = [one for one in sets if await batches_of(center.platform, one)]
        owners = {one.owner for one in city.datasets.values()}
        asker = Actor("bench-asker", Role.UNIT_OFFICER, next(one for one in city.units if one not in owners))
        await center.accounts.add(Account(Name(en="Bench"), asker), "no password: nobody signs in with it", now)
        await center.accounts.open_session(digest(TOKEN), asker.login, now, now + timedelta(hours=12))
        grants = {one.code: await grant(center, asker, one) for one in sets}
        listening = wiring.listen_on("127.0.0.1", 0)
        say(port=listening.getsockname()[1], token=TOKEN, grants=grants)
        await wiring.serve(center, listening, wiring.web_settings(settings))


if __name__ == "__main__":
    uvloop.run(main(*sys.argv[1:]))

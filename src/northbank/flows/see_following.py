"""When link models and base databases run: by a schedule or behind new batches, the last runs of each, and a run at once.

Who may have one run is said here; what a run does is in link.py and govern.py.
"""

from datetime import datetime, timedelta
from typing import Literal

import msgspec

from northbank.core.access import Actor
from northbank.core.bases import Base, Built
from northbank.core.dataset import stream_of
from northbank.core.linking import LinkRun, runs_stream
from northbank.core.match import Model
from northbank.core.name import Name
from northbank.core.refusal import Refused
from northbank.core.schedule import Schedule
from northbank.flows.follow_batches import follow_now, followers, touched
from northbank.flows.platform import STEWARDS, Platform, check_reader
from northbank.flows.scheduled import RunView, ScheduleView, standing_of

FollowerKind = Literal["link", "base"]


class FollowerView(msgspec.Struct, frozen=True, kw_only=True):
    """A link model or a base. follows: the data sets it is made of, or the link model of a base. schedule, pause: minutes; neither: by hand.

    behind: something came that its newest run was not made of. next: None where it is not known. made: number of that run or version, 0 for none.
    runs: by themselves or asked for here, the newest first.
    """

    what: str
    kind: FollowerKind
    code: str
    name: Name
    follows: list[Name]
    schedule: Schedule | None
    pause: int
    behind: bool
    next: datetime | None
    made: int
    made_at: datetime | None
    runs: list[RunView]


class FollowerList(msgspec.Struct, frozen=True):
    """Link models before bases. may_run: the reader may have one run at once."""

    at: datetime
    may_run: bool
    rows: list[FollowerView]


class FollowerRan(msgspec.Struct, frozen=True):
    """What became of a run. made: the number of the run or version; None: nothing was new."""

    made: int | None


async def see_following(platform: Platform, actor: Actor) -> FollowerList:
    """All of them. Refused: `forbidden`."""
    check_reader(actor)
    rows = [await _view(platform, what, one) for what, one in followers(platform.world.city)]
    return FollowerList(platform.world.clock.now(), actor.role in STEWARDS, rows)


async def run_follower(platform: Platform, actor: Actor, what: str) -> FollowerRan:
    """Run one without waiting for its time. Refused: `forbidden`, `not_found`, as `link` and `govern`, `run_failed` with its cause."""
    if actor.role not in STEWARDS:
        raise Refused("forbidden", role=actor.role.value)
    one = dict(followers(platform.world.city)).get(what)
    if one is None:
        raise Refused("not_found", what=what)
    done = await follow_now(platform, what, one, lambda step, share: None)
    if done.why is not None:
        raise done.why from done.error
    return FollowerRan(done.n)


async def _view(platform: Platform, what: str, one: Model | Base) -> FollowerView:
    city = platform.world.city
    stands, behind = await standing_of(platform.world, what, one.schedule), await touched(platform.world, one)
    linked = isinstance(one, Base) and bool(one.link)
    follows = [city.links[one.link].name] if linked else [city.datasets[code].name for code in one.inputs]  # type: ignore[union-attr]
    made, made_at = await _made(platform, one)
    return FollowerView(
        what=what, kind="base" if isinstance(one, Base) else "link", code=one.code, name=one.name, follows=follows,
        schedule=one.schedule, pause=one.pause, behind=behind, next=_next(platform, one, stands, behind), made=made,
        made_at=made_at, runs=stands.runs,
    )  # fmt: skip


def _next(platform: Platform, one: Model | Base, stands: ScheduleView, behind: bool) -> datetime | None:
    """Behind batches: as soon as something came and the pause is over, sooner where the last run failed."""
    if one.schedule is not None:
        return stands.next
    if not one.pause or not behind:
        return None
    now = platform.world.clock.now()
    after = stands.next if stands.failed else stands.last and stands.last + timedelta(minutes=one.pause)
    return max(now, after or now)


async def _made(platform: Platform, one: Model | Base) -> tuple[int, datetime | None]:
    """The number of the newest run or version, and when it was told."""
    n, at = 0, None
    stream = runs_stream(one.code) if isinstance(one, Model) else stream_of(one.code)
    async for entry in platform.world.journal.read(stream):
        if isinstance(entry.data, LinkRun | Built):
            n, at = entry.data.n, entry.at
    return n, at

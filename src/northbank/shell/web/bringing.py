"""Work of the lake that somebody asks for over HTTP: a file that is uploaded, what the origin has now, a run of a link model or a base.

One after the other, for an engine takes its memory.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import TypeVar

from northbank.core.access import Actor, Role
from northbank.core.city import Name
from northbank.core.refusal import Refused
from northbank.flows.bring import Brought, bring_file, bring_now, may_bring
from northbank.flows.platform import READERS, STEWARDS, Platform
from northbank.flows.see_contract import MOST_MB
from northbank.flows.see_following import FollowerList, FollowerRan, run_follower, see_following
from northbank.shell.web.forms import Rules, media_of, read_multipart
from northbank.shell.web.knobs import MIB
from northbank.shell.web.registry import Call, Face, Operation

log = logging.getLogger(__name__)
Done = TypeVar("Done")
FILE = "file"
PATIENCE = 1800.0  # seconds for the largest file over a slow line
RULES = Rules(text=0, file_name=FILE, files=1, size=MOST_MB * MIB, patience=PATIENCE)
BRINGERS = STEWARDS | {Role.UNIT_OFFICER}
COLLECTS = (
    "no_dataset", "made_dataset", "no_files", "collecting", "reference_first", "conflict", "lake_unwritable", "lake_failed",
    "file_unreadable", "file_cut", "file_header", "file_changed",
)  # fmt: skip


class Bringing:
    """The commands of one application."""

    def __init__(self) -> None:
        self.turn = asyncio.Lock()

    async def upload(self, face: Face, call: Call) -> Brought:
        """Nothing of the file is read before its sender may send it."""
        dataset = may_bring(face.platform, call.actor, call.path["code"])
        media, options = media_of(call.scope)
        if media != "multipart/form-data" or b"boundary" not in options:
            raise Refused("media_type", found=media, allowed="multipart/form-data")
        if face.platform.inbox is None:
            raise Refused("busy")
        with face.platform.inbox.arriving(dataset) as file:
            await read_multipart(call.scope, call.receive, options[b"boundary"], RULES, file)
            async with self.turn:
                return await bring_file(face.platform, call.actor, dataset, file)

    async def fetch(self, face: Face, call: Call) -> Brought:
        """Ask the origin."""
        return await self._in_turn(bring_now, face, call, call.path["code"])

    async def run(self, face: Face, call: Call) -> FollowerRan:
        """Link, or build a base."""
        return await self._in_turn(run_follower, face, call, call.path["what"])

    async def _in_turn(
        self, work: Callable[[Platform, Actor, str], Awaitable[Done]], face: Face, call: Call, what: str
    ) -> Done:
        """The cause of a failure is for the log alone: its words may hold a cell."""
        async with self.turn:
            try:
                return await work(face.platform, call.actor, what)
            except Refused as refused:
                if refused.__cause__ is not None:
                    log.error("%s failed", what, exc_info=refused.__cause__)
                raise


async def list_followers(face: Face, call: Call) -> FollowerList:
    """What runs by itself."""
    return await see_following(face.platform, call.actor)


def operations() -> tuple[Operation, ...]:
    """Each application has its own turn."""
    bringing = Bringing()
    return (
        Operation(
            name="upload_file", method="POST", path="/api/v1/datasets/{code}/files", tag="data platform", reply=Brought,
            run=bringing.upload, roles=BRINGERS, form={FILE: 1}, refusals=(*COLLECTS, "file_format", "media_type", "too_large", "slow"),
            summary=Name(zh="上传数据文件", en="Bring a file of a data set, as part `file`; the same bytes make one batch"),
        ),
        Operation(
            name="collect_now", method="POST", path="/api/v1/datasets/{code}/collect", tag="data platform",
            reply=Brought, run=bringing.fetch, roles=BRINGERS,
            refusals=(
                *COLLECTS, "no_origin", "no_secret", "source_down", "source_refused", "source_changed", "source_too_large", "run_failed",
            ),
            summary=Name(zh="立即归集", en="Collect a data set from its origin without waiting for its time"),
        ),
        Operation(
            name="list_followers", method="GET", path="/api/v1/data/following", tag="data: links", reply=FollowerList,
            run=list_followers, roles=READERS,
            summary=Name(zh="关联与基础库的运行安排", en="When link models and base databases run, and their last runs"),
        ),
        Operation(
            name="run_follower", method="POST", path="/api/v1/data/following/{what}/run", tag="data: links", reply=FollowerRan,
            run=bringing.run, roles=STEWARDS,
            refusals=("not_found", "link_first", "links_missing", "links_lost", "linking", "collecting", "conflict", "run_failed"),
            summary=Name(zh="立即关联或建库", en="Run a link model (`link.CODE`) or build a base (`base.CODE`) without waiting for its time"),
        ),
    )  # fmt: skip

"""Rows brought in by hand over HTTP: a file that is uploaded, or what the origin has now. One after the other, for an engine takes its memory."""

import asyncio
import logging

from northbank.core.access import Role
from northbank.core.city import Name
from northbank.core.refusal import Refused
from northbank.flows.bring import Brought, bring_file, bring_now, may_bring
from northbank.flows.platform import STEWARDS
from northbank.flows.see_contract import MOST_MB
from northbank.shell.web.forms import Rules, media_of, read_multipart
from northbank.shell.web.knobs import MIB
from northbank.shell.web.registry import Call, Face, Operation

log = logging.getLogger(__name__)
FILE = "file"
PATIENCE = 1800.0  # seconds for the largest file over a slow line
RULES = Rules(text=0, file_name=FILE, files=1, size=MOST_MB * MIB, patience=PATIENCE)
BRINGERS = STEWARDS | {Role.UNIT_OFFICER}
COLLECTS = (
    "no_dataset", "made_dataset", "no_files", "collecting", "reference_first", "conflict", "lake_unwritable", "lake_failed",
    "file_unreadable", "file_cut", "file_header", "file_changed",
)  # fmt: skip


class Bringing:
    """The two commands of one application."""

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
        code = call.path["code"]
        async with self.turn:
            try:
                return await bring_now(face.platform, call.actor, code)
            except Refused as refused:
                if refused.__cause__ is not None:
                    log.error("collecting %s failed", code, exc_info=refused.__cause__)
                raise


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
    )  # fmt: skip

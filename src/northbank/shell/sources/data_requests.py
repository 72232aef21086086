"""Requests for data in the demonstration: one that is granted, one that waits for its provider, one that is refused.

They are made by the same flows as real ones, by accounts of the demonstration. A second start changes nothing.
"""

from collections.abc import Sequence
from datetime import timedelta

import msgspec

from northbank.core.access import Actor, Role
from northbank.core.dataset import Dataset
from northbank.core.refusal import Refused
from northbank.core.terms import Terms
from northbank.flows.platform import Platform
from northbank.flows.share import Act, DataRequest, GrantAct, act_on_grant, request_data
from northbank.ports import ClientKey

PURPOSE = "核对重点场所信息（checking places）"
APPLICATION = "重点场所巡查（rounds of places）"
REASON = "用途不清，请补充说明（the purpose is not clear）"
FIELDS = 6
LASTS = timedelta(days=180)


async def ask_for_data(platform: Platform, people: Sequence[Actor]) -> None:
    """Three requests of the first officer of a unit, as far along as each should be."""
    asker = next((one for one in people if one.role is Role.UNIT_OFFICER and one.unit), None)
    steward = next((one for one in people if one.role is Role.STEWARD and one.unit), None)
    if asker is None or steward is None:
        return
    shared = [one for one in platform.world.city.datasets.values() if one.owner != asker.unit and _plain(one)]
    open_ones = [one for one in shared if one.share == "open"]
    conditional = [one for one in shared if one.share == "conditional"]
    wishes = [
        *((one, "clear") for one in open_ones[:1]), *((one, "clear") for one in conditional[:1]),
        *((one, "refuse") for one in conditional[1:2]), *((one, "") for one in conditional[2:3]),
    ]  # fmt: skip
    for n, (dataset, act) in enumerate(wishes):
        await _ask(platform, asker, steward, dataset, act, n)


def _plain(dataset: Dataset) -> tuple[str, ...]:
    return tuple(one.code for one in dataset.columns if not one.personal)[:FIELDS]


async def _ask(platform: Platform, asker: Actor, steward: Actor, dataset: Dataset, act: str, n: int) -> None:
    until = (platform.world.clock.now() + LASTS).date()
    body = DataRequest(
        dataset=dataset.code, purpose=PURPOSE, application=APPLICATION, terms=Terms(fields=_plain(dataset), until=until)
    )
    try:
        asked = await request_data(platform, asker, body, ClientKey(f"demonstration {n}", dataset.code.encode()))
        if act and asked.grant.version == 1:
            done = GrantAct(act=msgspec.convert(act, Act), reason=REASON if act == "refuse" else "")
            await act_on_grant(platform, steward, asked.grant.id, done)
    except Refused:
        return  # a pack may forbid what a demonstration would show

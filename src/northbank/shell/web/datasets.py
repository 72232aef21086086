"""Data sets by HTTP: all of them, what came in lately, one of them, and the bad rows of one for those who answer for it."""

from northbank.core.access import Role
from northbank.core.city import Name
from northbank.flows import list_datasets as lists
from northbank.flows.list_datasets import DatasetList, TodayView
from northbank.flows.platform import READERS, STEWARDS
from northbank.flows.see_contract import ContractView, DatasetQuery, see_contract
from northbank.flows.see_quarantine import QuarantineQuery, QuarantineView
from northbank.flows.see_quarantine import see_quarantine as look
from northbank.flows.see_warehouses import WarehouseList
from northbank.flows.see_warehouses import see_warehouses as warehouses
from northbank.shell.web.registry import Call, Face, Operation


async def list_datasets(face: Face, call: Call) -> DatasetList:
    """All of them."""
    return await lists.list_datasets(face.platform, call.actor)


async def see_data_today(face: Face, call: Call) -> TodayView:
    """What came in."""
    return await lists.see_today(face.platform, call.actor)


async def see_warehouses(face: Face, call: Call) -> WarehouseList:
    """What lies in which warehouse."""
    return await warehouses(face.platform, call.actor)


async def see_dataset(face: Face, call: Call) -> ContractView:
    """One of them."""
    return await see_contract(face.platform, call.actor, call.path["code"], call.params)


async def see_quarantine(face: Face, call: Call) -> QuarantineView:
    """Its bad rows."""
    return await look(face.platform, call.actor, call.path["code"], call.params)


OPERATIONS = (
    Operation(
        name="list_datasets", method="GET", path="/api/v1/datasets", tag="data platform", reply=DatasetList,
        run=list_datasets, roles=READERS,
        summary=Name(zh="数据集列表", en="Every data set: owner, level, rows, age, score with trend"),
    ),
    Operation(
        name="see_data_today", method="GET", path="/api/v1/data/today", tag="data platform", reply=TodayView,
        run=see_data_today, roles=READERS,
        summary=Name(zh="近 24 小时归集", en="What came in during the last 24 hours, what is late, quality by department"),
    ),
    Operation(
        name="see_warehouses", method="GET", path="/api/v1/data/warehouses", tag="data platform", reply=WarehouseList,
        run=see_warehouses, roles=READERS,
        summary=Name(zh="部门与区数据仓", en="Warehouses of departments and of the district: what lies in each, how good, what the reader may do"),
    ),
    Operation(
        name="see_dataset", method="GET", path="/api/v1/datasets/{code}", tag="data platform", params=DatasetQuery,
        reply=ContractView, run=see_dataset, roles=READERS, refusals=("no_dataset", "no_batch", "lake_lost"),
        summary=Name(zh="数据集详情", en="One data set: its contract, its rules, its batches, as of any of them"),
    ),
    Operation(
        name="see_quarantine", method="GET", path="/api/v1/datasets/{code}/quarantine", tag="data platform",
        params=QuarantineQuery, reply=QuarantineView, run=see_quarantine, roles=STEWARDS | {Role.UNIT_OFFICER},
        refusals=("no_dataset", "no_batch", "lake_lost", "unknown_purpose"),
        summary=Name(zh="隔离区", en="Bad rows of a batch with the rules they fail; each look is written down"),
    ),
)  # fmt: skip

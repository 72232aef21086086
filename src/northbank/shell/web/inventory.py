"""The inventory by HTTP: businesses, data items, systems, the ledger of resources, and what is missing."""

from northbank.core.city import Name
from northbank.flows import see_inventory
from northbank.flows.platform import READERS
from northbank.flows.see_inventory import (
    BusinessPage,
    BusinessView,
    CoverageQuery,
    CoverageView,
    InventoryQuery,
    ItemPage,
    ItemQuery,
    LedgerQuery,
    LedgerView,
    SystemList,
)
from northbank.shell.web.registry import Call, Face, Operation


async def list_businesses(face: Face, call: Call) -> BusinessPage:
    """One page of them."""
    return see_inventory.businesses(face.city, call.actor, call.params)


async def see_business(face: Face, call: Call) -> BusinessView:
    """One of them."""
    return see_inventory.business(face.city, call.actor, call.path["code"])


async def list_items(face: Face, call: Call) -> ItemPage:
    """One page of data items."""
    return see_inventory.items(face.city, call.actor, call.params)


async def list_systems(face: Face, call: Call) -> SystemList:
    """Every system."""
    return see_inventory.systems(face.city, call.actor)


async def see_ledger(face: Face, call: Call) -> LedgerView:
    """Applications, data sets, components, sensors, clouds."""
    return see_inventory.ledger(face.city, call.actor, call.params)


async def see_coverage(face: Face, call: Call) -> CoverageView:
    """What is missing."""
    return see_inventory.covered(face.city, call.actor, call.params)


OPERATIONS = (
    Operation(
        name="list_businesses", method="GET", path="/api/v1/data/inventory/businesses", tag="data platform",
        params=InventoryQuery, reply=BusinessPage, run=list_businesses, roles=READERS,
        summary=Name(zh="核心业务清单", en="Key businesses: by words, department, board, level, status, item or system"),
    ),
    Operation(
        name="see_business", method="GET", path="/api/v1/data/inventory/businesses/{code}", tag="data platform",
        reply=BusinessView, run=see_business, roles=READERS,
        summary=Name(zh="核心业务详情", en="One business with its data items, systems, figures and one-things"),
    ),
    Operation(
        name="list_items", method="GET", path="/api/v1/data/inventory/items", tag="data platform", params=ItemQuery,
        reply=ItemPage, run=list_items, roles=READERS,
        summary=Name(zh="数据项清单", en="Data items and the columns that carry them"),
    ),
    Operation(
        name="list_systems", method="GET", path="/api/v1/data/inventory/systems", tag="data platform", reply=SystemList,
        run=list_systems, roles=READERS, summary=Name(zh="系统清单", en="Systems, and what runs on each"),
    ),
    Operation(
        name="see_ledger", method="GET", path="/api/v1/data/inventory/ledger", tag="data platform", params=LedgerQuery,
        reply=LedgerView, run=see_ledger, roles=READERS,
        summary=Name(zh="数字资源一本账", en="The ledger of resources: applications, data sets, components, sensors, clouds"),
    ),
    Operation(
        name="see_coverage", method="GET", path="/api/v1/data/inventory/coverage", tag="data platform",
        params=CoverageQuery, reply=CoverageView, run=see_coverage, roles=READERS,
        summary=Name(zh="清单覆盖情况", en="What is missing in the inventory, by department, with the list behind each count"),
    ),
)  # fmt: skip

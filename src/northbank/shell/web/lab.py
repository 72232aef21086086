"""The policy lab by HTTP: past simulations, one of them, a new one, and the pack versions that can be tried."""

from northbank.core.city import Name
from northbank.flows import see_policies, try_policy
from northbank.flows.see_policies import (
    ChangedPage,
    ChangedQuery,
    FileQuery,
    PackFile,
    PackList,
    SimulationPage,
    SimulationQuery,
    SimulationView,
)
from northbank.flows.try_policy import LEADS, NewSimulation
from northbank.ports.lab import SimulationRun
from northbank.shell.web.cases import check_moment
from northbank.shell.web.registry import Call, Face, Operation
from northbank.shell.web.wire import NO_STORE, Reply

ZIP = "application/zip"
EXAMPLE = {"since": "2026-05-01T00:00:00Z", "until": "2026-06-01T00:00:00Z", "note": "potholes within a day"}


async def list_simulations(face: Face, call: Call) -> SimulationPage:
    """One page of them."""
    return await see_policies.simulations(face.lab, call.actor, call.params)


async def see_simulation(face: Face, call: Call) -> SimulationView:
    """One of them."""
    return await see_policies.simulation(face.lab, call.actor, call.path["id"])


async def list_changed(face: Face, call: Call) -> ChangedPage:
    """Cases that change in it."""
    return await see_policies.changed(face.lab, call.actor, call.path["id"], call.params)


async def simulate(face: Face, call: Call) -> SimulationRun:
    """Begin one."""
    check_moment("since", call.body.since)
    check_moment("until", call.body.until)
    return await try_policy.start(face.lab, call.actor, call.body)


async def stop_simulation(face: Face, call: Call) -> SimulationRun:
    """End one."""
    return await try_policy.stop(face.lab, call.actor, call.path["id"])


async def list_packs(face: Face, call: Call) -> PackList:
    """Versions that can be tried."""
    return await see_policies.packs(face.lab, call.actor)


async def see_pack_file(face: Face, call: Call) -> PackFile:
    """A file of rules."""
    return await see_policies.pack_file(face.lab, call.actor, call.path["version"], call.params.name)


async def take_pack(face: Face, call: Call) -> Reply:
    """All files of a version."""
    version = call.path["version"]
    found = await see_policies.pack_files(face.lab, call.actor, version)
    name = f'attachment; filename="pack-{version}.zip"'.encode()
    return Reply(200, found, ZIP.encode(), (*NO_STORE, (b"content-disposition", name)))


OPERATIONS = (
    Operation(
        name="list_simulations", method="GET", path="/api/v1/simulations", tag="policy lab", params=SimulationQuery,
        reply=SimulationPage, run=list_simulations, roles=LEADS,
        summary=Name(zh="政策模拟列表", en="Policy simulations, newest first, and the one under way"),
    ),
    Operation(
        name="simulate", method="POST", path="/api/v1/simulations", tag="policy lab", body=NewSimulation,
        reply=SimulationRun, status=202, run=simulate, roles=LEADS, example=EXAMPLE,
        refusals=("simulating", "ends_first", "no_cases", "not_found", "no_rule_file", "bad_rules"),
        summary=Name(zh="开始政策模拟", en="Decide recorded cases again under other rules; nothing of them is changed"),
    ),
    Operation(
        name="see_simulation", method="GET", path="/api/v1/simulations/{id}", tag="policy lab", reply=SimulationView,
        run=see_simulation, roles=LEADS,
        summary=Name(zh="政策模拟详情", en="One simulation: its progress, its sums, the rules compared"),
    ),
    Operation(
        name="stop_simulation", method="POST", path="/api/v1/simulations/{id}/stop", tag="policy lab",
        reply=SimulationRun, run=stop_simulation, roles=LEADS, refusals=("not_found",),
        summary=Name(zh="停止政策模拟", en="Stop a simulation; nothing of it is kept"),
    ),
    Operation(
        name="list_changed", method="GET", path="/api/v1/simulations/{id}/cases", tag="policy lab", params=ChangedQuery,
        reply=ChangedPage, run=list_changed, roles=LEADS,
        summary=Name(zh="模拟中有变化的事件", en="Cases that change hands, due time or lateness in a simulation"),
    ),
    Operation(
        name="list_packs", method="GET", path="/api/v1/packs", tag="policy lab", reply=PackList, run=list_packs,
        roles=LEADS, summary=Name(zh="城市包版本", en="Pack versions that can be tried"),
    ),
    Operation(
        name="see_pack_file", method="GET", path="/api/v1/packs/{version}/file", tag="policy lab", params=FileQuery,
        reply=PackFile, run=see_pack_file, roles=LEADS, refusals=("no_rule_file",),
        summary=Name(zh="规则文件", en="A file of rules of a pack version"),
    ),
    Operation(
        name="take_pack", method="GET", path="/api/v1/packs/{version}/zip", tag="policy lab", reply=bytes, media=ZIP,
        run=take_pack, roles=LEADS, summary=Name(zh="下载城市包版本", en="All files of a pack version, zipped"),
    ),
)  # fmt: skip

"""Running a center, or the demonstration of one."""

from functools import partial
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.table import Table

from northbank.core.account import Account
from northbank.pack.demo import load_demo
from northbank.pack.spec import DemoToml
from northbank.pack.staff import accounts, colleagues
from northbank.shell.clock import SystemClock
from northbank.shell.log import configure
from northbank.shell.settings import Settings
from northbank.shell.sources.filling import Filling, read_filling, write_filling
from northbank.shell.sources.simulator import BACK, BEFORE, Simulator
from northbank.shell.store.rebuild import rebuild
from northbank.verbs.demo_data import doors, play_data
from northbank.wiring import Center, listen_on, open_center, serve, web_settings

if TYPE_CHECKING:
    pass

DEMO_PASSWORD = "northbank-demo"  # noqa: S105 - for invented data on this machine only; every login is printed


async def run_center(settings: Settings, out: Console) -> None:
    """The real thing."""
    configure(settings.log)
    listening = listen_on(settings.host, settings.port)
    async with open_center(settings, cases=True) as center:
        if not await center.accounts.everyone():
            out.print("There are no accounts yet. Open one: northbank user add LOGIN --role admin --pack PACK")
        greet(center, listening.getsockname()[1], out)
        await serve(center, listening, web_settings(settings))
    out.print("Stopped. Everything is saved.")


async def run_demo(settings: Settings, out: Console, history: int = 22) -> None:
    """A district with a simulated day, and so many days before it, told beside the play."""
    configure(settings.log)
    listening = listen_on(settings.host, settings.port)
    demo = load_demo(settings.pack)
    start = None if settings.speed == 1.0 else SystemClock().now() - BACK
    async with open_center(settings, start=start, cases=True, before=BEFORE) as center:
        staff = await _demo_staff(center, demo)
        greet(center, listening.getsockname()[1], out)
        table = Table(
            "login", "role", "unit", "", title=f"Demo logins, password: {DEMO_PASSWORD}", title_justify="left"
        )
        for one in demo.accounts:
            table.add_row(one.login, one.role, one.unit or one.town or "", one.name.en)
        out.print(table)
        zone, city = ZoneInfo(center.city.timezone), center.city
        simulator = Simulator(
            center.world, demo.day, demo.samples, staff, zone, doors=doors(city) if city.datasets else ()
        )
        last, waiting = await center.cases.resume_point()
        center.spawn(simulator.run(last, waiting))
        center.told = simulator.caught_up.is_set
        filling = read_filling(settings.data)
        if last is None:
            center.timing.clear()
            filling = Filling(center.world.clock.now() - BACK)
            write_filling(settings.data, filling)
        if filling is not None:
            center.spawn(_recall(center, simulator, history, filling))
        center.spawn(play_data(center, [one.actor for one in staff], simulator.caught_up))
        await serve(center, listening, web_settings(settings))
    out.print("Stopped. Everything is saved; the next start goes on with it.")


async def _recall(center: Center, simulator: Simulator, days: int, filling: Filling) -> None:
    await simulator.past_told.wait()
    center.timing.set()
    await simulator.recall(days, filling, partial(write_filling, center.settings.data))
    center.tail.recount()


def greet(center: Center, port: int, out: Console) -> None:
    """Say where it listens and which pages it has."""
    host = center.settings.host
    shown = f"[{host}]" if ":" in host else host
    out.print(
        f"Northbank runs {center.city.name.en or center.city.name.zh} at http://{shown}:{port}/ (wall: http://{shown}:{port}/wall)"
    )
    if center.settings.mode != "live":
        out.print("SIMULATED 模拟数据" if center.settings.mode == "simulated" else "REPLAY 历史回放")
    out.print("Stop with Ctrl-C.")


async def _demo_staff(center: Center, demo: DemoToml) -> list[Account]:
    """Everybody who works in the demonstration; who is new gets an account, only those of demo.toml one that opens."""
    known = {one.account.actor.login for one in await center.accounts.everyone()}
    doors, names = accounts(demo), colleagues(demo, center.city)
    new = [one for one in doors if one.actor.login not in known]
    hashed = await center.passwords.hash(DEMO_PASSWORD) if new else ""
    for one in new:
        await center.accounts.add(one, hashed, SystemClock().now())
    for one in names:
        if one.actor.login not in known:
            await center.accounts.add(one, "no password", SystemClock().now(), enabled=False)
    return doors + names


async def run_rebuild(settings: Settings, out: Console) -> None:
    """Views from the journal alone."""
    async with open_center(settings) as center:
        count = await rebuild(center.pool)
    out.print(f"{count} cases folded from the journal.")

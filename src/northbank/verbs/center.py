"""What each verb of the command line does with a center: run, demo, import, replay, rebuild, accounts.

Arguments are read in cli/; parts are joined in wiring.py.
"""

import asyncio
import contextlib
import signal
import threading
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.table import Table

from northbank.core.access import Actor, Role
from northbank.core.account import Account
from northbank.core.city import Name
from northbank.pack.demo import load_demo
from northbank.pack.spec import DemoToml
from northbank.pack.staff import accounts, colleagues
from northbank.shell.clock import SystemClock
from northbank.shell.log import configure
from northbank.shell.settings import Settings
from northbank.shell.sources.filling import Filling, read_filling, write_filling
from northbank.shell.sources.simulator import BACK, BEFORE, Simulator
from northbank.shell.store.pool import UNAVAILABLE, DatabaseError
from northbank.shell.store.rebuild import rebuild
from northbank.verbs.demo_data import play_data
from northbank.wiring import Center, listen_on, open_beside, open_center, serve, settle, web_settings

if TYPE_CHECKING:
    from northbank.core.suggest import About
    from northbank.shell.sources.rows import Standing
    from northbank.shell.sources.timeline import Timeline

DEMO_PASSWORD = "northbank-demo"  # noqa: S105 - for invented data on this machine only; every login is printed


async def run_center(settings: Settings, out: Console) -> None:
    """The real thing."""
    configure(settings.log)
    listening = listen_on(settings.host, settings.port)
    async with open_center(settings, cases=True) as center:
        if not await center.accounts.everyone():
            out.print("There are no accounts yet. Open one: northbank user add LOGIN --role admin --pack PACK")
        _greet(center, listening.getsockname()[1], out)
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
        _greet(center, listening.getsockname()[1], out)
        table = Table(
            "login", "role", "unit", "", title=f"Demo logins, password: {DEMO_PASSWORD}", title_justify="left"
        )
        for one in demo.accounts:
            table.add_row(one.login, one.role, one.unit or one.town or "", one.name.en)
        out.print(table)
        simulator = Simulator(center.world, demo.day, demo.samples, staff, ZoneInfo(center.city.timezone))
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


def _greet(center: Center, port: int, out: Console) -> None:
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


async def run_import(
    settings: Settings, file: Path, map: Path, rejects: Path, limit: int | None, out: Console
) -> int:  # fmt: skip
    """Import a file; 0 when it is done, 130 when it was stopped and can be taken up again."""
    from northbank.shell.sources.importer import import_file
    from northbank.shell.sources.progress import shown

    configure(settings.log)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    async with open_center(settings, live=False, cases=True) as center:
        settle()
        with shown() as progress:
            try:
                report = await import_file(
                    center, file, map, progress=progress, rejects=rejects, stop=stop, limit=limit
                )
            except UNAVAILABLE as error:
                raise DatabaseError("The database went away; the same command goes on where it ended.") from error
    out.print(str(report), markup=False)
    return 130 if stop.is_set() and not report.finished else 0


async def run_replay(settings: Settings, file: Path, map: Path, out: Console) -> None:
    """Recorded reports on a live wall."""
    from northbank.shell.sources.mapfile import read_map
    from northbank.shell.sources.replay import replay_file

    configure(settings.log)
    listening = listen_on(settings.host, settings.port)
    with contextlib.closing(await _sorted(file, map)) as timeline:
        start = await _resume(settings, timeline.first)
        async with open_center(settings, start=start, cases=True) as center:
            rules = read_map(map, center.city)
            _greet(center, listening.getsockname()[1], out)
            stop = asyncio.Event()
            center.spawn(replay_file(center, timeline, rules, stop=stop))
            await serve(center, listening, web_settings(settings))
            stop.set()
    out.print("Stopped. The next start goes on where this one ended.")


async def _sorted(file: Path, map: Path) -> "Timeline":
    """The file in order of time, with a bar while it is read; a Ctrl-C ends the reading too."""
    from northbank.shell.sources.progress import shown
    from northbank.shell.sources.timeline import Timeline

    given_up = threading.Event()
    with shown(doing="Sorting by time") as show:

        def tell(standing: "Standing") -> None:
            if given_up.is_set():
                raise asyncio.CancelledError
            show(standing)

        try:
            return await asyncio.to_thread(Timeline.of, file, map, tell)
        finally:
            given_up.set()


async def _resume(settings: Settings, first: datetime) -> datetime:
    """Where the clock of a replay begins: at the last recorded moment of an earlier run, else a minute before the file."""
    async with open_center(settings, start=first) as center:
        last, _ = await center.cases.resume_point()
    return last if last is not None else first - timedelta(minutes=1)


async def run_rebuild(settings: Settings, out: Console) -> None:
    """Views from the journal alone."""
    async with open_center(settings) as center:
        count = await rebuild(center.pool)
    out.print(f"{count} cases folded from the journal.")


async def add_user(
    settings: Settings, login: str, name: str, name_en: str, role: str, unit: str | None, town: str | None,
    grid: str | None, password: str, out: Console,
) -> None:  # fmt: skip
    """Open an account."""
    async with open_center(settings) as center:
        _check_post(center, role, unit, town, grid)
        actor = Actor(login, Role(role), unit, town, grid)
        named = Name(name, name_en or ("" if name else login))
        hashed = await center.passwords.hash(password)
        made = await center.accounts.add(Account(named, actor), hashed, SystemClock().now())
    out.print(f"Account {login} opened." if made else f"The login {login} is taken.")


def _check_post(center: Center, role: str, unit: str | None, town: str | None, grid: str | None) -> None:
    from northbank.shell.settings import SettingsError

    city = center.city
    faults = []
    if role not in list(Role):
        faults.append(f"role {role} is none of {', '.join(Role)}.")
    if unit is not None and unit not in city.units:
        faults.append(f"unit {unit} is not in the pack.")
    faults += [
        f"area {code} is not in the pack." for code in (town, grid) if code is not None and code not in city.areas
    ]
    if faults:
        raise SettingsError(" ".join(faults))


async def move_user(
    settings: Settings, login: str, role: str, unit: str | None, town: str | None, grid: str | None, out: Console
) -> None:
    """Give an account another post; a center that runs follows at once."""
    async with open_beside(settings) as center:
        _check_post(center, role, unit, town, grid)
        done = await center.accounts.set_post(Actor(login, Role(role), unit, town, grid))
    out.print(f"Account {login} has its new post." if done else f"There is no account {login}.")


async def set_password(settings: Settings, login: str, password: str, out: Console) -> None:
    """Set a password; open sessions end."""
    async with open_center(settings) as center:
        hashed = await center.passwords.hash(password)
        done = await center.accounts.set_password(login, hashed, SystemClock().now())
    out.print(f"Password of {login} set." if done else f"There is no account {login}.")


async def disable_user(settings: Settings, login: str, out: Console) -> None:
    """Close an account."""
    async with open_center(settings) as center:
        done = await center.accounts.set_enabled(login, False, SystemClock().now())
    out.print(f"Account {login} closed." if done else f"There is no account {login}.")


async def list_users(settings: Settings, out: Console) -> None:
    """All accounts."""
    table = Table("login", "name", "role", "unit", "town", "grid", "open")
    async with open_center(settings) as center:
        for one in await center.accounts.everyone():
            actor = one.account.actor
            place = (actor.unit or "", actor.town or "", actor.grid or "")
            table.add_row(
                actor.login, _named(one.account.name), actor.role.value, *place, "yes" if one.enabled else "no"
            )
    out.print(table)


def _named(name: Name) -> str:
    return " / ".join(part for part in (name.zh, name.en) if part)


async def run_training(settings: Settings, file: Path | None, map: Path | None, seed: int, out: Console) -> None:
    """Fit a model of suggestions on the center's closed cases or on a labelled file, keep it and write that down."""
    from rich.progress import Progress

    from northbank.core.refusal import Refused
    from northbank.core.suggest_fit import fit
    from northbank.flows.train import examples, record, salt_of
    from northbank.shell.settings import SettingsError
    from northbank.shell.sources.labelled import read_labelled
    from northbank.shell.store.modelfile import next_version, write_model

    async with open_beside(settings) as center:
        folder, city = settings.data / "models", center.city
        version = next_version(folder)
        with Progress(console=Console(stderr=True), transient=True) as bar:
            steps = {name: bar.add_task(words, total=None) for name, words in TRAINING.items()}

            def tell(step: str, done: float) -> None:
                bar.update(steps[step], total=1.0, completed=done)

            if file is not None and map is not None:
                found = await asyncio.to_thread(lambda: list(read_labelled(file, map, city)))
            else:
                assert center.world.scans is not None
                closed = center.world.scans.closed()
                found = await examples(center.world, closed, lambda n: bar.update(steps["open"], completed=n))
            bar.update(steps["open"], total=1, completed=1)
            try:
                model = await asyncio.to_thread(
                    lambda: fit(
                        found, version=version, made_at=center.world.clock.now(), pack=city.version, seed=seed,
                        salt=salt_of(city, version), simulated=center.settings.mode != "live", progress=tell,
                    )
                )  # fmt: skip
            except Refused as refused:
                raise SettingsError(f"{refused.say()} {refused.advise()}") from refused
        path = await asyncio.to_thread(write_model, folder, model)
        await record(center.world, model.about)
    _tell_model(model.about, path, out)


async def run_training_duplicates(settings: Settings, days: int, out: Console) -> None:
    """Learn from the pairs that were merged and put the weights in force."""
    from rich.progress import Progress

    from northbank.core.duplicate_fit import TooFew
    from northbank.flows.train_duplicates import learn
    from northbank.shell.settings import SettingsError

    async with open_beside(settings) as center:
        until = center.world.clock.now()
        with Progress(console=Console(stderr=True), transient=True) as bar:
            step = bar.add_task("Comparing cases with those before them", total=None)
            try:
                learned = await learn(
                    center.world, until - timedelta(days=days), until, lambda n: bar.update(step, completed=n)
                )  # fmt: skip
            except TooFew as error:
                raise SettingsError(f"{error} The weights in force stay as they are.") from error
    weights = learned.weights
    out.print(f"Learned from {weights.pairs:,} pairs, {weights.marked:,} of them merged. In force from now on.")
    out.print(
        f"On the newest pairs, not learned from: mean squared error {learned.brier:.4f}; always the usual share {learned.base:.4f}."
    )


TRAINING = {
    "open": "Opening words",
    "read": "Reading pieces",
    "try": "Fitting on a part, to measure on the rest",
    "fit": "Fitting on all",
}


def _tell_model(about: "About", path: Path, out: Console) -> None:
    """What the model can do, in a few lines."""
    got = about.figures
    out.print(
        f"{path}: {about.cases:,} cases, {len(about.types)} types, {about.pieces:,} pieces of text.", markup=False
    )
    out.print(
        f"On {got.cases:,} cases it had not seen ({about.split}): right {got.accuracy:.1%}, among the first three "
        f"{got.top3:.1%}; always the commonest type would be right {got.usual:.1%}."
    )
    out.print(
        f"From a confidence of {about.threshold:.2f} on it is sure: {got.coverage:.1%} of the cases, {got.precision:.1%} of them "
        f"right (aim {about.aim:.0%}). Calibration error {got.ece:.3f}."
    )


async def audit_verify(settings: Settings, out: Console) -> int:
    """Walk the whole journal against the tree, the checkpoints and the records of readings; 1 where something is wrong."""
    from rich.progress import Progress

    from northbank.shell.store.inspect import inspect

    async with open_beside(settings) as center:
        total = await center.journal.position()
        with Progress(console=Console(stderr=True), transient=True) as bar:
            step = bar.add_task("journal", total=total)
            flaws = await inspect(center.ledger, center.pool, lambda done: bar.update(step, completed=done))
        latest = await center.ledger.latest()
    for flaw in flaws:
        out.print(str(flaw), markup=False)
    if flaws:
        out.print(f"{len(flaws)} flaws; the first is at position {flaws[0].position}.")
        return 1
    signed = f"{latest.size} of them under signed checkpoints" if latest else "no checkpoint is signed yet"
    out.print(f"{total} entries are as they were recorded; {signed}.")
    return 0


async def audit_prove(
    settings: Settings, file: Path, case: str | None, first: int | None, last: int | None, since: int | None, out: Console
) -> None:  # fmt: skip
    """Write what an outsider can check: a receipt, a proof of growth since a checkpoint, or a range of entries."""
    from northbank.core.refusal import Refused
    from northbank.flows.export_proofs import export, growth_line, receipt_line
    from northbank.flows.seal import seal
    from northbank.shell.settings import SettingsError

    async with open_beside(settings) as center:
        await center.ledger.admit(center.signer.verifier, SystemClock().now())
        await seal(center.world, center.ledger, center.signer)
        if case is not None:
            lines = receipt_line(center.world, center.ledger, case)
        elif since is not None:
            lines = growth_line(center.ledger, since)
        else:
            lines = export(center.ledger, first or 1, last)
        try:
            count = await _write_lines(file, lines)
        except Refused as refused:
            raise SettingsError(f"{refused.say()} {refused.advise()}") from refused
        except OSError as error:
            raise SettingsError(f"The file {file} cannot be written: {error}.") from error
    out.print(f"{count} bytes written to {file}. Check: python tools/verify_receipt.py --key KEY {file}", markup=False)


async def _write_lines(file: Path, lines: AsyncIterator[bytes]) -> int:
    """Write lines as they come; nothing is made where there is not even a first one."""
    before = await anext(lines)
    count = 0
    with await asyncio.to_thread(file.open, "wb") as written:
        count += written.write(before)
        async for line in lines:
            count += written.write(line)
    return count


async def audit_key(settings: Settings, renew: bool, out: Console) -> None:
    """Print the public keys, one a line; with `renew`, sign with this folder's key from now on."""
    async with open_beside(settings) as center:
        now = SystemClock().now()
        await (center.ledger.renew if renew else center.ledger.admit)(center.signer.verifier, now)
        for key in await center.ledger.keys():
            out.print(key.verifier, markup=False)


async def audit_rebuild(settings: Settings, out: Console) -> None:
    """Forget the tree and let it grow again from the journal alone."""
    from rich.progress import Progress

    async with open_beside(settings) as center:
        total = await center.journal.position()
        await center.ledger.clear()
        with Progress(console=Console(stderr=True), transient=True) as bar:
            step = bar.add_task("tree", total=total)
            size = await center.ledger.grow(lambda done: bar.update(step, completed=done))
    out.print(f"The tree holds {size} entries. Next: northbank audit verify")

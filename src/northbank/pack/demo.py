"""Reads demo.toml: demonstration accounts and the intensities of the simulated day. All of it is invented."""

from collections.abc import Iterator
from pathlib import Path

from northbank.pack.fault import Fault, PackFaults, listed
from northbank.pack.files import PackFiles, TomlFile, codes
from northbank.pack.refs import area_codes
from northbank.pack.spec import DemoToml
from northbank.pack.tomlfile import parse_toml


def load_demo(path: Path) -> DemoToml:
    """The demonstration of the pack in folder `path`. Raises PackFaults where there is none or it is broken."""
    file = path / "demo.toml"
    if not file.is_file():
        raise PackFaults([Fault("demo.toml", 1, "no file", "a file demo.toml in a pack that can be demonstrated")])
    value, _, faults = parse_toml("demo.toml", file.read_bytes(), DemoToml)
    if value is None:
        raise PackFaults(faults)
    return value


def demo_faults(files: PackFiles) -> Iterator[Fault]:
    """Accounts, types and sources of demo.toml that the pack does not know."""
    demo = files.demo
    if demo is None:
        return
    yield from _accounts(files, demo)
    types, sources = codes(files, "types"), codes(files, "sources")
    for name in demo.value.day.types:
        if name not in types:
            yield Fault(demo.file, demo.line("day", "types", name), f"type '{name}'", listed(types, name))
    for name in demo.value.day.sources:
        if name not in sources:
            yield Fault(demo.file, demo.line("day", "sources", name), f"source '{name}'", listed(sources, name))
    for index, sample in enumerate(demo.value.samples):
        if sample.type not in types:
            yield Fault(
                demo.file, demo.line("samples", index, "type"), f"type '{sample.type}'", listed(types, sample.type)
            )


def _accounts(files: PackFiles, demo: TomlFile[DemoToml]) -> Iterator[Fault]:
    units, areas = codes(files, "units"), area_codes(files)
    seen: set[str] = set()
    for index, account in enumerate(demo.value.accounts):
        line = demo.line("accounts", index, "login")
        if account.login in seen:
            yield Fault(demo.file, line, f"login '{account.login}' a second time", "each login once")
        seen.add(account.login)
        if account.unit and account.unit not in units:
            yield Fault(
                demo.file, demo.line("accounts", index, "unit"), f"unit '{account.unit}'", listed(units, account.unit)
            )
        for key in ("town", "grid"):
            area = getattr(account, key)
            if area and area not in areas:
                yield Fault(demo.file, demo.line("accounts", index, key), f"{key} '{area}'", listed(areas, area))

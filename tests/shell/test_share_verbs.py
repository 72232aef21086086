"""Sharing from the command line over a data folder: found, asked for, decided, used, told; one sentence where something is wrong."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from rich.console import Console
from template import PACK
from typer.testing import CliRunner

from northbank.__main__ import app
from northbank.core.access import Actor, Role
from northbank.core.account import Account
from northbank.core.city import Name
from northbank.flows.ask_data import RowsQuery, find_rows
from northbank.flows.collect import collect
from northbank.shell.settings import Settings, SettingsError
from northbank.verbs.share import run_act, run_list, run_log, run_request, run_search
from northbank.wiring import open_beside

UNTIL = date.today() + timedelta(days=60)
PEOPLE = {
    "roads": (Role.UNIT_OFFICER, "roads"),
    "watch": (Role.UNIT_OFFICER, "watch"),
    "steward": (Role.STEWARD, "center"),
}


class Desk:
    """A data folder with a register of shops and three accounts; what the verbs said."""

    def __init__(self, root: Path, database: str) -> None:
        self.settings = Settings(pack=PACK, data=root / "data", database=database)
        self.out = Console(record=True, width=240, file=(root / "said").open("w"))

    async def fill(self, root: Path) -> None:
        (root / "shops.csv").write_text("编号,名称\n1,一号店\n2,二号店\n")
        async with open_beside(self.settings) as center:
            await collect(center.world, center.platform.lake, "shops", root / "shops.csv", lambda step, share: None)
            for login, (role, unit) in PEOPLE.items():
                await center.accounts.add(
                    Account(Name(login), Actor(login, role, unit)), "no password", datetime.now(UTC)
                )

    def said(self) -> str:
        return self.out.export_text()


async def test_data_are_asked_for_given_and_used(tmp_path: Path, fresh_database: str) -> None:
    desk = Desk(tmp_path, fresh_database)
    await desk.fill(tmp_path)
    settings, out = desk.settings, desk.out
    await run_search(settings, "店铺", out)
    assert "shops" in desk.said()
    await run_search(settings, "qwertz", out)
    await run_list(settings, None, None, out)
    said = desk.said()
    assert "Nothing was found by these words." in said
    assert "There are no requests." in said
    await run_request(settings, "roads", ("shops", ("shop", "name"), "inspections", "places", UNTIL, True), out)
    said = desk.said()
    assert "shops for roads is checking." in said
    assert "An answer is due at" in said
    id = said.split(":")[0]
    with pytest.raises(SettingsError, match="no open account nobody"):
        await run_act(settings, "nobody", id, "clear", "", out)
    with pytest.raises(SettingsError, match="may not do this"):
        await run_act(settings, "roads", id, "clear", "", out)
    await run_act(settings, "steward", id[:18], "clear", "", out)
    await run_act(settings, "watch", id, "approve", "", out)
    assert desk.said().rstrip().endswith("is granted.")
    await run_log(settings, None, None, out)
    assert "Nothing was used yet." in desk.said()
    async with open_beside(settings) as center:
        asker = Actor("roads", *PEOPLE["roads"])
        found = await find_rows(center.platform, asker, "shops", RowsQuery(grant=id, key=("2",), purpose="a visit"))
    assert found.rows == [{"shop": "2", "name": "二号店"}]
    await run_log(settings, id, "shops", out)
    await run_list(settings, "granted", "shops", out)
    said = desk.said()
    assert all(word in said for word in ("a visit", "rows", "granted", id, str(UNTIL)))
    await run_act(settings, "watch", id, "revoke", "no longer needed", out)
    assert "is revoked." in desk.said()
    desk.out.file.close()


def test_strangers_are_one_sentence(tmp_path: Path) -> None:
    run, where = CliRunner().invoke, ["--pack", str(PACK), "--data", str(tmp_path / "data")]
    told = run(app, ["share", "act", "0189", "wave", *where, "--as", "steward"])
    assert (told.exit_code, "There is no act wave; possible are clear, approve" in told.stderr) == (2, True)
    told = run(
        app,
        [
            "share",
            "request",
            "shops",
            *where,
            "--as",
            "roads",
            "--fields",
            "shop",
            "--purpose",
            "p",
            "--application",
            "a",
            "--until",
            "soon",
        ],
    )
    assert told.exit_code == 2
    assert not (tmp_path / "data").exists()

"""The audit from the command line over a data folder: prove, check with the outsiders' program, verify, keys, refusals."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from running import PACK
from shell.servers import Server, empty_database
from template import INTAKE, point

from northbank.flows.report import NewReport, Where, report
from northbank.shell.settings import Settings
from northbank.wiring import open_center

TOOL = Path(__file__).resolve().parents[2] / "tools" / "verify_receipt.py"


def run(*arguments: object, **variables: str) -> tuple[int, str]:
    """The command line in a process of its own; status and everything it said."""
    done = subprocess.run(
        [sys.executable, "-m", "northbank", *map(str, arguments)],
        capture_output=True, text=True, check=False, timeout=120, env=os.environ | variables,
    )  # fmt: skip
    return done.returncode, done.stdout + done.stderr


def outside(*arguments: object) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-I", str(TOOL), *map(str, arguments)], capture_output=True, text=True, check=False, timeout=60
    )
    return done.returncode, done.stdout


async def filled(settings: Settings) -> str:
    """Three reports; the number of the second."""
    async with open_center(settings, live=False) as center:
        new = NewReport(type="street.pothole", place=Where(*point("TW-H1-G1")), text="a hole")
        made = [await report(center.world, INTAKE, new) for _ in range(3)]
    return made[1].number


async def test_what_is_proved_here_is_accepted_outside(tmp_path: Path) -> None:
    data = tmp_path / "data"
    number = await filled(Settings(pack=PACK, data=data))
    place = ("--pack", PACK, "--data", data)
    status, said = run("audit", "prove", tmp_path / "all.jsonl", *place)
    assert status == 0, said
    key = data / "keys" / "audit.pem"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    status, verifier = run("audit", "key", *place)
    assert status == 0
    (tmp_path / "key").write_text(verifier, "utf-8")
    assert run("audit", "prove", tmp_path / "one.json", "--case", number, *place)[0] == 0
    for file in ("all.jsonl", "one.json"):
        assert outside("--key", tmp_path / "key", tmp_path / file)[0] == 0
    status, said = run("audit", "verify", *place)
    assert (status, "under signed checkpoints" in said) == (0, True)
    assert run("audit", "rebuild", *place)[0] == 0
    assert run("audit", "verify", *place)[0] == 0
    for wrong in (("--case", "NOPE"), ("--since", "99"), ("--first", "99"), ("--first", "3", "--last", "2")):
        status, said = run("audit", "prove", tmp_path / "none", *wrong, *place)
        assert status == 2, said
        assert "Traceback" not in said
        assert not (tmp_path / "none").exists()
    assert run("audit", "prove", tmp_path / "none", "--case", number, "--since", "1", *place)[0] == 2


async def test_a_database_whose_key_is_elsewhere_is_refused_until_it_is_put_back_or_renewed(
    tmp_path: Path, server: Server
) -> None:
    async with empty_database(server) as url:
        mine, other = tmp_path / "mine", tmp_path / "other"
        await filled(Settings(pack=PACK, data=mine, database=url))
        assert run("audit", "prove", tmp_path / "a.jsonl", "--pack", PACK, "--data", mine, "--database", url)[0] == 0
        there = ("--pack", PACK, "--data", other, "--database", url)
        status, said = run("audit", "prove", tmp_path / "b.jsonl", *there)
        assert status == 2
        assert "put keys/audit.pem back from the backup" in said
        named = {"NORTHBANK_AUDIT_KEY_FILE": str(mine / "keys" / "audit.pem")}
        assert run("audit", "prove", tmp_path / "b.jsonl", *there, **named)[0] == 0
        status, said = run("audit", "renew-key", *there)
        assert (status, len(said.split())) == (0, 2)
        assert run("audit", "prove", tmp_path / "b.jsonl", *there)[0] == 0
        assert run("audit", "verify", *there)[0] == 0


@pytest.mark.parametrize("content", [None, b"", b"nonsense"])
async def test_a_key_file_that_is_none_is_told_in_one_sentence(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "key.pem"
    if content is not None:
        file.write_bytes(content)
    named = {"NORTHBANK_AUDIT_KEY_FILE": str(file)}
    status, said = run("audit", "key", "--pack", PACK, "--data", tmp_path / "data", **named)
    assert status == 2
    assert said.startswith(f"The audit key {file} cannot be used")

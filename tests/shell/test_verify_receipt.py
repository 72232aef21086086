"""The outsiders' program against real files of a real journal: what holds is accepted, whatever was meddled with is named."""

import base64
import copy
import json
import re
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from shell.stored import store
from template import DUTY, INTAKE

from northbank.flows import see_proofs
from northbank.flows.erase_subject import EraseBody, erase
from northbank.flows.export_proofs import export
from northbank.flows.seal import seal
from northbank.shell.store.checkpoints import PgLedger
from northbank.shell.store.signer import Signer, new_pem

TOOL = Path(__file__).resolve().parents[2] / "tools" / "verify_receipt.py"
SIGNER = Signer("northbank/test/simulated", new_pem())
namespace: dict[str, Any] = {"__name__": "verify_receipt"}
exec(compile(TOOL.read_text("utf-8"), str(TOOL), "exec"), namespace)
Fault = namespace["Fault"]
KEYS = namespace["read_keys"]([SIGNER.verifier])


class Files(msgspec.Struct):
    """What outsiders are given."""

    receipt: dict[str, Any]
    growth: dict[str, Any]
    lines: list[str]
    erased: dict[str, Any]
    sizes: tuple[int, int]


@pytest.fixture
async def files(fresh_database: str, tmp_path: Path) -> AsyncIterator[Files]:
    """Twelve reports in two checkpoints; the person of the first is erased in between."""
    async with store(fresh_database) as one:
        ledger = PgLedger(one.pool)
        made = [await one.report() for _ in range(6)]
        await seal(one.world, ledger, SIGNER)
        first, _ = await see_proofs.receipt(one.world, ledger, INTAKE, made[0].id)
        await erase(one.world, DUTY, (await one.case(made[0].id)).subject, EraseBody("request"))
        one.clock.advance(timedelta(minutes=1))
        made += [await one.report() for _ in range(6)]
        await seal(one.world, ledger, SIGNER)
        receipt, _ = await see_proofs.receipt(one.world, ledger, INTAKE, made[2].id)
        old = int(first.checkpoint.split("\n")[1])
        growth = await see_proofs.consistency(ledger, old, None)
        lines = [line.decode() async for line in export(ledger, 5, 25)]
        yield Files(plain(receipt), plain(growth), lines, plain(first), (old, await ledger.size()))


def plain(value: Any) -> dict[str, Any]:
    return dict(msgspec.to_builtins(value))


def verdict(value: Any) -> str:
    """What the program says of a receipt or a proof: OK or the first fault."""
    try:
        kind = "check_receipt" if "entry" in value else "check_growth"
        return "OK " + namespace[kind](value, KEYS)
    except Fault as fault:
        return str(fault)


def of_lines(lines: list[str], **asked: int) -> str:
    try:
        return "OK " + namespace["check_entries"](iter(lines), KEYS, **asked)
    except Fault as fault:
        return str(fault)


def test_a_receipt_holds_also_after_the_person_was_erased(files: Files) -> None:
    for receipt in (files.receipt, files.erased):
        said = verdict(receipt)
        assert said.startswith(f"OK case {receipt['number']} was recorded at 2026-05-04T04:00:00Z at position")
        assert said.endswith("(SIMULATED: not real data)")
    said = verdict(files.growth)
    assert said.startswith(f"OK the journal only grew, from {files.sizes[0]} to {files.sizes[1]} entries"), said


def flips(text: str) -> list[str]:
    """The text with each of its characters replaced by another one, near enough to be overlooked."""
    return [text[:at] + ("1" if one != "1" else "2") + text[at + 1 :] for at, one in enumerate(text)]


def test_every_flipped_character_of_a_receipt_is_rejected_at_its_place(files: Files) -> None:
    receipt = files.receipt
    here = receipt["position"]
    places = {"entry": f"position {here}", "number": "number", "checkpoint": "checkpoint"}
    for field in ("entry", "number", "checkpoint"):
        for flipped in flips(receipt[field]):
            said = verdict(receipt | {field: flipped})
            assert said.startswith(places[field]), (field, flipped, said)
    for at in range(len(receipt["proof"])):
        raw = bytearray(base64.b64decode(receipt["proof"][at]))
        raw[at % 32] ^= 1
        wrong = copy.deepcopy(receipt)
        wrong["proof"][at] = base64.b64encode(raw).decode()
        assert verdict(wrong).startswith(f"position {here}: the journal holds another entry")
    for position in {*range(-1, files.sizes[1] + 3)} - {here}:
        assert verdict(receipt | {"position": position}).startswith(f"position {position}"), position


@pytest.mark.parametrize(
    "change",
    [
        lambda r: r.pop("proof"),
        lambda r: r.update(more=1),
        lambda r: r.update(position="7"),
        lambda r: r.update(position=True),
        lambda r: r.update(proof=r["proof"][:-1]),
        lambda r: r.update(proof=[*r["proof"], r["proof"][0]]),
        lambda r: r.update(proof=r["proof"][::-1]),
        lambda r: r.update(proof=["x"]),
        lambda r: r.update(proof=[1]),
        lambda r: r.update(entry="[]\n{}"),
        lambda r: r.update(entry="\ud800"),
        lambda r: r.update(checkpoint=r["checkpoint"].split("\n\n")[0]),
        lambda r: r.update(checkpoint=""),
    ],
)
def test_a_receipt_of_another_shape_is_rejected(files: Files, change: Callable[[dict[str, Any]], None]) -> None:
    wrong = copy.deepcopy(files.receipt)
    change(wrong)
    assert not verdict(wrong).startswith("OK")


def test_another_key_and_another_name_are_rejected(files: Files) -> None:
    for other in (Signer("northbank/test/simulated", new_pem()), Signer("northbank/other", new_pem())):
        with pytest.raises(Fault, match="checkpoint: not signed by the key given"):
            namespace["check_receipt"](files.receipt, namespace["read_keys"]([other.verifier]))


def test_a_journal_that_was_written_anew_does_not_grow_from_the_old_one(files: Files) -> None:
    growth = files.growth
    for at in range(len(growth["proof"])):
        wrong = copy.deepcopy(growth)
        wrong["proof"][at] = base64.b64encode(bytes(32)).decode()
        assert verdict(wrong).startswith(f"proof: entries 1 to {files.sizes[0]} of the newer checkpoint"), verdict(
            wrong
        )
    assert verdict(growth | {"proof": growth["proof"][1:]}).startswith("proof")
    assert verdict(growth | {"old": growth["new"], "new": growth["old"]}).startswith("old: no older")
    assert verdict(growth | {"old": growth["old"].replace(f"\n{files.sizes[0]}\n", "\n3\n", 1)}).startswith(
        "old: not signed"
    )


def test_exported_entries_hold(files: Files) -> None:
    said = of_lines(files.lines)
    assert said.startswith(f"OK entries 5 to 25 are as recorded; checkpoint of {files.sizes[1]} entries")
    assert of_lines(files.lines, first=5, last=25).startswith("OK")
    assert of_lines(files.lines, first=1).startswith("line 1: first is 5, and 1 was asked for")


def test_every_flipped_character_of_an_exported_entry_is_named(files: Files) -> None:
    for at in (1, 9, 21):
        line = json.loads(files.lines[at])
        for flipped in flips(line["entry"]):
            wrong = json.dumps(line | {"entry": flipped}, ensure_ascii=False)
            said = of_lines([*files.lines[:at], wrong, *files.lines[at + 1 :]])
            assert said.startswith(f"line {at + 1}, position {at + 4}: "), said
            assert "\n" not in said, "one place, not its neighbors"


def test_every_dropped_entry_is_named(files: Files) -> None:
    for at in range(1, len(files.lines) - 1):
        said = of_lines(files.lines[:at] + files.lines[at + 1 :])
        assert said == f"line {at + 1}: position {at + 4} missing before position {at + 5}"
    assert of_lines(files.lines[:-1]) == "the end: positions 25 to 25 missing"
    assert of_lines(files.lines[:3] + files.lines[6:]) == "line 4: positions 7 to 9 missing before position 10"


def test_every_swap_and_every_repetition_is_named(files: Files) -> None:
    for at in range(1, len(files.lines) - 1):
        a, b = files.lines[at : at + 2]
        said = of_lines([*files.lines[:at], b, a, *files.lines[at + 2 :]])
        assert said.startswith(f"line {at + 1}: position {at + 4} missing"), said
        assert f"line {at + 2}, position {at + 4}: stands after position {at + 5}" in said
        assert of_lines([*files.lines[: at + 1], a, b, *files.lines[at + 2 :]]).startswith(
            f"line {at + 2}, position {at + 4}"
        )


def test_entries_that_changed_places_with_their_numbers_are_named(files: Files) -> None:
    """Moved, and the positions written anew so that they look right."""
    lines = [json.loads(line) for line in files.lines]
    lines[8]["entry"], lines[9]["entry"] = lines[9]["entry"], lines[8]["entry"]
    said = of_lines([json.dumps(line) for line in lines])
    assert re.findall(r"line (\d+), position (\d+)", said) == [("9", "12"), ("10", "13")]


def test_an_inserted_entry_is_named(files: Files) -> None:
    """Whether it claims a position of its own or all the others are moved up to make room."""
    lines = [json.loads(line) for line in files.lines]
    forged = lines[8] | {"entry": lines[8]["entry"].replace("TW-H", "TW-O")}
    said = of_lines([json.dumps(line) for line in [*lines[:9], forged, *lines[9:]]])
    assert said.startswith("line 10, position 12: stands after position 12")
    moved = [*lines[:9], forged | {"position": 13}, *({**line, "position": line["position"] + 1} for line in lines[9:])]
    moved[0] = lines[0] | {"last": 26}
    assert of_lines([json.dumps(line) for line in moved]).startswith("line 10, position 13: the journal holds another")


def test_the_program_by_itself(files: Files, tmp_path: Path) -> None:
    """As an outsider runs it: a process of its own, without this package on its path."""
    good, bad, export_file, key = (tmp_path / name for name in ("good.json", "bad.json", "entries.jsonl", "key"))
    good.write_text(json.dumps(files.receipt, indent=2), "utf-8")
    bad.write_text(json.dumps(files.receipt | {"number": "X"}), "utf-8")
    export_file.write_text("".join(files.lines), "utf-8")
    key.write_text(SIGNER.verifier + "\n", "utf-8")

    def run(*arguments: object) -> tuple[int, str]:
        command = [sys.executable, "-I", str(TOOL), *map(str, arguments)]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
        return done.returncode, done.stdout

    assert run("--key", key, good, export_file)[0] == 0
    status, said = run("--key", SIGNER.verifier, good, bad)
    assert status == 1
    assert f"REJECTED {bad}: number: the entry is not that of case X" in said
    assert run("--key", key, tmp_path / "none")[0] == 2
    assert run("--key", "nonsense", good) == (2, "UNREADABLE key nonsense: not of the form name+id+base64\n")


def test_it_uses_the_standard_library_and_cryptography_only() -> None:
    found = set(re.findall(r"^(?:from|import) (\w+)", TOOL.read_text("utf-8"), re.MULTILINE))
    assert found - set(sys.stdlib_module_names) == {"cryptography"}

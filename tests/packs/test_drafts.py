"""Rules rewritten for a trial: whatever is wrong with them is said in both languages, at its file and line."""

import random
import re
from pathlib import Path

import pytest

from northbank.pack.bundle import bundle
from northbank.pack.draft import redraw, rule_files, text_of
from northbank.pack.fault import PackFaults

PACK = Path(__file__).parents[2] / "packs" / "_template"
DATA = bundle(PACK)
# the years after 2026 are files of one shape
FILES = [one for one in rule_files(DATA) if not one.startswith("calendar/20") or one[:13] <= "calendar/2026"]
HAN = re.compile(r"[\u4e00-\u9fff]")
RUBBISH = (
    "",
    "x",
    "99999",
    "-1",
    "no_such",
    "?",
    "!",
    "*",
    "water.burst|",
    "pipe_mm<many",
    "25:00-26:00",
    "Mon-",
    "'\"",
    "，",
)


def broken(text: str, chance: random.Random) -> str:
    """A text with one thing wrong somewhere: a cell, a line, a name of a column."""
    lines = text.splitlines(keepends=True)
    n = chance.randrange(len(lines))
    cells = re.split(r"([,\n=\"])", lines[n])
    match chance.randrange(6):
        case 0:
            del lines[n]
        case 1:
            lines.insert(n, lines[chance.randrange(len(lines))])
        case 2:
            lines[n] = lines[n][: chance.randrange(len(lines[n]))] + "\n"
        case _:
            cells[2 * chance.randrange((len(cells) + 1) // 2)] = chance.choice(RUBBISH)
            lines[n] = "".join(cells)
    return "".join(lines)


@pytest.mark.parametrize("file", FILES)
def test_what_is_wrong_with_rewritten_rules_is_said_in_both_languages(file: str) -> None:
    chance, text, said = random.Random(file), text_of(DATA, file), set()
    for _ in range(20 if text else 0):
        try:
            redraw(DATA, {file: broken(text, chance)})
        except PackFaults as found:
            for one in found.faults:
                assert one.chinese is not None, str(one)
                told = one.in_chinese() or ""
                assert HAN.search(told), told
                assert told.startswith(f"{one.file}:{one.line}：")
                said.add(one.chinese[0])
    assert said or not text


def test_values_stand_as_they_are_and_choices_come_with_them() -> None:
    text = text_of(DATA, "routing.csv").replace("R30,water.quay,*,harbor,", "R30,water.quay,*,harbour,")
    with pytest.raises(PackFaults) as caught:
        redraw(DATA, {"routing.csv": text})
    [fault] = [one for one in caught.value.faults if one.file == "routing.csv"]
    assert (fault.in_chinese() or "").startswith("routing.csv:8：owner 为 'harbour'；应为：@town, @center，harbor, ")
    assert str(fault).startswith("routing.csv:8: found owner 'harbour'; allowed: @town, @center, harbor, ")

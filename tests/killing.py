"""Runs an import in a process of its own, kills it (SIGKILL) a few times after a batch, and lets it end at last."""

import random
import signal
import subprocess
import sys
from pathlib import Path

PROGRAM = Path(__file__).parent / "shell" / "import_once.py"


def import_with_kills(*arguments: object, most: int, seed: int) -> int:
    """The arguments are those of import_once.py; returns how often the import was killed."""
    chance = random.Random(seed)
    command = [sys.executable, str(PROGRAM), *map(str, arguments)]
    kills = 0
    while True:
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            for line in process.stdout:
                if line == "done\n":
                    return kills
                if kills < most and chance.random() < 0.7:
                    process.send_signal(signal.SIGKILL)
                    kills += 1
                    break
        assert process.returncode in (0, -signal.SIGKILL), f"it ended by itself with {process.returncode}"

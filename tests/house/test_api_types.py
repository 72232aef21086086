"""The screens' types are those of the server: a change of the HTTP face is written through to ui/src/api/generated.ts."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_the_generated_types_are_those_of_the_server() -> None:
    done = subprocess.run([sys.executable, "tools/api_types.py", "--check"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr

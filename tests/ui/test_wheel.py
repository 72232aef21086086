"""The package that others install: it holds the screens and the template, and runs a city made from it."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import httpx
from ui.processes import Process, free_port

ROOT = Path(__file__).resolve().parents[2]


def built(folder: Path) -> Path:
    """The wheel, built by the pinned builder of this environment, and unpacked as an installer would."""
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)],
        cwd=ROOT, check=True, capture_output=True, text=True,
    )  # fmt: skip
    (wheel,) = folder.glob("northbank-*.whl")
    with zipfile.ZipFile(wheel) as opened:
        opened.extractall(folder / "installed")
    return folder / "installed"


def test_a_package_alone_makes_a_city_and_serves_its_screens(tmp_path: Path) -> None:
    installed = built(tmp_path)
    assert (installed / "northbank" / "screens" / "index.html").is_file()
    environment = {"PYTHONPATH": str(installed)}
    new = [sys.executable, "-m", "northbank", "pack", "new", str(tmp_path / "quay"), "--id", "quay", "--name", "Quay"]
    subprocess.run(new, env=os.environ | environment, cwd=tmp_path, check=True, capture_output=True)
    center = Process("demo", str(tmp_path / "quay"), tmp_path / "data", free_port(), **environment)
    try:
        with httpx.Client(base_url=center.base, timeout=60, trust_env=False) as client:
            page = client.get("/wall")
            assert page.status_code == 200
            assert page.text == (ROOT / "ui" / "dist" / "index.html").read_text("utf-8")
            assert client.get("/api/v1/session").json()["center"]["city"]["id"] == "quay"
    finally:
        center.stop()

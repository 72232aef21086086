"""Setting up is one word and always gives the same: pinned, hashed, complete; scripts are plain sh."""

import re
import subprocess
import tomllib
from pathlib import Path

import pytest

LOCKS = ("run", "dev", "build", "installer")
VERBS = ("setup", "demo", "test", "check", "bench", "docs", "format", "lock")


def _pins(text: str) -> dict[str, str]:
    return {
        m[1].lower(): m[2] for m in re.finditer(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^ ;\\]+)", text, re.MULTILINE)
    }


def _name(requirement: str) -> str:
    found = re.match(r"[A-Za-z0-9._-]+", requirement)
    assert found
    return found[0].lower().replace("_", "-")


@pytest.mark.parametrize("lock", LOCKS)
def test_every_pin_has_a_hash(texts: dict[str, str], lock: str) -> None:
    text = texts[f"requirements/{lock}.lock"]
    entries = re.split(r"\n(?=[A-Za-z0-9])", text.strip())
    assert entries
    assert not [entry.split()[0] for entry in entries if not re.search(r"--hash=sha256:[0-9a-f]{64}", entry)]


def test_every_dependency_is_locked(texts: dict[str, str]) -> None:
    project = tomllib.loads(texts["pyproject.toml"])
    run, dev = _pins(texts["requirements/run.lock"]), _pins(texts["requirements/dev.lock"])
    wanted = {_name(one) for one in project["project"]["dependencies"]}
    tools = {_name(one) for one in project["project"]["optional-dependencies"]["dev"]}
    assert not wanted - set(run), "make lock"
    assert not (wanted | tools) - set(dev), "make lock"
    assert not {name: (run[name], dev[name]) for name in run if dev.get(name) != run[name]}, (
        "the locks disagree: make lock"
    )


def test_what_builds_the_package_is_the_pinned_one(texts: dict[str, str]) -> None:
    project = tomllib.loads(texts["pyproject.toml"])
    pins = _pins(texts["requirements/build.lock"])
    assert project["build-system"]["requires"] == [f"hatchling=={pins['hatchling']}"]
    assert "editables" in pins


def test_every_verb_is_there(texts: dict[str, str]) -> None:
    targets = set(re.findall(r"^([a-z-]+):", texts["Makefile"], re.MULTILINE))
    assert set(VERBS) <= targets


def test_scripts_are_plain_sh(committed: dict[str, Path]) -> None:
    scripts = [path for name, path in committed.items() if name.startswith("tools/") and name.endswith(".sh")]
    assert scripts
    for path in scripts:
        done = subprocess.run(["sh", "-n", str(path)], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        assert "set -eu" in path.read_text("utf-8"), f"{path.name}: stop at the first thing that fails"


def test_ci_runs_everything_and_nothing_less(texts: dict[str, str]) -> None:
    assert re.search(r"^make --no-print-directory test \|\| failed", texts[".ci/run"], re.MULTILINE)
    assert "tools/test_on_server.sh" in texts[".ci/run"]
    assert texts[".ci/run"].endswith('exit "$failed"\n')
    suites = {"/".join(name.split("/")[:2]) for name in texts if re.match(r"tests/[^/]+/", name)}
    for part in (*suites, "check.sh static", "ensure_browser.sh", "ensure_java.sh", "check_ui.sh"):
        assert part in texts["tools/test.sh"]


def test_license_is_whole(texts: dict[str, str]) -> None:
    assert "Apache License" in texts["LICENSE"]
    assert "END OF TERMS AND CONDITIONS" in texts["LICENSE"]

"""How PostgreSQL's programs are started: never as root, dying with their parent, with nothing inherited.

PostgreSQL refuses to run as root. As root we show it another user inside a user namespace, where files stay root's;
where namespaces are forbidden it runs as nobody. No operating-system user is made and no folder is opened to others.
"""

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

Way = Literal["direct", "namespace", "nobody"]

NOBODY = 65534
_NAMESPACE = ["unshare", "--user", f"--map-user={NOBODY}", f"--map-group={NOBODY}"]
_DROP = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
# Lets nobody pass folders that only root may enter; root, who lends it, has it in every usual container.
# Without the bit the kernel forgets that right in access(), by which initdb looks for its neighbors. All other rights
# of root end with exec all the same.
_PASS = ["--inh-caps=+dac_override", "--ambient-caps=+dac_override", "--securebits=+no_setuid_fixup"]


def choose_way() -> Way:
    """Directly for a normal user; for root through a namespace, or as nobody where namespaces are forbidden."""
    if os.geteuid() != 0:
        return "direct"
    try:
        trial = subprocess.run([*_NAMESPACE, "true"], capture_output=True, timeout=30, check=False)
    except FileNotFoundError:
        return "nobody"
    return "namespace" if trial.returncode == 0 else "nobody"


def owner_of_files(way: Way) -> int:
    """Who owns the server's files on the disk when it runs this way."""
    return NOBODY if way == "nobody" else os.geteuid()


def command(way: Way, program: Path, arguments: Sequence[str], *, die_with_parent: bool = False) -> list[str]:
    """The command line that runs `program` this way.

    die_with_parent: the kernel asks the program to stop when the thread that started it ends, so a killed
    Northbank leaves no server behind. Systems without setpriv go without; a leftover is found at the next start.
    """
    death = ["--pdeathsig=INT"] if die_with_parent else []
    match way:
        case "namespace":
            before = [*_NAMESPACE, "setpriv", *death] if death else _NAMESPACE
        case "nobody":
            before = [*_DROP, *_PASS, *death]
        case "direct":
            before = ["setpriv", *death] if death and shutil.which("setpriv") else []
    return [*before, "--", str(program), *arguments] if before else [str(program), *arguments]


def environment() -> dict[str, str]:
    """What the server sees of ours: nothing that could change its behavior (PG*, LC_*, LD_*, secrets)."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}


def give(path: Path, owner: int) -> None:
    """Hand a folder and all in it to `owner`, where it is not theirs yet. Only root can."""
    if os.geteuid() != 0 or path.lstat().st_uid == owner:
        return
    for found in [*path.rglob("*"), path]:
        os.chown(found, owner, owner, follow_symlinks=False)

"""`pack new`: a copy of the template with another id and name, ready to be changed value by value."""

import re
import shutil
from pathlib import Path

from northbank.pack.fault import Fault, PackFaults

CODE = re.compile(r"^[a-z][a-z0-9_]{1,40}$")
SKIPPED = shutil.ignore_patterns("__pycache__", ".*")


def template_folder() -> Path:
    """The template: inside the installed package, or in the checkout the package runs from."""
    packed = Path(__file__).parent / "_template"
    return packed if packed.is_dir() else Path(__file__).parents[3] / "packs" / "_template"


def new(target: Path, id: str, name: str, template: Path | None = None) -> Path:
    """Make the folder `target` a copy of the template; pack.toml gets the id, the name and a prefix made of the id."""
    if not CODE.match(id):
        raise PackFaults([Fault("pack.toml", 1, f"id '{id}'", "a small letter, then small letters, digits and _")])
    if not name.strip() or any(sign in name for sign in '"\\\n\r'):
        raise PackFaults(
            [Fault("pack.toml", 1, f"name {name!r}", "a name without quotes, backslashes and line breaks")]
        )
    if target.exists():
        raise PackFaults([Fault(str(target), 1, "a folder that exists", "a folder that does not exist yet")])
    shutil.copytree(template or template_folder(), target, ignore=SKIPPED)
    _rename(target / "pack.toml", id, name.strip())
    return target


def _rename(file: Path, id: str, name: str) -> None:
    prefix = "".join(letter for letter in id.upper() if letter.isalpha())[:2].ljust(2, "X")
    text = file.read_text(encoding="utf-8")
    text = re.sub(r'(?m)^id = ".*"$', f'id = "{id}"', text, count=1)
    text = re.sub(r"(?m)^name = .*$", lambda _: f'name = {{ zh = "{name}", en = "{name}" }}', text, count=1)
    text = re.sub(r'(?m)^prefix = ".*"$', f'prefix = "{prefix}"', text, count=1)
    file.write_text(text, encoding="utf-8")

"""What a package holds beside the source: the built screens. A package without them would serve an empty wall."""

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

BUILT = "ui/dist"
PLACES = {"wheel": "northbank/screens", "sdist": BUILT}


class Screens(BuildHookInterface):  # type: ignore[type-arg]
    """Puts ui/dist into wheels (shell/web serves it from there) and source packages; an editable install needs none."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Called by hatchling before it gathers files."""
        if version == "editable":
            return
        if not (Path(self.root) / BUILT / "index.html").is_file():
            raise SystemExit(f"The screens are not built, {BUILT} is missing: run make ui first.")
        build_data["force_include"][BUILT] = PLACES[self.target_name]

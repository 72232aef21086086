"""The command line begins here; its verbs stand in cli/, in the order in which help lists them."""

from northbank.cli import audit, center, data, inventory, links, pack, share, train, user
from northbank.cli.program import app

__all__ = ["app", "audit", "center", "data", "inventory", "links", "main", "pack", "share", "train", "user"]


def main() -> None:
    """Entry point."""
    app()


if __name__ == "__main__":
    main()

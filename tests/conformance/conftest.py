"""Strangers' tools against one whole center over real HTTP."""

from running import center

__all__ = ["center"]

"""Chance that is the same on every machine: SplitMix64 from a seed, and sharing whole numbers out fairly.

Used by the grid generator only; nothing here is fit for secrets.
"""

from collections.abc import Sequence

MASK = (1 << 64) - 1


class Chance:
    """A stream of numbers that a seed decides wholly."""

    def __init__(self, seed: int, *names: str) -> None:
        self._state = seed & MASK
        for name in names:
            for byte in name.encode():
                self._state = (self._state * 0x100000001B3 + byte) & MASK
                self.draw()

    def draw(self) -> float:
        """The next number, from 0 to below 1."""
        self._state = (self._state + 0x9E3779B97F4A7C15) & MASK
        mixed = self._state
        mixed = ((mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        mixed = ((mixed ^ (mixed >> 27)) * 0x94D049BB133111EB) & MASK
        return ((mixed ^ (mixed >> 31)) >> 11) / (1 << 53)


def share_out(total: int, weights: Sequence[float], least: int = 0) -> list[int]:
    """`total` in whole parts by weight (largest remainder), none below `least`; the sum is exact."""
    if total < least * len(weights):
        raise ValueError(f"{total} cannot be shared among {len(weights)} with at least {least} each")
    free = total - least * len(weights)
    whole = sum(weights) or 1.0
    exact = [free * weight / whole for weight in weights]
    parts = [int(value) for value in exact]
    rest = sorted(range(len(weights)), key=lambda i: (parts[i] - exact[i], i))
    for i in rest[: free - sum(parts)]:
        parts[i] += 1
    return [part + least for part in parts]

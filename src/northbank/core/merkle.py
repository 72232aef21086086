"""The Merkle tree of the journal: hashes, roots, and the two proofs of RFC 9162 with their checks.

A leaf is the digest of one entry (journal.py); leaf index = position - 1. Where nodes are kept is not known here.
"""

from collections.abc import Callable, Iterator, Sequence
from hashlib import sha256

Span = tuple[int, int]  # leaves [start, end)
Node = tuple[int, int]  # (height, index): the full subtree over leaves [index << height, index + 1 << height)

EMPTY = sha256().digest()
WIDTH = 32  # bytes of a hash


def leaf_hash(data: bytes) -> bytes:
    """Hash of a leaf (RFC 9162, 2.1.1): the 0x00 keeps leaves and nodes apart."""
    return sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash of an inner node (RFC 9162, 2.1.1)."""
    return sha256(b"\x01" + left + right).digest()


def full_root(hashes: Sequence[bytes]) -> bytes:
    """Root over leaf hashes whose number is a power of two."""
    while len(hashes) > 1:
        pairs = iter(hashes)
        hashes = [sha256(b"\x01" + left + right).digest() for left, right in zip(pairs, pairs, strict=True)]
    return hashes[0]


def carry(peaks: list[bytes], count: int, root: bytes) -> list[tuple[int, int, bytes]]:
    """Put full subtree number `count` (from 0) beside those before it, in O(log count).

    peaks: roots of the full subtrees so far, largest first; changed in place.
    Returns the nodes that are full now: (height above the subtrees given, index, hash), lowest first.
    """
    made = [(0, count, root)]
    height = 0
    while count >> height & 1:
        root = node_hash(peaks.pop(), root)
        height += 1
        made.append((height, count >> height, root))
    peaks.append(root)
    return made


def root_of(peaks: Sequence[bytes]) -> bytes:
    """Root of a tree from its full subtrees, largest first; EMPTY of nothing."""
    if not peaks:
        return EMPTY
    root = peaks[-1]
    for peak in reversed(peaks[:-1]):
        root = node_hash(peak, root)
    return root


def full_nodes(start: int, end: int) -> Iterator[Node]:
    """The full subtrees that a subtree of the RFC over [start, end) is made of, largest first."""
    while start < end:
        height = (end - start).bit_length() - 1
        yield height, start >> height
        start += 1 << height


def hash_of(span: Span, node: Callable[[Node], bytes]) -> bytes:
    """Hash of a subtree by its full subtrees."""
    return root_of([node(one) for one in full_nodes(*span)])


def _split(start: int, end: int) -> int:
    """Where the RFC parts [start, end): the largest power of two smaller than its length."""
    return start + (1 << (end - start - 1).bit_length() - 1)


def inclusion_spans(index: int, size: int) -> list[Span]:
    """The subtrees whose hashes prove leaf `index` in the tree of `size`, lowest first (RFC 9162, 2.1.3.1)."""
    if not 0 <= index < size:
        raise ValueError(f"no leaf {index} in a tree of {size}")
    spans: list[Span] = []
    start, end = 0, size
    while end - start > 1:
        middle = _split(start, end)
        if index < middle:
            spans.append((middle, end))
            end = middle
        else:
            spans.append((start, middle))
            start = middle
    return spans[::-1]


def consistency_spans(old: int, new: int) -> list[Span]:
    """The subtrees whose hashes prove that the tree of `new` begins with that of `old` (RFC 9162, 2.1.4.1)."""
    if not 0 < old <= new:
        raise ValueError(f"a tree of {new} cannot begin with one of {old}")
    spans: list[Span] = []
    start, end, whole = 0, new, True
    while end != old:
        middle = _split(start, end)
        if old <= middle:
            spans.append((middle, end))
            end = middle
        else:
            spans.append((start, middle))
            start, whole = middle, False
    if not whole:  # the old tree's own last subtree, which only its holder knows
        spans.append((start, end))
    return spans[::-1]


def included(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Whether `proof` leads from the leaf hash to `root` (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    at, last, found = index, size - 1, leaf
    for one in proof:
        if last == 0:
            return False
        if at & 1 or at == last:
            found = node_hash(one, found)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            found = node_hash(found, one)
        at, last = at >> 1, last >> 1
    return last == 0 and found == root


def consistent(old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]) -> bool:
    """Whether `proof` shows that the tree of `new` begins with that of `old` (RFC 9162, 2.1.4.2)."""
    if old == new:
        return not proof and old_root == new_root
    if not 0 < old < new or not proof:
        return False
    path = [old_root, *proof] if old & (old - 1) == 0 else list(proof)
    at, last = old - 1, new - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    before = after = path[0]
    for one in path[1:]:
        if last == 0:
            return False
        if at & 1 or at == last:
            before, after = node_hash(one, before), node_hash(one, after)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            after = node_hash(after, one)
        at, last = at >> 1, last >> 1
    return last == 0 and before == old_root and after == new_root

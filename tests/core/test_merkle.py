"""The Merkle tree against the RFC's own recursive definitions, published vectors, and every size up to 70."""

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from northbank.core import merkle

# Inputs and roots of the reference implementation of Certificate Transparency (RFC 6962 and RFC 9162 hash alike).
INPUTS = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


def split(n: int) -> int:
    return next(1 << k for k in range(64) if n <= 2 << k)


def mth(data: list[bytes]) -> bytes:
    """RFC 9162, 2.1.1, word for word."""
    if not data:
        return sha256(b"").digest()
    if len(data) == 1:
        return sha256(b"\x00" + data[0]).digest()
    k = split(len(data))
    return sha256(b"\x01" + mth(data[:k]) + mth(data[k:])).digest()


def path(m: int, data: list[bytes]) -> list[bytes]:
    """RFC 9162, 2.1.3.1."""
    if len(data) == 1:
        return []
    k = split(len(data))
    return [*path(m, data[:k]), mth(data[k:])] if m < k else [*path(m - k, data[k:]), mth(data[:k])]


def subproof(m: int, data: list[bytes], whole: bool) -> list[bytes]:
    """RFC 9162, 2.1.4.1."""
    if m == len(data):
        return [] if whole else [mth(data)]
    k = split(len(data))
    if m <= k:
        return [*subproof(m, data[:k], whole), mth(data[k:])]
    return [*subproof(m - k, data[k:], False), mth(data[:k])]


def leaves(n: int) -> list[bytes]:
    return [str(i).encode() for i in range(n)]


class Kept:
    """All full nodes of a growing tree, as a store keeps them."""

    def __init__(self, data: list[bytes]) -> None:
        self.peaks: list[bytes] = []
        self.nodes: dict[merkle.Node, bytes] = {}
        for i, one in enumerate(data):
            for height, index, made in merkle.carry(self.peaks, i, merkle.leaf_hash(one)):
                self.nodes[height, index] = made

    def proof(self, spans: list[merkle.Span]) -> list[bytes]:
        return [merkle.hash_of(span, self.nodes.__getitem__) for span in spans]


def test_published_roots() -> None:
    data = [bytes.fromhex(one) for one in INPUTS]
    assert merkle.root_of([]) == merkle.EMPTY == mth([])
    for n, root in enumerate(ROOTS, 1):
        assert mth(data[:n]).hex() == root
        assert merkle.root_of(Kept(data[:n]).peaks).hex() == root


def test_every_proof_of_every_small_tree_is_that_of_the_rfc() -> None:
    for n in range(1, 71):
        data = leaves(n)
        kept = Kept(data)
        assert merkle.root_of(kept.peaks) == mth(data) == merkle.hash_of((0, n), kept.nodes.__getitem__)
        for m in range(n):
            assert kept.proof(merkle.inclusion_spans(m, n)) == path(m, data)
        for m in range(1, n + 1):
            assert kept.proof(merkle.consistency_spans(m, n)) == subproof(m, data, True)


def test_every_proof_of_every_small_tree_is_accepted_and_for_nothing_else() -> None:
    roots = {n: mth(leaves(n)) for n in range(1, 34)}
    for n in range(1, 34):
        kept = Kept(leaves(n))
        hashes = [kept.nodes[0, i] for i in range(n)]
        for m in range(n):
            proof = kept.proof(merkle.inclusion_spans(m, n))
            assert [i for i in range(n) if merkle.included(hashes[m], i, n, proof, roots[n])] == [m]
            assert [i for i in range(n) if merkle.included(hashes[i], m, n, proof, roots[n])] == [m]
        for m in range(1, n + 1):
            proof = kept.proof(merkle.consistency_spans(m, n))
            assert [i for i in roots if merkle.consistent(i, n, roots[m], roots[n], proof)] == [m]
            assert [i for i in roots if merkle.consistent(m, n, roots[i], roots[n], proof)] == [m]


@given(st.integers(1, 5000), st.data())
def test_proofs_of_larger_trees(n: int, draw: st.DataObject) -> None:
    kept = Kept(leaves(n))
    root = merkle.root_of(kept.peaks)
    index = draw.draw(st.integers(0, n - 1))
    proof = kept.proof(merkle.inclusion_spans(index, n))
    assert merkle.included(kept.nodes[0, index], index, n, proof, root)
    old = draw.draw(st.integers(1, n))
    old_root = merkle.hash_of((0, old), kept.nodes.__getitem__)
    steps = kept.proof(merkle.consistency_spans(old, n))
    assert merkle.consistent(old, n, old_root, root, steps)


@given(st.integers(2, 300), st.data())
def test_a_proof_with_one_bit_wrong_or_a_hash_more_or_less_is_refused(n: int, draw: st.DataObject) -> None:
    kept = Kept(leaves(n))
    root = merkle.root_of(kept.peaks)
    index = draw.draw(st.integers(0, n - 1))
    proof = kept.proof(merkle.inclusion_spans(index, n))
    at, bit = draw.draw(st.integers(0, len(proof) - 1)), draw.draw(st.integers(0, 255))
    flipped = (int.from_bytes(proof[at], "big") ^ 1 << bit).to_bytes(32, "big")
    for wrong in ([*proof[:at], flipped, *proof[at + 1 :]], [*proof[:at], *proof[at + 1 :]], [*proof, proof[at]]):
        assert not merkle.included(kept.nodes[0, index], index, n, wrong, root)
    old = draw.draw(st.integers(1, n - 1))
    old_root = merkle.hash_of((0, old), kept.nodes.__getitem__)
    steps = kept.proof(merkle.consistency_spans(old, n))
    assert not merkle.consistent(old, n, old_root, root, steps[:-1])
    assert not merkle.consistent(old, n, old_root, root, [*steps, root])
    assert not merkle.consistent(old, n, root, root, steps)


def test_a_block_of_leaves_has_the_root_of_the_tree() -> None:
    hashes = [merkle.leaf_hash(one) for one in leaves(256)]
    assert merkle.full_root(hashes) == mth(leaves(256))


def test_what_lies_outside_the_tree_cannot_be_proved() -> None:
    for index, size in ((-1, 3), (3, 3), (0, 0)):
        with pytest.raises(ValueError, match="no leaf"):
            merkle.inclusion_spans(index, size)
        assert not merkle.included(b"", index, size, [], b"")
    for old, new in ((0, 3), (4, 3)):
        with pytest.raises(ValueError, match="cannot begin"):
            merkle.consistency_spans(old, new)
        assert not merkle.consistent(old, new, b"", b"", [b""])

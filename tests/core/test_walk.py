"""A journal walked against its tree and its checkpoints: every kind of meddling is named at its position."""

from hashlib import sha256

from northbank.core import merkle
from northbank.core.walk import Flaw, Walk, precise

Row = tuple[int, bytes, bytes, bytes | None]


def journal(n: int) -> list[Row]:
    texts = [f"entry {i}".encode() for i in range(1, n + 1)]
    return [(i, text, sha256(text).digest(), leaf(text)) for i, text in enumerate(texts, 1)]


def leaf(text: bytes) -> bytes:
    return merkle.leaf_hash(sha256(text).digest())


def root(rows: list[Row]) -> bytes:
    peaks: list[bytes] = []
    for i, row in enumerate(rows):
        merkle.carry(peaks, i, leaf(row[1]))
    return merkle.root_of(peaks)


def walk(rows: list[Row], signed: dict[int, bytes]) -> list[str]:
    going = Walk(signed)
    for row in rows:
        going.step(*row)
    return [str(flaw) for flaw in precise(going.end())]


ROWS = journal(40)
SIGNED = {n: root(ROWS[:n]) for n in (10, 25, 40)}


def test_a_journal_as_it_was_has_no_flaw() -> None:
    assert walk(ROWS, SIGNED) == []
    assert walk([(at, text, digest, None) for at, text, digest, _ in ROWS], SIGNED) == []


def test_changed_data_are_named() -> None:
    for at in (1, 17, 40):
        rows = list(ROWS)
        rows[at - 1] = (at, b"other", *ROWS[at - 1][2:])
        assert walk(rows, SIGNED) == [f"position {at}: the entry is not what its digest was made of"]


def test_changed_data_with_a_fitting_digest_are_named_by_the_tree() -> None:
    rows = list(ROWS)
    rows[16] = (17, b"other", sha256(b"other").digest(), ROWS[16][3])
    assert walk(rows, SIGNED) == ["position 17: the entry is not the one the tree was made of"]


def test_changed_data_with_digest_and_tree_are_named_between_two_checkpoints() -> None:
    rows = list(ROWS)
    rows[16] = (17, b"other", sha256(b"other").digest(), leaf(b"other"))
    assert walk(rows, SIGNED) == ["positions 11 to 25: an entry is not the one under the signed checkpoint"]


def test_a_dropped_entry_and_a_cut_end_are_named() -> None:
    assert walk(ROWS[:16] + ROWS[17:], SIGNED) == ["position 17: no such entry in the journal"]
    assert walk(ROWS[:16] + ROWS[19:], SIGNED) == ["positions 17 to 19: no such entry in the journal"]
    assert walk(ROWS[:30], SIGNED) == ["positions 31 to 40: signed for, and not in the journal"]


def test_swapped_entries_are_named() -> None:
    a, b = ROWS[19], ROWS[20]
    rows = [*ROWS[:19], (20, b[1], b[2], a[3]), (21, a[1], a[2], b[3]), *ROWS[21:]]
    what = "the entry is not the one the tree was made of"
    assert walk(rows, SIGNED) == [f"position 20: {what}", f"position 21: {what}"]


def test_what_is_known_exactly_hides_the_stretch_around_it() -> None:
    flaws = [Flaw(1, "a node", 512), Flaw(257, "a node", 512), Flaw(300, "an entry"), Flaw(600, "a node", 700)]
    assert precise(flaws) == [Flaw(300, "an entry"), Flaw(600, "a node", 700)]

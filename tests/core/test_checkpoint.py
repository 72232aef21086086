"""Checkpoints as signed notes: the text, the key ids of a published example, and what is no note."""

from datetime import UTC, datetime

import pytest

from northbank.core.checkpoint import (
    Checkpoint,
    key_id,
    read_checkpoint,
    read_note,
    read_verifier_key,
    seal,
    verifier_key,
)

# The example key of the signed-note format (c2sp.org/signed-note, golang.org/x/mod/sumdb/note).
PETER = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
POINT = Checkpoint("northbank/somewhere", 7, bytes(range(32)), datetime(2026, 5, 4, 4, 0, 0, 999, UTC))
TEXT = "northbank/somewhere\n7\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\ntime 2026-05-04T04:00:00Z\n"


def test_a_published_key_is_read_and_written() -> None:
    name, public = read_verifier_key(PETER)
    assert (name, key_id(name, public).hex()) == ("PeterNeumann", "c74f20a3")
    assert verifier_key(name, public) == PETER


def test_a_checkpoint_is_these_lines_and_is_read_back() -> None:
    assert POINT.text() == TEXT
    assert read_checkpoint(TEXT).text() == TEXT


def test_a_note_is_text_an_empty_line_and_signatures() -> None:
    public = read_verifier_key(PETER)[1]
    note = seal(TEXT, "northbank/somewhere", public, b"s" * 64)
    parts = read_note(note)
    assert parts.text == TEXT
    assert parts.signatures == (("northbank/somewhere", key_id("northbank/somewhere", public), b"s" * 64),)


@pytest.mark.parametrize("note", ["", "a\n", "a\n\n", "a\n\nb", "a\n\n— x\n", "a\n\n— x !!!!\n", "a\n\n- x AAAAAAAA\n"])
def test_what_is_no_note_is_refused(note: str) -> None:
    with pytest.raises(ValueError, match=r"no|base64"):
        read_note(note)


@pytest.mark.parametrize(
    "text",
    [
        "",
        TEXT + "more\n",
        TEXT.replace("7\n", "07\n", 1),
        TEXT.replace("7\n", "-7\n", 1),
        TEXT.replace("7\n", "x\n", 1),
        TEXT.replace("AAEC", "AAE", 1),
        TEXT.replace("AAECAwQF", "", 1),
        TEXT.replace("time ", "at ", 1),
        TEXT.replace("northbank/somewhere", "", 1),
    ],
)
def test_what_is_no_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - of many kinds, all of them refused
        read_checkpoint(text)


@pytest.mark.parametrize(
    "key", ["", "a+b", PETER[:-4], PETER.replace("c74f20a3", "c74f20a4"), PETER.replace("Peter", "P")]
)
def test_what_is_no_key_is_refused(key: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        read_verifier_key(key)

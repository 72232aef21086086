"""The envelope of an entry: what its digest covers, how facts are written and read back, and what is refused."""

from datetime import UTC, datetime
from hashlib import sha256

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from northbank.core import facts
from northbank.core.case import Sealed
from northbank.core.case_facts import Closed, Noted, Reported
from northbank.core.facts import Erased, read
from northbank.core.journal import NewEntry, digest, kind_of, write

AT = datetime(2026, 5, 4, 4, 0, 0, 123456, UTC)
NOTE = Noted(note=Sealed("01890000-0000-7000-8000-000000000002", "ab" * 32))


def entry(**more: object) -> NewEntry:
    given = {
        "id": "01890000-0000-7000-8000-000000000001", "stream": "case:01890000-0000-7000-8000-000000000000",
        "version": 3, "at": AT, "actor": "duty", "pack": "p1", "cause": None, "rule": "R20",
    } | more  # fmt: skip
    fact = given.pop("fact", NOTE)
    return write(fact, **given)  # type: ignore[arg-type]


def test_the_digest_of_a_known_entry() -> None:
    """Computed here with nothing but SHA-256: a reader of the journal in another language must come to the same."""
    made = entry()
    text = (
        '["01890000-0000-7000-8000-000000000001","case:01890000-0000-7000-8000-000000000000",3,"case.noted",1,'
        '"2026-05-04T04:00:00.123456Z","duty",null,"p1","R20"]\n'
        '{"fact":"noted","note":{"id":"01890000-0000-7000-8000-000000000002","digest":"' + "ab" * 32 + '"}}'
    )
    assert made.digest == sha256(text.encode()).digest()
    assert made.data == text.partition("\n")[2]


CHANGES = {
    "id": "01890000-0000-7000-8000-000000000009", "stream": "case:x", "version": 4, "type": "case.closed", "schema": 2,
    "at": datetime(2026, 5, 4, 4, 0, 0, 123457, UTC), "actor": "dutY", "cause": "01890000-0000-7000-8000-000000000001",
    "pack": "p2", "rule": None, "data": '{"fact":"noted" }',
}  # fmt: skip


@pytest.mark.parametrize("field", CHANGES)
def test_the_digest_covers_every_field(field: str) -> None:
    made = entry()
    assert digest(msgspec.structs.replace(made, **{field: CHANGES[field]})) != made.digest
    assert set(CHANGES) == set(NewEntry.__struct_fields__) - {"digest"}


@given(st.text(max_size=40), st.text(max_size=40))
def test_no_two_entries_run_into_one_another(one: str, other: str) -> None:
    if one != other:
        assert entry(actor=one, pack=other).digest != entry(actor=other, pack=one).digest
    if other:
        assert entry(actor=one + other, pack="").digest != entry(actor=one, pack=other).digest


def test_the_type_names_the_family_and_the_fact() -> None:
    assert entry().type == "case.noted"
    made = entry(fact=Erased(reason="request"), stream="subject:01890000-0000-7000-8000-000000000000")
    assert made.type == "subject.erased"
    assert kind_of(Closed()) == "closed"


def test_every_fact_has_its_own_word() -> None:
    words = [kind.__struct_config__.tag for kind in facts.AnyFact.__args__]  # type: ignore[attr-defined]
    assert len(words) == len(set(words)) >= 20


@pytest.mark.parametrize(
    "data",
    [
        '{"fact":"noted","extra":1}',
        '{"fact":"no such thing"}',
        "{}",
        "[]",
        '{"fact":"reported"}',
        '{"fact":"Step"}',
        "nul",
    ],
)
def test_what_no_fact_looks_like_is_refused(data: str) -> None:
    with pytest.raises(msgspec.DecodeError):
        read("case.noted", 1, data)


def test_an_old_shape_is_lifted_step_by_step(monkeypatch: pytest.MonkeyPatch) -> None:
    def rename(old: dict[str, object]) -> dict[str, object]:
        return {**{key: value for key, value in old.items() if key != "why"}, "result": old["why"]}

    def again(old: dict[str, object]) -> dict[str, object]:
        return {**{key: value for key, value in old.items() if key != "result"}, "outcome": old["result"]}

    monkeypatch.setattr(facts, "LIFTS", {("case.closed", 1): rename, ("case.closed", 2): again})
    assert read("case.closed", 1, '{"fact":"closed","why":"done"}') == Closed(outcome="done")
    assert read("case.closed", 2, '{"fact":"closed","result":"done"}') == Closed(outcome="done")
    assert read("case.closed", 3, '{"fact":"closed","outcome":"done"}') == Closed(outcome="done")


def test_facts_hold_no_words_of_people() -> None:
    """A report in the journal has references and digests only; there is no field that could hold words or contact."""
    assert {"words", "photos"} <= set(Reported.__struct_fields__)
    assert not {"text", "contact", "address", "phone", "email", "name"} & set(Reported.__struct_fields__)

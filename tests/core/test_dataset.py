"""How a batch is judged: what is taken, what is turned away, what is known, and what makes up a data set as of a batch."""

from datetime import UTC, datetime

import pytest

from northbank.core.dataset import (
    Collected,
    Column,
    Counts,
    Dataset,
    Drifted,
    SourceFile,
    TurnedAway,
    answer_to,
    folder_of,
    judge,
    known_files,
    rules_of,
    score_of,
    standing,
)  # fmt: skip
from northbank.core.name import Name

AT = datetime(2026, 5, 4, tzinfo=UTC)


def contract(**more: object) -> Dataset:
    columns = (
        Column(code="no", name=Name("编号", "number"), required=True),
        Column(code="on", name=Name("日期", "day"), kind="date"),
    )
    said = {
        "code": "things", "name": Name("物", "things"), "version": "v1", "owner": "roads", "source": "books", "cycle": "daily",
        "level": "L1", "share": "open", "retention": 30, "columns": columns, "key": ("no",), "bad_share": 10.0,
    }  # fmt: skip
    return Dataset(**{**said, **more})  # type: ignore[arg-type]


def file(name: str, digest: str) -> SourceFile:
    return SourceFile(name, digest, 10, AT)


def batch(n: int, *digests: str, dataset: Dataset | None = None, bad: int = 0) -> Collected | TurnedAway:
    files = tuple(file(f"{one}.csv", one) for one in digests)
    counts = Counts(files=files, rows=100, good=100 - bad, bad=bad, faults={"required(no)": bad} if bad else {})
    dataset = dataset or contract()
    return judge(dataset, n, folder_of(n, files), counts, rules_of(dataset))


def test_columns_imply_rules() -> None:
    assert [rule.id for rule in rules_of(contract())] == ["required(no)", "type(on)"]


@pytest.mark.parametrize(("bad", "kind"), [(10, Collected), (11, TurnedAway)])
def test_a_batch_past_the_limit_is_turned_away(bad: int, kind: type) -> None:
    assert type(batch(1, "a", bad=bad)) is kind


def test_the_score_is_the_mean_of_what_passes_each_rule() -> None:
    dataset = contract()
    counts = Counts(files=(), rows=200, good=180, bad=20, faults={"required(no)": 20})
    assert score_of(counts, rules_of(dataset)) == pytest.approx(100 * (1 - 0.1 / 3), abs=0.01)
    assert score_of(Counts(files=()), rules_of(dataset)) == 100


def test_changes_add_up_and_a_whole_replaces() -> None:
    past = [batch(1, "a"), batch(2, "b", bad=50), batch(3, "c")]
    assert [one.n for one in standing(contract(), past)] == [1, 3]
    assert [one.n for one in standing(contract(), past, 2)] == [1]
    assert [one.n for one in standing(contract(each="whole"), past)] == [3]


def test_a_file_is_known_by_its_content() -> None:
    past = [batch(1, "a"), batch(2, "b", bad=50)]
    files = [file("other-name.csv", "a"), file("b.csv", "b"), file("c.csv", "c")]
    assert known_files(contract(), past, files) == {"a": 1, "b": 2}
    assert known_files(contract(version="v2"), past, files) == {"a": 1}, (
        "what was turned away may pass another contract"
    )
    assert known_files(contract(each="whole"), past, files[:1]) == {"a": 1}
    assert known_files(contract(each="whole"), past, files) == {}


@pytest.mark.parametrize(
    ("policy", "found", "answer"),
    [
        ("refuse", Drifted(), "take"), ("refuse", Drifted(("more",)), "refuse"), ("accept", Drifted(("more",)), "take"),
        ("accept", Drifted((), ("on",)), "take"), ("accept", Drifted((), ("no",)), "refuse"), ("quarantine", Drifted(("more",)), "quarantine"),
    ],
)  # fmt: skip
def test_other_columns_are_met_as_the_contract_says(policy: str, found: Drifted, answer: str) -> None:
    assert answer_to(contract(drift=policy), found) == answer

"""Checks of data sets in Python, against numbers that are known to be right and every single wrong character of them."""

from datetime import date, datetime

import pytest

from northbank.core.celltypes import TYPES
from northbank.core.checks import CHECKS, CREDIT_LETTERS, credit_code, holds, id_card, phone
from northbank.core.written import plain

CARDS = ("11010519491231002X", "440524188001010014"[:6] + "19800101001" + "X")
CREDIT_CODES = ("91110000802100433B", "914403001922038216", "91440300708461136T")


def test_the_sample_of_the_standard_is_right_and_no_other_digit() -> None:
    """GB 11643-1999 prints 11010519491231002X as its example."""
    assert id_card(CARDS[0])
    assert [d for d in "0123456789X" if id_card(CARDS[0][:17] + d)] == ["X"]


@pytest.mark.parametrize("place", range(17))
def test_every_single_wrong_digit_of_an_identity_number_is_seen(place: int) -> None:
    card = CARDS[0]
    others = {card[:place] + d + card[place + 1 :] for d in "0123456789"} - {card}
    assert not [one for one in others if id_card(one)]


@pytest.mark.parametrize(
    "text", ["", "11010519491231002", "11010519491231002x", "11010519490231002X", "1101051949123100２X"]
)
def test_what_is_no_identity_number(text: str) -> None:
    assert not id_card(text)


@pytest.mark.parametrize("code", CREDIT_CODES)
def test_every_single_wrong_character_of_a_credit_code_is_seen(code: str) -> None:
    """Codes of well-known companies, printed on their licences."""
    assert credit_code(code)
    for place in range(18):
        others = {code[:place] + c + code[place + 1 :] for c in CREDIT_LETTERS} - {code}
        assert not [one for one in others if credit_code(one)]


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("13800138000", True), ("+86 13800138000", True), ("86-13800138000", True), ("023-67890123", True), ("67890123", True),
        ("02367890123", True), ("010 62345678-123", True), ("400-810-8888", True), ("4008108888", True),
        ("12800138000", False), ("1380013800", False), ("023-07890123", False), ("无", False), ("", False), ("１３８00138000", False),
    ],
)  # fmt: skip
def test_phone_numbers(text: str, right: bool) -> None:
    assert phone(text) is right


def test_a_cell_that_is_not_there_passes_every_check() -> None:
    for code, check in CHECKS.items():
        assert holds(code, (None,) * len(check.kinds))


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("date", "2024-02-29", date(2024, 2, 29)), ("date", "2023-02-29", None), ("date", "2024/2/9", date(2024, 2, 9)),
        ("date", "20240209", date(2024, 2, 9)), ("date", "2024年2月9日", date(2024, 2, 9)), ("date", "2024-2/9", None),
        ("date", "24-02-09", None), ("date", "2024-00-10", None), ("date", "2024-01-00", None), ("date", "2024-12-31", date(2024, 12, 31)),
        ("time", "2024-02-09 23:59", datetime(2024, 2, 9, 23, 59)), ("time", "2024-02-09T24:00", None),
        ("integer", "+12", 12), ("integer", "1.0", None), ("number", "-0.5", -0.5), ("number", "1,000", None),
        ("yes_no", "是", True), ("yes_no", "N", False), ("yes_no", "maybe", None),
    ],
)  # fmt: skip
def test_how_a_cell_is_read(kind: str, text: str, value: object) -> None:
    assert TYPES[kind].read(text) == value


@pytest.mark.parametrize(
    ("text", "formats", "moment"),
    [
        ("02/28/2023 11:45:00 PM", ("%m/%d/%Y %I:%M:%S %p",), datetime(2023, 2, 28, 23, 45)),
        ("02/28/2023 12:05:00 AM", ("%m/%d/%Y %I:%M:%S %p",), datetime(2023, 2, 28, 0, 5)),
        ("2/8/2023 12:05:00 PM", ("%m/%d/%Y %I:%M:%S %p",), datetime(2023, 2, 8, 12, 5)),
        ("02/28/2023 13:05:00 PM", ("%m/%d/%Y %I:%M:%S %p",), None),
        ("2026-02-26T2000", ("%Y-%m-%dT%H%M",), datetime(2026, 2, 26, 20, 0)),
        ("28.2.2023 7:05", ("%m/%d/%Y %H:%M", "%d.%m.%Y %H:%M"), datetime(2023, 2, 28, 7, 5)),
        ("2023-02-28 07:05:01.25", (), datetime(2023, 2, 28, 7, 5, 1, 250_000)),
        ("2023年2月8日 下午3:05", ("%Y年%m月%d日 %p%I:%M",), datetime(2023, 2, 8, 15, 5)),
        ("30/02/2023 10:00", ("%d/%m/%Y %H:%M",), None),
    ],
)  # fmt: skip
def test_how_a_source_writes_its_times(text: str, formats: tuple[str, ...], moment: datetime | None) -> None:
    assert TYPES["time"].read(plain(text, formats, "time")) == moment

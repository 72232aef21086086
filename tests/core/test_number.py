"""Case numbers: the check digit catches what goes wrong on the phone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from northbank.core.number import case_number, check_digit, is_number

SERIALS = st.integers(1, 10**9)


def test_known_numbers() -> None:
    assert case_number("JB", 1) == "JB-0000001-8"
    assert case_number("JB", 12345) == "JB-0012345-5"
    assert case_number("JB", 123456789) == "JB-123456789-7"
    assert check_digit("7992739871") == 3  # the example every text on Luhn uses


@given(SERIALS)
def test_every_number_is_one(serial: int) -> None:
    assert is_number(case_number("TW", serial))


@given(SERIALS, st.integers(0, 20), st.integers(1, 9))
def test_every_wrong_digit_is_caught(serial: int, place: int, off: int) -> None:
    number = case_number("TW", serial)
    places = [n for n, letter in enumerate(number) if letter.isdigit()]
    at = places[place % len(places)]
    wrong = number[:at] + str((int(number[at]) + off) % 10) + number[at + 1 :]
    assert not is_number(wrong)


@given(SERIALS, st.integers(0, 20))
def test_swapped_neighbors_are_caught_but_for_nought_and_nine(serial: int, place: int) -> None:
    digits = f"{serial:07d}"
    at = place % (len(digits) - 1)
    one, other = digits[at], digits[at + 1]
    if one == other or {one, other} == {"0", "9"}:
        return
    swapped = digits[:at] + other + one + digits[at + 2 :]
    assert check_digit(swapped) != check_digit(digits)


@pytest.mark.parametrize(
    "text", ["", "-", "--", "JB", "JB-1-8", "JB-0000001", "JB-0000001-", "JB-0000001-88", "JB-000000x-8", "JB-٠٠٠٠٠٠١-٨",
             "JB-0000001-²", "0000001-8", "JB-0000001-9"],
)  # fmt: skip
def test_what_is_no_number(text: str) -> None:
    assert not is_number(text)


def test_serials_never_share_a_number() -> None:
    assert len({case_number("TW", serial) for serial in range(1, 20_000)}) == 19_999

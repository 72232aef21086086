"""Case numbers: `JB-0012345-6`: prefix of the pack, serial, check digit (Luhn, ISO/IEC 7812-1 annex B).

The digit catches every single wrong digit and nearly all swaps when a number is told by phone.
"""

_DOUBLED = str.maketrans("0123456789", "0246813579")  # twice the digit, its own digits summed


def case_number(prefix: str, serial: int) -> str:
    """The number of a serial (1, 2, ...), at least seven digits."""
    digits = f"{serial:07d}"
    return f"{prefix}-{digits}-{check_digit(digits)}"


def check_digit(digits: str) -> int:
    """Luhn: double every second digit from the right, sum the digits, complete to a multiple of ten."""
    doubled = digits[::-2].translate(_DOUBLED)
    return -(sum(map(int, doubled)) + sum(map(int, digits[-2::-2]))) % 10


def is_number(text: str) -> bool:
    """Whether `text` is shaped like a case number and its check digit is right."""
    prefix, _, rest = text.rpartition("-")
    name, _, digits = prefix.rpartition("-")
    plain = (
        text.isascii() and bool(name) and rest.isdigit() and len(rest) == 1 and digits.isdigit() and len(digits) >= 7
    )
    return plain and check_digit(digits) == int(rest)

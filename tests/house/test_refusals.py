"""The table of refusals is whole: every code used has words, every code with words is used, no sentence has a hole."""

import ast
from collections.abc import Iterator
from string import Formatter

from northbank.core.refusal import REFUSALS

TABLE = "src/northbank/core/refusal.py"


def _raised(python: dict[str, str]) -> Iterator[tuple[str, str, set[str], bool]]:
    """Where, code, names of the values given, and whether more values come from a mapping."""
    for name, text in python.items():
        for node in ast.walk(ast.parse(text)):
            if not isinstance(node, ast.Call) or getattr(node.func, "id", getattr(node.func, "attr", "")) != "Refused":
                continue
            if node.args and isinstance(node.args[0], ast.Constant) and isinstance(node.args[0].value, str):
                given = {keyword.arg for keyword in node.keywords if keyword.arg}
                open_ended = any(keyword.arg is None for keyword in node.keywords)
                yield f"{name}:{node.lineno}", node.args[0].value, given, open_ended


def _holes(sentence: str) -> set[str]:
    return {field for _, field, _, _ in Formatter().parse(sentence) if field}


def test_every_code_used_has_words(python: dict[str, str]) -> None:
    unknown = [f"{where} {code}" for where, code, _, _ in _raised(python) if code not in REFUSALS]
    assert not unknown, f"Add a row to {TABLE}: {unknown}"


def test_every_code_with_words_is_used(python: dict[str, str]) -> None:
    strings = {
        node.value
        for name, text in python.items()
        if name != TABLE
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    unused = sorted(set(REFUSALS) - strings)
    assert not unused, f"Nothing refuses with these any more: {unused}"


def test_every_placeholder_is_filled_where_it_is_raised(python: dict[str, str]) -> None:
    holes = []
    for where, code, given, open_ended in _raised(python):
        if code in REFUSALS and not open_ended:
            words = REFUSALS[code]
            wanted = set().union(*map(_holes, (words.en, words.zh, words.do_en, words.do_zh)))
            if missing := wanted - given:
                holes.append(f"{where} {code} lacks {sorted(missing)}")
    assert not holes, "\n".join(holes)


def test_both_languages_say_the_same_values() -> None:
    unlike = [
        code
        for code, words in REFUSALS.items()
        if _holes(words.en) | _holes(words.do_en) != _holes(words.zh) | _holes(words.do_zh)
    ]
    assert not unlike


def test_every_refusal_has_a_status_of_its_kind() -> None:
    """400 to 499: the sender can do something. 503: try again. 500: ours, and journaled as such."""
    odd = {code: w.status for code, w in REFUSALS.items() if not (400 <= w.status < 500 or w.status in (500, 503))}
    assert not odd


def test_every_refusal_says_what_to_do_in_both_languages() -> None:
    bare = [code for code, words in REFUSALS.items() if not all((words.en, words.zh, words.do_en, words.do_zh))]
    assert not bare

"""Files and functions stay small, say their subject in their name, and open by saying what lives in them."""

import ast
import re

FILE_LINES = 500
FUNCTION_LINES = 60
BANNED = {"utils", "util", "helpers", "helper", "common", "base", "manager", "service", "models", "handlers"}
UI = (".ts", ".vue")


def _is_ours(name: str) -> bool:
    code = name.startswith(("src/", "tests/", "tools/", "bench/")) and name.endswith(".py")
    generated = name.startswith("ui/src/api/")
    return code or (name.startswith("ui/") and name.endswith(UI) and not generated)


def test_no_file_is_too_long(texts: dict[str, str]) -> None:
    long = {name: n for name, text in texts.items() if _is_ours(name) and (n := text.count("\n")) > FILE_LINES}
    assert not long, f"Over {FILE_LINES} lines; split by subject: {long}"


def test_no_function_is_too_long(python: dict[str, str]) -> None:
    long = []
    for name, text in python.items():
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or node.lineno) - node.lineno + 1
                if lines > FUNCTION_LINES:
                    long.append(f"{name}:{node.lineno} {node.name} has {lines}")
    assert not long, f"Over {FUNCTION_LINES} lines:\n" + "\n".join(long)


def test_every_file_opens_by_saying_what_lives_in_it(texts: dict[str, str]) -> None:
    silent = []
    for name, text in texts.items():
        if not _is_ours(name) or not name.endswith(".py"):
            continue
        said = ast.get_docstring(ast.parse(text))
        if not said or not 1 <= len(said.splitlines()) <= 7:
            silent.append(name)
    assert not silent, f"These open without a docstring of one to five lines: {silent}"


def test_every_screen_file_opens_by_saying_what_lives_in_it(texts: dict[str, str]) -> None:
    opening = re.compile(r"\s*(<script[^>]*>\s*)?(//|/\*|<!--)")
    silent = [
        name
        for name, text in texts.items()
        if name.startswith("ui/src/") and name.endswith(UI) and _is_ours(name) and not opening.match(text)
    ]
    assert not silent, f"These open without a comment: {silent}"


def test_file_names_say_their_subject(texts: dict[str, str]) -> None:
    vague = []
    for name in texts:
        if name.startswith(("src/", "ui/src/", "tests/", "tools/", "bench/")):
            parts = {re.sub(r"^test_", "", part.split(".")[0]).lower() for part in name.split("/")[1:]}
            if parts & BANNED:
                vague.append(name)
    assert not vague, f"A name that says nothing: {vague}"

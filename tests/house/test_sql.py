"""SQL lives in named statements, each of them used; what is put into a statement is a parameter."""

import ast
import re

FOLDER = "src/northbank/shell/store/sql/"


def _named(texts: dict[str, str]) -> dict[str, list[str]]:
    return {
        name.removeprefix(FOLDER).removesuffix(".sql"): re.findall(r"^-- name: (\w+)\s*$", text, re.MULTILINE)
        for name, text in texts.items()
        if name.startswith(FOLDER) and name.endswith(".sql")
    }


def test_every_file_of_statements_is_used(texts: dict[str, str], python: dict[str, str]) -> None:
    files = _named(texts)
    assert files
    code = "\n".join(python.values())
    assert not [file for file in files if not re.search(rf"[\"']{file}[\"']", code)]


def test_every_statement_is_used(texts: dict[str, str], python: dict[str, str]) -> None:
    code = "\n".join(python.values())
    used = set(re.findall(r"\.(\w+)\b", code)) | set(re.findall(r"[\"'](\w+)[\"']", code))
    unused = [f"{file}.sql {one}" for file, names in _named(texts).items() for one in names if one not in used]
    assert not unused


def test_no_name_is_given_twice(texts: dict[str, str]) -> None:
    assert not [file for file, names in _named(texts).items() if len(names) != len(set(names))]


def _is_constant(part: ast.expr) -> bool:
    """Words, or a NAME of this program's own; anything else may come from outside."""
    return isinstance(part, ast.Constant) or (
        isinstance(part, ast.FormattedValue) and isinstance(part.value, ast.Name) and part.value.id.isupper()
    )


def test_no_value_is_written_into_sql(python: dict[str, str]) -> None:
    """An f-string that begins like a statement and takes a value is how injection starts."""
    verb = re.compile(r"\s*(select|insert|update|delete|with|copy|alter|create|drop)\b", re.IGNORECASE)
    found = []
    for name, text in python.items():
        lines = text.splitlines()
        for node in ast.walk(ast.parse(text)):
            if (
                not isinstance(node, ast.JoinedStr)
                or all(map(_is_constant, node.values))
                or "house: sql" in lines[node.lineno - 1]
            ):
                continue
            first = node.values[0]
            if isinstance(first, ast.Constant) and isinstance(first.value, str) and verb.match(first.value):
                found.append(f"{name}:{node.lineno}")
    assert not found, f"Use $1, or say why with `# house: sql`: {found}"


def test_migrations_are_numbered_without_a_gap(texts: dict[str, str]) -> None:
    folder = "src/northbank/shell/store/migrations/"
    numbers = sorted(
        int(name.removeprefix(folder)[:4]) for name in texts if name.startswith(folder) and name.endswith(".sql")
    )
    assert numbers == list(range(1, len(numbers) + 1))


# What PostgreSQL learned after 15, the oldest server that a center may stand on; CI runs the statements on one too.
NEWER = (
    r"\bany_value\(", r"\bjson_(array|object|scalar|serialize|table|exists|query|value)\(", r"\bis json\b",
    r"\buuidv[47]\(", r"\bmerge_action\(", r"\breturning\s+(with|old|new)\b", r"\bwithout overlaps\b",
    r"\bnot enforced\b", r"\bvirtual\b", r"\barray_(sample|shuffle|sort|reverse)\(", r"\bon_error\b", r"\bcasefold\(",
)  # fmt: skip


def test_no_statement_is_newer_than_the_oldest_server(texts: dict[str, str]) -> None:
    found = [
        f"{name}: {match[0]}"
        for name, text in texts.items()
        if name.endswith(".sql")
        for match in re.finditer("|".join(NEWER), re.sub(r"--.*", "", text), re.IGNORECASE)
    ]
    assert not found

"""Writes docs/reference and docs/glossary.md from the code, the pack's shapes and the glossary.

`make docs` writes them; `--check` only says which are out of date. Prose is written by hand, elsewhere in docs/.
"""

import json
import sys
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import click
import msgspec
import typer

ROOT = Path(__file__).resolve().parents[1]
NOTE = "<!-- Written by `make docs`; change {source} instead. -->\n"


def glossary() -> str:
    """The words of the house in Chinese, English and code."""
    data = tomllib.loads((ROOT / "docs" / "glossary.toml").read_text("utf-8"))
    lines = ["# Glossary 词汇表", "", NOTE.format(source="docs/glossary.toml")]
    for topic in data["topic"]:
        lines += [f"## {topic['en']} {topic['zh']}", "", "| 中文 | English | in code | meaning |", "|---|---|---|---|"]
        for word in topic["word"]:
            code = f"`{word['id']}`" + (" (reserved)" if word.get("later") else "")
            lines.append(f"| {word['zh']} | {word['en']} | {code} | {word['note']} |")
        lines.append("")
    return "\n".join(lines)


def commands() -> Iterator[tuple[str, click.Command]]:
    """Every command of the program with its full name."""
    from northbank.__main__ import app

    def walk(path: str, command: click.Command) -> Iterator[tuple[str, click.Command]]:
        inner = getattr(command, "commands", None)
        if inner is None:
            yield path, command
            return
        for name in sorted(inner):
            yield from walk(f"{path} {name}", inner[name])

    return walk("northbank", typer.main.get_command(app))  # type: ignore[arg-type]


def command_page() -> str:
    """What can be typed: each command with its options."""
    lines = ["# Commands", "", NOTE.format(source="src/northbank/cli/")]
    for path, command in commands():
        lines += [f"## {path}", "", (command.help or "").strip().replace("\b", ""), ""]
        rows = [_parameter(one) for one in command.params if not getattr(one, "hidden", False) and one.name != "help"]
        if rows:
            lines += ["| argument or option | default | what it does |", "|---|---|---|", *rows, ""]
    return "\n".join(lines)


def _parameter(one: Any) -> str:
    is_option = one.param_type_name == "option"
    name = ", ".join([*one.opts, *one.secondary_opts]) if is_option else one.name.upper()
    default = one.default() if callable(one.default) else one.default
    shown = "required" if one.required else "" if default in (None, False, (), []) else f"`{default}`"
    return f"| `{name}` | {shown} | {(getattr(one, 'help', None) or '').strip()} |"


def refusal_page() -> str:
    """Every refusal with its status, sentence and advice."""
    from northbank.core.refusal import REFUSALS, plainly

    lines = ["# Refusals", "", NOTE.format(source="src/northbank/core/refusal.py")]
    lines += ["What the API, the screens and the command line say when they turn something down.", ""]
    lines += ["| code | status | sentence | what to do | 说明 | 怎么办 |", "|---|---|---|---|---|---|"]
    for code, words in sorted(REFUSALS.items()):
        lines.append(
            f"| `{code}` | {words.status} | {plainly(words.en)} | {plainly(words.do_en)} | {words.zh} | {words.do_zh} |"
        )
    return "\n".join([*lines, ""])


def pack_shapes() -> list[tuple[str, str, type[msgspec.Struct]]]:
    """File name, what it holds and its shape, for every kind of file of a pack."""
    from northbank.pack import dataset_spec, governed_spec, inventory_rows, link_spec, rows, spec

    found = []
    for module in (spec, rows, dataset_spec, governed_spec, inventory_rows, link_spec):
        for value in vars(module).values():
            if isinstance(value, type) and issubclass(value, msgspec.Struct) and value.__module__ == module.__name__:
                head, _, rest = (value.__doc__ or "").partition(": ")
                if head.endswith((".toml", ".csv", ".geojson")) and " " not in head:
                    found.append((head, " ".join(rest.split()), value))
    return found


def pack_page() -> str:
    """The files of a pack and what may stand in each."""
    lines = [
        "# Files of a pack",
        "",
        NOTE.format(
            source="src/northbank/pack/spec.py, rows.py, dataset_spec.py, governed_spec.py, inventory_rows.py and link_spec.py"
        ),
    ]
    lines += ["How to write a pack is told in [the how-to](../how-to/write-a-pack.md); this is the reference.", ""]
    for file, about, shape in pack_shapes():
        _, parts = msgspec.json.schema_components([shape])
        lines += [f"## {file}", "", about[:1].upper() + about[1:], ""]
        lines += _table(parts[shape.__name__], parts)
        for name, part in parts.items():
            if name not in (shape.__name__, "Name") and "properties" in part:
                about_part = " ".join(str(part.get("description", "")).split())
                lines += [f"**{name}** {about_part}", "", *_table(part, parts)]
    return "\n".join(lines)


def _table(shape: dict[str, Any], parts: dict[str, Any]) -> list[str]:
    lines = ["| key | kind | default |", "|---|---|---|"]
    for key, kind in shape["properties"].items():
        default = "required" if key in shape.get("required", ()) else _value(kind.get("default"))
        lines.append(f"| `{key}` | {_kind(kind, parts)} | {default} |")
    return [*lines, ""]


def _value(default: object) -> str:
    empty = default in (None, "") or isinstance(default, dict | list)
    return "" if empty else f"`{json.dumps(default, ensure_ascii=False)}`"


def _kind(kind: dict[str, Any], parts: dict[str, Any]) -> str:
    """One property of a JSON schema in words; what it is made of is spelled out in place."""
    match kind:
        case {"anyOf": several}:
            return " or ".join(_kind(one, parts) for one in several if one != {"type": "null"})
        case {"enum": values}:
            return ", ".join(f"`{value}`" for value in values)
        case {"const": value}:
            return f"`{value}`"
        case {"$ref": reference}:
            inner = parts[reference.rsplit("/", 1)[1]]
            name = reference.rsplit("/", 1)[1]
            if name == "Name":
                return "words: `zh`, `en`"
            return f"table, see {name}" if "properties" in inner else _kind(inner, parts)
        case {"type": "array", "items": items} if items:
            return f"list of: {_kind(items, parts)}"
        case {"type": "array", "prefixItems": items}:
            return "list of " + " and ".join(_kind(one, parts) for one in items)
        case {"type": "object"}:
            return "table"
        case {"format": "date" | "date-time" as form}:
            return form
        case {"pattern": pattern, "maxLength": 64}:
            return "code"
        case {"pattern": pattern}:
            return f"text like `{pattern}`".replace("|", "\\|")
        case {"type": word}:
            return {"string": "text", "integer": "whole number", "number": "number", "boolean": "true or false"}.get(
                word, word
            )
    return "text"


PAGES: dict[str, Callable[[], str]] = {
    "docs/glossary.md": glossary,
    "docs/reference/commands.md": command_page,
    "docs/reference/refusals.md": refusal_page,
    "docs/reference/pack-files.md": pack_page,
}


def main(arguments: list[str]) -> int:
    """Write every page, or with --check say which would change."""
    stale = []
    for name, write in PAGES.items():
        path, text = ROOT / name, write()
        if path.exists() and path.read_text("utf-8") == text:
            continue
        stale.append(name)
        if "--check" not in arguments:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
    for name in stale:
        print(f"{name} {'is out of date: make docs' if '--check' in arguments else 'written'}")
    return 1 if stale and "--check" in arguments else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Writes ui/src/api/generated.ts from the commands and queries of the server, so that screens and server agree by type.

`--check` only says whether the file is out of date. What the screens call these types is in ui/src/api/types.ts.
"""

import re
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
TARGET = ROOT / "ui" / "src" / "api" / "generated.ts"
HEAD = "// Written by tools/api_types.py from the server's OpenAPI document; change the server instead.\n"
PLAIN = {"string": "string", "integer": "number", "number": "number", "boolean": "boolean", "null": "null"}


def name_of(schema: str) -> str:
    """The TypeScript name of a component; one that the document had to qualify keeps its module in front."""
    parts = schema.split(".")
    if len(parts) == 1:
        return schema
    return "".join(word.capitalize() for word in parts[-2].split("_")) + parts[-1]


def kind_of(schema: dict[str, Any]) -> str:
    """A JSON schema as a TypeScript type."""
    match schema:
        case {"$ref": reference}:
            return name_of(str(reference).rsplit("/", 1)[1])
        case {"anyOf": several}:
            return " | ".join(dict.fromkeys(kind_of(one) for one in several))
        case {"enum": values}:
            return " | ".join(f'"{value}"' for value in values)
        case {"const": value}:
            return f'"{value}"'
        case {"type": "array", "prefixItems": items}:
            return f"[{', '.join(kind_of(one) for one in items)}]"
        case {"type": "array", "items": dict() as items} if items:
            inner = kind_of(items)
            return f"({inner})[]" if " | " in inner else f"{inner}[]"
        case {"type": "array"}:
            return "unknown[]"
        case {"type": "object", "additionalProperties": dict() as values} if values:
            return f"Record<string, {kind_of(values)}>"
        case {"type": str() as word} if word in PLAIN:
            return PLAIN[word]
        case {"type": "object"}:
            return "Record<string, unknown>"
    return "unknown"


def declare(name: str, schema: dict[str, Any]) -> list[str]:
    """One component as an exported type. A field with a default may be left out on the wire."""
    if "properties" not in schema:
        return [f"export type {name_of(name)} = {kind_of(schema)};", ""]
    about = re.sub(r"\s+", " ", str(schema.get("description", "")).split("\n\n")[0]).strip()
    lines = [f"/** {about} */"] if about else []
    lines.append(f"export interface {name_of(name)} {{")
    required = set(schema.get("required", ()))
    for key, value in schema["properties"].items():
        lines.append(f"  {key}{'' if key in required else '?'}: {kind_of(value)};")
    return [*lines, "}", ""]


def types() -> str:
    """The whole file."""
    from northbank.shell.web.app import all_operations, api_document

    schemas = api_document(all_operations())["components"]["schemas"]
    lines = [HEAD]
    for name in sorted(schemas, key=name_of):
        lines += declare(name, schemas[name])
    return "\n".join(lines)


def main(arguments: list[str]) -> int:
    """Write the file, or with --check say whether it would change."""
    text = types()
    if TARGET.exists() and TARGET.read_text("utf-8") == text:
        return 0
    if "--check" in arguments:
        print("ui/src/api/generated.ts is out of date: .venv/bin/python tools/api_types.py")
        return 1
    TARGET.write_text(text, "utf-8")
    print("ui/src/api/generated.ts written")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

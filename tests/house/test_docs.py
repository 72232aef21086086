"""The docs cannot lag: what is generated is up to date, what can be typed is explained, every link leads somewhere."""

import importlib.util
import re
import tomllib
from pathlib import Path
from types import ModuleType

import pytest

PARTS = ("Context", "Decision", "Consequences", "Turned down")
LINK = re.compile(r"!?\[[^\]]*\]\(([^)#\s]+)(?:#[^)]*)?\)")


@pytest.fixture(scope="module")
def maker(root: Path) -> ModuleType:
    """tools/make_docs.py."""
    spec = importlib.util.spec_from_file_location("make_docs", root / "tools" / "make_docs.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_generated_pages_are_up_to_date(maker: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    assert maker.main(["--check"]) == 0, capsys.readouterr().out


def test_every_command_says_what_it_does(maker: ModuleType) -> None:
    bare = [path for path, command in maker.commands() if not (command.help or "").strip()]
    assert not bare


def test_every_option_says_what_it_does(maker: ModuleType) -> None:
    bare = [
        f"{path} {one.name}"
        for path, command in maker.commands()
        for one in command.params
        if not getattr(one, "help", None) and not getattr(one, "hidden", False)
    ]
    assert not bare


def test_every_command_is_told_of_in_prose(maker: ModuleType, texts: dict[str, str]) -> None:
    prose = "\n".join(t for n, t in texts.items() if n.endswith(".md") and not n.startswith("docs/reference/"))
    untold = [path for path, _ in maker.commands() if not re.search(rf"{path}(?![\w-])", prose)]
    assert not untold, f"Say in README.md or docs/ when to use: {untold}"


def test_every_pack_file_is_told_of_in_prose(maker: ModuleType, texts: dict[str, str]) -> None:
    prose = "\n".join(t for n, t in texts.items() if n.startswith("docs/") and "pack" in n and "reference" not in n)
    shapes = maker.pack_shapes()
    assert shapes
    untold = [file for file, _, _ in shapes if file.split("/<")[0] not in prose]
    assert not untold, f"How to write a pack leaves out: {untold}"


def test_every_decision_has_its_four_parts(texts: dict[str, str]) -> None:
    pages = {name: text for name, text in texts.items() if re.match(r"docs/decisions/\d{4}-.*\.md$", name)}
    assert "docs/decisions/0001-record-decisions.md" in pages
    lacking = [
        f"{name}: {part}"
        for name, text in pages.items()
        for part in PARTS
        if f"\n## {part}\n" not in text.replace("\r", "")
    ]
    assert not lacking
    numbers = [name.split("/")[-1][:4] for name in pages]
    assert len(numbers) == len(set(numbers)), "Each number stands for one decision"


def test_every_link_leads_to_a_file(texts: dict[str, str], root: Path) -> None:
    dead = [
        f"{name} -> {target}"
        for name, text in texts.items()
        if name.endswith(".md")
        for target in LINK.findall(re.sub(r"```.*?```", "", text, flags=re.DOTALL))
        if not re.match(r"[a-z]+:", target) and not (root / name).parent.joinpath(target).exists()
    ]
    assert not dead, "\n".join(dead)


def test_readme_speaks_both_languages(texts: dict[str, str]) -> None:
    english, chinese = texts["README.md"], texts["README.zh.md"]
    headings = [re.findall(r"^#{1,2} ", text, flags=re.MULTILINE) for text in (english, chinese)]
    assert headings[0] == headings[1], "README.md and README.zh.md have the same parts"
    typed = [
        re.findall(r"^(?:make|northbank) [^#\n]*?(?= *(?:#|$))", text, re.MULTILINE) for text in (english, chinese)
    ]
    assert typed[0] == typed[1], "README.md and README.zh.md name the same commands"


def _words(texts: dict[str, str]) -> list[dict[str, str]]:
    return [word for topic in tomllib.loads(texts["docs/glossary.toml"])["topic"] for word in topic["word"]]


def test_every_word_of_the_glossary_is_in_the_code(texts: dict[str, str]) -> None:
    code = "\n".join(t for n, t in texts.items() if n.startswith(("src/", "packs/")) and not n.endswith(".geojson"))
    used = set(re.findall(r"[A-Za-z_]\w*", code))
    missing = [word["id"] for word in _words(texts) if not word.get("later") and word["id"] not in used]
    program = "\n".join(t for n, t in texts.items() if n.startswith("src/"))
    come_true = [w["id"] for w in _words(texts) if w.get("later") and re.search(rf"\b{w['id']}\b", program)]
    assert not missing, f"No such name in src or packs: {missing}"
    assert not come_true, f"These are built now; take `later` off: {come_true}"


def test_every_word_of_the_glossary_is_there_once_in_both_languages(texts: dict[str, str]) -> None:
    words = _words(texts)
    assert all(word["zh"] and word["en"] and word["note"] for word in words)
    ids = [word["id"] for word in words]
    assert len(ids) == len(set(ids))

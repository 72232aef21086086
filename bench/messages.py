"""Labelled messages of residents for measuring suggestions. Read where they lie, never copied; and invented ones for a dry run.

Most are lists of words in their order, without the common ones; some are whole. No message is learned from and asked about.
"""

import csv
import gzip
import random
from collections.abc import Iterator

from bodies import ROOT

from northbank.core.suggest_fit import Example

FOLDER = ROOT.parent / "shared" / "data" / "zh_gov_messages"
LABEL = "一级分类"
FIRST = 6  # so many words in their order, at the beginning, make two messages one


def _rows(file: str) -> Iterator[dict[str, str]]:
    csv.field_size_limit(1 << 24)
    with gzip.open(FOLDER / file, "rt", encoding="utf-8-sig", newline="") as text:
        yield from csv.DictReader(text)


def listed() -> list[Example]:
    """Messages as lists of words, each once: many were sent several times."""
    found = {
        " ".join(row["tokens"].split()[:40]): Example(row["tokens"], row[LABEL])
        for row in _rows("附件2_tokens_train.csv.gz")
    }
    return list(found.values())


def whole() -> list[Example]:
    """Messages in full."""
    return [
        Example(f"{row['留言主题']}\n{row['留言详情']}", row[LABEL]) for row in _rows("附件2_sample_fulltext.csv.gz")
    ]


def without(examples: list[Example], asked: list[Example]) -> list[Example]:
    """The lists of words that are of none of the full messages."""
    texts = ["".join(one.text.split()) for one in asked]
    return [one for one in examples if not any(_begins(one.text.split()[:FIRST], text) for text in texts)]


def _begins(words: list[str], text: str) -> bool:
    """Whether the words stand in the text one after the other, near its beginning."""
    at = 0
    for word in words:
        at = text.find(word, at, at + 60)
        if at < 0:
            return False
    return bool(words)


def invented(count: int, seed: int = 5) -> list[Example]:
    """Reports put together from a few phrases, a fifth of them with a wrong type."""
    chance = random.Random(seed)
    words = {
        "lamp": ("路灯不亮", "lamp out"),
        "waste": ("垃圾没人清运", "bins full"),
        "noise": ("施工噪音", "loud music"),
    }
    kinds = sorted(words)
    return [
        Example(
            f"{chance.choice(words[kind])} {chr(0x4E00 + n % 900)} {chance.choice('东西南北')}门",
            kind if chance.random() < 0.8 else chance.choice(kinds),
        )
        for n, kind in enumerate(chance.choice(kinds) for _ in range(count))
    ]

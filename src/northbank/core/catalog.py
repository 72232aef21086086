"""Finding data sets by words in Chinese or English: which texts of a contract count how much, and how alike they are to what was typed.

Chinese has no blanks between words: pairs of characters are compared there, words and their beginnings in other scripts.
"""

import re
from collections.abc import Iterator

from northbank.core.city import City
from northbank.core.dataset import Dataset

_WORD = re.compile(r"[a-z0-9]+|[\u3400-\u9fff\uf900-\ufaff]+")
_HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")
LEAST = 0.34  # of what was asked, that has to be found


def texts_of(city: City, dataset: Dataset) -> Iterator[tuple[float, str]]:
    """Everything a data set can be found by, with its weight."""
    yield 10.0, dataset.code
    yield 10.0, dataset.name.zh
    yield 10.0, dataset.name.en
    owner = city.units.get(dataset.owner)
    yield 4.0, dataset.owner
    if owner is not None:
        yield 4.0, owner.name.zh
        yield 4.0, owner.name.en
    yield 3.0, dataset.source
    yield 3.0, dataset.note.zh
    yield 3.0, dataset.note.en
    for column in dataset.columns:
        yield 2.0, column.code
        yield 2.0, column.name.zh
        yield 2.0, column.name.en
        for header in column.headers:
            yield 1.0, header


def terms_of(text: str) -> frozenset[str]:
    """Words of a text; of Chinese the pairs of neighbors, of a single character itself."""
    found: set[str] = set()
    for word in _WORD.findall(text.lower().replace("_", " ")):
        if _HAN.match(word) and len(word) > 1:
            found.update(word[n : n + 2] for n in range(len(word) - 1))
        else:
            found.add(word)
    return frozenset(found)


def rank(asked: str, texts: list[tuple[float, str]]) -> float:
    """How well texts answer what was asked; 0: not at all. A text that holds the whole question counts double."""
    wanted, plain = terms_of(asked), asked.strip().lower()
    if not wanted:
        return 0.0
    best: dict[str, float] = {}
    bonus = 0.0
    for weight, text in texts:
        lower = text.lower()
        if plain and plain in lower:
            bonus = max(bonus, weight * (2.0 if plain == lower else 1.0))
        has = terms_of(text)
        for term in wanted:
            part = 1.0 if term in has else 0.6 if _begins(term, has) else 0.0
            best[term] = max(best.get(term, 0.0), weight * part)
    share = sum(1 for term in wanted if best.get(term)) / len(wanted)
    return round(bonus + share * sum(best.values()) / len(wanted), 4) if share >= LEAST or bonus else 0.0


def _begins(term: str, has: frozenset[str]) -> bool:
    return len(term) > 1 and not _HAN.match(term) and any(one.startswith(term) for one in has)


def search(city: City, asked: str) -> list[tuple[Dataset, float]]:
    """The data sets that answer a question, the best first; all of them, by code, where nothing was asked."""
    if not asked.strip():
        return [(one, 0.0) for _, one in sorted(city.datasets.items())]
    texts = city.memo("catalog texts", lambda: {code: list(texts_of(city, one)) for code, one in city.datasets.items()})
    found = [(city.datasets[code], rank(asked, of)) for code, of in texts.items()]
    return sorted((one for one in found if one[1] > 0), key=lambda one: (-one[1], one[0].code))

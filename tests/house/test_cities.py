"""A city is data: no name of a city, district or town of any pack stands in the program or its screens."""

import csv
import io
import re
import tomllib

PROGRAM = ("src/", "ui/src/")
PLACES = {"city", "district", "town"}


def _names(texts: dict[str, str]) -> set[str]:
    """Ids and names of the packs and of their districts and towns, as far as they are written down here."""
    found: set[str] = set()
    for name, text in texts.items():
        # A pack whose folder begins with _ is invented: its towns have the names of common things.
        if re.match(r"packs/[^_/][^/]*/pack\.toml$", name):
            found |= {name.split("/")[1], *tomllib.loads(text)["name"].values()}
        elif re.match(r"packs/[^_/][^/]*/areas\.csv$", name):
            for row in csv.DictReader(io.StringIO(text)):
                if row["level"] in PLACES:
                    found |= {row.get("name_zh") or "", row.get("name_en") or ""}
    short = {re.sub(r"(街道|镇|区|县|市)$", "", one) for one in found}
    short |= {re.sub(r" (Street|Town|District|City)$", "", one) for one in found}
    return {one for one in found | short if len(one) >= (2 if re.search(r"[\u4e00-\u9fff]", one) else 5)}


def test_no_city_is_named_in_the_program(texts: dict[str, str]) -> None:
    names = _names(texts)
    assert len(names) > 20, "The packs name their towns"
    rule = re.compile("|".join(rf"\b{re.escape(n)}\b" if n.isascii() else re.escape(n) for n in sorted(names)), re.I)
    found = [
        f"{name}:{number} {hit.group()}"
        for name, text in texts.items()
        if name.startswith(PROGRAM)
        for number, line in enumerate(text.splitlines(), 1)
        if (hit := rule.search(line))
    ]
    assert not found, "Packs hold cities:\n" + "\n".join(found)

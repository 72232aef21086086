"""The city's words in a refusal: codes of states, acts, roles, units and types become names a person knows.

Refusals are raised with codes, which programs compare; they are worded once, where they are shown.
"""

from northbank.core.city import City, Name
from northbank.core.refusal import Refused

_FAMILIES = {"state": "state", "act": "act", "role": "role"}


def in_words(refused: Refused, city: City) -> Refused:
    """The same refusal with names for codes; each value then says itself in the reader's language."""
    return Refused(
        refused.code, **{key: _name(city, refused.code, key, value) for key, value in refused.values.items()}
    )


def _name(city: City, code: str, key: str, value: object) -> object:
    if key == "city":
        return city.name
    if not isinstance(value, str):
        return value
    if key in _FAMILIES:
        return city.word(_FAMILIES[key], value)
    if key in ("owner", "unit"):
        unit = city.units.get(value)
        return unit.name if unit is not None else value
    if key == "allowed" and code == "wrong_state":
        names = [city.word("act", act) for act in value.split(", ")]
        return Name("、".join(name.say("zh") for name in names), ", ".join(name.say("en") for name in names))
    return value

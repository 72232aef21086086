"""A name in both languages. Nothing else lives here."""

import msgspec


class Name(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A name in Chinese and English; either may stand in for the other."""

    zh: str = ""
    en: str = ""

    def say(self, language: str) -> str:
        """The name in `language`, or the other one where it is missing."""
        return (self.zh or self.en) if language.startswith("zh") else (self.en or self.zh)

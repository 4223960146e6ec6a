"""A sentence in the two languages of the house: Chinese first, English complete."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Language = Literal["zh", "en"]

_LANGUAGES: Mapping[str, Language] = {
    "zh": "zh",
    "zh-hans": "zh",
    "zh-cn": "zh",
    "zh-hans-cn": "zh",
    "en": "en",
    "en-us": "en",
    "en-gb": "en",
}


class UnknownLanguage(ValueError):
    """A language was asked for that the house does not speak."""


def language_of(tag: str) -> Language:
    """Return ``"zh"`` or ``"en"`` for a language tag such as Django's ``zh-hans``.

    Parameters
    ----------
    tag : str
        A language tag; case and the choice of ``-`` or ``_`` do not matter.

    Raises
    ------
    UnknownLanguage
        If the tag is neither Chinese nor English.

    Examples
    --------
    >>> language_of("zh_Hans"), language_of("en")
    ('zh', 'en')
    """
    language = _LANGUAGES.get(tag.replace("_", "-").lower())
    if language is None:
        known = ", ".join(sorted(_LANGUAGES))
        raise UnknownLanguage(f"Language {tag!r} is not one that texts are written in; use one of: {known}.")
    return language


@dataclass(frozen=True, slots=True)
class Text:
    """The same sentence in Chinese and in English.

    Parameters
    ----------
    zh, en : str
        Both are required: a text with an empty language is refused, so that no page can show a hole.

    Raises
    ------
    ValueError
        If either language is empty.

    Examples
    --------
    >>> name = Text(zh="森林覆盖率", en="Forest coverage")
    >>> name.in_language("zh-hans")
    '森林覆盖率'
    >>> Text(zh="{who}缺数", en="{who} has no data").fill(who=name).en
    'Forest coverage has no data'
    """

    zh: str
    en: str

    def __post_init__(self) -> None:
        for language, words in (("zh", self.zh), ("en", self.en)):
            if not words.strip():
                raise ValueError(
                    f"A text needs both languages, but {language!r} is empty (zh={self.zh!r}, en={self.en!r}); "
                    f"write it in {language!r} too."
                )

    def in_language(self, language: str) -> str:
        """Return the words in ``language`` (``"zh"``, ``"zh-hans"``, ``"en"``, ...)."""
        return self.zh if language_of(language) == "zh" else self.en

    def fill(self, **values: object) -> Text:
        """Return the text with ``{name}`` fields filled; a `Text` value is filled in its own language."""
        return Text(
            zh=self.zh.format(**{k: v.zh if isinstance(v, Text) else v for k, v in values.items()}),
            en=self.en.format(**{k: v.en if isinstance(v, Text) else v for k, v in values.items()}),
        )

    def to_mapping(self) -> dict[str, str]:
        """Return ``{"zh": ..., "en": ...}``, the form that YAML and JSON files hold."""
        return {"zh": self.zh, "en": self.en}

    @classmethod
    def from_mapping(cls, mapping: Mapping[str, str]) -> Text:
        """Read the form that `to_mapping` writes.

        Raises
        ------
        ValueError
            If a language is absent or a key is unknown.
        """
        if set(mapping) != {"zh", "en"}:
            raise ValueError(f"A text has exactly the keys 'zh' and 'en', but {sorted(mapping)} was found.")
        return cls(zh=mapping["zh"], en=mapping["en"])

    def __str__(self) -> str:
        return self.zh


def as_text(words: str | Text) -> Text:
    """Return ``words`` as a `Text`; a bare string is taken to read the same in both languages.

    Examples
    --------
    >>> as_text("%").en
    '%'
    """
    return words if isinstance(words, Text) else Text(zh=words, en=words)

"""Filters above a table, read from the query string."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.http import QueryDict
from django.utils.functional import Promise

from ecociv.portal.collation import full_pinyin, initials


@dataclass(frozen=True, slots=True)
class Choice:
    """One value that a filter can take."""

    value: str
    label: str | Promise


@dataclass(slots=True)
class Filter:
    """One filter: a list to choose from, with what the reader chose."""

    name: str
    label: str | Promise
    choices: list[Choice]
    everything: str | Promise
    chosen: str = ""


@dataclass(slots=True)
class Filters:
    """The filters of a page. A value that is not offered is ignored, not an error: addresses get mangled."""

    query: QueryDict | Mapping[str, str]
    filters: list[Filter]
    with_text: bool = True
    text: str = field(init=False)

    def __post_init__(self) -> None:
        self.text = (self.query.get("q") or "").strip()[:100] if self.with_text else ""
        for each in self.filters:
            asked = self.query.get(each.name) or ""
            each.chosen = asked if asked in {choice.value for choice in each.choices} else ""

    def __getitem__(self, name: str) -> str:
        """The value chosen for a filter; "" for everything."""
        for each in self.filters:
            if each.name == name:
                return each.chosen
        raise KeyError(name)

    @property
    def active(self) -> bool:
        """Whether anything is filtered at all."""
        return bool(self.text) or any(each.chosen for each in self.filters)


def matches(text: str, *fields: str) -> bool:
    """Whether every word of ``text`` occurs in one of the fields: as it stands, or by pinyin.

    Pinyin counts from two letters on, and only for words in Latin letters.

    >>> matches("森林", "森林覆盖率"), matches("slfgl", "森林覆盖率"), matches("senlin", "森林覆盖率")
    (True, True, True)
    >>> matches("森林 2015", "森林覆盖率"), matches("", "anything")
    (False, True)
    """
    return all(_found(word.casefold(), fields) for word in text.split())


def _found(word: str, fields: Iterable[str]) -> bool:
    latin = word.isascii() and len(word) >= 2 and word.isalpha()
    return any(
        word in one.casefold()
        or (latin and not one.isascii() and (word in initials(one) or word in full_pinyin(one)))
        for one in fields
    )

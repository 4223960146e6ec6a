"""What the plan check says: findings with code, severity, places, figures and a sentence."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Any

from ecociv.core.text import Text


class Severity(StrEnum):
    """How much it matters: an error cannot stand, a warning needs a decision, a note is worth knowing."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"

    @property
    def label(self) -> Text:
        """The word for it."""
        return _LABELS[self]

    @property
    def rank(self) -> int:
        """0 for the gravest, for sorting."""
        return list(Severity).index(self)


_LABELS = {
    Severity.ERROR: Text(zh="错误", en="Error"),
    Severity.WARNING: Text(zh="警告", en="Warning"),
    Severity.NOTE: Text(zh="提示", en="Note"),
}


@dataclass(frozen=True)
class Figure:
    """A figure that a finding speaks of, with where it stands."""

    place: str
    value: str
    unit: str = ""

    def to_json(self) -> dict[str, str]:
        """Plain data."""
        return {"place": self.place, "value": self.value, "unit": self.unit}


@dataclass(frozen=True)
class Finding:
    """Something in the plan that does not hold, or that a reader must know.

    Attributes
    ----------
    code : str
        The rule, e.g. ``figure-conflict``.
    severity : Severity
    places : tuple of str
        Where it stands: ``indicator:46``, ``task:112``, ``project:26``, ``text:三（四）3``, ``organisation:<key>``.
    message : Text
        One sentence in each language, with the figures.
    figures : tuple of Figure
        The figures compared.
    """

    code: str
    severity: Severity
    places: tuple[str, ...]
    message: Text
    figures: tuple[Figure, ...] = field(default=())

    def to_json(self) -> dict[str, Any]:
        """The shape that ``ecociv plan check --format json`` prints."""
        return {
            "code": self.code,
            "severity": self.severity.value,
            "places": list(self.places),
            "message_zh": self.message.zh,
            "message_en": self.message.en,
            "figures": [figure.to_json() for figure in self.figures],
        }


_NUMERALS = str.maketrans("一二三四五六七八九", "123456789")


def chapter_in_english(place: str) -> str:
    """A chapter of the main text, or a pair of annexes, for a reader of English.

    >>> chapter_in_english("三(一)4"), chapter_in_english("附表1与附表2"), chapter_in_english("附表2")
    ('chapter 3(1)4', 'annexes 1 and 2', 'annex 2')
    """
    if "附表" in place:
        numbers = place.replace("附表", "").split("与")
        return f"annex{'es' if len(numbers) > 1 else ''} {' and '.join(numbers)}"
    return f"chapter {place.translate(_NUMERALS)}"


def named(place: str) -> Text:
    """A task or a project as a sentence names it.

    >>> named("task:112").zh, named("project:26").en
    ('任务112', 'project 26')
    """
    kind, _, number = place.partition(":")
    return Text(zh=f"{'任务' if kind == 'task' else '项目'}{number}", en=f"{kind} {number}")


def begun(sentence: str) -> str:
    """The sentence with a capital letter at its start."""
    return sentence[:1].upper() + sentence[1:]


def plain(value: Decimal) -> str:
    """A figure without an exponent and without needless zeros.

    >>> plain(Decimal("100")), plain(Decimal("0.510")), plain(Decimal("1E+1"))
    ('100', '0.51', '10')
    """
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text

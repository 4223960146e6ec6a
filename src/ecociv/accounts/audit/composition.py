"""Of which kinds of facts a dossier is made: each composition can be computed again, so that its digest stays. Pure: no Django."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ecociv.core.text import Text

PROGRESS_REPORTS = "progress_reports"
READINGS = "readings"
REFERENCES = "references"
VALUES = "values"

PARTS: Mapping[str, Text] = {
    PROGRESS_REPORTS: Text(zh="任期内的进展报告", en="progress reports of the term"),
    READINGS: Text(zh="监测指标（气象、流量调整）", en="measures by readings, adjusted for weather or flow"),
    REFERENCES: Text(
        zh="没有同类地区时与自身趋势或上级序列的比较",
        en="comparison with the own trend or a wider series where no peers are",
    ),
    VALUES: Text(zh="期初期末存量的价值及量价分解", en="value of the position, split into volume and price"),
}
"""Kinds of facts that came after the first composition, in words."""


@dataclass(frozen=True, slots=True)
class Composition:
    """One composition.

    Attributes
    ----------
    parts : frozenset of str
        Keys of `PARTS` that it has beside what every dossier has.
    accounts : int
        The arithmetic of the accounts (`ecociv.accounts.queries.ARITHMETIC`) with which it was computed.
    """

    number: int
    parts: frozenset[str]
    accounts: int

    def has(self, part: str) -> bool:
        """Whether a kind of facts belongs to it."""
        return part in self.parts

    @property
    def named(self) -> bool:
        """Whether its dossiers say their composition; those of the first two did not."""
        return self.number >= 3

    def lacks(self) -> tuple[Text, ...]:
        """What the newest composition has beyond it.

        >>> [one.en for one in composition(2).lacks()][0]
        'measures by readings, adjusted for weather or flow'
        """
        return tuple(
            words for part, words in PARTS.items() if part in NEWEST.parts and part not in self.parts
        )


_EVERY = (
    Composition(1, frozenset(), 1),
    Composition(2, frozenset({PROGRESS_REPORTS}), 1),
    Composition(3, frozenset({PROGRESS_REPORTS, READINGS, REFERENCES, VALUES}), 1),
)
NEWEST = _EVERY[-1]


class UnknownComposition(ValueError):
    """There is no composition of this number."""

    def __init__(self, number: int) -> None:
        self.text = Text(
            zh=f"没有第{number}版卷宗构成；有第1至{NEWEST.number}版。",
            en=f"There is no composition {number}; there are 1 to {NEWEST.number}.",
        )
        super().__init__(self.text.en)


def composition(number: int) -> Composition:
    """The composition of a number.

    Raises
    ------
    UnknownComposition
        When there is none; says which there are.
    """
    for one in _EVERY:
        if one.number == number:
            return one
    raise UnknownComposition(number)


def composition_of(kept: Mapping[str, Any]) -> Composition:
    """The composition of a dossier that was kept as JSON.

    >>> composition_of({"movements": []}).number, composition_of({"progress_reports": []}).number
    (1, 2)
    """
    said = kept.get("composition")
    if said is not None:
        return composition(said["number"])
    return composition(2 if PROGRESS_REPORTS in kept else 1)

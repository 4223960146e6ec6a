"""Numbering of figures: the same figure has one number wherever it is shown, and one entry in the appendix."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field

from ecociv.core.trace import Trace


@dataclass(frozen=True)
class Figure:
    """A numbered figure.

    Attributes
    ----------
    trace : Trace
        Its arithmetic.
    shown : str
        How it is written where it is not one number, such as the shares of a composition; else empty.
    evidence : str
        Digest of the observations behind it, where it was made from evidence.
    revision : int or None
        Which revision of the value it is, where values are kept as revisions.
    recorded : datetime or None
        When that revision was recorded.
    files : tuple of (str, str)
        Name and SHA-256 of each file that the evidence was read from, where the value keeps them.
    """

    trace: Trace
    shown: str = ""
    evidence: str = ""
    revision: int | None = None
    recorded: dt.datetime | None = None
    files: tuple[tuple[str, str], ...] = ()


@dataclass
class FigureRegister:
    """Gives each figure its number, in the order in which the text first shows it.

    >>> from ecociv.core.text import Text
    >>> register = FigureRegister()
    >>> good = Trace(Text(zh="优良天数", en="Good days"), 330, "day", "count")
    >>> register.number("good", good), register.number("good", good)
    (1, 1)
    """

    _numbers: dict[str, int] = field(default_factory=dict)
    _figures: list[Figure] = field(default_factory=list)

    def number(self, key: str, figure: Figure | Trace) -> int:
        """The figure's number; the same key must always bring the same arithmetic.

        Raises
        ------
        ValueError
            When ``key`` was used for another figure before: two figures would share one entry.
        """
        known, found = self._numbers.get(key), figure if isinstance(figure, Figure) else Figure(figure)
        if known is not None:
            if self._figures[known - 1] != found:
                raise ValueError(
                    f"The figure {key!r} was numbered {known} with another trace; give each figure a key of its own."
                )
            return known
        self._figures.append(found)
        self._numbers[key] = len(self._figures)
        return len(self._figures)

    @property
    def figures(self) -> Iterable[tuple[int, Figure]]:
        """The figures with their numbers, the first number 1."""
        return enumerate(self._figures, start=1)

    @property
    def sample(self) -> bool:
        """True when any figure rests on sample data."""
        return any(figure.trace.sample for figure in self._figures)

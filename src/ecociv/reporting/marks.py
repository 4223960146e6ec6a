"""Numbering of figures: the same figure has one number wherever it is shown, and one entry in the appendix."""

from __future__ import annotations

from dataclasses import dataclass, field

from ecociv.core.trace import Trace


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
    _traces: list[Trace] = field(default_factory=list)

    def number(self, key: str, trace: Trace) -> int:
        """The figure's number; the same key must always bring the same arithmetic.

        Raises
        ------
        ValueError
            When ``key`` was used for another figure before: two figures would share one entry.
        """
        known = self._numbers.get(key)
        if known is not None:
            if self._traces[known - 1] != trace:
                raise ValueError(
                    f"The figure {key!r} was numbered {known} with another trace; give each figure a key of its own."
                )
            return known
        self._traces.append(trace)
        self._numbers[key] = len(self._traces)
        return len(self._traces)

    @property
    def traces(self) -> tuple[Trace, ...]:
        """The traces by number; the first is number 1."""
        return tuple(self._traces)

    @property
    def sample(self) -> bool:
        """True when any figure rests on sample data."""
        return any(trace.sample for trace in self._traces)

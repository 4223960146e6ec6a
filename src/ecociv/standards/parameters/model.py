"""What a dated parameter is, how a period is chosen, and the errors that name what was asked and what is known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from ecociv.core.mappings import FrozenMapping
from ecociv.core.periods import OutsideValidity, Validity
from ecociv.core.text import Text
from ecociv.core.trace import Citation, TraceParameter


class ParameterError(Exception):
    """A dated parameter cannot be supplied."""


class UnknownParameter(ParameterError, KeyError):
    """No file declares a parameter of that name."""

    def __str__(self) -> str:
        return str(self.args[0])


class AmbiguousEdition(ParameterError, ValueError):
    """The edition asked for is unknown, or names several periods with different values."""


class ParameterOutsideValidity(ParameterError, OutsideValidity):
    """The date asked for lies outside every period in which the parameter is known.

    Attributes
    ----------
    key : str
        The parameter asked for.
    on : date
        The day asked for.
    known : tuple of ParameterPeriod
        The periods that are known, oldest first.
    successor : Text or None
        What replaces the parameter after its last period, where the file names it.
    """

    def __init__(self, key: str, on: date, known: Sequence[ParameterPeriod], successor: Text | None) -> None:
        self.key, self.on, self.known, self.successor = key, on, tuple(known), successor
        periods = "; ".join(f"{period.valid} {period.edition}" for period in known)
        message = (
            f"{key} has no value on {on.isoformat()}. Known periods: {periods}. "
            f"Give a date inside one of them, or choose an edition by name (edition=...)."
        )
        if successor is not None:
            message += f" Successor: {successor.en}."
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class ParameterPeriod:
    """One edition of a parameter and the days on which it holds (both ends included, ``None`` is open)."""

    edition: str
    valid: Validity
    value: Any
    citation: Citation
    verified: bool
    reason: Text | None
    line: int


@dataclass(frozen=True, slots=True)
class ParameterValue:
    """The value of a parameter in one edition, with everything that a trace needs to say about it."""

    key: str
    description: Text
    unit: str
    value: Any
    edition: str
    valid: Validity
    citation: Citation
    verified: bool
    reason: Text | None

    @property
    def number(self) -> float:
        """The value as a float; `ParameterError` where it is not one number."""
        if isinstance(self.value, bool) or not isinstance(self.value, int | float):
            raise ParameterError(
                f"{self.key} ({self.edition}) is not a number but {type(self.value).__name__}."
            )
        return float(self.value)

    @property
    def decimal(self) -> Decimal:
        """The value as the decimal number that is written in the file."""
        return Decimal(repr(self.number)) if isinstance(self.value, float) else Decimal(int(self.number))

    @property
    def table(self) -> Mapping[str, Any]:
        """The value as a read-only table; `ParameterError` where it is not one."""
        if not isinstance(self.value, Mapping):
            raise ParameterError(
                f"{self.key} ({self.edition}) is not a table but {type(self.value).__name__}."
            )
        return self.value

    def mark(self) -> Text | None:
        """What a reader must be told where the value was not checked against the standard; ``None`` if it was."""
        if self.verified:
            return None
        reason = self.reason or Text(zh="未说明原因", en="no reason given")
        return Text(
            zh=f"{self.key}({self.edition})未经原文核对：{reason.zh}",
            en=f"{self.key} ({self.edition}) is not verified against the text: {reason.en}",
        )

    def trace(self, label: Text | None = None, value: float | Decimal | None = None) -> TraceParameter:
        """The parameter as a line of a trace; name the cell and its value where the parameter is a table."""
        if value is None:
            value = self.value if isinstance(self.value, int | float) else None
        return TraceParameter(label or self.description, value, self.unit, self.citation, self.valid)


@dataclass(frozen=True, slots=True)
class Parameter:
    """A named parameter with all its editions, oldest first."""

    key: str
    description: Text
    unit: str
    periods: tuple[ParameterPeriod, ...]
    superseded_by: Text | None
    file: str
    line: int

    def at(self, on: date | None = None, edition: str | None = None) -> ParameterValue:
        """The value on a day, or of an edition.

        With both, the period of that edition that covers the day. With neither, the parameter must be a constant
        (one period without ends); anything else is an error, because a silent default would hide a choice.
        """
        periods = self.periods if edition is None else self._of_edition(edition)
        if on is not None:
            periods = tuple(period for period in periods if period.valid.contains(on))
            if not periods:
                raise ParameterOutsideValidity(self.key, on, self.periods, self.superseded_by)
        elif edition is None and not (len(periods) == 1 and periods[0].valid == Validity()):
            known = "; ".join(f"{period.valid} {period.edition}" for period in self.periods)
            raise AmbiguousEdition(
                f"{self.key} has dated editions ({known}): give on=<date> or edition=<name>."
            )
        if len({period.edition for period in periods}) > 1:
            raise AmbiguousEdition(
                f"{edition!r} names several editions of {self.key}. {self._known_editions()}"
            )
        # An edition may be listed once for a staged start and once for the days of full force: the latter speaks for it.
        return self._value(max(periods, key=lambda period: (period.verified, period.valid.from_ or date.min)))

    def _of_edition(self, edition: str) -> tuple[ParameterPeriod, ...]:
        named = tuple(period for period in self.periods if period.edition == edition)
        stages = tuple(period for period in self.periods if period.edition.startswith(f"{edition} "))
        if not named and not stages:
            raise AmbiguousEdition(f"{edition!r} is not an edition of {self.key}. {self._known_editions()}")
        return named or stages

    def _known_editions(self) -> str:
        return f"Known editions: {', '.join(dict.fromkeys(period.edition for period in self.periods))}."

    def _value(self, period: ParameterPeriod) -> ParameterValue:
        return ParameterValue(
            key=self.key,
            description=self.description,
            unit=self.unit,
            value=period.value,
            edition=period.edition,
            valid=period.valid,
            citation=period.citation,
            verified=period.verified,
            reason=period.reason,
        )


def freeze(value: Any) -> Any:
    """A read-only copy of a YAML value: tables become frozen mappings, lists become tuples."""
    if isinstance(value, dict):
        return FrozenMapping({key: freeze(item) for key, item in value.items()})
    if isinstance(value, list):
        return tuple(freeze(item) for item in value)
    return value

"""What stands in for peers, how the weather is taken out of readings, which prices value the position. Pure: no Django."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from functools import lru_cache
from itertools import combinations
from pathlib import Path
from typing import Literal, Protocol, Self

from pydantic import Field, model_validator

from ecociv.accounts.forms import Basis
from ecociv.core.periods import OutsideValidity, Validity
from ecociv.evidence.declared import Declared, LocalText, Unit, read_declaration


class Trend(Declared):
    """The own course before the term, or against a wider series, as a forecast with its interval.

    Attributes
    ----------
    least_years : int
        Closings before the term, the opening among them, below which no trend is told.
    level : Decimal
        0.8 or 0.95: of the interval, as the forecast gives them.
    """

    least_years: int = Field(ge=3)
    level: Decimal
    basis: Basis

    @model_validator(mode="after")
    def _given_by_the_forecast(self) -> Self:
        if self.level not in (Decimal("0.8"), Decimal("0.95")):
            raise ValueError(f"level is {self.level}; forecasts have intervals of 0.8 and 0.95")
        return self


class Weaker(Declared):
    """How far weaker evidence may carry a class.

    Attributes
    ----------
    least_by_peers : Decimal
        Share of the judged measures that peers must have judged for the limits not to hold.
    best, worst : str
        Classes of the rules: none better is proposed, and none worse for losses that only weaker evidence shows.
    """

    least_by_peers: Decimal = Field(ge=0, le=1)
    best: str
    worst: str


class Regression(Declared):
    """A regression of monthly readings on weather or flow.

    Attributes
    ----------
    drivers : dict of str to str
        ``plain`` or ``logarithm``: how each driver enters. Readings enter as logarithms.
    least_drivers, least_months, least_degrees : int
        Drivers on record, months outside the term, and degrees of freedom below which nothing is adjusted.
    """

    name: LocalText
    drivers: dict[str, Literal["plain", "logarithm"]] = Field(min_length=1)
    least_drivers: int = Field(ge=1)
    least_months: int = Field(ge=12)
    least_degrees: int = Field(ge=1)
    level: Decimal = Field(gt=0, lt=1)
    basis: Basis

    @model_validator(mode="after")
    def _enough(self) -> Self:
        if self.least_drivers > len(self.drivers):
            raise ValueError(
                f"least_drivers is {self.least_drivers}, but there are {len(self.drivers)} drivers"
            )
        return self


class Elasticity(Declared):
    """Between which exponents the true one of a method of the rules is taken to lie."""

    low: Decimal = Field(ge=0, le=2)
    high: Decimal = Field(gt=0, le=3)
    basis: Basis

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.low > self.high:
            raise ValueError(f"low {self.low} lies above high {self.high}")
        return self


class Money(Declared):
    """At the prices of which day constant prices are: of the opening, of the closing, or of a year that the zone names."""

    base: Literal["opening", "closing"]


class _Version(Protocol):
    @property
    def key(self) -> str: ...

    @property
    def validity(self) -> Validity: ...


def refuse_overlap(versions: Sequence[_Version]) -> None:
    """Refuse versions of which two hold on one day.

    Raises
    ------
    ValueError
        Naming both.
    """
    for one, other in combinations(versions, 2):
        if one.validity.overlaps(other.validity):
            raise ValueError(f"versions {one.key} and {other.key} hold at once")


class MethodSet(Declared):
    """One version of the methods, between two days."""

    key: str
    from_: dt.date = Field(alias="from")
    to: dt.date | None = None
    trend: Trend
    weaker: Weaker
    regressions: dict[str, Regression] = Field(default_factory=dict)
    elasticity: dict[str, Elasticity] = Field(default_factory=dict)
    as_recorded: dict[str, LocalText] = Field(default_factory=dict)
    money: Money

    @property
    def validity(self) -> Validity:
        """The days on which the version holds."""
        return Validity(self.from_, self.to)


class AuditMethods(Declared):
    """Every version."""

    versions: tuple[MethodSet, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _apart(self) -> Self:
        refuse_overlap(self.versions)
        return self


class SeriesAt(Declared):
    """A series of evidence: network and property, and the place of each area; each area's own place where none is named."""

    network: str
    property: str
    places: dict[str, str] = Field(default_factory=dict)

    def place_of(self, area: str) -> str:
        """Key of the place whose series stands for an area."""
        return self.places.get(area, area)


class Reading(SeriesAt):
    """A measure by readings: the yearly mean of a monthly or daily series.

    Attributes
    ----------
    areas : tuple of str
        The areas of the accounts that are judged by it.
    group : str
        Group of ``peers.yaml`` whose other members are the peers; the area's groups, when not given.
    least_months : int
        Months that a year needs.
    daily : bool
        Whether the series is of days: a month then needs the days that GB 3095 asks for.
    weather : str
        Regression of ``methods.yaml``; empty where none is meant.
    drivers : dict of str to SeriesAt
        The series of its drivers, as far as there are any on record.
    """

    name: LocalText
    unit: Unit
    areas: tuple[str, ...] = Field(min_length=1)
    group: str = ""
    better: Literal["increase", "decrease"]
    material: Decimal = Field(ge=0)
    least_months: int = Field(ge=1, le=12)
    daily: bool = False
    weather: str = ""
    drivers: dict[str, SeriesAt] = Field(default_factory=dict)

    @property
    def share(self) -> bool:
        """Never a share in percent: readings change in proportion."""
        return False


class Wider(Declared):
    """A provincial or national yearly series beside which a measure is held where no peers are."""

    name: LocalText
    network: str
    place: str
    property: str
    unit: Unit
    basis: Basis


def methods_on(day: dt.date) -> MethodSet:
    """The methods in force on the day on which an audit is drawn up.

    Raises
    ------
    OutsideValidity
        When none are.
    """
    every = every_method()
    for one in every:
        if one.validity.contains(day):
            return one
    raise OutsideValidity(
        f"No methods of the leaving-office audit hold on {day} (declared: {'; '.join(str(one.validity) for one in every)})."
    )


def every_method() -> tuple[MethodSet, ...]:
    """Every version of the methods."""
    return _read().versions


@lru_cache(maxsize=1)
def _read() -> AuditMethods:
    return read_declaration(Path(__file__).parent / "methods.yaml", AuditMethods)

"""What is checked, per network and property, as the zone declares it in ``quality.yaml``."""

from __future__ import annotations

from datetime import date
from typing import Literal, Self

from pydantic import Field, field_validator, model_validator

from ecociv.evidence.declared import Declared, LocalText, zone_declaration

FILE = "quality.yaml"


class Flat(Declared):
    """How many equal readings in a row are allowed; ``low`` times ``low_factor`` for values up to ``low``, where the
    instrument has few steps."""

    readings: int = Field(ge=2)
    low: float | None = None
    low_factor: int = Field(default=4, ge=1)


class Neighbours(Declared):
    """From how many robust deviations, and from which difference in the property's unit, a value leaves its neighbours."""

    z: float = Field(gt=0)
    least: int = Field(default=2, ge=1)
    difference: float = Field(ge=0)


class PropertyRules(Declared):
    """Rules of one property; what is not given is not checked."""

    range: tuple[float, float] | None = None
    step: float | None = Field(default=None, gt=0)
    flat: Flat | None = None
    resolution: float | None = Field(default=None, gt=0)
    neighbours: Neighbours | None = None
    limit: float | None = None
    limit_of: Literal["reading", "day"] = "reading"
    mean_of: int | None = Field(default=None, ge=2)
    better: Literal["lower", "higher"] = "lower"
    tests: bool = True

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.range is not None and self.range[0] >= self.range[1]:
            raise ValueError("range is [low, high] with low below high")
        return self


class Reported(Declared):
    """A figure that somebody reports and that sensors of the network measure too.

    ``figure`` is the series of the figure (without ``sample/``): its mean over a calendar year, by the length of its
    periods, is set against the mean of the sensors. ``relative_uncertainty`` is the standard uncertainty of one
    instrument's level as a share, ``common`` the share of that variance that all have in common, ``step`` the rounding of
    the figure.
    """

    figure: str
    property: str
    relative_uncertainty: float = Field(default=0.075, gt=0, lt=1)
    common: float = Field(default=0.5, ge=0, le=1)
    step: float = Field(default=0.0, ge=0)


class Span(Declared):
    """From which day, and up to which (exclusive), the rules hold."""

    from_: date = Field(alias="from")
    to: date | None = None

    model_config = Declared.model_config | {"populate_by_name": True}


class NetworkRules(Declared):
    """Rules of one network of stations while ``valid``."""

    network: str
    valid: Span
    reason: LocalText
    every_hours: int = Field(ge=1, le=24 * 31)
    gap: int = Field(ge=1, description="Readings that may be missing in a row without being listed.")
    copied_days: bool = True
    usual_lag_days: float = Field(default=1.0, gt=0)
    deadlines: tuple[str, ...] = Field(
        default=(), description="Days of the year, MM-DD, by which returns are due."
    )
    between: Literal["stations", "cities"] = "stations"
    neighbours_at_most: int = Field(default=8, ge=1)
    reported: tuple[Reported, ...] = ()
    properties: dict[str, PropertyRules]

    @model_validator(mode="after")
    def _reported_are_checked(self) -> Self:
        for pair in self.reported:
            if pair.property not in self.properties:
                raise ValueError(
                    f"reported: {pair.figure} is set against {pair.property}, which has no rules here"
                )
        return self

    @field_validator("deadlines")
    @classmethod
    def _days_of_every_year(cls, days: tuple[str, ...]) -> tuple[str, ...]:
        for day in days:
            try:
                date.fromisoformat(f"2001-{day}")
            except ValueError as error:
                raise ValueError(f"{day!r} is no day of every year; write MM-DD, as in 01-31") from error
        return days

    @property
    def per_day(self) -> int:
        """Readings a day; 1 for a day or longer."""
        return max(1, 24 // self.every_hours)


class QualityRules(Declared):
    """The file as a whole."""

    networks: tuple[NetworkRules, ...]

    def of(self, network: str, day: date) -> NetworkRules | None:
        """The rules of a network that hold on a day."""
        return next(
            (
                rules
                for rules in self.networks
                if rules.network == network
                and rules.valid.from_ <= day
                and (rules.valid.to is None or day < rules.valid.to)
            ),
            None,
        )

    @property
    def keys(self) -> tuple[str, ...]:
        """Networks with rules."""
        return tuple(dict.fromkeys(rules.network for rules in self.networks))


def load_rules(zone: str) -> QualityRules:
    """The rules that a zone declares; read again when the file changes.

    Raises
    ------
    DeclarationError
        When the file is absent or wrong; the message names file and line.
    """
    return zone_declaration(zone, FILE, QualityRules)

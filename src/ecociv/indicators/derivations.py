"""How each series is derived from evidence, as the zone declares it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cached_property, lru_cache
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from ecociv.core.quantities import UnitError, same_dimension
from ecociv.evidence.declared import (
    DeclarationError,
    Declared,
    LocalText,
    Unit,
    read_declaration,
    zone_folder,
)
from ecociv.plan.package import ZonePackage

FILE = "derivations.yaml"
PARTICLES_AND_GASES = ("so2", "no2", "co", "pm10", "pm2_5")


class Due(Declared):
    """The day of the following year by which a year's figures are due."""

    month: int = Field(ge=1, le=12)
    day: int = Field(ge=1, le=31)

    def after(self, year: int) -> date:
        """The due date of the figures of ``year``."""
        return date(year + 1, self.month, self.day)


class Reported(Declared):
    """A yearly figure taken from a return; ``parts`` for a composition, which must make ``whole``."""

    series: str
    kind: Literal["reported"]
    network: str
    unit: Unit
    property_: str | None = Field(default=None, alias="property")
    parts: dict[str, str] = Field(default_factory=dict)
    whole: float | None = None
    tolerance: float = 0
    caveats: tuple[LocalText, ...] = ()

    @model_validator(mode="after")
    def _figure_or_parts(self) -> Self:
        if (self.property_ is None) == (not self.parts):
            raise ValueError("give either property or parts")
        return self

    @property
    def properties(self) -> tuple[str, ...]:
        """Every property that is read."""
        return (self.property_,) if self.property_ else tuple(self.parts.values())


class OzoneReading(Declared):
    """One way to read an ozone figure of unknown averaging."""

    key: str
    item: Literal["o3_8h", "o3_1h"] | None
    bound: Literal["lower", "upper", "exact"]
    name: LocalText


class GoodDayRatio(Declared):
    """Share of days with an index of 100 or less, from daily concentrations."""

    series: str
    kind: Literal["good_day_ratio"]
    network: str
    unit: Unit
    inputs: dict[str, str]
    ozone: str
    readings: tuple[OzoneReading, ...] = Field(min_length=1)
    incomplete_days: Literal["only-when-exceeding"]
    peers: str
    peer_rule: str
    caveats: tuple[LocalText, ...] = ()

    @model_validator(mode="after")
    def _five_inputs(self) -> Self:
        if set(self.inputs) != set(PARTICLES_AND_GASES):
            raise ValueError(f"inputs gives the property of each of {', '.join(PARTICLES_AND_GASES)}")
        return self

    @property
    def properties(self) -> tuple[str, ...]:
        """Every property that is read."""
        return (*self.inputs.values(), self.ozone)


Derivation = Annotated[Reported | GoodDayRatio, Field(discriminator="kind")]


class Derivations(Declared):
    """All derivations of a zone."""

    place: str
    due: Due
    derivations: tuple[Derivation, ...]

    @model_validator(mode="after")
    def _once_each(self) -> Self:
        keys = [item.series for item in self.derivations]
        if twice := sorted({key for key in keys if keys.count(key) > 1}):
            raise ValueError(f"derived twice: {', '.join(twice)}")
        return self

    @cached_property
    def by_series(self) -> Mapping[str, Reported | GoodDayRatio]:
        """The derivations by series key."""
        return {item.series: item for item in self.derivations}


@lru_cache(maxsize=8)
def _read(zone: str, _stamp: int) -> Derivations:
    return read_declaration(zone_folder(zone) / FILE, Derivations)


def load_derivations(package: ZonePackage) -> Derivations:
    """The derivations of a zone, checked against its plan.

    Raises
    ------
    DeclarationError
        With the file, for every series of the plan that has no derivation, every derivation of an unknown series, and
        every unit that is not of the plan's dimension.
    """
    path = zone_folder(package.zone.key) / FILE
    if not path.is_file():
        raise DeclarationError(
            f"Zone {package.zone.key} has no {FILE}; declare there how each series is derived."
        )
    units = tuple(
        (series.key, indicator.unit) for indicator in package.indicators for series in indicator.series
    )
    return _checked(package.zone.key, path.stat().st_mtime_ns, units)


@lru_cache(maxsize=16)
def _checked(zone: str, stamp: int, units: tuple[tuple[str, str], ...]) -> Derivations:
    declared, wanted = _read(zone, stamp), dict(units)
    given = declared.by_series
    faults = [f"{FILE}: series {key} of the plan has no derivation." for key in wanted if key not in given]
    faults += [f"{FILE}: series {key} is not in the plan." for key in given if key not in wanted]
    for key, unit in wanted.items():
        if key in given:
            faults += _unit_faults(key, given[key].unit, unit)
    if faults:
        raise DeclarationError("\n".join(faults))
    return declared


def _unit_faults(key: str, given: str, wanted: str) -> list[str]:
    try:
        if same_dimension(given, wanted):
            return []
    except UnitError as error:
        return [f"{FILE}: series {key}: {error}"]
    return [f"{FILE}: series {key} is derived in {given!r}, but the plan measures it in {wanted!r}."]


__all__ = ["Derivations", "Due", "GoodDayRatio", "OzoneReading", "Reported", "load_derivations"]

"""The declared assumptions of the generator."""

from __future__ import annotations

from typing import Self

from pydantic import Field, model_validator

from ecociv.evidence.declared import Declared, LocalText, Unit, read_declaration, zone_folder
from ecociv.evidence.mapping import load_mapping

Anchors = dict[int, float]
POLLUTANTS = ("pm2_5", "pm10", "so2", "no2", "co", "o3")


class Years(Declared):
    """First and last year, both included."""

    first: int
    last: int

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.first > self.last:
            raise ValueError(f"the years run from {self.first} to {self.last}; write the earlier one first")
        return self

    def all(self) -> range:
        """Every year."""
        return range(self.first, self.last + 1)


class FileNames(Declared):
    """Names of the files that are written."""

    air: str
    annual_return: str
    restatement: str


class Season(Declared):
    """A yearly wave: share of the mean at its height, and the day of the year of the height."""

    amplitude: float = Field(ge=0, lt=1)
    day: int = Field(ge=1, le=366)


class AirAssumptions(Declared):
    """Daily air of the cities."""

    mapping: str
    years: Years
    cities: dict[str, dict[str, float]]
    yearly_change_percent: dict[str, float]
    season: dict[str, Season]
    spread: dict[str, float]
    shared_weather: float = Field(ge=0, le=1)
    carry_over: float = Field(ge=0, lt=1)
    with_pm2_5: dict[str, float]
    missing_share: float = Field(ge=0, lt=0.2)

    @model_validator(mode="after")
    def _complete(self) -> Self:
        given: dict[str, set[str]] = {f"cities.{name}": set(levels) for name, levels in self.cities.items()}
        given |= {
            "yearly_change_percent": set(self.yearly_change_percent),
            "season": set(self.season),
            "spread": set(self.spread),
        }
        for what, declared in given.items():
            if declared != set(POLLUTANTS):
                raise ValueError(f"{what} gives each of {', '.join(POLLUTANTS)}")
        if set(self.with_pm2_5) != set(POLLUTANTS) - {"pm2_5"}:
            raise ValueError("with_pm2_5 gives each pollutant but pm2_5")
        return self


class Reported(Declared):
    """What every yearly figure has: the unit as written in the file, who reports it, and its decimals."""

    unit: Unit
    supplier: str
    decimals: int = Field(ge=0, le=8)


class AnchoredSeries(Reported):
    """A yearly series that runs between anchors; ``gaps`` are years without a figure, by the mark that stands there."""

    anchors: Anchors = Field(min_length=1)
    steady: bool = False
    gaps: dict[str, tuple[int, ...]] = Field(default_factory=dict)


class CoherentSeries(Reported):
    """A yearly series computed from two others (series or latent quantities)."""

    product: tuple[str, str] | None = None
    quotient: tuple[str, str] | None = None
    times: float = 1

    @model_validator(mode="after")
    def _one_formula(self) -> Self:
        if (self.product is None) == (self.quotient is None):
            raise ValueError("give either product or quotient")
        return self


class Composition(Reported):
    """Parts of a whole of 100; ``rest`` is what the others leave."""

    rest: str
    parts: dict[str, Anchors]


class ReturnAssumptions(Declared):
    """The yearly return of the departments."""

    mapping: str
    deviation_share: float = Field(ge=0, le=0.5)
    latent: dict[str, Anchors]
    coherent: dict[str, CoherentSeries]
    composition: dict[str, Composition]
    series: dict[str, AnchoredSeries]

    @model_validator(mode="after")
    def _known_terms(self) -> Self:
        known = set(self.series) | set(self.latent)
        for key, made in self.coherent.items():
            if lost := set(made.product or made.quotient or ()) - known:
                raise ValueError(
                    f"coherent.{key} uses {', '.join(sorted(lost))}, which is neither a series nor latent"
                )
        return self


class RestatedFigure(Declared):
    """A figure that a later return gives differently."""

    series: str
    year: int
    value: str


class Restatement(Declared):
    """A later return with its reason."""

    mapping: str
    reason: LocalText
    figures: tuple[RestatedFigure, ...]


class Assumptions(Declared):
    """All assumptions of a zone's sample."""

    seed: int
    years: Years
    file_names: FileNames
    air: AirAssumptions
    annual_return: ReturnAssumptions
    restatement: Restatement


def load_assumptions(zone: str) -> Assumptions:
    """Read ``sample.yaml`` of a zone, and see that its mappings exist.

    Raises
    ------
    DeclarationError
        With file and line.
    """
    assumptions = read_declaration(zone_folder(zone) / "sample.yaml", Assumptions)
    for name in {assumptions.air.mapping, assumptions.annual_return.mapping, assumptions.restatement.mapping}:
        load_mapping(name, zone=zone)
    return assumptions

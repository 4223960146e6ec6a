"""The declared assumptions of the generator."""

from __future__ import annotations

import zlib
from datetime import date, datetime
from typing import Any, Self

import numpy as np
from pydantic import Field, model_validator

from ecociv.core.missing import Missing
from ecociv.evidence.declared import DeclarationError, Declared, LocalText, read_declaration, zone_folder
from ecociv.evidence.mapping import load_mapping, load_places

Anchors = dict[int, float]
Range = tuple[float, float]
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


def between(anchors: Anchors, year: int) -> float:
    """Straight between the anchors, flat outside them.

    >>> between({2012: 1.0, 2014: 2.0}, 2013), between({2012: 1.0, 2014: 2.0}, 2020)
    (1.5, 2.0)
    """
    known = sorted(anchors)
    return float(np.interp(year, known, [anchors[at] for at in known]))


class Quantity(Declared):
    """A yearly quantity of the city that runs between anchors; a steady one does not deviate between them."""

    anchors: Anchors = Field(min_length=1)
    steady: bool = False


class Ratio(Declared):
    """A part of a whole. Without ``whole`` only the part is a cell of the form."""

    form: str
    whole: str | None
    part: str
    of: str
    share: str
    spread: str | None = None
    tilt: tuple[float, ...] = ()


class ItemEmissions(Declared):
    """Shares of an item's emission."""

    enterprises: dict[str, float]
    domestic: float
    agriculture: float = 0.0
    other: float

    @model_validator(mode="after")
    def _whole(self) -> Self:
        whole = sum(self.enterprises.values()) + self.domestic + self.agriculture + self.other
        if abs(whole - 1) > 1e-9:
            raise ValueError(f"the shares add up to {whole:g}, not to 1")
        return self


class GreenMines(Declared):
    """Mines that were not obliged in a year, and the year from which a mine is green."""

    not_obliged: dict[int, tuple[str, ...]]
    green_from: dict[str, int]


class SurveyShare(Declared):
    """True share in percent, and how the strata differ from it."""

    anchors: Anchors
    tilt: tuple[float, ...]


class Surveys(Declared):
    """The surveys by stratum."""

    walk_cycle: SurveyShare
    public_transport: SurveyShare
    knowledge: SurveyShare
    fittings: SurveyShare
    trips_per_person: float
    trips_sampled: tuple[int, ...]
    questionnaires: tuple[int, ...]
    households_sampled: tuple[int, ...]
    fittings_per_household: float
    adult_share: float


class Absence(Declared):
    """Cells without a figure; all places of the form, or all years, where none are named."""

    form: str
    cells: tuple[str, ...]
    years: tuple[int, ...] = ()
    places: tuple[str, ...] = ()
    kind: Missing
    remark: str


class Conflict(Declared):
    """What a county's own figure has more than the city's count of it."""

    form: str
    place: str
    year: int
    add: dict[str, float]


class Late(Declared):
    """Returns handed in so many days after they were due."""

    form: str
    places: tuple[str, ...]
    years: tuple[int, ...]
    days: int = Field(ge=1)


class Unfiled(Declared):
    """A return that was never handed in."""

    form: str
    place: str
    year: int


class Restatement(Declared):
    """A later return that adds to cells, with its day and reason."""

    form: str
    place: str
    year: int
    handed_in: date
    add: dict[str, float]
    reason: LocalText


class Feed(Declared):
    """A file and the mapping that reads it."""

    mapping: str
    file: str
    home: str = ""


class Season(Declared):
    """A yearly wave: share of the mean at its height, and the day of the year of the height."""

    amplitude: float = Field(ge=0, lt=1)
    day: int = Field(ge=1, le=366)


class DayWave(Declared):
    """A daily wave: share of the mean at its height, and the hour of the height."""

    amplitude: float = Field(ge=0, lt=1)
    hour: int = Field(ge=0, le=23)


class FlatLine(Declared):
    """Hours in which an instrument shows one figure."""

    station: str
    item: str
    from_: datetime = Field(alias="from")
    hours: int = Field(ge=2)


class Maintenance(Declared):
    """A declared interruption, and when it was declared."""

    station: str
    from_: datetime = Field(alias="from")
    to: datetime
    declared: datetime
    note: str


class Forgery(Declared):
    """How one station is forged."""

    station: str
    from_: date = Field(alias="from")
    just_below: dict[str, Range]
    copied_share: float = Field(ge=0, lt=0.5)
    copied_days_back: int = Field(ge=1)


class Stations(Declared):
    """Hours of the stations within the city's days."""

    exposure: dict[str, float]
    day_wave: dict[str, DayWave]
    spread: float
    shared: float = Field(ge=0, le=1)
    carry_over: float = Field(ge=0, lt=1)
    missing_share: float = Field(ge=0, lt=0.2)
    missing_run_hours: int = Field(ge=1)
    flat_lines: tuple[FlatLine, ...]
    maintenance: tuple[Maintenance, ...]
    forged: Forgery


class AirAssumptions(Declared):
    """Air of the cities and of the stations."""

    years: Years
    daily: Feed
    hourly: Feed
    quality: tuple[Years, ...]
    cities: dict[str, dict[str, float]]
    yearly_change_percent: dict[str, float]
    season: dict[str, Season]
    spread: dict[str, float]
    shared_weather: float = Field(ge=0, le=1)
    carry_over: float = Field(ge=0, lt=1)
    with_pm2_5: dict[str, float]
    missing_share: float = Field(ge=0, lt=0.2)
    stations: Stations

    @model_validator(mode="after")
    def _complete(self) -> Self:
        given: dict[str, set[str]] = {f"cities.{name}": set(levels) for name, levels in self.cities.items()}
        given |= {
            "yearly_change_percent": set(self.yearly_change_percent),
            "season": set(self.season),
            "spread": set(self.spread),
            "stations.day_wave": set(self.stations.day_wave),
        }
        for what, declared in given.items():
            if declared != set(POLLUTANTS):
                raise ValueError(f"{what} gives each of {', '.join(POLLUTANTS)}")
        if set(self.with_pm2_5) != set(POLLUTANTS) - {"pm2_5"}:
            raise ValueError("with_pm2_5 gives each pollutant but pm2_5")
        if self.daily.home not in self.cities:
            raise ValueError(f"daily.home is {self.daily.home!r}, which is none of the cities")
        return self


class Headwaters(Declared):
    """Sections so clean that many figures are below the limit of detection."""

    sections: tuple[str, ...]
    of_limit: float


class WaterQuality(Declared):
    """Monthly tests of sections and sources."""

    sections: Feed
    sources: Feed
    complying: float
    failing: float
    headwaters: Headwaters
    spread: float
    failing_items: tuple[str, ...]
    fails: dict[int, tuple[str, ...]]
    not_monitored: dict[int, tuple[str, ...]]
    missing_share: float
    detection_limits: dict[str, float]


class Ions(Declared):
    """Monthly negative ions of the areas."""

    mapping: str
    file: str
    years: Years
    planned: tuple[int, ...]
    areas_that_reach: dict[int, int]
    reaching: Range
    below: Range


class ProtectedArea(Declared):
    """A protected area, round about a point."""

    class_: str = Field(alias="class")
    name: LocalText
    longitude: float
    latitude: float
    radius_km: float


class Patches(Declared):
    """Protected areas whose union has a given area in hectare."""

    file: str
    area: float
    areas: tuple[ProtectedArea, ...] = Field(min_length=1)


class Assumptions(Declared):
    """All assumptions of a zone's sample."""

    seed: int
    years: Years
    deviation_share: float = Field(ge=0, le=0.5)
    quantities: dict[str, Quantity]
    ratios: tuple[Ratio, ...]
    weights: dict[str, tuple[float, ...]]
    county_areas: tuple[float, ...]
    parts: dict[str, dict[str, float]]
    relative: dict[str, dict[str, float]]
    certificates: dict[str, float]
    irrigation_sample_share: float
    emissions: dict[str, ItemEmissions]
    green_mines: GreenMines
    surveys: Surveys
    absences: tuple[Absence, ...]
    conflicts: tuple[Conflict, ...]
    late: tuple[Late, ...]
    days_before_due: tuple[int, int]
    unfiled: tuple[Unfiled, ...]
    restatement: Restatement
    air: AirAssumptions
    water_quality: WaterQuality
    ions: Ions
    patches: Patches

    @model_validator(mode="after")
    def _shares_are_whole(self) -> Self:
        for name, parts in self.parts.items():
            if abs(sum(parts.values()) - 1) > 1e-9:
                raise ValueError(f"parts.{name} add up to {sum(parts.values()):g}, not to 1")
        if len({len(self.county_areas), *map(len, self.weights.values())}) != 1:
            raise ValueError("county_areas and each of the weights give one figure for each county")
        return self

    def at(self, name: str, year: int) -> float:
        """A quantity in a year: between its anchors it deviates by a share of its whole change.

        Raises
        ------
        DeclarationError
            When there is no such quantity.
        """
        if name not in self.quantities:
            raise DeclarationError(f"sample.yaml:1: quantities: {name} is needed and not declared.")
        quantity = self.quantities[name]
        anchors = quantity.anchors
        value = between(anchors, year)
        if quantity.steady or year in anchors or not min(anchors) < year < max(anchors):
            return value
        change = max(anchors.values()) - min(anchors.values())
        chance = float(self.random(name, year).standard_normal())
        return value + self.deviation_share * change * float(np.clip(chance, -1.5, 1.5))

    def random(self, *about: Any) -> np.random.Generator:
        """The generator for one subject: what is drawn for one does not depend on what is drawn for another."""
        return np.random.default_rng([self.seed, *(zlib.crc32(str(each).encode()) for each in about)])


def load_assumptions(zone: str) -> Assumptions:
    """Read ``sample.yaml`` of a zone, and see that the mappings and places that it names exist.

    Raises
    ------
    DeclarationError
        With file and line.
    """
    assumptions = read_declaration(zone_folder(zone) / "sample.yaml", Assumptions)
    air, water = assumptions.air, assumptions.water_quality
    for name in (
        air.daily.mapping,
        air.hourly.mapping,
        water.sections.mapping,
        water.sources.mapping,
        assumptions.ions.mapping,
    ):
        load_mapping(name, zone=zone)
    counties = load_places(zone).groups["counties"]
    if len(counties) != len(assumptions.county_areas):
        raise DeclarationError(
            f"sample.yaml:1: county_areas: {len(assumptions.county_areas)} figures for {len(counties)} counties."
        )
    return assumptions

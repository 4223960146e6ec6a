"""What a derivation declares: inputs, formula or method, unit, rounding, completeness, supplier, levels."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from ecociv.evidence.declared import Declared, LocalText, Unit
from ecociv.indicators.expressions import Evaluator, Expression, FormulaError, evaluator, quantity

PARTICLES_AND_GASES = ("so2", "no2", "co", "pm10", "pm2_5")
Level = Literal["city", "county"]


class CellInput(Declared):
    """A cell of a return, of the place itself or summed over a group of places, in one year or since one.

    ``unit`` is the unit in which the formula takes it; the series may be in another of the same dimension.
    ``or_sum_of`` is the group whose places are added where the place has no figure of its own (flows and stocks only).
    ``where`` keeps the members of the group whose details agree. ``members`` is the share of the members that must have
    a figure. ``may_be_absent`` says that what was never reported, or does not apply, enters as nothing; a figure that is
    reported as missing or withheld never does.
    """

    form: str
    cell: str
    unit: Unit
    group: str | None = None
    where: dict[str, str | int | float | bool] = Field(default_factory=dict)
    or_sum_of: str | None = None
    members: float = Field(default=1.0, gt=0, le=1)
    since: int | None = Field(default=None, ge=1900, le=2999)
    may_be_absent: bool = False

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if self.where and self.group is None:
            raise ValueError("where chooses among the members of a group; give the group")
        if self.group is not None and self.or_sum_of is not None:
            raise ValueError(
                "give group (always summed) or or_sum_of (summed where the place has none), not both"
            )
        return self


class ConstantInput(Declared):
    """A number with its unit that the formula needs, such as the density of water, with its reason."""

    constant: str
    note: LocalText

    @model_validator(mode="after")
    def _readable(self) -> Self:
        _ = self.value
        return self

    @cached_property
    def value(self) -> tuple[Any, str]:
        """The number and its unit."""
        return quantity(self.constant)


class ParameterInput(Declared):
    """A dated parameter of the standards library that is one number."""

    parameter: str
    unit: Unit


FormulaInput = Annotated[CellInput | ConstantInput | ParameterInput, Field(union_mode="smart")]


class YearlyReturn(Declared):
    """A yearly figure of the indicator itself in a return: the fallback where there are no primary records."""

    network: str
    property_: str | None = Field(default=None, alias="property")
    parts: dict[str, str] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _figure_or_parts(self) -> Self:
        if (self.property_ is None) == (not self.parts):
            raise ValueError("give either property or parts")
        return self

    @property
    def properties(self) -> tuple[str, ...]:
        """Every property that is read."""
        return (self.property_,) if self.property_ else tuple(self.parts.values())


class Standard(Declared):
    """The document that lays down the formula or the definition."""

    number: str
    clause: str = ""
    year: int | None = None
    verified: bool = True


class _Derivation(Declared):
    """What every derivation declares."""

    series: str
    unit: Unit
    caveats: tuple[LocalText, ...] = ()
    supplier: str = ""
    levels: tuple[Level, ...] = ("city",)
    decimals: int | None = Field(default=None, ge=0, le=8)
    standard: Standard | None = None
    reported: YearlyReturn | None = None

    @property
    def cells(self) -> Iterator[tuple[str, CellInput]]:
        """Inputs that are cells of returns, by name."""
        yield from ()


class Formula(_Derivation):
    """A figure by a formula from cells, constants and parameters."""

    kind: Literal["formula"]
    inputs: dict[str, FormulaInput] = Field(min_length=1)
    formula: str
    decimals: int = Field(ge=0, le=8)

    @model_validator(mode="after")
    def _units_agree(self) -> Self:
        _ = self.ready
        return self

    @cached_property
    def ready(self) -> Evaluator:
        """The formula with its units checked."""
        return _evaluator(self.formula, self.inputs, self.unit)

    @property
    def cells(self) -> Iterator[tuple[str, CellInput]]:
        """Inputs that are cells of returns, by name."""
        yield from ((name, item) for name, item in self.inputs.items() if isinstance(item, CellInput))


class Composition(_Derivation):
    """A figure of several parts that must make a whole; each part by a formula."""

    kind: Literal["composition"]
    inputs: dict[str, FormulaInput] = Field(min_length=1)
    parts: dict[str, str] = Field(min_length=2)
    whole: float
    tolerance: float = Field(default=0, ge=0)
    decimals: int = Field(ge=0, le=8)

    @model_validator(mode="after")
    def _units_agree(self) -> Self:
        _ = self.ready
        return self

    @cached_property
    def ready(self) -> dict[str, Evaluator]:
        """The formula of each part with its units checked."""
        made = {}
        for part, text in self.parts.items():
            used = Expression.parse(text).names
            made[part] = _evaluator(
                text, {name: item for name, item in self.inputs.items() if name in used}, self.unit
            )
        if unused := set(self.inputs) - {name for item in made.values() for name in item.expression.names}:
            raise ValueError(f"the input {', '.join(sorted(unused))} is not used in any part")
        return made

    @property
    def cells(self) -> Iterator[tuple[str, CellInput]]:
        """Inputs that are cells of returns, by name."""
        yield from ((name, item) for name, item in self.inputs.items() if isinstance(item, CellInput))


class Method(_Derivation):
    """A figure by a method of the standards library from cells of returns.

    ``energy_total``, ``energy_intensity``, ``carbon_intensity``, ``non_fossil_share``: ``inputs`` are the carriers of
    energy (names of the library, several cells to one as ``electricity.hydro``), ``options`` the convention of electricity,
    the set of carbon factors, the region and year of the electricity factor. ``irrigation``: ``<scale>.net``,
    ``<scale>.gross``, ``<scale>.withdrawal``.
    """

    kind: Literal["method"]
    method: Literal["energy_total", "energy_intensity", "carbon_intensity", "non_fossil_share", "irrigation"]
    inputs: dict[str, CellInput] = Field(min_length=1)
    options: dict[str, str | int | float] = Field(default_factory=dict)
    decimals: int = Field(ge=0, le=8)

    @property
    def cells(self) -> Iterator[tuple[str, CellInput]]:
        """Inputs that are cells of returns, by name."""
        yield from self.inputs.items()


class SurveyShare(_Derivation):
    """A share by a stratified sample: each place of the group is a stratum with its size, sample and hits.

    ``clusters`` counts what was drawn where the units of the sample came together (households with all their fittings),
    in the unit of the size.
    """

    kind: Literal["survey_share"]
    form: str
    group: str
    size: str
    sampled: str
    hits: str
    clusters: str | None = None
    confidence: float = Field(default=0.95, gt=0.5, lt=1)
    members: float = Field(default=1.0, gt=0, le=1)
    decimals: int = Field(ge=0, le=8)
    size_unit: Unit
    sample_unit: Unit

    @property
    def cells(self) -> Iterator[tuple[str, CellInput]]:
        """The cells of each stratum, by name."""
        for name, unit in (
            ("size", self.size_unit),
            ("sampled", self.sample_unit),
            ("hits", self.sample_unit),
            *((("clusters", self.size_unit),) if self.clusters else ()),
        ):
            yield name, CellInput(form=self.form, cell=getattr(self, name), unit=unit, group=self.group)


class StationShare(_Derivation):
    """A share of monitored places that comply, from monthly readings by a method of the standards library."""

    kind: Literal["station_share"]
    method: Literal["function_zones", "drinking_sources", "ion_areas"]
    network: str
    group: str
    properties: tuple[str, ...] = Field(min_length=1)
    months: int = Field(default=1, ge=1, le=12, description="months with a reading that a place needs")
    members: float = Field(default=1.0, gt=0, le=1)
    reading_unit: Unit = "mg / litre"
    options: dict[str, str | int | float] = Field(default_factory=dict)
    decimals: int = Field(ge=0, le=8)


class PatchesUnion(_Derivation):
    """An area covered by the patches of a document, each spot counted once, on the ellipsoid."""

    kind: Literal["patches_union"]
    patches: str
    decimals: int = Field(ge=0, le=8)


class LayerArea(_Derivation):
    """An area, or a share of the territory, from the layers in force on the last day of the year.

    ``area`` is its key in ``retained_areas.yaml`` of the zone, where the classes of layers are declared.
    """

    kind: Literal["layer_area"]
    area: str
    decimals: int = Field(ge=0, le=8)


class Reported(YearlyReturn, _Derivation):
    """A yearly figure taken from a return; ``parts`` for a composition, which must make ``whole``."""

    kind: Literal["reported"]
    whole: float | None = None
    tolerance: float = 0


class OzoneReading(Declared):
    """One way to read an ozone figure of unknown averaging."""

    key: str
    item: Literal["o3_8h", "o3_1h"] | None
    bound: Literal["lower", "upper", "exact"]
    name: LocalText


class Stations(Declared):
    """The hourly stations of the zone's own city: a network, its group of places and the property of each pollutant."""

    network: str
    group: str
    inputs: dict[str, str]
    reading: OzoneReading
    caveats: tuple[LocalText, ...] = ()

    @model_validator(mode="after")
    def _six_inputs(self) -> Self:
        if set(self.inputs) != {*PARTICLES_AND_GASES, "o3"}:
            raise ValueError(
                f"inputs gives the property of each of {', '.join((*PARTICLES_AND_GASES, 'o3'))}"
            )
        return self


class GoodDayRatio(_Derivation):
    """Share of days with an index of 100 or less: from daily concentrations of cities, or from the hours of the zone's
    own stations where there is no daily feed of the same kind."""

    kind: Literal["good_day_ratio"]
    network: str
    inputs: dict[str, str]
    ozone: str
    readings: tuple[OzoneReading, ...] = Field(min_length=1)
    incomplete_days: Literal["only-when-exceeding"]
    peers: str
    peer_rule: str
    stations: Stations | None = None

    @model_validator(mode="after")
    def _five_inputs(self) -> Self:
        if set(self.inputs) != set(PARTICLES_AND_GASES):
            raise ValueError(f"inputs gives the property of each of {', '.join(PARTICLES_AND_GASES)}")
        return self

    @property
    def properties(self) -> tuple[str, ...]:
        """Every property that is read."""
        return (*self.inputs.values(), self.ozone)


AnyDerivation = (
    Formula
    | Composition
    | Method
    | SurveyShare
    | StationShare
    | PatchesUnion
    | LayerArea
    | Reported
    | GoodDayRatio
)
Derivation = Annotated[AnyDerivation, Field(discriminator="kind")]


def formula_of(rule: AnyDerivation) -> str:
    """The formula or method of a derivation in one line."""
    formula = getattr(rule, "formula", None)
    if formula:
        return str(formula)
    parts = getattr(rule, "parts", None)
    if parts and rule.kind == "composition":
        return "; ".join(f"{name} = {text}" for name, text in parts.items())
    return str(getattr(rule, "method", rule.kind))


def _evaluator(text: str, inputs: dict[str, Any], unit: str) -> Evaluator:
    given = {
        name: item.value[1] if isinstance(item, ConstantInput) else item.unit for name, item in inputs.items()
    }
    try:
        return evaluator(Expression.parse(text), given, unit)
    except FormulaError as error:
        raise ValueError(str(error)) from error

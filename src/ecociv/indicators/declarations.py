"""What a derivation declares: inputs, formula or method, unit, rounding, completeness, supplier, levels."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from ecociv.evidence.declared import Declared, LocalText, Unit
from ecociv.indicators.expressions import Evaluator, Expression, FormulaError, evaluator
from ecociv.indicators.inputs import CellInput, ConstantInput, FormulaInput, Standard, YearlyReturn

PARTICLES_AND_GASES = ("so2", "no2", "co", "pm10", "pm2_5")
Level = Literal["city", "county"]


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


class Whole(Declared):
    """The cell of a return that says what there was in all, and the share of it that a complete year has on record."""

    form: str
    cell: str
    unit: Unit
    at_least: float = Field(gt=0, le=1)

    @property
    def input(self) -> CellInput:
        """The cell as an input."""
        return CellInput(form=self.form, cell=self.cell, unit=self.unit)


class ReturnedRatio(Declared):
    """The same figure by formula from a return: it stands for a year that the register does not hold completely."""

    inputs: dict[str, CellInput] = Field(min_length=1)
    formula: str


class RegisterShare(_Derivation):
    """A share by amount of entries of a register whose day lies in the year: of those that count in all of them.

    An entry counts that names an entry of another register (field ``names``) which was in force on the day of the entry
    (field ``day``) and says the same of the fields ``same``. The amount is the field ``amount``.

    The year is complete where the amounts make at least ``whole.at_least`` of what the return gives as the whole; where
    it is not, and where the register holds nothing of the year, the figure is that of ``otherwise``, and both are shown.
    ``counted`` and ``other`` name the two parts.
    """

    kind: Literal["register_share"]
    register_: str = Field(alias="register")
    amount: str
    day: str
    names: str
    same: tuple[str, ...] = ()
    counted: LocalText
    other: LocalText
    whole: Whole
    otherwise: ReturnedRatio
    decimals: int = Field(ge=0, le=8)

    @model_validator(mode="after")
    def _units_agree(self) -> Self:
        _ = self.returned
        return self

    @cached_property
    def returned(self) -> Formula:
        """The derivation of the returned figure."""
        return Formula.model_validate(
            {
                "series": self.series,
                "kind": "formula",
                "inputs": self.otherwise.inputs,
                "formula": self.otherwise.formula,
                "unit": self.unit,
                "decimals": self.decimals,
                "supplier": self.supplier,
                "standard": self.standard,
                "caveats": self.caveats,
            }
        )

    @property
    def formula(self) -> str:
        """What is divided by what, in one line."""
        return f"counted / all by {self.amount} of {self.register_}"

    @property
    def cells(self) -> Iterator[tuple[str, CellInput]]:
        """The cells of the return that it is held against, by name."""
        yield "whole", self.whole.input
        yield from self.otherwise.inputs.items()


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
    | RegisterShare
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

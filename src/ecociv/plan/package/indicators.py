"""Indicators (指标) and their series, with baselines and typed targets."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from typing import Any

from pydantic import Field, PrivateAttr, model_validator

from ecociv.core.missing import Missing
from ecociv.core.targets import Direction, Target, target_from_mapping
from ecociv.core.text import Text
from ecociv.plan.package.fields import LocalText, Number, PackageModel, Uncertain, Unit, UnitLabel


class IndicatorKind(StrEnum):
    """How the figure behaves over time and when it is added up (trap 7)."""

    STOCK = "stock"
    FLOW = "flow"
    RATIO = "ratio"
    INDEX = "index"
    COMPOSITION = "composition"
    CUMULATIVE = "cumulative"


class Obligation(StrEnum):
    """Binding (约束性) or expected (预期性)."""

    BINDING = "binding"
    EXPECTED = "expected"


class RatioTerm(PackageModel):
    """Numerator or denominator of a ratio; ratios aggregate through these only."""

    name: LocalText
    unit: Unit


class CompositionPart(PackageModel):
    """A part of a composition and which way is better for it."""

    name: LocalText
    direction: Direction


class Supplier(PackageModel):
    """The body that supplies the figure; ``sure`` is false where the plan does not settle it."""

    body: str
    sure: bool


class AbsentBaseline(PackageModel):
    """A baseline the plan does not give."""

    missing: Missing


class Series(PackageModel):
    """One measured quantity of an indicator.

    ``targets`` maps a milestone year to the target's mapping form; :meth:`target` gives the typed target.
    """

    key: str
    name: LocalText | None = None
    baseline: Number | dict[str, Number] | AbsentBaseline
    targets: dict[int, dict[str, Any]]

    _typed: dict[int, Target] = PrivateAttr(default_factory=dict)

    def target(self, year: int) -> Target | None:
        """The target set for a milestone year, or none where the year is no milestone."""
        return self._typed.get(year)

    @property
    def typed_targets(self) -> dict[int, Target]:
        """All targets by milestone year."""
        return dict(self._typed)

    @property
    def baseline_value(self) -> Decimal | dict[str, Decimal] | Missing:
        """The baseline as a value, a composition, or the kind of absence."""
        return self.baseline.missing if isinstance(self.baseline, AbsentBaseline) else self.baseline


class Indicator(PackageModel):
    """An indicator of the plan's target system (目标体系)."""

    number: int
    key: str
    category: str
    name: LocalText
    unit: Unit
    unit_label: UnitLabel
    direction: Direction
    direction_basis: LocalText
    kind: IndicatorKind
    parts: dict[str, CompositionPart] = Field(default_factory=dict)
    numerator: RatioTerm | None = None
    denominator: RatioTerm | None = None
    obligation: Obligation
    obligation_basis: LocalText | None = None
    supplier: Supplier
    trajectory: str = "linear"
    uncertain: tuple[Uncertain, ...] = ()
    series: tuple[Series, ...]

    @model_validator(mode="after")
    def _typed_targets(self) -> Indicator:
        for series in self.series:
            for year, mapping in series.targets.items():
                try:
                    series._typed[year] = target_from_mapping(mapping, self.direction)
                except (ValueError, TypeError) as error:
                    raise ValueError(f"series {series.key}, target of {year}: {error}") from error
        if self.kind is IndicatorKind.COMPOSITION and not self.parts:
            raise ValueError("a composition declares its parts and which way is better for each")
        if (self.numerator is None) != (self.denominator is None):
            raise ValueError("a ratio declares both its numerator and its denominator")
        return self

    def series_name(self, series: Series) -> Text:
        """The series' name, with the indicator's before it where there are several."""
        if series.name is None:
            return self.name
        return Text(zh=f"{self.name.zh}：{series.name.zh}", en=f"{self.name.en}: {series.name.en}")

    @property
    def series_keys(self) -> tuple[str, ...]:
        """Keys of the series in order."""
        return tuple(series.key for series in self.series)

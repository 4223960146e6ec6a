"""Figures from layers beside the figures of the plan: difference, and whether it is within the declared tolerance."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from ecociv.core.missing import Missing
from ecociv.core.quantities import as_decimal, factor, label_of
from ecociv.indicators.derivations import load_derivations
from ecociv.indicators.models import IndicatorValue
from ecociv.plan.package import ZonePackage
from ecociv.portal.county_figures import values_of
from ecociv.portal.values import readable
from ecociv.portal.zone import language
from ecociv.territory.retained.declaration import RetainedSeries, load_retained
from ecociv.territory.retained.figures import RetainedFigure
from ecociv.territory.retained.queries import retained_area


@dataclass(frozen=True, slots=True)
class LayerReading:
    """One area from layers in a year, with the recorded figure of the same series where there is one."""

    declared: RetainedSeries
    found: RetainedFigure
    number: int | None
    """Number of the indicator in the plan, or none."""
    recorded: Decimal | None
    sample: bool

    @property
    def name(self) -> str:
        """Its name in the reader's language."""
        return self.declared.name.in_language(language())

    @property
    def unit(self) -> str:
        """Its unit in the reader's language."""
        return label_of(self.declared.unit).in_language(language())

    @property
    def value(self) -> str:
        """The figure in words; a kind of absence by its name."""
        figure = self.found.figure
        return figure.label.in_language(language()) if isinstance(figure, Missing) else readable(figure)

    @property
    def recorded_text(self) -> str:
        """The recorded figure in words."""
        return "—" if self.recorded is None else readable(self.recorded)

    @property
    def reason(self) -> str:
        """Why there is no figure."""
        return self.found.reason.in_language(language()) if self.found.reason else ""

    @property
    def difference(self) -> Decimal | None:
        """From layers, less recorded."""
        if self.found.number is None or self.recorded is None:
            return None
        return self.found.number - self.recorded

    @property
    def difference_text(self) -> str:
        """The difference in words, with its sign."""
        return "—" if self.difference is None else f"{self.difference:+f}"

    @property
    def allowed(self) -> Decimal | None:
        """How far the two may lie apart, in the unit."""
        tolerance = self.declared.tolerance
        if tolerance is None or self.recorded is None or self.found.number is None:
            return None
        return tolerance.allowed(self.recorded, self.found.number)

    @property
    def agrees(self) -> bool | None:
        """Whether the two agree within the tolerance; none where there is nothing to compare."""
        if self.allowed is None or self.difference is None:
            return None
        return abs(self.difference) <= self.allowed


def layer_readings(
    plan: ZonePackage, keys: Iterable[str] | None, year: int, as_of: dt.datetime | None
) -> list[LayerReading]:
    """The areas from layers of a year, those of some series or all, in the order of their declaration."""
    numbers = {
        series.key: (indicator.number, indicator.unit)
        for indicator in plan.indicators
        for series in indicator.series
    }
    wanted = None if keys is None else set(keys)
    declared = [one for one in load_retained(plan.zone.key).areas if wanted is None or one.series in wanted]
    home = load_derivations(plan).place
    values = values_of(plan, [one.series for one in declared if one.series in numbers], as_of)
    found = []
    for one in declared:
        number, unit = numbers.get(one.series, (None, one.unit))
        value = values.get((one.series, home, year))
        found.append(
            LayerReading(
                one,
                retained_area(plan.zone.key, one.series, year, as_of),
                number,
                _in_unit(value, unit, one.unit),
                bool(value is not None and value.sample),
            )
        )
    return found


def _in_unit(value: IndicatorValue | None, given: str, wanted: str) -> Decimal | None:
    if value is None or value.value is None:
        return None
    if given == wanted:
        return value.value
    return as_decimal(Fraction(value.value) * factor(given, wanted))

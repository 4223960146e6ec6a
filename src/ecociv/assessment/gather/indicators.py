"""Figures of indicators: the unit's own place where it is a county, else the zone's, as known at the moment."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal, localcontext
from typing import Any

from ecociv.assessment.moment import Moment
from ecociv.assessment.rules import Figure
from ecociv.assessment.rules.sources import IndicatorSource
from ecociv.core.digests import digest_of_json
from ecociv.core.missing import Missing
from ecociv.core.targets import NO_CONTEXT, Context, Target
from ecociv.core.text import Text
from ecociv.core.trace import Trace, TraceInput
from ecociv.indicators.models import IndicatorValue
from ecociv.indicators.queries import home_of
from ecociv.plan.package import Indicator, OrganisationKind, Series
from ecociv.plan.package.indicators import IndicatorKind

_AMOUNTS = frozenset({IndicatorKind.STOCK, IndicatorKind.FLOW, IndicatorKind.CUMULATIVE})
_SIX = Decimal("0.000001")


class IndicatorFigures:
    """The values that an assessment needs, read in one query."""

    def __init__(self, moment: Moment, series: Iterable[str]) -> None:
        self.moment = moment
        self.home = home_of(moment.zone)
        rows = IndicatorValue.objects.filter(zone=moment.zone, series__in=set(series), year__lte=moment.year)
        self._rows: dict[tuple[str, str, int], IndicatorValue] = {
            (row.series, row.place, row.year): row
            for row in rows.newest(moment.known_at).defer(None).order_by("pk")
        }

    def figure(self, unit: str, source: IndicatorSource) -> Figure:
        """The figure of a unit; *missing* where none was computed."""
        place, at = self._place(unit, source), f"indicator:{source.series}@{self.moment.year}"
        row = self._rows.get((source.series, place, self.moment.year))
        named = f"{at}/{place}"
        if row is None:
            return Figure(None, Missing.MISSING, source=named, note=_NEVER)
        if row.missing_kind:
            return Figure(
                None,
                Missing(row.missing_kind),
                source=named,
                trace=Trace.from_json(row.trace),
                revision=row.revision,
                sample=row.sample,
                method=_method(row),
            )
        if source.measure == "change-percent":
            return self._change(row, source, named)
        indicator, series = self.moment.package.series(source.series)
        return Figure(
            row.value,
            source=named,
            trace=Trace.from_json(row.trace),
            revision=row.revision,
            sample=row.sample,
            error=_error(row),
            target=self._target(indicator, series, place),
            context=self._context(source.series, place),
            parts=row.parts or None,
            method=_method(row),
        )

    def _place(self, unit: str, source: IndicatorSource) -> str:
        package = self.moment.package
        if source.place == "zone" or not package.has_organisation(unit):
            return self.home
        local = package.organisation(unit).kind in {OrganisationKind.COUNTY, OrganisationKind.PARK}
        return unit if local else self.home

    def _target(self, indicator: Indicator, series: Series, place: str) -> Target | None:
        """The target of the year, or of the last milestone before it; an amount of the whole city binds no county."""
        if place != self.home and indicator.kind in _AMOUNTS:
            return None
        years = [year for year in series.typed_targets if year <= self.moment.year]
        return series.typed_targets[max(years)] if years else None

    def _context(self, series: str, place: str) -> Context:
        bases: dict[int, Decimal | Missing] = {
            year: row.value
            for (key, where, year), row in self._rows.items()
            if key == series and where == place and year < self.moment.year and row.value is not None
        }
        return Context(base_values=bases) if bases else NO_CONTEXT

    def _change(self, row: IndicatorValue, source: IndicatorSource, named: str) -> Figure:
        base = self._rows.get((source.series, row.place, source.base or self.moment.year - 1))
        if base is None or base.value is None or row.value is None or not base.value:
            note = Text(
                zh=f"没有{source.base or self.moment.year - 1}年的基数",
                en=f"there is no base figure of {source.base or self.moment.year - 1}",
            )
            return Figure(
                None, Missing.MISSING, source=named, revision=row.revision, sample=row.sample, note=note
            )
        with localcontext() as exact:
            exact.prec = 40
            change = ((row.value - base.value) / base.value * 100).quantize(_SIX)
        inputs = tuple(_under(each) for each in (row, base))
        label = Text(zh="较基年变化", en="Change since the base year")
        trace = Trace(label, change, "percent", "(value - base) / base * 100", inputs)
        return Figure(
            change,
            source=f"{named}-change",
            trace=trace,
            revision=row.revision,
            sample=row.sample or base.sample,
            method=_method(row),
        )


_NEVER = Text(zh="该地该年没有计算过指标值", en="no value was computed for the place and year")


def _under(row: IndicatorValue) -> TraceInput | Trace:
    return Trace.from_json(row.trace)


def _error(row: IndicatorValue) -> Decimal | None:
    """The standard error of a survey's share; none where the method gives none."""
    found = (row.extras or {}).get("interval") or {}
    error = found.get("standard_error")
    return None if error is None else Decimal(repr(float(error)))


def _method(row: IndicatorValue) -> str:
    """What identifies the method: unit, formula and standard; two years that differ in it are not compared."""
    trace: dict[str, Any] = row.trace
    return digest_of_json([row.unit, trace.get("formula"), trace.get("standard")])[:16]

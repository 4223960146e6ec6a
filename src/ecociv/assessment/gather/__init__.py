"""Everything that a rule set needs for a year, gathered as of any moment: the first half of an assessment."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

from ecociv.assessment.gather.cases import CaseFigures
from ecociv.assessment.gather.counting import counted
from ecociv.assessment.gather.duties import DutyFigures
from ecociv.assessment.gather.falsification import FalsificationFigures
from ecociv.assessment.gather.indicators import IndicatorFigures
from ecociv.assessment.gather.met import MetFigures
from ecociv.assessment.gather.reports import ReportFigures
from ecociv.assessment.gather.returns import ReturnFigures
from ecociv.assessment.moment import Moment, moment_of
from ecociv.assessment.rules import Entry, Figure, RuleSet, Unit, load_rule_set, score
from ecociv.assessment.rules.sources import (
    AssessmentSource,
    CaseSource,
    DutySource,
    EventSource,
    FalsificationSource,
    IndicatorSource,
    ReportSource,
    ReturnCellSource,
    ReturnSource,
    ReviewSource,
    SatisfiedSource,
    Source,
)
from ecociv.assessment.units import units_of
from ecociv.core.missing import Missing
from ecociv.core.text import Text

_PENDING = Text(zh="尚未评分", en="no score was given yet")


@dataclass(frozen=True)
class Gathered:
    """Units and their inputs, with the moment at which all of it was known."""

    moment: Moment
    units: Mapping[str, Unit]
    inputs: dict[str, dict[str, Entry]]


def sources_of(rules: RuleSet) -> dict[str, Source]:
    """The source of every item, adjustment and veto, by key."""
    found: dict[str, Source] = {key: item.source for key, item in rules.items.items()}
    found |= {key: adjustment.source for key, adjustment in rules.adjustments.items()}
    return found | {key: veto.source for key, veto in rules.vetoes.items()}


def gather(
    zone: str,
    rules: RuleSet,
    year: int,
    *,
    as_of: dt.datetime | None = None,
    above: tuple[str, ...] = (),
) -> Gathered:
    """Figures of every unit for every key of a rule set.

    Parameters
    ----------
    as_of
        Only what was on record by then; now, when not given.
    above
        Rule sets that are being gathered for, so that two that name each other end.

    Raises
    ------
    ZoneNotLoaded
        When no plan was on record.
    """
    moment = moment_of(zone, year, as_of)
    units = units_of(rules, moment.package, moment.day)
    reader = _Readers(moment, rules, (*above, rules.key))
    inputs: dict[str, dict[str, Entry]] = {
        unit: {key: reader.figure(unit, source) for key, source in sources_of(rules).items()}
        for unit in units
    }
    return Gathered(moment, units, inputs)


class _Readers:
    """One reader for each kind of source, made when the rule set first needs it."""

    def __init__(self, moment: Moment, rules: RuleSet, above: tuple[str, ...]) -> None:
        self.moment, self.rules, self.above = moment, rules, above
        self._totals: dict[str, Mapping[str, Figure]] = {}

    @cached_property
    def indicators(self) -> IndicatorFigures:
        """Values of the series that the rule set names."""
        named = [each.series for each in sources_of(self.rules).values() if isinstance(each, IndicatorSource)]
        return IndicatorFigures(self.moment, named)

    @cached_property
    def duties(self) -> DutyFigures:
        """Tasks and projects."""
        return DutyFigures(self.moment, self.rules)

    @cached_property
    def cases(self) -> CaseFigures:
        """Cases of the types that the rule set names."""
        found = [each for each in sources_of(self.rules).values() if isinstance(each, CaseSource)]
        return CaseFigures(self.moment, [key for each in found for key in each.types])

    @cached_property
    def falsification(self) -> FalsificationFigures:
        """Confirmed findings of the tests for falsified data."""
        return FalsificationFigures(self.moment)

    @cached_property
    def returns(self) -> ReturnFigures:
        """Departmental returns."""
        return ReturnFigures(self.moment)

    @cached_property
    def reports(self) -> ReportFigures:
        """Progress reports."""
        return ReportFigures(self.moment)

    @cached_property
    def met(self) -> MetFigures:
        """Lights of the indicators."""
        return MetFigures(self.moment)

    def figure(self, unit: str, source: Source) -> Figure:
        """The figure of a unit from a source."""
        kinds: dict[type, Callable[[], Figure]] = {
            IndicatorSource: lambda: self.indicators.figure(unit, source),  # type: ignore[arg-type]
            DutySource: lambda: self.duties.figure(unit, source),  # type: ignore[arg-type]
            CaseSource: lambda: self.cases.figure(unit, source),  # type: ignore[arg-type]
            ReturnSource: lambda: self.returns.figure(unit, source),  # type: ignore[arg-type]
            ReturnCellSource: lambda: self.returns.cell(unit, source),  # type: ignore[arg-type]
            ReportSource: lambda: self.reports.figure(unit, source),  # type: ignore[arg-type]
            SatisfiedSource: lambda: self.met.figure(unit),
            EventSource: lambda: counted((), f"event:{source.event}/{unit}@{self.moment.year}"),  # type: ignore[union-attr]
            FalsificationSource: lambda: self.falsification.figure(unit),
            ReviewSource: lambda: Figure(
                None, Missing.PLANNED, source=f"review:{unit}@{self.moment.year}", note=_PENDING
            ),
            AssessmentSource: lambda: self._total(unit, source.rules),  # type: ignore[union-attr]
        }
        return kinds[type(source)]()

    def _total(self, unit: str, key: str) -> Figure:
        """The total of another rule set, as far as that one is gathered here."""
        at = f"assessment:{key}/{unit}@{self.moment.year}"
        if key in self.above:
            return Figure(None, Missing.MISSING, source=at)
        if key not in self._totals:
            other = load_rule_set(key, self.moment.zone)
            found = gather(
                self.moment.zone, other, self.moment.year, as_of=self.moment.known_at, above=self.above
            )
            results = score(other, found.units, found.inputs, self.moment.year)
            self._totals[key] = {
                name: Figure(
                    result.total,
                    source=f"assessment:{key}/{name}@{self.moment.year}",
                    sample=result.sample,
                    trace=result.trace,
                )
                for name, result in results.items()
                if result.total is not None
            }
        return self._totals[key].get(unit) or Figure(None, Missing.MISSING, source=at)

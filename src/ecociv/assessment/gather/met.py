"""The share of indicators with a target of the year that are met, among those that a unit answers for."""

from __future__ import annotations

from ecociv.assessment.gather.counting import share_of
from ecociv.assessment.moment import Moment
from ecociv.assessment.rules import Figure
from ecociv.indicators.lights import Light
from ecociv.indicators.queries import overview

_KNOWN = frozenset({Light.ACHIEVED, Light.ON_TRACK, Light.AT_RISK, Light.OFF_TRACK, Light.WORSENING})
_MET = frozenset({Light.ACHIEVED, Light.ON_TRACK})


class MetFigures:
    """The lights of the zone's indicators in the year."""

    def __init__(self, moment: Moment) -> None:
        self.moment = moment
        found = overview(moment.zone, moment.year, moment.known_at)
        self._lights = {each.indicator.number: (each.light, each.sample) for each in found.indicators}
        package = moment.package
        self._places = {
            indicator.number: {duty.place for duty in package.duties_for_indicator(indicator)}
            for indicator in package.indicators
            if indicator.number in self._lights
        }

    def figure(self, unit: str) -> Figure:
        """Of the indicators that tasks and projects of the unit speak of, the share that is met, in percent."""
        package = self.moment.package
        held = {entry.duty.place for entry in package.duties_held(unit, self.moment.day)}
        mine = [self._lights[number] for number, places in self._places.items() if places & held]
        judged = [(light, sample) for light, sample in mine if light in _KNOWN]
        met = sum(light in _MET for light, _ in judged)
        at = f"indicators-met:{unit}@{self.moment.year}"
        return share_of(met, len(judged), at, any(sample for _, sample in judged))

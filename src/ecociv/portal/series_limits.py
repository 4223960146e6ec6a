"""The limits of the standards that belong beside a series in its chart."""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext as _

from ecociv.evidence.models import Series
from ecociv.portal.zone import language
from ecociv.standards import air, surface_water
from ecociv.standards.parameters import ParameterError, parameter

_AIR_AVERAGES = {"PT1H": "hour", "P1D": "day", "P1Y": "year"}


def limits_of(series: Series, on: dt.date) -> list[tuple[str, float]]:
    """Names and values of the limits, in the series' unit; none where no standard has any.

    For water: the limits of the target class of the section, of class III where none is declared. For air: the
    limits of class 2 areas.
    """
    name = series.property.key
    try:
        if series.place.kind in {"section", "water-source"} and name in surface_water.ITEM_NAMES:
            return _water(series, on)
        if name in air.POLLUTANTS and series.averaging in _AIR_AVERAGES:
            found = air.limit(name, _AIR_AVERAGES[series.averaging], area_class=2, on=on)
            return [(found.label.in_language(language()), float(found.value))]
    except (ParameterError, KeyError, ValueError, TypeError):
        return []
    return []


def _water(series: Series, on: dt.date) -> list[tuple[str, float]]:
    target = int(series.place.details.get("target_class") or 3)
    table = parameter("surface_water.limits", on=on).table["river"][series.property.key]
    if series.property.key == "ph":
        return [(_("lowest pH"), float(table["low"])), (_("highest pH"), float(table["high"]))]
    grade = surface_water.class_name(target)
    return [(_("limit of class %(grade)s") % {"grade": grade}, float(table[target - 1]))]

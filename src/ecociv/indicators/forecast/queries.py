"""The outlook of the zone's series, from the values on record."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from ecociv.core.targets import Context, Unset
from ecociv.indicators.compute import plan_of
from ecociv.indicators.forecast.outlook import Outlook, PartOutlook, outlook
from ecociv.indicators.judge import part_directions
from ecociv.indicators.models import IndicatorValue
from ecociv.indicators.queries import home_of
from ecociv.plan.package import Indicator, Series, ZonePackage

_WHOLE = {"percent": 100.0}


@dataclass(frozen=True, slots=True)
class SeriesOutlook:
    """The outlook of one series at each milestone to come, with the figures that it rests on.

    Milestones without a target are left out; after the last one, that one is judged.
    """

    indicator: Indicator
    series: Series
    figures: Mapping[int, Decimal | Mapping[str, Decimal]]
    sample: bool
    outlooks: tuple[Outlook, ...]


def outlooks_of(
    zone: str, number: int, *, until: int | None = None, as_of: dt.datetime | None = None
) -> list[SeriesOutlook]:
    """The outlook of each series of an indicator.

    Parameters
    ----------
    number
        Of the indicator.
    until
        Use figures up to this year only, to see what could have been foreseen then; all, when not given.
    as_of
        As recorded by that moment.

    Raises
    ------
    KeyError
        When the plan has no such indicator.
    """
    package = plan_of(zone, as_of)
    indicator = package.indicator(number)
    return [_of(package, indicator, series, until, as_of) for series in indicator.series]


def all_outlooks(
    zone: str, *, until: int | None = None, as_of: dt.datetime | None = None
) -> list[SeriesOutlook]:
    """The outlook of every series of the plan, in its order."""
    package = plan_of(zone, as_of)
    figures = _figures(package, None, until, as_of)
    return [
        _made(indicator, series, *figures.get(series.key, ({}, False)))
        for indicator in package.indicators
        for series in indicator.series
    ]


def _of(
    package: ZonePackage, indicator: Indicator, series: Series, until: int | None, as_of: dt.datetime | None
) -> SeriesOutlook:
    found = _figures(package, series.key, until, as_of)
    return _made(indicator, series, *found.get(series.key, ({}, False)))


def _made(
    indicator: Indicator,
    series: Series,
    figures: Mapping[int, Decimal | Mapping[str, Decimal]],
    sample: bool,
) -> SeriesOutlook:
    context = Context(
        base_values={year: value for year, value in figures.items() if isinstance(value, Decimal)},
        part_directions=part_directions(indicator),
        part_names={key: part.name for key, part in indicator.parts.items()},
    )
    last = max(figures, default=0)
    set_ = [year for year, target in sorted(series.typed_targets.items()) if not isinstance(target, Unset)]
    milestones = [year for year in set_ if year > last] or set_[-1:]
    return SeriesOutlook(
        indicator,
        series,
        figures,
        sample,
        tuple(
            outlook(
                figures,
                series.typed_targets[year],
                year,
                whole=_WHOLE.get(indicator.unit),
                context=context,
            )
            for year in milestones
        ),
    )


def _figures(
    package: ZonePackage, series: str | None, until: int | None, as_of: dt.datetime | None
) -> dict[str, tuple[dict[int, Decimal | Mapping[str, Decimal]], bool]]:
    zone = package.zone.key
    rows = IndicatorValue.objects.filter(zone=zone, place=home_of(zone), missing_kind="")
    if series is not None:
        rows = rows.filter(series=series)
    if until is not None:
        rows = rows.filter(year__lte=until)
    found: dict[str, tuple[dict[int, Decimal | Mapping[str, Decimal]], bool]] = {}
    columns = ("series", "year", "figure", "part_figures", "sample")
    for key, year, figure, parts, sample in rows.newest(as_of).order_by("year").values_list(*columns):
        by_year, any_sample = found.get(key, ({}, False))
        by_year[year] = Decimal(figure) if figure else {name: Decimal(text) for name, text in parts.items()}
        found[key] = (by_year, any_sample or sample)
    return found


def as_json(found: SeriesOutlook) -> dict[str, Any]:
    """As plain JSON values."""
    return {
        "series": found.series.key,
        "name": found.indicator.series_name(found.series).to_mapping(),
        "unit": found.indicator.unit,
        "sample": found.sample,
        "figures": {
            str(year): {name: float(part) for name, part in value.items()}
            if isinstance(value, Mapping)
            else float(value)
            for year, value in found.figures.items()
        },
        "outlooks": [
            {
                "milestone": seen.milestone,
                "from": seen.origin,
                "prospect": seen.worst.prospect.value,
                "parts": [_part_json(part) for part in seen.parts],
            }
            for seen in found.outlooks
        ],
    }


def _part_json(part: PartOutlook) -> dict[str, Any]:
    made = part.forecast
    return {
        "part": part.part or None,
        "prospect": part.prospect.value,
        "chance": None if part.chance is None else round(part.chance, 4),
        "bound": _float(part.bound),
        "last": None if part.last is None else {"year": part.last[0], "value": float(part.last[1])},
        "required_rate": _float(part.required_rate),
        "recent_rate": _float(part.recent_rate),
        "best_rate": _float(part.best_rate),
        "act_by": part.act_by,
        "reasons": [reason.to_json() for reason in part.reasons],
        "forecast": None
        if made is None
        else [
            {
                "year": year,
                "median": made.median[year],
                "interval_80": list(made.interval[0.80][year]),
                "interval_95": list(made.interval[0.95][year]),
            }
            for year in made.years
        ],
    }


def _float(value: Decimal | None) -> float | None:
    return None if value is None else float(value)

"""Weather or flow taken out of monthly readings by a declared regression. Pure: no Django.

    ln y = month of the year + year + b1 x1 + b2 x2 + ...

Season and the course of the emissions over the years are taken by the first two terms, so that ``b`` tells what unusual weather
of a month does. It is fitted on months outside the term: what the official did has no part in it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from math import exp, isfinite, log, sqrt

import numpy as np
from numpy.typing import NDArray

from ecociv.accounts.audit.methods import Regression
from ecociv.core.decimals import to_decimal
from ecociv.core.rounding import round_significant
from ecociv.core.text import Text
from ecociv.core.verdicts import Reason

Month = tuple[int, int]
Monthly = Mapping[Month, float]
Floats = NDArray[np.float64]
FIGURES = 6
"""Significant figures that are kept: beyond what any reading gives, and the same on every machine."""


class NotAdjusted(ValueError):
    """The weather cannot be taken out; ``reason`` says why."""

    def __init__(self, code: str, zh: str, en: str, **data: object) -> None:
        self.reason = Reason(code, Text(zh=zh, en=en).fill(**data), data)
        super().__init__(self.reason.text.en)


@dataclass(frozen=True)
class Fit:
    """A fitted regression.

    Attributes
    ----------
    effects : mapping of str to (float, float)
        By driver its ``b`` and standard error.
    months, degrees : int
        Months it was fitted on, and degrees of freedom that were left.
    """

    method: Regression
    drivers: tuple[str, ...]
    effects: Mapping[str, tuple[float, float]]
    covariance: Floats
    months: int
    degrees: int


@dataclass(frozen=True, slots=True)
class Adjusted:
    """A yearly figure with the weather of another year, and its interval."""

    value: Decimal
    low: Decimal
    high: Decimal


def fit(method: Regression, readings: Monthly, drivers: Mapping[str, Monthly]) -> Fit:
    """Fit a regression on months outside the term.

    Parameters
    ----------
    readings
        Monthly means, above zero; those of the term left out by the caller.
    drivers
        Monthly weather by driver; a month without all of them takes no part.

    Raises
    ------
    NotAdjusted
        Too few drivers, months or degrees of freedom; drivers that cannot be told apart or that never differ from the season.

    Examples
    --------
    Concentrations that follow flow as C = 8 Q^-0.5, whatever the season:

    >>> import datetime as dt
    >>> from ecociv.accounts.audit.methods import methods_on
    >>> months = [(year, month) for year in (2018, 2019, 2020) for month in range(1, 13)]
    >>> flow = {at: 50.0 + (at[0] * 7 + at[1] * 13) % 40 for at in months}
    >>> found = fit(methods_on(dt.date(2026, 1, 1)).regressions["flow"], {at: 8 * flow[at] ** -0.5 for at in months}, {"flow": flow})
    >>> round(found.effects["flow"][0], 6), found.months, found.degrees     # 36 - 12 months - 2 more years - 1
    (-0.5, 36, 21)
    """
    names = tuple(name for name in method.drivers if drivers.get(name))
    if len(names) < method.least_drivers:
        lacking = ", ".join(name for name in method.drivers if name not in names)
        raise NotAdjusted(
            "no-drivers", "没有{lacking}的序列（{found}/{least}），未作{name}", "{name}: no series of {lacking} is on record ({found} of {least})",
            name=method.name, lacking=lacking, found=len(names), least=method.least_drivers,
        )  # fmt: skip
    months = sorted(
        at
        for at, value in readings.items()
        if value > 0 and all(_turned(method, name, drivers[name].get(at)) is not None for name in names)
    )
    if len(months) < method.least_months:
        raise NotAdjusted(
            "too-few-months", "任期外同时有读数和气象（流量）的月份只有{found}个，少于{least}个，未作{name}",
            "{name}: only {found} months outside the term have reading and weather; {least} are needed",
            name=method.name, found=len(months), least=method.least_months,
        )  # fmt: skip
    seasons, years = (sorted({at[part] for at in months}) for part in (1, 0))
    season = np.array([[float(at[1] == each) for each in seasons] for at in months])
    course = np.array([[float(at[0] == each) for each in years[1:]] for at in months]).reshape(
        len(months), -1
    )
    weather = np.array(
        [[_turned(method, name, drivers[name][at]) for name in names] for at in months], dtype=np.float64
    )
    spread = weather.std(axis=0)
    # On one scale, lest pressure in hPa hide a rank that rain in metres would show.
    scaled = (weather - weather.mean(axis=0)) / np.where(spread > 0, spread, 1.0)
    design = np.hstack([season, course, scaled])
    around = np.hstack([season, course])
    rank = int(np.linalg.matrix_rank(design, tol=1e-8 * len(months)))
    if rank < int(np.linalg.matrix_rank(around)) + len(names):
        raise NotAdjusted(
            "drivers-not-apart", "{name}：气象（流量）要素之间或与季节、年份无法区分，未调整",
            "{name}: the drivers cannot be told apart from each other, the season or the years", name=method.name,
        )  # fmt: skip
    degrees = len(months) - rank
    if degrees < method.least_degrees:
        raise NotAdjusted(
            "too-few-degrees", "{name}：自由度只有{found}，少于{least}，未调整", "{name}: {found} degrees of freedom are left; {least} are needed",
            name=method.name, found=degrees, least=method.least_degrees,
        )  # fmt: skip
    turned = np.array([log(readings[at]) for at in months])
    inverse = np.linalg.pinv(design.T @ design)
    found = inverse @ (design.T @ turned)
    left = turned - design @ found
    scale = np.where(spread > 0, spread, 1.0)
    covariance = inverse[-len(names) :, -len(names) :] * float(left @ left) / degrees / np.outer(scale, scale)
    effects = found[-len(names) :] / scale
    errors = np.sqrt(np.maximum(np.diag(covariance), 0.0))
    return Fit(
        method,
        names,
        {name: (float(effects[i]), float(errors[i])) for i, name in enumerate(names)},
        covariance,
        len(months),
        degrees,
    )


def adjusted(
    found: Fit, figure: Decimal, drivers: Mapping[str, Monthly], year: int, reference: int, least_months: int
) -> Adjusted:
    """The figure of a year as it would have been with the weather of another.

    ``figure x exp(-sum(b d))``, ``d`` the mean difference of a driver between the same months of both years.

    Raises
    ------
    NotAdjusted
        Fewer than ``least_months`` months have all drivers in both years.

    Examples
    --------
    With b = -0.5 and twice the flow, ln 2 x -0.5 is taken out: 4 becomes 4 x 2^0.5 = 5.65685.

    >>> import datetime as dt
    >>> from ecociv.accounts.audit.methods import methods_on
    >>> method = methods_on(dt.date(2026, 1, 1)).regressions["flow"]
    >>> sure = Fit(method, ("flow",), {"flow": (-0.5, 0.0)}, np.zeros((1, 1)), 36, 21)
    >>> flow = {(year, month): 10.0 * (year - 2014) for year in (2015, 2016) for month in range(1, 13)}
    >>> adjusted(sure, Decimal(4), {"flow": flow}, 2016, 2015, 9).value
    Decimal('5.65685')
    """
    both = [
        month
        for month in range(1, 13)
        if all(
            _turned(found.method, name, drivers[name].get((at, month))) is not None
            for name in found.drivers
            for at in (year, reference)
        )
    ]
    if len(both) < least_months:
        raise NotAdjusted(
            "weather-of-year-missing", "{name}：{year}年与{reference}年同时有气象（流量）的月份只有{found}个，少于{least}个，未调整",
            "{name}: only {found} months have weather both in {year} and {reference}; {least} are needed",
            name=found.method.name, year=year, reference=reference, found=len(both), least=least_months,
        )  # fmt: skip
    difference = np.array(
        [
            np.mean(
                [
                    _of(found, drivers, name, (year, month)) - _of(found, drivers, name, (reference, month))
                    for month in both
                ]
            )
            for name in found.drivers
        ]
    )
    effect = float(difference @ np.array([found.effects[name][0] for name in found.drivers]))
    from scipy import stats  # a second to import: only where it is used

    reach = float(stats.t.ppf((1 + float(found.method.level)) / 2, found.degrees)) * sqrt(
        max(float(difference @ found.covariance @ difference), 0.0)
    )
    value, low, high = (float(figure) * exp(-effect + end) for end in (0.0, -reach, reach))
    return Adjusted(*(kept(each) for each in (value, low, high)))


def kept(value: float) -> Decimal:
    """A computed figure to the significant figures that are kept."""
    return to_decimal(round_significant(value, FIGURES))


def _turned(method: Regression, name: str, value: float | None) -> float | None:
    if value is None or not isfinite(value):
        return None
    if method.drivers[name] == "plain":
        return value
    return log(value) if value > 0 else None


def _of(found: Fit, drivers: Mapping[str, Monthly], name: str, at: Month) -> float:
    turned = _turned(found.method, name, drivers[name][at])
    assert turned is not None
    return turned

"""The yearly evaluation of HJ 663: annual means and percentiles against the limits, and whether the place attains them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ecociv.core.periods import Year
from ecociv.core.rounding import round_half_even
from ecociv.core.text import Text
from ecociv.core.trace import Rounding, Trace, TraceInput
from ecociv.core.verdicts import Reason, Verdict
from ecociv.standards.air.averages import annual_mean, validity_rules
from ecociv.standards.air.composite import CompositeIndex, composite_index
from ecociv.standards.air.limits import Limit, exceedance_multiple, limit
from ecociv.standards.air.percentiles import percentile
from ecociv.standards.air.pollutants import POLLUTANT_NAMES, POLLUTANTS
from ecociv.standards.air.shares import percent_of_count
from ecociv.standards.arrays import Float64, MeasurementError, as_float64, refuse_impossible
from ecociv.standards.editions import comparable, editions_between
from ecociv.standards.parameters import ParameterValue, parameter, parameter_series
from ecociv.standards.results import DataValidity, Result, marks_of, number_or_none

_WHAT = Text(zh="环境空气质量年评价", en="Yearly air quality evaluation")


@dataclass(frozen=True, slots=True)
class StatisticEvaluation:
    """One statistic of one pollutant against its limit.

    Attributes
    ----------
    raw : float
        Unrounded; NaN where the year is not valid.
    published : float
        Rounded half to even to the decimals of the edition; this is what is compared.
    limit : Limit
    attained : bool or None
        ``None`` where the year is not valid.
    multiple : float
        Exceedance multiple of the published figure, rounded to two decimals.
    """

    name: Text
    raw: float
    published: float
    decimals: int
    limit: Limit
    attained: bool | None
    multiple: float

    def trace(self, formula: str, rules: ParameterValue) -> Trace:
        """The statistic with its limit and rounding."""
        verdict = {True: ("达标", "attained"), False: ("超标", "exceeded"), None: ("无效", "not valid")}[
            self.attained
        ]
        multiple_zh = f"，超标{self.multiple:g}倍" if self.multiple > 0 else ""
        multiple_en = f", by {self.multiple:g} times the limit" if self.multiple > 0 else ""
        source = TraceInput(self.name, number_or_none(self.raw), self.limit.unit)
        return Trace(
            self.name, number_or_none(self.published), self.limit.unit, formula, (source,), rules.citation,
            (self.limit.trace(),), Rounding("half-even", self.decimals),
            (Text(zh=verdict[0] + multiple_zh, en=verdict[1] + multiple_en),),
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class PollutantEvaluation:
    """One pollutant over the year.

    Attributes
    ----------
    mean : StatisticEvaluation or None
        Annual mean; ``None`` for CO and O3, which have no annual limit.
    percentile : StatisticEvaluation
        Percentile of the daily values (O3: of the daily maximum 8-hour means).
    validity : DataValidity
    days_attained : int
        Days at or below the daily limit.
    attainment_rate : float
        Percent of the valid days, one decimal.
    attained : bool or None
    """

    pollutant: str
    mean: StatisticEvaluation | None
    percentile: StatisticEvaluation
    validity: DataValidity
    days_attained: int
    attainment_rate: float
    attained: bool | None


@dataclass(frozen=True, eq=False)
class YearEvaluation(Result):
    """The evaluation of a year under one edition, or the break explained where the year has two.

    Attributes
    ----------
    value : bool or None
        Whether all six pollutants attain their limits; ``None`` where that cannot be said.
    verdict : Verdict
        The same with the reasons.
    pollutants : mapping of str to PollutantEvaluation
        Empty where the year has two editions.
    composite : CompositeIndex or None
        ``None`` unless all six pollutants were given.
    comparable : Verdict
        A *no* where limits or rules change within the year.
    under : mapping of str to YearEvaluation
        Where they change: the whole year under each edition, for information.
    """

    value: bool | None
    verdict: Verdict
    pollutants: Mapping[str, PollutantEvaluation]
    composite: CompositeIndex | None
    validity: DataValidity
    edition: str
    limits_edition: str
    comparable: Verdict
    under: Mapping[str, YearEvaluation]
    marks: tuple[Text, ...]
    year: Year = field(repr=False)
    rules: ParameterValue | None = field(repr=False)

    def trace(self, at: int | None = None) -> Trace:
        """Every statistic against its limit; where the year has two editions, the evaluation under each."""
        self._element(at)
        label = Text(zh=f"{self.year.text.zh}{_WHAT.zh}", en=f"{_WHAT.en} {self.year.text.en}")
        notes = (*(reason.text for reason in (*self.comparable.reasons, *self.verdict.reasons)), *self.marks)
        notes = tuple(dict.fromkeys(notes))
        if self.rules is None:
            parts = tuple(part.trace() for part in self.under.values())
            return Trace(label, None, "1", "no single edition covers the year", parts, notes=notes)
        inputs: list[Trace] = []
        for found in self.pollutants.values():
            if found.mean is not None:
                inputs.append(found.mean.trace("sum(valid days) / n", self.rules))
            inputs.append(
                found.percentile.trace("X(s) + (X(s+1) - X(s)) * (k - s), k = 1 + (n - 1) * p%", self.rules)
            )
        attained = sum(found.attained is True for found in self.pollutants.values())
        return Trace(
            label, attained, "1", "number of pollutants that attain their limits", tuple(inputs), self.rules.citation,
            notes=notes,
        )  # fmt: skip


def evaluate_year(
    dates: ArrayLike,
    year: Year,
    *,
    so2: ArrayLike | None = None,
    no2: ArrayLike | None = None,
    co: ArrayLike | None = None,
    o3: ArrayLike | None = None,
    pm10: ArrayLike | None = None,
    pm2_5: ArrayLike | None = None,
    area_class: int = 2,
    edition: str | None = None,
    limits_edition: str | None = None,
) -> YearEvaluation:
    """Evaluate a year of daily values of a station or a city.

    Parameters
    ----------
    dates : array_like of datetime64
        The day of each value.
    year : Year
        The year evaluated; other days do not enter.
    so2, no2, co, pm10, pm2_5 : array_like
        Valid daily means (CO mg/m3, others ug/m3), NaN where invalid; for a city the mean of its stations.
    o3 : array_like
        Daily maximum 8-hour means.
    area_class : {1, 2}
        Area class of GB 3095.
    edition : str, optional
        ``"HJ 663-2013"`` or ``"HJ 663-2026"`` to evaluate the whole year under one edition; without it the dates
        decide, and a year with two editions (2026) gives no figure but the break and both evaluations.
    limits_edition : str, optional
        Edition of GB 3095; without it, the one in force on the last day of the year, or the one that goes with
        `edition`.

    Notes
    -----
    HJ 663: a pollutant attains the standard where the annual mean and the percentile of the daily values are both at
    or below their limits (CO and O3 have the percentile only); a place where all six do. Statistics are compared
    as published, rounded half to even.
    """
    stamps = np.asarray(dates, dtype="datetime64[D]").reshape(-1)
    columns = {
        name: None if given is None else as_float64(name, given).reshape(-1)
        for name, given in (
            ("so2", so2),
            ("no2", no2),
            ("co", co),
            ("o3", o3),
            ("pm10", pm10),
            ("pm2_5", pm2_5),
        )
    }
    given_columns = {name: column for name, column in columns.items() if column is not None}
    if not given_columns:
        raise MeasurementError("No pollutant was given.")
    for name, column in given_columns.items():
        refuse_impossible(name, column, unit="mg/m3" if name == "co" else "ug/m3")
    if edition is not None:
        return _under(stamps, year, given_columns, area_class, edition, limits_edition)
    named = [name for name, _, _ in editions_between("air.percentiles", year.start, year.end)]
    verdict = comparable("air.limits", year.start, year.end, _WHAT)
    if len(set(named)) == 1:
        return _under(stamps, year, given_columns, area_class, named[0], limits_edition, verdict)
    under = {
        each: _under(stamps, year, given_columns, area_class, each, None) for each in dict.fromkeys(named)
    }
    broken = next(iter(under.values()))
    return replace(
        broken,
        value=None,
        verdict=Verdict(None, verdict.reasons),
        pollutants={},
        composite=None,
        edition=" / ".join(under),
        limits_edition=" / ".join(part.limits_edition for part in under.values()),
        comparable=verdict,
        under=under,
        marks=tuple(dict.fromkeys(mark for part in under.values() for mark in part.marks)),
        rules=None,
    )


def _under(
    stamps: np.ndarray[tuple[int], np.dtype[np.datetime64]],
    year: Year,
    columns: Mapping[str, Float64],
    area_class: int,
    edition: str,
    limits_edition: str | None,
    verdict: Verdict | None = None,
) -> YearEvaluation:
    ranks = parameter("air.percentiles", edition=edition)
    rounding = parameter("air.statistics_rounding", edition=edition)
    standing = limits_edition or _limits_of(edition, year.end)
    found = {
        name: _pollutant(name, columns[name], stamps, year, area_class, ranks, rounding, standing)
        for name in POLLUTANTS
        if name in columns
    }
    valid_data = validity_rules(_valid_data_edition(standing), year.end)
    attained = _attained(found)
    n = sum(part.attained is not None for part in found.values())
    rule = Text(zh="六项均须有效", en="all six pollutants must be valid")
    all_limits = [part.percentile.limit for part in found.values()]
    return YearEvaluation(
        value=attained.ok,
        verdict=attained,
        pollutants=found,
        composite=_composite(found, edition, standing) if len(found) == len(POLLUTANTS) else None,
        validity=DataValidity(n, len(POLLUTANTS), n == len(POLLUTANTS), rule),
        edition=edition,
        limits_edition=standing,
        comparable=verdict or Verdict(True),
        under={},
        marks=tuple(
            dict.fromkeys(
                (*marks_of(ranks, rounding, valid_data), *(m for each in all_limits for m in each.marks))
            )
        ),
        year=year,
        rules=ranks,
    )


def _limits_of(edition: str, last_day: date) -> str:
    if edition == "HJ 663-2013":
        return "GB 3095-2012"
    first = parameter("air.limits", edition="GB 3095-2026 transition").valid.from_
    assert first is not None  # the transition has a first day
    return parameter("air.limits", on=max(last_day, first)).edition


def _valid_data_edition(standing: str) -> str:
    return standing.removesuffix(" transition").removesuffix(" final")


def _day_of_limits(standing: str, last_day: date) -> date | None:
    """The day by which limits are read, so that staged years keep their mark; none where the edition did not hold."""
    periods = parameter_series("air.limits").periods
    return last_day if any(p.edition == standing and p.valid.contains(last_day) for p in periods) else None


def _pollutant(
    name: str,
    column: Float64,
    stamps: np.ndarray[tuple[int], np.dtype[np.datetime64]],
    year: Year,
    area_class: int,
    ranks: ParameterValue,
    rounding: ParameterValue,
    standing: str,
) -> PollutantEvaluation:
    decimals = int(rounding.table["co" if name == "co" else "concentration"])
    whole_year = annual_mean(column, stamps, year, edition=_valid_data_edition(standing))
    inside = (stamps >= np.datetime64(year.start)) & (stamps <= np.datetime64(year.end))
    days = column[inside]
    enough = bool(whole_year.validity.enough)
    day = _day_of_limits(standing, year.end)
    daily_limit = limit(
        name, "mda8" if name == "o3" else "day", area_class=area_class, edition=standing, on=day
    )
    label, rank = POLLUTANT_NAMES[name], ranks.table[name]
    ranked = float(percentile(days, float(rank))) if enough else float("nan")
    high = _judge(
        Text(zh=f"{label.zh}第{rank}百分位数", en=f"{label.en}, percentile {rank}"),
        ranked,
        decimals,
        daily_limit,
    )
    mean = None
    if name not in ("co", "o3"):
        yearly = limit(name, "year", area_class=area_class, edition=standing, on=day)
        mean = _judge(
            Text(zh=f"{label.zh}年均值", en=f"{label.en}, annual mean"),
            float(whole_year.value),
            decimals,
            yearly,
        )
    valid_days = days[~np.isnan(days)]
    at_or_below = int(np.count_nonzero(round_half_even(valid_days, decimals) <= daily_limit.value))
    rate = percent_of_count(at_or_below, valid_days.size, int(rounding.table["rate"]))
    if not enough:
        attained = None
    else:
        attained = bool(high.attained) and (mean is None or bool(mean.attained))
    return PollutantEvaluation(name, mean, high, whole_year.validity, at_or_below, rate, attained)


def _judge(name: Text, raw: float, decimals: int, allowed: Limit) -> StatisticEvaluation:
    published = float(round_half_even(float(raw), decimals))
    known = published == published
    multiple = (
        float(round_half_even(float(exceedance_multiple(published, allowed.value)), 2))
        if known
        else float("nan")
    )
    return StatisticEvaluation(
        name,
        float(raw),
        published,
        decimals,
        allowed,
        published <= allowed.value if known else None,
        multiple,
    )


def _attained(found: Mapping[str, PollutantEvaluation]) -> Verdict:
    verdicts = []
    for name in POLLUTANTS:
        label = POLLUTANT_NAMES[name]
        part = found.get(name)
        if part is None or part.attained is None:
            rule = part.validity.rule if part is not None else Text(zh="未提供", en="not given")
            text = Text(zh=f"{label.zh}数据无效：{rule.zh}", en=f"{label.en} is not valid: {rule.en}")
            verdicts.append(Verdict(None, (Reason("not-valid", text, {"pollutant": name}),)))
        elif not part.attained:
            statistics = [s for s in (part.mean, part.percentile) if s is not None and s.attained is False]
            for s in statistics:
                text = Text(
                    zh=f"{s.name.zh}{s.published:g}，超过限值{s.limit.value:g}",
                    en=f"{s.name.en} is {s.published:g}, above the limit of {s.limit.value:g}",
                )
                data = {"pollutant": name, "value": s.published, "limit": s.limit.value}
                verdicts.append(Verdict(False, (Reason("above-limit", text, data),)))
    return Verdict.all_of(verdicts)


def _composite(found: Mapping[str, PollutantEvaluation], edition: str, standing: str) -> CompositeIndex:
    statistics: dict[str, Any] = {
        name: part.mean.raw if part.mean is not None else part.percentile.raw for name, part in found.items()
    }
    return composite_index(**statistics, edition=edition, limits_edition=standing)

"""Concentration limits of GB 3095 by pollutant, averaging period, area class and date."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import ArrayLike

from ecociv.core.periods import Validity
from ecociv.core.text import Text
from ecociv.core.trace import Citation, TraceParameter
from ecociv.standards.air.pollutants import ITEM_NAMES
from ecociv.standards.arrays import Float64, MeasurementError, as_float64
from ecociv.standards.parameters import parameter
from ecociv.standards.results import marks_of

_PERIODS = {
    "year": Text(zh="年平均", en="annual mean"),
    "quarter": Text(zh="季平均", en="quarterly mean"),
    "day": Text(zh="24小时平均", en="24-hour mean"),
    "mda8": Text(zh="日最大8小时平均", en="daily maximum 8-hour mean"),
    "hour": Text(zh="1小时平均", en="1-hour mean"),
}

_OTHERS = {
    "tsp": Text(zh="总悬浮颗粒物", en="total suspended particles"),
    "nox": Text(zh="氮氧化物", en="NOx"),
    "pb": Text(zh="铅", en="lead"),
    "bap": Text(zh="苯并[a]芘", en="benzo[a]pyrene"),
}


@dataclass(frozen=True, slots=True)
class Limit:
    """One limit with its edition and source.

    Attributes
    ----------
    value : float
        In `unit`.
    unit : str
        ``"ug/m3"``, for CO ``"mg/m3"``.
    pollutant, period : str
    area_class : int
        1 (nature reserves and the like) or 2.
    edition : str
        For 2026 with its stage: ``"GB 3095-2026 transition"`` or ``"GB 3095-2026 final"``.
    valid : Validity
        Days on which the limit holds.
    citation : Citation
    marks : tuple of Text
    """

    value: float
    unit: str
    pollutant: str
    period: str
    area_class: int
    edition: str
    valid: Validity
    citation: Citation
    marks: tuple[Text, ...]

    @property
    def label(self) -> Text:
        """What the limit is for, in words."""
        names = {**ITEM_NAMES, **_OTHERS}
        name, period = names[self.pollutant], _PERIODS[self.period]
        return Text(
            zh=f"{name.zh}{period.zh}限值（{'一二'[self.area_class - 1]}类区）",
            en=f"limit of {name.en}, {period.en} (class {self.area_class} area)",
        )

    def trace(self) -> TraceParameter:
        """The limit as a line of a trace."""
        return TraceParameter(self.label, self.value, self.unit, self.citation, self.valid)


def limit(
    pollutant: str,
    period: str,
    *,
    area_class: int = 2,
    edition: str | None = None,
    on: date | None = None,
) -> Limit:
    """The limit of a pollutant.

    Parameters
    ----------
    pollutant : str
        ``"so2"``, ``"no2"``, ``"co"``, ``"o3"``, ``"pm10"``, ``"pm2_5"``, or ``"tsp"``, ``"nox"``, ``"pb"``, ``"bap"``.
    period : str
        ``"year"``, ``"quarter"``, ``"day"``, ``"mda8"`` or ``"hour"``, as far as the standard sets one.
    area_class : {1, 2}
        1 for nature reserves, scenic and other areas under special protection, 2 for all others.
    edition : str, optional
        ``"GB 3095-2012"``, ``"GB 3095-2026 transition"`` or ``"GB 3095-2026 final"``.
    on : date, optional
        The day whose edition applies.

    Raises
    ------
    MeasurementError
        A pollutant, period or class without a limit; those with one are listed.
    AmbiguousEdition, ParameterOutsideValidity
        As in `ecociv.standards.parameter`.

    Notes
    -----
    GB 3095-2012 and GB 3095-2026, Tables 1 and 2.

    Examples
    --------
    >>> from datetime import date
    >>> [limit("pm2_5", "year", on=date(year, 12, 31)).value for year in (2025, 2026, 2031)]
    [35.0, 30.0, 25.0]
    """
    basic = parameter("air.limits", edition=edition, on=on)
    table = basic if pollutant in basic.table else parameter("air.limits.other", edition=edition, on=on)
    if pollutant not in table.table:
        known = ", ".join([*basic.table, *table.table])
        raise MeasurementError(f"GB 3095 sets no limit for {pollutant!r}; it does for {known}.")
    periods = table.table[pollutant]
    if period not in periods:
        raise MeasurementError(
            f"{table.edition} sets no {period!r} limit for {pollutant}; it does for {', '.join(periods)}."
        )
    if area_class not in (1, 2):
        raise MeasurementError(f"There are area classes 1 and 2, not {area_class!r}.")
    return Limit(
        value=float(periods[period][area_class - 1]),
        unit="mg/m3" if pollutant == "co" else "ug/m3",
        pollutant=pollutant,
        period=period,
        area_class=area_class,
        edition=table.edition,
        valid=table.valid,
        citation=table.citation,
        marks=marks_of(table),
    )


def exceedance_multiple(concentration: ArrayLike, limit_value: float) -> Float64 | float:
    """How far a concentration exceeds its limit, ``(C - S) / S``; 0 at or below the limit, NaN where missing.

    Notes
    -----
    HJ 663. Not rounded; published with two decimals.

    Examples
    --------
    >>> exceedance_multiple(49.0, 35.0), exceedance_multiple(35.0, 35.0)
    (0.4, 0.0)
    """
    column = as_float64("concentration", concentration)
    multiple = np.where(column > limit_value, (column - limit_value) / limit_value, 0.0)
    multiple = np.where(np.isnan(column), np.nan, multiple)
    return multiple.item() if multiple.ndim == 0 else multiple

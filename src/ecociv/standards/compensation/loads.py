"""Compensation for exceeding a limit at a section, and loads weighted by flow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ecociv.core.decimals import Number, to_decimal
from ecociv.core.rounding import round_half_even
from ecociv.core.text import Text
from ecociv.core.trace import Rounding, Trace, TraceInput, TraceParameter
from ecociv.standards.arrays import MeasurementError, Measurements, element, measurements, refuse_impossible
from ecociv.standards.results import DataValidity, Result, number_or_none

EDITION = "agreement of the caller"
FEN = 2
SECONDS_OF_DAY = 86400
GRAMS_OF_TONNE = Decimal(10) ** 6
METHODS = {
    "load": "sum(max(0, C - S) * Q * days * 86400 / 10^6 * price per tonne)",
    "multiple": "sum(max(0, (C - S) / S) * Q * days * 86400 * price per m3)",
}


@dataclass(frozen=True, eq=False)
class ExceedanceCompensation(Result):
    """What upstream owes for water worse than agreed.

    Attributes
    ----------
    value : Decimal, None, or array of them
        Yuan, to fen: payments less rewards (negative where rewards are larger); ``None`` where a figure is missing.
    items : dict
        Yuan of each item, negative for a reward.
    volume : float or array
        m3 that passed the section.
    design_flow_used : bool or array
        Whether the flow was missing and the design flow stood in for it.
    """

    value: Any
    items: Mapping[str, Any]
    volume: Any
    design_flow_used: Any
    method: str
    edition: str
    marks: tuple[Text, ...]
    validity: DataValidity
    prices: Mapping[str, Decimal]
    rows: Measurements = field(repr=False)

    def trace(self, at: int | None = None) -> Trace:
        """Concentration, limit and price of each item, and the volume."""
        place = self._element(at)
        given = self.rows.given()
        unit = "yuan/tonne" if self.method == "load" else "yuan/m3"
        parts = tuple(
            Trace(
                Text(zh=item, en=item),
                element(amount, place),
                "yuan",
                METHODS[self.method],
                (
                    TraceInput(
                        Text(zh="浓度C", en="concentration C"),
                        number_or_none(given[item][place or 0]),
                        "mg/litre",
                    ),
                    TraceInput(
                        Text(zh="目标S", en="limit S"),
                        number_or_none(given[f"limit_{item}"][place or 0]),
                        "mg/litre",
                    ),
                ),
                None,
                (TraceParameter(Text(zh="单价", en="price"), self.prices[item], unit),),
            )
            for item, amount in self.items.items()
        )
        volume = TraceInput(Text(zh="水量", en="volume"), number_or_none(element(self.volume, place)), "m3")
        note = Text(zh="流量缺失，以设计流量代替", en="the flow was missing; the design flow stands in")
        return Trace(
            Text(zh="超标补偿金", en="Compensation for exceedance"),
            element(self.value, place),
            "yuan",
            METHODS[self.method],
            (*parts, volume),
            rounding=Rounding("half-even", FEN),
            notes=(note,) if element(self.design_flow_used, place) else (),
        )


def exceedance_compensation(
    concentrations: Mapping[str, ArrayLike],
    limits: Mapping[str, ArrayLike],
    prices: Mapping[str, Number],
    *,
    flow: ArrayLike,
    days: ArrayLike,
    method: str = "load",
    reward_prices: Mapping[str, Number] | None = None,
    design_flow: ArrayLike | None = None,
) -> ExceedanceCompensation:
    """What upstream owes for exceeding the agreed concentrations at a section.

    Parameters
    ----------
    concentrations, limits : mapping
        Mean of the period and agreed limit of each item in mg/L, for items of which less is better; NaN is missing.
    prices : mapping
        Price of each item as agreed: yuan per tonne (``"load"``) or yuan per m3 and multiple (``"multiple"``).
    flow : array_like
        Mean flow of the period in m3/s.
    days : array_like
        Days of the period.
    method : str
        ``"load"``: the load above the limit; ``"multiple"``: the multiple of exceedance times the volume.
    reward_prices : mapping, optional
        Prices for being better than the limit, which upstream receives; none unless given.
    design_flow : array_like, optional
        m3/s that stands in for a missing flow, and is reported.

    Raises
    ------
    MeasurementError
        Items that do not agree, negative figures or prices, a limit of 0.

    Examples
    --------
    >>> found = exceedance_compensation({"cod": 22.0}, {"cod": 20.0}, {"cod": 700}, flow=10, days=365)
    >>> found.value  # 2 mg/L * 10 m3/s * 31.536 = 630.72 t
    Decimal('441504.00')
    """
    if method not in METHODS:
        raise MeasurementError(f"{method!r} is no way to price an exceedance; ways: {', '.join(METHODS)}.")
    rewards = dict(reward_prices or {})
    if (
        not concentrations
        or not set(concentrations) == set(limits) == set(prices)
        or not set(rewards) <= set(prices)
    ):
        raise MeasurementError(
            f"Concentrations ({', '.join(concentrations)}), limits ({', '.join(limits)}) and prices "
            f"({', '.join(prices)}) must name the same items, and rewards no others."
        )
    rates = {item: to_decimal(price, f"price of {item}") for item, price in prices.items()}
    bonus = {item: to_decimal(price, f"reward of {item}") for item, price in rewards.items()}
    for item, price in (*rates.items(), *bonus.items()):
        if price < 0:
            raise MeasurementError(f"The price of {item} is {price}; it cannot be negative.")
    rows = measurements(
        **concentrations,
        **{f"limit_{item}": limits[item] for item in concentrations},
        flow=flow,
        days=days,
        design_flow=design_flow,
    )
    given = rows.given()
    for name, column in given.items():
        refuse_impossible(name, column, unit="")
        if name.startswith("limit_") and (column == 0).any():
            raise MeasurementError(f"{name} is 0; an agreed limit must be above 0.")
    stand_in = np.isnan(given["flow"]) & ~np.isnan(given.get("design_flow", np.full(rows.size, np.nan)))
    flows = np.where(stand_in, given.get("design_flow", np.nan), given["flow"])
    amounts: dict[str, Any] = {item: np.full(rows.size, None, dtype=object) for item in rates}
    total = np.full(rows.size, None, dtype=object)
    for row in range(rows.size):
        figures = [flows[row], given["days"][row], *(given[k][row] for i in rates for k in (i, f"limit_{i}"))]
        if np.isnan(figures).any():
            continue
        volume = to_decimal(float(flows[row])) * to_decimal(float(given["days"][row])) * SECONDS_OF_DAY
        exact = Decimal(0)
        for item in rates:
            c, s = (to_decimal(float(given[key][row])) for key in (item, f"limit_{item}"))
            amount = _amount(c, s, volume, rates[item] if c > s else -bonus.get(item, Decimal(0)), method)
            exact += amount
            amounts[item][row] = round_half_even(amount, FEN)
        total[row] = round_half_even(exact, FEN)
    known = np.array([amount is not None for amount in total], dtype=np.bool_)
    return ExceedanceCompensation(
        value=rows.restore(total),
        items={item: rows.restore(column) for item, column in amounts.items()},
        volume=rows.restore(flows * given["days"] * SECONDS_OF_DAY),
        design_flow_used=rows.restore(stand_in),
        method=method,
        edition=EDITION,
        marks=(),
        validity=DataValidity(
            rows.restore(known.astype(np.int64)),
            1,
            rows.restore(known),
            Text(zh="浓度、目标、流量和天数齐全", en="concentrations, limits, flow and days are there"),
        ),
        prices=rates,
        rows=rows,
    )


def _amount(c: Decimal, s: Decimal, volume: Decimal, price: Decimal, method: str) -> Decimal:
    gap = abs(c - s) * volume * price
    return gap / GRAMS_OF_TONNE if method == "load" else gap / s


@dataclass(frozen=True, eq=False)
class FlowWeightedLoad(Result):
    """Mean concentration weighted by flow, and load.

    Attributes
    ----------
    value : float or array
        mg/L; NaN without a period that has both figures.
    load : float or array
        Tonnes of the periods that have both figures; see `validity` for how many those are.
    """

    value: Any
    load: Any
    edition: str
    marks: tuple[Text, ...]
    validity: DataValidity

    def trace(self, at: int | None = None) -> Trace:
        """Load and mean."""
        place = self._element(at)
        load = TraceInput(Text(zh="通量", en="load"), number_or_none(element(self.load, place)), "tonne")
        return Trace(
            Text(zh="流量加权平均浓度", en="Flow-weighted mean concentration"),
            number_or_none(element(self.value, place)),
            "mg/litre",
            "sum(C * Q * days) / sum(Q * days)",
            (load,),
            notes=(self.validity.rule,),
        )


def flow_weighted_load(concentration: ArrayLike, flow: ArrayLike, days: ArrayLike) -> FlowWeightedLoad:
    """Mean concentration weighted by flow, and load, over the last axis.

    Parameters
    ----------
    concentration : array_like
        mg/L of each period (such as a month); NaN is missing.
    flow : array_like
        m3/s.
    days : array_like
        Days of each period.

    Examples
    --------
    >>> found = flow_weighted_load([2.0, 4.0], [30.0, 10.0], [30, 30])
    >>> found.value, round(found.load, 2)  # (2 * 30 + 4 * 10) / 40; 100 g/s * 2592000 s
    (2.5, 259.2)
    """
    rows = measurements(concentration=np.atleast_1d(concentration), flow=flow, days=days)
    given = {name: column.reshape(rows.shape) for name, column in rows.given().items()}
    for name, column in rows.given().items():
        refuse_impossible(name, column, unit="")
    known = ~(np.isnan(given["concentration"]) | np.isnan(given["flow"]) | np.isnan(given["days"]))
    volume = np.where(known, given["flow"] * given["days"] * SECONDS_OF_DAY, 0.0)
    mass = np.where(known, np.nan_to_num(given["concentration"]) * volume, 0.0).sum(axis=-1)
    water = volume.sum(axis=-1)
    count = known.sum(axis=-1)
    value = np.where(water > 0, mass / np.where(water > 0, water, 1.0), np.nan)
    load = np.where(count > 0, mass / 1e6, np.nan)
    scalar = value.ndim == 0
    needed = rows.shape[-1]
    return FlowWeightedLoad(
        value=value.item() if scalar else value,
        load=load.item() if scalar else load,
        edition="flow-weighted mean",
        marks=(),
        validity=DataValidity(
            count.item() if scalar else count,
            needed,
            bool(count == needed) if scalar else count == needed,
            Text(
                zh=f"应有{needed}个时段；只计浓度与流量都有的时段",
                en=f"{needed} periods; only those with concentration and flow enter",
            ),
        ),
    )

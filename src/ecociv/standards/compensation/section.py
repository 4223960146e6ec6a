"""The P index of a border section: who pays whom."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ecociv.core.text import Text
from ecociv.core.trace import Trace, TraceInput, TraceParameter
from ecociv.standards.arrays import (
    Float64,
    MeasurementError,
    Measurements,
    element,
    measurements,
    refuse_impossible,
)
from ecociv.standards.parameters import ParameterValue, parameter
from ecociv.standards.results import DataValidity, Result, marks_of, number_or_none

ITEMS = {
    "codmn": Text(zh="高锰酸盐指数", en="permanganate index"),
    "nh3n": Text(zh="氨氮", en="ammonia nitrogen"),
    "tn": Text(zh="总氮", en="total nitrogen"),
    "tp": Text(zh="总磷", en="total phosphorus"),
}
NOISE_DIGITS = 9
"""P is compared with its thresholds after rounding away the noise of binary sums."""


class Payer(StrEnum):
    """Who pays the other side."""

    DOWNSTREAM = "downstream"
    UPSTREAM = "upstream"

    @property
    def label(self) -> Text:
        """Payer and receiver in words."""
        return _PAYERS[self]


_PAYERS = {
    Payer.DOWNSTREAM: Text(zh="下游补偿上游", en="downstream pays upstream"),
    Payer.UPSTREAM: Text(zh="上游补偿下游", en="upstream pays downstream"),
}


@dataclass(frozen=True, eq=False)
class SectionIndex(Result):
    """The P index of a section with its verdict.

    Attributes
    ----------
    value : float or array
        P, unrounded; NaN where an item is missing.
    payer : str or array of str
        A `Payer`; empty without an index (unless an accident decides).
    amount : Decimal, None, or array of them
        10⁴ yuan that the payer pays.
    """

    value: Any
    payer: Any
    amount: Any
    edition: str
    marks: tuple[Text, ...]
    validity: DataValidity
    rows: Measurements = field(repr=False)
    used: ParameterValue = field(repr=False)

    def trace(self, at: int | None = None) -> Trace:
        """Each item's ratio to its baseline, the weights, the verdict."""
        place = self._element(at)
        payer, amount = element(self.payer, place), element(self.amount, place)
        given = self.rows.given()
        inputs = []
        for item, name in ITEMS.items():
            mean, base = given[item][place or 0], given[f"baseline_{item}"][place or 0]
            figures = (
                TraceInput(Text(zh="年均值", en="annual mean"), number_or_none(mean), "mg/litre"),
                TraceInput(Text(zh="基准值", en="baseline"), number_or_none(base), "mg/litre"),
            )
            weight = TraceParameter(
                Text(zh="权重", en="weight"),
                self.used.table["weights"][item],
                "1",
                self.used.citation,
                self.used.valid,
            )
            inputs.append(Trace(name, number_or_none(mean / base), "1", "C / C0", figures, None, (weight,)))
        notes: tuple[Text, ...] = ()
        if payer:
            label = Payer(payer).label
            notes = (Text(zh=f"{label.zh}{amount}万元", en=f"{label.en}: {amount} x 10⁴ yuan"),)
        return Trace(
            Text(zh="补偿指数P", en="P index"),
            number_or_none(element(self.value, place)),
            "1",
            "k0 * sum(k_i * C_i / C_i0)",
            tuple(inputs),
            self.used.citation,
            (
                TraceParameter(
                    Text(zh="水质稳定系数", en="k0"),
                    self.used.table["k0"],
                    "1",
                    self.used.citation,
                    self.used.valid,
                ),
            ),
            notes=(*notes, *self.marks),
        )


def p_index(
    *,
    codmn: ArrayLike,
    nh3n: ArrayLike,
    tn: ArrayLike,
    tp: ArrayLike,
    baseline: Mapping[str, ArrayLike],
    major_accident: ArrayLike = False,
    on: date | None = None,
    edition: str | None = None,
) -> SectionIndex:
    """The P index of the Xin'an River and who pays whom.

    Parameters
    ----------
    codmn, nh3n, tn, tp : array_like
        Annual means at the section in mg/L; NaN is missing.
    baseline : mapping
        Baseline of each of the four in mg/L, above 0 (round 1: mean of 2008 to 2010; later: years before the round).
    major_accident : array_like of bool
        A major water pollution accident for which upstream answers: upstream pays whatever P is.
    on : date, edition : str
        The year's day or the round (``"Xin'an round 1"``, ``"... 2"``, ``"... 3"``); one of them is needed.

    Returns
    -------
    SectionIndex
        ``value``, ``payer``, ``amount``.

    Raises
    ------
    MeasurementError
        A negative figure, a baseline of 0 or one that is not named.
    ParameterOutsideValidity
        A day before 2012 or after 2020.

    Notes
    -----
    新安江流域水环境补偿协议. Formula, coefficients and amounts are from memory and marked.

    Examples
    --------
    >>> base = {"codmn": 1.99, "nh3n": 0.12, "tn": 1.25, "tp": 0.031}
    >>> found = p_index(codmn=2.05, nh3n=0.10, tn=1.20, tp=0.030, baseline=base, edition="Xin'an round 2")
    >>> round(found.value, 4), found.payer, found.amount
    (0.8435, 'downstream', Decimal('20000'))
    """
    if set(baseline) != set(ITEMS):
        raise MeasurementError(f"The baseline names {', '.join(baseline)}; it needs {', '.join(ITEMS)}.")
    used = parameter("compensation.p_index", on=on, edition=edition)
    flags = np.asarray(major_accident, dtype=np.bool_).astype(np.float64)
    rows = measurements(
        codmn=codmn,
        nh3n=nh3n,
        tn=tn,
        tp=tp,
        **{f"baseline_{item}": baseline[item] for item in ITEMS},
        accident=flags,
    )
    given = rows.given()
    for name, column in given.items():
        refuse_impossible(name, column, unit="mg/L")
        if name.startswith("baseline_") and (column == 0).any():
            raise MeasurementError(f"{name} is 0; a baseline must be above 0.")
    weights = used.table["weights"]
    ratios = {item: given[item] / given[f"baseline_{item}"] for item in ITEMS}
    value = used.table["k0"] * sum((weights[item] * ratios[item] for item in ITEMS), np.zeros(rows.size))
    count = sum(
        ((~np.isnan(ratio)).astype(np.int64) for ratio in ratios.values()), np.zeros(rows.size, np.int64)
    )
    payer, amount = _verdicts(value, given["accident"] > 0, used)
    return SectionIndex(
        value=rows.restore(value),
        payer=rows.restore(payer),
        amount=rows.restore(amount),
        edition=used.edition,
        marks=marks_of(used),
        validity=DataValidity(
            rows.restore(count),
            len(ITEMS),
            rows.restore(count == len(ITEMS)),
            Text(zh="四项指标及基准值齐全", en="all four items with their baselines"),
        ),
        rows=rows,
        used=used,
    )


def _verdicts(value: Float64, accident: Any, used: ParameterValue) -> tuple[Any, Any]:
    steps = used.table["downstream_pays"]
    bounds = np.array([step["up_to"] for step in steps], dtype=np.float64)
    amounts = [Decimal(step["amount"]) for step in steps] + [Decimal(used.table["upstream_pays"]), None]
    number = np.searchsorted(bounds, np.round(value, NOISE_DIGITS), side="left")
    number = np.where(np.isnan(value), len(steps) + 1, number)
    number = np.where(accident, len(steps), number)
    payers = np.array([Payer.DOWNSTREAM.value] * len(steps) + [Payer.UPSTREAM.value, ""])
    return payers[number], np.array(amounts, dtype=object)[number]

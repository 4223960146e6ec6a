"""Mass balance of kitchen waste: what goes in comes out as products, residues and losses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ecociv.core.text import Text
from ecociv.core.trace import Trace, TraceInput, TraceParameter
from ecociv.standards.arrays import MeasurementError, element, measurements, refuse_impossible
from ecociv.standards.parameters import ParameterValue, parameter
from ecociv.standards.results import DataValidity, Result, marks_of, number_or_none

SIDES = {
    "inputs": Text(zh="进料", en="input"),
    "products": Text(zh="产品", en="product"),
    "residues": Text(zh="残渣", en="residue"),
    "losses": Text(zh="损失（蒸发、气体、废水）", en="loss (vapour, gas, waste water)"),
}


@dataclass(frozen=True, eq=False)
class MassBalance(Result):
    """Whether a mass balance closes.

    Attributes
    ----------
    value : float or array
        Gap in percent of the inputs: positive where less came out than went in; NaN where a figure is missing.
    gap : float or array
        Tonnes.
    closes : bool or array
        Whether the gap lies within the tolerance; false without a value.
    products_share : float or array
        Products in percent of the inputs.
    """

    value: Any
    gap: Any
    closes: Any
    products_share: Any
    edition: str
    marks: tuple[Text, ...]
    validity: DataValidity
    sides: Mapping[str, Mapping[str, Any]] = field(repr=False)
    tolerance: float = field(repr=False)
    used: ParameterValue = field(repr=False)

    def trace(self, at: int | None = None) -> Trace:
        """Every flow, by side."""
        place = self._element(at)
        inputs = tuple(
            TraceInput(
                Text(zh=f"{SIDES[side].zh}：{name}", en=f"{SIDES[side].en}: {name}"),
                number_or_none(element(column, place)),
                "tonne",
            )
            for side, flows in self.sides.items()
            for name, column in flows.items()
        )
        closes = bool(element(self.closes, place))
        note = Text(zh="平衡闭合" if closes else "平衡不闭合", en="closes" if closes else "does not close")
        return Trace(
            Text(zh="物料平衡差", en="Gap of the mass balance"),
            number_or_none(element(self.value, place)),
            "percent",
            "(inputs - products - residues - losses) / inputs * 100",
            inputs,
            self.used.citation,
            (TraceParameter(Text(zh="允许误差", en="tolerance"), self.tolerance, "1", self.used.citation),),
            notes=(note, *self.marks),
        )


def kitchen_waste_balance(
    *,
    inputs: Mapping[str, ArrayLike],
    products: Mapping[str, ArrayLike],
    residues: Mapping[str, ArrayLike] | None = None,
    losses: Mapping[str, ArrayLike] | None = None,
    tolerance: float | None = None,
) -> MassBalance:
    """Mass balance of a kitchen-waste plant over a period.

    Parameters
    ----------
    inputs, products, residues, losses : mapping
        Tonnes by name, such as ``{"waste": 3000, "water": 200}``; NaN is missing. Losses are vapour, gas, waste water.
    tolerance : float, optional
        Largest gap as a share of the inputs; 5 % unless given (our convention, marked).

    Raises
    ------
    MeasurementError
        No inputs or no products named, a negative flow.

    Examples
    --------
    >>> plant = kitchen_waste_balance(
    ...     inputs={"waste": 3000}, products={"oil": 90, "biogas": 240}, residues={"digestate": 450},
    ...     losses={"waste water": 2160})
    >>> plant.value, plant.gap, plant.closes, plant.products_share
    (2.0, 60.0, True, 11.0)
    """
    given = {"inputs": inputs, "products": products, "residues": residues or {}, "losses": losses or {}}
    if not inputs or not products:
        raise MeasurementError("A balance needs at least one input and one product.")
    rows = measurements(
        **{f"{side}: {name}": flow for side, flows in given.items() for name, flow in flows.items()}
    )
    for name, column in rows.given().items():
        refuse_impossible(name, column, unit="tonne")
    used = parameter("resources.mass_balance")
    limit = float(used.table["tolerance"]) if tolerance is None else float(tolerance)
    if not 0 <= limit < 1:
        raise MeasurementError(f"A tolerance of {limit:g} is impossible; it is a share from 0 to below 1.")
    sums = {
        side: sum((rows.given()[f"{side}: {name}"] for name in flows), np.zeros(rows.size))
        for side, flows in given.items()
    }
    gap = sums["inputs"] - sums["products"] - sums["residues"] - sums["losses"]
    positive = np.nan_to_num(sums["inputs"]) > 0
    below = np.where(positive, sums["inputs"], 1.0)
    value = np.where(positive, gap / below * 100, np.nan)
    # Rounding takes away the noise of binary sums, so that a gap of exactly the tolerance closes.
    closes = np.abs(np.round(np.nan_to_num(value, nan=np.inf), 9)) <= np.round(limit * 100, 9)
    known = ~np.isnan(value)
    return MassBalance(
        value=rows.restore(value),
        gap=rows.restore(gap),
        closes=rows.restore(closes),
        products_share=rows.restore(np.where(positive, sums["products"] / below * 100, np.nan)),
        edition=used.edition,
        marks=marks_of(used) if tolerance is None else (),
        validity=DataValidity(
            rows.restore(known.astype(np.int64)), 1, rows.restore(known), Text(zh="各项齐全", en="every flow")
        ),
        sides={
            side: {name: rows.restore(rows.given()[f"{side}: {name}"]) for name in flows}
            for side, flows in given.items()
        },
        tolerance=limit,
        used=used,
    )

"""Share of the water function zones of a region that comply."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike

from ecociv.core.text import Text
from ecociv.core.trace import Trace, TraceInput
from ecociv.standards.arrays import MeasurementError
from ecociv.standards.parameters import ParameterValue
from ecociv.standards.results import DataValidity, Result, number_or_none
from ecociv.standards.surface_water.function_zone import ZoneCompliance


@dataclass(frozen=True, eq=False)
class RegionShare(Result):
    """Share of a region that complies.

    Attributes
    ----------
    value : float
        Percent of the evaluated zones, by number or by weight; NaN if none was evaluated.
    complying, total : float
        Number, length or area behind it.
    """

    value: float
    complying: float
    total: float
    edition: str
    marks: tuple[Text, ...]
    validity: DataValidity
    basis: str
    rule: ParameterValue = field(repr=False)

    def trace(self, at: int | None = None) -> Trace:
        """The share from its two parts."""
        self._element(at)
        return Trace(
            Text(zh="达标比例", en="Share that complies"),
            number_or_none(self.value),
            "percent",
            "complying / evaluated * 100",
            (
                TraceInput(Text(zh=f"达标（{self.basis}）", en=f"Complying ({self.basis})"), self.complying),
                TraceInput(Text(zh=f"参评（{self.basis}）", en=f"Evaluated ({self.basis})"), self.total),
            ),
            self.rule.citation,
            notes=self.marks,
        )


def region_share(
    zones: ZoneCompliance, *, weights: ArrayLike | None = None, basis: str | None = None
) -> RegionShare:
    """Share of the evaluated zones of a region that comply, by number, length or area.

    Parameters
    ----------
    weights : array_like, optional
        Length or area of each zone; by number without it.
    basis : str, optional
        What the weights are, for the explanation: ``"km"``.

    Examples
    --------
    >>> from ecociv.standards.surface_water import evaluate_function_zones
    >>> zones = evaluate_function_zones([3, 2, 3], nh3n=[[0.5], [0.6], [None]])
    >>> region_share(zones).value, region_share(zones, weights=[30, 10, 5], basis="km").value
    (50.0, 75.0)
    """
    complies, evaluated = np.atleast_1d(zones.value == np.True_), np.atleast_1d(zones.evaluated)
    weight = (
        np.ones(complies.shape)
        if weights is None
        else np.broadcast_to(np.asarray(weights, float), complies.shape)
    )
    if (weight < 0).any() or np.isnan(weight).any():
        raise MeasurementError("The weights are lengths or areas and cannot be negative or missing.")
    total, good = float(weight[evaluated].sum()), float(weight[evaluated & complies].sum())
    return RegionShare(
        value=good / total * 100 if total else float("nan"),
        complying=good,
        total=total,
        edition=zones.edition,
        marks=zones.marks,
        validity=DataValidity(
            int(evaluated.sum()),
            1,
            bool(evaluated.any()),
            Text(zh="参评水功能区数", en="zones that were evaluated"),
        ),
        basis=basis or ("number" if weights is None else "weight"),
        rule=zones.rule,
    )

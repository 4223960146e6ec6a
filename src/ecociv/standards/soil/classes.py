"""The three classes of farmland (耕地土壤环境质量类别)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import IntEnum
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ecociv.core.text import Text
from ecociv.core.trace import Trace, TraceParameter
from ecociv.standards.arrays import Float64, element
from ecociv.standards.parameters import ParameterValue
from ecociv.standards.results import DataValidity, Result, marks_of, number_or_none
from ecociv.standards.soil.factors import ITEM_NAMES, SingleFactor, class_of_ph, dated, single_factor


class FarmlandClass(IntEnum):
    """Environmental quality class of farmland (耕地土壤环境质量类别)."""

    PRIORITY = 1
    SAFE_USE = 2
    STRICT_CONTROL = 3

    @property
    def label(self) -> Text:
        """The class in words."""
        return _CLASS_LABELS[self]


_CLASS_LABELS = {
    FarmlandClass.PRIORITY: Text(zh="优先保护类", en="priority protection"),
    FarmlandClass.SAFE_USE: Text(zh="安全利用类", en="safe use"),
    FarmlandClass.STRICT_CONTROL: Text(zh="严格管控类", en="strict control"),
}


@dataclass(frozen=True, eq=False)
class SoilClass(Result):
    """The environmental quality class of farmland.

    Attributes
    ----------
    value : int or array of int
        1 priority protection, 2 safe use, 3 strict control (`FarmlandClass`); 0 without data.
    limiting : str or array of str
        Key of the item with the worst class, the larger index deciding between equals; empty in class 1 and without data.
    factors : SingleFactor
        Indices against the screening values.
    """

    value: Any
    limiting: Any
    factors: SingleFactor
    edition: str
    marks: tuple[Text, ...]
    validity: DataValidity
    control: Mapping[str, Float64] = field(repr=False)
    used: ParameterValue = field(repr=False)

    def trace(self, at: int | None = None) -> Trace:
        """Indices against screening values, and the intervention values where there are any."""
        place = self._element(at)
        value = int(element(self.value, place))
        label = FarmlandClass(value).label if value else Text(zh="无数据", en="no data")
        parameters = tuple(
            TraceParameter(
                Text(zh=f"{ITEM_NAMES[item].zh}管制值", en=f"intervention value of {ITEM_NAMES[item].en}"),
                number_or_none(limit[place or 0]),
                "mg/kg",
                self.used.citation,
                self.used.valid,
            )
            for item, limit in self.control.items()
        )
        return Trace(
            Text(zh="农用地土壤环境质量类别", en="Environmental quality class of farmland"),
            value or None,
            "1",
            "all C <= screening: 1; any C > intervention: 3; else 2",
            (self.factors.trace(at),),
            self.used.citation,
            parameters,
            notes=(label, *self.marks),
        )


def classify(
    *,
    ph: ArrayLike,
    land_use: str = "other",
    on: date | None = None,
    edition: str | None = None,
    **items: ArrayLike | None,
) -> SoilClass:
    """The class of farmland: priority protection, safe use, strict control.

    Parameters are those of `single_factor`. Up to the screening value an item is in class 1, above the intervention
    value in class 3, between them in class 2; the worst item decides. Copper, nickel and zinc have no intervention
    value and lead to class 2 at most.

    Notes
    -----
    GB 15618-2018, clause 6 with Tables 1 and 3.

    Examples
    --------
    >>> field_class = classify(ph=[5.5, 5.5, 5.5], land_use="paddy", cd=[0.3, 0.31, 1.51])
    >>> field_class.value.tolist(), field_class.limiting.tolist()
    ([1, 2, 3], ['', 'cd', 'cd'])
    """
    factors = single_factor(ph=ph, land_use=land_use, on=on, edition=edition, **items)
    rows = factors.rows
    intervention, bounds = dated(on, edition, "soil.intervention"), dated(on, edition, "soil.ph_classes")
    given = rows.given()
    row = np.minimum(class_of_ph(given["ph"], bounds), len(bounds.value))
    control = {
        item: np.asarray(intervention.table[item], dtype=np.float64)[row]
        for item in factors.limits
        if item in intervention.table
    }
    worst = np.zeros(rows.size, dtype=np.int64)
    largest = np.full(rows.size, -np.inf)
    which = np.full(rows.size, len(factors.limits))
    for number, (item, limit) in enumerate(factors.limits.items()):
        column = given[item]
        with np.errstate(invalid="ignore"):
            own = np.where(np.isnan(column) | np.isnan(limit), 0, np.where(column <= limit, 1, 2))
            if item in control:
                own = np.where((own > 0) & (column > control[item]), 3, own)
            index = np.where(own > 0, column / limit, -np.inf)
        leads = (own > worst) | ((own == worst) & (index > largest))
        which, largest = np.where(leads, number, which), np.where(leads, index, largest)
        worst = np.maximum(worst, own)
    names = np.array([*factors.limits, ""])
    return SoilClass(
        value=rows.restore(worst),
        limiting=rows.restore(np.where(worst > 1, names[which], "")),
        factors=factors,
        edition=intervention.edition,
        marks=marks_of(intervention, bounds),
        validity=factors.validity,
        control=control,
        used=intervention,
    )

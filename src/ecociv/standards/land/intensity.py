"""Development intensity, and areas that must be retained."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ecociv.core.text import Text
from ecociv.core.trace import Citation, Trace, TraceInput
from ecociv.core.verdicts import Reason, Verdict, all_hold
from ecociv.standards.arrays import MeasurementError, Measurements, element, measurements, refuse_impossible
from ecociv.standards.results import DataValidity, Result, number_or_none

_PRACTICE = Citation("国土开发强度", "建设用地面积 / 区域总面积", None, True)


@dataclass(frozen=True, eq=False)
class DevelopmentIntensity(Result):
    """Development intensity.

    Attributes
    ----------
    value : float or array
        Percent, unrounded; NaN where an area is missing or the total is 0.
    """

    value: Any
    edition: str
    marks: tuple[Text, ...]
    validity: DataValidity
    rows: Measurements = field(repr=False)

    def trace(self, at: int | None = None) -> Trace:
        """The two areas and their ratio."""
        place = self._element(at)
        names = {
            "construction": Text(zh="建设用地面积", en="Construction land"),
            "total": Text(zh="区域总面积", en="Total area"),
        }
        inputs = tuple(
            TraceInput(names[name], number_or_none(column[place or 0]), "km2")
            for name, column in self.rows.given().items()
        )
        return Trace(
            Text(zh="国土开发强度", en="Development intensity"),
            number_or_none(element(self.value, place)),
            "percent",
            "construction / total * 100",
            inputs,
            _PRACTICE,
            notes=self.marks,
        )


def development_intensity(construction: ArrayLike, total: ArrayLike) -> DevelopmentIntensity:
    """Share of construction land in the total area.

    Parameters
    ----------
    construction, total : array_like
        Areas in km2 (or both in another unit); NaN is missing.

    Raises
    ------
    MeasurementError
        A negative area, or more construction land than land.

    Examples
    --------
    >>> round(development_intensity(378.6, 5256).value, 2)
    7.2
    """
    rows = measurements(construction=construction, total=total)
    columns = rows.given()
    for name, column in columns.items():
        refuse_impossible(name, column, unit="km2")
    built, whole = columns["construction"], columns["total"]
    with np.errstate(invalid="ignore"):
        wrong = built > whole
    if wrong.any():
        place = int(np.argmax(wrong))
        raise MeasurementError(
            f"Construction land is {built[place]:g} of a total of {whole[place]:g} in element {place}; a part cannot "
            "exceed the whole. Check the units of both."
        )
    with np.errstate(invalid="ignore", divide="ignore"):
        value = np.where(whole > 0, built / whole * 100, np.nan)
    enough = ~np.isnan(value)
    return DevelopmentIntensity(
        value=rows.restore(value),
        edition="land use survey",
        marks=(),
        validity=DataValidity(
            rows.restore(enough.astype(np.int64)),
            1,
            rows.restore(enough),
            Text(zh="两个面积均有", en="both areas are there"),
        ),
        rows=rows,
    )


@dataclass(frozen=True, eq=False)
class RetainedArea(Result):
    """Whether an area that must be retained is still there, unit by unit and together.

    Attributes
    ----------
    value : Decimal or None
        Margin of the whole: retained less required; ``None`` where a unit is missing.
    margins : dict of str to (Decimal or None)
        Margin of each unit.
    verdict : Verdict
        Holds where the whole and every unit hold; unknown where a missing unit leaves it open.
    """

    value: Decimal | None
    margins: Mapping[str, Decimal | None]
    verdict: Verdict
    edition: str
    marks: tuple[Text, ...]
    validity: DataValidity
    areas: Mapping[str, Decimal | None] = field(repr=False)
    required: Mapping[str, Decimal] = field(repr=False)

    def trace(self, at: int | None = None) -> Trace:
        """Each unit with its area, its requirement and the margin."""
        inputs = tuple(
            Trace(
                Text(zh=f"{unit}余量", en=f"Margin of {unit}"),
                margin,
                "hectare",
                "retained - required",
                (
                    TraceInput(Text(zh="现有面积", en="Area retained"), self.areas.get(unit), "hectare"),
                    TraceInput(Text(zh="应保有面积", en="Area required"), self.required[unit], "hectare"),
                ),
            )
            for unit, margin in self.margins.items()
        )
        return Trace(
            Text(zh="保有量余量", en="Margin of the retained area"),
            self.value,
            "hectare",
            "sum(retained) - sum(required)",
            inputs,
            notes=tuple(reason.text for reason in self.verdict.reasons),
        )


def retained_area(
    areas: Mapping[str, Decimal | None], required: Mapping[str, Decimal], *, whole: Decimal | None = None
) -> RetainedArea:
    """Check areas that must not shrink: cultivated land, forest, wetland, water.

    Parameters
    ----------
    areas : mapping of str to Decimal
        Area of each unit in hectares; ``None`` is missing and never counts as 0.
    required : mapping of str to Decimal
        Area that each unit must keep.
    whole : Decimal, optional
        Area that all together must keep; the sum of `required` if not given. It is judged for itself, also
        where it asks for more than the units together.

    Raises
    ------
    MeasurementError
        A unit without a requirement, or a negative area.

    Examples
    --------
    >>> held = retained_area({"A": Decimal("100.2"), "B": Decimal("49.9")}, {"A": Decimal(100), "B": Decimal(50)})
    >>> str(held.value), held.verdict.ok, held.verdict.codes
    ('0.1', False, ('unit-below',))
    """
    stray = [unit for unit in areas if unit not in required]
    if stray:
        raise MeasurementError(
            f"{', '.join(stray)}: no area is required there; give the requirement or leave the unit out."
        )
    for unit, area in (*areas.items(), *required.items()):
        if area is not None and (not area.is_finite() or area < 0):
            raise MeasurementError(
                f"The area of {unit} is {area}; it must be finite and at least 0, or None where missing."
            )
    margins: dict[str, Decimal | None] = {}
    reasons: list[Reason] = []
    for unit, needed in required.items():
        area = areas.get(unit)
        margins[unit] = None if area is None else area - needed
        if area is None:
            text = Text(zh=f"{unit}缺面积数据", en=f"{unit} has no figure")
            reasons.append(Reason("unit-missing", text, {"unit": unit}))
        elif area < needed:
            text = Text(
                zh=f"{unit}现有{area}公顷，低于应保有的{needed}公顷",
                en=f"{unit} has {area} ha, below the {needed} ha required",
            )
            reasons.append(Reason("unit-below", text, {"unit": unit, "area": area, "required": needed}))
    known = [area for unit in required if (area := areas.get(unit)) is not None]
    goal = sum(required.values(), Decimal(0)) if whole is None else whole
    complete = len(known) == len(required)
    total = sum(known, Decimal(0))
    together: bool | None = True if total >= goal else (False if complete else None)
    if together is False:
        text = Text(
            zh=f"合计{total}公顷，低于应保有的{goal}公顷",
            en=f"together {total} ha, below the {goal} ha required",
        )
        reasons.append(Reason("whole-below", text, {"area": total, "required": goal}))
    own = all_hold(None if margin is None else margin >= 0 for margin in margins.values())
    return RetainedArea(
        value=total - goal if complete else None,
        margins=margins,
        verdict=Verdict(all_hold([own, together]), tuple(reasons)),
        edition="retained area",
        marks=(),
        validity=DataValidity(
            len(known), len(required), complete, Text(zh="各单元均有面积", en="every unit has a figure")
        ),
        areas=dict(areas),
        required=dict(required),
    )

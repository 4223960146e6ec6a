"""Areas as a ledger keeps them: decimals in m2, hectares and mu, adjusted so that parts add up to the control area."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import ROUND_FLOOR, Decimal, localcontext

from ecociv.core.decimals import to_decimal
from ecociv.core.quantities import convert
from ecociv.core.rounding import round_half_even
from ecociv.core.text import Text
from ecociv.core.trace import Rounding, Trace, TraceInput
from ecociv.standards.arrays import MeasurementError
from ecociv.standards.parameters import ParameterValue, parameter
from ecociv.standards.results import DataValidity, Result, marks_of

SURVEY = "TD/T 1055-2019"


def _digits() -> ParameterValue:
    return parameter("land.area_rounding", edition=SURVEY)


def ledger_area(area_m2: Decimal | float, unit: str = "m2") -> Decimal:
    """An area in m2 as a decimal of a ledger, rounded once by GB/T 8170.

    Parameters
    ----------
    area_m2 : Decimal or float
        Area in m2, not rounded before.
    unit : str
        ``"m2"`` (2 decimals), ``"hectare"`` (4) or ``"mu"`` (2); 1 mu is 2000/3 m2.

    Raises
    ------
    MeasurementError
        Another unit.
    NotANumber
        A missing area (NaN): a ledger says why an area is missing and never holds NaN.

    Examples
    --------
    >>> ledger_area(10000), ledger_area(10000, "hectare"), ledger_area(10000, "mu")
    (Decimal('10000.00'), Decimal('1.0000'), Decimal('15.00'))
    """
    digits = _digits().table
    if unit not in digits:
        raise MeasurementError(f"{unit!r} is no unit of a land ledger; units: {', '.join(digits)}.")
    exact = convert(to_decimal(area_m2, "area"), "m2", unit)
    rounded: Decimal = round_half_even(exact, int(digits[unit]))
    return rounded


@dataclass(frozen=True, eq=False)
class AdjustedAreas(Result):
    """Areas of patches after adjustment to a control area.

    Attributes
    ----------
    value : tuple of Decimal
        Areas that add up to `control`, in the order given.
    residual : Decimal
        Control area less the sum before adjustment.
    """

    value: tuple[Decimal, ...]
    residual: Decimal
    control: Decimal
    measured: tuple[Decimal, ...] = field(repr=False)
    edition: str
    marks: tuple[Text, ...]
    validity: DataValidity

    def trace(self, at: int | None = None) -> Trace:
        """The control area, the sum before and the residual that was shared out."""
        digits = int(_digits().table["m2"])
        control = TraceInput(Text(zh="控制面积", en="Control area"), self.control, "m2")
        total = TraceInput(
            Text(zh="平差前面积之和", en="Sum before adjustment"), sum(self.measured, Decimal(0)), "m2"
        )
        residual = TraceInput(Text(zh="闭合差", en="Residual"), self.residual, "m2")
        if at is None:
            label, value = Text(zh="平差后面积之和", en="Sum after adjustment"), sum(self.value, Decimal(0))
            inputs: tuple[TraceInput, ...] = (control, total, residual)
        else:
            label, value = (
                Text(
                    zh=f"第{at}个图斑平差后面积（从0起）", en=f"Adjusted area of patch {at} (counted from 0)"
                ),
                self.value[at],
            )
            own = TraceInput(Text(zh="平差前面积", en="Area before adjustment"), self.measured[at], "m2")
            inputs = (own, control, total, residual)
        return Trace(
            label,
            value,
            "m2",
            "area + residual * area / sum",
            inputs,
            _digits().citation,
            rounding=Rounding("half-even", digits),
            notes=self.marks,
        )


def adjust_areas(patches: Sequence[Decimal | float], control: Decimal | float) -> AdjustedAreas:
    """Share out the residual between patches and their control area in proportion to the areas.

    The last hundredths go to the patches with the largest remainders (the earlier of equals), so that the result
    adds up to the control area to the last digit.

    Parameters
    ----------
    patches : sequence of Decimal or float
        Areas of the patches in m2, none negative.
    control : Decimal or float
        Area of the administrative unit in m2.

    Raises
    ------
    MeasurementError
        No patch, a negative area, a sum of 0, or a control area with more decimals than the ledger keeps.

    Examples
    --------
    >>> adjusted = adjust_areas([Decimal("100"), Decimal("200")], Decimal("300.10"))
    >>> [str(area) for area in adjusted.value], str(adjusted.residual)
    (['100.03', '200.07'], '0.10')
    """
    measured = tuple(to_decimal(area, f"area of patch {place}") for place, area in enumerate(patches))
    target = to_decimal(control, "control area")
    rule = _digits()
    step = Decimal(1).scaleb(-int(rule.table["m2"]))
    total = sum(measured, Decimal(0))
    if any(area < 0 for area in measured) or target < 0:
        raise MeasurementError("An area is negative; areas of patches and control areas are at least 0.")
    if total == 0:
        raise MeasurementError("The patches add up to 0; there is nothing to share the control area by.")
    if target % step:
        raise MeasurementError(
            f"The control area {target} has more decimals than the ledger keeps ({step}); round it first."
        )
    with localcontext() as context:
        context.prec = 60
        exact = [area * target / total for area in measured]
        floors = [area.quantize(step, rounding=ROUND_FLOOR) for area in exact]
        short = int((target - sum(floors, Decimal(0))) / step)
    by_remainder = sorted(range(len(exact)), key=lambda place: (floors[place] - exact[place], place))
    for place in by_remainder[:short]:
        floors[place] += step
    return AdjustedAreas(
        value=tuple(floors),
        residual=target - total,
        control=target,
        measured=measured,
        edition=rule.edition,
        marks=marks_of(rule),
        validity=DataValidity(len(measured), 1, True, Text(zh="至少一个图斑", en="at least one patch")),
    )

"""Dual control of energy (能耗双控): what is assessed after the exclusions of the day, against total and intensity."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ecociv.core.text import Text
from ecociv.standards.arrays import MeasurementError, measurements, refuse_impossible
from ecociv.standards.computed import Computed, Term, all_needed, joined_marks, pick
from ecociv.standards.energy.coal import TotalEnergy
from ecociv.standards.parameters import parameter
from ecociv.standards.results import marks_of


class Control(StrEnum):
    """Whether a control target is met."""

    MET = "met"
    MISSED = "missed"
    UNKNOWN = "unknown"

    @property
    def label(self) -> Text:
        """The finding in words."""
        return _LABELS[self]


_LABELS = {
    Control.MET: Text(zh="总量控制目标完成", en="target for the total met"),
    Control.MISSED: Text(zh="总量控制目标未完成", en="target for the total missed"),
    Control.UNKNOWN: Text(zh="缺数据或目标，无法判断", en="no data or no target: not judged"),
}


@dataclass(frozen=True, eq=False, kw_only=True)
class AssessedEnergy(Computed):
    """Energy consumption that counts in the assessment.

    Attributes
    ----------
    value : float or array
        tce after the exclusions of the day.
    excluded : float or array
        tce taken out.
    total : str or array of str
        Against the cap: ``"met"`` (at or below), ``"missed"`` or ``"unknown"`` (`Control`).
    basis : str
        Edition, method and exclusions, so that `reduction_rate` refuses to compare different ones.
    """

    excluded: Any
    total: Any
    basis: str

    def _notes_at(self, place: int | None) -> tuple[Text, ...]:
        return (Control(pick(self.total, place)).label,)


def assessed_energy(
    total: ArrayLike | TotalEnergy,
    *,
    on: date,
    raw_material: ArrayLike = 0.0,
    new_renewables: ArrayLike = 0.0,
    cap: ArrayLike | None = None,
) -> AssessedEnergy:
    """Energy consumption as the dual control assesses it on a day.

    Parameters
    ----------
    total : array_like or TotalEnergy
        Total consumption, tce.
    on : date
        A day of the period assessed; it decides whether the exclusions hold (since 2022).
    raw_material : array_like
        Energy used as raw material, tce; a missing one leaves no value once the exclusion holds.
    new_renewables : array_like
        Consumption of renewable electricity added over the base year, tce by the method of `total`.
    cap : array_like, optional
        Cap on the total, tce.

    Raises
    ------
    MeasurementError
        Negative figures, or more excluded than consumed.

    Notes
    -----
    发改环资〔2022〕803号 (raw-material energy) and 发改运行〔2022〕1258号 (new renewables), both from memory: see ``marks``.

    Examples
    --------
    >>> from datetime import date
    >>> late = assessed_energy(1000, on=date(2022, 12, 31), raw_material=80, new_renewables=40, cap=900)
    >>> early = assessed_energy(1000, on=date(2021, 12, 31), raw_material=80, new_renewables=40, cap=900)
    >>> late.value, late.total, early.value, early.total
    (880.0, 'met', 1000.0, 'missed')
    """
    rule = parameter("energy.exclusions", on=on)
    gross = total.value if isinstance(total, TotalEnergy) else total
    rows = measurements(total=gross, raw_material=raw_material, new_renewables=new_renewables, cap=cap)
    given = rows.given()
    for name, column in given.items():
        if name != "total" or not isinstance(total, TotalEnergy):
            refuse_impossible(name, column, unit="tce")
    taken = [name for name, counts in rule.table.items() if counts]
    excluded = np.sum([given[name] for name in taken], axis=0) if taken else np.zeros(rows.size)
    value = given["total"] - excluded
    if (value < 0).any():
        place = int(np.argmax(value < 0))
        raise MeasurementError(
            f"{excluded[place]:g} tce are excluded from {given['total'][place]:g} tce in element {place}; "
            "the excluded part cannot exceed the total."
        )
    names = {
        "raw_material": Text(zh="原料用能", en="energy used as raw material"),
        "new_renewables": Text(zh="新增可再生能源消费", en="added consumption of renewables"),
    }
    outcome = _judged(value, given.get("cap"))
    first: Term | Computed = (
        total
        if isinstance(total, TotalEnergy)
        else Term(Text(zh="能源消费总量", en="total energy consumption"), given["total"], "tce")
    )
    used = marks_of(rule)
    return AssessedEnergy(
        value=rows.restore(value),
        unit="tce",
        edition=rule.edition,
        marks=joined_marks(used, total.marks if isinstance(total, TotalEnergy) else ()),
        validity=all_needed(rows, "total", *taken),
        label=Text(zh="考核能源消费量", en="Energy consumption assessed"),
        formula=" - ".join(["total", *taken]),
        terms=(
            first,
            *(Term(names[name], given[name], "tce") for name in taken),
            *(
                (Term(Text(zh="总量控制目标", en="cap"), given["cap"], "tce", coefficient=True),)
                if "cap" in given
                else ()
            ),
        ),
        standard=rule.citation,
        notes=() if taken else (Text(zh="该日尚无扣除项", en="no exclusion holds on that day"),),
        excluded=rows.restore(excluded),
        total=rows.restore(outcome),
        basis=" ".join(
            [*([f"{total.edition} {total.method}"] if isinstance(total, TotalEnergy) else []), rule.edition]
        ),
    )


def _judged(value: Any, cap: Any) -> Any:
    if cap is None:
        return np.full(value.size, Control.UNKNOWN.value)
    with np.errstate(invalid="ignore"):
        met = np.where(value <= cap, Control.MET.value, Control.MISSED.value)
    return np.where(np.isnan(value) | np.isnan(cap), Control.UNKNOWN.value, met)

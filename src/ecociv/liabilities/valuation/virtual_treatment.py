"""The virtual treatment cost method (虚拟治理成本法), by the edition in force. Pure: no Django; yuan, exact."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal

from ecociv.core.decimals import plain
from ecociv.core.rounding import round_half_even
from ecociv.core.text import Text
from ecociv.core.trace import Rounding, Trace, TraceInput, TraceParameter
from ecociv.liabilities.valuation.amounts import (
    FEN_DIGITS,
    ValuationRefused,
    require_not_negative,
    same_words,
)
from ecociv.liabilities.valuation.declaration import in_force, methods

_MEDIA = {
    "surface-water": Text(zh="地表水", en="surface water"),
    "groundwater": Text(zh="地下水", en="groundwater"),
    "air": Text(zh="环境空气", en="air"),
    "soil": Text(zh="土壤", en="soil"),
}


def virtual_treatment_cost(
    amount: Decimal,
    unit_cost: Decimal,
    medium: str,
    function_class: str,
    factors: Mapping[str, Decimal],
    day: dt.date,
    *,
    unit: str = "kg",
    source: str = "",
    sample: bool = False,
) -> Trace:
    """What it would have cost to treat what was let out, times what the environment is (虚拟治理成本法).

    Parameters
    ----------
    amount
        What was discharged, in ``unit``.
    unit_cost
        Yuan to treat one unit.
    medium, function_class
        Where it went: ``surface-water``, ``groundwater``, ``air`` or ``soil``, and the class of its function.
    factors
        The multipliers that the appraiser chose, by name; each within the declared range. One that the method fixes may
        be left out.
    day
        The day of the discharge, by which the edition is chosen.

    Raises
    ------
    ValuationRefused
        For a class that the edition does not know, a factor outside its range, one missing or one too many.
    OutsideValidity
        Where no edition was in force.

    Examples
    --------
    500 kg of COD at 20 yuan a kilogram into water of class III, where the multiplier lies between 4.5 and 6:

    >>> cost = virtual_treatment_cost(Decimal(500), Decimal(20), "surface-water", "III", {"sensitivity": Decimal(5)},
    ...     dt.date(2017, 6, 1))
    >>> print(cost.value)
    50000.00
    """
    edition = in_force(methods().virtual_treatment, day, "the virtual treatment cost method")
    require_not_negative("amount", amount)
    require_not_negative("unit_cost", unit_cost)
    if function_class not in edition.classes(medium):
        known = ", ".join(edition.classes(medium)) or "-"
        where = _MEDIA.get(medium, same_words(medium))
        raise ValuationRefused(
            "function_class",
            Text(
                zh=f"{edition.name.zh}没有{where.zh}的功能类别“{function_class}”，有：{known}。",
                en=f"{edition.name.en} knows no class {function_class!r} of {where.en}; it knows: {known}.",
            ),
        )
    for name in factors:
        if name not in edition.factors:
            raise ValuationRefused(
                name,
                Text(
                    zh=f"该方法没有系数“{name}”，只有：{'、'.join(one.name.zh for one in edition.factors.values())}。",
                    en=f"The method has no factor {name!r}; it has: {', '.join(edition.factors)}.",
                ),
            )
    value = amount * unit_cost
    parameters = []
    for name, declared in edition.factors.items():
        allowed = declared.range_of(medium, function_class)
        assert allowed is not None, f"{edition.key}: {name} has no range for {medium} {function_class}"
        chosen = factors.get(name)
        if chosen is None:
            if allowed.lowest != allowed.highest:
                raise ValuationRefused(
                    name,
                    Text(
                        zh=f"请填写{declared.name.zh}，范围 {plain(allowed.lowest)} 至 {plain(allowed.highest)}。",
                        en=f"Give the factor “{declared.name.en}”, between {plain(allowed.lowest)} and {plain(allowed.highest)}.",
                    ),
                )
            chosen = allowed.lowest
        if not allowed.lowest <= chosen <= allowed.highest:
            raise ValuationRefused(
                name,
                Text(
                    zh=f"{declared.name.zh} {plain(chosen)} 超出 {function_class} 类的范围 {plain(allowed.lowest)} 至 "
                    f"{plain(allowed.highest)}（{edition.citation.standard}）。",
                    en=f"“{declared.name.en}” {plain(chosen)} lies outside {plain(allowed.lowest)} to "
                    f"{plain(allowed.highest)}, the range of class {function_class} ({edition.citation.standard}).",
                ),
            )
        value *= chosen
        parameters.append(TraceParameter(declared.name, chosen, "1", edition.cited, edition.validity))
    return Trace(
        edition.name,
        round_half_even(value, FEN_DIGITS),
        "yuan",
        edition.formula,
        (
            TraceInput(Text(zh="排放数量", en="Amount discharged"), amount, unit, source, sample=sample),
            TraceInput(
                Text(zh="单位治理成本", en="Cost to treat one unit"),
                unit_cost,
                f"yuan/({unit})",
                source,
                sample=sample,
            ),
        ),
        standard=edition.cited,
        parameters=tuple(parameters),
        rounding=Rounding("half-even", FEN_DIGITS),
        notes=()
        if edition.verified
        else (
            Text(
                zh="系数范围未与标准原文核对。",
                en="The ranges of the factors were not checked against the original.",
            ),
        ),
    )

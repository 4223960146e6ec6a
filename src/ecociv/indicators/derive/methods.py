"""Figures by methods of the standards library from cells of returns: energy, carbon, irrigation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import Any

import numpy as np

from ecociv.core.decimals import to_decimal
from ecociv.core.missing import Missing
from ecociv.core.quantities import factor
from ecociv.core.text import Text
from ecociv.core.trace import Trace, TraceInput
from ecociv.indicators.declarations import Method
from ecociv.indicators.derive.cells import Asked, Resolved
from ecociv.indicators.derive.figures import Derived, Figure
from ecociv.indicators.derive.formulas import Gathered, finish, gather_inputs, published
from ecociv.standards import carbon, energy, water_resources
from ecociv.standards.arrays import MeasurementError
from ecociv.standards.computed import Computed
from ecociv.standards.parameters import ParameterError

Outcome = tuple[float, tuple[Trace, ...], str]
"""Value in the unit of the method, the traces behind it, and the formula."""

_FUELS = tuple(key for key in energy.UNITS if key != "electricity")
_MWH = factor("wan_kwh", "kwh") / 1000
SCALES = ("large", "medium", "small", "well")


def derive_method(declared: Method, asked: Asked, label: Text) -> Derived:
    """The figure by the declared method; missing where an input is, or where the library refuses the figures."""
    made = gather_inputs(asked, declared.inputs)
    figure: Figure
    traces: tuple[Trace, ...] = ()
    formula = declared.method
    extras: dict[str, Any] = {}
    if (lost := made.missing) is not None:
        figure = lost
    else:
        try:
            value, traces, formula = _METHODS[declared.method](declared, made, asked.year)
        except (MeasurementError, ParameterError) as error:
            figure = Missing.MISSING
            made.notes.append(
                Text(
                    zh=f"标准方法拒绝了这些数据：{error}",
                    en=f"The method of the standard refuses the figures: {error}",
                )
            )
        else:
            if np.isnan(value):
                figure = Missing.NOT_APPLICABLE
                made.notes.append(
                    Text(zh="分母为零，没有比值", en="The denominator is zero: there is no quotient")
                )
            else:
                unit = _RESULT_UNITS[declared.method]
                exact = Fraction(to_decimal(value)) * factor(unit, declared.unit)
                figure = published(exact, declared.decimals)
                extras["unrounded"] = value
    leaves = tuple(item.trace for item in made.inputs.values())
    return finish(
        declared, asked, label, figure, formula, made, extras=extras, inputs=_with_leaves(traces, leaves)
    )


def _with_leaves(
    traces: tuple[Trace, ...], leaves: tuple[Trace | TraceInput, ...]
) -> tuple[Trace | TraceInput, ...]:
    """The library's arithmetic, whose figures carry no origin, and the cells of the returns that they came from."""
    cells = Trace(Text(zh="所用报表指标", en="Cells of the returns"), None, "1", "", leaves)
    return (*traces, cells) if traces else leaves


def _carriers(made: Gathered, *, electricity: tuple[str, ...]) -> dict[str, float]:
    """Amounts by carrier in the units of the library; several cells of electricity make one amount in MWh."""
    amounts: dict[str, float] = {}
    power = Fraction(0)
    for name, item in made.inputs.items():
        assert isinstance(item.value, Fraction)
        if name in electricity:
            power += item.value * factor(item.unit, "wan_kwh") * _MWH
        elif name in _FUELS:
            amounts[name] = float(item.value * factor(item.unit, energy.UNITS[name]))
    amounts["electricity"] = float(power)
    return amounts


_POWER = ("electricity.net_import", "electricity.hydro", "electricity.solar", "electricity.wind")
_OWN_POWER = _POWER[1:]


def _amount(made: Gathered, name: str, unit: str) -> float:
    item: Resolved | None = made.inputs.get(name)
    if item is None:
        return 0.0
    assert isinstance(item.value, Fraction)
    return float(item.value * factor(item.unit, unit))


def _total(declared: Method, made: Gathered, year: int) -> tuple[float, Computed]:
    total = energy.total_energy(
        _carriers(made, electricity=_POWER),
        on=date(year, 12, 31),
        method=str(declared.options.get("electricity", "calorific")),
    )
    return float(total.value) + _amount(made, "biomass", "tce"), total


def _energy_total(declared: Method, made: Gathered, year: int) -> Outcome:
    value, total = _total(declared, made, year)
    return value, (total.trace(),), "sum(amount * coefficient of standard coal) + biomass"


def _energy_intensity(declared: Method, made: Gathered, year: int) -> Outcome:
    value, total = _total(declared, made, year)
    return (
        _quotient(value, _amount(made, "gdp", "wan_yuan")),
        (total.trace(),),
        "(sum(amount * coefficient of standard coal) + biomass) / GDP at constant prices",
    )


def _non_fossil(declared: Method, made: Gathered, year: int) -> Outcome:
    way = str(declared.options.get("electricity", "calorific"))
    on = date(year, 12, 31)
    fossil = energy.total_energy(_carriers(made, electricity=_POWER[:1]), on=on, method=way)
    own = float(sum((_mwh(made, name) for name in _OWN_POWER), Fraction(0)))
    share = energy.non_fossil_share(
        fossil=float(fossil.value),
        electricity=own,
        other=_amount(made, "biomass", "tce"),
        method=way,
        on=on,
    )
    return (
        float(share.value),
        (share.trace(), fossil.trace()),
        "(hydro + solar + wind + biomass) / primary energy * 100",
    )


def _mwh(made: Gathered, name: str) -> Fraction:
    item = made.inputs.get(name)
    if item is None:
        return Fraction(0)
    assert isinstance(item.value, Fraction)
    return item.value * factor(item.unit, "wan_kwh") * _MWH


def _carbon_intensity(declared: Method, made: Gathered, _: int) -> Outcome:
    options = declared.options
    parts = [
        carbon.fuel_combustion(
            name, _amount(made, name, carbon.fuel_unit(name)), factors=str(options["factors"])
        )
        for name in made.inputs
        if name in carbon.FUEL_NAMES
    ]
    bought = carbon.electricity(
        float(_mwh(made, "electricity.net_import")),
        str(options["region"]),
        factor_year=int(options["factor_year"]),
    )
    total = sum(float(part.value) for part in parts) + float(bought.value)
    return (
        _quotient(total, _amount(made, "gdp", "wan_yuan")),
        (*(part.trace() for part in parts), bought.trace()),
        "(CO2 of fuels + CO2 of purchased electricity) / GDP at constant prices",
    )


def _irrigation(_: Method, made: Gathered, __: int) -> Outcome:
    coefficients, gross, traces = {}, {}, []
    for scale in SCALES:
        withdrawn = _amount(made, f"{scale}.withdrawal", "wan_m3")
        if withdrawn == 0:
            continue
        sampled = water_resources.irrigation_coefficient(
            _amount(made, f"{scale}.net", "wan_m3"), _amount(made, f"{scale}.gross", "wan_m3")
        )
        coefficients[scale], gross[scale] = sampled.value, withdrawn
        traces.append(sampled.trace())
    if not gross:
        return float("nan"), (), "sum(coefficient * withdrawal) / sum(withdrawal)"
    region = water_resources.regional_irrigation_coefficient(coefficients, gross)
    found = region.trace()
    return (
        float(region.value),
        (replace(found, inputs=(*found.inputs, *traces)),),
        "sum(net / gross of the sampled districts * withdrawal of the scale) / sum(withdrawal)",
    )


def _quotient(above: float, below: float) -> float:
    return above / below if below else float("nan")


_METHODS: Mapping[str, Any] = {
    "energy_total": _energy_total,
    "energy_intensity": _energy_intensity,
    "carbon_intensity": _carbon_intensity,
    "non_fossil_share": _non_fossil,
    "irrigation": _irrigation,
}
_RESULT_UNITS = {
    "energy_total": "tce",
    "energy_intensity": "tce / wan_yuan",
    "carbon_intensity": "tonne / wan_yuan",
    "non_fossil_share": "percent",
    "irrigation": "1",
}

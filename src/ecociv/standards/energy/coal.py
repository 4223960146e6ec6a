"""Conversion to standard coal by GB/T 2589: by carrier, edition, and calorific or equivalent method."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ecociv.core.text import Text
from ecociv.standards.arrays import Float64, MeasurementError, measurements, refuse_impossible
from ecociv.standards.computed import Computed, Term, all_needed, joined_marks
from ecociv.standards.energy.carriers import CARRIER_NAMES, FUELS, UNITS, carrier_of, scale_of
from ecociv.standards.parameters import ParameterValue, parameter
from ecociv.standards.results import DataValidity, marks_of


class Method(StrEnum):
    """How electricity becomes standard coal."""

    CALORIFIC = "calorific"
    EQUIVALENT = "equivalent"

    @property
    def label(self) -> Text:
        """The method in words."""
        return _METHODS[self]


_METHODS = {
    Method.CALORIFIC: Text(zh="当量值", en="calorific value"),
    Method.EQUIVALENT: Text(zh="等价值", en="equivalent value"),
}


class MixedBasis(ValueError):
    """Figures on different bases (edition, method, price base, exclusions) were to be added or compared."""


@dataclass(frozen=True, eq=False, kw_only=True)
class StandardCoal(Computed):
    """An amount of one carrier in standard coal.

    Attributes
    ----------
    value : float or array
        tce; NaN where amount, calorific value or generation rate is missing.
    coefficient : float or array
        tce per unit of the amount.
    method : Method
        Calorific (当量值) or equivalent (等价值).
    """

    carrier: str
    coefficient: Any
    method: Method


@dataclass(frozen=True, eq=False, kw_only=True)
class TotalEnergy(Computed):
    """Total energy consumption.

    Attributes
    ----------
    value : float or array
        tce; NaN where one of the carriers given is missing.
    components : dict
        tce of each carrier.
    """

    components: Mapping[str, Any]
    method: Method
    generation_rate: Any = field(repr=False)


def standard_coal(
    carrier: str,
    amount: ArrayLike,
    *,
    edition: str | None = None,
    on: date | None = None,
    method: str = "calorific",
    generation_rate: ArrayLike | None = None,
    ncv: ArrayLike | None = None,
) -> StandardCoal:
    """An amount of one carrier in standard coal.

    Parameters
    ----------
    carrier : str
        Key or Chinese name, see `CARRIER_NAMES`.
    amount : array_like
        In `UNITS`: t, natural gas 10^4 m3, electricity MWh, heat GJ. NaN is missing.
    edition, on : str, date
        ``"GB/T 2589-2008"`` or ``"GB/T 2589-2020"``, or the day that chooses; one of them is needed.
    method : str
        ``"calorific"`` (当量值) or ``"equivalent"`` (等价值); it matters for electricity only.
    generation_rate : array_like, optional
        Standard coal burnt to generate 1 kWh in the year of the amount, kgce/kWh; needed for electricity by the
        equivalent method, where no standard fixes it.
    ncv : array_like, optional
        Measured net calorific value of a fuel in kJ/kg (natural gas kJ/m3); replaces the average of the table, which
        the standard allows only where nothing was measured.

    Raises
    ------
    MeasurementError
        Unknown carrier or one that the edition does not list, negative amount, missing or implausible generation
        rate or calorific value.

    Notes
    -----
    GB/T 2589, annexes A and B.

    Examples
    --------
    >>> round(standard_coal("raw_coal", 1000, edition="GB/T 2589-2008").value, 4)
    714.3
    >>> standard_coal("electricity", [10_000, float("nan")], edition="GB/T 2589-2020").value
    array([1229.,   nan])
    >>> round(standard_coal("电力", 10_000, edition="GB/T 2589-2020", method="equivalent", generation_rate=0.3).value)
    3000
    """
    key, way = carrier_of(carrier), _method(method)
    table = parameter("energy.standard_coal", on=on, edition=edition)
    rate = generation_rate if key == "electricity" and way is Method.EQUIVALENT else None
    if key == "electricity" and way is Method.EQUIVALENT:
        _need_rate(generation_rate)
    rows = measurements(amount=amount, ncv=ncv, generation_rate=rate)
    given = rows.given()
    refuse_impossible("amount", given["amount"], unit=UNITS[key])
    coefficient, term, marks = _coefficient(key, given, table)
    return StandardCoal(
        value=rows.restore(given["amount"] * coefficient),
        unit="tce",
        edition=table.edition,
        marks=marks,
        validity=all_needed(rows),
        label=Text(zh=f"{CARRIER_NAMES[key].zh}折标准煤", en=f"Standard coal of {CARRIER_NAMES[key].en}"),
        formula="amount * coefficient" if "ncv" not in given else "amount * NCV / heat of standard coal",
        terms=(Term(CARRIER_NAMES[key], given["amount"], UNITS[key]), *term),
        standard=table.citation,
        notes=(way.label,) if key == "electricity" else (),
        carrier=key,
        coefficient=rows.restore(np.broadcast_to(coefficient, (rows.size,))),
        method=way,
    )


def _method(name: str) -> Method:
    if name not in set(Method):
        raise MeasurementError(f"{name!r} is no method; methods: {', '.join(Method)}.")
    return Method(name)


def _need_rate(rate: ArrayLike | None) -> None:
    if rate is None:
        raise MeasurementError(
            "The equivalent method needs generation_rate, the standard coal burnt to generate 1 kWh in that year "
            "(kgce/kWh); no standard fixes it. Give the year's published rate, or use method='calorific'."
        )


def check_rate(rate: Float64, calorific: float) -> None:
    """Refuse a generation rate below the heat of the electricity itself or so high that it is given in g/kWh."""
    refuse_impossible("generation_rate", rate, unit="kgce/kWh", at_least=calorific)
    if (rate > 1).any():
        raise MeasurementError(
            f"generation_rate is {np.nanmax(rate):g} kgce/kWh; it lies between {calorific:g} and 1. "
            "Divide by 1000 if it is in gce/kWh."
        )


def _coefficient(
    key: str, given: Mapping[str, Float64], table: ParameterValue
) -> tuple[Any, tuple[Term, ...], tuple[Text, ...]]:
    unit = f"tce/{UNITS[key]}"
    if key not in table.table:
        raise MeasurementError(
            f"{CARRIER_NAMES[key].zh} ({key}) is not in the table of {table.edition}. It lists: "
            f"{', '.join(table.table)}."
        )
    if "ncv" in given:
        if key not in FUELS:
            raise MeasurementError(f"{key} has no calorific value; ncv is for fuels: {', '.join(FUELS)}.")
        heat = parameter("energy.standard_coal_heat")
        refuse_impossible("ncv", given["ncv"], unit="kJ/kg or kJ/m3", at_least=1000)
        measured = Term(
            Text(zh="实测低位发热量", en="measured net calorific value"),
            given["ncv"],
            "kj/m3" if UNITS[key] == "wan_m3" else "kj/kg",
        )
        return (
            given["ncv"] / heat.number * scale_of(key),
            (measured, Term(heat.description, heat.number, heat.unit, heat)),
            marks_of(heat),
        )
    if "generation_rate" in given:
        rate = given["generation_rate"]
        check_rate(rate, float(table.table["electricity"]))
        label = Text(zh="当年发电标准煤耗", en="coal rate of generation in the year")
        return rate, (Term(label, rate, "kgce/kwh", coefficient=True),), marks_of(table)
    coefficient = float(table.table[key]) * scale_of(key)
    label = Text(zh="折标准煤系数", en="coefficient of standard coal")
    return coefficient, (Term(label, coefficient, unit, table),), marks_of(table)


def total_energy(
    consumption: Mapping[str, ArrayLike],
    *,
    edition: str | None = None,
    on: date | None = None,
    method: str = "calorific",
    generation_rate: ArrayLike | None = None,
    ncv: Mapping[str, ArrayLike] | None = None,
    supplied: Mapping[str, ArrayLike] | None = None,
) -> TotalEnergy:
    """Total energy consumption, all carriers by one edition and one method.

    Parameters
    ----------
    consumption : mapping
        Amount of each carrier in `UNITS`. A carrier that is transformed inside (coal in the own power plant) counts
        once, as what goes in.
    edition, on, method, generation_rate
        As in `standard_coal`.
    ncv : mapping, optional
        Measured net calorific values by carrier.
    supplied : mapping, optional
        Amounts given away to others (heat sold, electricity fed to the grid), subtracted.

    Returns
    -------
    TotalEnergy
        tce. A missing carrier leaves no total: it is not zero.

    Notes
    -----
    GB/T 2589, comprehensive energy consumption.

    Examples
    --------
    >>> plant = total_energy({"raw_coal": 1000, "electricity": 2000, "natural_gas": 10}, edition="GB/T 2589-2020")
    >>> round(plant.value, 1)  # 714.3 + 245.8 + 133.0
    1093.1
    """
    if not consumption:
        raise MeasurementError("No carrier was given; give at least one amount.")
    values = ncv or {}
    measured = {carrier_of(name): value for name, value in values.items()}
    parts: dict[str, StandardCoal] = {}
    columns: dict[str, ArrayLike] = {}
    terms: list[Computed] = []
    for sign, amounts in ((1.0, consumption), (-1.0, supplied or {})):
        for name, amount in amounts.items():
            key = carrier_of(name)
            column = key if sign > 0 else f"supplied {key}"
            if column in columns:
                raise MeasurementError(f"{CARRIER_NAMES[key].zh} ({key}) was given twice.")
            part = standard_coal(
                key,
                amount,
                edition=edition,
                on=on,
                method=method,
                generation_rate=generation_rate,
                ncv=measured.get(key),
            )
            parts[column] = part
            columns[column] = sign * np.asarray(part.value)
            terms.append(part)
    rows = measurements(**columns)
    first = next(iter(parts.values()))
    return TotalEnergy(
        value=rows.restore(np.sum(list(rows.given().values()), axis=0)),
        unit="tce",
        edition=first.edition,
        marks=joined_marks(*(part.marks for part in parts.values())),
        validity=all_needed(rows),
        label=Text(zh="能源消费总量", en="Total energy consumption"),
        formula="sum(amount * coefficient) - sum(supplied * coefficient)"
        if supplied
        else "sum(amount * coefficient)",
        terms=tuple(terms),
        standard=first.standard,
        notes=(first.method.label,),
        components={name: rows.restore(column) for name, column in rows.given().items()},
        method=first.method,
        generation_rate=generation_rate,
    )


def add_up(*totals: TotalEnergy) -> TotalEnergy:
    """The total of several units (plants, counties), provided that all stand on one edition and one method.

    Raises
    ------
    MixedBasis
        Different editions or methods; recompute all by one.

    Examples
    --------
    >>> old = total_energy({"coke": 10}, edition="GB/T 2589-2008")
    >>> new = total_energy({"coke": 10}, edition="GB/T 2589-2020")
    >>> add_up(old, new)
    Traceback (most recent call last):
        ...
    ecociv.standards.energy.coal.MixedBasis: Totals by GB/T 2589-2008 calorific and GB/T 2589-2020 calorific cannot be added; compute all by one edition and one method.
    """
    if not totals:
        raise MeasurementError("No total was given; give at least one.")
    bases = tuple(dict.fromkeys(f"{total.edition} {total.method}" for total in totals))
    if len(bases) > 1:
        raise MixedBasis(
            f"Totals by {' and '.join(bases)} cannot be added; compute all by one edition and one method."
        )
    rows = measurements(**{f"total {number}": total.value for number, total in enumerate(totals)})
    first = totals[0]
    names = dict.fromkeys(name for total in totals for name in total.components)
    components = {
        name: sum(total.components[name] for total in totals if name in total.components) for name in names
    }
    return TotalEnergy(
        value=rows.restore(np.sum(list(rows.given().values()), axis=0)),
        unit="tce",
        edition=first.edition,
        marks=joined_marks(*(total.marks for total in totals)),
        validity=DataValidity(
            all_needed(rows).n,
            len(totals),
            all_needed(rows).enough,
            Text(zh="各单位均须有值", en="every unit must have a value"),
        ),
        label=Text(zh="能源消费总量合计", en="Total energy consumption of all units"),
        formula="sum(totals)",
        terms=totals,
        standard=first.standard,
        notes=(first.method.label,),
        components=components,
        method=first.method,
        generation_rate=None,
    )

"""Single-factor classes of surface water by GB 3838-2002."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from ecociv.standards.arrays import Float64, MeasurementError, Measurements, measurements
from ecociv.standards.parameters import ParameterValue
from ecociv.standards.results import marks_of
from ecociv.standards.surface_water.classes import WaterClass
from ecociv.standards.surface_water.editions import dated
from ecociv.standards.surface_water.items import ITEMS, ItemSets, decode
from ecociv.standards.surface_water.ladder import Evaluation, Ladder, Saturation, ladder
from ecociv.standards.surface_water.statistics import round_statistic

WaterBody = Literal["river", "lake"]


def classify(
    *,
    ph: ArrayLike | None = None,
    do: ArrayLike | None = None,
    codmn: ArrayLike | None = None,
    cod: ArrayLike | None = None,
    bod5: ArrayLike | None = None,
    nh3n: ArrayLike | None = None,
    tp: ArrayLike | None = None,
    tn: ArrayLike | None = None,
    cu: ArrayLike | None = None,
    zn: ArrayLike | None = None,
    fluoride: ArrayLike | None = None,
    se: ArrayLike | None = None,
    arsenic: ArrayLike | None = None,
    hg: ArrayLike | None = None,
    cd: ArrayLike | None = None,
    cr6: ArrayLike | None = None,
    pb: ArrayLike | None = None,
    cyanide: ArrayLike | None = None,
    phenol: ArrayLike | None = None,
    oil: ArrayLike | None = None,
    las: ArrayLike | None = None,
    sulfide: ArrayLike | None = None,
    coliform: ArrayLike | None = None,
    temperature: ArrayLike | None = None,
    do_saturation: ArrayLike | None = None,
    water_body: WaterBody = "river",
    reference_class: int = 3,
    rounding: Literal["none", "statistics"] = "none",
    missing_codes: Sequence[float] | None = None,
    edition: str | None = None,
    on: date | None = None,
) -> WaterClass:
    """The class of surface water: the worst of the classes of its items.

    Parameters
    ----------
    ph : array_like, optional
        pH; 6 to 9 in every class, anything else is worse than V.
    do, codmn, cod, bod5, nh3n, tp, tn, cu, zn, fluoride, se, arsenic, hg, cd, cr6, pb, cyanide, phenol, oil, las, \
sulfide : array_like, optional
        Concentrations in mg/L, of any shapes that fit each other. Total nitrogen has limits for lakes only.
    coliform : array_like, optional
        Faecal coliforms per litre.
    temperature, do_saturation : array_like, optional
        Water temperature in degrees Celsius, or the measured saturation of oxygen in percent. With either, oxygen
        saturated to 90 % is class I whatever its concentration. The saturated concentration holds for fresh water
        near sea level; on a plateau give the measured saturation.
    water_body : {"river", "lake"}
        Lakes and reservoirs have stricter limits of total phosphorus, and limits of total nitrogen.
    reference_class : int
        Class over whose limits `exceedance` is counted.
    rounding : {"none", "statistics"}
        ``"none"`` compares figures as they are, which is what the standard does with a measurement.
        ``"statistics"`` first rounds to the decimals of the 2020 regulation on statistics.
    missing_codes : sequence of float, optional
        Numbers that stand for a missing value; by default -1, "not monitored" of the reporting format.
    edition, on : optional
        The edition by name or by day; without either GB 3838-2002, the only one.

    Returns
    -------
    WaterClass
        ``value`` (1 to 6; 0 where nothing was measured), ``limiting``, ``exceedance``, ``item_class``,
        ``validity``, ``trace`` and ``explain``.

    Raises
    ------
    MeasurementError
        A reading below zero or infinite, a pH outside 0 to 14, shapes that do not fit, or no item with limits.

    Notes
    -----
    GB 3838-2002, Table 1 and 5.1. Where neighbouring classes share a limit the better class is taken. Missing items
    do not take part.

    Examples
    --------
    >>> water = classify(ph=7.7, do=6.2, codmn=4.1, nh3n=1.2, water_body="river")
    >>> water.value, water.limiting, water.class_name()
    (4, ('nh3n',), 'Ⅳ类')
    >>> round(water.exceedance["nh3n"], 2), water.exceedance["codmn"]
    (0.2, 0.0)
    >>> classify(cod=[15, 15.1, 41, None]).value.tolist()
    [1, 3, 6, 0]
    >>> classify(do=7.2, temperature=27).value, classify(do=7.2, temperature=26).value
    (1, 2)
    """
    rows = measurements(
        ph=ph, do=do, codmn=codmn, cod=cod, bod5=bod5, nh3n=nh3n, tp=tp, tn=tn, cu=cu, zn=zn, fluoride=fluoride,
        se=se, arsenic=arsenic, hg=hg, cd=cd, cr6=cr6, pb=pb, cyanide=cyanide, phenol=phenol, oil=oil, las=las,
        sulfide=sulfide, coliform=coliform, temperature=temperature, do_saturation=do_saturation,
    )  # fmt: skip
    return evaluate(
        rows,
        water_body=water_body,
        reference_class=reference_class,
        rounding=rounding,
        missing_codes=missing_codes,
        limits=dated("surface_water.limits", on, edition),
        on=on,
    )


def item_measurements(items: Mapping[str, ArrayLike | None], also: Collection[str] = ()) -> Measurements:
    """Items given by keyword, brought to one shape; a name that is no item is refused."""
    unknown = [name for name in items if name not in ITEMS and name not in also]
    if unknown:
        raise MeasurementError(f"{', '.join(unknown)}: no such item. Items: {', '.join((*ITEMS, *also))}.")
    if not items:
        raise MeasurementError(f"Nothing was given; at least one of {', '.join(ITEMS)} is needed.")
    return measurements(**dict(items))


def evaluate(
    rows: Measurements,
    *,
    water_body: str,
    reference_class: int,
    rounding: str,
    missing_codes: Sequence[float] | None,
    limits: ParameterValue,
    on: date | None,
    only: Collection[str] | None = None,
) -> WaterClass:
    """Classify measurements that were brought to one shape; `only` names the items that may take part."""
    if water_body not in limits.table:
        raise MeasurementError(f"water_body is {water_body!r}; it is one of {', '.join(limits.table)}.")
    if reference_class not in range(1, 6):
        raise MeasurementError(f"reference_class is {reference_class}; classes with limits are 1 to 5.")
    ladders = _ladders(limits, water_body)
    given = rows.given()
    items = [item for item in ITEMS if item in given and item in ladders and (only is None or item in only)]
    if not items:
        raise MeasurementError(
            f"No item was given that has limits for a {water_body}; give at least one of {', '.join(ladders)}."
        )
    codes = missing_codes if missing_codes is not None else dated("surface_water.missing_codes").value
    columns: dict[str, Float64] = {item: given[item] for item in items}
    decimals = _decimals(rounding, on)
    if decimals is not None:
        columns = {
            item: round_statistic(column, decimals[item], codes) if item in decimals else column
            for item, column in columns.items()
        }
    work = Evaluation(
        ladders, columns, rows.size, tuple(float(code) for code in codes), _saturation(given, limits, on)
    )
    work.run()
    return WaterClass(
        value=rows.restore(work.worst),
        limiting=decode(int(work.limiting[0]))
        if rows.is_scalar
        else ItemSets(work.limiting.reshape(rows.shape)),
        edition=limits.edition,
        marks=marks_of(limits, dated("surface_water.tie", on)),
        not_evaluated=tuple(item for item in ITEMS if item in given and item not in items),
        water_body=water_body,
        reference_class=reference_class,
        measured=rows.restore(work.measured),
        limits=limits,
        ladders=ladders,
        rows=rows,
        columns=columns,
        decimals=decimals,
        saturation=work.saturation,
        codes=work.codes,
    )


@lru_cache(maxsize=16)
def _ladders(limits: ParameterValue, water_body: str) -> Mapping[str, Ladder]:
    return {item: ladder(item, bounds) for item, bounds in limits.table[water_body].items()}


def _decimals(rounding: str, on: date | None) -> Mapping[str, int] | None:
    if rounding == "none":
        return None
    if rounding != "statistics":
        raise MeasurementError(f"rounding is {rounding!r}; it is 'none' or 'statistics'.")
    table: Mapping[str, int] = dated("surface_water.decimals", on).table
    return table


def _saturation(given: Mapping[str, Float64], limits: ParameterValue, on: date | None) -> Saturation | None:
    if "do" not in given or not ({"temperature", "do_saturation"} & set(given)):
        return None
    saturated = dated("surface_water.saturated_oxygen").table
    return Saturation(
        measured=given.get("do_saturation"),
        temperature=given.get("temperature"),
        needed_percent=dated("surface_water.do_saturation", on, None if on else limits.edition).number,
        numerator=float(saturated["numerator"]),
        offset=float(saturated["offset"]),
    )


def saturated_oxygen(temperature: ArrayLike) -> float | Float64:
    """Saturated dissolved oxygen of fresh water at standard pressure, in mg/L.

    Parameters
    ----------
    temperature : array_like
        Water temperature in degrees Celsius; NaN stays NaN.

    Notes
    -----
    468 / (31.6 + T), HJ 2.3-2018.

    Examples
    --------
    >>> round(saturated_oxygen(25), 2), round(saturated_oxygen(20), 2)
    (8.27, 9.07)
    """
    rows = measurements(temperature=temperature)
    constants = dated("surface_water.saturated_oxygen").table
    found: float | Float64 = rows.restore(
        constants["numerator"] / (constants["offset"] + rows.given()["temperature"])
    )
    return found


def temperature_change_complies(
    change: ArrayLike, *, on: date | None = None
) -> bool | np.typing.NDArray[np.bool_]:
    """Whether a human-caused change of the weekly mean water temperature keeps within Table 1.

    Parameters
    ----------
    change : array_like
        Weekly mean minus the natural one, in kelvin; a rise is positive. NaN gives False.

    Notes
    -----
    GB 3838-2002, Table 1, item 1: at most 1 up and 2 down, in every class.

    Examples
    --------
    >>> temperature_change_complies([1.0, 1.1, -2.0, -2.1]).tolist()
    [True, False, True, False]
    """
    rows = measurements(change=change)
    column = rows.given()["change"]
    bounds = dated("surface_water.temperature_change", on).table
    with np.errstate(invalid="ignore"):
        met = (column <= bounds["rise"]) & (column >= -bounds["fall"])
    found: bool | np.typing.NDArray[np.bool_] = rows.restore(met)
    return found

"""Environmental capacity of rivers (GB/T 25173-2010) in zero, one and two dimensions."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ecociv.core.text import Text
from ecociv.core.trace import Trace, TraceInput
from ecociv.standards.arrays import (
    Float64,
    MeasurementError,
    Measurements,
    element,
    measurements,
    refuse_impossible,
)
from ecociv.standards.parameters import ParameterValue
from ecociv.standards.results import DataValidity, Result, marks_of, number_or_none
from ecociv.standards.surface_water.editions import dated

Source = Literal["end", "middle", "distributed"]

SECONDS_PER_DAY = 86_400.0

_NAMES = {
    "cs": (Text(zh="水质目标浓度", en="Target concentration"), "mg/L"),
    "c0": (Text(zh="上游来水浓度", en="Concentration upstream"), "mg/L"),
    "cp": (Text(zh="排污浓度", en="Concentration of the effluent"), "mg/L"),
    "q": (Text(zh="设计流量", en="Design flow"), "m3/second"),
    "qp": (Text(zh="排污流量", en="Flow of the effluent"), "m3/second"),
    "k_per_day": (Text(zh="综合衰减系数", en="Decay coefficient"), "1/day"),
    "length_km": (Text(zh="河段长", en="Length of the reach"), "km"),
    "u": (Text(zh="设计流速", en="Velocity"), "metre/second"),
    "unevenness": (Text(zh="不均匀系数", en="Coefficient of unevenness"), "1"),
    "x_km": (Text(zh="控制点至排污口的纵向距离", en="Distance downstream"), "km"),
    "y": (Text(zh="控制点至岸边的横向距离", en="Distance from the bank"), "metre"),
    "depth": (Text(zh="平均水深", en="Mean depth"), "metre"),
    "e_y": (Text(zh="横向扩散系数", en="Transverse diffusion"), "m2/second"),
    "width": (Text(zh="河宽", en="Width"), "metre"),
}


@dataclass(frozen=True, eq=False)
class Capacity(Result):
    """The load that a reach can take.

    Attributes
    ----------
    value : float or array
        Capacity in t/a. Negative where the water that arrives already exceeds the target: so much too much.
    grams_per_second : float or array
        The same in g/s.
    concentration : float or array
        What arrives at the control section without a further load, in mg/L.
    decay : float or array
        exp(-K L / u) of the reach; 1 in zero dimensions.
    """

    value: float | Float64 | Any
    grams_per_second: float | Float64 | Any
    concentration: float | Float64 | Any
    decay: float | Float64 | Any
    edition: str
    marks: tuple[Text, ...]
    validity: DataValidity
    formula: str
    arriving_formula: str
    rows: Measurements = field(repr=False)
    rule: ParameterValue = field(repr=False)

    def trace(self, at: int | None = None) -> Trace:
        """The figures of the reach, the concentration that arrives, the capacity."""
        place = self._element(at)
        arriving = Trace(
            Text(zh="控制断面浓度", en="Concentration at the control section"),
            number_or_none(element(self.concentration, place)),
            "mg/L",
            self.arriving_formula,
        )
        inputs = tuple(
            TraceInput(_NAMES[name][0], number_or_none(column[place or 0]), _NAMES[name][1])
            for name, column in self.rows.given().items()
        )
        factor = self.rule.table["tonnes_per_year"]
        return Trace(
            Text(zh="纳污能力", en="Environmental capacity"),
            number_or_none(element(self.value, place)),
            "tonne/year",
            f"{self.formula} * {factor:g}",
            (*inputs, arriving),
            self.rule.citation,
            notes=self.marks,
        )


def mixed_concentration(concentrations: ArrayLike, flows: ArrayLike, *, axis: int = -1) -> float | Float64:
    """The concentration after several waters have mixed, weighted by their flows.

    Parameters
    ----------
    concentrations : array_like
        mg/L, one element a water along `axis`.
    flows : array_like
        m3/s in the same order.

    Examples
    --------
    >>> mixed_concentration([12.0, 40.0], [15.0, 5.0])
    19.0
    """
    rows = measurements(concentrations=concentrations, flows=flows)
    given = {name: np.atleast_1d(column.reshape(rows.shape)) for name, column in rows.given().items()}
    for name, column in rows.given().items():
        refuse_impossible(name, column, unit="mg/L" if name == "concentrations" else "m3/s")
    total = given["flows"].sum(axis=axis)
    with np.errstate(invalid="ignore", divide="ignore"):
        mixed = (given["concentrations"] * given["flows"]).sum(axis=axis) / np.where(total > 0, total, np.nan)
    return float(mixed) if np.ndim(mixed) == 0 else mixed


def capacity_zero_dimension(
    *,
    cs: ArrayLike,
    c0: ArrayLike,
    q: ArrayLike,
    cp: ArrayLike = 0.0,
    qp: ArrayLike = 0.0,
    edition: str | None = None,
    on: date | None = None,
) -> Capacity:
    """Capacity of a well-mixed reach in which decay is neglected.

    Parameters
    ----------
    cs, c0, cp : array_like
        Target concentration, concentration upstream and of the effluent that enters, in mg/L.
    q, qp : array_like
        Design flow and flow of the effluent in m3/s.

    Notes
    -----
    GB/T 25173-2010: C = (Cp Qp + C0 Q) / (Qp + Q), M = (Cs - C)(Q + Qp).

    Examples
    --------
    >>> found = capacity_zero_dimension(cs=20, c0=12, q=15)
    >>> found.grams_per_second, round(found.value, 1)
    (120.0, 3784.3)
    """
    rule = dated("surface_water.capacity", on, edition)
    rows = measurements(cs=cs, c0=c0, q=q, cp=cp, qp=qp)
    given = _checked(rows, positive=("q",))
    flow = given["q"] + given["qp"]
    arriving = (given["cp"] * given["qp"] + given["c0"] * given["q"]) / flow
    load = (given["cs"] - arriving) * flow
    return _capacity(
        load, arriving, np.ones(rows.size), rows, rule, "(Cs - (Cp Qp + C0 Q) / (Q + Qp)) * (Q + Qp)"
    )


def capacity_river(
    *,
    cs: ArrayLike,
    c0: ArrayLike,
    k_per_day: ArrayLike,
    length_km: ArrayLike,
    u: ArrayLike,
    q: ArrayLike,
    qp: ArrayLike = 0.0,
    source: Source = "middle",
    unevenness: ArrayLike = 1.0,
    edition: str | None = None,
    on: date | None = None,
) -> Capacity:
    """Capacity of a reach in one dimension, with decay on the way.

    Parameters
    ----------
    cs, c0 : array_like
        Target concentration and concentration upstream in mg/L.
    k_per_day : array_like
        Decay coefficient in 1/d.
    length_km : array_like
        Length of the reach in km.
    u : array_like
        Velocity in m/s.
    q, qp : array_like
        Design flow and flow of the effluents in m3/s. The model is meant for flows below 150 m3/s.
    source : {"end", "middle", "distributed"}
        Where the load enters: at the control section, in the middle of the reach, or evenly along it.
    unevenness : array_like
        Coefficient of 0.1 to 1 that the distributed form is multiplied with.

    Notes
    -----
    GB/T 25173-2010, with D = exp(-K L / u): end (Cs - C0 D)(Q + Qp); middle the same times exp(K L / 2u);
    distributed b (Cs - C0 D)(Q K L / u) / (1 - D). Entered from memory and from public code (see ``marks``).

    Examples
    --------
    >>> reach = dict(cs=20, c0=12, k_per_day=0.2, length_km=10, u=0.3, q=15)
    >>> [round(capacity_river(**reach, source=source).value, 1) for source in ("end", "middle", "distributed")]
    [4205.8, 4371.3, 4370.2]
    """
    rule = dated("surface_water.capacity", on, edition)
    if source not in ("end", "middle", "distributed"):
        raise MeasurementError(f"source is {source!r}; it is 'end', 'middle' or 'distributed'.")
    rows = measurements(
        cs=cs, c0=c0, k_per_day=k_per_day, length_km=length_km, u=u, q=q, qp=qp, unevenness=unevenness
    )
    given = _checked(rows, positive=("u", "q"))
    exponent = given["k_per_day"] / SECONDS_PER_DAY * given["length_km"] * 1000 / given["u"]
    decay = np.exp(-exponent)
    arriving = given["c0"] * decay
    flow = given["q"] + given["qp"]
    load = (given["cs"] - arriving) * flow
    formula = "(Cs - C0 exp(-KL/u)) * (Q + Qp)"
    if source == "middle":
        load, formula = load * np.exp(exponent / 2), f"{formula} * exp(KL/2u)"
    elif source == "distributed":
        # (KL/u) / (1 - exp(-KL/u)) goes to 1 as decay goes to 0; expm1 keeps it accurate there.
        with np.errstate(invalid="ignore", divide="ignore"):
            spread = np.where(exponent > 0, exponent / -np.expm1(-exponent), 1.0)
        load = load * spread * given["unevenness"]
        formula = "b * (Cs - C0 exp(-KL/u)) * (Q + Qp) * (KL/u) / (1 - exp(-KL/u))"
    too_large = given["q"] >= rule.table["one_dimension_below"]
    notes: tuple[Text, ...] = ()
    if too_large.any():
        notes = (
            Text(
                zh=f"流量达到{rule.table['one_dimension_below']}m³/s的河段宜用二维模型",
                en=f"reaches with {rule.table['one_dimension_below']} m3/s and more call for the two-dimensional model",
            ),
        )
    return _capacity(load, arriving, decay, rows, rule, formula, notes)


def capacity_wide_river(
    *,
    cs: ArrayLike,
    c0: ArrayLike,
    k_per_day: ArrayLike,
    x_km: ArrayLike,
    u: ArrayLike,
    depth: ArrayLike,
    e_y: ArrayLike,
    y: ArrayLike = 0.0,
    width: ArrayLike | None = None,
    edition: str | None = None,
    on: date | None = None,
) -> Capacity:
    """Largest load from one outfall on the bank of a wide river that keeps the target at a control point.

    Parameters
    ----------
    cs, c0 : array_like
        Target concentration and concentration upstream in mg/L.
    k_per_day : array_like
        Decay coefficient in 1/d.
    x_km, y : array_like
        Where the control point lies: downstream of the outfall in km, from the bank in m.
    u, depth, e_y : array_like
        Velocity in m/s, mean depth in m, transverse diffusion in m2/s.
    width : array_like, optional
        Width in m; with it the far bank reflects.

    Notes
    -----
    Steady two-dimensional diffusion: C = (C0 + m / (h sqrt(pi E x u)) (exp(-u y^2 / 4 E x) + exp(-u (2B - y)^2 / 4 E x)))
    exp(-K x / u), solved for m. Found in a paper, not checked against GB/T 25173-2010 (see ``marks``).

    Examples
    --------
    >>> big = capacity_wide_river(cs=20, c0=12, k_per_day=0.2, x_km=2, u=0.5, depth=5, e_y=0.4)
    >>> round(big.grams_per_second, 1)
    1450.9
    """
    rule = dated("surface_water.capacity", on, edition)
    rows = measurements(
        cs=cs, c0=c0, k_per_day=k_per_day, x_km=x_km, y=y, u=u, depth=depth, e_y=e_y, width=width
    )
    given = _checked(rows, positive=("x_km", "u", "depth", "e_y"))
    x = given["x_km"] * 1000
    decay = np.exp(-given["k_per_day"] / SECONDS_PER_DAY * x / given["u"])
    spread = given["u"] / (4 * given["e_y"] * x)
    plume = np.exp(-spread * given["y"] ** 2)
    formula = "(Cs exp(Kx/u) - C0) * h sqrt(pi Ey x u) / exp(-u y^2 / 4 Ey x)"
    if "width" in given:
        plume = plume + np.exp(-spread * (2 * given["width"] - given["y"]) ** 2)
        formula = (
            "(Cs exp(Kx/u) - C0) * h sqrt(pi Ey x u) / (exp(-u y^2 / 4 Ey x) + exp(-u (2B - y)^2 / 4 Ey x))"
        )
    dilution = given["depth"] * np.sqrt(np.pi * given["e_y"] * x * given["u"])
    load = (given["cs"] / decay - given["c0"]) * dilution / plume
    return _capacity(load, given["c0"] * decay, decay, rows, rule, formula)


def design_flow(
    monthly_means: ArrayLike,
    *,
    method: Literal["guarantee", "lowest"] = "guarantee",
    edition: str | None = None,
    on: date | None = None,
) -> float:
    """The design flow from monthly mean flows.

    Parameters
    ----------
    monthly_means : array_like
        m3/s, shape (years, 12), oldest year first; NaN is a month without data.
    method : {"guarantee", "lowest"}
        The driest-month mean that 90 % of the years reach (Weibull frequency m / (n + 1), interpolated), or the
        lowest monthly mean of the last ten years.

    Notes
    -----
    GB/T 25173-2010, entered from memory (not verified).

    Examples
    --------
    >>> dry = [[flow] * 12 for flow in (30, 28, 26, 24, 22, 20, 18, 16, 14)]
    >>> design_flow(dry), design_flow(dry, method="lowest")
    (14.0, 14.0)
    """
    rule = dated("surface_water.capacity", on, edition)
    rows = measurements(flow=monthly_means)
    if len(rows.shape) != 2 or rows.shape[1] != 12:
        raise MeasurementError(f"The flows have the shape {rows.shape}; give (years, 12).")
    refuse_impossible("flow", rows.given()["flow"], unit="m3/s")
    flows = rows.given()["flow"].reshape(rows.shape)
    if method == "lowest":
        recent = flows[-int(rule.table["lowest_of_years"]) :]
        return float(np.nanmin(recent)) if not np.isnan(recent).all() else float("nan")
    if method != "guarantee":
        raise MeasurementError(f"method is {method!r}; it is 'guarantee' or 'lowest'.")
    driest = np.where(np.isnan(flows).any(axis=1), np.nan, np.min(flows, axis=1))
    ordered = np.sort(driest[~np.isnan(driest)])[::-1]
    n = ordered.size
    if n == 0:
        return float("nan")
    place = (
        rule.table["guarantee"] / 100 * (n + 1) - 1
    )  # Weibull: the m-th largest is reached in m / (n + 1) years
    return float(np.interp(place, np.arange(n), ordered))


def _checked(rows: Measurements, positive: tuple[str, ...]) -> dict[str, Float64]:
    given = rows.given()
    for name, column in given.items():
        least = float(np.nextafter(0, 1)) if name in positive else 0.0
        refuse_impossible(name, column, unit=_NAMES[name][1], at_least=least)
    return given


def _capacity(
    load: NDArray[np.float64],
    arriving: NDArray[np.float64],
    decay: NDArray[np.float64],
    rows: Measurements,
    rule: ParameterValue,
    formula: str,
    notes: tuple[Text, ...] = (),
    *,
    arriving_formula: str = "C0 * exp(-K L / u)",
) -> Capacity:
    known = ~np.isnan(load)
    return Capacity(
        value=rows.restore(load * rule.table["tonnes_per_year"]),
        grams_per_second=rows.restore(load),
        concentration=rows.restore(arriving),
        decay=rows.restore(decay),
        edition=rule.edition,
        marks=(*marks_of(rule), *notes),
        validity=DataValidity(
            rows.restore(known.astype(np.int64)),
            1,
            rows.restore(known),
            Text(zh="各参数齐全", en="all figures given"),
        ),
        formula=formula,
        arriving_formula=arriving_formula,
        rows=rows,
        rule=rule,
    )

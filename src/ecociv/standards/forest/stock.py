"""Carbon stock of forests by type and layer, and its change by the two forms of the IPCC."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ecociv.core.text import Text
from ecociv.core.trace import Citation, Trace, TraceInput
from ecociv.standards.arrays import Float64, MeasurementError, measurements, refuse_impossible
from ecociv.standards.computed import Computed, Term, all_needed, pick
from ecociv.standards.forest.biomass import CARBON_TO_CO2
from ecociv.standards.results import DataValidity, number_or_none

_IPCC = Citation(
    "2006 IPCC Guidelines", "Volume 4, Chapter 2, stock-difference and gain-loss method", 2006, verified=False
)
_GUIDE = Citation("省级温室气体清单编制指南（试行）", "土地利用变化和林业", 2011, verified=False)
_PRACTICE = "area times carbon density"


@dataclass(frozen=True, eq=False, kw_only=True)
class CarbonStock(Computed):
    """Carbon stock of forests.

    Attributes
    ----------
    value : float or array
        tC over all types; NaN where a figure is missing.
    by_layer : dict
        tC of each layer over all types.
    by_type : array
        tC of each type over all layers, in the order given.
    density : float or array
        tC/hm2 over all types.
    """

    by_layer: Mapping[str, Any]
    by_type: Any
    density: Any
    figures: Mapping[str, Float64] = field(repr=False)

    def _tree(self, place: int | None, told: tuple[Text, ...]) -> Trace:
        """Each layer with the area and density of every type, so that the sum can be followed."""
        whole = super()._tree(place, told)
        row = {
            name: column.reshape(-1, column.shape[-1])[place or 0] for name, column in self.figures.items()
        }
        layers = []
        for name, total in self.by_layer.items():
            inputs = []
            for number in range(row["area"].size):
                zh, en = f"第{number + 1}类", f"type {number + 1}"
                area, density = number_or_none(row["area"][number]), number_or_none(row[name][number])
                inputs.append(TraceInput(Text(zh=f"{zh}面积", en=f"area of {en}"), area, "hectare"))
                inputs.append(
                    TraceInput(Text(zh=f"{zh}碳密度", en=f"density of {en}"), density, "tonne/hectare")
                )
            label = Text(zh=f"{name}碳储量", en=f"carbon of {name}")
            value = number_or_none(pick(total, place))
            layers.append(
                Trace(label, value, "tonne", "sum(area * carbon density)", tuple(inputs), self.standard)
            )
        return replace(whole, formula="sum of the layers", inputs=tuple(layers))


@dataclass(frozen=True, eq=False, kw_only=True)
class StockChange(Computed):
    """Yearly change of the carbon stock.

    Attributes
    ----------
    value : float or array
        tC a year, positive where the forest gains carbon.
    gains, losses : float or array or None
        tC a year, where the form knows them.
    """

    gains: Any
    losses: Any

    @property
    def co2(self) -> Any:
        """tCO2 a year taken from the air; negative where the forest is a source."""
        return self.value * CARBON_TO_CO2


def carbon_stock(area: ArrayLike, layers: Mapping[str, ArrayLike]) -> CarbonStock:
    """Carbon stock from areas and carbon densities.

    Parameters
    ----------
    area : array_like
        hm2 of each forest type along the last axis.
    layers : mapping
        Carbon density of each layer (trees, shrubs, litter, soil), tC/hm2, one figure for each type.

    Raises
    ------
    MeasurementError
        No layer, negative figures.

    Examples
    --------
    >>> stock = carbon_stock([100, 50], {"trees": [20, 30], "soil": [80, 90]})
    >>> stock.value, stock.by_layer["soil"], stock.by_type.tolist()  # 100 * 100 + 50 * 120
    (16000.0, 12500.0, [10000.0, 6000.0])
    """
    if not layers:
        raise MeasurementError("No layer was given; give at least one carbon density.")
    if "area" in layers:
        raise MeasurementError("A layer cannot be called 'area'.")
    rows = measurements(area=area, **layers)
    for name, column in rows.given().items():
        refuse_impossible(name, column, unit="hm2" if name == "area" else "tC/hm2")
    shape = rows.shape or (1,)
    given = {name: column.reshape(shape) for name, column in rows.given().items()}
    parts = {name: given["area"] * given[name] for name in layers}
    by_type: Float64 = np.sum(list(parts.values()), axis=0)
    total = measurements(total=by_type.sum(axis=-1), size=given["area"].sum(axis=-1))
    sums = total.given()
    known = np.all([~np.isnan(column) for column in given.values()], axis=0)
    count = measurements(n=known.sum(axis=-1))
    number = count.given()["n"].astype(np.int64)
    with np.errstate(divide="ignore", invalid="ignore"):
        density = np.where(sums["size"] > 0, sums["total"] / sums["size"], np.nan)
    return CarbonStock(
        value=total.restore(sums["total"]),
        unit="tonne",
        edition=_PRACTICE,
        marks=(),
        validity=DataValidity(
            total.restore(number),
            shape[-1],
            total.restore(number == shape[-1]),
            Text(zh="各林型的面积与碳密度均须有值", en="area and carbon density of every type are needed"),
        ),
        label=Text(zh="森林碳储量", en="Carbon stock of forests"),
        formula="sum(area * carbon density)",
        terms=(),
        standard=_IPCC,
        by_layer={
            name: total.restore(np.atleast_1d(part.sum(axis=-1)).reshape(-1)) for name, part in parts.items()
        },
        by_type=by_type,
        density=total.restore(density),
        figures=given,
    )


def stock_difference(
    before: ArrayLike | CarbonStock, after: ArrayLike | CarbonStock, *, years: float
) -> StockChange:
    """Yearly change from two stocks: (C2 - C1) / (t2 - t1).

    Parameters
    ----------
    before, after : array_like or CarbonStock
        tC at the earlier and the later inventory, for the same land.
    years : float
        Years between them.

    Examples
    --------
    >>> change = stock_difference(1000, 1250, years=5)
    >>> change.value, round(change.co2, 2)
    (50.0, 183.33)
    """
    if not years > 0:
        raise MeasurementError(f"{years:g} years lie between the inventories; it must be more than 0.")
    stocks = {
        name: stock.value if isinstance(stock, CarbonStock) else stock
        for name, stock in (("before", before), ("after", after))
    }
    rows = measurements(**stocks)
    given = rows.given()
    for name, column in given.items():
        refuse_impossible(name, column, unit="tC")
    return StockChange(
        value=rows.restore((given["after"] - given["before"]) / years),
        unit="tonne/year",
        edition="stock-difference method",
        marks=(),
        validity=all_needed(rows),
        label=Text(zh="碳储量年变化（库差别法）", en="Yearly change of the carbon stock (stock difference)"),
        formula="(C2 - C1) / (t2 - t1)",
        terms=(
            Term(Text(zh="期初碳储量", en="earlier stock"), given["before"], "tonne"),
            Term(Text(zh="期末碳储量", en="later stock"), given["after"], "tonne"),
            Term(Text(zh="间隔年数", en="years between"), years, "year"),
        ),
        standard=_IPCC,
        gains=None,
        losses=None,
    )


def gain_loss(
    *,
    area: ArrayLike,
    increment: ArrayLike,
    density: ArrayLike,
    bef: ArrayLike,
    root: ArrayLike,
    carbon: ArrayLike,
    removals: ArrayLike = 0.0,
    disturbed: ArrayLike = 0.0,
) -> StockChange:
    """Yearly change as gains less losses.

    Parameters
    ----------
    area : array_like
        hm2.
    increment : array_like
        Mean yearly increment, m3/hm2.
    density, bef, root, carbon : array_like
        Wood density t/m3, expansion factor, root ratio and carbon fraction of the species.
    removals : array_like
        Wood felled or gathered as fuel, m3 a year.
    disturbed : array_like
        Biomass lost to fire, pests and storms, above and below ground, t dry matter a year.

    Notes
    -----
    Gains A I D BEF (1 + R) CF; losses removals D BEF (1 + R) CF + disturbed CF. Where the expansion factor of the
    increment differs from that of the stock, call twice with ``removals`` apart.

    Examples
    --------
    >>> change = gain_loss(area=100, increment=5, density=0.4, bef=1.5, root=0.25, carbon=0.5, removals=200)
    >>> [round(figure, 6) for figure in (change.gains, change.losses, change.value)]
    [187.5, 75.0, 112.5]
    """
    rows = measurements(
        area=area,
        increment=increment,
        density=density,
        bef=bef,
        root=root,
        carbon=carbon,
        removals=removals,
        disturbed=disturbed,
    )
    given = rows.given()
    for name, column in given.items():
        refuse_impossible(name, column, unit="")
    if (given["carbon"] > 1).any():
        raise MeasurementError(f"carbon is {np.nanmax(given['carbon']):g}; it is a share from 0 to 1.")
    per_volume = given["density"] * given["bef"] * (1 + given["root"]) * given["carbon"]
    gains = given["area"] * given["increment"] * per_volume
    losses = given["removals"] * per_volume + given["disturbed"] * given["carbon"]
    names = {
        "area": ("面积", "area", "hectare"),
        "increment": ("年生长量", "yearly increment", "m3/hectare"),
        "removals": ("年采伐与薪材", "wood removed in a year", "m3"),
        "disturbed": ("灾害损失生物量", "biomass lost to disturbance", "tonne"),
        "density": ("基本木材密度", "wood density", "tonne/m3"),
        "bef": ("生物量扩展因子", "biomass expansion factor", "1"),
        "root": ("根茎比", "ratio of roots to shoots", "1"),
        "carbon": ("含碳率", "carbon fraction", "1"),
    }
    return StockChange(
        value=rows.restore(gains - losses),
        unit="tonne/year",
        edition="gain-loss method",
        marks=(),
        validity=all_needed(rows),
        label=Text(zh="碳储量年变化（增减法）", en="Yearly change of the carbon stock (gain-loss)"),
        formula="A * I * D * BEF * (1 + R) * CF - (removals * D * BEF * (1 + R) + disturbed) * CF",
        terms=tuple(
            Term(
                Text(zh=zh, en=en),
                given[name],
                unit,
                coefficient=name in ("density", "bef", "root", "carbon"),
            )
            for name, (zh, en, unit) in names.items()
        ),
        standard=_IPCC,
        gains=rows.restore(gains),
        losses=rows.restore(losses),
    )


def growth_and_consumption(
    volume: ArrayLike,
    *,
    growth_rate: ArrayLike,
    consumption_rate: ArrayLike,
    density: ArrayLike,
    bef: ArrayLike,
    carbon: ArrayLike,
) -> StockChange:
    """Yearly change in the form of the provincial inventory guideline, from rates of growth and consumption.

    Parameters
    ----------
    volume : array_like
        Total growing stock of living trees, m3.
    growth_rate, consumption_rate : array_like
        Shares of the stock a year, 0..1 (活立木年均总生长率, 净消耗率).
    density : array_like
        Wood density, t/m3 (SVD).
    bef : array_like
        Expansion to the whole tree, roots included.
    carbon : array_like
        Carbon fraction.

    Examples
    --------
    >>> change = growth_and_consumption(
    ...     1_000_000, growth_rate=0.06, consumption_rate=0.04, density=0.45, bef=1.8, carbon=0.5)
    >>> round(change.gains), round(change.losses), round(change.value)
    (24300, 16200, 8100)
    """
    rows = measurements(
        volume=volume,
        growth_rate=growth_rate,
        consumption_rate=consumption_rate,
        density=density,
        bef=bef,
        carbon=carbon,
    )
    given = rows.given()
    for name, column in given.items():
        refuse_impossible(name, column, unit="")
        if name in ("growth_rate", "consumption_rate", "carbon") and (column > 1).any():
            raise MeasurementError(
                f"{name} is {np.nanmax(column):g}; it is a share from 0 to 1 (6 % is 0.06)."
            )
    per_rate = given["volume"] * given["density"] * given["bef"] * given["carbon"]
    gains, losses = per_rate * given["growth_rate"], per_rate * given["consumption_rate"]
    return StockChange(
        value=rows.restore(gains - losses),
        unit="tonne/year",
        edition="provincial guideline form",
        marks=(
            Text(
                zh="省级清单指南公式凭记忆录入",
                en="the form of the provincial guideline is entered from memory",
            ),
        ),
        validity=all_needed(rows),
        label=Text(zh="活立木碳储量年变化", en="Yearly change of the carbon of living trees"),
        formula="V * (GR - CR) * SVD * BEF * CF",
        terms=(
            Term(Text(zh="活立木蓄积", en="growing stock of living trees"), given["volume"], "m3"),
            Term(Text(zh="总生长率", en="rate of growth"), given["growth_rate"]),
            Term(Text(zh="净消耗率", en="rate of consumption"), given["consumption_rate"]),
            Term(Text(zh="基本木材密度", en="wood density"), given["density"], "tonne/m3", coefficient=True),
            Term(Text(zh="全林扩展因子", en="expansion to the whole tree"), given["bef"], coefficient=True),
            Term(Text(zh="含碳率", en="carbon fraction"), given["carbon"], coefficient=True),
        ),
        standard=_GUIDE,
        gains=rows.restore(gains),
        losses=rows.restore(losses),
    )

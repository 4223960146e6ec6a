"""Productivity of resources; use of solid waste, straw and household waste; green buildings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ecociv.core.text import Text
from ecociv.core.trace import Trace, TraceInput
from ecociv.standards.arrays import MeasurementError, element
from ecociv.standards.parameters import parameter
from ecociv.standards.resources.shares import Labels, Share, checked, share
from ecociv.standards.results import DataValidity, Result, marks_of, number_or_none

RESOURCES = {
    "fossil": Text(zh="化石能源", en="fossil fuels"),
    "ferrous": Text(zh="黑色金属", en="ferrous metals"),
    "nonferrous": Text(zh="有色金属", en="non-ferrous metals"),
    "nonmetal": Text(zh="非金属矿", en="non-metallic minerals"),
    "biomass": Text(zh="生物质", en="biomass"),
}
STRAW_USES = ("fertiliser", "fodder", "substrate", "fuel", "raw_material")
"""The five ways of using straw (肥料、饲料、基料、燃料、原料)."""


def resource_productivity(*, gdp: ArrayLike, consumption: Mapping[str, ArrayLike], prices_of: int) -> Share:
    """Resource productivity (资源产出率) in yuan a tonne: GDP at constant prices over consumption of main resources.

    Parameters
    ----------
    gdp : array_like
        Yuan at the prices of the year `prices_of`.
    consumption : mapping
        Tonnes of ``fossil``, ``ferrous``, ``nonferrous``, ``nonmetal`` and ``biomass``; all five, NaN where missing.
    prices_of : int
        The year whose prices are used; years are compared at one price base only.

    Examples
    --------
    >>> tonnes = {"fossil": 6e6, "ferrous": 1e6, "nonferrous": 0.5e6, "nonmetal": 2e6, "biomass": 0.5e6}
    >>> resource_productivity(gdp=5e10, consumption=tonnes, prices_of=2010).value
    5000.0
    """
    if set(consumption) != set(RESOURCES):
        raise MeasurementError(
            f"Consumption names {', '.join(consumption)}; it needs {', '.join(RESOURCES)}."
        )
    labels: Labels = {
        "gdp": (Text(zh=f"{prices_of}年价GDP", en=f"GDP at prices of {prices_of}"), "yuan"),
        **{name: (text, "tonne") for name, text in RESOURCES.items()},
    }
    rows = checked(labels, {"gdp": gdp, **{name: consumption[name] for name in RESOURCES}})
    given = rows.given()
    tonnes = sum((given[name] for name in RESOURCES), np.zeros(rows.size))
    label = Text(zh=f"资源产出率（{prices_of}年价）", en=f"Resource productivity (prices of {prices_of})")
    return share(
        "resources.productivity",
        label,
        rows,
        labels,
        given["gdp"],
        tonnes,
        unit="yuan/tonne",
        factor=1.0,
        at_most_one=False,
    )


_WASTE: Labels = {
    "used": (Text(zh="综合利用量", en="used"), "tonne"),
    "generated": (Text(zh="产生量", en="generated"), "tonne"),
    "used_earlier": (Text(zh="综合利用往年贮存量", en="used from storage of earlier years"), "tonne"),
}


def solid_waste_utilisation(*, used: ArrayLike, generated: ArrayLike, used_earlier: ArrayLike = 0.0) -> Share:
    """Comprehensive utilisation of general industrial solid waste in percent; tonnes in one unit.

    Examples
    --------
    >>> round(solid_waste_utilisation(used=86, generated=95, used_earlier=4).value, 1)  # 86 / (95 + 4)
    86.9
    """
    rows = checked(_WASTE, {"used": used, "generated": generated, "used_earlier": used_earlier})
    given = rows.given()
    if (given["used_earlier"] > given["used"]).any():
        raise MeasurementError(
            "used_earlier exceeds used; what comes from storage is a part of what was used."
        )
    label = Text(zh="一般工业固体废物综合利用率", en="Comprehensive utilisation of industrial solid waste")
    bottom = given["generated"] + given["used_earlier"]
    return share("resources.solid_waste", label, rows, _WASTE, given["used"], bottom)


@dataclass(frozen=True, eq=False)
class WasteGenerated(Result):
    """General industrial solid waste generated, from what became of it.

    Attributes
    ----------
    value : float or array
        Tonnes; NaN where a figure is missing.
    """

    value: Any
    edition: str
    marks: tuple[Text, ...]
    validity: DataValidity
    parts: Mapping[str, object]

    def trace(self, at: int | None = None) -> Trace:
        """What became of the waste."""
        place = self._element(at)
        used = parameter("resources.solid_waste_generated")
        return Trace(
            used.description,
            number_or_none(element(self.value, place)),
            "tonne",
            str(used.value),
            tuple(
                TraceInput(_FATES[name], number_or_none(element(column, place)), "tonne")
                for name, column in self.parts.items()
            ),
            used.citation,
        )


_FATES = {
    "used": Text(zh="综合利用量", en="used"),
    "used_earlier": Text(zh="综合利用往年贮存量", en="used from storage of earlier years"),
    "stored": Text(zh="贮存量", en="stored"),
    "disposed": Text(zh="处置量", en="disposed"),
    "disposed_earlier": Text(zh="处置往年贮存量", en="disposed from storage of earlier years"),
    "discarded": Text(zh="倾倒丢弃量", en="discarded"),
}


def solid_waste_generated(
    *,
    used: ArrayLike,
    stored: ArrayLike,
    disposed: ArrayLike,
    discarded: ArrayLike = 0.0,
    used_earlier: ArrayLike = 0.0,
    disposed_earlier: ArrayLike = 0.0,
) -> WasteGenerated:
    """Solid waste generated in the year, by the identity of the statistics; tonnes.

    Examples
    --------
    >>> solid_waste_generated(used=86, used_earlier=4, stored=8, disposed=6, disposed_earlier=1).value  # 82 + 8 + 5
    95.0
    """
    labels = {name: (text, "tonne") for name, text in _FATES.items()}
    given_by_name = {
        "used": used,
        "used_earlier": used_earlier,
        "stored": stored,
        "disposed": disposed,
        "disposed_earlier": disposed_earlier,
        "discarded": discarded,
    }
    rows = checked(labels, given_by_name)
    given = rows.given()
    for whole, part in (("used", "used_earlier"), ("disposed", "disposed_earlier")):
        if (given[part] > given[whole]).any():
            raise MeasurementError(f"{part} exceeds {whole}; what comes from storage is a part of it.")
    value = (
        given["used"]
        - given["used_earlier"]
        + given["stored"]
        + given["disposed"]
        - given["disposed_earlier"]
        + given["discarded"]
    )
    definition = parameter("resources.solid_waste_generated")
    known = ~np.isnan(value)
    return WasteGenerated(
        value=rows.restore(value),
        edition=definition.edition,
        marks=marks_of(definition),
        validity=DataValidity(
            rows.restore(known.astype(np.int64)),
            1,
            rows.restore(known),
            Text(zh="各项齐全", en="every figure"),
        ),
        parts={name: rows.restore(column) for name, column in given.items()},
    )


def straw_utilisation(
    *,
    uses: Mapping[str, ArrayLike],
    crop_yield: ArrayLike,
    straw_ratio: ArrayLike,
    collection: ArrayLike,
) -> Share:
    """Comprehensive utilisation of straw in percent: used in the five ways over collectable.

    Parameters
    ----------
    uses : mapping
        Tonnes used as ``fertiliser``, ``fodder``, ``substrate``, ``fuel`` and ``raw_material``; all five.
    crop_yield : array_like
        Tonnes of the crop; several crops are elements, added up by ``.total()``.
    straw_ratio, collection : array_like
        Straw-grain ratio (above 0) and collection coefficient (0 to 1) of the crop, from the caller's own survey.

    Examples
    --------
    >>> uses = {"fertiliser": 400, "fodder": 100, "substrate": 20, "fuel": 150, "raw_material": 50}
    >>> round(straw_utilisation(uses=uses, crop_yield=1000, straw_ratio=1.0, collection=0.8).value, 9)  # 720 / 800
    90.0
    """
    if set(uses) != set(STRAW_USES):
        raise MeasurementError(f"Uses are named {', '.join(uses)}; they must be {', '.join(STRAW_USES)}.")
    labels: Labels = {
        **{name: (Text(zh=_STRAW[name], en=name.replace("_", " ")), "tonne") for name in STRAW_USES},
        "crop_yield": (Text(zh="产量", en="yield"), "tonne"),
        "straw_ratio": (Text(zh="草谷比", en="straw-grain ratio"), "1"),
        "collection": (Text(zh="可收集系数", en="collection coefficient"), "1"),
    }
    figures = {"crop_yield": crop_yield, "straw_ratio": straw_ratio, "collection": collection}
    rows = checked(labels, {**{name: uses[name] for name in STRAW_USES}, **figures})
    given = rows.given()
    if (given["collection"] > 1).any():
        raise MeasurementError("The collection coefficient lies from 0 to 1.")
    collectable = given["crop_yield"] * given["straw_ratio"] * given["collection"]
    used = sum((given[name] for name in STRAW_USES), np.zeros(rows.size))
    label = Text(zh="农作物秸秆综合利用率", en="Comprehensive utilisation of straw")
    return share("resources.straw", label, rows, labels, used, collectable)


_STRAW = dict(zip(STRAW_USES, ("肥料化", "饲料化", "基料化", "燃料化", "原料化"), strict=True))
_WASTE_OF_HOUSEHOLDS: Labels = {
    "recovered": (Text(zh="可回收物回收量", en="recyclables recovered"), "tonne"),
    "kitchen_used": (Text(zh="厨余垃圾资源化利用量", en="kitchen waste used"), "tonne"),
    "cleared": (Text(zh="生活垃圾清运量", en="household waste cleared"), "tonne"),
}


def recycling_rate(*, recovered: ArrayLike, kitchen_used: ArrayLike, cleared: ArrayLike) -> Share:
    """Recycling rate of household waste (生活垃圾回收利用率) in percent.

    `cleared` holds the kitchen waste; recyclables that never entered the clearing are added below the line.

    Examples
    --------
    >>> recycling_rate(recovered=200, kitchen_used=150, cleared=800).value  # 350 / 1000
    35.0
    """
    rows = checked(
        _WASTE_OF_HOUSEHOLDS, {"recovered": recovered, "kitchen_used": kitchen_used, "cleared": cleared}
    )
    given = rows.given()
    label = Text(zh="生活垃圾回收利用率", en="Recycling rate of household waste")
    top, bottom = given["recovered"] + given["kitchen_used"], given["cleared"] + given["recovered"]
    return share("resources.recyclables", label, rows, _WASTE_OF_HOUSEHOLDS, top, bottom)


_BUILDINGS: Labels = {
    "green": (Text(zh="新建绿色建筑面积", en="new green building area"), "m2"),
    "new": (Text(zh="新建民用建筑面积", en="new civil building area"), "m2"),
}


def green_building_share(*, green: ArrayLike, new: ArrayLike) -> Share:
    """Share of green buildings in new civil buildings in percent, by area.

    Examples
    --------
    >>> green_building_share(green=[30, 10], new=[60, 40]).total().value
    40.0
    """
    rows = checked(_BUILDINGS, {"green": green, "new": new})
    given = rows.given()
    label = Text(zh="新建绿色建筑比例", en="Share of green buildings in new buildings")
    return share("resources.green_buildings", label, rows, _BUILDINGS, given["green"], given["new"])

"""The three rates of mining, and the share of green mines."""

from __future__ import annotations

from numpy.typing import ArrayLike

from ecociv.core.text import Text
from ecociv.standards.arrays import MeasurementError
from ecociv.standards.resources.shares import Labels, Share, checked, share

_MINING: Labels = {
    "extracted": (Text(zh="采出储量", en="extracted reserves"), "tonne"),
    "drawn_on": (Text(zh="动用储量", en="reserves drawn on"), "tonne"),
}
_DRESSING: Labels = {
    "concentrate": (Text(zh="精矿产量", en="concentrate"), "tonne"),
    "concentrate_grade": (Text(zh="精矿品位", en="grade of the concentrate"), "percent"),
    "ore": (Text(zh="入选矿石量", en="ore fed"), "tonne"),
    "ore_grade": (Text(zh="入选品位", en="grade of the ore"), "percent"),
}
_USE: Labels = {
    "used": (Text(zh="利用组分", en="components used"), "tonne"),
    "identified": (
        Text(zh="查明组分（含共伴生）", en="components identified, with associated ones"),
        "tonne",
    ),
}
_MINES: Labels = {
    "green": (Text(zh="绿色矿山数", en="green mines"), "count"),
    "licensed": (
        Text(zh="应建的持证在产矿山数", en="licensed mines in production that should be green"),
        "count",
    ),
}


def mining_recovery(*, extracted: ArrayLike, drawn_on: ArrayLike) -> Share:
    """Mining recovery rate (开采回采率) in percent: reserves extracted over reserves drawn on, in one unit.

    Examples
    --------
    >>> rate = mining_recovery(extracted=[88.0, 45.0], drawn_on=[100.0, 60.0])
    >>> rate.value.tolist(), rate.total().value  # (88 + 45) / 160, not the mean of the two
    ([88.0, 75.0], 83.125)
    """
    rows = checked(_MINING, {"extracted": extracted, "drawn_on": drawn_on})
    given = rows.given()
    label = Text(zh="开采回采率", en="Mining recovery rate")
    return share("resources.mining_recovery", label, rows, _MINING, given["extracted"], given["drawn_on"])


def beneficiation_recovery(
    *, concentrate: ArrayLike, concentrate_grade: ArrayLike, ore: ArrayLike, ore_grade: ArrayLike
) -> Share:
    """Beneficiation recovery rate (选矿回收率) in percent: component in the concentrate over component in the ore fed.

    Parameters
    ----------
    concentrate, ore : array_like
        Tonnes.
    concentrate_grade, ore_grade : array_like
        Percent of the component, 0 to 100.

    Examples
    --------
    >>> beneficiation_recovery(concentrate=40, concentrate_grade=20, ore=1000, ore_grade=1).value  # 8 t of 10 t
    80.0
    """
    rows = checked(
        _DRESSING,
        {
            "concentrate": concentrate,
            "concentrate_grade": concentrate_grade,
            "ore": ore,
            "ore_grade": ore_grade,
        },
    )
    given = rows.given()
    for name in ("concentrate_grade", "ore_grade"):
        if (given[name] > 100).any():
            raise MeasurementError(f"{name} is above 100 %; give the grade in percent.")
    top = given["concentrate"] * given["concentrate_grade"] / 100
    bottom = given["ore"] * given["ore_grade"] / 100
    label = Text(zh="选矿回收率", en="Beneficiation recovery rate")
    return share("resources.beneficiation_recovery", label, rows, _DRESSING, top, bottom)


def mineral_utilisation(*, used: ArrayLike, identified: ArrayLike) -> Share:
    """Comprehensive utilisation of minerals (综合利用率) in percent: components used over components identified.

    Examples
    --------
    >>> mineral_utilisation(used=6.5, identified=10).value
    65.0
    """
    rows = checked(_USE, {"used": used, "identified": identified})
    given = rows.given()
    label = Text(zh="矿产综合利用率", en="Comprehensive utilisation of minerals")
    return share("resources.mineral_utilisation", label, rows, _USE, given["used"], given["identified"])


def green_mine_share(*, green: ArrayLike, licensed: ArrayLike) -> Share:
    """Share of green mines (绿色矿山比例) in percent: on the list, over those that should be.

    Examples
    --------
    >>> green_mine_share(green=[3, 0], licensed=[12, 4]).total().value
    18.75
    """
    rows = checked(_MINES, {"green": green, "licensed": licensed})
    given = rows.given()
    label = Text(zh="绿色矿山比例", en="Share of green mines")
    return share("resources.green_mines", label, rows, _MINES, given["green"], given["licensed"])

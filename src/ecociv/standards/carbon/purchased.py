"""CO2 of purchased electricity, by region and year of the factor, and of purchased heat."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ecociv.core.text import Text
from ecociv.standards.arrays import MeasurementError, measurements, refuse_impossible
from ecociv.standards.carbon.fuels import Emission
from ecociv.standards.computed import Term, all_needed, pick
from ecociv.standards.parameters import ParameterOutsideValidity, ParameterValue, parameter, parameter_series
from ecociv.standards.results import marks_of

_REGION_ZH = {
    "national": "全国",
    "national_without_traded_non_fossil": "全国（不含市场化交易的非化石电量）",
    "national_fossil": "全国化石能源电力",
    "north_china": "华北",
    "northeast": "东北",
    "east_china": "华东",
    "central_china": "华中",
    "northwest": "西北",
    "south_grid": "南方",
    "southwest": "西南",
    "beijing": "北京",
    "tianjin": "天津",
    "hebei": "河北",
    "shanxi": "山西",
    "inner_mongolia": "内蒙古",
    "liaoning": "辽宁",
    "jilin": "吉林",
    "heilongjiang": "黑龙江",
    "shanghai": "上海",
    "jiangsu": "江苏",
    "zhejiang": "浙江",
    "anhui": "安徽",
    "fujian": "福建",
    "jiangxi": "江西",
    "shandong": "山东",
    "henan": "河南",
    "hubei": "湖北",
    "hunan": "湖南",
    "guangdong": "广东",
    "guangxi": "广西",
    "hainan": "海南",
    "chongqing": "重庆",
    "sichuan": "四川",
    "guizhou": "贵州",
    "yunnan": "云南",
    "shaanxi": "陕西",
    "gansu": "甘肃",
    "qinghai": "青海",
    "ningxia": "宁夏",
    "xinjiang": "新疆",
}
REGIONS = tuple(_REGION_ZH)
"""Nation, seven grid regions and the provinces for which a factor is published (none for Tibet)."""


@dataclass(frozen=True, eq=False, kw_only=True)
class PurchasedElectricity(Emission):
    """CO2 of purchased electricity.

    Attributes
    ----------
    factor_year : int or array of int
        The year that the factor describes, which is seldom the year of the consumption.
    region : str or array of str
        Key of the region.
    """

    factor_year: Any
    region: Any

    def _notes_at(self, place: int | None) -> tuple[Text, ...]:
        year, region = int(pick(self.factor_year, place)), str(pick(self.region, place))
        zh = _REGION_ZH[region]
        return (Text(zh=f"采用{zh}{year}年电力因子", en=f"factor of {region} for {year}"),)


def region_of(name: str) -> str:
    """The key of a region from its key or its Chinese name (with or without 省, 市, 自治区).

    Examples
    --------
    >>> region_of("江西省"), region_of("华东"), region_of("jiangxi")
    ('jiangxi', 'east_china', 'jiangxi')
    """
    if name in _REGION_ZH:
        return name
    plain = name
    for ending in ("壮族自治区", "回族自治区", "维吾尔自治区", "自治区", "省", "市", "区域电网"):
        plain = plain.removesuffix(ending)
    for key, zh in _REGION_ZH.items():
        if plain == zh:
            return key
    if plain in ("西藏", "tibet"):
        raise MeasurementError(
            "No electricity factor is published for 西藏 (Tibet); choose a region on purpose."
        )
    raise MeasurementError(f"{name!r} has no electricity factor. Regions: {', '.join(_REGION_ZH.values())}.")


def latest_factor_year(on: date) -> int:
    """The latest year whose factors were published by a day.

    Raises
    ------
    ParameterOutsideValidity
        Before the first release.

    Examples
    --------
    >>> from datetime import date
    >>> latest_factor_year(date(2025, 12, 30)), latest_factor_year(date(2025, 12, 31))
    (2022, 2023)
    """
    released = parameter("carbon.electricity.published").table
    day = on.year * 10_000 + on.month * 100 + on.day
    known = [int(year) for year, published in released.items() if published <= day]
    if not known:
        declared = parameter_series("carbon.electricity")
        raise ParameterOutsideValidity("carbon.electricity", on, declared.periods, declared.superseded_by)
    return max(known)


def electricity(
    amount: ArrayLike,
    region: str | NDArray[Any] | list[str] = "national",
    *,
    factor_year: ArrayLike | None = None,
    on: date | None = None,
) -> PurchasedElectricity:
    """CO2 of purchased electricity.

    Parameters
    ----------
    amount : array_like
        MWh.
    region : str or array of str
        Province, grid region or ``"national"``, by key or Chinese name.
    factor_year : int or array_like of int, optional
        Year that the factor describes.
    on : date, optional
        Day of the reckoning: takes the latest year published by then. Either this or `factor_year`.

    Raises
    ------
    ParameterOutsideValidity
        A year without published factors, or a day before the first release.
    MeasurementError
        Unknown region, negative amount, neither or both of `factor_year` and `on`.

    Notes
    -----
    Factors of the Ministry of Ecology and Environment for 2021, 2022 and 2023.

    Examples
    --------
    >>> plant = electricity(10_000, "江西", factor_year=2023)
    >>> round(plant.value), plant.factor_year
    (5836, 2023)
    """
    if (factor_year is None) == (on is None):
        raise MeasurementError(
            "Give either factor_year or on (the day of the reckoning), so that the year is chosen."
        )
    years = latest_factor_year(on) if on is not None else factor_year
    assert years is not None
    names = np.asarray(region, dtype=np.str_)
    keys, where = np.unique(names, return_inverse=True)
    known = [region_of(str(name)) for name in keys]
    code = np.asarray(where, dtype=np.float64).reshape(names.shape)
    rows = measurements(amount=amount, year=years, region=code)
    given = rows.given()
    refuse_impossible("amount", given["amount"], unit="MWh")
    if np.isnan(given["year"]).any():
        raise MeasurementError("factor_year is missing in an element; the year of the factor must be known.")
    year, place = given["year"].astype(np.int64), given["region"].astype(np.int64)
    factor = np.empty(rows.size)
    tables: list[ParameterValue] = []
    for number in np.unique(year).tolist():
        table = parameter("carbon.electricity", on=date(int(number), 1, 1))
        tables.append(table)
        for index, key in enumerate(known):
            mask = (year == number) & (place == index)
            if not mask.any():
                continue
            if key not in table.table:
                raise MeasurementError(f"{_REGION_ZH[key]} ({key}) has no factor for {number}.")
            factor[mask] = table.table[key]
    single = tables[0] if len(tables) == 1 else None
    marks = marks_of(*tables, *((parameter("carbon.electricity.published"),) if on is not None else ()))
    return PurchasedElectricity(
        value=rows.restore(given["amount"] * factor),
        unit="tonne",
        edition=", ".join(table.edition for table in tables),
        marks=marks,
        validity=all_needed(rows, "amount"),
        label=Text(zh="净购入电力的二氧化碳排放", en="CO2 of purchased electricity"),
        formula="amount * factor",
        terms=(
            Term(Text(zh="电量", en="electricity"), given["amount"], "MWh"),
            Term(Text(zh="排放因子", en="factor"), factor, "tonne/MWh", single, coefficient=True),
        ),
        standard=tables[0].citation,
        factor=rows.restore(factor),
        factor_year=rows.restore(year),
        region=rows.restore(np.array(known)[place]),
    )


def heat(amount: ArrayLike) -> Emission:
    """CO2 of purchased heat.

    Parameters
    ----------
    amount : array_like
        GJ.

    Examples
    --------
    >>> heat(1000).value
    110.0
    """
    used = parameter("carbon.heat")
    rows = measurements(amount=amount)
    column = rows.given()["amount"]
    refuse_impossible("amount", column, unit="GJ")
    return Emission(
        value=rows.restore(column * used.number),
        unit="tonne",
        edition=used.edition,
        marks=marks_of(used),
        validity=all_needed(rows),
        label=Text(zh="净购入热力的二氧化碳排放", en="CO2 of purchased heat"),
        formula="amount * factor",
        terms=(
            Term(Text(zh="热量", en="heat"), column, "gj"),
            Term(used.description, used.number, used.unit, used),
        ),
        standard=used.citation,
        factor=used.number,
    )

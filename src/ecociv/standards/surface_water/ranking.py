"""The city water quality index and the ranking of cities by state and by change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ecociv.core.text import Text
from ecociv.core.trace import Trace, TraceInput, TraceParameter
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
from ecociv.standards.surface_water.classify import WaterBody, item_measurements
from ecociv.standards.surface_water.editions import dated
from ecociv.standards.surface_water.items import ITEM_NAMES, UNITS


@dataclass(frozen=True, eq=False)
class WaterQualityIndex(Result):
    """The water quality index of rivers or of lakes.

    Attributes
    ----------
    value : float or array
        Sum of the single indices, unrounded; smaller is better. NaN where an item that was given is missing.
    indices : dict
        The single index of each item.
    validity : DataValidity
        How many of the 21 items went in; only a complete sum may be ranked.
    """

    value: float | Float64 | Any
    indices: Mapping[str, Any]
    edition: str
    marks: tuple[Text, ...]
    validity: DataValidity
    rows: Measurements = field(repr=False)
    limits: Mapping[str, float] = field(repr=False)
    rule: ParameterValue = field(repr=False)

    def trace(self, at: int | None = None) -> Trace:
        """The single indices and their sum."""
        place = self._element(at)
        inputs = tuple(self._trace_item(item, place) for item in self.indices)
        count, needed = element(self.validity.n, place), self.validity.needed
        notes: tuple[Text, ...] = ()
        if needed is not None and count < needed:
            notes = (
                Text(
                    zh=f"只有{count}项，不足{needed}项，不能参加排名",
                    en=f"{count} of {needed} items: not to be ranked",
                ),
            )
        return Trace(
            Text(zh="水质指数", en="Water quality index"),
            number_or_none(element(self.value, place)),
            "1",
            "sum of the single indices",
            inputs,
            self.rule.citation,
            notes=(*notes, *self.marks),
        )

    def _trace_item(self, item: str, place: int | None) -> Trace:
        column = self.rows.columns[item]
        assert column is not None  # indices holds only what was given
        name = ITEM_NAMES[item]
        parameters: tuple[TraceParameter, ...] = ()
        formula = "(7 - pH) / (7 - 6) up to 7, (pH - 7) / (9 - 7) above"
        if item != "ph":
            formula = "S / C" if item == "do" else "C / S"
            parameters = (
                TraceParameter(
                    Text(zh="Ⅲ类限值S", en="Limit S of class III"),
                    self.limits[item],
                    UNITS[item],
                    self.rule.citation,
                ),
            )
        return Trace(
            Text(zh=f"{name.zh}的指数", en=f"Index of {name.en}"),
            number_or_none(element(self.indices[item], place)),
            "1",
            formula,
            (TraceInput(name, number_or_none(column[place or 0]), UNITS[item]),),
            self.rule.citation,
            parameters,
        )


def water_quality_index(
    *,
    water_body: WaterBody = "river",
    edition: str | None = None,
    on: date | None = None,
    **items: ArrayLike | None,
) -> WaterQualityIndex:
    """The water quality index of the rivers or the lakes of a city.

    Parameters
    ----------
    **items : array_like
        Mean of each item over the sections (or points) of the city and the period, by item key; half the detection
        limit below it. The 21 items of the evaluation; total nitrogen and coliforms are refused.
    water_body : {"river", "lake"}
        Decides the limit of total phosphorus.

    Returns
    -------
    WaterQualityIndex
        ``value`` (the sum over the items given), ``indices``, ``validity``.

    Notes
    -----
    环办监测〔2017〕51号: C / S over the class III limit; S / C for dissolved oxygen; pH (7 - pH) / (7 - 6) up to 7 and
    (pH - 7) / (9 - 7) above.

    Examples
    --------
    >>> part = water_quality_index(ph=7.6, do=8.2, codmn=2.4, cod=12, bod5=1.8, nh3n=0.28, tp=0.075)
    >>> round(part.value, 3), part.validity.enough
    (3.015, False)
    """
    rule = dated("surface_water.cwqi", on, edition)
    rows = item_measurements(items)
    limits = dated("surface_water.limits", on).table[water_body]
    reference: dict[str, float] = {}
    indices: dict[str, Float64] = {}
    for item, column in rows.given().items():
        if item not in rule.table["items"]:
            raise MeasurementError(
                f"{item} does not enter the index; items: {', '.join(rule.table['items'])}."
            )
        refuse_impossible(
            item, column, unit=UNITS[item], at_least=np.nextafter(0, 1) if item == "do" else 0.0
        )
        if item == "ph":
            neutral, low, high = rule.table["neutral_ph"], limits["ph"]["low"], limits["ph"]["high"]
            indices[item] = np.where(
                column <= neutral, (neutral - column) / (neutral - low), (column - neutral) / (high - neutral)
            )
            continue
        reference[item] = float(limits[item][rule.table["class"] - 1])
        indices[item] = reference[item] / column if item == "do" else column / reference[item]
    count = sum((~np.isnan(index) for index in indices.values()), np.zeros(rows.size, dtype=np.int64))
    needed = len(rule.table["items"])
    return WaterQualityIndex(
        value=rows.restore(sum(indices.values(), np.zeros(rows.size))),
        indices={item: rows.restore(index) for item, index in indices.items()},
        edition=rule.edition,
        marks=marks_of(rule),
        validity=DataValidity(
            rows.restore(count),
            needed,
            rows.restore(count == needed),
            Text(zh=f"{needed}项指标齐全才可参加排名", en=f"all {needed} items are needed for a ranking"),
        ),
        rows=rows,
        limits=reference,
        rule=rule,
    )


@dataclass(frozen=True, eq=False)
class Ranking(Result):
    """Cities (or anything else) in order.

    Attributes
    ----------
    value : array of int
        Rank of each, 1 is best; equals share a rank and the next rank is left out; 0 is not ranked.
    figures : array
        The figure that was ranked.
    """

    value: NDArray[np.int64]
    figures: Float64
    edition: str
    marks: tuple[Text, ...]
    validity: DataValidity
    what: Text
    rule: ParameterValue = field(repr=False)

    @property
    def order(self) -> NDArray[np.intp]:
        """Places of the ranked elements, best first."""
        ranked = np.flatnonzero(self.value > 0)
        return ranked[np.argsort(self.value[ranked], kind="stable")]

    def trace(self, at: int | None = None) -> Trace:
        """The rank of one and the figure behind it."""
        place = self._element(at)
        rank = int(element(self.value, place))
        return Trace(
            Text(zh="名次", en="Rank"),
            rank or None,
            "1",
            "1 + number of smaller figures",
            (TraceInput(self.what, number_or_none(element(self.figures, place))),),
            self.rule.citation,
            notes=self.marks,
        )


@dataclass(frozen=True, eq=False)
class CityIndex(Result):
    """The index of a city from its rivers and lakes.

    Attributes
    ----------
    value : float or array
        Smaller is better; NaN where a part that has sections or points has no index.
    """

    value: float | Float64 | Any
    edition: str
    marks: tuple[Text, ...]
    validity: DataValidity
    rows: Measurements = field(repr=False)
    rule: ParameterValue = field(repr=False)

    def trace(self, at: int | None = None) -> Trace:
        """The indices of rivers and lakes and their weights."""
        place = self._element(at)
        names = {
            "rivers": Text(zh="河流水质指数", en="Index of the rivers"),
            "sections": Text(zh="河流断面数", en="Sections of rivers"),
            "lakes": Text(zh="湖库水质指数", en="Index of the lakes"),
            "points": Text(zh="湖库点位数", en="Points of lakes"),
        }
        return Trace(
            Text(zh="城市水质指数", en="City water quality index"),
            number_or_none(element(self.value, place)),
            "1",
            "(rivers * sections + lakes * points) / (sections + points)",
            tuple(
                TraceInput(names[name], number_or_none(column[place or 0]))
                for name, column in self.rows.given().items()
            ),
            self.rule.citation,
            notes=self.marks,
        )


def city_index(
    *,
    rivers: ArrayLike | None = None,
    sections: ArrayLike = 0,
    lakes: ArrayLike | None = None,
    points: ArrayLike = 0,
    edition: str | None = None,
    on: date | None = None,
) -> CityIndex:
    """The index of a city from those of its rivers and lakes, weighted by the numbers of sections and points.

    Parameters
    ----------
    rivers, lakes : array_like, optional
        Index of the rivers and of the lakes (`water_quality_index`).
    sections, points : array_like of int
        How many sections of rivers and points of lakes are behind them.

    Notes
    -----
    环办监测〔2017〕51号; the weighting is entered from memory and not verified (see ``marks``).

    Examples
    --------
    >>> city_index(rivers=4.0, sections=3, lakes=6.0, points=1).value
    4.5
    """
    rule = dated("surface_water.cwqi.city", on, edition)
    rows = measurements(
        rivers=np.nan if rivers is None else rivers,
        sections=sections,
        lakes=np.nan if lakes is None else lakes,
        points=points,
    )
    given = rows.given()
    for name in ("sections", "points"):
        refuse_impossible(name, given[name], unit="1")
    # A city without lakes has no index of lakes, and they weigh nothing.
    river_part = np.where(given["sections"] > 0, given["rivers"] * given["sections"], 0.0)
    lake_part = np.where(given["points"] > 0, given["lakes"] * given["points"], 0.0)
    total = given["sections"] + given["points"]
    with np.errstate(invalid="ignore", divide="ignore"):
        index = np.where(total > 0, (river_part + lake_part) / total, np.nan)
    return CityIndex(
        value=rows.restore(index),
        edition=rule.edition,
        marks=marks_of(rule),
        validity=DataValidity(
            rows.restore(np.nan_to_num(total).astype(np.int64)),
            1,
            rows.restore(~np.isnan(index)),
            Text(zh="至少一个断面或点位", en="at least one section or point"),
        ),
        rows=rows,
        rule=rule,
    )


def rank_state(index: ArrayLike, *, edition: str | None = None, on: date | None = None) -> Ranking:
    """Rank cities by their index; the smallest is first.

    Examples
    --------
    >>> rank_state([4.1, 3.2, 4.1, float("nan"), 5.0]).value.tolist()
    [2, 1, 2, 0, 4]
    """
    rule = dated("surface_water.cwqi", on, edition)
    return _rank(_column(index, "index"), rule, Text(zh="城市水质指数", en="City water quality index"))


def rank_change(
    current: ArrayLike,
    base: ArrayLike,
    *,
    worst_class_current: ArrayLike | None = None,
    worst_class_base: ArrayLike | None = None,
    compliant: ArrayLike = True,
    edition: str | None = None,
    on: date | None = None,
) -> Ranking:
    """Rank cities by the relative change of their index; the largest fall is first.

    Parameters
    ----------
    current, base : array_like
        Index of this period and of the base year.
    worst_class_current, worst_class_base : array_like of int, optional
        Worst class of the city's sections in both periods. A city whose sections are all class II or better in both,
        and that meets its targets (`compliant`), is left out.

    Notes
    -----
    环办监测〔2017〕51号: (current - base) / base, negative is better.

    Examples
    --------
    >>> ranking = rank_change([4.0, 3.0, 2.0], [5.0, 2.9, 2.5], worst_class_current=[4, 3, 2], worst_class_base=[4, 3, 2])
    >>> ranking.value.tolist(), [round(change, 3) for change in ranking.figures.tolist()]
    ([1, 2, 0], [-0.2, 0.034, nan])
    """
    rule = dated("surface_water.cwqi.exempt", on, edition)
    rows = measurements(current=current, base=base)
    given = rows.given()
    refuse_impossible("base", given["base"], unit="1", at_least=np.nextafter(0, 1))
    change = (given["current"] - given["base"]) / given["base"]
    if worst_class_current is not None and worst_class_base is not None:
        classes = measurements(
            current=worst_class_current, base=worst_class_base, compliant=np.asarray(compliant, dtype=float)
        ).given()
        bound = rule.number
        exempt = (classes["current"] <= bound) & (classes["base"] <= bound) & (classes["compliant"] == 1)
        change = np.where(exempt, np.nan, change)
    return _rank(change, rule, Text(zh="水质指数变化率", en="Relative change of the index"))


def _column(values: ArrayLike, name: str) -> Float64:
    return measurements(**{name: values}).given()[name]


def _rank(figures: Float64, rule: ParameterValue, what: Text) -> Ranking:
    present = ~np.isnan(figures)
    ordered = np.sort(figures[present])
    rank = np.zeros(figures.shape, dtype=np.int64)
    rank[present] = np.searchsorted(ordered, figures[present], side="left") + 1
    return Ranking(
        value=rank,
        figures=figures,
        edition=rule.edition,
        marks=marks_of(rule),
        validity=DataValidity(
            int(present.sum()),
            None,
            present,
            Text(zh="无数据或免于排名的不列名次", en="without data, or exempt: not ranked"),
        ),
        what=what,
        rule=rule,
    )

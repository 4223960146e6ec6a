"""Compliance of drinking-water sources, by number and by volume."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

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
from ecociv.standards.surface_water.classes import WaterClass
from ecociv.standards.surface_water.classify import WaterBody, evaluate
from ecociv.standards.surface_water.editions import dated
from ecociv.standards.surface_water.items import ITEM_NAMES, ITEMS
from ecociv.standards.surface_water.statistics import without_codes

_TABLE_2 = {
    "sulfate": Text(zh="硫酸盐", en="sulfate"),
    "chloride": Text(zh="氯化物", en="chloride"),
    "nitrate": Text(zh="硝酸盐", en="nitrate"),
    "iron": Text(zh="铁", en="iron"),
    "manganese": Text(zh="锰", en="manganese"),
}


def specific_items(*, on: date | None = None) -> dict[str, Text]:
    """Keys and names of the 80 specific items of Table 3, in the order of the table.

    Examples
    --------
    >>> names = specific_items()
    >>> len(names), names["microcystin-LR"].zh
    (80, '微囊藻毒素-LR')
    """
    table = dated("surface_water.drinking.specific", on).table
    return {key: Text(zh=entry["zh"], en=key) for key, entry in table.items()}


@dataclass(frozen=True, eq=False)
class SourceCompliance(Result):
    """Whether drinking-water sources comply, one element a source (or a source and a month).

    Attributes
    ----------
    value : bool, None or array of bool
        All judged items that were tested comply; ``None`` (False in an array) where nothing was tested.
    tested : int or array of int
        How many judged items were tested.
    not_judged : tuple of str
        Items that were given and are shown, not judged.
    """

    value: bool | None | NDArray[np.bool_] | Any
    tested: int | NDArray[np.int64] | Any
    not_judged: tuple[str, ...]
    water_class: WaterClass | None
    edition: str
    marks: tuple[Text, ...]
    validity: DataValidity
    multiples: Mapping[str, Any]
    """Exceedance multiple of each judged item; 0 where it complies, NaN where it was not tested or has none."""
    failed: Mapping[str, NDArray[np.bool_]] = field(repr=False)
    rows: Measurements = field(repr=False)
    limits: Mapping[str, float] = field(repr=False)
    rule: ParameterValue = field(repr=False)

    def exceeding_items(self, at: int | None = None) -> tuple[str, ...]:
        """Keys of the items that do not comply in one element."""
        place = self._element(at)
        return tuple(key for key, failed in self.failed.items() if failed[place or 0])

    def trace(self, at: int | None = None) -> Trace:
        """How many items were tested, which exceed, and by how much."""
        place = self._element(at)
        failed = self.exceeding_items(at)
        names = {**ITEM_NAMES, **_TABLE_2, **specific_items()}
        inputs = []
        for key in failed:
            column = self.rows.columns[key]
            assert column is not None  # only what was given can exceed
            inputs.append(
                TraceInput(names[key], number_or_none(column[place or 0]), "1" if key == "ph" else "mg/L")
            )
        tested = int(element(self.tested, place))
        value = None if tested == 0 else bool(element(self.value, place))
        words = {
            None: Text(zh="未评价（无数据）", en="not evaluated (no data)"),
            True: Text(zh="达标", en="complies"),
            False: Text(zh="不达标", en="does not comply"),
        }[value]
        notes = [words]
        if failed:
            notes.append(
                Text(
                    zh="超标项目：" + "、".join(names[key].zh for key in failed),
                    en="exceeding: " + ", ".join(names[key].en for key in failed),
                )
            )
        return Trace(
            Text(zh="超标项目数", en="Items that exceed"),
            len(failed) if tested else None,
            "1",
            f"number of the {tested} tested items that exceed",
            tuple(inputs),
            self.rule.citation,
            tuple(
                TraceParameter(names[key], self.limits[key], "mg/L", self.rule.citation)
                for key in failed
                if key in self.limits
            ),
            notes=(*notes, *self.marks),
        )


def evaluate_sources(
    items: Mapping[str, ArrayLike],
    *,
    supplementary: Mapping[str, ArrayLike] | None = None,
    specific: Mapping[str, ArrayLike] | None = None,
    water_body: WaterBody = "river",
    not_judged: Collection[str] | None = None,
    background: Collection[str] = (),
    missing_codes: Sequence[float] | None = None,
    edition: str | None = None,
    on: date | None = None,
) -> SourceCompliance:
    """Whether surface drinking-water sources meet class III and the limits of Tables 2 and 3.

    Parameters
    ----------
    items : mapping
        Items of Table 1 by key; one element a source (and month).
    supplementary, specific : mapping, optional
        Items of Table 2 by key, and of Table 3 by the keys of `specific_items`; mg/L.
    not_judged : collection of str, optional
        Items that are shown and not judged; by default total nitrogen, faecal coliforms and COD (unverified).
    background : collection of str
        Items whose exceedance was approved as a geological background; they are not judged either.

    Returns
    -------
    SourceCompliance
        ``value``, ``exceeding_items()``, ``multiples``, ``tested``.

    Notes
    -----
    GB 3838-2002. A source complies when all judged items that were tested comply. Ground-water sources are judged by
    GB/T 14848, which is not covered here; their result can be given to `source_compliance_rate` all the same.

    Examples
    --------
    >>> sources = evaluate_sources({"nh3n": [0.3, 0.4], "codmn": [2.1, 2.2], "tn": [1.8, 1.1]},
    ...                            supplementary={"iron": [0.1, 0.42], "manganese": [0.02, 0.05]})
    >>> sources.value.tolist(), sources.exceeding_items(1), sources.not_judged
    ([True, False], ('iron',), ('tn',))
    """
    rule = dated("surface_water.drinking.source", on, edition)
    second = dated("surface_water.drinking.supplementary", on)
    third = dated("surface_water.drinking.specific", on)
    extra, specials = dict(supplementary or {}), dict(specific or {})
    _refuse_unknown(items, ITEMS, "Table 1")
    _refuse_unknown(extra, second.table, "Table 2")
    _refuse_unknown(specials, third.table, "Table 3 (see specific_items())")
    rows = measurements(**{**items, **extra, **specials})
    left_out = set(rule.table["not_judged"] if not_judged is None else not_judged) | set(background)
    used = [rule]

    failed: dict[str, NDArray[np.bool_]] = {}
    multiples: dict[str, Float64] = {}
    limits: dict[str, float] = {}
    tested = np.zeros(rows.size, dtype=np.int64)
    water = None
    judged = [item for item in ITEMS if item in items and item not in left_out]
    if judged:
        columns = {key: rows.columns[key] for key in items}
        water = evaluate(
            Measurements(columns, rows.shape),
            water_body=water_body,
            reference_class=int(rule.table["class"]),
            rounding="none",
            missing_codes=missing_codes,
            limits=dated("surface_water.limits", on),
            on=on,
            only=judged,
        )
        for item in water.items:
            own = np.atleast_1d(water.item_class(item)).reshape(-1)
            failed[item] = own > rule.table["class"]
            tested += own > 0
            over = water.exceedance.get(item)
            multiples[item] = np.full(rows.size, np.nan) if over is None else np.atleast_1d(over).reshape(-1)
            if item != "ph":
                limits[item] = water.ladders[item].limit(int(rule.table["class"]))
        used.append(dated("surface_water.tie", on))
    bounds = {key: float(second.table[key]) for key in extra}
    bounds |= {key: float(third.table[key]["limit"]) for key in specials}
    for key, limit in bounds.items():
        if key in left_out:
            continue
        column = without_codes(rows.given()[key], missing_codes)
        refuse_impossible(key, column, unit="mg/L")
        with np.errstate(invalid="ignore"):
            failed[key] = column > limit
            over_limit = np.round((column - limit) / limit, 12)
        multiples[key] = np.where(over_limit <= 0, 0.0, over_limit)
        limits[key] = limit
        tested += ~np.isnan(column)
    if specials:
        used.append(third)
    complies = tested > 0
    for failure in failed.values():
        complies = complies & ~failure
    scalar = rows.is_scalar
    return SourceCompliance(
        value=(bool(complies[0]) if tested[0] else None) if scalar else complies.reshape(rows.shape),
        tested=rows.restore(tested),
        not_judged=tuple(key for key in rows.given() if key in left_out),
        water_class=water,
        edition=rule.edition,
        marks=marks_of(*used),
        validity=DataValidity(
            rows.restore(tested),
            1,
            rows.restore(tested > 0),
            Text(zh="已监测并评价的项目数", en="items that were tested and judged"),
        ),
        multiples={key: rows.restore(values) for key, values in multiples.items()},
        failed=failed,
        rows=rows,
        limits=limits,
        rule=rule,
    )


def _refuse_unknown(given: Mapping[str, Any], known: Collection[str], where: str) -> None:
    unknown = [key for key in given if key not in known]
    if unknown:
        raise MeasurementError(f"{', '.join(unknown)}: not an item of {where}.")


@dataclass(frozen=True, eq=False)
class ComplianceRate(Result):
    """Share of drinking-water sources that comply.

    Attributes
    ----------
    value : float
        Percent, unrounded; NaN if there is no source with a result.
    complying, total : float
        Number of sources or volume behind it.
    """

    value: float
    complying: float
    total: float
    edition: str
    marks: tuple[Text, ...]
    validity: DataValidity
    basis: str

    def trace(self, at: int | None = None) -> Trace:
        """The share from its two parts."""
        self._element(at)
        unit, zh = ("1", "水源地个数") if self.basis == "number" else ("wan_m3", "取水量")
        en = "sources" if self.basis == "number" else "withdrawal"
        return Trace(
            Text(zh="集中式饮用水水源地水质达标率", en="Compliance rate of drinking-water sources"),
            number_or_none(self.value),
            "percent",
            "complying / all * 100",
            (
                TraceInput(Text(zh=f"达标{zh}", en=f"Complying {en}"), number_or_none(self.complying), unit),
                TraceInput(Text(zh=f"全部{zh}", en=f"All {en}"), number_or_none(self.total), unit),
            ),
            notes=self.marks,
        )


def source_compliance_rate(
    complies: ArrayLike, *, basis: Literal["number", "volume"] = "number", volume: ArrayLike | None = None
) -> ComplianceRate:
    """Share of the drinking-water sources that comply, by number or by volume withdrawn.

    Parameters
    ----------
    complies : array_like
        True or False for each source (1 or 0), NaN for one without a result, which is left out.
    basis : {"number", "volume"}
        The present indicator counts sources; older ones weigh them by the volume withdrawn.
    volume : array_like, optional
        Withdrawal of each source in wan_m3 (any one unit); needed for ``basis="volume"``.

    Examples
    --------
    >>> round(source_compliance_rate([True] * 11 + [False]).value, 1)
    91.7
    >>> source_compliance_rate([True, False], basis="volume", volume=[900, 100]).value
    90.0
    """
    rows = measurements(
        complies=np.asarray(complies, dtype=np.float64), volume=volume if basis == "volume" else None
    )
    if basis not in ("number", "volume"):
        raise MeasurementError(f"basis is {basis!r}; it is 'number' or 'volume'.")
    if basis == "volume" and volume is None:
        raise MeasurementError("basis='volume' needs the volume withdrawn from each source.")
    column = rows.given()["complies"]
    weight = rows.given().get("volume", np.ones(rows.size))
    known = ~np.isnan(column)
    if not np.isin(column[known], (0.0, 1.0)).all():
        raise MeasurementError("complies is True or False (1 or 0) for each source, NaN without a result.")
    refuse_impossible("volume", weight, unit="wan_m3")
    if np.isnan(weight[known]).any():
        raise MeasurementError("A source with a result has no volume; give its withdrawal.")
    total, good = float(weight[known].sum()), float(weight[known & (column == 1)].sum())
    marks: tuple[Text, ...] = ()
    if basis == "volume":
        marks = (
            Text(zh="按取水量加权的算法凭记忆录入", en="weighting by withdrawal is entered from memory"),
        )
    return ComplianceRate(
        value=good / total * 100 if total else float("nan"),
        complying=good,
        total=total,
        edition="GB 3838-2002",
        marks=marks,
        validity=DataValidity(
            int(known.sum()), 1, bool(known.any()), Text(zh="有结果的水源地数", en="sources with a result")
        ),
        basis=basis,
    )

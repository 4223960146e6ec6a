"""Compliance of water function zones: single tests, the year, a region."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
from ecociv.standards.surface_water.basin import mean_of_last_axis, with_axis_last
from ecociv.standards.surface_water.classify import WaterBody, evaluate, item_measurements
from ecociv.standards.surface_water.editions import dated
from ecociv.standards.surface_water.items import ITEM_NAMES, ITEMS, class_name, label
from ecociv.standards.surface_water.statistics import without_codes

Factors = Literal["full", "double"]


@dataclass(frozen=True, eq=False)
class ZoneCompliance(Result):
    """Compliance of water function zones in a year.

    Attributes
    ----------
    value : bool, None or array of bool
        Whether the zone complies; ``None`` (False in an array, see `evaluated`) where it was not evaluated.
    evaluated : bool or array of bool
        Whether there was a test with data; a dry river has none.
    tests : array of bool
        Each test along the last axis: whether it complies.
    tested : array of bool
        Which tests were evaluated.
    share : float or array
        Share of the compliant tests in percent; NaN without a test.
    method : str or array
        ``"share"`` from six tests on, ``"mean"`` below, ``""`` without a test.
    """

    value: bool | None | NDArray[np.bool_] | Any
    evaluated: bool | NDArray[np.bool_] | Any
    tests: NDArray[np.bool_]
    tested: NDArray[np.bool_]
    share: float | Float64 | Any
    method: Any
    edition: str
    marks: tuple[Text, ...]
    validity: DataValidity
    factors: Factors
    by_item: Mapping[str, NDArray[np.bool_]] = field(repr=False)
    target: NDArray[np.int64] = field(repr=False)
    rule: ParameterValue = field(repr=False)

    def exceeding_items(self, at: int | None = None) -> dict[str, int]:
        """In how many tests each item failed, most often first."""
        place = self._element(at)
        found = {
            item: int(failed.reshape(-1, failed.shape[-1])[place or 0].sum())
            for item, failed in self.by_item.items()
        }
        return dict(sorted(((k, n) for k, n in found.items() if n), key=lambda pair: -pair[1]))

    def trace(self, at: int | None = None) -> Trace:
        """The tests, their share or mean, and the bound."""
        place = self._element(at)
        tests = self.tests.reshape(-1, self.tests.shape[-1])[place or 0]
        tested = self.tested.reshape(-1, self.tested.shape[-1])[place or 0]
        count, target = int(tested.sum()), int(self.target.reshape(-1)[place or 0])
        method = element(self.method, place)
        failed = self.exceeding_items(at)
        names = {key: label((key,)) if key in ITEMS else key for key in failed}
        complies = element(self.value, place) if count else None
        verdict = {
            None: Text(zh="未评价（无数据）", en="not evaluated (no data)"),
            True: Text(zh="达标", en="complies"),
            False: Text(zh="不达标", en="does not comply"),
        }[None if complies is None else bool(complies)]
        notes = [
            verdict,
            Text(
                zh=f"水质目标{class_name(target)}，{'全指标' if self.factors == 'full' else '双指标'}评价",
                en=f"target class {class_name(target, 'en')}, {self.factors} evaluation",
            ),
        ]
        if failed:
            notes.append(
                Text(
                    zh="超标项目：" + "、".join(f"{names[key]}{n}次" for key, n in failed.items()),
                    en="exceeding: "
                    + ", ".join(
                        f"{ITEM_NAMES[key].en if key in ITEM_NAMES else key} {n} times"
                        for key, n in failed.items()
                    ),
                )
            )
        return Trace(
            Text(zh="水功能区年度达标率", en="Share of compliant tests of the zone"),
            number_or_none(element(self.share, place)),
            "percent",
            "compliant tests / tests * 100"
            if method == "share"
            else "class of the annual means against the target",
            (
                TraceInput(Text(zh="达标次数", en="Compliant tests"), int((tests & tested).sum())),
                TraceInput(Text(zh="评价次数", en="Evaluated tests"), count),
            ),
            self.rule.citation,
            (
                TraceParameter(
                    Text(zh="达标率界限", en="Bound of the share"),
                    self.rule.table["share"],
                    "percent",
                    self.rule.citation,
                ),
            ),
            notes=(*notes, *self.marks),
        )


def evaluate_function_zones(
    target_class: ArrayLike,
    *,
    factors: Factors = "full",
    axis: int = -1,
    water_body: WaterBody = "river",
    supplementary: Mapping[str, ArrayLike] | None = None,
    missing_codes: Sequence[float] | None = None,
    edition: str | None = None,
    on: date | None = None,
    **items: ArrayLike | None,
) -> ZoneCompliance:
    """Whether water function zones comply with their target class in a year.

    Parameters
    ----------
    target_class : array_like of int
        Target class of each zone, 1 to 5.
    **items : array_like
        Tests of the year by item key, along `axis`; NaN is missing, a test without any item (a dry river) is left
        out.
    factors : {"full", "double"}
        All items given (without total nitrogen and coliforms), or ammonia nitrogen and the permanganate index alone
        (COD in its place where COD exceeds 30 mg/L). The two give clearly different results; keep both.
    supplementary : mapping, optional
        For drinking-water zones: items of Table 2 (``sulfate``, ``chloride``, ``nitrate``, ``iron``, ``manganese``).

    Returns
    -------
    ZoneCompliance
        ``value``, ``evaluated``, ``share``, ``method``, ``tests``, ``exceeding_items()``.

    Notes
    -----
    SL 395-2007: a test complies when no evaluated item is worse than the target class; with six tests and more the year
    complies when 80 % of them do, with fewer when the annual means do. Not verified (see ``marks``).

    Examples
    --------
    >>> zone = evaluate_function_zones(3, nh3n=[0.4, 0.9, 1.2, 0.8, 0.7, 0.6], codmn=[3, 4, 5, 4, 4, 5])
    >>> zone.value, round(zone.share, 1), zone.exceeding_items()
    (True, 83.3, {'nh3n': 1})
    >>> evaluate_function_zones(3, nh3n=[0.4, 1.2, 1.1]).method
    'mean'
    """
    rule = dated("surface_water.function_zone", on, edition)
    if factors not in ("full", "double"):
        raise MeasurementError(f"factors is {factors!r}; it is 'full' or 'double'.")
    tests = with_axis_last(item_measurements(items, ("temperature", "do_saturation")), axis)
    if factors == "double":
        tests = _double(tests, rule)
    zones = tests.shape[:-1]
    target = np.asarray(target_class)
    if not np.isin(target, range(1, 6)).all():
        raise MeasurementError("target_class is a class from 1 to 5.")
    target = np.broadcast_to(target, zones).astype(np.int64)
    extra = _supplementary(supplementary, tests.shape, axis, missing_codes, on)

    judged = _judge(tests, extra, target[..., None], rule, water_body, missing_codes, on)
    mean_extra = {key: (_nanmean(values), limit) for key, (values, limit) in extra.items()}
    mean = _judge(
        mean_of_last_axis(tests, missing_codes), mean_extra, target, rule, water_body, missing_codes, on
    )
    tested, compliant = judged.measured, judged.complies
    n, good = tested.sum(axis=-1), (compliant & tested).sum(axis=-1)
    by_share = n >= rule.table["tests_for_share"]
    evaluated = n > 0
    value = evaluated & np.where(by_share, good * 100 >= rule.table["share"] * n, mean.complies)
    with np.errstate(invalid="ignore", divide="ignore"):
        share = np.where(evaluated, good / n * 100, np.nan)
    method = np.select([~evaluated, by_share], ["", "share"], "mean")
    scalar = not zones

    def plain(column: NDArray[Any]) -> Any:
        return column.item() if scalar else column

    return ZoneCompliance(
        value=(bool(value) if evaluated else None) if scalar else value,
        evaluated=plain(np.asarray(evaluated)),
        tests=compliant,
        tested=tested,
        share=plain(np.asarray(share)),
        method=plain(method),
        edition=rule.edition,
        marks=tuple(dict.fromkeys((*marks_of(rule), *judged.marks))),
        validity=DataValidity(
            plain(np.asarray(n)),
            1,
            plain(np.asarray(evaluated)),
            Text(
                zh=f"有数据的次数；不少于{rule.table['tests_for_share']}次按达标率，少于则按年均值",
                en=f"tests with data; {rule.table['tests_for_share']} and more by their share, fewer by the annual mean",
            ),
        ),
        factors=factors,
        by_item=judged.failed,
        target=np.asarray(target),
        rule=rule,
    )


@dataclass(frozen=True)
class _Judged:
    complies: NDArray[np.bool_]
    measured: NDArray[np.bool_]
    failed: dict[str, NDArray[np.bool_]]
    marks: tuple[Text, ...]


def _judge(
    rows: Measurements,
    extra: Mapping[str, tuple[Float64, float]],
    target: NDArray[np.int64],
    rule: ParameterValue,
    water_body: str,
    missing_codes: Sequence[float] | None,
    on: date | None,
) -> _Judged:
    """Judge each element against its target class, item by item."""
    evaluated = tuple(item for item in ITEMS if item not in rule.table["not_evaluated"])
    found = evaluate(
        rows,
        water_body=water_body,
        reference_class=3,
        rounding="none",
        missing_codes=missing_codes,
        limits=dated("surface_water.limits", on),
        on=on,
        only=evaluated,
    )
    failed = {item: np.asarray(found.item_class(item)) > target for item in found.items}
    measured = np.asarray(found.measured) > 0
    for key, (values, limit) in extra.items():
        with np.errstate(invalid="ignore"):
            failed[key] = values > limit
        measured = measured | ~np.isnan(values)
    complies = measured & ~np.logical_or.reduce(list(failed.values()))
    return _Judged(complies, measured, failed, found.marks)


def _double(rows: Measurements, rule: ParameterValue) -> Measurements:
    """Ammonia nitrogen and one measure of oxygen demand; a test that lacks either is left out."""
    table = rule.table["double"]
    given = {name: column.reshape(rows.shape) for name, column in rows.given().items()}
    demand, instead, other = table["oxygen_demand"], table["instead"], table["other"]
    if other not in given or not {demand, instead} & set(given):
        raise MeasurementError(f"The double evaluation needs {other} and {demand} (or {instead}).")
    nothing = np.full(rows.shape, np.nan)
    first, second = given.get(demand, nothing), given.get(instead, nothing)
    with np.errstate(invalid="ignore"):
        use_second = (second > table["instead_above"]) | np.isnan(first)
    complete = ~np.isnan(given[other]) & ~np.isnan(np.where(use_second, second, first))
    return measurements(
        **{
            demand: np.where(complete & ~use_second, first, np.nan),
            instead: np.where(complete & use_second, second, np.nan),
            other: np.where(complete, given[other], np.nan),
        }
    )


def _supplementary(
    given: Mapping[str, ArrayLike] | None,
    shape: tuple[int, ...],
    axis: int,
    missing_codes: Sequence[float] | None,
    on: date | None,
) -> dict[str, tuple[Float64, float]]:
    if not given:
        return {}
    limits = dated("surface_water.drinking.supplementary", on).table
    unknown = [key for key in given if key not in limits]
    if unknown:
        raise MeasurementError(f"{', '.join(unknown)}: not in Table 2. Items: {', '.join(limits)}.")
    rows = with_axis_last(measurements(**dict(given)), axis)
    found = {}
    for key, column in rows.given().items():
        known = without_codes(column, missing_codes)
        refuse_impossible(key, known, unit="mg/L")
        found[key] = (np.broadcast_to(known.reshape(rows.shape), shape), float(limits[key]))
    return found


def _nanmean(values: Float64) -> Float64:
    present = ~np.isnan(values)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean: Float64 = np.where(present, values, 0.0).sum(axis=-1) / present.sum(axis=-1)
    return np.where(present.any(axis=-1), mean, np.nan)

"""Energy use of buildings and of streets against the constraint and guide values that the caller names."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ecociv.core.text import Text
from ecociv.core.trace import Citation
from ecociv.standards.arrays import Float64, MeasurementError, element, measurements, refuse_impossible
from ecociv.standards.computed import Computed, Term, all_needed, pick
from ecociv.standards.results import DataValidity


class BenchmarkClass(IntEnum):
    """Where an index stands against guide value (引导值) and constraint value (约束值)."""

    GUIDE = 1
    CONSTRAINT = 2
    ABOVE = 3

    @property
    def label(self) -> Text:
        """The class in words."""
        return _LABELS[self]


_LABELS = {
    BenchmarkClass.GUIDE: Text(zh="达到引导值", en="at or below the guide value"),
    BenchmarkClass.CONSTRAINT: Text(zh="符合约束值", en="at or below the constraint value"),
    BenchmarkClass.ABOVE: Text(zh="超过约束值", en="above the constraint value"),
}


@dataclass(frozen=True, eq=False, kw_only=True)
class Benchmark(Computed):
    """Energy use per area with its class.

    Attributes
    ----------
    value : float or array
        Use per area, kWh/(m2 a) unless another unit was named.
    grade : int or array of int
        1 at or below the guide value, 2 at or below the constraint value, 3 above it (`BenchmarkClass`); 0 without a
        value. Without a guide value class 1 is not given.
    ratio : float or array
        Use over constraint value.
    """

    grade: Any
    ratio: Any

    def _notes_at(self, place: int | None) -> tuple[Text, ...]:
        grade = int(pick(self.grade, place))
        return (BenchmarkClass(grade).label if grade else Text(zh="无数据", en="no data"),)


def building(
    energy: ArrayLike,
    area: ArrayLike,
    *,
    constraint: ArrayLike,
    guide: ArrayLike | None = None,
    source: Citation,
    unit: str = "kwh/m2",
) -> Benchmark:
    """Energy use of buildings per area, against constraint and guide values.

    Parameters
    ----------
    energy : array_like
        Yearly use in kWh (or W for lighting, with ``unit="watt/m2"``).
    area : array_like
        Floor area (or lit area of a road) in m2.
    constraint, guide : array_like
        Values for the kind of building and climate zone, in `unit`; they are the caller's, because the tables of
        GB/T 51161 (and of CJJ 45 for road lighting) are not part of this library.
    source : Citation
        Where these values were read: document and table.

    Raises
    ------
    MeasurementError
        Negative figures, zero area, a guide value above the constraint value.

    Examples
    --------
    >>> table = Citation("local quota of public buildings", "Table 1", 2020)
    >>> houses = building([54_000, 70_000, 90_000], 1000, constraint=70, guide=55, source=table)
    >>> houses.value.tolist(), houses.grade.tolist()
    ([54.0, 70.0, 90.0], [1, 2, 3])
    """
    rows = measurements(energy=energy, area=area, constraint=constraint, guide=guide)
    given = rows.given()
    _check(given, unit)
    index = given["energy"] / given["area"]
    return _benchmark(
        index,
        given["constraint"],
        given.get("guide"),
        rows.restore,
        unit,
        source,
        all_needed(rows),
        Text(zh="建筑能耗指标", en="Energy use index of a building"),
        "energy / area",
        (
            Term(Text(zh="能耗", en="energy use"), given["energy"], unit.split("/")[0]),
            Term(Text(zh="面积", en="area"), given["area"], "m2"),
        ),
    )


def _check(given: dict[str, Float64], unit: str) -> None:
    tiny = float(np.nextafter(0, 1))
    for name, column in given.items():
        refuse_impossible(
            name,
            column,
            unit={"energy": unit.split("/")[0], "area": "m2"}.get(name, unit),
            at_least=0 if name == "energy" else tiny,
        )
    if "guide" in given and (given["guide"] > given["constraint"]).any():
        raise MeasurementError(
            "A guide value lies above its constraint value; the guide value is the stricter one."
        )


def _benchmark(
    index: Float64,
    constraint: Float64,
    guide: Float64 | None,
    restore: Any,
    unit: str,
    source: Citation,
    validity: DataValidity,
    label: Text,
    formula: str,
    terms: tuple[Term, ...],
) -> Benchmark:
    with np.errstate(invalid="ignore"):
        grade = np.where(index <= constraint, 2, 3)
        if guide is not None:
            grade = np.where((grade == 2) & (index <= guide), 1, grade)
    unknown = np.isnan(index) | np.isnan(constraint)
    if guide is not None:
        unknown |= np.isnan(guide)
    grade = np.where(unknown, 0, grade)
    limits = [Term(Text(zh="约束值", en="constraint value"), constraint, unit, coefficient=True)]
    if guide is not None:
        limits.append(Term(Text(zh="引导值", en="guide value"), guide, unit, coefficient=True))
    return Benchmark(
        value=restore(index),
        unit=unit,
        edition=str(source),
        marks=(),
        validity=validity,
        label=label,
        formula=formula,
        terms=(*terms, *limits),
        standard=source,
        grade=restore(grade),
        ratio=restore(index / constraint),
    )


def street(
    energy: ArrayLike,
    area: ArrayLike,
    *,
    constraint: ArrayLike,
    guide: ArrayLike | None = None,
    source: Citation,
    needed_coverage: float = 1.0,
    unit: str = "kwh/m2",
) -> Benchmark:
    """Energy use of a street (街道) of mixed buildings, against the benchmark of its mix.

    The buildings lie along the last axis. The benchmark is the mean of their values weighted by area, so that a
    street of shops is not measured by the value of dwellings.

    Parameters
    ----------
    energy, area, constraint, guide, source, unit
        As in `building`, one for each building.
    needed_coverage : float
        Share of the floor area that must have data; below it there is no value. Buildings without data are left out
        of both sides.

    Examples
    --------
    >>> table = Citation("local quota", "Table 1", 2020)
    >>> lane = street([60_000, 200_000], [1000, 2000], constraint=[70, 110], guide=[50, 80], source=table)
    >>> round(lane.value, 2), round(lane.ratio, 3), lane.grade  # 260 / 3 against (70 + 220) / 3
    (86.67, 0.897, 2)
    """
    if not 0 < needed_coverage <= 1:
        raise MeasurementError(f"needed_coverage is {needed_coverage:g}; it lies above 0 and at most at 1.")
    rows = measurements(energy=energy, area=area, constraint=constraint, guide=guide)
    if rows.is_scalar:
        raise MeasurementError(
            "A street is a row of buildings; give arrays, or use building for a single one."
        )
    _check(rows.given(), unit)
    given = {name: column.reshape(rows.shape) for name, column in rows.given().items()}
    known = np.all([~np.isnan(column) for column in given.values()], axis=0)
    size = np.where(known, given["area"], 0.0).sum(axis=-1)
    whole = given["area"].sum(axis=-1)
    with np.errstate(divide="ignore", invalid="ignore"):
        coverage = size / whole
        enough = coverage >= needed_coverage
        mean = {
            name: np.where(enough, np.where(known, column, 0.0).sum(axis=-1) / size, np.nan)
            for name, column in (
                ("energy", given["energy"]),
                *((name, given[name] * given["area"]) for name in ("constraint", "guide") if name in given),
            )
        }
    streets = measurements(**mean)
    flat = streets.given()
    covered = np.atleast_1d(coverage).reshape(-1)
    count = element if streets.is_scalar else None
    counted = np.asarray(known.sum(axis=-1), dtype=np.int64)
    validity = DataValidity(
        count(counted, None) if count else counted,
        None,
        count(np.asarray(enough), None) if count else enough,
        Text(
            zh=f"有数据的面积占比不低于{needed_coverage:.0%}",
            en=f"buildings with data make up at least {needed_coverage:.0%} of the area",
        ),
    )
    return _benchmark(
        flat["energy"],
        flat["constraint"],
        flat.get("guide"),
        streets.restore,
        unit,
        source,
        validity,
        Text(zh="街道能耗指标", en="Energy use index of a street"),
        "sum(energy) / sum(area); benchmark = sum(value * area) / sum(area)",
        (
            Term(Text(zh="有数据的面积", en="area with data"), np.atleast_1d(size).reshape(-1), "m2"),
            Term(Text(zh="面积覆盖率", en="coverage of the area"), covered),
        ),
    )

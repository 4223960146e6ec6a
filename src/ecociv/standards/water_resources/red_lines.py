"""The three red lines of water management: total use, efficiency, water function zones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ecociv.core.text import Text
from ecociv.core.trace import Trace, TraceInput, TraceParameter
from ecociv.standards.arrays import Float64, MeasurementError, Measurements, element, measurements
from ecociv.standards.parameters import ParameterValue, parameter, parameter_series
from ecociv.standards.results import DataValidity, Result, marks_of, number_or_none

LINES: dict[str, tuple[Text, str]] = {
    "total_use": (Text(zh="用水总量", en="Total water use"), "yi_m3"),
    "industrial_use": (
        Text(zh="万元工业增加值用水量", en="Water use per 10,000 yuan of industrial value added"),
        "m3/wan_yuan",
    ),
    "industrial_use_change": (
        Text(
            zh="万元工业增加值用水量较基期变化",
            en="Change of water use per industrial value added against the base",
        ),
        "percent",
    ),
    "gdp_use_change": (
        Text(zh="万元国内生产总值用水量较基期变化", en="Change of water use per GDP against the base"),
        "percent",
    ),
    "irrigation_coefficient": (
        Text(zh="农田灌溉水有效利用系数", en="Effective use coefficient of irrigation water"),
        "1",
    ),
    "function_zone_share": (
        Text(zh="重要水功能区水质达标率", en="Compliance of important water function zones"),
        "percent",
    ),
}
"""The figures that a red line is drawn for, with name and unit."""

AREAS = ("nation", "jiangxi")


@dataclass(frozen=True, eq=False)
class RedLineEvaluation(Result):
    """Figures of a year against the red lines of its stage.

    Attributes
    ----------
    value : bool, None or array of bool
        All lines for which a figure was given are kept; ``None`` (False in an array) where there is no figure.
    met : dict
        For each line given: whether it is kept.
    distance : dict
        For each line given: how far inside the line (positive) or beyond it (negative), in its unit; NaN is missing.
    not_evaluated : tuple of str
        Lines that are drawn and for which no figure was given.
    target_year : int
        The year for which the targets are set; before it they are the ceiling that the stage leads to.
    """

    value: bool | None | NDArray[np.bool_] | Any
    met: Mapping[str, Any]
    distance: Mapping[str, Any]
    not_evaluated: tuple[str, ...]
    target_year: int
    edition: str
    marks: tuple[Text, ...]
    validity: DataValidity
    targets: Mapping[str, Mapping[str, float]]
    rows: Measurements = field(repr=False)
    source: ParameterValue = field(repr=False)

    def trace(self, at: int | None = None) -> Trace:
        """Each figure beside its line."""
        place = self._element(at)
        inputs = tuple(self._trace_line(line, place) for line in self.met)
        kept = sum(bool(element(met, place)) for met in self.met.values())
        notes = [Text(zh=f"目标年{self.target_year}", en=f"targets for {self.target_year}")]
        if self.not_evaluated:
            notes.append(
                Text(
                    zh="缺数据：" + "、".join(LINES[line][0].zh for line in self.not_evaluated),
                    en="without data: " + ", ".join(LINES[line][0].en for line in self.not_evaluated),
                )
            )
        return Trace(
            Text(zh="达到的控制目标数", en="Targets that are met"),
            kept,
            "1",
            "number of figures inside their line",
            inputs,
            self.source.citation,
            notes=(*notes, *self.marks),
        )

    def _trace_line(self, line: str, place: int | None) -> Trace:
        name, unit = LINES[line]
        column = self.rows.columns[line]
        assert column is not None  # met holds only what was given
        target = self.targets[line]
        kind = "at_most" if "at_most" in target else "at_least"
        words = Text(zh="不超过", en="at most") if kind == "at_most" else Text(zh="不低于", en="at least")
        conditions = []
        if "base" in target:
            conditions.append(Text(zh=f"基期{target['base']:g}年", en=f"base {target['base']:g}"))
        if "prices_of" in target:
            conditions.append(
                Text(zh=f"{target['prices_of']:g}年不变价", en=f"prices of {target['prices_of']:g}")
            )
        zh = f"（{'，'.join(one.zh for one in conditions)}）" if conditions else ""
        en = f" ({', '.join(one.en for one in conditions)})" if conditions else ""
        return Trace(
            Text(zh=f"{name.zh}与红线的距离", en=f"Distance to the line: {name.en}"),
            number_or_none(element(self.distance[line], place)),
            unit,
            "target - figure" if kind == "at_most" else "figure - target",
            (TraceInput(name, number_or_none(column[place or 0]), unit),),
            self.source.citation,
            (
                TraceParameter(
                    Text(zh=f"{words.zh}{zh}", en=f"{words.en}{en}"),
                    target[kind],
                    unit,
                    self.source.citation,
                    self.source.valid,
                ),
            ),
        )


def red_lines(area: str = "nation", *, on: date | None = None, edition: str | None = None) -> ParameterValue:
    """The red lines of an area in the stage of a day, as a dated parameter.

    Parameters
    ----------
    area : {"nation", "jiangxi"}
    on, edition : optional
        A day, or the stage by name (``"stage to 2020"``); one of them is needed.

    Examples
    --------
    >>> from datetime import date
    >>> lines = red_lines("nation", on=date(2018, 6, 1))
    >>> lines.table["target_year"], lines.table["total_use"]["at_most"]
    (2020, 6700)
    """
    if area not in AREAS:
        raise MeasurementError(f"No red lines are entered for {area!r}; areas: {', '.join(AREAS)}.")
    return parameter(f"water_resources.red_lines.{area}", on=on, edition=edition)


def stages(area: str = "nation") -> tuple[str, ...]:
    """Names of the stages that are entered for an area, oldest first."""
    return tuple(period.edition for period in parameter_series(f"water_resources.red_lines.{area}").periods)


def evaluate_red_lines(
    area: str = "nation",
    *,
    on: date | None = None,
    edition: str | None = None,
    targets: Mapping[str, Mapping[str, float]] | None = None,
    total_use: ArrayLike | None = None,
    industrial_use: ArrayLike | None = None,
    industrial_use_change: ArrayLike | None = None,
    gdp_use_change: ArrayLike | None = None,
    irrigation_coefficient: ArrayLike | None = None,
    function_zone_share: ArrayLike | None = None,
) -> RedLineEvaluation:
    """Whether figures keep the red lines of water management.

    Parameters
    ----------
    area, on, edition
        As in `red_lines`.
    targets : mapping, optional
        Lines of a lower level (a city) in place of those of the area: ``{"total_use": {"at_most": 8.97}}``.
    total_use : array_like, optional
        yi_m3.
    industrial_use : array_like, optional
        m3 per 10,000 yuan of industrial value added.
    industrial_use_change, gdp_use_change : array_like, optional
        Change against the base year of the stage in percent, a fall negative.
    irrigation_coefficient : array_like, optional
    function_zone_share : array_like, optional
        Percent of the important water function zones that comply.

    Returns
    -------
    RedLineEvaluation
        ``value``, ``met``, ``distance``, ``not_evaluated``.

    Raises
    ------
    MeasurementError
        A figure for which the stage draws no line, or an infinite one.

    Notes
    -----
    国发〔2012〕3号, 国办发〔2013〕2号. A figure on the line keeps it.

    Examples
    --------
    >>> from datetime import date
    >>> year = evaluate_red_lines("jiangxi", on=date(2020, 12, 31), total_use=249.0, irrigation_coefficient=0.505)
    >>> year.value, year.met, round(year.distance["irrigation_coefficient"], 3)
    (False, {'total_use': True, 'irrigation_coefficient': False}, -0.005)
    """
    source = red_lines(area, on=on, edition=edition)
    drawn: dict[str, Mapping[str, float]] = {
        line: target for line, target in (targets or source.table).items() if line in LINES
    }
    unknown = [line for line in (targets or {}) if line not in LINES]
    if unknown:
        raise MeasurementError(f"{', '.join(unknown)}: no such line. Lines: {', '.join(LINES)}.")
    rows = measurements(
        total_use=total_use,
        industrial_use=industrial_use,
        industrial_use_change=industrial_use_change,
        gdp_use_change=gdp_use_change,
        irrigation_coefficient=irrigation_coefficient,
        function_zone_share=function_zone_share,
    )
    given = rows.given()
    undrawn = [line for line in given if line not in drawn]
    if undrawn:
        raise MeasurementError(
            f"{source.edition} of {area} draws no line for {', '.join(undrawn)}; lines: {', '.join(drawn)}."
        )
    distance: dict[str, Float64] = {}
    for line, column in given.items():
        if np.isinf(column).any():
            raise MeasurementError(f"{line} is infinite; mark a missing figure as NaN.")
        target = drawn[line]
        # Twelve decimals drop the noise of subtraction: a figure on the line is on it.
        gap = float(target["at_most"]) - column if "at_most" in target else column - float(target["at_least"])
        distance[line] = np.round(gap, 12) + 0.0
    with np.errstate(invalid="ignore"):
        met = {line: gap >= 0 for line, gap in distance.items()}
    known = {line: ~np.isnan(gap) for line, gap in distance.items()}
    count = sum((there.astype(np.int64) for there in known.values()), np.zeros(rows.size, dtype=np.int64))
    kept = count > 0
    for line in met:
        kept = kept & (met[line] | ~known[line])
    marks = marks_of(source)
    if targets is not None:
        marks = (Text(zh="控制目标由调用者给出", en="the targets were given by the caller"),)
    return RedLineEvaluation(
        value=(bool(kept[0]) if count[0] else None) if rows.is_scalar else kept.reshape(rows.shape),
        met={line: rows.restore(flag) for line, flag in met.items()},
        distance={line: rows.restore(gap) for line, gap in distance.items()},
        not_evaluated=tuple(line for line in drawn if line not in given),
        target_year=int(source.table["target_year"]),
        edition=source.edition,
        marks=marks,
        validity=DataValidity(
            rows.restore(count),
            len(drawn),
            rows.restore(count == len(drawn)),
            Text(zh="各条红线均有数据", en="a figure for each line"),
        ),
        targets=drawn,
        rows=rows,
        source=source,
    )


def assessment_grade(score: ArrayLike, *, on: date | None = None) -> Any:
    """The grade of the yearly assessment of strict water management by its score of up to 100 points.

    Returns
    -------
    str or array of str
        ``"excellent"``, ``"good"``, ``"qualified"``, ``"unqualified"``; ``""`` for NaN.

    Notes
    -----
    国办发〔2013〕2号, entered from memory (`parameter` ``water_resources.assessment_grades`` carries the mark).

    Examples
    --------
    >>> assessment_grade([90, 89.9, 60, 59.9]).tolist()
    ['excellent', 'good', 'qualified', 'unqualified']
    """
    table = parameter(
        "water_resources.assessment_grades", on=on, edition=None if on else "国办发〔2013〕2号"
    ).table
    rows = measurements(score=score)
    column = rows.given()["score"]
    with np.errstate(invalid="ignore"):
        if ((column < 0) | (column > 100)).any():
            raise MeasurementError("A score lies between 0 and 100 points.")
        names = np.select(
            [np.isnan(column), *(column >= table[key] for key in ("excellent", "good", "qualified"))],
            ["", "excellent", "good", "qualified"],
            "unqualified",
        )
    return rows.restore(names)

"""State of a river or basin from the figures of its sections by the method of 2011."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ecociv.core.text import Text
from ecociv.core.trace import Trace
from ecociv.standards.arrays import Measurements, element, measurements
from ecociv.standards.results import DataValidity, Result
from ecociv.standards.surface_water.classify import item_measurements
from ecociv.standards.surface_water.items import ITEMS, label
from ecociv.standards.surface_water.section import (
    Rounding,
    SectionEvaluation,
    grades_of,
    section_of,
    states_of,
)
from ecociv.standards.surface_water.shares import ClassShares, shares_of
from ecociv.standards.surface_water.statistics import mean_over, without_codes


@dataclass(frozen=True, eq=False)
class BasinEvaluation(Result):
    """The evaluation of a river or basin from the concentrations in its sections.

    Attributes
    ----------
    value : int or array of uint8
        Number of the state, 1 to 5; 0 without data.
    method : str or array
        ``"shares"`` from five sections on, ``"mean"`` below, ``""`` without data.
    sections : SectionEvaluation
        Each section by itself.
    shares : ClassShares
        Shares of the classes of the sections, whatever the method.
    mean : SectionEvaluation
        The mean of the sections, evaluated like a section.
    """

    value: int | NDArray[np.uint8] | Any
    method: Any
    sections: SectionEvaluation
    shares: ClassShares
    mean: SectionEvaluation
    edition: str
    marks: tuple[Text, ...]
    validity: DataValidity

    @property
    def state(self) -> Any:
        """The `WaterState`; ``None`` without data; an array of them for arrays."""
        return states_of(self.value)

    def exceeding_shares(self, at: int | None = None) -> dict[str, float]:
        """Share of the sections (percent) in which an item is worse than class III, largest first; zeros left out."""
        place = self._element(at)
        found = {}
        total = int(np.asarray(self.shares.counts).reshape(-1, 6)[place or 0].sum())
        for item in self.sections.water_class.items:
            own = np.atleast_1d(self.sections.water_class.item_class(item))
            exceeding = int((own.reshape(-1, own.shape[-1])[place or 0] > 3).sum())
            if exceeding:
                found[item] = exceeding / total * 100
        return dict(sorted(found.items(), key=lambda pair: (-pair[1], ITEMS.index(pair[0]))))

    def main_indicators(self, at: int | None = None) -> tuple[str, ...]:
        """Keys of the (at most three) main pollution indicators.

        By shares: the items worse than class III in most sections. Below five sections the method names them for
        each section, see ``sections.main_indicators(k)``; here those of the mean are given.
        """
        place = self._element(at)
        if element(self.method, place) == "shares":
            return tuple(self.exceeding_shares(at))[: int(self.sections.rules.table["count"])]
        return tuple(indicator.item for indicator in self.mean.main_indicators(place))

    def trace(self, at: int | None = None) -> Trace:
        """The shares, or the mean, that the state rests on."""
        place = self._element(at)
        grade = element(self.value, place)
        by_shares = element(self.method, place) == "shares"
        names = self.main_indicators(at)
        worst = Text(
            zh=f"主要污染指标：{label(names)}", en=f"main pollution indicators: {label(names, 'en')}"
        )
        return Trace(
            Text(zh="河流（流域）水质状况等级", en="Grade of the state of the river or basin"),
            None if grade == 0 else int(grade),
            "1",
            "shares of the classes" if by_shares else "class of the mean of the sections",
            (self.shares.trace(at) if by_shares else self.mean.trace(place),),
            self.shares.bounds.citation,
            notes=(worst, *self.marks),
        )


def evaluate_basin(
    *,
    axis: int = -1,
    rounding: Rounding | None = None,
    missing_codes: Sequence[float] | None = None,
    edition: str | None = None,
    on: date | None = None,
    **items: ArrayLike | None,
) -> BasinEvaluation:
    """The state of a river or basin from the figures of its sections.

    Parameters
    ----------
    **items : array_like
        Figures of the period by item key, sections along `axis`; further axes are further rivers or periods.
    axis : int
        Axis of the sections.
    rounding, missing_codes, edition, on
        As in `evaluate_section`.

    Notes
    -----
    环办〔2011〕22号: with fewer than five sections the items are averaged over the sections (pH through hydrogen ions) and
    the mean is evaluated like a section; from five on the shares of classes I to III and of worse than V decide.

    Examples
    --------
    >>> stream = evaluate_basin(codmn=[3.0, 5.0, 8.8], nh3n=[0.2, 0.4, 0.5])
    >>> stream.method, stream.mean.value, stream.state.label.zh
    ('mean', 3, '良好')
    """
    rows = item_measurements(items, ("temperature", "do_saturation"))
    sections = with_axis_last(rows, axis)
    scalar = len(sections.shape) == 1
    each = section_of(sections, "river", rounding, missing_codes, edition, on)
    shares = shares_of(np.atleast_1d(np.asarray(each.value)), edition, on)
    mean = section_of(
        mean_of_last_axis(sections, missing_codes), "river", rounding, missing_codes, edition, on
    )
    total = np.asarray(shares.validity.n)
    by_shares = total >= shares.bounds.table["sections"]
    grade = np.where(by_shares, shares.value, grades_of(np.asarray(mean.value), mean.states)).astype(np.uint8)
    method = np.select([total == 0, by_shares], ["", "shares"], "mean")
    return BasinEvaluation(
        value=int(grade) if scalar else grade,
        method=str(method) if scalar else method,
        sections=each,
        shares=shares,
        mean=mean,
        edition=shares.edition,
        marks=tuple(dict.fromkeys((*shares.marks, *each.marks))),
        validity=DataValidity(
            shares.validity.n,
            1,
            bool(total > 0) if scalar else total > 0,
            Text(zh="至少一个断面有数据", en="at least one section with data"),
        ),
    )


def with_axis_last(rows: Measurements, axis: int) -> Measurements:
    """Measurements with one axis moved to the end; a single number becomes an axis of length one."""
    return measurements(
        **{
            name: np.moveaxis(np.atleast_1d(column.reshape(rows.shape)), axis, -1)
            for name, column in rows.given().items()
        }
    )


def mean_of_last_axis(rows: Measurements, missing_codes: Sequence[float] | None) -> Measurements:
    """The mean of each column along the last axis, gaps and codes for them left out; pH through hydrogen ions."""
    return measurements(
        **{
            name: mean_over(name, without_codes(column.reshape(rows.shape), missing_codes), -1)
            for name, column in rows.given().items()
        }
    )

"""State, colour and main pollution indicators of a monitoring section by the method of 2011."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ecociv.core.rounding import round_half_even
from ecociv.core.text import Text
from ecociv.core.trace import Trace
from ecociv.standards.arrays import Measurements, element
from ecociv.standards.parameters import ParameterValue, parameter_series
from ecociv.standards.results import DataValidity, Result, marks_of
from ecociv.standards.surface_water.classes import WaterClass
from ecociv.standards.surface_water.classify import WaterBody, evaluate, item_measurements
from ecociv.standards.surface_water.editions import dated
from ecociv.standards.surface_water.items import ITEM_NAMES, ITEMS, NO_CLASS, class_name

Rounding = Literal["none", "statistics"]


class WaterState(StrEnum):
    """State of a section, river, basin or lake, best first."""

    EXCELLENT = "excellent"
    GOOD = "good"
    LIGHT = "light"
    MODERATE = "moderate"
    HEAVY = "heavy"

    @property
    def label(self) -> Text:
        """The state in words."""
        return _LABELS[self]


_LABELS = {
    WaterState.EXCELLENT: Text(zh="优", en="excellent"),
    WaterState.GOOD: Text(zh="良好", en="good"),
    WaterState.LIGHT: Text(zh="轻度污染", en="light pollution"),
    WaterState.MODERATE: Text(zh="中度污染", en="moderate pollution"),
    WaterState.HEAVY: Text(zh="重度污染", en="heavy pollution"),
}

STATES: tuple[WaterState | None, ...] = (None, *WaterState)
"""States by their number; 0 is "no state"."""


def states_of(grades: Any) -> Any:
    """The state of each number, as a scalar or an array of objects."""
    if isinstance(grades, np.ndarray):
        table = np.array(STATES, dtype=object)
        return table[grades]
    return STATES[grades]


def default_rounding(on: date | None) -> Rounding:
    """Statistics are rounded before comparison since the regulation of 2020; before it nothing was laid down."""
    if on is None:
        return "statistics"
    covered = any(period.valid.contains(on) for period in parameter_series("surface_water.decimals").periods)
    return "statistics" if covered else "none"


@dataclass(frozen=True, slots=True)
class MainIndicator:
    """A main pollution indicator of a section.

    Attributes
    ----------
    item : str
        Key of the item.
    water_class : int
        The class of the item by itself.
    multiple : float or None
        Exceedance multiple over class III, unrounded; ``None`` for pH and dissolved oxygen, which have none.
    """

    item: str
    water_class: int
    multiple: float | None

    def text(self, lang: str = "zh", decimals: int = 1) -> str:
        """As it is printed: ``"氨氮(0.4)"``."""
        name = ITEM_NAMES[self.item].in_language(lang)
        if self.multiple is None:
            return name
        shown = f"{round_half_even(self.multiple, decimals):.{decimals}f}"
        return f"{name}({shown})" if lang.startswith("zh") else f"{name} ({shown})"


def indicators_text(indicators: Sequence[MainIndicator], lang: str = "zh") -> str:
    """Main indicators in one line: ``"氨氮(0.4)、总磷(0.2)"``, ``"—"`` for none."""
    joint = Text(zh="、", en=", ").in_language(lang)
    return joint.join(indicator.text(lang) for indicator in indicators) or "—"


@dataclass(frozen=True, eq=False)
class SectionEvaluation(Result):
    """The evaluation of one section, or of many side by side.

    Attributes
    ----------
    value : int or array of uint8
        Class 1 to 6, 0 without data.
    grade : int or array of uint8
        Number of the state, 1 (excellent) to 5 (heavy pollution), 0 without data.
    water_class : WaterClass
        The classification behind it, with exceedance and limiting items.
    """

    value: int | NDArray[np.uint8] | Any
    grade: int | NDArray[np.uint8] | Any
    water_class: WaterClass
    edition: str
    marks: tuple[Text, ...]
    validity: DataValidity
    states: ParameterValue = field(repr=False)
    rules: ParameterValue = field(repr=False)

    @property
    def state(self) -> Any:
        """The `WaterState`; ``None`` without data; an array of them for arrays."""
        return states_of(self.grade)

    def colour(self, at: int | None = None) -> str | None:
        """The colour of the state on maps, in English (``"blue"`` to ``"red"``); ``None`` without data."""
        grade = element(self.grade, self._element(at))
        return str(self.states.value[grade - 1]["colour"]) if grade else None

    def main_indicators(self, at: int | None = None) -> tuple[MainIndicator, ...]:
        """The main pollution indicators of one section; none where it is excellent or good."""
        return main_indicators(self.water_class, self.rules, self._element(at))

    def trace(self, at: int | None = None) -> Trace:
        """The class behind the state, and the main indicators."""
        place = self._element(at)
        grade = element(self.grade, place)
        state, notes = STATES[grade], []
        if state is not None:
            found = self.main_indicators(at)
            notes.append(
                Text(
                    zh=f"水质{state.label.zh}；主要污染指标：{indicators_text(found)}",
                    en=f"state: {state.label.en}; main pollution indicators: {indicators_text(found, 'en')}",
                )
            )
        return Trace(
            Text(zh="断面水质状况等级", en="Grade of the section's state"),
            None if state is None else int(grade),
            "1",
            "state of the class",
            (self.water_class.trace(at),),
            self.states.citation,
            notes=(*notes, *self.marks),
        )


def evaluate_section(
    *,
    water_body: WaterBody = "river",
    rounding: Rounding | None = None,
    missing_codes: Sequence[float] | None = None,
    edition: str | None = None,
    on: date | None = None,
    **items: ArrayLike | None,
) -> SectionEvaluation:
    """Class, state, colour and main pollution indicators of a section from the statistics of a period.

    Parameters
    ----------
    **items : array_like
        Figures of the period by item key (`period_mean` makes them), one element a section; units as in `classify`.
        Total nitrogen and coliforms may be given and do not take part; ``temperature`` and ``do_saturation`` serve
        the oxygen of class I.
    water_body : {"river", "lake"}
        A point of a lake is evaluated like a section, with the limits of lakes.
    rounding : {"none", "statistics"}, optional
        By default as the regulation of the day: rounded since 2020 (and without a date), unrounded before.
    edition, on : optional
        Edition of the method by name or by day.

    Returns
    -------
    SectionEvaluation
        ``value`` (class), ``state``, ``colour()``, ``main_indicators()``, ``water_class``.

    Notes
    -----
    环办〔2011〕22号. Main indicators, where the class is worse than III: the items worse than III, worst class first and
    within a class by their multiple over class III, three of them; cyanide and heavy metals that exceed go before all
    others. pH and dissolved oxygen have no multiple and stand after those that have one.

    Examples
    --------
    >>> found = evaluate_section(ph=7.2, do=5.5, codmn=6.8, nh3n=1.7, tp=0.31, cod=24)
    >>> found.value, found.state.label.zh, found.colour()
    (5, '中度污染', 'orange')
    >>> indicators_text(found.main_indicators())
    '氨氮(0.7)、总磷(0.6)、化学需氧量(0.2)'
    """
    rows = item_measurements(items, ("temperature", "do_saturation"))
    return section_of(rows, water_body, rounding, missing_codes, edition, on)


def section_of(
    rows: Measurements,
    water_body: str,
    rounding: Rounding | None,
    missing_codes: Sequence[float] | None,
    edition: str | None,
    on: date | None,
) -> SectionEvaluation:
    """Evaluate figures that were brought to one shape."""
    evaluated = dated("surface_water.evaluated_items", on, edition)
    states = dated("surface_water.section_states", on, edition)
    rules = dated("surface_water.main_indicators", on, edition)
    found = evaluate(
        rows,
        water_body=water_body,
        reference_class=3,
        rounding=rounding or default_rounding(on),
        missing_codes=missing_codes,
        limits=dated("surface_water.limits", on),
        on=on,
        only=evaluated.value,
    )
    return SectionEvaluation(
        value=found.value,
        grade=grades_of(found.value, states),
        water_class=found,
        edition=states.edition,
        marks=tuple(dict.fromkeys((*marks_of(states, rules), *found.marks))),
        validity=found.validity,
        states=states,
        rules=rules,
    )


def grades_of(classes: Any, states: ParameterValue) -> Any:
    """The number of the state of each class, 0 where there is no class."""
    table = np.zeros(7, dtype=np.uint8)
    first = 1
    for number, entry in enumerate(states.value, start=1):
        table[first : entry["up_to_class"] + 1] = number
        first = entry["up_to_class"] + 1
    found = table[classes]
    return found if isinstance(classes, np.ndarray) else int(found)


def main_indicators(found: WaterClass, rules: ParameterValue, place: int | None) -> tuple[MainIndicator, ...]:
    """The main pollution indicators of one element of a classification."""
    one = found.single(place)
    if one.value <= one.reference_class:
        return ()
    table: Mapping[str, Any] = rules.table
    first = set(table["first"])
    exceeding = []
    for item in one.items:
        own = int(one.item_class(item))
        if own > one.reference_class:
            multiple = None if item in table["without_multiple"] else float(one.exceedance[item])
            exceeding.append(MainIndicator(item, own, multiple))
    exceeding.sort(
        key=lambda indicator: (
            indicator.item not in first,
            -indicator.water_class,
            indicator.multiple is None,
            -(indicator.multiple or 0.0),
            ITEMS.index(indicator.item),
        )
    )
    return tuple(exceeding[: int(table["count"])])


def describe(value: int, lang: str = "zh") -> str:
    """A class in the words of the method: ``"符合Ⅲ类标准"``, ``"劣于Ⅴ类标准"``.

    Examples
    --------
    >>> describe(3), describe(6), describe(6, "en")
    ('符合Ⅲ类标准', '劣于Ⅴ类标准', 'worse than class V')
    """
    if value == NO_CLASS:
        return Text(zh="无水质类别", en="no class").in_language(lang)
    if value == 6:
        return Text(zh="劣于Ⅴ类标准", en="worse than class V").in_language(lang)
    return Text(zh=f"符合{class_name(value)}标准", en=f"meets class {class_name(value, 'en')}").in_language(
        lang
    )

"""The trophic level index of lakes and reservoirs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ecociv.core.text import Text
from ecociv.core.trace import Trace, TraceInput, TraceParameter
from ecociv.standards.arrays import Float64, MeasurementError, Measurements, element, measurements
from ecociv.standards.parameters import ParameterValue
from ecociv.standards.results import DataValidity, Result, marks_of, number_or_none
from ecociv.standards.surface_water.editions import dated

TROPHIC_ITEMS = ("chla", "tp", "tn", "sd", "codmn")
"""Items of the index, in the order of the regulation."""

_NAMES = {
    "chla": Text(zh="叶绿素a", en="chlorophyll a"),
    "tp": Text(zh="总磷", en="total phosphorus"),
    "tn": Text(zh="总氮", en="total nitrogen"),
    "sd": Text(zh="透明度", en="transparency"),
    "codmn": Text(zh="高锰酸盐指数", en="permanganate index"),
}
_UNITS = {"chla": "mg/m3", "tp": "mg/L", "tn": "mg/L", "sd": "metre", "codmn": "mg/L"}


class TrophicState(StrEnum):
    """Trophic state of a lake."""

    OLIGOTROPHIC = "oligotrophic"
    MESOTROPHIC = "mesotrophic"
    LIGHT = "light-eutrophic"
    MIDDLE = "middle-eutrophic"
    HYPER = "hyper-eutrophic"

    @property
    def label(self) -> Text:
        """The state in words."""
        return _LABELS[self]

    @property
    def is_eutrophic(self) -> bool:
        """Whether it is one of the three eutrophic states."""
        return self not in (TrophicState.OLIGOTROPHIC, TrophicState.MESOTROPHIC)


_LABELS = {
    TrophicState.OLIGOTROPHIC: Text(zh="贫营养", en="oligotrophic"),
    TrophicState.MESOTROPHIC: Text(zh="中营养", en="mesotrophic"),
    TrophicState.LIGHT: Text(zh="轻度富营养", en="lightly eutrophic"),
    TrophicState.MIDDLE: Text(zh="中度富营养", en="moderately eutrophic"),
    TrophicState.HYPER: Text(zh="重度富营养", en="hypereutrophic"),
}


@dataclass(frozen=True, eq=False)
class TrophicLevel(Result):
    """The trophic level index with its state.

    Attributes
    ----------
    value : float or array
        TLI, unrounded; NaN where it cannot be computed.
    components : dict
        TLI of each item.
    weights : dict
        Weight of each item in the element; they add up to 1 over the items that are there.
    """

    value: float | Float64 | Any
    components: Mapping[str, Any]
    weights: Mapping[str, Any]
    edition: str
    marks: tuple[Text, ...]
    validity: DataValidity
    rows: Measurements = field(repr=False)
    measured: bool = field(repr=False)
    coefficients: ParameterValue = field(repr=False)
    bounds: ParameterValue = field(repr=False)

    @property
    def state(self) -> Any:
        """The `TrophicState`; ``None`` without an index; an array of them for arrays."""
        return trophic_state(self.value, self.bounds)

    def trace(self, at: int | None = None) -> Trace:
        """The index of each item, its weight, and their sum."""
        place = self._element(at)
        index = element(self.value, place)
        inputs = tuple(self._trace_item(item, place) for item in self.components)
        state = trophic_state(float(index), self.bounds)
        notes = () if state is None else (state.label,)
        return Trace(
            Text(zh="综合营养状态指数", en="Trophic level index"),
            number_or_none(index),
            "1",
            "sum(W_j * TLI_j)",
            inputs,
            self.coefficients.citation,
            notes=(*notes, *self.marks),
        )

    def _trace_item(self, item: str, place: int | None) -> Trace | TraceInput:
        own = number_or_none(element(self.components[item], place))
        name, weight = _NAMES[item], element(self.weights[item], place)
        label = Text(zh=f"{name.zh}的营养状态指数", en=f"TLI of {name.en}")
        share = TraceParameter(Text(zh="权重", en="weight"), float(weight), "1", self.coefficients.citation)
        if not self.measured:
            return Trace(label, own, "1", "given", (), None, (share,))
        column = self.rows.columns[item]
        assert column is not None  # components holds only what was given
        numbers = self.coefficients.table[item]
        figure = TraceInput(name, number_or_none(column[place or 0]), _UNITS[item])
        parameters = tuple(
            TraceParameter(
                Text(zh=text, en=text),
                numbers[text],
                "1",
                self.coefficients.citation,
                self.coefficients.valid,
            )
            for text in ("a", "b")
        )
        return Trace(
            label,
            own,
            "1",
            "10 * (a + b * ln(x))",
            (figure,),
            self.coefficients.citation,
            (*parameters, share),
        )


def trophic_level_index(
    *,
    chla: ArrayLike | None = None,
    tp: ArrayLike | None = None,
    tn: ArrayLike | None = None,
    sd: ArrayLike | None = None,
    codmn: ArrayLike | None = None,
    edition: str | None = None,
    on: date | None = None,
) -> TrophicLevel:
    """The trophic level index of a lake from its figures.

    Parameters
    ----------
    chla : array_like
        Chlorophyll a in mg/m3.
    tp, tn, codmn : array_like
        Total phosphorus, total nitrogen and permanganate index in mg/L.
    sd : array_like
        Transparency (Secchi depth) in m.

    Returns
    -------
    TrophicLevel
        ``value``, ``state``, ``components``, ``weights``. NaN where an item is missing and chlorophyll a with it;
        where others are missing the weights are normalised over those that are there (unverified, see ``marks``).

    Raises
    ------
    MeasurementError
        A figure that is zero or below: the logarithm needs a positive one; give half the detection limit.

    Notes
    -----
    总站生字〔2001〕090号, also named by 环办〔2011〕22号.

    Examples
    --------
    >>> lake = trophic_level_index(chla=12, tp=0.035, tn=0.9, sd=1.2, codmn=3.2)
    >>> round(lake.value, 1), lake.state.label.zh
    (45.4, '中营养')
    >>> {item: round(tli, 2) for item, tli in lake.components.items()}
    {'chla': 51.99, 'tp': 39.92, 'tn': 52.75, 'sd': 47.64, 'codmn': 32.04}
    """
    rows = measurements(chla=chla, tp=tp, tn=tn, sd=sd, codmn=codmn)
    coefficients = dated("surface_water.tli", on, edition)
    components = {}
    for item, column in rows.given().items():
        with np.errstate(invalid="ignore"):
            wrong = (column <= 0) | np.isinf(column)
        if wrong.any():
            place = int(np.argmax(wrong))
            raise MeasurementError(
                f"{item} is {column[place]:g} in element {place}; the index takes its logarithm, so it must be finite "
                "and above 0. Below the detection limit give half of it."
            )
        numbers = coefficients.table[item]
        components[item] = 10 * (numbers["a"] + numbers["b"] * np.log(column))
    return _combine(components, rows, coefficients, on, edition, measured=True)


def combine_tli(
    components: Mapping[str, ArrayLike], *, edition: str | None = None, on: date | None = None
) -> TrophicLevel:
    """The trophic level index from the indices of its items.

    Parameters
    ----------
    components : mapping
        TLI of each item, by the keys ``chla``, ``tp``, ``tn``, ``sd``, ``codmn`` (upper case is accepted).

    Raises
    ------
    MeasurementError
        A key that is none of the five.

    Examples
    --------
    >>> round(combine_tli({"chla": 51.99, "tp": 39.92, "tn": 52.75, "sd": 47.64, "codmn": 32.04}).value, 2)
    45.4
    """
    named = {key.casefold(): value for key, value in components.items()}
    unknown = [key for key in named if key not in TROPHIC_ITEMS]
    if unknown:
        raise MeasurementError(
            f"{', '.join(unknown)}: no item of the trophic level index. Items: {', '.join(TROPHIC_ITEMS)}."
        )
    rows = measurements(**{item: named[item] for item in TROPHIC_ITEMS if item in named})
    return _combine(rows.given(), rows, dated("surface_water.tli", on, edition), on, edition, measured=False)


def _combine(
    components: Mapping[str, Float64],
    rows: Measurements,
    coefficients: ParameterValue,
    on: date | None,
    edition: str | None,
    *,
    measured: bool,
) -> TrophicLevel:
    gaps = dated("surface_water.tli.missing", on, edition)
    present = {item: ~np.isnan(component) for item, component in components.items()}
    total = sum((present[item] * coefficients.table[item]["r2"] for item in components), np.zeros(rows.size))
    leading = present.get(gaps.table["needs"], np.zeros(rows.size, dtype=np.bool_))
    with np.errstate(invalid="ignore", divide="ignore"):
        weights = {
            item: np.where(
                present[item], coefficients.table[item]["r2"] / np.where(total > 0, total, np.nan), 0.0
            )
            for item in components
        }
        summed = sum(
            (weights[item] * np.nan_to_num(components[item]) for item in components), np.zeros(rows.size)
        )
    index = np.where(leading, summed, np.nan)
    count = sum((present[item].astype(np.int64) for item in components), np.zeros(rows.size, dtype=np.int64))
    complete = bool((count == len(TROPHIC_ITEMS)).all())
    bounds = dated("surface_water.tli.states", on, edition)
    return TrophicLevel(
        value=rows.restore(index),
        components={item: rows.restore(component) for item, component in components.items()},
        weights={item: rows.restore(weight) for item, weight in weights.items()},
        edition=coefficients.edition,
        marks=marks_of(coefficients, bounds) if complete else marks_of(coefficients, bounds, gaps),
        validity=DataValidity(
            rows.restore(count),
            len(TROPHIC_ITEMS),
            rows.restore(count == len(TROPHIC_ITEMS)),
            Text(
                zh="五项齐全；缺项时以叶绿素a为前提对现有各项重新归一化",
                en="all five items; with gaps, normalised over those present provided chlorophyll a is there",
            ),
        ),
        rows=rows,
        measured=measured,
        coefficients=coefficients,
        bounds=bounds,
    )


def trophic_state(index: Any, bounds: ParameterValue | None = None) -> Any:
    """The trophic state of an index: below 30, 30 to 50, above 50, above 60, above 70.

    Examples
    --------
    >>> [trophic_state(index).value for index in (29.9, 30, 50, 50.1, 60.1, 70.1)]
    ['oligotrophic', 'mesotrophic', 'mesotrophic', 'light-eutrophic', 'middle-eutrophic', 'hyper-eutrophic']
    """
    limits = (bounds or dated("surface_water.tli.states")).table
    values = np.asarray(index, dtype=np.float64)
    with np.errstate(invalid="ignore"):
        number = np.select(
            [
                np.isnan(values),
                values < limits["mesotrophic_from"],
                values <= limits["light_above"],
                values <= limits["middle_above"],
                values <= limits["hyper_above"],
            ],
            [0, 1, 2, 3, 4],
            5,
        )
    table = np.array([None, *TrophicState], dtype=object)
    return table[number]

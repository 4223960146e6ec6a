"""What a classification by GB 3838 returns, and the arithmetic behind one of its elements."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ecociv.core.rounding import round_half_even
from ecociv.core.text import Text
from ecociv.core.trace import Rounding, Trace, TraceInput, TraceParameter
from ecociv.standards.arrays import Float64, Measurements, element, label_of_element
from ecociv.standards.parameters import ParameterValue
from ecociv.standards.results import DataValidity, Result, number_or_none
from ecociv.standards.surface_water.items import (
    ITEM_NAMES,
    NO_CLASS,
    UNITS,
    ItemSets,
    class_name,
    label,
)
from ecociv.standards.surface_water.ladder import Ladder, Saturation

WITHOUT_MULTIPLE = ("ph", "do")
"""Items for which the 2011 method names no exceedance multiple."""


class Exceedance(Mapping[str, Any]):
    """Exceedance multiples by item, worked out when one is asked for.

    ``exceedance["nh3n"]`` is (C - S) / S over the limit S of the reference class: 0 where the limit is met, NaN
    where the item is missing. pH and dissolved oxygen have no multiple and are not keys.
    """

    def __init__(
        self, columns: Mapping[str, Float64], ladders: Mapping[str, Ladder], of_class: int, rows: Measurements
    ) -> None:
        self._columns = {key: column for key, column in columns.items() if key not in WITHOUT_MULTIPLE}
        self._ladders, self._rows = ladders, rows
        self.reference_class = of_class

    def __getitem__(self, item: str) -> Any:
        column = self._columns[item]
        limit = self._ladders[item].limit(self.reference_class)
        # Twelve decimals keep every digit of a measurement and drop the noise of binary division, so that a
        # multiple of 0.55 is 0.55 to whoever rounds it.
        over = np.round((column - limit) / limit, 12)
        return self._rows.restore(np.where(over <= 0, 0.0, over))

    def __iter__(self) -> Iterator[str]:
        return iter(self._columns)

    def __len__(self) -> int:
        return len(self._columns)

    def __repr__(self) -> str:
        if self._rows.is_scalar:
            return repr(dict(self))
        return f"Exceedance over class {self.reference_class} of {', '.join(self)}"


@dataclass(frozen=True, eq=False)
class WaterClass(Result):
    """Classes of surface water by the worst item.

    Attributes
    ----------
    value : int or array of uint8
        1 to 5 for classes I to V, 6 for worse than V, 0 where nothing was measured.
    limiting : tuple of str or ItemSets
        Items that have the worst class; empty in class I, which nothing limits.
    edition : str
        The edition applied.
    marks : tuple of Text
        Parameters not verified against the text.
    not_evaluated : tuple of str
        Items that were given and have no limit for this kind of water, such as total nitrogen of a river.
    reference_class : int
        The class over whose limits `exceedance` is counted.

    Exceedance, item classes and the arithmetic are worked out when they are asked for, from the arrays that were
    given: do not change those in place.
    """

    value: int | NDArray[np.uint8] | Any
    limiting: tuple[str, ...] | ItemSets
    edition: str
    marks: tuple[Text, ...]
    not_evaluated: tuple[str, ...]
    water_body: str
    reference_class: int
    measured: Any = field(repr=False)
    limits: ParameterValue = field(repr=False)
    ladders: Mapping[str, Ladder] = field(repr=False)
    rows: Measurements = field(repr=False)
    columns: Mapping[str, Float64] = field(repr=False)
    decimals: Mapping[str, int] | None = field(repr=False)
    saturation: Saturation | None = field(repr=False)
    codes: tuple[float, ...] = field(repr=False)

    @property
    def exceedance(self) -> Exceedance:
        """Multiples over the limits of the reference class (III unless chosen otherwise)."""
        return Exceedance(self._cleaned, self.ladders, self.reference_class, self.rows)

    @property
    def items(self) -> tuple[str, ...]:
        """The items that were evaluated."""
        return tuple(self.columns)

    @property
    def validity(self) -> DataValidity:  # type: ignore[override]
        """How many items were measured; the standard names no fewest number, one gives a class."""
        worst = np.asarray(self.value)
        enough = worst > NO_CLASS
        rule = Text(
            zh=f"对{len(self.columns)}项中实测的各项作单因子评价，缺测项不参评",
            en=f"single-factor evaluation of those measured of {len(self.columns)} items; missing ones do not count",
        )
        return DataValidity(self.measured, 1, bool(enough) if self.rows.is_scalar else enough, rule)

    @cached_property
    def _cleaned(self) -> dict[str, Float64]:
        """Columns with NaN for every code of a missing value."""
        found = {}
        for item, column in self.columns.items():
            coded = np.isin(column, self.codes) if self.codes else np.zeros(column.shape, dtype=np.bool_)
            found[item] = np.where(coded, np.nan, column) if coded.any() else column
        return found

    def item_class(self, item: str) -> Any:
        """The class of one item alone; 0 where it is missing. `KeyError` if it was not evaluated."""
        column = self.columns[item]
        out, flag = np.empty(column.shape, dtype=np.uint8), np.empty(column.shape, dtype=np.bool_)
        if column.size:
            self.ladders[item].look_up(column, out, flag, self.codes)
            if item == "do" and self.saturation is not None:
                out[self.saturation.met_by(column, slice(0, column.size), self.codes) & (out > 1)] = 1
        return self.rows.restore(out)

    def class_name(self, lang: str = "zh", at: int | None = None) -> str:
        """The class as it is written: ``"Ⅲ类"``; ``"—"`` without a class."""
        return class_name(element(self.value, self._element(at)), lang)

    def complies(self, target_class: int) -> Any:
        """Whether the class is no worse than a target; False without a class (see `validity`)."""
        worst = np.asarray(self.value)
        met = (worst > NO_CLASS) & (worst <= target_class)
        return bool(met) if self.rows.is_scalar else met

    def single(self, at: int | None = None) -> WaterClass:
        """One element as a result of its own, so that its details cost nothing per row of the array."""
        place = self._element(at)
        if place is None:
            return self
        part = slice(place, place + 1)

        def cut(columns: Mapping[str, Float64 | None]) -> dict[str, Float64 | None]:
            return {name: None if column is None else column[part] for name, column in columns.items()}

        limiting = self.limiting if isinstance(self.limiting, tuple) else self.limiting[place]
        return replace(
            self,
            value=element(self.value, place),
            limiting=limiting,
            measured=element(self.measured, place),
            rows=Measurements(cut(self.rows.columns), ()),
            columns={name: column[part] for name, column in self.columns.items()},
            saturation=None if self.saturation is None else self.saturation.part(part),
        )

    def trace(self, at: int | None = None) -> Trace:
        """The arithmetic of one element: the class of each item and the worst of them."""
        where = label_of_element(self._element(at))
        kind = Text(zh="水质类别", en="Water class")
        label_of_class = (
            kind if where is None else Text(zh=f"{kind.zh}，{where.zh}", en=f"{kind.en}, {where.en}")
        )
        return self.single(at)._trace(label_of_class)

    def _trace(self, kind: Text) -> Trace:
        notes = []
        number, limiting = int(self.value), self.limiting
        if number != NO_CLASS and isinstance(limiting, tuple):
            notes.append(
                Text(
                    zh=f"水质类别{class_name(number)}，定类项目：{label(limiting)}",
                    en=f"class {class_name(number, 'en')}, limiting items: {label(limiting, 'en')}",
                )
            )
        if self.not_evaluated:
            notes.append(
                Text(
                    zh=f"未参评：{label(self.not_evaluated)}",
                    en=f"not evaluated: {label(self.not_evaluated, 'en')}",
                )
            )
        return Trace(
            label=kind,
            value=None if number == NO_CLASS else number,
            unit="1",
            formula="max(class_1, ..., class_n)",
            inputs=tuple(self._trace_item(item) for item in self.columns),
            standard=self.limits.citation,
            notes=(*notes, *self.marks),
        )

    def _trace_item(self, item: str) -> Trace:
        raw = float(self._cleaned[item][0])
        name, unit, steps = ITEM_NAMES[item], UNITS[item], self.ladders[item]
        own = int(self.item_class(item))
        figure = self._figure(item, raw)
        head = Text(zh=f"{name.zh}的类别", en=f"Class of {name.en}")
        if np.isnan(raw):
            return Trace(head, None, "1", "not measured", (figure,), self.limits.citation)
        shown = self.limits.table[self.water_body][item]
        bounds = (shown["low"], shown["high"]) if item == "ph" else tuple(shown)
        names = ("low", "high") if item == "ph" else ("I", "II", "III", "IV", "V")
        parameters = tuple(
            TraceParameter(Text(zh=text, en=text), bound, unit, self.limits.citation, self.limits.valid)
            for text, bound in zip(names, bounds, strict=True)
        )
        notes = self._saturation_note(item, own, raw)
        if item not in WITHOUT_MULTIPLE and raw > steps.limit(self.reference_class):
            over = float(self.exceedance[item])
            multiple = round_half_even(over, 2)
            notes += (
                Text(
                    zh=f"超{class_name(self.reference_class)}标准{multiple:g}倍",
                    en=f"exceeds class {class_name(self.reference_class, 'en')} by a multiple of {multiple:g}",
                ),
            )
        formula = (
            "low <= x <= high"
            if item == "ph"
            else f"first class with x {'>=' if item == 'do' else '<='} limit"
        )
        return Trace(head, own, "1", formula, (figure,), self.limits.citation, parameters, None, notes)

    def _figure(self, item: str, compared: float) -> TraceInput | Trace:
        """The figure as it was given, with the step of rounding where there was one."""
        name, unit = ITEM_NAMES[item], UNITS[item]
        if self.decimals is None or item not in self.decimals or np.isnan(compared):
            return TraceInput(name, number_or_none(compared), unit)
        column = self.rows.columns[item]
        assert column is not None  # an evaluated item was given
        return Trace(
            Text(zh=f"修约后的{name.zh}", en=f"{name.en}, rounded"),
            number_or_none(compared),
            unit,
            "C",
            (TraceInput(name, number_or_none(column[0]), unit),),
            rounding=Rounding("half-even", self.decimals[item]),
        )

    def _saturation_note(self, item: str, own: int, raw: float) -> tuple[Text, ...]:
        if item != "do" or self.saturation is None or own != 1 or raw >= self.ladders["do"].limit(1):
            return ()
        needed = self.saturation.needed_percent
        return (
            Text(
                zh=f"饱和率达到{needed:g}%，按Ⅰ类计",
                en=f"saturation of at least {needed:g} % counts as class I",
            ),
        )

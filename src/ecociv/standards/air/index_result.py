"""What an evaluation by HJ 633 returns, and the arithmetic behind one of its elements."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ecociv.core.rounding import round_half_even
from ecociv.core.text import Text
from ecociv.core.trace import Rounding, Trace, TraceInput, TraceParameter
from ecociv.standards.air.pollutants import (
    ITEM_NAMES,
    POLLUTANTS,
    UNITS,
    PollutantSets,
    decode,
    label,
    pollutant_of,
)
from ecociv.standards.air.scheme import IndexScheme, index_scheme
from ecociv.standards.air.steps import MISSING
from ecociv.standards.arrays import Measurements, element
from ecociv.standards.parameters import parameter
from ecociv.standards.results import DataValidity, Result, marks_of, number_or_none

_KIND = {
    "hourly": Text(zh="小时空气质量指数", en="Hourly air quality index"),
    "daily": Text(zh="日空气质量指数", en="Daily air quality index"),
}


@dataclass(frozen=True, eq=False)
class AirQualityIndex(Result):
    """The air quality index with its level and primary pollutants.

    Attributes
    ----------
    value : int, float or array of float32
        The index, a whole number from 0 to 500; NaN where there is none or where it may not be published.
    level : int or array of uint8
        1 to 6 (excellent to severe pollution); 0 without a value.
    primary : tuple of str or PollutantSets
        Keys of the pollutants with the largest sub-index, all of them if tied; empty up to an index of 50.
    at_least : bool or array of bool
        The index is a lower bound: a concentration is beyond its breakpoints and the average that the 2012 edition
        then turns to was not given.
    edition : str
        The edition applied.
    marks : tuple of Text
        Parameters not verified against the text.

    Sub-indices, validity and the arithmetic are worked out when they are asked for, from the arrays that were given.
    """

    value: int | float | NDArray[np.float32] | Any
    level: int | NDArray[np.uint8] | Any
    primary: tuple[str, ...] | PollutantSets
    at_least: bool | NDArray[np.bool_] | Any
    edition: str
    marks: tuple[Text, ...]
    scheme: IndexScheme = field(repr=False)
    rows: Measurements = field(repr=False)
    exempt: tuple[str, ...] = field(repr=False)

    @cached_property
    def sub_indices(self) -> dict[str, Any]:
        """The sub-index of each item given, as a whole number; NaN where the concentration is missing."""
        found = {}
        for item in self._items():
            sub = self._sub_index(item).astype(np.float32)
            sub[sub == MISSING] = np.nan
            value = self.rows.restore(sub)
            found[item] = int(value) if isinstance(value, float) and value == value else value
        return found

    @cached_property
    def validity(self) -> DataValidity:  # type: ignore[override]
        """How many of the six pollutants were there, and whether the index may be published."""
        n, gap = np.zeros(self.rows.size, dtype=np.int8), np.zeros(self.rows.size, dtype=np.bool_)
        for pollutant in POLLUTANTS:
            columns = [self.rows.columns[item] for item in self._items() if pollutant_of(item) == pollutant]
            present = np.zeros(self.rows.size, dtype=np.bool_)
            for column in columns:
                if column is not None:
                    present |= ~np.isnan(column)
            n += present
            if pollutant not in self.exempt:
                gap |= ~present
        enough = ~np.isnan(np.asarray(self.value, dtype=np.float32).reshape(-1))
        bound = self.scheme.withheld_up_to
        needed = len(POLLUTANTS) - len(set(self.exempt))
        if bound is None:
            rule = Text(
                zh="该版以现有各项计算，缺项应报告", en="computed from those present, gaps to be reported"
            )
        else:
            rule = Text(
                zh=f"缺项时指数大于{bound}才发布", en=f"with pollutants missing, published only above {bound}"
            )
        return DataValidity(self.rows.restore(n), needed, self.rows.restore(enough), rule)

    @cached_property
    def exceeding(self) -> tuple[str, ...] | PollutantSets | None:
        """Exceeding pollutants (sub-index above 100) of the 2012 edition; ``None`` in 2026, which has no such term."""
        declared = parameter("air.exceeding_above", edition="HJ 633-2012")
        if self.edition != declared.edition:
            return None
        bits = np.zeros(self.rows.size, dtype=np.uint8)
        for item in self._items():
            place = POLLUTANTS.index(pollutant_of(item))
            bits |= (self._sub_index(item) > declared.number).astype(np.uint8) << place
        return decode(int(bits[0])) if self.rows.is_scalar else PollutantSets(bits.reshape(self.rows.shape))

    def level_name(self, lang: str = "zh", at: int | None = None) -> str:
        """The level in words, ``"—"`` without a value."""
        level = element(self.level, self._element(at))
        names = self.scheme.levels.table["zh" if lang.startswith("zh") else "en"]
        return str(names[level - 1]) if level else "—"

    def colour(self, at: int | None = None) -> str | None:
        """The colour of the level as ``#rrggbb``; ``None`` without a value."""
        level = element(self.level, self._element(at))
        if not level:
            return None
        red, green, blue = self.scheme.levels.table["rgb"][level - 1]
        return f"#{red:02x}{green:02x}{blue:02x}"

    def shown(self, at: int | None = None) -> str:
        """The index as it is displayed.

        The standard's range begins at 1, so a computed 0 is shown as ``<1``; a lower bound is shown with ``≥`` and
        a missing index as ``NA``.
        """
        place = self._element(at)
        value = element(self.value, place)
        if value != value:
            return "NA"
        if value == 0:
            return str(parameter("air.display_of_zero").value)
        return f"{'≥' if element(self.at_least, place) else ''}{int(value)}"

    def row(self, at: int) -> AirQualityIndex:
        """One element as a result of its own, so that explaining it does not evaluate the others."""
        place = self._element(at)
        if place is None:
            return self
        one = {name: None if c is None else c[place : place + 1] for name, c in self.rows.columns.items()}
        value = element(self.value, place)
        return replace(
            self,
            value=int(value) if value == value else value,
            level=element(self.level, place),
            primary=self.primary if isinstance(self.primary, tuple) else self.primary[place],
            at_least=element(self.at_least, place),
            rows=Measurements(one, ()),
        )

    def trace(self, at: int | None = None) -> Trace:
        """The arithmetic of one element: the sub-index of each pollutant and the largest of them."""
        place = self._element(at)
        if place is not None:
            return self.row(place).trace()
        value = number_or_none(self.value)
        items = tuple(self._trace_item(item) for item in self._items())
        return Trace(
            label=_KIND[self.scheme.kind],
            value=value,
            unit="1",
            formula="max(IAQI_1, ..., IAQI_n)",
            inputs=items,
            standard=self.scheme.breakpoints.citation,
            notes=(*self._notes(), *self.marks),
        )

    def _items(self) -> list[str]:
        return [item for item in self.scheme.items if self.rows.columns.get(item) is not None]

    def _sub_index(self, item: str) -> NDArray[np.int16]:
        column = self.rows.columns[item]
        assert column is not None  # _items lists only those given
        out = np.empty(column.shape, dtype=np.int16)
        self.scheme.staircase(item).look_up(column, out, np.empty_like(column))
        rule = self.scheme.beyond(item)
        other = self.rows.columns.get("so2_24h")
        if item == "so2" and rule is not None and rule["rule"] == "use-other-average" and other is not None:
            rows = np.flatnonzero((column > rule["beyond"]) & ~np.isnan(other))
            out[rows] = index_scheme("daily", None, self.edition).staircase("so2").decide(other[rows], rows)
        return out

    def _notes(self) -> tuple[Text, ...]:
        primary, value = self.primary, self.value
        assert isinstance(primary, tuple)  # only single results are traced
        notes = []
        if value == value:
            level = self.level
            zh, en = self.scheme.levels.table["zh"][level - 1], self.scheme.levels.table["en"][level - 1]
            notes.append(
                Text(
                    zh=f"{level}级（{zh}），首要污染物：{label(primary, 'zh')}",
                    en=f"level {level} ({en}), primary pollutant: {label(primary, 'en')}",
                )
            )
        n, needed = self.validity.n, self.validity.needed
        if needed is not None and n < needed:
            rule = self.validity.rule
            notes.append(
                Text(zh=f"六项中有{n}项有效；{rule.zh}", en=f"{n} of six pollutants are valid; {rule.en}")
            )
        if self.at_least:
            notes.append(
                Text(
                    zh="浓度超出限值表而未提供所需的另一平均值，指数为下限",
                    en="a concentration is beyond its breakpoints and the other average needed was not given: "
                    "the index is a lower bound",
                )
            )
        return tuple(notes)

    def _trace_item(self, item: str) -> Trace:
        column = self.rows.columns[item]
        assert column is not None  # _items lists only those given
        unit, name = UNITS[item], ITEM_NAMES[item]
        given = float(column[0])
        figure = TraceInput(name, number_or_none(given), unit)
        label_of_item = Text(zh=f"{name.zh}分指数", en=f"Sub-index of {name.en}")
        citation = self.scheme.breakpoints.citation
        if np.isnan(given):
            return Trace(label_of_item, None, "1", "no valid concentration", (figure,), citation)
        concentration, source = given, figure
        decimals = self.scheme.decimals(item)
        steps: TraceInput | Trace = source
        if decimals is not None:
            concentration = float(round_half_even(given, decimals))
            steps = Trace(
                Text(zh=f"修约后的{name.zh}", en=f"{name.en}, rounded"),
                number_or_none(concentration),
                unit,
                "C",
                (figure,),
                self.scheme.rounding.citation,
                rounding=Rounding("half-even", decimals),
            )
        value = number_or_none(self.sub_indices[item])
        knots, index = self.scheme.knots(item)
        if concentration > knots[-1]:
            top = TraceParameter(
                Text(zh="最后一个浓度限值", en="Last breakpoint"),
                knots[-1],
                unit,
                citation,
                self.scheme.over_range.valid,
            )
            note = Text(
                zh=f"浓度超过{knots[-1]:g}，按超范围规定计",
                en=f"beyond {knots[-1]:g}: counted by the over-range rule",
            )
            special = self.scheme.beyond(item) is not None
            marks = () if special else marks_of(parameter("air.index_cap"))
            return Trace(
                label_of_item, value, "1", "IAQI of the last breakpoint, or as the edition prescribes", (steps,),
                self.scheme.over_range.citation, (top,), notes=(note, *marks),
            )  # fmt: skip
        high = max(1, int(np.searchsorted(np.asarray(knots, dtype=np.float64), concentration, side="left")))
        valid = self.scheme.breakpoints.valid
        parameters = tuple(
            TraceParameter(Text(zh=text, en=text), number, parameter_unit, citation, valid)
            for text, number, parameter_unit in (
                ("BP_lo", knots[high - 1], unit),
                ("BP_hi", knots[high], unit),
                ("I_lo", index[high - 1], "1"),
                ("I_hi", index[high], "1"),
            )
        )
        return Trace(
            label_of_item,
            value,
            "1",
            "(I_hi - I_lo) / (BP_hi - BP_lo) * (C - BP_lo) + I_lo",
            (steps,),
            citation,
            parameters,
            Rounding("up", 0, self.edition),
        )

"""Means of the readings of a period, by the agreement's rules on what is enough and what stands in. Pure: no Django."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from ecociv.compensation.agreements.computed import Given, Reading
from ecociv.compensation.agreements.declaration import FLOW, Section, Version
from ecociv.compensation.agreements.periods import Month, SettlementPeriod, days_of
from ecociv.core.missing import Missing
from ecociv.core.text import Text
from ecociv.core.trace import Trace, TraceInput

UNITS = {FLOW: "m3/second"}
CONCENTRATION = "mg/litre"
_FLOW_NAME = Text(zh="流量", en="flow")


class Open(Exception):
    """The rules on readings leave the period open; ``texts`` say why."""

    def __init__(self, texts: Sequence[Text]) -> None:
        super().__init__(" ".join(text.en for text in texts))
        self.texts = tuple(texts)


@dataclass(frozen=True, slots=True)
class Mean:
    """A mean with its trace."""

    value: Decimal
    trace: Trace


class Means:
    """The means of a version's items in a period; what was used and what stood in is remembered."""

    def __init__(self, version: Version, period: SettlementPeriod, given: Given) -> None:
        self.version, self.period, self.given = version, period, given
        self.notes: list[Text] = []
        self._used: dict[tuple[str, str, Month], tuple[Reading, ...]] = {}

    def used(self) -> tuple[Reading, ...]:
        """The readings that entered, in order."""
        return tuple(reading for key in sorted(self._used) for reading in self._used[key])

    def all_of(self, section: Section, items: Sequence[str]) -> dict[str, Mean]:
        """The mean of the period for each item.

        Raises
        ------
        Open
            With a sentence for every item that is missing.
        """
        found, faults = {}, []
        for item in items:
            try:
                found[item] = self._mean(section, item)
            except Open as left:
                faults.extend(left.texts)
        if faults:
            raise Open(faults)
        return found

    def by_month(self, section: Section, item: str) -> list[Mean]:
        """The mean of each month of the period.

        Raises
        ------
        Open
            Where a month is missing and nothing stands in.
        """
        months, absent = self._months(section, item)
        for month in absent:
            months[month] = self._stand_in(section, item, (month,))
        return [months[month] for month in sorted(months)]

    def _mean(self, section: Section, item: str) -> Mean:
        months, absent = self._months(section, item)
        needed = min(self.version.readings.months, len(self.period.months))
        if len(months) < needed:
            return self._stand_in(section, item, tuple(absent))
        if len(months) == 1:
            return next(iter(months.values()))
        if absent:
            self.notes.append(
                Text(
                    zh=f"{self._name(item).zh}：{len(self.period.months)} 个月中有 {len(months)} 个月有监测，按有监测的月份平均",
                    en=f"{self._name(item).en}: {len(months)} of {len(self.period.months)} months have readings; the mean is of those",
                )
            )
        if item == FLOW:
            # The flow of a year weighs its months by their days, so that the volume is that of the year.
            days = sum(days_of(month) for month in months)
            value = sum((mean.value * days_of(month) for month, mean in months.items()), Decimal(0)) / days
            formula = "sum(month * days) / sum(days)"
        else:
            value = sum((mean.value for mean in months.values()), Decimal(0)) / len(months)
            formula = "sum(months) / count"
        return Mean(
            value,
            Trace(
                self._label(section, item),
                value,
                self._unit(item),
                formula,
                tuple(m.trace for m in months.values()),
            ),
        )

    def _months(self, section: Section, item: str) -> tuple[dict[Month, Mean], list[Month]]:
        found: dict[Month, Mean] = {}
        absent = []
        for month in self.period.months:
            key = (section.place, item, month)
            readings = self.given.get(key, ())
            if len(readings) < self.version.readings.minimum:
                absent.append(month)
                continue
            self._used[key] = readings
            value = sum((each.value for each in readings), Decimal(0)) / len(readings)
            label = self._label(section, item, month)
            found[month] = Mean(
                value,
                Trace(
                    label,
                    value,
                    self._unit(item),
                    "sum(readings) / count",
                    tuple(each.as_input(label) for each in readings),
                    notes=self._notes(readings),
                ),
            )
        return found, absent

    def _notes(self, readings: Sequence[Reading]) -> tuple[Text, ...]:
        below = sum(each.how == "half-limit" for each in readings)
        if not below:
            return ()
        return (
            Text(
                zh=f"{below} 个监测值低于检出限，按检出限的一半计",
                en=f"{below} below the limit of detection, taken as half of it",
            ),
        )

    def _stand_in(self, section: Section, item: str, absent: Sequence[Month]) -> Mean:
        rule = self.version.readings.flow if item == FLOW else self.version.readings.concentration
        months = "、".join(f"{year}-{month:02d}" for year, month in absent)
        name = self._name(item)
        if rule != "design":
            raise Open(
                [
                    Text(
                        zh=f"断面 {section.label.zh} 的{name.zh}缺 {months}，按协议不予结算。",
                        en=f"{name.en} at {section.label.en} is missing in {months}; by the agreement the period is not settled.",
                    )
                ]
            )
        value = section.design_flow if item == FLOW else self.version.formula.items[item].design  # type: ignore[index]
        assert value is not None
        note = Text(
            zh=f"断面 {section.label.zh} 的{name.zh}缺 {months}，以设计值 {value} 代替",
            en=f"{name.en} at {section.label.en} is missing in {months}; the design value {value} stands in",
        )
        self.notes.append(note)
        missing = TraceInput(self._label(section, item), Missing.MISSING, self._unit(item), valid=months)
        return Mean(
            value,
            Trace(
                self._label(section, item),
                value,
                self._unit(item),
                "design value",
                (missing,),
                self.version.clause("readings"),
                notes=(note,),
            ),
        )

    def _name(self, item: str) -> Text:
        return _FLOW_NAME if item == FLOW else self.version.formula.items[item].name  # type: ignore[index]

    def _label(self, section: Section, item: str, month: Month | None = None) -> Text:
        when = f" {month[0]}-{month[1]:02d}" if month else ""
        name = self._name(item)
        return Text(zh=f"{section.label.zh} {name.zh}{when}", en=f"{section.label.en} {name.en}{when}")

    def _unit(self, item: str) -> str:
        return UNITS.get(item, CONCENTRATION)

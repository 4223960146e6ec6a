"""Monthly tests of water sections: values, classes, compliance with the target, the year.

A value below what the laboratory can tell is shown as such (``<0.025``) and enters the evaluation as half the limit
(环办监测函〔2020〕82号). What is marked as suspect takes no part. An absence is no zero.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from ecociv.core.missing import Missing
from ecociv.core.quantities import label_of
from ecociv.core.rounding import round_half_even
from ecociv.evidence import queries
from ecociv.evidence.disclosure import readable_series
from ecociv.evidence.latest import latest
from ecociv.evidence.models import Place, Series
from ecociv.evidence.section_months import KINDS, Month, class_of_month, target_of, used_value
from ecociv.portal.as_of import LOCAL
from ecociv.portal.observed import is_suspect, value_text
from ecociv.portal.zone import language
from ecociv.standards import surface_water
from ecociv.standards.parameters import ParameterError
from ecociv.standards.surface_water.items import UNITS

_LIMITING_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Test:
    """One item in one month."""

    item: str
    text: str
    used: float | None
    suspect: bool
    missing: Missing | None
    series: str
    key: str


@dataclass(frozen=True)
class Section:
    """A section with its tests by month and item, either real or generated."""

    place: Place
    sample: bool
    tests: dict[Month, dict[str, Test]]

    @property
    def target(self) -> int | None:
        """The target class, where one is declared."""
        return target_of(self.place)

    def month(self, month: Month) -> MonthResult:
        """The evaluation of a month."""
        return MonthResult(month, self.tests.get(month, {}), self.target)

    def year(self, year: int) -> YearResult:
        """The evaluation of a year."""
        return YearResult(year, self)

    def trend(self, last: Month, count: int = 12) -> list[MonthResult]:
        """The months up to ``last``, oldest first."""
        return [self.month(each) for each in reversed(list(months_before(last, count)))]


@dataclass(frozen=True)
class Deciding:
    """An item that decides a month: its class, and by how much it exceeds the limit of the target class."""

    item: str
    water_class: str
    multiple: str

    @property
    def name(self) -> str:
        """The item in the reader's language."""
        return surface_water.ITEM_NAMES[self.item].in_language(language())


@dataclass(frozen=True)
class MonthResult:
    """What the tests of one month come to."""

    month: Month
    tests: dict[str, Test]
    target: int | None

    @property
    def shown(self) -> str:
        """The month as ``2017-03``."""
        return month_text(self.month)

    @property
    def _values(self) -> dict[str, Any]:
        return {key: test.used for key, test in self.tests.items() if test.used is not None}

    @cached_property
    def _evaluated(self) -> Any:
        values = self._values
        if not values:
            return None
        try:
            return surface_water.classify(
                **values, reference_class=self.target or 3, rounding="none", on=dt.date(*self.month, 1)
            )
        except (ParameterError, ValueError):
            return None

    @cached_property
    def value(self) -> int:
        """Class 1 to 5, 6 for worse than V, 0 without a test."""
        return class_of_month(self._values, self.month, self.target)[0]

    @property
    def name(self) -> str:
        """The class as it is written."""
        return surface_water.class_name(self.value, language())

    @property
    def short(self) -> str:
        """The class in one or two signs, for the trend."""
        return ("–", "Ⅰ", "Ⅱ", "Ⅲ", "Ⅳ", "Ⅴ", "劣")[self.value]

    @property
    def complies(self) -> bool | None:
        """Whether the class is no worse than the target; none without a target or a test."""
        return None if not self.value or self.target is None else self.value <= self.target

    @cached_property
    def deciding(self) -> list[Deciding]:
        """The items worse than the target, the worst first; without any, those that give the class."""
        found = self._evaluated
        if found is None:
            return []
        bound = self.target or 3
        own = {item: int(found.item_class(item)) for item in found.items}
        worse = [item for item, grade in own.items() if grade > bound]
        chosen = worse or list(found.limiting if isinstance(found.limiting, tuple) else ())
        return [
            Deciding(item, surface_water.class_name(own[item], language()), self._multiple(item))
            for item in sorted(chosen, key=lambda item: -own[item])[: None if worse else _LIMITING_SHOWN]
        ]

    def _multiple(self, item: str) -> str:
        try:
            over = float(self._evaluated.exceedance[item])
        except KeyError:
            return ""
        return f"{round_half_even(over, 2):.2f}" if over > 0 else ""

    def grade(self, item: str) -> int:
        """Class of one item alone; 0 where it is missing."""
        if self._evaluated is None or item not in self._evaluated.items:
            return 0
        return int(self._evaluated.item_class(item))

    def multiple(self, item: str) -> str:
        """By what multiple one item exceeds the limit of the target class."""
        return self._multiple(item) if self._evaluated is not None else ""


@dataclass(frozen=True)
class YearResult:
    """What the tests of a year come to, by the rule for water function zones."""

    year: int
    section: Section

    @cached_property
    def _result(self) -> Any:
        if self.section.target is None:
            return None
        months = [self.section.tests.get((self.year, month), {}) for month in range(1, 13)]
        items = sorted({item for tests in months for item in tests})
        columns: dict[str, Any] = {
            item: [
                tests[item].used if item in tests and tests[item].used is not None else np.nan
                for tests in months
            ]
            for item in items
        }
        if not columns:
            return None
        try:
            return surface_water.evaluate_function_zones(self.section.target, **columns)
        except (ParameterError, ValueError):
            return None

    @property
    def complies(self) -> bool | None:
        """Whether the year complies; none where it was not evaluated."""
        return None if self._result is None or self._result.value is None else bool(self._result.value)

    @property
    def tests(self) -> int:
        """Months with a test."""
        return 0 if self._result is None else int(self._result.tested.sum())

    @property
    def share(self) -> str:
        """Share of the compliant tests in percent."""
        if self._result is None or self._result.share != self._result.share:
            return "—"
        return f"{round_half_even(float(self._result.share), 1):.1f}%"

    @property
    def by_mean(self) -> bool:
        """Whether there were too few tests for the share, so that the means decided."""
        return self._result is not None and self._result.method == "mean"

    @property
    def exceeding(self) -> str:
        """The items that failed and how often."""
        if self._result is None:
            return ""
        return ", ".join(
            f"{surface_water.ITEM_NAMES[item].in_language(language())} {count}"
            for item, count in self._result.exceeding_items().items()
            if item in surface_water.ITEM_NAMES
        )


def month_text(month: Month) -> str:
    """``2017-03``.

    >>> month_text((2017, 3))
    '2017-03'
    """
    return f"{month[0]:04d}-{month[1]:02d}"


def read_month(text: str) -> Month | None:
    """A month from an address; none where it names none.

    >>> read_month("2017-03"), read_month("2017-13"), read_month("x")
    ((2017, 3), None, None)
    """
    try:
        day = dt.date.fromisoformat(f"{text}-01")
    except ValueError:
        return None
    return (day.year, day.month) if 1900 <= day.year <= 2999 else None


def months_before(last: Month, count: int) -> list[Month]:
    """``count`` months that end with ``last``, newest first.

    >>> months_before((2017, 2), 3)
    [(2017, 2), (2017, 1), (2016, 12)]
    """
    start = last[0] * 12 + last[1] - 1
    return [((start - back) // 12, (start - back) % 12 + 1) for back in range(count)]


def water_series(user: Any) -> list[Series]:
    """The monthly series of sections and sources whose items have a class."""
    return list(
        readable_series(user)
        .filter(place__kind__in=KINDS, averaging="P1M", property__key__in=list(surface_water.ITEM_NAMES))
        .select_related("place__parent__parent", "property")
    )


def last_month(series: list[Series], as_of: dt.datetime | None) -> Month | None:
    """The latest month with a test."""
    newest = latest([each.pk for each in series], as_of=as_of)
    last = max((each.valid_from for each in newest.values()), default=None)
    return (local.year, local.month) if last and (local := last.astimezone(LOCAL)) else None


def sections(series: list[Series], first: Month, last: Month, as_of: dt.datetime | None) -> list[Section]:
    """Sections with their tests between two months, both included; real and generated ones apart."""
    after = (last[0] + last[1] // 12, last[1] % 12 + 1)
    found = queries.observations(
        [each.key for each in series],
        start=dt.datetime(*first, 1, tzinfo=LOCAL),
        end=dt.datetime(*after, 1, tzinfo=LOCAL),
        as_of=as_of,
    )
    by_section: dict[tuple[int, bool], tuple[Place, dict[Month, dict[str, Test]]]] = {}
    for each in series:
        _place, tests = by_section.setdefault((each.place_id, each.sample), (each.place, {}))
        for item in found.get(each.key, []):
            local = item.valid_from.astimezone(LOCAL)
            tests.setdefault((local.year, local.month), {})[each.property.key] = _test(each, item)
    return [
        Section(place, sample, tests)
        for (_number, sample), (place, tests) in sorted(
            by_section.items(), key=lambda pair: (pair[1][0].key, pair[0][1])
        )
    ]


def _test(series: Series, item: queries.Observation) -> Test:
    return Test(
        item=series.property.key,
        text=value_text(item),
        used=used_value(item),
        suspect=is_suspect(item.quality),
        missing=item.missing,
        series=series.key,
        key=item.valid_from.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
    )


def unit_of(item: str) -> str:
    """Unit of an item in the reader's language; nothing for pH."""
    return "" if UNITS[item] == "1" else label_of(UNITS[item]).in_language(language())


def class_limits(item: str, on: dt.date) -> list[tuple[str, float]]:
    """The limits of the five classes of an item, where it has such a row."""
    from ecociv.standards.surface_water.editions import dated

    row = dated("surface_water.limits", on).table["river"].get(item)
    if row is None or isinstance(row, dict):
        return []
    return [(surface_water.class_name(at, language()), float(value)) for at, value in enumerate(row, 1)]

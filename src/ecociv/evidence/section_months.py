"""Water sections month by month, as the evidence has them: which values count, and the class they come to.

A value below what the laboratory can tell enters the evaluation as half the limit (环办监测函〔2020〕82号). What is marked
as suspect takes no part. An absence is no zero.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from ecociv.evidence import queries
from ecociv.evidence.models import Place, Series
from ecociv.evidence.queries import LOCAL
from ecociv.evidence.schema import Quality
from ecociv.standards import surface_water
from ecociv.standards.parameters import ParameterError

Month = tuple[int, int]
KINDS = ("section", "water-source")


def used_value(item: queries.Observation) -> float | None:
    """The value that an evaluation uses: half the limit below it, none where it is suspect or absent."""
    if item.quality is Quality.SUSPECT:
        return None
    if item.censored == "<" and item.censor_limit is not None:
        return float(surface_water.replace_censored(0.0, True, item.censor_limit))
    return item.censor_limit if item.censored else item.value


def class_of_month(
    values: Mapping[str, float], month: Month, target: int | None
) -> tuple[int, tuple[str, ...]]:
    """Class of a month (1 to 5, 6 for worse than V, 0 without a test) and the items that give it.

    ``values`` by item key in the units of the standard; ``target`` is the class that the items are held against.

    >>> class_of_month({"codmn": 3.1, "nh3n": 1.4}, (2016, 3), 2)
    (4, ('nh3n',))
    >>> class_of_month({}, (2016, 3), 2)
    (0, ())
    """
    return _class_of(tuple(sorted(values.items())), month, target or 3)


@lru_cache(maxsize=8192)
def _class_of(
    values: tuple[tuple[str, float], ...], month: Month, reference: int
) -> tuple[int, tuple[str, ...]]:
    if not values:
        return 0, ()
    given: dict[str, Any] = dict(values)
    on = dt.date(*month, 1)
    try:
        found = surface_water.classify(**given, reference_class=reference, rounding="none", on=on)
    except (ParameterError, ValueError):
        return 0, ()
    limiting = tuple(found.limiting) if isinstance(found.limiting, tuple) else ()
    try:
        section = surface_water.evaluate_section(**given, rounding="none", on=on)
    except (ParameterError, ValueError):
        return int(found.value), limiting
    return int(section.value), limiting


@dataclass(frozen=True, slots=True)
class TestedMonth:
    """What the tests of a section come to in a month, and the series that decide."""

    month: Month
    water_class: int
    limiting: tuple[str, ...]
    series: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TestedSection:
    """A section with a declared target class and its months, oldest first; real and generated tests apart."""

    place: Place
    sample: bool
    target: int
    months: tuple[TestedMonth, ...]


def target_of(place: Place) -> int | None:
    """The target class that a place declares."""
    declared = place.details.get("target_class")
    return int(declared) if isinstance(declared, int) and 1 <= declared <= 5 else None


def sections_tested(
    end: dt.datetime, *, start: dt.datetime | None = None, as_of: dt.datetime | None = None
) -> list[TestedSection]:
    """Every section with a target and a test before ``end``, as known at ``as_of``."""
    series = list(
        Series.objects.filter(
            place__kind__in=KINDS, averaging="P1M", property__key__in=list(surface_water.ITEM_NAMES)
        ).select_related("place", "property")
    )
    found = queries.observations([each.key for each in series], start=start, end=end, as_of=as_of)
    values: dict[tuple[str, bool], dict[Month, dict[str, tuple[float, str]]]] = {}
    places: dict[str, Place] = {}
    for each in series:
        places[each.place.key] = each.place
        for item in found.get(each.key, []):
            used = used_value(item)
            if used is None:
                continue
            month = (item.day.year, item.day.month)
            by_month = values.setdefault((each.place.key, each.sample), {})
            by_month.setdefault(month, {})[each.property.key] = (used, each.key)
    return [
        TestedSection(places[key], sample, target, tuple(_months(by_month, target)))
        for (key, sample), by_month in sorted(values.items())
        if (target := target_of(places[key])) is not None
    ]


def _months(by_month: Mapping[Month, Mapping[str, tuple[float, str]]], target: int) -> Iterable[TestedMonth]:
    for month, tests in sorted(by_month.items()):
        water_class, limiting = class_of_month(
            {key: value for key, (value, _) in tests.items()}, month, target
        )
        deciding = [item for item in limiting if item in tests]
        yield TestedMonth(month, water_class, tuple(deciding), tuple(tests[item][1] for item in deciding))


__all__ = [
    "KINDS",
    "LOCAL",
    "TestedMonth",
    "TestedSection",
    "class_of_month",
    "target_of",
    "sections_tested",
    "used_value",
]

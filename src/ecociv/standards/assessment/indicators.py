"""The indicators of the green development index of 2016, with their classes, tiers and weights."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache

from ecociv.core.text import Text
from ecociv.standards.parameters import ParameterValue, parameter

EDITION = "2016 green development index"


class IndexClass(StrEnum):
    """The six classes of the index, and public satisfaction, which stands beside it."""

    RESOURCES = "resources"
    TREATMENT = "treatment"
    QUALITY = "quality"
    PROTECTION = "protection"
    GROWTH = "growth"
    LIVING = "living"
    SATISFACTION = "satisfaction"

    @property
    def label(self) -> Text:
        """The class in words."""
        return _CLASS_LABELS[self]


_CLASS_LABELS = {
    IndexClass.RESOURCES: Text(zh="资源利用", en="use of resources"),
    IndexClass.TREATMENT: Text(zh="环境治理", en="environmental treatment"),
    IndexClass.QUALITY: Text(zh="环境质量", en="environmental quality"),
    IndexClass.PROTECTION: Text(zh="生态保护", en="ecological protection"),
    IndexClass.GROWTH: Text(zh="增长质量", en="quality of growth"),
    IndexClass.LIVING: Text(zh="绿色生活", en="green living"),
    IndexClass.SATISFACTION: Text(zh="公众满意程度", en="public satisfaction"),
}

CLASSES = tuple(name for name in IndexClass if name is not IndexClass.SATISFACTION)
"""The classes that enter the index, in its order."""


class Tier(StrEnum):
    """Binding in the five-year plan, monitored in it, or other; ``SEPARATE`` has no weight."""

    BINDING = "binding"
    MONITORED = "monitored"
    OTHER = "other"
    SEPARATE = "separate"


class Sense(StrEnum):
    """Whether more is better (positive) or worse (negative)."""

    POSITIVE = "positive"
    NEGATIVE = "negative"


@dataclass(frozen=True, slots=True)
class GreenIndicator:
    """One indicator of the index."""

    number: int
    name: Text
    index_class: IndexClass
    tier: Tier
    sense: Sense


def dated(on: date | None, edition: str | None, key: str, default: str = EDITION) -> ParameterValue:
    """A parameter on a day or of an edition; of the only edition without either."""
    return parameter(key, on=on, edition=edition or (default if on is None else None))


def green_indicators(*, on: date | None = None, edition: str | None = None) -> tuple[GreenIndicator, ...]:
    """The 56 indicators in their order; number 56, public satisfaction, does not enter the index.

    Examples
    --------
    >>> [green_indicators()[number - 1].name.zh for number in (33, 56)]
    ['森林覆盖率', '公众对生态环境质量满意程度']
    """
    return _indicators(dated(on, edition, "assessment.gdi.indicators").edition)


@lru_cache(maxsize=4)
def _indicators(edition: str) -> tuple[GreenIndicator, ...]:
    return tuple(
        GreenIndicator(
            row["number"],
            Text(zh=row["zh"], en=row["en"]),
            IndexClass(row["class"]),
            Tier(row["tier"]),
            Sense(row["sense"]),
        )
        for row in parameter("assessment.gdi.indicators", edition=edition).value
    )


def green_weights(*, on: date | None = None, edition: str | None = None) -> dict[int, float]:
    """The weight of each scored indicator in percent: units of its tier over all units, times 100.

    Notes
    -----
    Binding, monitored and other indicators weigh 3 : 2 : 1; with 16, 22 and 17 of them there are 109 units.

    Examples
    --------
    >>> weights = green_weights()
    >>> [round(weights[number], 4) for number in (2, 1, 13)], round(sum(weights.values()), 9)
    ([2.7523, 1.8349, 0.9174], 100.0)
    """
    units = dated(on, edition, "assessment.gdi.units").table
    scored = [
        indicator
        for indicator in green_indicators(on=on, edition=edition)
        if indicator.tier is not Tier.SEPARATE
    ]
    total = sum(units[indicator.tier] for indicator in scored)
    return {indicator.number: units[indicator.tier] * 100 / total for indicator in scored}


def class_units_weights(*, on: date | None = None, edition: str | None = None) -> dict[IndexClass, float]:
    """The weight of each class in percent as the unrounded sum over its indicators.

    Examples
    --------
    >>> {name.value: round(weight, 2) for name, weight in class_units_weights().items()}
    {'resources': 29.36, 'treatment': 16.51, 'quality': 19.27, 'protection': 16.51, 'growth': 9.17, 'living': 9.17}
    """
    weights = green_weights(on=on, edition=edition)
    found: dict[IndexClass, float] = dict.fromkeys(CLASSES, 0.0)
    for indicator in green_indicators(on=on, edition=edition):
        if indicator.number in weights:
            found[indicator.index_class] += weights[indicator.number]
    return found

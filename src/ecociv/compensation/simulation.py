"""What past years would have cost whom under other terms. Pure: no Django.

The terms in force and the others are applied to the same readings, period after period with their own caps; nothing is
recorded. Other terms are parts of a version by their path (``formula.items.nh3n.price``) and pass through the strict
loader, so that a term that cannot be agreed cannot be simulated either.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from pydantic import ValidationError

from ecociv.compensation.agreements.computed import Computed, Given
from ecociv.compensation.agreements.computing import compute
from ecociv.compensation.agreements.declaration import Agreement, OutOfForce, Version
from ecociv.compensation.agreements.periods import SettlementPeriod
from ecociv.core.text import Text

ZERO = Decimal("0.00")
LONGEST = 30
"""Years that one question may span."""


class TermRefused(ValueError):
    """Another term that is no part of the agreement, or cannot stand in it."""

    def __init__(self, text: Text) -> None:
        super().__init__(text.en)
        self.text = text


@dataclass(frozen=True, slots=True)
class YearUnder:
    """What a year comes to under one set of terms, in yuan; ``open`` counts periods that are not settled."""

    upstream_pays: Decimal
    downstream_pays: Decimal
    open: int

    @property
    def net(self) -> Decimal:
        """Positive where upstream pays more than it receives."""
        return self.upstream_pays - self.downstream_pays


@dataclass(frozen=True, slots=True)
class YearCompared:
    """A year under the terms in force and under the others."""

    year: int
    upstream: str
    downstream: str
    base: YearUnder
    other: YearUnder

    @property
    def change(self) -> Decimal:
        """What upstream pays more under the other terms; negative where it pays less."""
        return self.other.net - self.base.net


@dataclass(frozen=True, slots=True)
class Simulation:
    """Year by year, with the periods behind them."""

    agreement: Agreement
    terms: Mapping[str, Any]
    years: tuple[YearCompared, ...]
    base: tuple[Computed, ...]
    other: tuple[Computed, ...]

    def totals(self) -> tuple[YearUnder, YearUnder]:
        """All years together under both."""
        return _together(each.base for each in self.years), _together(each.other for each in self.years)


def simulate(
    agreement: Agreement, given: Given, first: int, last: int, terms: Mapping[str, Any]
) -> Simulation:
    """Compare years under the terms in force with the same years under other terms.

    Parameters
    ----------
    given
        Readings of the whole span, by place, item and month; of every property that either side asks for.
    terms
        Parts of a version by their path, with other values.

    Raises
    ------
    TermRefused
        A path that leads nowhere, or a value that cannot stand.
    OutOfForce
        A year in which no version was in force.
    """
    if not 0 <= last - first < LONGEST:
        raise TermRefused(
            Text(zh=f"年份 {first}—{last} 有误。", en=f"The years {first} to {last} cannot be right.")
        )
    base: list[Computed] = []
    other: list[Computed] = []
    for year in range(first, last + 1):
        version = version_of_year(agreement, year)
        base += _year(version, year, given)
        other += _year(changed(version, terms), year, given)
    years = []
    for year in range(first, last + 1):
        version = version_of_year(agreement, year)
        years.append(
            YearCompared(
                year,
                version.upstream,
                version.downstream,
                _under(each for each in base if each.period.year == year),
                _under(each for each in other if each.period.year == year),
            )
        )
    return Simulation(agreement, dict(terms), tuple(years), tuple(base), tuple(other))


def version_of_year(agreement: Agreement, year: int) -> Version:
    """The version in force in a year.

    Raises
    ------
    OutOfForce
    """
    whole = SettlementPeriod(year)
    return agreement.version_on(whole.first, whole.last)


def changed(version: Version, terms: Mapping[str, Any]) -> Version:
    """A version with some of its terms replaced, read by the strict loader.

    Raises
    ------
    TermRefused
        Naming path and fault.

    """
    content = copy.deepcopy(version.content())
    for path, value in terms.items():
        _put(content, path, value)
    try:
        return Version.model_validate(content)
    except ValidationError as error:
        faults = "; ".join(
            f"{'.'.join(map(str, fault['loc'])) or '—'}: {fault['msg'].removeprefix('Value error, ')}"
            for fault in error.errors()
        )
        raise TermRefused(
            Text(zh=f"改后的条款不能成立：{faults}", en=f"The terms cannot stand like this: {faults}")
        ) from error


def _put(content: Any, path: str, value: Any) -> None:
    *way, last = path.split(".")
    place = content
    for step in way:
        place = _step(place, step, path)
    if isinstance(place, list):
        if not last.isdigit() or int(last) >= len(place):
            raise _nowhere(path)
        place[int(last)] = value
    elif isinstance(place, dict) and (last in place or last == "pattern"):
        place[last] = value
    else:
        raise _nowhere(path)


def _step(place: Any, step: str, path: str) -> Any:
    if isinstance(place, dict) and step in place:
        return place[step]
    if isinstance(place, list) and step.isdigit() and int(step) < len(place):
        return place[int(step)]
    raise _nowhere(path)


def _nowhere(path: str) -> TermRefused:
    return TermRefused(
        Text(
            zh=f"协议中没有“{path}”，请照协议页所列条款填写，如 formula.items.nh3n.price。",
            en=f"The agreement has no {path!r}; name a term as the page of the agreement lists them, such as "
            "formula.items.nh3n.price.",
        )
    )


def _year(version: Version, year: int, given: Given) -> Iterator[Computed]:
    span = SettlementPeriod(year, 1 if version.calendar.period == "month" else 0)
    up, down = ZERO, ZERO
    while span.year == year:
        found = compute(version, span, given, paid=(up, down))
        if found.amount is not None:
            up, down = up + max(found.amount, ZERO), down + max(-found.amount, ZERO)
        yield found
        span = span.next


def _under(found: Iterator[Computed]) -> YearUnder:
    up, down, left = ZERO, ZERO, 0
    for each in found:
        if each.amount is None:
            left += 1
        else:
            up, down = up + max(each.amount, ZERO), down + max(-each.amount, ZERO)
    return YearUnder(up, down, left)


def _together(years: Iterator[YearUnder]) -> YearUnder:
    rows = list(years)
    return YearUnder(
        sum((each.upstream_pays for each in rows), ZERO),
        sum((each.downstream_pays for each in rows), ZERO),
        sum(each.open for each in rows),
    )


__all__ = ["OutOfForce", "Simulation", "TermRefused", "YearCompared", "YearUnder", "changed", "simulate"]
